"""From a mark in a chart to the pairs behind it, through them, and back by the same address."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from profile_core.actions.extract import extract
from profile_core.types import SourceKind
from tests.browser.conftest import StartApp
from tests.studies import A, B, empty_study, pairs_batch, write

TARGETS = '.stVegaLiteChart [aria-roledescription="point"]'
HOSTILE = (
    "<img src='https://example.org/a.png' onerror='document.title=\"owned\"'>",
    "![](https://example.org/b.png) $\\frac{1}{2}$ :red[no]",
    "<style>* { display: none }</style>",
    "\u202eright to left\u202c שלום",
)


def said(page: Any) -> str:
    return " ".join(page.locator(".pf-state").all_inner_texts())


def wait_for(page: Any, words: str) -> None:
    page.wait_for_function(
        "words => [...document.querySelectorAll('.pf-state')].some(e => "
        "e.innerText.includes(words))",
        arg=words,
    )


def settled(page: Any) -> None:
    """Wait until the page has been run to its end."""
    page.wait_for_selector("[data-test-script-state=notRunning]")


def example(page: Any) -> str:
    """Everything that is shown of a pair, once it stays the same for a moment.

    Not the widgets, whose code may still be on its way.
    """
    page.wait_for_selector("text=Who chose what, and why")
    read = ""
    for _ in range(40):
        settled(page)
        page.wait_for_timeout(500)
        before, read = (
            read,
            "\n".join(page.locator(".pf-chip, .pf-text, .pf-table").all_text_contents()),
        )
        if read and read == before:
            return read
    raise AssertionError("the page does not come to rest")


def mark(page: Any, source: str, setting: str, factor: str) -> Any:
    named = re.compile(f"Factor: {factor}; Source: {re.escape(source)}; Setting: {setting};")
    page.wait_for_selector(TARGETS, state="attached")
    for target in page.locator(TARGETS).all():
        if named.search(target.get_attribute("aria-label") or ""):
            return target
    raise AssertionError(f"no mark of {factor}, {source}, {setting}")


def test_a_click_on_a_mark_opens_exactly_its_pairs_and_the_address_keeps_them(
    page: Any, demo_app: str
) -> None:
    page.goto(f"{demo_app}/influence")
    target = mark(page, "claude", "evaluation", "Length")
    found = re.search(r"(\d+) concordant", target.get_attribute("aria-label"))
    assert found
    target.click(force=True)
    page.wait_for_url("**/browse?*")
    wait_for(page, f"{found[1]} of 1,584 pairs")
    wait_for(page, f"Pair 1 of {found[1]}")
    assert parse_qs(urlsplit(page.url).query) == {
        "setting": ["evaluation"],
        "source": ["claude"],
        "factor": ["length"],
        "relation": ["concordant"],
    }

    first = example(page)
    page.keyboard.press("ArrowRight")
    wait_for(page, f"Pair 2 of {found[1]}")
    second = example(page)
    assert second != first
    page.reload()
    wait_for(page, f"Pair 2 of {found[1]}")
    assert example(page) == second
    page.keyboard.press("ArrowLeft")
    wait_for(page, f"Pair 1 of {found[1]}")
    assert example(page) == first


def test_fast_presses_go_pair_by_pair(page: Any, demo_app: str) -> None:
    page.goto(f"{demo_app}/browse?setting=evaluation")
    example(page)
    page.wait_for_load_state("networkidle")
    for position in range(1, 6):
        wait_for(page, f"Pair {position} of 144")
        page.keyboard.press("ArrowRight")
    wait_for(page, "Pair 6 of 144")


def test_a_negative_influence_opens_the_pairs_that_make_it(page: Any, demo_app: str) -> None:
    page.goto(f"{demo_app}/influence")
    target = mark(page, "claude", "generation", "Hallucination")
    found = re.search(r"(\d+) discordant", target.get_attribute("aria-label"))
    assert found
    target.click(force=True)
    page.wait_for_url("**/browse?*relation=discordant*")
    wait_for(page, f"{found[1]} of 1,584 pairs")


def test_the_buttons_beside_the_chart_do_the_same_without_a_mouse(page: Any, demo_app: str) -> None:
    page.goto(f"{demo_app}/influence?influence.factor=length&influence.task=summarization")
    button = page.get_by_role("button", name="discordant pair")
    found = re.search(r"\d+", button.inner_text())
    assert found
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/browse?*")
    wait_for(page, f"{found[0]} of 1,584 pairs, summarization only")


def test_a_cell_of_the_heat_map_opens_the_pairs_of_its_group(page: Any, demo_app: str) -> None:
    page.goto(f"{demo_app}/influence?influence.view=by+group&influence.by=task")
    cells = '.stVegaLiteChart [aria-roledescription="rect mark"]'
    page.wait_for_selector(cells, state="attached")
    for cell in page.locator(cells).all():
        label = cell.get_attribute("aria-label") or ""
        if "Factor: Length;" in label and "Group: document_qa" in label:
            break
    else:
        raise AssertionError("no cell of length in document_qa")
    found = re.search(r"(\d+) concordant", label)
    assert found
    cell.click(force=True)
    page.wait_for_url("**/browse?*")
    wait_for(page, f"{found[1]} of 1,584 pairs")
    assert parse_qs(urlsplit(page.url).query)["where"] == ["task = 'document_qa'"]


def test_filters_set_by_hand_are_in_the_address(page: Any, demo_app: str) -> None:
    page.goto(f"{demo_app}/browse")
    wait_for(page, "1,584 of 1,584 pairs")
    page.get_by_label("Search", exact=True).fill("girlfriend")
    page.keyboard.press("Enter")
    wait_for(page, "with the words “girlfriend”")
    wait_for(page, "Pair 1 of 33")
    before = said(page)
    settled(page)
    address = page.url
    assert "q=girlfriend" in address
    page.goto("about:blank")
    page.goto(address)
    wait_for(page, "Pair 1 of 33")
    assert said(page) == before


def test_a_row_of_the_list_opens_its_pair(page: Any, demo_app: str) -> None:
    page.goto(f"{demo_app}/browse?setting=evaluation&view=list")
    wait_for(page, "Pairs 1 to 100 of 144")
    grid = page.locator(".dvn-scroller").first
    grid.wait_for()
    settled(page)
    grid.click(position={"x": 18, "y": 35 * 3 + 18})  # the box before the third row
    wait_for(page, "Pair 3 of 144")
    assert "view=list" not in page.url


@pytest.mark.parametrize("stem", ["browse", "influence"])
def test_names_and_texts_fetch_nothing_and_run_nothing(
    stem: str, page: Any, start_app: StartApp, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.duckdb"
    with empty_study(path) as study:
        texts = [(f"{HOSTILE[place % 4]} and more words", "short") for place in range(40)]
        batch = pairs_batch(texts, [A, B] * 20)
        for name in HOSTILE:
            judge = batch.add_source(SourceKind.JUDGE, name)
            for pair in batch.pairs:
                batch.add_preference(pair, judge, A, reason=name)
        write(study, batch)
        extract(study)
    address = start_app(path)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/{stem}")
    page.wait_for_selector(".pf-state")
    settled(page)
    if stem == "influence":
        target = mark(page, "human", "evaluation", "Length")
        target.hover(force=True)
        page.wait_for_selector("#vg-tooltip-element.visible")
    else:
        assert HOSTILE[0] in example(page)
        assert HOSTILE[1] in page.inner_text(".stMain")
    outside = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert outside == []
    assert page.title() != "owned"
    assert page.locator(".stMain img").count() == 0
