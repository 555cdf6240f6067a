"""From a mark of the alignment page to the pairs behind it, and back by the same address."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.browser.test_influence_to_browse import TARGETS, settled, wait_for

QWEN = "qwen2.5-coder-1.5b-instruct-q4"


def target(page: Any, *words: str) -> Any:
    """The invisible target whose label has all the words."""
    page.wait_for_selector(TARGETS, state="attached")
    for _ in range(20):
        for found in page.locator(TARGETS).all():
            label = found.get_attribute("aria-label") or ""
            if all(word in label for word in words):
                return found
        page.wait_for_timeout(500)
    raise AssertionError(f"no mark with {words}")


def test_a_click_on_a_slope_opens_the_pairs_that_make_it(page: Any, demo_app: str) -> None:
    page.goto(f"{demo_app}/alignment?alignment.model={QWEN}")
    mark = target(page, "Factor: Intent alignment;", f"Source: {QWEN};", "Setting: generation;")
    found = re.search(r"(\d+) concordant", mark.get_attribute("aria-label"))
    assert found
    mark.click(force=True)
    page.wait_for_url("**/browse?*")
    wait_for(page, f"{found[1]} of 1,584 pairs")
    assert parse_qs(urlsplit(page.url).query) == {
        "setting": ["generation"],
        "source": [QWEN],
        "factor": ["intent_align"],
        "relation": ["concordant"],
    }


def test_a_click_on_a_distance_opens_the_sources_pairs(page: Any, demo_app: str) -> None:
    page.goto(f"{demo_app}/alignment?alignment.task=summarization")
    mark = target(page, "Distance:", f"Source: {QWEN};", "Setting: generation;")
    found = re.search(r"([\d,]+) pairs", mark.get_attribute("aria-label"))
    assert found
    mark.click(force=True)
    page.wait_for_url("**/browse?*")
    wait_for(page, f"{found[1]} of 1,584 pairs, summarization only")


def test_the_views_answer_clicks_on_their_own_marks(page: Any, demo_app: str) -> None:
    for view, setting in (("differences", "generation"), ("scatter", "evaluation")):
        page.goto(f"{demo_app}/alignment?alignment.model={QWEN}&alignment.view={view}")
        mark = target(page, "Difference:", "Factor: Coherence;", f"Setting: {setting};")
        mark.click(force=True)
        page.wait_for_url("**/browse?*factor=coherence*")
        assert parse_qs(urlsplit(page.url).query)["setting"] == [setting]


def test_the_buttons_do_the_same_without_a_mouse(page: Any, demo_app: str) -> None:
    page.goto(
        f"{demo_app}/alignment?alignment.model={QWEN}&alignment.view=differences"
        "&alignment.factor=coherence"
    )
    button = page.get_by_role("button", name="discordant pair")
    found = re.search(r"\d+", button.inner_text())
    assert found
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/browse?*factor=coherence*")
    wait_for(page, f"{found[0]} of 1,584 pairs")


def test_what_is_chosen_by_hand_is_in_the_address(page: Any, demo_app: str) -> None:
    page.goto(f"{demo_app}/alignment")
    page.get_by_role("radio", name="by group").click()
    page.wait_for_selector("text=Where in the data a model is near")
    settled(page)
    address = page.url
    assert parse_qs(urlsplit(address).query)["alignment.view"] == ["by group"]
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("text=Where in the data a model is near")
