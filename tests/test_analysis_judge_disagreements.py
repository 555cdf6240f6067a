"""Which pairs are listed as disagreements, how they are told apart, and in what order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from profile_core.actions.imports import import_file
from profile_core.analysis.judge_disagreements import (
    Difference,
    DisagreementOrder,
    Disagreements,
    disagreements,
)
from profile_core.analysis.scorecard import scorecard
from profile_core.errors import NotEstimable, PredicateError, UnknownName
from profile_core.store.study import Study
from profile_core.types import Order
from tests.judge_studies import TIE, A, Answer, B, Pair, both, random_pairs, study_of
from tests.studies import empty_study

JUDGE, OTHER = "m/overall@1", "m/overall@2"
OPPOSITE, FLIPPED, TIED = Difference.OPPOSITE, Difference.FLIPPED, Difference.TIE


def sure(choice: object, probability: float, reason: str | None = None) -> list[Answer]:
    """The same choice in both orders, with P(a)."""
    return [
        replace(one, probability=probability, reason=reason and f"{reason} ({one.order})")
        for one in both(choice, choice)  # type: ignore[arg-type]
    ]


PAIRS = [
    Pair(0, A, (5, 1), {JUDGE: sure(B, 0.4), OTHER: both(A, A)}),  # opposite, barely sure
    Pair(1, A, (1, 1), {JUDGE: sure(A, 0.9)}),  # the same
    Pair(2, B, (1, 2), {JUDGE: sure(A, 0.95, "Clearer"), OTHER: both(B, B)}),  # opposite, sure
    Pair(3, A, (1, 9), {JUDGE: both(A, B), OTHER: both(A, A)}),  # the judge flips: a tie
    Pair(4, TIE, (2, 1), {JUDGE: sure(B, 0.2), OTHER: both(A, B)}),  # people tie
    Pair(5, A, (2, 2), {JUDGE: both(TIE, TIE)}),  # the judge ties
    Pair(6, B, (1, 2), {JUDGE: both(A, None)}),  # the judge abstains
    Pair(7, None, (1, 2), {JUDGE: both(A, A)}),  # nobody to differ from
    Pair(8, TIE, (1, 2), {JUDGE: both(B, A)}),  # a flip is a tie, and people tie
]


@pytest.fixture(scope="module")
def study() -> Study:
    return study_of(PAIRS)


def prompts(found: Disagreements) -> list[int]:
    return [int(row.prompt.split()[1].rstrip("?")) for row in found.rows]


def test_pairs_are_listed_by_how_the_choices_differ(study: Study) -> None:
    found = disagreements(study, JUDGE)
    assert (found.judge, found.against, found.is_stand_in) == (JUDGE, "human", False)
    assert (found.compared, found.found) == (7, 5)
    assert found.counts == {OPPOSITE: 2, FLIPPED: 1, TIED: 2}
    kinds = {row.prompt: row.difference for row in found.rows}
    assert kinds == {
        "Question 0?": OPPOSITE,
        "Question 2?": OPPOSITE,
        "Question 3?": FLIPPED,
        "Question 4?": TIED,
        "Question 5?": TIED,
    }


def test_opposite_choices_are_the_disagreements_of_the_scorecard(study: Study) -> None:
    (row,) = (row for row in scorecard(study).rows if row.judge == JUDGE)
    assert row.agreement is not None
    opposite = disagreements(study, JUDGE).counts[OPPOSITE]
    assert opposite == round((1 - row.agreement) * row.compared)


def test_the_surest_come_first_and_those_without_a_probability_last(study: Study) -> None:
    assert prompts(disagreements(study, JUDGE)) == [2, 4, 0, 3, 5]


def test_other_orders(study: Study) -> None:
    def ordered(order: DisagreementOrder) -> list[int]:
        return prompts(disagreements(study, JUDGE, order=order))

    assert ordered(DisagreementOrder.FLIPPED) == [3, 0, 2, 4, 5]
    assert ordered(DisagreementOrder.LENGTH) == [3, 0, 2, 4, 5]
    assert ordered(DisagreementOrder.IMPORT) == [0, 2, 3, 4, 5]


def test_a_list_comes_in_pages_and_by_kind(study: Study) -> None:
    page = disagreements(study, JUDGE, limit=2, offset=2)
    assert (prompts(page), page.found) == ([0, 3], 5)
    ties = disagreements(study, JUDGE, only=TIED, limit=1)
    assert (prompts(ties), ties.found) == ([4], 2)
    assert ties.counts[OPPOSITE] == 2
    assert disagreements(study, JUDGE, offset=99).rows == ()


def test_a_filter_keeps_pairs_and_is_checked(study: Study) -> None:
    found = disagreements(study, JUDGE, where="length_a > length_b")
    assert (sorted(prompts(found)), found.compared) == ([0, 4], 2)
    with pytest.raises(PredicateError):
        disagreements(study, JUDGE, where="1")


def test_a_row_says_what_both_chose_how_surely_and_why(study: Study) -> None:
    row = disagreements(study, JUDGE).rows[0]
    assert (row.judge.choice, row.against.choice, row.reference) == (A, B, B)
    assert (row.judge.probability, row.judge.flipped) == (0.95, False)
    assert (row.against.probability, row.against.flipped) == (None, None)
    assert [(one.order, one.reason) for one in row.judge.verdicts] == [
        (Order.AB, "Clearer (ab)"),
        (Order.BA, "Clearer (ba)"),
    ]
    assert row.length_difference == -1
    assert row.task == "summarization"
    pairs = study.cursor().execute("SELECT pair_id, row_key FROM pair").fetchall()
    assert dict(pairs)[row.pair_id] == "2"
    flipped = disagreements(study, JUDGE, only=FLIPPED).rows[0]
    assert (flipped.judge.choice, flipped.judge.flipped) == (TIE, True)
    assert [one.choice for one in flipped.judge.verdicts] == [A, B]


def test_a_judge_may_be_held_against_another_with_the_reference_beside(study: Study) -> None:
    found = disagreements(study, JUDGE, against=OTHER, order=DisagreementOrder.IMPORT)
    assert (found.against, found.compared, found.counts) == (
        OTHER,
        4,
        {OPPOSITE: 2, FLIPPED: 2, TIED: 0},
    )
    assert prompts(found) == [0, 2, 3, 4]
    assert [row.reference for row in found.rows] == [A, B, A, TIE]
    assert [row.against.flipped for row in found.rows] == [False, False, False, True]


def test_without_lengths_pairs_have_no_difference_in_length() -> None:
    study = study_of(PAIRS, measured=False)
    found = disagreements(study, JUDGE, order=DisagreementOrder.LENGTH)
    assert prompts(found) == [0, 2, 3, 4, 5]
    assert {row.length_difference for row in found.rows} == {None}


def test_there_must_be_somebody_to_differ_from(study: Study) -> None:
    with pytest.raises(UnknownName, match="overall"):
        disagreements(study, "human")
    with pytest.raises(NotEstimable, match="cannot differ from itself"):
        disagreements(study, JUDGE, against=JUDGE)
    alone = study_of([replace(pair, answers={JUDGE: both(A, A)}) for pair in PAIRS], people=False)
    with pytest.raises(NotEstimable, match="is itself the reference"):
        disagreements(alone, JUDGE)
    silent = study_of([Pair(0, None, (1, 1))], people=False, judges=["silent"])
    assert disagreements(study_of(PAIRS, people=False), OTHER).is_stand_in
    with pytest.raises(NotEstimable):
        disagreements(silent, "silent")


@pytest.mark.parametrize("seed", range(4))
def test_the_list_is_that_of_plain_python_over_the_answers(seed: int) -> None:
    pairs = random_pairs(seed)
    study = study_of(pairs)
    for judge in (JUDGE, OTHER, "one-order", "no order"):
        expected = {}
        compared = 0
        for place, pair in enumerate(pairs):
            said = pair.combined(judge)
            compared += said.choice is not None and pair.human is not None
            if said.choice is None or pair.human is None or said.choice is pair.human:
                continue
            is_opposite = TIE not in (said.choice, pair.human)
            expected[str(place)] = (
                OPPOSITE if is_opposite else FLIPPED if said.flipped else TIED,
                said,
                pair.human,
            )
        found = disagreements(study, judge, limit=1_000)
        keys = dict(study.cursor().execute("SELECT pair_id, row_key FROM pair").fetchall())
        assert (found.compared, found.found) == (compared, len(expected))
        assert {
            keys[row.pair_id]: (row.difference, row.judge.choice, row.judge.flipped)
            for row in found.rows
        } == {key: (kind, said.choice, said.flipped) for key, (kind, said, _) in expected.items()}
        assert all(row.against.choice is expected[keys[row.pair_id]][2] for row in found.rows)


def test_pandalms_judge_differs_from_people_on_277_pairs(shared_data: Path) -> None:
    with empty_study() as study:
        import_file(study, "pandalm", shared_data / "pandalm")
        found = disagreements(study, "gpt-3.5-turbo", limit=1)
        assert (found.compared, found.found) == (974, 277)
        assert found.counts == {OPPOSITE: 157, FLIPPED: 0, TIED: 120}
        (row,) = found.rows
        assert row.judge.verdicts[0].reason
