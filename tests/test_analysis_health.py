"""What may be wrong with a study's data is counted, and each finding opens exactly its pairs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from profile_core.analysis.health import Check, health, lacking
from profile_core.analysis.overview import info
from profile_core.analysis.planes import load
from profile_core.store import health as rows
from profile_core.store.study import Study
from profile_core.types import SourceKind, VerdictStatus
from tests.studies import TIE, A, B, a_factor, empty_study, pairs_batch, write


@pytest.fixture
def study() -> Iterator[Study]:
    with empty_study() as study:
        yield study


def checks(study: Study) -> dict[str, Check]:
    return {check.title: check for check in health(study, info(study).factors)}


def opened(study: Study, check: Check) -> int:
    assert check.where is not None
    planes = load(study)
    return len(planes.pair_numbers(planes.mask(check.where)))


def test_a_sound_study_has_no_finding(study: Study) -> None:
    write(study, pairs_batch([("one", "two"), ("three", "four")], [A, TIE]))
    assert not any(check.found for check in checks(study).values())


def test_an_empty_study_has_no_finding(study: Study) -> None:
    assert not any(check.found for check in checks(study).values())


@pytest.mark.parametrize(
    ("texts", "choices", "title", "found"),
    [
        ([("x", "y"), ("x", "y"), ("y", "x")], [A, A, A], "Rows that repeat an earlier pair", 1),
        ([("x", "y"), ("u", "v")], [None, A], "Pairs on which nobody has a choice", 1),
        ([("x", "x"), ("u", "v")], [A, A], "Pairs of two identical texts", 1),
        ([(" \n", "y"), ("u", "v")], [A, A], "Responses without text", 1),
    ],
)
def test_a_finding_counts_and_opens_its_pairs(
    texts: list[tuple[str, str]],
    choices: list[object],
    title: str,
    found: int,
    study: Study,
) -> None:
    write(study, pairs_batch(texts, choices))  # type: ignore[arg-type]
    check = checks(study)[title]
    assert check.found == found
    assert opened(study, check) == check.pairs == 1


def test_a_repeat_is_found_whoever_wrote_it(study: Study) -> None:
    batch = pairs_batch([("x", "y")], [A])
    prompt = next(iter(batch.prompts))
    batch.add_pair(
        prompt,
        batch.add_response(prompt, "x", generator="somebody else"),
        batch.add_response(prompt, "y", generator="right"),
        "again",
    )
    assert write(study, batch).duplicates == 1
    assert checks(study)["Rows that repeat an earlier pair"].found == 1


def test_unknown_generators_are_found(study: Study) -> None:
    batch = pairs_batch([("x", "y")], [A])
    prompt = next(iter(batch.prompts))
    batch.add_pair(
        prompt, batch.add_response(prompt, "p"), batch.add_response(prompt, "q"), "nobody"
    )
    write(study, batch)
    check = checks(study)["Responses of an unknown generator"]
    assert (check.found, opened(study, check)) == (2, 1)


def test_unusable_answers_are_counted_by_source_and_kind(study: Study) -> None:
    batch = pairs_batch([("x", "y"), ("u", "v")], [A, B])
    judge = batch.add_source(SourceKind.JUDGE, "j")
    first, second = batch.pairs
    batch.add_preference(first, judge, None, status=VerdictStatus.INVALID)
    batch.add_preference(second, judge, None)
    write(study, batch)
    found = checks(study)
    assert (found["Unusable answers of j"].found, found["Unusable answers of j"].of) == (1, 2)
    assert found["Abstentions of j"].found == 1


def test_values_under_an_older_definition_are_out_of_date(study: Study) -> None:
    from profile_core.store import factors

    batch = pairs_batch([("x", "y")], [A])
    batch.add_factor(a_factor("tone"))
    for response in batch.responses:
        batch.add_factor_value(response, "tone", 3.0, "imported:me")
    write(study, batch)
    assert checks(study)["Values of an earlier version"].found == 0
    with study.writing() as cursor:
        factors.add_newer(cursor, [a_factor("tone", version=2)])
    assert checks(study)["Values of an earlier version"].found == 2


def test_quotes_that_are_not_in_the_response_are_found(study: Study) -> None:
    batch = pairs_batch([("x", "y")], [A])
    response = next(iter(batch.responses))
    batch.add_fact(response, "e", 0, "a fact", quote="x", span=(0, 1))
    batch.add_fact(response, "e", 1, "another", quote="not there")
    write(study, batch)
    check = checks(study)["Facts whose quote is not in the response"]
    assert (check.found, check.of, opened(study, check)) == (1, 2, 1)


def test_only_the_first_pairs_are_named_where_there_are_many(study: Study) -> None:
    many = rows.NAMED_PAIRS + 5
    write(study, pairs_batch([("same", "same")] * many, [A] * many))
    check = checks(study)["Pairs of two identical texts"]
    assert check.found == check.pairs == many
    assert not check.opens_all
    assert opened(study, check) == rows.NAMED_PAIRS


def test_pairs_that_lack_a_value_are_named_by_factor(study: Study) -> None:
    batch = pairs_batch([("x", "y"), ("u", "v")], [A, B])
    batch.add_factor(a_factor("tone"))
    batch.add_factor_value(next(iter(batch.responses)), "tone", 3.0, "imported:me")
    write(study, batch)
    planes = load(study)
    assert len(planes.pair_numbers(planes.mask(lacking(study)["tone"]))) == 2
