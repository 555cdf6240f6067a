"""The command `scorecard`, as a person would run it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from profile_core.actions.demo import make_demo
from tests.cli_runs import as_json, ok, refused
from tests.studies import empty_study, small_batch, write

KEYS = [
    "judge",
    "rubric",
    "pairs",
    "agreement",
    "low",
    "high",
    "kappa",
    "flip_rate",
    "first_share",
    "tie_share",
    "invalid_share",
    "longer_excess",
    "cost",
    "seconds",
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    make_demo(path).close()
    return path


def test_json_has_its_keys_and_undefined_numbers_are_null(demo: Path) -> None:
    found = as_json("scorecard", "--study", demo)
    assert list(found) == ["rows"]
    assert {tuple(row) for row in found["rows"]} == {tuple(KEYS)}
    assert len(found["rows"]) == 3
    first, weak, reference = found["rows"]
    assert 0 < first["low"] < first["agreement"] < first["high"] < 1
    assert (weak["agreement"], weak["low"]) == (0, None)
    assert (reference["agreement"], reference["low"], reference["kappa"]) == (None, None, None)
    assert all(row["pairs"] == 144 for row in found["rows"])
    assert all(0 <= row["flip_rate"] < 1 for row in found["rows"])
    assert all((row["rubric"], row["cost"], row["seconds"]) == (None,) * 3 for row in found["rows"])


def test_a_stand_in_is_called_one_on_stderr(demo: Path) -> None:
    result = ok("scorecard", "--study", demo, "--format", "json")
    assert "a stand-in for people" in result.stderr
    assert "stand-in" not in result.stdout


def test_a_table_says_whom_it_compares_with(demo: Path) -> None:
    result = ok("scorecard", "--study", demo)
    lines = result.stdout.splitlines()
    assert lines[0].split()[:2] == ["judge", "rubric"]
    assert len(lines) == 4
    assert lines[-1].endswith("the reference")


def test_csv_has_the_same_columns(demo: Path) -> None:
    rows = list(
        csv.DictReader(io.StringIO(ok("scorecard", "--study", demo, "--format", "csv").stdout))
    )
    assert list(rows[0]) == KEYS
    assert rows[-1]["agreement"] == ""


def test_another_reference_may_be_named(demo: Path) -> None:
    judges = [row["judge"] for row in as_json("scorecard", "--study", demo)["rows"]]
    found = as_json("scorecard", "--study", demo, "--reference", judges[0])["rows"]
    assert [row["judge"] for row in found][-1] == judges[0]
    assert "nobody" in refused("scorecard", "--study", demo, "--reference", "nobody")


def test_a_study_without_a_judge_says_how_to_get_one(tmp_path: Path) -> None:
    path = tmp_path / "people.duckdb"
    with empty_study(path) as study:
        write(study, small_batch())
    result = ok("scorecard", "--study", path, "--format", "json")
    assert result.stdout.split() == ["{", '"rows":', "[]", "}"]
    assert "profile-core judge" in result.stderr
