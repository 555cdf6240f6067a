"""The verb import: whole or not at all, and a dry run that leaves nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from profile_core.actions.imports import import_file, read_into
from profile_core.errors import Cancelled, ImportRefused, ProfileError, UnknownName
from profile_core.formats import registry
from profile_core.formats.spec import ImportOptions
from profile_core.jobs import Progress
from profile_core.store import census
from profile_core.store.study import Study, Versions
from tests.studies import empty_study, small_batch

ROWS = [
    {"prompt": "Why?", "response_a": "Because.", "response_b": "So.", "winner": "a"},
    {"prompt": "How?", "response_a": "Thus and so.", "response_b": "Well.", "winner": "b"},
]


@pytest.fixture
def study() -> Iterator[Study]:
    with empty_study() as study:
        yield study


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def counts(study: Study) -> dict[str, int]:
    with study.cursor() as cursor:
        return census.table_counts(cursor)


def test_a_file_is_imported_and_importing_it_again_adds_nothing(study: Study, file: Path) -> None:
    first = import_file(study, "table", file)
    assert (first.prompts, first.responses, first.pairs, first.preferences) == (2, 4, 2, 2)
    before = counts(study)
    again = import_file(study, "table", file)
    assert (again.pairs, again.preferences, again.already_present) == (0, 0, 2)
    assert counts(study) == before


def test_a_dry_run_says_the_same_and_writes_nothing(study: Study, file: Path) -> None:
    before = counts(study)
    told = import_file(study, "table", file, dry_run=True)
    assert counts(study) == before
    assert study.versions() == Versions(0, 0)
    assert told == import_file(study, "table", file)


def test_a_refused_file_leaves_the_study_as_it_was(study: Study, file: Path) -> None:
    import_file(study, "table", file)
    before = counts(study)
    with file.open("a") as lines:
        lines.write('{"prompt": "Cut off')
    with pytest.raises(ImportRefused, match=r"pairs\.jsonl, line 3"):
        import_file(study, "table", file, ImportOptions(dataset="other"))
    assert counts(study) == before
    assert study.versions() == Versions(1, 0)


def test_a_cancelled_import_leaves_the_study_as_it_was(study: Study, file: Path) -> None:
    progress = Progress(lambda progress: progress.cancel())
    with pytest.raises(Cancelled):
        import_file(study, "table", file, progress=progress)
    assert counts(study)["prompt"] == 0


def test_an_unknown_format_names_the_nearest(study: Study, file: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean pandalm"):
        import_file(study, "pandaml", file)


def test_a_format_for_export_alone_is_told_so(study: Study, file: Path) -> None:
    with pytest.raises(ProfileError, match="tables is for export only"):
        import_file(study, "tables", file)


def test_progress_counts_the_pairs(study: Study, file: Path) -> None:
    progress = Progress()
    read_into(study, lambda *_: iter([small_batch()]), file, progress=progress)
    assert progress.done == 4


def test_every_format_is_registered_under_its_name_with_a_way_and_an_example() -> None:
    for name, entry in registry.FORMATS.items():
        assert entry.name == name
        assert entry.direction
        assert f"profile-core {entry.direction.split()[0]} {name}" in entry.example
