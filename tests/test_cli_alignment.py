"""The command `alignment`, as a person would run it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from profile_core.actions.demo import make_demo
from profile_core.analysis.alignment import alignment
from profile_core.store.study import Study
from tests.cli_runs import as_json, ok, refused
from tests.studies import empty_study, small_batch, write

ROWS = [
    "source",
    "model",
    "setting",
    "distance",
    "distance_low",
    "distance_high",
    "spearman",
    "spearman_cross_fitted",
    "kendall",
    "pearson",
    "agreement",
    "kappa",
    "factors",
    "pairs",
    "prompts",
]
KEYS = {
    "rows": ROWS,
    "gaps": ["model", "factor", "difference", "low", "high", "p", "p_holm"],
    "nearer": ["model", "d2_difference", "low", "high"],
    "factors": [
        "source",
        "setting",
        "factor",
        "tau",
        "reference_tau",
        "difference",
        "low",
        "high",
        "p",
        "q",
    ],
}
QWEN, SMOLLM = "qwen2.5-coder-1.5b-instruct-q4", "smollm2-135m-instruct-q4"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    make_demo(path).close()
    return path


def test_json_has_its_keys_in_their_order(demo: Path) -> None:
    found = as_json("alignment", "--study", demo)
    assert list(found) == ["study", "reference", "reference_is_stand_in", *KEYS]
    assert (found["reference"], found["reference_is_stand_in"]) == ("claude", True)
    for name, keys in KEYS.items():
        assert {tuple(row) for row in found[name]} == {tuple(keys)}, name
    assert [(row["source"], row["setting"]) for row in found["rows"]] == [
        (QWEN, "evaluation"),
        (SMOLLM, "evaluation"),
        ("claude", "generation"),
        (QWEN, "generation"),
        (SMOLLM, "generation"),
    ]
    assert found["rows"][1]["distance"] is None
    assert found["rows"][1]["factors"] == 0


def test_numbers_are_those_of_the_analysis_at_full_precision(demo: Path) -> None:
    found = as_json("alignment", "--study", demo)
    with Study.open(demo) as study:
        expected = alignment(study)
    for name, keys in KEYS.items():
        assert found[name] == [
            {key: getattr(row, key) for key in keys} for row in getattr(expected, name)
        ]


def test_the_table_has_the_answer_the_check_of_levels_and_what_can_be_told(demo: Path) -> None:
    result = ok("alignment", "--study", demo)
    said = result.stdout
    assert said.startswith(f"{QWEN}: When it judges, ")
    assert "not real for this generator" in said
    heads = [
        "Distance from the reference",
        "Which setting is nearer",
        "Gaps between a model's two settings: ",
        "Factors weighed otherwise than by the reference: ",
    ]
    places = [said.index(head) for head in heads]
    assert places == sorted(places)
    assert said.index("rho cross-fitted") < said.index("rho raw")
    assert max(map(len, said[places[0] :].splitlines())) < 230
    assert "is used as a stand-in: a model, not people" in result.stderr
    assert "rho raw is biased" in result.stderr


def test_csv_has_the_distances(demo: Path) -> None:
    text = ok("alignment", "--study", demo, "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == ROWS
    assert len(rows) == 5
    assert rows[1]["distance"] == ""


def test_groups_stand_in_a_last_column(demo: Path) -> None:
    found = as_json("alignment", "--study", demo, "--by", "task")
    assert {tuple(row) for row in found["rows"]} == {(*ROWS, "group")}
    assert {row["group"] for row in found["gaps"]} <= {
        "document_qa",
        "helpful_response",
        "summarization",
    }
    head = ok("alignment", "--study", demo, "--by", "task").stdout.splitlines()
    assert any(line.startswith("task ") for line in head)


def test_filter_labels_and_reference_are_taken(demo: Path) -> None:
    where = "task = 'summarization'"
    found = as_json("alignment", "--study", demo, "--where", where, "--reference", QWEN)
    assert found["reference"] == QWEN
    assert max(row["pairs"] for row in found["rows"]) == 160
    assert "drawn for review" in refused(
        "alignment", "--study", demo, "--labels", "prediction-powered"
    )
    assert "nobody" in refused("alignment", "--study", demo, "--reference", "nobody")
    assert "colum" in refused("alignment", "--study", demo, "--by", "nothing")


def test_people_alone_have_nobody_to_compare_with(tmp_path: Path) -> None:
    path = tmp_path / "people.duckdb"
    with empty_study(path) as study:
        write(study, small_batch())
    result = ok("alignment", "--study", path, "--format", "json")
    assert '"rows": []' in result.stdout
    assert "no rows: " in result.stderr
    assert ok("alignment", "--study", path).stdout == ""
