"""From no study at all to a finding, in the app alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from profile_core.store.rows import number
from profile_core.store.study import Study
from tests.browser.conftest import StartApp


@pytest.fixture
def pairs_csv(tmp_path: Path) -> Path:
    """Forty pairs of twenty prompts; the longer answer is always preferred."""
    rows = ["question,answer_a,answer_b,winner,why"]
    for place in range(40):
        short, long = f"answer {place}", f"a much longer answer with number {place}"
        a, b = (long, short) if place % 2 else (short, long)
        rows.append(f"question {place // 2},{a},{b},{'A' if place % 2 else 'B'},it says more")
    path = tmp_path / "my pairs.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def upload(page: Any, path: Path) -> None:
    page.wait_for_selector("input[type=file]", state="attached")
    page.set_input_files("input[type=file]", path)
    page.wait_for_selector("text=What the columns are")


def test_from_nothing_to_a_finding(
    page: Any, start_app: StartApp, tmp_path: Path, pairs_csv: Path
) -> None:
    study = tmp_path / "new.duckdb"
    page.goto(f"{start_app(study)}/data")
    page.wait_for_selector("text=No study yet")
    page.get_by_role("button", name="Begin with an empty study").click()
    upload(page, pairs_csv)

    page.get_by_role("button", name="Try it out").click()
    page.wait_for_selector("text=would add 20 prompts, 80 responses")
    page.get_by_role("button", name="Import", exact=True).last.click()
    page.wait_for_selector("text=added 20 prompts, 80 responses, 40 pairs to judge")

    page.get_by_role("link", name="Measure the responses").click()
    page.wait_for_selector("text=80 responses of 80 lack a value")
    page.get_by_role("button", name="Measure", exact=True).last.click()
    page.wait_for_selector("text=80 responses measured")

    page.get_by_role("link", name="Overview").click()
    page.wait_for_selector("text=What people prefer here goes with more length")
    assert "The reference is human" in page.inner_text("[data-testid=stMain]")


def test_a_refused_file_names_the_place_and_leaves_the_study_alone(
    page: Any, start_app: StartApp, tmp_path: Path
) -> None:
    path = tmp_path / "study.duckdb"
    Study.open(path, create=True).close()
    bad = tmp_path / "bad.csv"
    bad.write_text("question,answer_a,answer_b,winner\nq,a,b,A\nq2,a2,b2,perhaps\n")
    address = start_app(path)
    page.goto(f"{address}/data")
    upload(page, bad)
    page.wait_for_selector("text=line 3, column 'winner'")
    assert page.get_by_role("button", name="Try it out").count() == 0
    page.goto(f"{address}/overview")
    page.wait_for_selector("text=This study is empty")


def test_a_mapping_can_be_mended_before_anything_is_written(
    page: Any, start_app: StartApp, tmp_path: Path
) -> None:
    path = tmp_path / "study.duckdb"
    Study.open(path, create=True).close()
    odd = tmp_path / "odd.csv"
    odd.write_text("ask,answer_a,answer_b,winner\nq,a,b,A\nq2,a2,b2,B\n")
    page.goto(f"{start_app(path)}/data")
    upload(page, odd)
    page.wait_for_selector("text=which column holds prompt cannot be told")
    page.get_by_label("prompt", exact=True).click()
    page.get_by_role("option", name="ask").click()
    page.wait_for_selector("text=The first rows")
    page.get_by_role("button", name="Import", exact=True).last.click()
    page.wait_for_selector("text=added 2 prompts")


def test_an_empty_study_fills_with_the_demo(page: Any, start_app: StartApp, tmp_path: Path) -> None:
    path = tmp_path / "study.duckdb"
    with Study.open(path, create=True) as study:
        assert number(study.cursor(), "SELECT count(*) FROM prompt") == 0
    page.goto(f"{start_app(path)}/overview")
    page.get_by_role("button", name="Fill with the demo").click()
    page.wait_for_selector("text=What it says so far")
    page.wait_for_selector("text=It contains no human labels")
    page.wait_for_selector("text=is used as a stand-in")
