"""What a study holds, as `info` and the overview page tell it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import profile_core
from profile_core.actions.extract import extract
from profile_core.analysis import overview
from profile_core.analysis.overview import Coverage, info
from profile_core.store import factors
from profile_core.store.census import GeneratorCount, SourceCount, TaskCount
from profile_core.store.study import Study
from profile_core.types import SourceKind, VerdictStatus
from tests.studies import A, a_factor, empty_study, levels_batch, pairs_batch, small_batch, write


@pytest.fixture
def study() -> Iterator[Study]:
    with empty_study() as study:
        yield study


def coverage(study: Study, factor: str) -> list[Coverage]:
    return [entry for entry in info(study).factors if entry.factor == factor]


def test_an_empty_study_holds_the_factors_and_nothing_else(study: Study) -> None:
    found = info(study)
    assert found.version == profile_core.__version__
    assert {name for name, count in found.counts.items() if count} == {"factor"}
    assert (found.tasks, found.sources, found.generators, found.factors) == ((), (), (), ())
    assert (found.data_version, found.correction_seq) == (0, 0)


def test_tasks_are_counted_with_pairs_of_each_setting(study: Study) -> None:
    write(study, small_batch(), levels_batch((1, 3, 5)))
    write(study, pairs_batch([("a", "b")], [A], task=None, dataset="no task"))
    assert info(study).tasks == (TaskCount("", 1, 2, 1, 0), TaskCount("summarization", 3, 11, 4, 3))


def test_sources_count_verdicts_pairs_and_invalid_answers(study: Study) -> None:
    batch = pairs_batch([("a", "b"), ("c", "d")], [A, None])
    judge = batch.add_source(SourceKind.JUDGE, "j", model="m")
    first, _ = batch.pairs
    batch.add_preference(first, judge, A, repeat=0)
    batch.add_preference(first, judge, None, repeat=1, status=VerdictStatus.INVALID)
    write(study, batch, levels_batch((1, 2)))
    assert info(study).sources == (
        SourceCount("writer", SourceKind.GENERATOR, "writer", 1, 1, 0),
        SourceCount("human", SourceKind.HUMAN, None, 2, 2, 0),
        SourceCount("j", SourceKind.JUDGE, "m", 2, 1, 1),
    )


def test_generators_are_counted_and_nobody_stands_last(study: Study) -> None:
    batch = levels_batch((1, 2))
    (prompt,) = batch.prompts
    batch.add_response(prompt, "by nobody")
    write(study, batch)
    assert info(study).generators == (
        GeneratorCount("writer", "writer", 2, 1, 2),
        GeneratorCount(None, None, 1, 1, 0),
    )


def test_coverage_adds_up_to_the_responses(study: Study) -> None:
    write(study, small_batch())
    extract(study, factors=["length", "lexical_coverage"], limit=5)
    assert coverage(study, "length") == [Coverage("length", "rules", True, 5, 0, 0, 3)]
    # nothing has a source here, so no response has a value that is a number
    assert coverage(study, "lexical_coverage") == [
        Coverage("lexical_coverage", "rules", False, 0, 5, 0, 3)
    ]


def test_the_extractor_in_use_stands_first(study: Study) -> None:
    batch = small_batch()
    (first, *_) = batch.responses
    batch.add_factor_value(first, "length", 3.0, "by hand")
    write(study, batch)
    extract(study, factors=["length"])
    assert [(entry.extractor, entry.is_active) for entry in coverage(study, "length")] == [
        ("rules", True),
        ("by hand", False),
    ]


def test_values_of_older_definitions_and_rules_are_stale(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(study, small_batch())
    extract(study, factors=["length", "lengthy"])
    with study.writing() as cursor:
        factors.add_newer(cursor, [a_factor("length", version=9)])
    assert coverage(study, "length") == [Coverage("length", "rules", False, 0, 0, 8, 0)]
    monkeypatch.setattr(overview, "rule_version", lambda _: "77")
    assert coverage(study, "lengthy") == [Coverage("lengthy", "rules", True, 0, 0, 8, 0)]
