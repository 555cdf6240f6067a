"""Two people disagree at the desk; a third settles it without their names; history tells it all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from profile_core.annotation import queues
from profile_core.types import QueueKind
from tests.browser.conftest import app_on
from tests.browser.desk_page import rows, sit_down
from tests.label_desk import labelled_study, pair_id

ANNA, BEN, CLEO = "Annabel", "Benedict", "Cleo"
SETTLED = "4"


@contextmanager
def somebody(browser: Any) -> Iterator[Any]:
    """A browser of one's own."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def say(browser: Any, address: str, queue_id: str, name: str, value: str) -> None:
    """Give both responses of the only item one value, by keyboard."""
    with somebody(browser) as page:
        sit_down(page, address, queue_id, name)
        page.keyboard.press(value)
        page.keyboard.press(value)
        page.wait_for_function(
            "() => { const desk = document.querySelector('.pf-desk');"
            " return desk && !desk.dataset.item && desk.dataset.unsaved === '0'; }"
        )


def test_a_third_settles_what_two_disagree_on_and_history_tells_the_story(
    chromium: Any, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    expect.set_options(timeout=20_000)
    path = tmp_path / "disputed.duckdb"
    with labelled_study(1, path=path) as study:
        pair = pair_id(study, 0)
        queue = queues.draw(
            study,
            kind=QueueKind.RANDOM,
            size=1,
            factors=["clarity"],
            overlap=2,
            overlap_share=1.0,
            name="first round",
        )
    with app_on(path) as address:
        say(chromium, address, queue.queue_id, ANNA, "2")
        say(chromium, address, queue.queue_id, BEN, "5")
        with somebody(chromium) as page:
            settle_one(page, address, expect)
            read_history(page, address, pair, expect)
    values = {value for (value,) in rows(path, "SELECT value FROM corrected_value")}
    assert values == {float(SETTLED), 5.0}


def at_rest(page: Any) -> None:
    """Wait until the page is drawn to its end, so that keys meet the buttons of what it shows."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def settle_one(page: Any, address: str, expect: Any) -> None:
    """Settle the first of two disagreements by keyboard, undo it, and settle it again."""
    cookie = {"name": "profile_annotator", "value": CLEO, "url": address}
    page.context.add_cookies([cookie])
    page.goto(f"{address}/annotate?annotate.view=disagreements")
    state = page.locator(".pf-state")
    expect(state).to_have_text("2 disagreements to settle: 2 on Clarity.")
    expect(page.locator(".pf-facts")).to_contain_text("1 annotator")
    for name in (ANNA, BEN):
        expect(page.locator("[data-testid=stMain]")).not_to_contain_text(name)
    page.get_by_label("Why").fill("read both twice")
    page.locator("h1").click()
    at_rest(page)
    page.keyboard.press(SETTLED)
    expect(page.locator(".pf-done")).to_have_text(f"Settled the one before: Clarity is {SETTLED}.")
    expect(state).to_have_text("1 disagreement to settle: 1 on Clarity.")
    at_rest(page)
    page.keyboard.press("u")
    expect(state).to_have_text("2 disagreements to settle: 2 on Clarity.")
    expect(page.get_by_text("1 of 2; of each factor")).to_be_visible()
    at_rest(page)
    page.keyboard.press(SETTLED)
    expect(state).to_have_text("1 disagreement to settle: 1 on Clarity.")


def read_history(page: Any, address: str, pair: str, expect: Any) -> None:
    """Read in browse who said what, what was undone and what stands."""
    page.goto(f"{address}/browse?pair={pair}&labels=corrected")
    page.get_by_text("History of the labels").click()
    table = page.get_by_role("table").filter(has_text="nothing is ever deleted")
    table = table.filter(has_text=CLEO)
    expect(table).to_have_count(1)
    settled, undone, ben, anna = (table.locator("tbody tr").nth(place) for place in range(4))
    for row, told in (
        (settled, (CLEO, "Clarity", "5", SETTLED, "settled", "in force")),
        (undone, (CLEO, "5", SETTLED, "settled", "read both twice", "undone")),
        (ben, (BEN, "2", "5", "review", "first round (random)", "settled since")),
        (anna, (ANNA, "2", "review", "first round (random)", "settled since")),
    ):
        for words in told:
            expect(row).to_contain_text(words)
