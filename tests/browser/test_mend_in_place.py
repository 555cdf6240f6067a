"""A judge and the reference differ: the pair is mended where it stands in the list, and undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser.conftest import app_on
from tests.browser.desk_page import another, cell, press, rows, said, settled

ANN = "Ann"
JUDGE = "qwen2.5-coder-1.5b-instruct-q4"
FIRST_STATE = "22 opposite choices, 53 flipped with the order"


def open_list(page: Any, address: str) -> Any:
    """The list, with whoever is here known already; gives the rows' buttons."""
    page.context.add_cookies([{"name": "profile_annotator", "value": ANN, "url": address}])
    page.goto(f"{address}/judges?judges.view=disagreements&judges.judge={JUDGE}")
    return page.get_by_role("button", name="Open pair")


def at_rest(page: Any) -> None:
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def test_a_disagreement_is_mended_by_keyboard_where_it_stands(page: Any, demo_copy: Path) -> None:
    from playwright.sync_api import expect

    expect.set_options(timeout=20_000)
    with app_on(demo_copy) as address:
        buttons = open_list(page, address)
        expect(buttons).to_have_count(25)
        state = page.locator(".pf-state")
        expect(state).to_contain_text(
            f"claude, a stand-in for people, both answered 144 pairs: {FIRST_STATE}"
        )
        buttons.nth(1).focus()
        page.keyboard.press("Enter")
        judged = settled(page)
        texts = page.locator(".pf-item-both .pf-item-text")
        expect(texts).to_have_count(2)
        assert texts.nth(0).bounding_box()["y"] == texts.nth(1).bounding_box()["y"]
        top = page.locator(".pf-desk").bounding_box()["y"]

        press(page, "1")
        expect(page.locator(".pf-desk-which-one [aria-pressed=true]")).to_have_text(
            "Response 1 is better1"
        )
        assert "response 1 is better" in said(page)
        # Ann saw what they chose, so claude stays the reference, and the list is as it was.
        expect(page.locator(".pf-difference").filter(has_text="Yours: a")).to_have_count(1)
        expect(state).to_contain_text(
            f"claude, a stand-in for people, both answered 144 pairs: {FIRST_STATE}"
        )
        assert page.locator(".pf-desk").bounding_box()["y"] == top

        at_rest(page)
        page.keyboard.press("j")
        labelled = another(page, judged)
        page.get_by_text("factor labels").click()
        expect(page.locator(".pf-desk-cells tbody tr").first).to_be_visible()
        at_rest(page)
        first = cell(page)
        press(page, "4", "ArrowRight")
        second = cell(page)
        press(page, "5")
        assert "of response 2: 5" in said(page)
        assert settled(page) == labelled

        # Undo goes back step by step, to the factor and the response that the step was on.
        press(page, "u")
        assert cell(page) == second
        press(page, "u")
        assert cell(page) == first
        at_rest(page)
        page.keyboard.press("u")
        expect(page.locator(".pf-desk")).to_have_attribute("data-item", judged)
        expect(state).to_contain_text("claude, a stand-in for people,")
        assert "Undone: your preference" in said(page)
        at_rest(page)
        page.get_by_text("your verdict").click()
        expect(page.get_by_role("button", name="Response 2 is better")).to_be_visible()
        at_rest(page)
        press(page, "2")
        assert page.get_by_role("button", name="Close pair").count() == 1
    stands = (
        "SELECT pair_id, mode, annotator FROM standing_preference WHERE source_id = 'human:Ann'"
    )
    assert rows(demo_copy, stands) == [(judged, "review", ANN)]
    assert rows(demo_copy, "SELECT count(*) FROM standing_label") == [(0,)]


def test_long_texts_scroll_by_themselves_and_the_next_row_stays_in_reach(
    page: Any, demo_app: str
) -> None:
    buttons = open_list(page, demo_app)
    buttons.nth(4).click()
    settled(page)
    shown = page.locator(".pf-item-both").bounding_box()
    assert shown["height"] <= 34 * 16 + 1
    assert page.evaluate(
        "[...document.querySelectorAll('.pf-item-both .pf-item-text')]"
        ".every(text => text.getBoundingClientRect().bottom"
        " <= document.querySelector('.pf-item-both').getBoundingClientRect().bottom + 1)"
    )
