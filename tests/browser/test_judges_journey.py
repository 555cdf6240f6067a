"""A run of a model from one browser, watched and stopped from another, and gone on with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import StartApp
from tests.model_answers import in_form
from tests.model_server import ModelServer, model_server, says

MODEL = "compatible:local/small"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server(says(in_form, after=0.2)) as running:
        monkeypatch.setenv("PROFILE_ENDPOINT_LOCAL_URL", f"{running.address}/v1")
        yield running


def test_a_run_is_watched_and_stopped_from_another_browser_and_gone_on_with(
    server: ModelServer, start_app: StartApp, demo_copy: Path, page: Any, chromium: Any
) -> None:
    address = start_app(demo_copy)
    page.goto(f"{address}/judges?judges.model={MODEL}")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_selector(".pf-job")

    elsewhere = chromium.new_context()
    other = elsewhere.new_page()
    other.goto(f"{address}/browse")
    line = other.locator(".pf-job")
    line.wait_for()
    reads = r"judging pairs, [\d,]+ of 288, about .+ left"
    other.wait_for_function(
        "reads => new RegExp(reads).test(document.querySelector('.pf-job')?.innerText ?? '')",
        arg=reads,
    )
    other.get_by_role("button", name="Cancel").click()
    other.wait_for_selector("text=stopped")
    page.wait_for_selector("text=stopped")
    asked = len(server.asked)
    assert asked < 288

    server.standing = says(in_form)
    other.goto(f"{address}/judges?judges.view=runs")
    other.wait_for_selector("text=cancelled")
    other.get_by_role("button", name=re.compile("^Go on")).click()
    page.goto(f"{address}/judges?judges.view=scorecard")
    page.wait_for_selector("text=small/overall@1")
    other.wait_for_selector(".pf-job", state="detached")
    assert len(server.asked) == 288
    elsewhere.close()
