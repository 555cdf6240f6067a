"""The command line: flags, JSON keys, exit codes, and what goes to which stream."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from profile_core.cli import importing, main
from profile_core.formats.table.fields import FAMILIES, FIELDS
from profile_core.store.study import Study
from tests.cli_runs import (
    ESTIMATE_KEYS,
    IMPORT_KEYS,
    ROOT,
    ROW_KEYS,
    RUN_KEYS,
    as_json,
    ok,
    refused,
    refused_with_notes,
    run,
)
from tests.studies import empty_study, levels_batch, small_batch, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A small study without factor values, closed."""
    path = tmp_path / "study.duckdb"
    with empty_study(path) as study:
        write(study, small_batch(), levels_batch())
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    path.write_text("prompt,response_a,response_b,winner\nWhy?,Because.,So it is.,b\n")
    return path


def test_import_prints_its_keys_and_makes_the_study(tmp_path: Path, table: Path) -> None:
    study = tmp_path / "new.duckdb"
    found = as_json("import", "table", table, "--study", study)
    assert list(found) == IMPORT_KEYS
    assert (found["pairs"], found["preferences"], found["already_present"]) == (1, 1, 0)
    again = as_json("import", "table", table, "--study", study)
    assert (again["pairs"], again["already_present"]) == (0, 1)


def test_a_guessed_mapping_is_shown_on_stderr_and_a_told_one_is_called_told(
    tmp_path: Path, table: Path
) -> None:
    args = ("import", "table", table, "--study", tmp_path / "s.duckdb", "--map")
    result = ok(*args, "prompt=prompt,choice.human=winner")
    assert "response_a = response_a (guessed)" in result.stderr
    assert "prompt = prompt (as told)" in result.stderr
    assert "guessed" not in result.stdout


def test_a_dry_run_makes_no_study_and_changes_none(tmp_path: Path, table: Path, path: Path) -> None:
    gone = tmp_path / "gone.duckdb"
    for study in (gone, path):
        found = as_json("import", "table", table, "--dry-run", "--study", study)
        assert found["pairs"] == 1
    assert not gone.exists()
    with Study.open(path) as study_after:
        assert study_after.versions().data == 1


def test_a_refused_import_leaves_no_new_study(tmp_path: Path, table: Path) -> None:
    table.write_text("prompt,response_a\nWhy?\n")
    study = tmp_path / "new.duckdb"
    assert "pairs.csv" in refused_with_notes("import", "table", table, "--study", study)
    assert "gone.csv" in refused("import", "table", tmp_path / "gone.csv", "--study", study)
    assert "did you mean table" in refused("import", "tabel", table, "--study", study)
    assert not study.exists()


def test_import_options_reach_the_importer(
    tmp_path: Path, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}

    def remember(_: Study, name: str, file: Path, options: Any, **more: Any) -> Any:
        seen.update(name=name, file=file, options=options, **more)
        raise FileNotFoundError(2, "stopped here")

    monkeypatch.setattr(importing, "import_file", remember)
    args = ["--dataset", "mine", "--map", "prompt=q, response_a=x.y", "--map", "meta.k=k"]
    args += ["--values", "a=1,b=2,tie=0", "--kind", "human=human,j=judge"]
    run("import", "pandalm", table, "--study", tmp_path / "s.duckdb", *args)
    options = seen["options"]
    assert options.dataset == "mine"
    assert options.mapping == {"prompt": "q", "response_a": "x.y", "meta.k": "k"}
    assert options.values == {"a": "1", "b": "2", "tie": "0"}
    assert {name: kind.value for name, kind in options.kinds.items()} == {
        "human": "human",
        "j": "judge",
    }


@pytest.mark.parametrize(
    "args",
    [
        ("import", "table"),
        ("import", "table", "x.csv", "--map", "prompt"),
        ("import", "table", "x.csv", "--map", "prompt=a,prompt=b"),
        ("import", "table", "x.csv", "--kind", "human=robot"),
        ("import", "table", "x.csv", "--kind", "human=generator"),
        ("influence", "--labels", "wrong"),
        ("influence", "--variant", "tau15"),
        ("influence", "--setting", "neither"),
        ("influence", "stray"),
        ("influence", "--format", "xml"),
        ("extract", "--taxonomy", "mine"),
        ("extract", "--limit", "0"),
        ("extract", "--extractor", "magic"),
        ("export", "tables", "x", "--as", "xlsx"),
        ("app", "--port", "0"),
        ("no-such-command",),
        ("demo",),
    ],
)
def test_wrong_usage_is_exit_code_2(args: tuple[str, ...], tmp_path: Path) -> None:
    result = CliRunner().invoke(main, args, env={"PROFILE_STUDY": str(tmp_path / "none.duckdb")})
    assert result.exit_code == 2
    assert result.stdout == ""


@pytest.mark.parametrize("command", ["info", "extract", "influence"])
def test_a_study_that_is_not_there_is_exit_code_1(command: str, tmp_path: Path) -> None:
    assert "there is no study at" in refused(command, "--study", tmp_path / "gone.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_the_study_comes_from_the_environment_or_lies_here(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = CliRunner().invoke(main, ["info"], env={"PROFILE_STUDY": str(path)})
    assert str(path) in result.stdout
    monkeypatch.delenv("PROFILE_STUDY", raising=False)
    monkeypatch.chdir(path.parent)
    assert as_json("info")["study"] == "study.duckdb"


def test_extract_prints_a_run_summary(path: Path) -> None:
    estimate = as_json("extract", "--dry-run", "--study", path)
    assert list(estimate) == ESTIMATE_KEYS
    assert (estimate["items"], estimate["cached"]) == (11, 0)
    summary = as_json("extract", "--study", path)
    assert list(summary) == RUN_KEYS
    assert (summary["planned"], summary["done"], summary["failed"]) == (11, 11, {})
    assert as_json("extract", "--study", path)["cached"] == 11


def test_extract_takes_lists_filters_limits_and_the_flags_of_every_run(path: Path) -> None:
    args = ("extract", "--study", path)
    told = ["--max-cost", "1", "--max-calls", "5", "--concurrency", "2", "--batch", "--resume", "x"]
    summary = as_json(*args, "--factors", "length,lengthy", "--limit", 2, *told)
    assert summary["done"] == 2
    assert as_json(*args, "--factors", "length", "--where", "dataset = 'levels'")["planned"] == 3
    assert "no rule measures" not in ok(*args, "--taxonomy", "dissection").stderr
    assert "did you mean length" in refused(*args, "--factors", "lenght")


def test_influence_prints_its_keys_with_null_for_what_is_undefined(path: Path) -> None:
    ok("extract", "--study", path)
    found = as_json("influence", "--study", path)
    assert list(found) == ["study", "labels", "where", "variant", "rows"]
    assert (found["labels"], found["where"], found["variant"]) == ("automatic", None, "tau14")
    assert all(list(row) == ROW_KEYS for row in found["rows"])
    rows = {(row["setting"], row["source"], row["factor"]): row for row in found["rows"]}
    length = rows["evaluation", "human", "length"]
    assert (length["concordant"], length["discordant"], length["tau"]) == (3, 1, 0.5)
    assert rows["generation", "writer", "length"]["concordant"] == 3
    assert rows["generation", "writer", "length"]["se"] is None
    assert {row["group"] for row in found["rows"]} == {None}


def test_influence_takes_several_names_after_one_flag_or_each_with_its_own(path: Path) -> None:
    ok("extract", "--study", path)
    args = ("influence", "--study", path)
    for given in (
        ["--source", "human", "writer", "--factor", "length", "lengthy"],
        ["--source", "human", "--source", "writer", "--factor", "length,lengthy"],
    ):
        rows = as_json(*args, *given)["rows"]
        assert {(row["source"], row["factor"]) for row in rows} == {
            (source, factor) for source in ("human", "writer") for factor in ("length", "lengthy")
        }
    rows = as_json(*args, "--setting", "generation", "--by", "dataset")["rows"]
    assert {(row["source"], row["group"]) for row in rows} == {("writer", "levels")}


@pytest.mark.parametrize("output", ["table", "json", "csv"])
def test_influence_without_rows_says_why_on_stderr_and_succeeds(path: Path, output: str) -> None:
    result = ok("influence", "--study", path, "--format", output)
    assert "no factor has values yet" in result.stderr
    if output == "json":
        assert json.loads(result.stdout)["rows"] == []
    elif output == "csv":
        assert result.stdout == ",".join(ROW_KEYS) + "\n"
    else:
        assert result.stdout == ""


def test_influence_tells_in_one_line_what_it_cannot_do(path: Path) -> None:
    ok("extract", "--study", path)
    args = ("influence", "--study", path)
    assert "drawn for review" in refused(*args, "--labels", "reviewed-only")
    assert "drawn for review" in refused(*args, "--labels", "prediction-powered")
    assert "not built yet" in refused(*args, "--engine", "spark")
    assert "did you mean length_a" in refused(*args, "--where", "lenght_a > 1")
    assert "character" in refused(*args, "--where", "length_a >\n\n (SELECT 1)")
    assert "no source named 'people'" in refused(*args, "--source", "people")


def test_the_table_is_made_for_reading_and_csv_for_counting(path: Path) -> None:
    ok("extract", "--study", path)
    args = ("influence", "--study", path, "--source", "human", "--factor", "length")
    header, row = ok(*args).stdout.splitlines()
    assert re.sub(" +", " ", header).startswith("setting source factor tau14 [95 %] se C D T")
    assert re.match(r"evaluation +human +length +0\.50", row)
    (record,) = csv.DictReader(io.StringIO(ok(*args, "--format", "csv").stdout))
    assert list(record) == ROW_KEYS
    assert (record["tau"], record["group"], record["pairs"]) == ("0.5", "", "4")


def test_info_prints_its_keys(path: Path) -> None:
    ok("extract", "--study", path, "--factors", "length,lexical_coverage")
    found = as_json("info", "--study", path)
    assert list(found) == [
        "study",
        "version",
        "counts",
        "tasks",
        "sources",
        "factors",
        "data_version",
        "correction_seq",
    ]
    assert found["counts"]["pair"] == 7
    assert found["tasks"]["summarization"]["prompts"] == 3
    assert found["sources"] == [
        {"name": "writer", "kind": "generator", "model": "writer", "preferences": 3},
        {"name": "human", "kind": "human", "model": None, "preferences": 4},
    ]
    assert found["factors"]["length"] == {
        "extractor": "rules",
        "values": 11,
        "not_applicable": 0,
        "stale": 0,
        "missing": 0,
    }
    long = list(csv.DictReader(io.StringIO(ok("info", "--study", path, "--format", "csv").stdout)))
    assert {
        "what": "factor",
        "name": "length",
        "measure": "values",
        "value": "11",
    } in long
    table = ok("info", "--study", path).stdout
    assert "human" in table
    assert "evaluation pairs" in table


def test_info_lists_the_columns_with_what_they_stand_for(path: Path) -> None:
    ok("extract", "--study", path, "--factors", "length")
    found = as_json("info", "--columns", "--study", path)
    means = {column["name"]: column["means"] for column in found}
    assert means["length_a"] == "length of response a"
    assert means["choice_human"] == "choice of the human human: a, b, tie or null"
    assert "length_a" in ok("info", "--columns", "--study", path).stdout


def test_formats_are_listed_with_their_keys() -> None:
    found = as_json("formats")
    assert all(list(row) == ["name", "direction", "what", "reads", "example"] for row in found)
    names = {row["name"]: row["direction"] for row in found}
    assert names["pandalm"] == "import"
    assert names["tables"] == "export"
    shown = ok("formats").stdout
    assert all(row["name"] in shown and row["example"] in shown for row in found)


def test_the_help_of_import_lists_every_field() -> None:
    shown = re.split(r"[\s,]+", ok("import", "--help").stdout)
    families = [f"{family}.NAME" for family in FAMILIES if family != "factor"]
    assert {*FIELDS, *families, "factor.F", "factor.F_a", "factor.F_b"} <= set(shown)


def test_only_formats_of_the_asked_direction_are_suggested(tmp_path: Path, path: Path) -> None:
    assert "did you mean table?" in refused("import", "tabel", tmp_path, "--study", path)
    assert "did you mean tables?" in refused("export", "tabel", tmp_path, "--study", path)


def test_an_import_that_adds_nothing_says_so(tmp_path: Path, table: Path) -> None:
    study = tmp_path / "new.duckdb"
    assert "written to" in ok("import", "table", table, "--study", study).stderr
    again = ok("import", "table", table, "--study", study).stderr
    assert "nothing new: all 1 rows were already there" in again
    assert "written to" not in again


def test_export_writes_tables_and_counts_records(path: Path, tmp_path: Path) -> None:
    found = as_json("export", "tables", tmp_path / "out", "--as", "json", "--study", path)
    assert list(found) == ["written", "records"]
    assert {Path(file).suffix for file in found["written"]} == {".json"}
    assert all(Path(file).is_file() for file in found["written"])
    kept = as_json(
        "export", "tables", tmp_path / "part", "--where", "choice_human = 'a'", "--study", path
    )
    assert kept["records"] < found["records"]
    message = refused("export", "pandalm", tmp_path / "no", "--study", path)
    assert "for import only" in message


def test_an_unexpected_error_is_one_line_and_a_traceback_only_on_demand(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ValueError("quite\nunforeseen")

    monkeypatch.setattr("profile_core.cli.studying.study_info", break_down)
    message = refused("info", "--study", path)
    assert "unexpected ValueError: quite unforeseen (--debug" in message
    result = run("info", "--study", path, "--debug")
    assert isinstance(result.exception, ValueError)


def test_a_locked_study_is_told_in_one_line(path: Path) -> None:
    with Study.open(path):
        child = subprocess.run(
            [sys.executable, "-m", "profile_core", "info", "--study", str(path)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
    assert (child.returncode, child.stdout) == (1, "")
    assert f"is open in process {os.getpid()}" in child.stderr
    assert child.stderr.count("\n") == 1


def test_pandalm_gives_the_known_influence_of_length(shared_data: Path, tmp_path: Path) -> None:
    study = tmp_path / "s.duckdb"

    def command(*args: object) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "profile_core", *map(str, args), "--study", str(study)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=True,
        )
        return done.stdout

    command("import", "pandalm", shared_data / "pandalm")
    command("extract")
    rows = {
        row["source"]: row
        for row in json.loads(command("influence", "--format", "json"))["rows"]
        if row["setting"] == "evaluation" and row["factor"] == "length"
    }
    found = {
        source: (row["concordant"], row["discordant"], row["tied"], round(row["tau"], 4))
        for source, row in rows.items()
    }
    assert found["human"] == (578, 269, 47, 0.3456)
    assert found["gpt-3.5-turbo"] == (548, 316, 72, 0.2479)
    assert found["pandalm-7b"] == (552, 282, 58, 0.3027)
    assert (round(rows["human"]["se"], 4), rows["human"]["prompts"]) == (0.0515, 158)
