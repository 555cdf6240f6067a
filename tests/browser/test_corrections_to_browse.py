"""From an arrow to the labelled pairs behind it, and from a pair to the desk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from profile_core.annotation import queues
from profile_core.types import Choice, QueueKind
from tests.browser.conftest import StartApp
from tests.reviewed_study import go_through, rated_study

ARROWS = '.stVegaLiteChart [aria-roledescription="point"][aria-label*="Difference"]'
VIEW = "influence.view=what%20corrections%20change"


@pytest.fixture
def app(tmp_path: Path, start_app: StartApp) -> str:
    """An app on a study in which people find a's clarity lower than the automatic label."""
    path = tmp_path / "study.duckdb"
    rated = [(4.0, 2.0)] * 20 + [(2.0, 4.0)] * 10
    with rated_study(path, rated, rated) as study:
        queue = queues.draw(study, kind=QueueKind.RANDOM, size=20, factors=["clarity"])
        go_through(
            study,
            "ann",
            queue.queue_id,
            lambda cell, item: 1.0 if cell.side is Choice.A and cell.automatic == 4 else None,
        )
    return start_app(path)


def test_a_click_on_an_arrow_opens_exactly_its_labelled_pairs(page: Any, app: str) -> None:
    page.goto(f"{app}/influence?{VIEW}")
    page.wait_for_selector(ARROWS, state="attached")
    arrow = page.locator(ARROWS).first
    found = re.search(r"Labels: (\d+) of \d+ drawn", arrow.get_attribute("aria-label") or "")
    assert found
    arrow.click(force=True)
    page.wait_for_url("**/browse?*labelled=drawn*")
    page.wait_for_selector(f"text={found[1]} of 30 pairs")
    page.wait_for_selector("text=drawn for review and labelled")


def test_the_way_from_a_pair_to_the_desk_keeps_the_pair(page: Any, app: str) -> None:
    page.goto(f"{app}/browse?labelled=changed%20by%20people")
    page.get_by_role("link", name="Correct labels").click()
    page.wait_for_url("**/annotate?*pair=*")


def test_nothing_is_wider_than_a_small_window(page: Any, app: str) -> None:
    page.set_viewport_size({"width": 900, "height": 900})
    page.goto(f"{app}/influence?{VIEW}")
    page.wait_for_selector(ARROWS, state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= 900
