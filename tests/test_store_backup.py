"""A copy of an open study is a whole study; a copy that fails leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from profile_core.analysis.influence import influence
from profile_core.errors import StudyError
from profile_core.store import provenance
from profile_core.store.backup import copy_file
from profile_core.store.study import Study
from tests.studies import empty_study, small_batch, write


def test_a_copy_says_the_same_as_the_study(tmp_path: Path) -> None:
    with empty_study(tmp_path / 'my "odd" study\'s.duckdb') as study:
        write(study, small_batch())
        copy = copy_file(study.cursor(), tmp_path / "copy of 'it'.duckdb")
        with Study.open(copy) as copied:
            assert copied.versions() == study.versions()
            assert influence(copied).all_pairs == influence(study).all_pairs == 4
        write(study, small_batch())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "there.duckdb"
    target.write_bytes(b"mine")
    with empty_study(tmp_path / "study.duckdb") as study, pytest.raises(StudyError, match="there"):
        copy_file(study.cursor(), target)
    assert target.read_bytes() == b"mine"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    target = tmp_path / "absent" / "copy.duckdb"
    with empty_study(tmp_path / "s.duckdb") as study, pytest.raises(StudyError, match="no folder"):
        copy_file(study.cursor(), target)


def test_data_sets_are_counted_by_name() -> None:
    with empty_study() as study:
        write(study, small_batch())
        with study.cursor() as cursor:
            (found,) = provenance.datasets(cursor)
            assert provenance.runs(cursor) == ()
    assert (found.name, found.prompts, found.pairs, found.generation_pairs) == ("small", 2, 4, 0)
    assert found.first_import is not None
