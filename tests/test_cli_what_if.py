"""The command `what-if`, as a person would run it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from profile_core.actions.demo import make_demo
from profile_core.analysis.scenario import Scenario
from profile_core.analysis.what_if import what_if
from profile_core.store.study import Study
from tests.cli_runs import as_json, ok, refused, run

KEYS = ["study", "scenario", "baseline", "result", "differences", "sentence"]
DIFFERENCE = ["setting", "source", "factor", "difference", "low", "high", "p", "q"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    make_demo(path).close()
    return path


def test_json_has_its_keys_and_influences_rows(demo) -> None:
    found = as_json("what-if", "--study", demo, "--equalise", "length:20", "--source", "claude")
    assert list(found) == KEYS
    assert found["scenario"] == {
        "equalise": [{"factor": "length", "band": 20.0}],
        "sources": ["claude"],
    }
    assert [list(found[side]) for side in ("baseline", "result")] == [
        ["rows", "pairs", "prompts"]
    ] * 2
    assert {tuple(row) for row in found["differences"]} == {tuple(DIFFERENCE)}
    influence = as_json("influence", "--study", demo)
    assert found["baseline"]["rows"] == influence["rows"]
    assert found["baseline"]["pairs"] == 1584
    assert {row["source"] for row in found["result"]["rows"]} == {"claude"}
    by_key = [
        {
            (row["setting"], row["factor"]): row["tau"]
            for row in found[side]["rows"]
            if row["source"] == "claude"
        }
        for side in ("baseline", "result")
    ]
    for row in found["differences"]:
        key = row["setting"], row["factor"]
        if row["difference"] is not None:
            assert row["difference"] == pytest.approx(by_key[1][key] - by_key[0][key])


def test_numbers_are_those_of_the_app(demo) -> None:
    where = "task = 'summarization'"
    found = as_json("what-if", "--study", demo, "--where", where)
    with Study.open(demo) as study:
        expected = what_if(study, Scenario(where=where), alignment=False, win_rates=False)
    assert found["sentence"] == expected.sentence
    assert [row["difference"] for row in found["differences"]] == [
        row.difference for row in expected.differences
    ]


def test_every_flag_reaches_the_scenario(demo) -> None:
    found = as_json(
        *("what-if", "--study", demo, "--where", "length_a > 0", "--labels", "corrected"),
        *("--equalise", "sentences:3", "--drop", "length,characters", "--drop", "hedges"),
        *("--source", "claude", "--variant", "tau13"),
        *("--weights", "task=summarization:2,document_qa:0.5"),
    )
    assert found["scenario"] == {
        "where": "length_a > 0",
        "labels": "corrected",
        "equalise": [{"factor": "sentences", "band": 3.0}],
        "drop": ["length", "characters", "hedges"],
        "sources": ["claude"],
        "variant": "tau13",
        "weights": {"column": "task", "of": {"summarization": 2.0, "document_qa": 0.5}},
    }


def test_a_factor_without_a_band_is_modelled(demo) -> None:
    result = ok("what-if", "--study", demo, "--equalise", "length", "--format", "json")
    assert json.loads(result.stdout)["scenario"] == {"equalise": [{"factor": "length"}]}
    assert "modelled influences are of" in result.stderr


def test_csv_is_the_differences(demo) -> None:
    printed = ok("what-if", "--study", demo, "--equalise", "length:20", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert list(rows[0]) == DIFFERENCE
    assert len(rows) > 100


def test_a_table_says_the_scenario_and_what_changed(demo) -> None:
    result = ok("what-if", "--study", demo, "--equalise", "length:20", "--source", "claude")
    assert "scenario: length matched within 20; only claude" in result.stderr
    assert "influences change" in result.stderr or "can be told from chance" in result.stderr
    header = result.stdout.splitlines()[0]
    for word in ("baseline [95 %]", "scenario [95 %]", "difference [95 %]", "prompts"):
        assert word in header


def test_a_scenario_is_saved_used_changed_and_deleted(demo) -> None:
    flags = ("--study", demo)
    result = ok(
        *("what-if", *flags, "--equalise", "length:20", "--save", "Near"),
        *("--describe", "responses of like length"),
    )
    assert "saved the scenario 'Near'" in result.stderr
    (kept,) = as_json("what-if", *flags, "--list")
    assert (kept["name"], kept["description"]) == ("Near", "responses of like length")
    used = as_json("what-if", *flags, "--scenario", "near")
    assert (
        used["scenario"] == kept["scenario"] == {"equalise": [{"factor": "length", "band": 20.0}]}
    )
    narrower = as_json("what-if", *flags, "--scenario", "near", "--source", "claude")
    assert narrower["scenario"] == {**kept["scenario"], "sources": ["claude"]}
    assert "'Near' already" in refused_after_notes("what-if", *flags, "--save", "near")
    ok("what-if", *flags, "--drop", "hedges", "--save", "near", "--replace")
    ok("what-if", *flags, "--scenario", "Near", "--describe", "other words")
    (kept,) = as_json("what-if", *flags, "--list")
    assert kept["scenario"] == {"drop": ["hedges"]}
    assert kept["description"] == "other words"
    assert "Near" in ok("what-if", *flags, "--list").stdout
    assert "without hedges" in ok("what-if", *flags, "--list", "--format", "csv").stdout
    ok("what-if", *flags, "--delete", "NEAR")
    assert as_json("what-if", *flags, "--list") == []
    assert "no scenario is saved" in ok("what-if", *flags, "--list").stderr
    assert "no saved scenario named 'Near'" in refused("what-if", *flags, "--scenario", "Near")


def refused_after_notes(*args: object) -> str:
    result = run(*args)
    assert result.exit_code == 1
    assert result.stdout == ""
    return result.stderr.splitlines()[-1]


def test_a_scenario_that_cannot_be_is_not_saved(demo) -> None:
    refused("what-if", "--study", demo, "--where", "lenght_a > 3", "--save", "broken")
    assert as_json("what-if", "--study", demo, "--list") == []


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--equalise", "lenght:3"], "did you mean length"),
        (["--equalise", "length:-3"], "0 or more"),
        (["--equalise", "length", "--drop", "length"], "both equalised and dropped"),
        (["--equalise", "length", "--variant", "soft"], "defined for tau14 alone"),
        (["--weights", "task"], "such as task=summarization:2"),
        (["--weights", "task=poetry:2"], "no value of task named 'poetry'"),
        (["--labels", "reviewed-only"], "needs labels that were drawn"),
        (["--source", "nobody"], "no source named 'nobody'"),
        (["--scenario", "nothing"], "no saved scenario named 'nothing'"),
    ],
)
def test_a_mistake_is_told_in_one_line(demo, flags, says) -> None:
    assert says in refused("what-if", "--study", demo, *flags)


@pytest.mark.parametrize("flags", [["--describe", "x"], ["--replace"], ["--variant", "tau15"]])
def test_wrong_usage_is_exit_code_two(demo, flags) -> None:
    assert run("what-if", "--study", demo, *flags).exit_code == 2
