"""The commands that ask a model, as a person would run them, over a server on loopback."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from profile_core.actions.demo import make_demo
from profile_core.cli import main
from tests.cli_runs import ROOT
from tests.model_answers import in_form
from tests.model_server import ModelServer, fails, model_server, says

SPEC = "compatible:local/small"
SUMMARY = [
    "run",
    "model",
    "rubric",
    "planned",
    "cached",
    "done",
    "failed",
    "calls",
    "input_tokens",
    "output_tokens",
    "cost",
    "cost_unknown",
    "seconds",
    "status",
]
ESTIMATE = [
    "items",
    "cached",
    "calls",
    "estimated_input_tokens",
    "estimated_output_tokens",
    "estimated_cost_low",
    "estimated_cost_high",
    "estimated_seconds",
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    make_demo(path).close()
    return path


@pytest.fixture
def study(demo: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(demo, tmp_path / "demo.duckdb"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server(says(in_form)) as running:
        monkeypatch.setenv("PROFILE_ENDPOINT_LOCAL_URL", f"{running.address}/v1")
        yield running


def run(*arguments: str) -> Any:
    result = CliRunner().invoke(main, [*arguments, "--format", "json"])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_judge_extract_and_generate_run_and_their_numbers_appear_on_influence(
    study: Path, server: ModelServer
) -> None:
    at = ("--study", str(study))
    judged = run("judge", *at, "--model", SPEC, "--orders", "both")
    assert list(judged) == SUMMARY
    assert (judged["planned"], judged["done"], judged["calls"]) == (144, 144, 288)
    assert judged["rubric"] == "overall@1"
    generated = run("generate", *at, "--model", SPEC, "--levels", "1-5", "--limit", "6")
    assert (generated["planned"], generated["calls"]) == (6, 30)
    measured = run(
        "extract",
        *at,
        "--extractor",
        f"llm:{SPEC}",
        "--factors",
        "fluency,n_facts",
        "--where",
        "generator_a = 'small'",
    )
    assert (measured["planned"], measured["done"]) == (30, 30)
    run("extract", *at)
    rows = run("influence", *at, "--source", "small/overall@1", "small")["rows"]
    assert {row["setting"] for row in rows} == {"evaluation", "generation"}
    assert {row["source"] for row in rows} == {"small/overall@1", "small"}
    again = run("judge", *at, "--model", SPEC)
    assert (again["cached"], again["calls"]) == (144, 0)


def test_judge_by_factor_runs_and_brings_a_judge_of_each_factor(
    study: Path, server: ModelServer
) -> None:
    at = ("--study", str(study))
    by_factor = ("judge", *at, "--model", SPEC, "--rubric", "factors", "--factors")
    names = ("fluency,receptiveness", "source_coverage")
    estimate = run(*by_factor, names[0], "--factors", names[1], "--limit", "9", "--dry-run")
    assert (list(estimate), estimate["items"], estimate["calls"]) == (ESTIMATE, 9, 18)
    judged = run(*by_factor, names[0], "--factors", names[1], "--limit", "9", "--max-calls", "5")
    assert (list(judged), judged["rubric"], judged["calls"]) == (SUMMARY, "factors@1", 5)
    resumed = (names[0], "--factors", names[1], "--limit", "9", "--resume", judged["run"])
    judged = run(*by_factor, *resumed)
    assert (judged["status"], judged["calls"], len(server.asked)) == ("done", 18, 18)
    [of_fluency] = [
        row for row in run("scorecard", *at)["rows"] if row["judge"] == "small/factors@1/fluency"
    ]
    assert (of_fluency["rubric"], of_fluency["pairs"]) == ("factors@1", 9)
    told = CliRunner().invoke(main, ["scorecard", *at]).stderr
    assert "how often having more of the factor goes with the reference's choice" in told


def test_a_dry_run_needs_no_key_and_no_server(study: Path) -> None:
    at = ("--study", str(study), "--dry-run", "--limit", "5")
    judged = run("judge", *at, "--model", "openai:gpt-4o")
    assert list(judged) == ESTIMATE
    assert (judged["items"], judged["calls"]) == (5, 10)
    assert 0 < judged["estimated_cost_low"] < judged["estimated_cost_high"]
    assert run("generate", *at, "--model", SPEC)["calls"] == 25
    extracted = run("extract", *at, "--extractor", f"llm:{SPEC}", "--taxonomy", "profile")
    assert extracted["items"] == 5
    assert extracted["estimated_cost_low"] is None


def test_what_is_missing_or_wrong_is_said_in_one_line(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = ("--study", str(study), "--model")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("PROFILE_ENDPOINT_LOCAL_URL", raising=False)
    assert "OPENAI_API_KEY" in refused("judge", *at, "openai:gpt-4o")
    assert "PROFILE_ENDPOINT_LOCAL_URL" in refused("judge", *at, SPEC)
    assert "write `openai:MODEL`" in refused("generate", *at, "gpt-4o")
    assert "overall@1" in refused("judge", *at, SPEC, "--rubric", "overal")
    assert "rubric level@1 is for generate" in refused("judge", *at, SPEC, "--rubric", "level")
    assert "about factors" in refused("judge", *at, SPEC, "--factors", "fluency")
    misspelt = ("--rubric", "factors", "--factors", "fluencey", "--dry-run")
    assert "fluency" in refused("judge", *at, SPEC, *misspelt)


def test_a_failure_tells_how_to_go_on(study: Path, server: ModelServer) -> None:
    server.in_line = [fails(400)]
    arguments = ["judge", "--study", str(study), "--model", SPEC, "--limit", "2"]
    result = CliRunner().invoke(main, [*arguments, "--format", "json"])
    summary = json.loads(result.stdout)
    assert summary["failed"] == {"request": 1}
    assert result.exit_code == 0
    assert "1 of 2 items have no result, by kind of failure: request 1" in result.stderr
    assert f"--resume {summary['run']}" in result.stderr
    again = run(*arguments, "--resume", summary["run"])
    assert (again["failed"], again["planned"]) == ({}, 2)


def test_a_cap_ends_a_run_cleanly(study: Path, server: ModelServer) -> None:
    arguments = ("judge", "--study", str(study), "--model", SPEC, "--max-calls", "9")
    assert "stopped at the cap of 9 calls" in run(*arguments)["status"]
    assert len(server.asked) == 9


def test_a_run_without_any_answer_fails_and_says_why(study: Path, server: ModelServer) -> None:
    server.standing = fails(400, "not like this")
    arguments = ["judge", "--study", str(study), "--model", SPEC, "--limit", "2"]
    result = CliRunner().invoke(main, [*arguments, "--format", "json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["status"].startswith("failed: the endpoint 'local' does not")
    assert "not like this" in result.stderr


def test_a_run_that_a_wrong_key_stopped_in_the_middle_fails(
    study: Path, server: ModelServer
) -> None:
    server.in_line = [says(in_form)] * 4
    server.standing = fails(401)
    arguments = ["judge", "--study", str(study), "--model", SPEC, "--concurrency", "1"]
    result = CliRunner().invoke(main, [*arguments, "--format", "json"])
    assert result.exit_code == 1
    summary = json.loads(result.stdout)
    assert (summary["done"], summary["status"][:9]) == (2, "stopped: ")


def test_a_table_says_what_nobody_knows_and_what_was_answered_before(
    study: Path, server: ModelServer
) -> None:
    arguments = ["judge", "--study", str(study), "--model", SPEC, "--limit", "2"]
    table = CliRunner().invoke(main, arguments).stdout
    assert re.search(r"^cost +unknown$", table, re.MULTILINE)
    assert re.search(r"^answered before +0$", table, re.MULTILINE)
    assert re.search(r"^calls of unknown cost +4$", table, re.MULTILINE)


def test_a_dry_run_warns_of_a_missing_key_or_endpoint(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    at = ["--study", str(study), "--dry-run", "--format", "json"]
    for arguments, missing in (
        (["judge", "--model", "openai:gpt-4o"], "set OPENAI_API_KEY"),
        (["generate", "--model", "compatible:nowhere/m"], "set PROFILE_ENDPOINT_NOWHERE_URL"),
        (["extract", "--extractor", "llm:compatible:nowhere/m"], "PROFILE_ENDPOINT_NOWHERE_URL"),
    ):
        result = CliRunner().invoke(main, [*arguments, *at])
        assert (result.exit_code, list(json.loads(result.stdout))) == (0, ESTIMATE)
        assert missing in result.stderr


def test_runs_lists_what_was_asked_of_which_model(study: Path, server: ModelServer) -> None:
    at = ("--study", str(study))
    assert run("runs", *at) == {"runs": []}
    capped = run("judge", *at, "--model", SPEC, "--max-calls", "9")
    generated = run("generate", *at, "--model", SPEC, "--limit", "1")
    listed = run("runs", *at)["runs"]
    assert [(row["run_id"], row["status"], row["calls"]) for row in listed] == [
        (generated["run"], "done", 5),
        (capped["run"], "stopped", 9),
    ]
    table = CliRunner().invoke(main, ["runs", *at]).stdout.splitlines()
    assert table[2].startswith(capped["run"])
    assert table[2].split()[-2:] == ["unknown", "stopped"]
    written = CliRunner().invoke(main, ["runs", *at, "--format", "csv"]).stdout
    assert written.splitlines()[0].startswith("run_id,verb,model,rubric,planned,done,status")


def test_an_interrupt_from_the_keyboard_says_that_answers_are_kept_and_how_to_go_on(
    study: Path, server: ModelServer
) -> None:
    server.standing = says(in_form, after=0.05)
    command = [sys.executable, "-m", "profile_core", "judge", "--study", str(study)]
    process = subprocess.Popen(
        [*command, "--model", SPEC], cwd=ROOT, text=True, stderr=subprocess.PIPE
    )
    while len(server.asked) < 10:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=30)[1]
    [row] = run("runs", "--study", str(study))["runs"]
    assert (process.returncode, row["status"]) == (1, "cancelled")
    assert "what was answered is kept: the same command goes on with it" in told
    assert f"`--resume {row['run_id']}`" in told
    assert "Aborted" not in told
