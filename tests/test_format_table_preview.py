"""The preview of a table: what the data page shows and lets people edit before an import."""

from __future__ import annotations

from pathlib import Path

import pytest

from profile_core.errors import ImportRefused
from profile_core.formats.spec import ImportOptions
from profile_core.formats.table import preview, read
from tests.table_files import a_study, choices, options, pairs, read_all, write

ROWS = pairs({"model_a": "m1", "model_b": "m2", "note": "kept aside"}, {"winner": "tie"})


def test_it_shows_columns_the_guess_and_the_first_rows(tmp_path: Path) -> None:
    shown = preview(write(tmp_path / "t.jsonl", ROWS), ImportOptions(), limit=1)
    assert shown.columns == (*ROWS[0],)
    assert shown.mapping.columns == {
        "response_a": "response_a",
        "response_b": "response_b",
        "prompt": "prompt",
        "generator_a": "model_a",
        "generator_b": "model_b",
        "choice.human": "winner",
    }
    assert shown.mapping.guessed == set(shown.mapping.columns)
    assert shown.unused == ("note",)
    assert [row["generator_a"] for row in shown.rows] == ["m1"]
    assert [(source.name, source.meaning) for source in shown.sources] == [("human", "a=a,tie=tie")]
    assert shown.problems == ()


def test_the_mapping_it_shows_imports_the_same_when_given_back(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", ROWS)
    edited = ImportOptions(mapping=preview(path, ImportOptions()).mapping.columns)
    assert read_all(path, edited) == read_all(path)
    assert preview(path, edited).mapping.guessed == frozenset()


def test_a_mapping_that_does_not_work_is_a_problem_and_no_error(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", ROWS)
    (problem,) = preview(path, options("prompt=promt")).problems
    assert "did you mean prompt" in problem


def test_rows_that_cannot_be_read_are_problems(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", pairs({}, {"response_a": None}))
    (problem,) = preview(path, ImportOptions()).problems
    assert "line 2" in problem


def test_words_with_two_readings_are_a_problem_until_they_are_told(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", pairs({"winner": 0}, {"winner": 1}))
    assert "--values" in preview(path, ImportOptions()).problems[0]
    told = options("", "a=0,b=1")
    assert preview(path, told).problems == ()
    assert [source.meaning for source in preview(path, told).sources] == ["a=0,b=1"]
    assert [str(choice) for choice in choices(read_all(path, told), "human:human")] == ["a", "b"]


def test_what_is_no_table_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"")
    with pytest.raises(ImportRefused, match="empty"):
        preview(path, ImportOptions())


def test_reading_is_lazy_and_nothing_is_written_before_it_is_asked_for(tmp_path: Path) -> None:
    with a_study() as study:
        batches = read(tmp_path / "absent.csv", ImportOptions(), study.cursor())
        with pytest.raises(ImportRefused):
            next(batches)
