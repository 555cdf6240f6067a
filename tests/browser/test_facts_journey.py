"""Facts at the desk: selecting words, hovering, keys, values that follow, undo; text stays text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from profile_core.annotation import facts
from profile_core.annotation.facts import FactSheet
from profile_core.store.rows import first_row
from profile_core.store.study import Study
from tests.browser.conftest import app_on
from tests.browser.test_untrusted_text import watch
from tests.fact_study import ELSEWHERE, FACTS, TEXT, fact_study

ANNA = "anna"
LIT, CURRENT = re.compile("pf-is-lit"), re.compile("pf-is-current")


class Desk:
    """The facts view in a browser, on a study of its own."""

    def __init__(self, page: Any, address: str, queue_id: str) -> None:
        from playwright.sync_api import expect

        expect.set_options(timeout=20_000)
        self.page = page
        self.expect = expect
        cookie = {"name": "profile_annotator", "value": ANNA, "url": address}
        page.context.add_cookies([cookie])
        page.goto(f"{address}/annotate?annotate.queue={queue_id}")
        self.text = page.locator(".pf-spans-text")
        self.rows = page.locator(".pf-spans-list > li")
        expect(self.rows.first).to_be_visible()
        if self.rows.count() == 1:
            page.keyboard.press("b")
        expect(self.rows).to_have_count(len(FACTS))

    def row(self, text: str) -> Any:
        return self.rows.filter(has=self.page.get_by_text(text, exact=True))

    def mark(self, words: str) -> Any:
        return self.text.locator("mark", has_text=words)

    def says(self, value: str) -> None:
        """Wait until a factor's value is shown like this."""
        self.expect(self.page.locator(".pf-spans-values")).to_contain_text(value)

    def saved(self, edits: int) -> None:
        """Wait until the study has as many edits of this session."""
        self.page.wait_for_function(
            "edits => document.querySelector('.pf-spans').dataset.done == edits", arg=edits
        )

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def select(self, words: str) -> None:
        """Draw the mouse over words of the text."""
        box = self.text.evaluate(
            """(text, words) => {
                const walk = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
                while (walk.nextNode()) {
                    const at = walk.currentNode.data.indexOf(words);
                    if (at < 0) continue;
                    const range = document.createRange();
                    range.setStart(walk.currentNode, at);
                    range.setEnd(walk.currentNode, at + words.length);
                    const { left, right, top, height } = range.getBoundingClientRect();
                    return { left, right, middle: top + height / 2 };
                }
            }""",
            words,
        )
        mouse = self.page.mouse
        mouse.move(box["left"] + 1, box["middle"])
        mouse.down()
        mouse.move(box["right"] - 1, box["middle"], steps=8)
        mouse.up()
        adding = self.page.get_by_role("button", name="Add the selected words")
        self.expect(adding).to_be_visible()


@pytest.fixture
def queued(tmp_path: Path) -> tuple[Path, str]:
    path = tmp_path / "facts.duckdb"
    study, queue_id = fact_study(path)
    study.close()
    return path, queue_id


def sheet_in(path: Path) -> FactSheet:
    with Study.open(path) as study:
        row = first_row(study.cursor(), "SELECT response_a FROM pair")
        assert row
        return facts.facts(study, str(row[0]))


def test_selected_words_become_a_fact_with_that_span(page: Any, queued: tuple[Path, str]) -> None:
    path, queue_id = queued
    with app_on(path) as address:
        desk = Desk(page, address, queue_id)
        desk.select("snows a lot")
        desk.press("a")
        field = page.get_by_role("textbox", name="Fact", exact=True)
        desk.expect(field).to_be_focused()
        desk.expect(field).to_have_value("snows a lot")
        page.keyboard.type("It snows much.")
        desk.press("Enter")
        desk.expect(desk.row("It snows much.")).to_have_attribute("aria-current", "true")
        desk.says("4 → 5")
        desk.expect(desk.mark("snows a lot")).to_have_class(CURRENT)
    (added,) = [fact for fact in sheet_in(path).facts if fact.is_added]
    start = TEXT.index("snows a lot")
    assert (added.text, added.span) == ("It snows much.", (start, start + len("snows a lot")))


def test_a_typed_quote_is_located_and_one_that_is_not_there_is_marked(
    page: Any, queued: tuple[Path, str]
) -> None:
    path, queue_id = queued
    with app_on(path) as address:
        desk = Desk(page, address, queue_id)
        for fact, quote in (("Snow.", "it SNOWS a lot"), ("Hail.", "it hails")):
            desk.press("a")
            page.get_by_role("textbox", name="Fact", exact=True).fill(fact)
            page.get_by_role("textbox", name="Quote from the text").fill(quote)
            page.get_by_role("button", name="Save").click()
            desk.expect(desk.row(fact)).to_be_visible()
        desk.expect(desk.row("Hail.")).to_contain_text("Quote not found in the text: “it hails”")
        desk.expect(desk.row("Snow.")).not_to_contain_text("not found")
        desk.row("Snow.").hover()
        desk.expect(desk.mark("It snows a lot")).to_have_class(LIT)


def test_hovering_lights_up_the_other_side(page: Any, queued: tuple[Path, str]) -> None:
    path, queue_id = queued
    with app_on(path) as address:
        desk = Desk(page, address, queue_id)
        row, mark = desk.row("The sun shines."), desk.mark("The sun shines")
        row.hover()
        desk.expect(mark).to_have_class(LIT)
        desk.expect(desk.mark("on the hills")).not_to_have_class(LIT)
        mark.hover()
        desk.expect(row).to_have_class(LIT)
        page.mouse.move(1, 1)
        desk.expect(mark).not_to_have_class(LIT)
        desk.expect(row).not_to_have_class(LIT)


def test_fast_keys_label_what_they_were_pressed_on_and_undo_takes_them_back(
    page: Any, queued: tuple[Path, str]
) -> None:
    path, queue_id = queued
    with app_on(path) as address:
        desk = Desk(page, address, queue_id)
        # Rain and sun: not supported; sun: in focus no more; the hills: cannot be told.
        desk.press("1", "j", "j", "1", "2", "j", "1", "1")
        desk.saved(5)
        desk.says("0.25 → 0.50")
        rain, sun, hills = (desk.row(text) for text in (FACTS[0][0], FACTS[2][0], FACTS[3][0]))
        for row, label in (
            (rain, "Supported: no"),
            (sun, "Supported: no"),
            (sun, "In focus: no"),
            (hills, "Supported: yes"),
        ):
            desk.expect(row.get_by_role("button", name=label)).to_be_visible()
        desk.press("u", "u", "u", "u", "u")
        desk.saved(10)
        desk.expect(page.locator(".pf-spans-values s")).to_have_count(0)
        desk.expect(rain.get_by_role("button", name="Supported: yes")).to_be_visible()
    sheet = sheet_in(path)
    assert sheet.changes == ()
    assert [fact.labels for fact in sheet.facts] == [fact.automatic for fact in sheet.facts]


def test_facts_are_edited_split_merged_and_deleted_by_keys_and_undone(
    page: Any, queued: tuple[Path, str]
) -> None:
    path, queue_id = queued
    with app_on(path) as address:
        desk = Desk(page, address, queue_id)
        field = page.get_by_role("textbox", name="Fact", exact=True)
        desk.press("e")
        desk.expect(field).to_have_value(FACTS[0][0])
        field.fill("Rain falls in Bergen.")
        desk.press("Enter")
        desk.saved(1)
        desk.expect(desk.row("Rain falls in Bergen.")).to_be_focused()

        desk.press("p")
        field.fill("Rain falls.\nIt falls in Bergen.")
        desk.press("Control+Enter")
        desk.expect(desk.row("It falls in Bergen.")).to_be_visible()
        desk.says("4 → 5")

        desk.expect(desk.row("Rain falls.")).to_have_attribute("aria-current", "true")
        desk.press("g")
        desk.expect(field).to_have_value("Rain falls. It falls in Bergen.")
        desk.press("Enter")
        desk.expect(desk.rows).to_have_count(4)

        desk.press("d")
        desk.expect(desk.rows).to_have_count(3)
        desk.says("4 → 3")
        desk.press("u", "u", "u", "u")
        desk.saved(8)
        desk.expect(desk.row(FACTS[0][0])).to_be_visible()
        desk.expect(page.locator(".pf-spans-values s")).to_have_count(0)
        page.reload()
        desk.expect(desk.rows.first).to_be_visible()
    assert sheet_in(path).changes == ()


def test_keys_are_silent_while_somebody_writes(page: Any, queued: tuple[Path, str]) -> None:
    path, queue_id = queued
    with app_on(path) as address:
        desk = Desk(page, address, queue_id)
        desk.press("a")
        page.keyboard.type("jk1234udg")
        field = page.get_by_role("textbox", name="Fact", exact=True)
        desk.expect(field).to_have_value("jk1234udg")
        desk.press("Escape")
        desk.expect(field).to_have_count(0)
        desk.expect(desk.rows).to_have_count(len(FACTS))
        desk.press("j")
        desk.expect(desk.rows.nth(1)).to_be_focused()
    assert sheet_in(path).changes == ()


def test_text_stays_text_and_nothing_is_fetched(page: Any, queued: tuple[Path, str]) -> None:
    path, queue_id = queued
    with app_on(path) as address:
        strays = watch(page, address)
        desk = Desk(page, address, queue_id)
        assert desk.text.evaluate("text => text.textContent") == TEXT
        assert desk.text.locator("img, b, script").count() == 0
        desk.expect(desk.rows.nth(1).locator(".pf-spans-fact")).to_have_text(FACTS[1][0])
        desk.press("j", "e")
        page.get_by_role("textbox", name="Fact", exact=True).fill(
            f"<img src='{ELSEWHERE}/e.png'> ![y]({ELSEWHERE}/f.png) :red[x] $y$"
        )
        desk.press("Enter")
        desk.saved(1)
        desk.expect(page.locator(".pf-spans-said")).to_contain_text("![y]")
        assert page.locator(".pf-spans img").count() == 0
        assert page.title() != "1"
        assert strays == []
