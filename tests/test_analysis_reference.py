"""Whom the others are compared with when nobody says."""

from __future__ import annotations

import pytest

from profile_core.analysis.planes import load
from profile_core.analysis.reference import Reference, reference
from profile_core.annotation import desk, preferences, undo
from profile_core.errors import UnknownName
from profile_core.store import pair_wide
from profile_core.store.records import Batch
from profile_core.store.study import Study
from profile_core.types import Asks, Choice, Mode, SourceKind
from tests.judge_studies import Pair, both, study_of
from tests.label_desk import pair_id
from tests.studies import empty_study, levels_batch, write

A, TIE = Choice.A, Choice.TIE
Given = tuple[SourceKind, str, bool, int]
"""Kind, name, whether a majority, and how many of ten pairs are decided.

A judge of one factor has the factor's name at the end of its own, after `@1/`.
"""


def found(*sources: Given, name: str | None = None) -> Reference | None:
    study = empty_study()
    batch = Batch("small")
    keys = [
        (
            batch.add_source(
                kind, source, is_majority=is_majority, derived_from=source.split("@1/")[1:]
            ),
            strict,
        )
        for kind, source, is_majority, strict in sources
    ]
    for number in range(10):
        prompt = batch.add_prompt(f"Question {number}?")
        pair = batch.add_pair(
            prompt, batch.add_response(prompt, "x"), batch.add_response(prompt, "y"), str(number)
        )
        for key, strict in keys:
            batch.add_preference(pair, key, A if number < strict else TIE)
    write(study, batch, levels_batch())
    return reference(load(study), name)


HUMAN, GOLD, JUDGE = SourceKind.HUMAN, SourceKind.GOLD, SourceKind.JUDGE


def named(result: Reference | None) -> tuple[str, bool, int]:
    assert result is not None
    return result.source.name, result.is_stand_in, result.strict_pairs


def test_a_human_majority_goes_before_a_person_with_more_pairs() -> None:
    assert named(found((HUMAN, "ann", False, 9), (HUMAN, "crowd", True, 5))) == ("crowd", False, 5)


def test_the_person_with_most_strict_pairs_goes_before_gold() -> None:
    sources: tuple[Given, ...] = (
        (HUMAN, "ann", False, 3),
        (HUMAN, "bob", False, 4),
        (GOLD, "key", False, 10),
    )
    assert named(found(*sources)) == ("bob", False, 4)


def test_gold_goes_before_a_judge() -> None:
    assert named(found((GOLD, "key", False, 2), (JUDGE, "gpt", False, 9))) == ("key", False, 2)


def test_without_people_and_gold_the_judge_with_most_pairs_is_a_stand_in() -> None:
    assert named(found((JUDGE, "one", False, 6), (JUDGE, "two", False, 7))) == ("two", True, 7)


def test_equal_numbers_go_by_name() -> None:
    assert named(found((JUDGE, "zeta", False, 6), (JUDGE, "alpha", False, 6)))[0] == "alpha"


def test_a_source_that_decides_nothing_gives_way() -> None:
    assert named(found((HUMAN, "ann", True, 0), (JUDGE, "gpt", False, 1)))[0] == "gpt"


OF_ONE_FACTOR = (JUDGE, "gpt/factors@1/length", False, 9)


def test_a_judge_of_one_factor_gives_way_to_every_other_judge() -> None:
    for strict in (9, 1, 0):
        overall = (JUDGE, "gpt/overall@1", False, strict)
        assert named(found(OF_ONE_FACTOR, overall)) == ("gpt/overall@1", True, strict)


def test_a_judge_of_one_factor_alone_in_a_study_is_a_stand_in() -> None:
    assert named(found(OF_ONE_FACTOR)) == ("gpt/factors@1/length", True, 9)


def test_a_judge_of_one_factor_is_the_reference_where_it_is_named() -> None:
    overall = (JUDGE, "gpt/overall@1", False, 9)
    assert named(found(OF_ONE_FACTOR, overall, name=OF_ONE_FACTOR[1]))[0] == OF_ONE_FACTOR[1]


def test_people_whose_choices_follow_from_factors_may_be_the_reference() -> None:
    people = (HUMAN, "crowd@1/tone", False, 3)
    assert named(found(people, (JUDGE, "gpt", False, 9))) == ("crowd@1/tone", False, 3)


def test_a_generator_is_never_the_reference() -> None:
    assert found() is None


def test_a_named_reference_must_have_chosen_between_pairs() -> None:
    assert named(found((HUMAN, "ann", False, 3), (JUDGE, "gpt", False, 2), name="gpt"))[0] == "gpt"
    with pytest.raises(UnknownName, match="writer"):
        found((HUMAN, "ann", False, 3), name="writer")


@pytest.fixture
def judged() -> Study:
    """Four pairs on which a judge alone has chosen."""
    return study_of(
        [Pair(n, None, (1, 2), {"m/one@1": both(A, A)}) for n in range(4)], people=False
    )


def prefer(study: Study, annotator: str, pair: int, mode: Mode) -> None:
    item = desk.open_item(study, annotator, pair_id(study, pair), asks=Asks.PREFERENCE, mode=mode)
    preferences.prefer(study, annotator, item, Choice.B)


def test_who_saw_others_choices_each_time_goes_after_the_judges(judged: Study) -> None:
    prefer(judged, "ann", 0, Mode.REVIEW)
    assert named(reference(load(judged))) == ("m/one@1", True, 4)
    prefer(judged, "ben", 0, Mode.REVIEW)
    assert named(reference(load(judged))) == ("m/one@1", True, 4)
    assert named(reference(load(judged), "ann")) == ("ann", False, 1)


def test_one_blind_preference_makes_a_person_the_reference(judged: Study) -> None:
    prefer(judged, "ann", 0, Mode.REVIEW)
    prefer(judged, "ann", 1, Mode.BLIND)
    assert named(reference(load(judged))) == ("ann", False, 2)
    undo.undo(judged, "ann")
    assert named(reference(load(judged))) == ("m/one@1", True, 4)


def test_people_together_are_the_reference_once_one_of_them_was_blind(judged: Study) -> None:
    prefer(judged, "ann", 0, Mode.REVIEW)
    prefer(judged, "ben", 1, Mode.BLIND)
    assert named(reference(load(judged))) == ("annotators", False, 2)


def test_who_saw_others_is_the_reference_where_nobody_else_is() -> None:
    study = study_of([Pair(0, None, (1, 2))], people=False)
    prefer(study, "ann", 0, Mode.REVIEW)
    assert named(reference(load(study))) == ("ann", False, 1)


def test_a_table_kept_by_an_earlier_release_is_made_anew(judged: Study) -> None:
    prefer(judged, "ann", 0, Mode.REVIEW)
    pair_wide.ensure(judged)
    with judged.writing(counter=None) as cursor:
        cursor.execute(
            "UPDATE meta SET value = regexp_replace(value, $known, '', 'g') WHERE key = $key",
            {"known": ', "saw_others": (true|false)', "key": "pair_wide:automatic"},
        )
    made = pair_wide.ensure(judged)
    assert [source.name for source in made.sources if source.saw_others] == ["ann", "annotators"]
