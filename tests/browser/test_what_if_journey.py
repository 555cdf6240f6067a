"""A scenario composed by hand, saved, and opened again after a restart: the same numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.browser.conftest import StartApp, app_on
from tests.browser.test_influence_to_browse import settled, wait_for

MARKS = '.stVegaLiteChart [aria-roledescription="point"]'


def numbers(page: Any) -> list[str]:
    """The figures of the chart's twin, once they stay the same for a moment."""
    table = page.locator("table", has_text="Difference [95")
    read: list[str] = []
    for _ in range(40):
        settled(page)
        page.wait_for_timeout(300)
        before, read = read, table.locator("td").all_inner_texts()
        if read and read == before:
            return read
    raise AssertionError("the page does not come to rest")


def add(page: Any, label: str, option: str) -> None:
    """Choose an option of a list that takes several."""
    page.locator("[data-testid=stMultiSelect]", has_text=label).locator("input").click()
    page.keyboard.type(option)
    page.get_by_role("option", name=option, exact=True).click()
    page.keyboard.press("Escape")
    settled(page)


def test_a_scenario_is_composed_saved_and_opened_again_after_a_restart(
    page: Any, chromium: Any, demo_copy: Path
) -> None:
    with app_on(demo_copy) as address:
        page.goto(f"{address}/what_if")
        wait_for(page, "Scenario: everything as it is")
        add(page, "Equal: matched", "length")
        wait_for(page, "length matched within")
        add(page, "Left out", "headings")
        wait_for(page, "without headings")
        add(page, "Left out", "code_blocks")
        wait_for(page, "without headings and code_blocks")
        page.get_by_label("Condition", exact=True).fill("setting = 'evaluation'")
        page.keyboard.press("Enter")
        wait_for(page, "pairs with setting = 'evaluation'")
        composed = numbers(page)
        by_hand = page.url

        page.get_by_role("button", name="Save this scenario").click()
        page.get_by_label("Name", exact=True).fill("Judged, alike in length")
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_selector("text=This link opens it")
        link = page.locator("[data-testid=stCode]").first.inner_text().strip()
        assert numbers(page) == composed

    with app_on(demo_copy) as restarted:
        for asked in (by_hand, link):
            fresh = chromium.new_context().new_page()
            fresh.goto(f"{restarted}/what_if?{asked.split('?', 1)[1]}")
            wait_for(fresh, "length matched within")
            assert numbers(fresh) == composed
            fresh.context.close()


def test_a_question_of_one_click_is_written_out_in_the_address(
    page: Any, chromium: Any, demo_app: str
) -> None:
    page.goto(f"{demo_app}/what_if")
    wait_for(page, "Scenario: everything as it is")
    page.get_by_role("button", name="about equal length").click()
    wait_for(page, "length matched within")
    found = numbers(page)
    page.wait_for_function("() => location.search.includes('what_if.band.length')")
    fresh = chromium.new_context().new_page()
    fresh.goto(page.url)
    wait_for(fresh, "length matched within")
    assert numbers(fresh) == found
    fresh.context.close()


def test_every_kind_of_number_opens_its_pairs(page: Any, demo_app: str) -> None:
    page.goto(
        f"{demo_app}/what_if?what_if.matched=length&what_if.band.length=8"
        "&what_if.setting=evaluation"
    )
    numbers(page)
    for caption in ("Difference [95", "Agreement: baseline", "Win rate: baseline"):
        links = page.locator("table", has_text=caption).locator("td a")
        for place in (0, 1):
            address = links.nth(place).get_attribute("href")
            count = links.nth(place).inner_text()
            opened = page.context.new_page()
            opened.goto(f"{demo_app}/{address}")
            wait_for(opened, f"{count} of 1,584 pairs")
            opened.close()


def test_the_files_hold_the_chart_the_numbers_and_the_report(page: Any, demo_app: str) -> None:
    page.goto(f"{demo_app}/what_if?what_if.matched=length&what_if.band.length=8")
    numbers(page)
    for button, begins, holds in (
        ("Figure as SVG", "<svg", "baseline above"),
        ("Table as CSV", "setting,source,factor,baseline_tau", "generation,claude,length"),
        ("Report as one HTML file", "<!doctype html>", "length matched within 8"),
    ):
        with page.expect_download() as coming:
            page.get_by_role("button", name=button).click()
        text = Path(coming.value.path()).read_text(encoding="utf-8")
        assert text.lower().startswith(begins)
        assert holds in text


def test_a_click_on_a_mark_opens_its_pairs(page: Any, demo_app: str) -> None:
    page.goto(f"{demo_app}/what_if?what_if.matched=length&what_if.band.length=20")
    counted = numbers(page)
    page.wait_for_selector(MARKS, state="attached")
    named = re.compile("Factor: Length; Source: claude; Setting: evaluation;")
    both = [
        mark
        for mark in page.locator(MARKS).all()
        if named.search(mark.get_attribute("aria-label") or "")
    ]
    assert len(both) == 2
    row = counted[counted.index("Length") :]
    both[1].click(force=True)
    page.wait_for_url("**/browse?*")
    wait_for(page, f"{row[4]} of 1,584 pairs")


def test_a_slider_moves_marks_and_nothing_else_moves(page: Any, demo_app: str) -> None:
    page.goto(f"{demo_app}/what_if?what_if.matched=length&what_if.band.length=8")
    before = numbers(page)
    slider = page.get_by_role("slider").first
    sliders = page.locator(".st-key-what-if-sliders")
    place = sliders.bounding_box()
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => !location.search.includes('band.length=8&')")
    assert numbers(page) != before
    assert sliders.bounding_box() == place
    found = re.search(r"what_if\.band\.length=(\d+)", page.url)
    assert found
    wait_for(page, f"length matched within {found[1]}")


def test_a_deletion_is_taken_back(page: Any, start_app: StartApp, demo_copy: Path) -> None:
    address = start_app(demo_copy)
    page.goto(f"{address}/what_if?what_if.task=summarization")
    wait_for(page, "Scenario: pairs with task")
    page.get_by_role("button", name="Save this scenario").click()
    page.get_by_label("Name", exact=True).fill("Summaries")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector("text=This link opens it")
    page.goto(f"{address}/what_if?what_if.view=saved+scenarios")
    page.get_by_role("button", name="Delete").click()
    page.wait_for_selector("text=Deleted “Summaries”")
    assert page.get_by_role("button", name="Delete").count() == 0
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Delete").wait_for()
    page.locator("[class*=st-key-open-] button").click()
    wait_for(page, "Scenario: pairs with task = 'summarization'")
