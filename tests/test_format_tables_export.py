"""The exports `tables` and `study-parquet`: complete, filtered, and whole or not at all."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from profile_core.errors import PredicateError, ProfileError, UnknownName
from profile_core.formats import tables_export
from profile_core.formats.spec import ExportOptions
from profile_core.store.study import Study
from tests.table_files import a_study, counts, imported, options, pairs, read_all, write

AWKWARD = 'Quotes "and", commas;\nlines, Ünïcödé مرحبا and \\backslashes\\'


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    with a_study() as study:
        rows = pairs({"f": 1}, {"prompt": "Other?", "response_a": AWKWARD, "winner": "b", "f": 3})
        imported(study, write(tmp_path / "t.jsonl", rows), options("factor.depth_a=f"))
        yield study


def read(path: Path) -> list[dict[str, object]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".json":
        rows: list[dict[str, object]] = json.loads(path.read_text(encoding="utf-8"))
        return rows
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("file_type", ["csv", "json", "parquet"])
def test_every_table_is_written_as_one_file(study: Study, tmp_path: Path, file_type: str) -> None:
    written = tables_export.write_tables(
        study, tmp_path / "out", ExportOptions(file_type=file_type)
    )
    found = {path.stem: read(path) for path in written.written}
    for name, rows in counts(study).items():
        assert len(found[name]) == rows
    assert written.records == sum(map(len, found.values()))
    assert AWKWARD in {row["text"] for row in found["response"]}
    assert [row["choice_human"] for row in found["pair_view"]] == ["a", "b"]
    assert [float(str(row["depth_a"])) for row in found["pair_view"]] == [1.0, 3.0]
    assert "meta" not in found


def test_a_filter_keeps_the_rows_of_its_pairs_alone(study: Study, tmp_path: Path) -> None:
    options = ExportOptions(where="depth_a > 2", file_type="json")
    tables_export.write_tables(study, tmp_path / "out", options)
    kept = {name: len(read(tmp_path / "out" / f"{name}.json")) for name in (
        "prompt", "response", "pair", "preference", "factor_value", "pair_view")}  # fmt: skip
    assert kept == {
        "prompt": 1, "response": 2, "pair": 1, "preference": 1, "factor_value": 1, "pair_view": 1,
    }  # fmt: skip


def test_a_filter_that_keeps_nothing_writes_empty_files(study: Study, tmp_path: Path) -> None:
    for file_type in ("csv", "json", "parquet"):
        out = tmp_path / file_type
        tables_export.write_tables(
            study, out, ExportOptions(where="depth_a > 9", file_type=file_type)
        )
        assert read(out / f"pair.{file_type}") == []


def test_the_whole_study_as_parquet_has_every_table(study: Study, tmp_path: Path) -> None:
    written = tables_export.write_study(study, tmp_path / "out", ExportOptions())
    tables = {
        row[0]
        for row in study.cursor().execute("SELECT table_name FROM duckdb_tables()").fetchall()
        if not row[0].startswith("pair_wide")
    }
    assert {path.stem for path in written.written} == tables | {"pair_view"}
    assert {path.suffix for path in written.written} == {".parquet"}


def test_what_was_exported_imports_as_the_same_pairs(study: Study, tmp_path: Path) -> None:
    tables_export.write_tables(study, tmp_path / "out", ExportOptions(file_type="json"))
    texts = {
        str(row["response_id"]): row["text"] for row in read(tmp_path / "out" / "response.json")
    }
    view = read(tmp_path / "out" / "pair.json")
    rows = [
        {"prompt": row["prompt_id"], "response_a": texts[str(row["response_a"])],
         "response_b": texts[str(row["response_b"])], "winner": "tie"}
        for row in view
    ]  # fmt: skip
    batch = read_all(write(tmp_path / "again.csv", rows))
    assert AWKWARD in {row[6] for row in batch.responses.values()}


def test_an_earlier_export_is_replaced_whole(study: Study, tmp_path: Path) -> None:
    out = tmp_path / "out"
    tables_export.write_tables(study, out, ExportOptions(file_type="csv"))
    tables_export.write_tables(study, out, ExportOptions(file_type="parquet"))
    assert {path.suffix for path in out.iterdir()} == {".parquet"}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_other_peoples_files_are_left_alone(study: Study, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ProfileError, match=r"thesis\.txt.*another folder"):
        tables_export.write_tables(study, tmp_path / "out", ExportOptions())
    with pytest.raises(ProfileError, match="is a file"):
        tables_export.write_tables(study, tmp_path / "out" / "thesis.txt", ExportOptions())
    with pytest.raises(ProfileError, match="there is no folder"):
        tables_export.write_tables(study, tmp_path / "a" / "b", ExportOptions())
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (ExportOptions(file_type="xlsx"), UnknownName),
        (ExportOptions(where="no_such_column = 1"), PredicateError),
    ],
)
def test_an_export_that_fails_leaves_nothing_behind(
    study: Study, tmp_path: Path, wrong: ExportOptions, error: type[Exception]
) -> None:
    before = set(tmp_path.iterdir())
    with pytest.raises(error):
        tables_export.write_tables(study, tmp_path / "out", wrong)
    assert set(tmp_path.iterdir()) == before


def test_an_empty_study_gives_empty_tables(tmp_path: Path) -> None:
    with a_study() as study:
        tables_export.write_tables(study, tmp_path / "out", ExportOptions())
        assert read(tmp_path / "out" / "pair.csv") == []
        assert read(tmp_path / "out" / "response.csv") == []
