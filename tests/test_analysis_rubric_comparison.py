"""Two judges on the same pairs: by hand, against plain Python, and on published judges."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest

from profile_core.actions.extract import extract
from profile_core.actions.imports import import_file
from profile_core.analysis.rubric_comparison import IS_REFERENCE, Comparison, Measure, compare
from profile_core.errors import NotEstimable, UnknownName
from profile_core.stats.intervals import Note
from tests.judge_studies import TIE, A, B, Pair, both, by_prompt, random_pairs, study_of
from tests.studies import empty_study

ONE, TWO = "m/overall@1", "m/overall@2"
STRICT = (A, B)


def by_hand() -> list[Pair]:
    """Eight pairs of eight prompts; the first response is longer in all but the last."""
    cases = [
        (A, both(A, A), both(A, A)),
        (A, both(A, A), both(B, B)),
        (B, both(B, B), both(A, A)),
        (B, both(A, A), both(B, B)),
        (A, both(A, A), both(A, A)),
        (A, both(A, B), both(A, A)),
        (TIE, both(A, A), both(B, A)),
        (A, both(A, None), both(TIE, A)),
    ]
    return [
        Pair(prompt, human, (1, 1) if prompt == 7 else (2, 1), {ONE: first, TWO: second})
        for prompt, (human, first, second) in enumerate(cases)
    ]


def numbers(measure: Measure) -> tuple[float | None, ...]:
    return measure.first, measure.second, measure.difference


def test_a_comparison_worked_by_hand() -> None:
    found = compare(study_of(by_hand()), ONE, TWO)
    assert (found.reference, found.is_stand_in) == ("human", False)
    # Decided by all three: pairs 0 to 4; the first is right on 0, 1, 2, 4, the second on 0, 3, 4.
    assert found.agreement.pairs == found.agreement.prompts == 5
    assert numbers(found.agreement) == pytest.approx((4 / 5, 3 / 5, 1 / 5))
    assert (found.first_alone, found.second_alone) == (2, 1)
    assert found.agreement.low is not None
    assert found.agreement.low < 1 / 5 < (found.agreement.high or 0) <= 1
    # Both orders of both: pairs 0 to 6; the first flips on 5, the second on 6.
    assert (numbers(found.flip_rate), found.flip_rate.pairs) == ((1 / 7, 1 / 7, 0), 7)
    # The longer is a: the first takes it on 4 of 5, the second on 3, people on 3.
    assert numbers(found.longer_excess) == pytest.approx((4 / 5 - 3 / 5, 3 / 5 - 3 / 5, 1 / 5))
    assert found.choices == ((2, 2, 1), (1, 0, 0), (1, 0, 0))
    assert (found.same, found.different) == (2, 5)


def test_a_comparison_turned_round_has_the_other_sign() -> None:
    study = study_of(by_hand())
    forth, back = compare(study, ONE, TWO), compare(study, TWO, ONE)
    for name in ("agreement", "flip_rate", "longer_excess"):
        one, two = getattr(forth, name), getattr(back, name)
        assert two.difference == pytest.approx(-one.difference)
        assert (two.low, two.high) == pytest.approx((-one.high, -one.low))
        assert two.p == pytest.approx(one.p)
    assert (back.first_alone, back.second_alone) == (forth.second_alone, forth.first_alone)
    assert tuple(zip(*back.choices, strict=True)) == forth.choices


def test_a_filter_keeps_pairs() -> None:
    found = compare(study_of(by_hand()), ONE, TWO, where="choice_human = 'b'")
    assert (found.agreement.pairs, numbers(found.agreement)) == (2, (0.5, 0.5, 0))
    assert (found.same, found.different, found.flip_rate.pairs) == (0, 2, 2)
    assert found.agreement.note == Note.FEW_PROMPTS


def test_with_one_of_the_two_as_the_reference_agreement_has_no_number() -> None:
    study = study_of(by_hand(), people=False)
    found = compare(study, ONE, TWO)
    assert (found.reference, found.is_stand_in) == (ONE, True)
    assert found.agreement.note == IS_REFERENCE
    assert numbers(found.agreement) == (None, None, None)
    assert found.flip_rate.difference == 0
    assert found.longer_excess.first == 0


def test_what_cannot_be_compared_has_no_number_and_a_reason() -> None:
    pairs = [
        Pair(0, A, (2, 1), {ONE: both(A, A)}),
        Pair(1, A, (2, 1), {TWO: both(A, A)}),
    ]
    found = compare(study_of(pairs, measured=False), ONE, TWO)
    for measure in (found.agreement, found.flip_rate, found.longer_excess):
        assert numbers(measure) == (None, None, None)
        assert (measure.p, measure.pairs, measure.note) == (None, 0, Note.NO_PAIR)
    assert found.choices == ((0, 0, 0),) * 3


def test_two_different_judges_must_be_there() -> None:
    study = study_of(by_hand())
    with pytest.raises(NotEstimable, match="itself"):
        compare(study, ONE, ONE)
    with pytest.raises(UnknownName, match="did you mean"):
        compare(study, ONE, "m/overall@3")
    silent = study_of([Pair(0, None, (1, 1))], people=False, judges=["one", "two"])
    assert numbers(compare(silent, "one", "two").agreement) == (None, None, None)


@pytest.mark.parametrize("seed", range(6))
def test_a_comparison_is_that_of_plain_python_over_the_answers(seed: int) -> None:
    pairs = random_pairs(seed, pairs=240)
    found = compare(study_of(pairs), ONE, TWO)
    said = [(pair, pair.combined(ONE), pair.combined(TWO)) for pair in pairs]
    decided = [
        (pair, one.choice, two.choice)
        for pair, one, two in said
        if one.choice in STRICT and two.choice in STRICT and pair.human in STRICT
    ]
    check(found.agreement, [(p.prompt, a is p.human, b is p.human) for p, a, b in decided])
    check(
        found.flip_rate,
        [
            (pair.prompt, bool(one.flipped), bool(two.flipped))
            for pair, one, two in said
            if one.flipped is not None and two.flipped is not None
        ],
    )
    lean = [(p, a, b) for p, a, b in decided if p.longer]
    people = sum(p.human is p.longer for p, _, _ in lean) / len(lean)
    check(
        found.longer_excess,
        [(p.prompt, a is p.longer, b is p.longer) for p, a, b in lean],
        less=people,
    )
    table = Counter((one.choice, two.choice) for _, one, two in said if one.choice and two.choice)
    order = (A, B, TIE)
    assert found.choices == tuple(tuple(table[a, b] for b in order) for a in order)
    assert found.first_alone == sum(a is p.human is not b for p, a, b in decided)


def check(measure: Measure, rows: list[tuple[int, bool, bool]], less: float = 0.0) -> None:
    """Compare with the mean of the differences, clustered by prompt."""
    difference, _, low, high, p = by_prompt([(g, int(a) - int(b)) for g, a, b in rows])
    assert measure.pairs == len(rows)
    assert measure.prompts == len({g for g, _, _ in rows})
    assert numbers(measure) == pytest.approx(
        (
            sum(a for _, a, _ in rows) / len(rows) - less,
            sum(b for _, _, b in rows) / len(rows) - less,
            difference,
        )
    )
    known = [math.nan if number is None else number for number in (measure.low, measure.high)]
    assert (*known, math.nan if measure.p is None else measure.p) == pytest.approx(
        (low, high, p), nan_ok=True
    )


def test_pandalms_two_judges_on_the_same_pairs(shared_data: Path) -> None:
    with empty_study() as study:
        import_file(study, "pandalm", shared_data / "pandalm")
        extract(study, factors=["length"])
        found = compare(study, "gpt-3.5-turbo", "pandalm-7b")
    assert (found.agreement.pairs, found.agreement.prompts) == (788, 156)
    assert found.agreement.difference == pytest.approx((103 - 61) / 788)
    assert (found.first_alone, found.second_alone) == (103, 61)
    assert (found.agreement.low, found.agreement.high) == pytest.approx((0.0055, 0.1011), abs=5e-5)
    assert found.agreement.p == pytest.approx(0.0292, abs=5e-5)
    assert found.flip_rate.difference is None
    assert sum(map(sum, found.choices)) == 974


def test_llmbars_prompts_for_one_model_on_the_same_pairs(shared_data: Path) -> None:
    with empty_study() as study:
        import_file(study, "llmbar", shared_data / "llmbar")

        def on(subset: str, model: str) -> Comparison:
            condition = f"scenario = '{subset}'"
            both_prompts = f"{model}/CoT", f"{model}/Vanilla"
            return compare(study, *both_prompts, reference="gold", where=condition)

        natural = on("LLMBar/Natural", "GPT-4")
        neighbor = on("LLMBar/Adversarial/Neighbor", "GPT-4")
    assert (numbers(natural.flip_rate), natural.flip_rate.pairs) == (
        pytest.approx((9 / 100, 5 / 100, 4 / 100)),
        100,
    )
    # Without a flip GPT-4 is always right on Natural, so there is nothing to tell the two apart by.
    assert (numbers(natural.agreement), natural.agreement.pairs) == ((1, 1, 0), 90)
    assert natural.agreement.note == Note.NO_VARIANCE
    assert natural.choices == ((38, 0, 0), (0, 52, 1), (2, 3, 4))
    assert numbers(neighbor.agreement) == pytest.approx((92 / 116, 93 / 116, -1 / 116))
    assert (neighbor.first_alone, neighbor.second_alone) == (3, 4)
