"""Labelling factors at the desk by keyboard: what is pressed is what is saved, on what was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from profile_core.types import Asks
from tests.browser.conftest import app_on, free_port
from tests.browser.desk_page import (
    CELLS,
    another,
    cell,
    draw_queue,
    item,
    own_values,
    press,
    press_on,
    rows,
    said,
    settled,
    sit_down,
)

STANDING = "SELECT count(*) FROM standing_label"


def test_sixty_labels_by_keyboard_alone_without_a_jump(page: Any, demo_copy: Path) -> None:
    queue = draw_queue(demo_copy)
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        top = page.locator(".pf-desk").bounding_box()["y"]
        seen = []
        for keys in ("ArrowDown Enter", "3 4 2 Enter n", "x Enter Enter", "5", "1 1 1 1 1"):
            for _ in range(2):
                seen.append(item(page))
                press(page, *keys.split())
                press_on(page, "a") if item(page) == seen[-1] else None
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
        assert page.locator(".pf-desk").bounding_box()["y"] == top
        assert "10 done" in page.inner_text(".pf-desk-line")
    assert len(set(seen)) == 10
    assert rows(demo_copy, STANDING) == [(10 * CELLS,)]
    finished = rows(
        demo_copy,
        "SELECT count(DISTINCT pair_id) FROM act WHERE action = 'label' AND queue_id = ?",
        queue,
    )
    assert finished == [(10,)]


def test_five_fast_presses_land_on_the_five_cells_that_were_on_the_screen(
    page: Any, demo_copy: Path
) -> None:
    queue = draw_queue(demo_copy)
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        first = item(page)
        fast(page, "Enter", 5)
        settled(page)
        assert item(page) == first
        assert page.locator(".pf-desk-sides button").all_inner_texts() == [
            "Response 1 3 of 3",
            "Response 2 2 of 3",
        ]
    assert rows(demo_copy, "SELECT DISTINCT pair_id FROM act WHERE action = 'label'") == [(first,)]
    assert rows(demo_copy, STANDING) == [(5,)]


def test_five_fast_accepts_finish_one_item_and_no_unseen_one(page: Any, demo_copy: Path) -> None:
    queue = draw_queue(demo_copy)
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        first = item(page)
        fast(page, "a", 5)
        another(page, first)
        assert own_values(page) == ["to do"] * 3
    assert rows(demo_copy, "SELECT DISTINCT pair_id FROM act WHERE action = 'label'") == [(first,)]
    assert rows(demo_copy, STANDING) == [(CELLS,)]


def test_undo_goes_back_step_by_step_also_after_a_reload(page: Any, demo_copy: Path) -> None:
    queue = draw_queue(demo_copy)
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        first = item(page)
        press(page, "4", "2", "n")
        second = press_on(page, "a")
        press(page, "Enter")
        page.reload()
        assert settled(page) == second
        assert own_values(page)[1:] == ["to do", "to do"]
        press(page, "u")
        assert said(page).startswith("Undone: your label of Coherence")
        press(page, "u")
        assert settled(page) == first
        assert own_values(page) == ["to do", "to do", "to do"]
        page.keyboard.press("ArrowLeft")
        assert own_values(page) == ["4", "2", "not applicable"]
        press(page, "u", "u")
        assert own_values(page) == ["4", "to do", "to do"]
        assert cell(page) == ("Response 1", "Fluency")
    assert rows(demo_copy, "SELECT new_value FROM standing_label") == [(4.0,)]


def test_a_finished_item_is_found_again_and_taken_up_again(page: Any, demo_copy: Path) -> None:
    queue = draw_queue(demo_copy)
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        first = item(page)
        press_on(page, "a")
        assert press_on(page, "[") == first
        assert "finished: all accepted" in page.inner_text(".pf-desk-line")
        press(page, "o")
        page.wait_for_function(
            "document.querySelector('.pf-desk-line').textContent.includes('viewed, not finished')"
        )
        press(page, "1")
        press_on(page, "v")
        assert said(page).endswith("item 1 as it stands")
        assert press_on(page, "[") == first
        assert "with values of your own" in page.inner_text(".pf-desk-line")


def test_skipping_and_flagging_are_told_and_leave_no_label(page: Any, demo_copy: Path) -> None:
    queue = draw_queue(demo_copy)
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        page.keyboard.press("m")
        page.keyboard.type("The source is missing.")
        page.keyboard.press("Enter")
        press_on(page, "f")
        assert said(page).startswith("Flagged")
        press_on(page, "s")
        assert "2 done (1 skipped and 1 flagged)" in page.inner_text(".pf-desk-line")
    assert rows(demo_copy, STANDING) == [(0,)]
    assert rows(demo_copy, "SELECT note FROM act WHERE action = 'flag'") == [
        ("The source is missing.",)
    ]


def test_counts_and_shares_are_typed_or_stepped_and_checked(page: Any, demo_copy: Path) -> None:
    queue = draw_queue(demo_copy, factors=("length", "novel_words"))
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        automatic = int(page.locator(".pf-desk-cells td").first.inner_text())
        page.keyboard.press("+")
        page.keyboard.press("+")
        press(page, "Enter")
        assert own_values(page)[0] == str(automatic + 2)
        page.keyboard.type("7/4")
        page.keyboard.press("Enter")
        alert = page.locator(".pf-desk [role=alert]")
        page.wait_for_function("document.querySelector('.pf-desk [role=alert]').textContent !== ''")
        assert "“7/4” is not a share" in alert.inner_text()
        page.keyboard.press("Escape")
        page.keyboard.type("25 %")
        press(page, "Enter")
        assert said(page).endswith("Novel words of response 1: 0.25")
    assert rows(demo_copy, "SELECT new_value FROM standing_label ORDER BY new_value") == [
        (0.25,),
        (automatic + 2.0,),
    ]


def test_everything_goes_by_mouse_too(page: Any, demo_copy: Path) -> None:
    queue = draw_queue(demo_copy)
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        page.get_by_role("button", name="Coherence: 2", exact=True).click()
        settled(page)
        page.get_by_role("button", name="Response 2").click()
        page.get_by_role("button", name="Intent alignment of Response 2").click()
        page.get_by_role("button", name="Intent alignment: can't tell").click()
        settled(page)
        assert said(page).endswith("Intent alignment of response 2: can't tell")
        assert page.locator(".pf-desk-sides button").all_inner_texts() == [
            "Response 1 1 of 3",
            "Response 2 1 of 3",
        ]
        before = item(page)
        page.get_by_role("button", name="Accept all automatic values").click()
        another(page, before)
        page.get_by_role("button", name="Show or hide these keys").click()
        assert page.locator(".pf-desk-help").is_visible()
    assert rows(demo_copy, STANDING) == [(CELLS,)]


def test_a_ratios_facts_are_opened_beside_the_text_and_closed_again(
    page: Any, demo_copy: Path
) -> None:
    queue = draw_queue(demo_copy, factors=("coherence", "hallucination"))
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        first = item(page)
        page.keyboard.press("ArrowDown")
        assert page.locator(".pf-item mark").count() > 0
        press(page, "t")
        page.wait_for_selector(".pf-desk[data-kind=facts]")
        assert "Response 1 of 2" in page.inner_text(".pf-desk-actions")
        press(page, "b")
        page.wait_for_function(
            "document.querySelector('.pf-desk-actions').textContent.includes('Response 2 of 2')"
        )
        press(page, "t")
        page.wait_for_selector(".pf-desk[data-kind=factors]")
        assert item(page) == first
        assert page.inner_text(".pf-desk-cells [aria-current] th") == "Hallucination"


def test_a_facts_item_is_finished_by_hand(page: Any, demo_copy: Path) -> None:
    queue = draw_queue(demo_copy, factors=("hallucination",), asks=Asks.FACTS)
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        page.wait_for_selector(".pf-desk[data-kind=facts]")
        press_on(page, "v")
        assert said(page).endswith("item 1 as it stands")
        assert "1 done" in page.inner_text(".pf-desk-line")


def test_the_end_of_a_queue_thanks_and_still_undoes(page: Any, demo_copy: Path) -> None:
    queue = draw_queue(demo_copy, size=1, where="task = 'document_qa' AND setting = 'evaluation'")
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        for _ in range(5):
            last = item(page)
            page.keyboard.press("a")
            page.wait_for_function(
                "last => { const desk = document.querySelector('.pf-desk');"
                " return desk && desk.dataset.item !== last && desk.dataset.unsaved === '0'; }",
                arg=last,
            )
            if page.locator(".pf-desk[data-kind=end]").count():
                break
        page.get_by_text("This queue is done").wait_for()
        page.keyboard.press("u")
        assert settled(page) == last
        assert own_values(page) == ["to do"] * 3


def test_a_pair_that_is_browsed_is_labelled_by_itself(page: Any, demo_copy: Path) -> None:
    pair = rows(demo_copy, "SELECT pair_id FROM pair WHERE setting = 'evaluation' LIMIT 1")[0][0]
    with app_on(demo_copy) as address:
        page.goto(f"{address}/browse?pair={pair}")
        page.get_by_role("link", name="Correct labels").click()
        page.get_by_label("Your name or initials").fill("Ann")
        page.keyboard.press("Enter")
        assert settled(page) == pair
        press(page, "a")
        page.wait_for_function(
            "document.querySelector('.pf-desk-line').textContent.includes('finished')"
        )
        assert item(page) == pair
        page.get_by_role("link", name="All queues").click()
        page.get_by_role("button", name="Not you?").wait_for()
        assert "annotate.pair" not in page.url


def test_a_guideline_is_written_once_for_all(page: Any, demo_copy: Path) -> None:
    queue = draw_queue(demo_copy)
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        top = page.locator(".pf-desk").bounding_box()["y"]
        press(page, "g")
        page.get_by_role("button", name="Write it").click()
        field = page.get_by_label("How this team decides doubtful cases")
        field.fill("A list without verbs is a 3.")
        page.get_by_role("button", name="Save as a new version").click()
        page.get_by_role("button", name="Edit", exact=True).wait_for()
        assert "A list without verbs is a 3." in page.inner_text(".st-key-guideline")
        assert "version 1 by Ann" in page.inner_text(".st-key-guideline")
        assert page.locator(".pf-desk").bounding_box()["y"] == top
        press(page, "4")
        page.get_by_role("button", name="Pin response 1 as an example of 4").wait_for()
        page.keyboard.press("ArrowUp")
        press(page, "g")
        page.wait_for_function("!document.querySelector('.st-key-guideline')")
    assert rows(demo_copy, "SELECT factor, version, author FROM guideline") == [
        ("coherence", 1, "Ann")
    ]


def test_what_is_pressed_while_the_app_is_away_is_saved_when_it_is_back(
    page: Any, demo_copy: Path
) -> None:
    queue = draw_queue(demo_copy)
    port = free_port()
    with app_on(demo_copy, port=port) as address:
        sit_down(page, address, queue)
        first = item(page)
        press(page, "4")
    page.keyboard.press("2")
    page.keyboard.press("1")
    page.get_by_text("Not saved yet: the app does not answer.").wait_for()
    assert rows(demo_copy, STANDING) == [(1,)]
    with app_on(demo_copy, port=port):
        settled(page)
        assert item(page) == first
        page.wait_for_function(
            "document.querySelector('.pf-desk-sides').textContent.includes('3 of 3')"
        )
    assert sorted(rows(demo_copy, "SELECT new_value FROM standing_label")) == [
        (1.0,),
        (2.0,),
        (4.0,),
    ]


def fast(page: Any, key: str, times: int) -> None:
    """Press a key faster than any answer can come."""
    page.evaluate(
        "([key, times]) => { for (let n = 0; n < times; n += 1) document.body.dispatchEvent("
        "new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })); }",
        [key, times],
    )
