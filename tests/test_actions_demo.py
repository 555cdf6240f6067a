"""The verb demo: a complete study, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from profile_core.actions import demo
from profile_core.actions.demo import make_demo
from profile_core.analysis.overview import info
from profile_core.errors import ProfileError, StudyError
from profile_core.factors.rules import rule_factors
from profile_core.store.rows import number
from profile_core.store.study import Study
from profile_core.types import SourceKind
from tests.studies import empty_study


def test_the_demo_is_complete_and_nothing_else_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "study.duckdb"
    with make_demo(path) as study:
        found = info(study)
        assert study.path == path
    assert found.counts["prompt"] == 48
    assert SourceKind.HUMAN not in {source.kind for source in found.sources}
    rules = {entry.factor for entry in found.factors if entry.extractor == "rules"}
    assert rules == set(rule_factors())
    assert all(entry.missing == 0 for entry in found.factors if entry.extractor == "rules")
    assert [file.name for file in tmp_path.iterdir()] == ["study.duckdb"]


def test_an_existing_study_is_replaced_only_when_told_so(tmp_path: Path) -> None:
    path = tmp_path / "study.duckdb"
    empty_study(path).close()
    before = path.read_bytes()
    with pytest.raises(StudyError, match=r"there already.*--force"):
        make_demo(path)
    assert path.read_bytes() == before
    with make_demo(path, force=True) as study:
        assert number(study.cursor(), "SELECT count(*) FROM prompt") == 48


def test_what_is_no_study_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "thesis.txt"
    path.write_text("years of work")
    with pytest.raises(StudyError, match="left alone"):
        make_demo(path, force=True)
    assert path.read_text() == "years of work"


def test_a_demo_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(study: Study, **_: object) -> None:
        raise ProfileError("halfway")

    monkeypatch.setattr(demo, "extract", fail)
    with pytest.raises(ProfileError, match="halfway"):
        make_demo(tmp_path / "study.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="there is no folder"):
        make_demo(tmp_path / "nowhere" / "study.duckdb")
