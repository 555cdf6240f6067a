"""Agreement of sources and of factors, against hand-worked cases, loops and the library."""

from __future__ import annotations

import math
from collections import Counter

import krippendorff
import numpy as np
import pytest

from profile_core.stats import planes
from profile_core.stats.agreement import (
    agreement_rate,
    coded,
    cohens_kappa,
    confusion,
    confusion_by_prompt,
    factor_agreement,
    krippendorff_alpha,
)
from profile_core.stats.intervals import Note
from profile_core.types import Choice
from tests.stats_brute_force import as_planes, random_study

FIRST = coded(["a", "a", "b", "tie", "a", "b", None, "a"])
SECOND = coded(["a", "b", "b", "a", "tie", "b", "a", "a"])


def test_choices_are_coded_and_anything_else_is_refused():
    assert coded([Choice.A, "b", "tie", None]).tolist() == [0, 1, 2, -1]
    with pytest.raises(ValueError, match="garbage"):
        coded(["garbage"])


def test_the_agreement_rate_is_over_pairs_that_both_judged_strictly():
    found = agreement_rate(FIRST, SECOND, range(8))
    assert found.estimate == 4 / 5  # pairs 0, 1, 2, 5, 7
    assert found.prompts == 5
    assert 0 <= found.low < found.estimate < found.high <= 1


def test_the_agreement_rate_has_the_standard_error_of_a_share_when_prompts_are_single():
    draw = np.random.default_rng(0)
    first, second = draw.integers(0, 2, (2, 400)).astype(np.int8)
    found = agreement_rate(first, second, draw.permutation(400))
    share = (first == second).mean()
    assert found.estimate == pytest.approx(share)
    assert found.se == pytest.approx(math.sqrt(share * (1 - share) / 399))


def test_prompts_of_agreement_may_come_in_any_order_and_hold_many_pairs():
    draw = np.random.default_rng(1)
    first, second = draw.integers(-1, 3, (2, 300)).astype(np.int8)
    prompts = draw.integers(0, 60, 300)
    shuffle = draw.permutation(300)
    found = agreement_rate(first, second, prompts)
    again = agreement_rate(first[shuffle], second[shuffle], prompts[shuffle])
    assert (found.estimate, found.se) == (again.estimate, again.se)
    tenfold = agreement_rate(*(np.tile(x, 10) for x in (first, second, prompts)))
    assert tenfold.se == pytest.approx(found.se)


def test_full_agreement_has_no_interval_but_a_test():
    found = agreement_rate(FIRST[:1].repeat(6), FIRST[:1].repeat(6), range(6))
    assert found.estimate == 1
    assert np.isnan(found.low)
    assert found.p == pytest.approx(2 / 64)
    assert found.note.item() is Note.NO_VARIANCE


def test_the_confusion_table_counts_ties_and_leaves_abstentions_out():
    assert confusion(FIRST, SECOND).tolist() == [[2, 1, 1], [0, 2, 0], [1, 0, 0]]
    by_prompt = confusion_by_prompt(FIRST, SECOND, [0, 0, 1, 1, 1, 2, 2, 2])
    assert by_prompt.shape == (3, 3, 3)
    assert (by_prompt.sum(axis=0) == confusion(FIRST, SECOND)).all()
    assert by_prompt[0].tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 0]]


def test_kappa_worked_by_hand():
    # strict part [[2, 1], [0, 2]]: observed 4/5, chance (3*2 + 2*3)/25 = 12/25
    table = confusion(FIRST, SECOND)
    assert cohens_kappa(table) == pytest.approx((4 / 5 - 12 / 25) / (13 / 25))
    # with ties: observed 4/7, chance (4*3 + 2*3 + 1*1)/49 = 19/49
    assert cohens_kappa(table, ties=True) == pytest.approx((4 / 7 - 19 / 49) / (30 / 49))
    assert np.isnan(cohens_kappa(np.diag([5, 0, 0])))
    assert np.isnan(cohens_kappa(np.zeros((3, 3))))


def test_alpha_is_the_librarys_and_worked_by_coincidences():
    choices = np.stack([FIRST, SECOND, coded(["a", "a", "b", "tie", None, "b", "b", "a"])])
    expected = krippendorff.alpha(
        np.where(choices < 0, np.nan, choices), level_of_measurement="nominal"
    )
    assert krippendorff_alpha(choices) == pytest.approx(expected)
    assert krippendorff_alpha(choices) == pytest.approx(alpha_by_coincidences(choices.T.tolist()))
    strict = np.where(choices == 2, -1, choices)
    assert krippendorff_alpha(choices, ties=False) == pytest.approx(
        alpha_by_coincidences(strict.T.tolist())
    )


def alpha_by_coincidences(units):
    units = [[value for value in unit if value >= 0] for unit in units]
    units = [unit for unit in units if len(unit) > 1]
    total = Counter(value for unit in units for value in unit)
    n = sum(total.values())
    observed = sum(
        sum(x != y for i, x in enumerate(unit) for j, y in enumerate(unit) if i != j)
        / (len(unit) - 1)
        for unit in units
    )
    expected = sum(total[x] * total[y] for x in total for y in total if x != y) / (n - 1)
    return 1 - observed / expected


@pytest.mark.parametrize("choices", [[[0, 0], [0, 0]], [[0, -1], [-1, 1]], [[-1], [-1]]])
def test_alpha_without_two_categories_or_two_annotators_is_undefined(choices):
    assert math.isnan(krippendorff_alpha(np.array(choices)))


@pytest.mark.parametrize("masked", [False, True])
def test_factor_agreement_equals_a_loop_over_pairs(masked):
    built, stored = as_planes(random_study(5, factors=4))
    keep = np.random.default_rng(0).random(len(stored)) < 0.5
    found = factor_agreement(built, planes.mask_from_bool(keep) if masked else None)
    for k in range(4):
        for other in range(4):
            signs = [
                (np.sign(pair.differences[k]), np.sign(pair.differences[other]))
                for pair, kept in zip(stored, keep, strict=True)
                if (kept or not masked)
                and pair.differences[k] is not None
                and pair.differences[other] is not None
            ]
            x, y = np.array(signs).T
            assert found.concordant[k, other] == (x * y > 0).sum()
            assert found.discordant[k, other] == (x * y < 0).sum()
            assert found.tau[k, other] == pytest.approx(
                (x * y).sum() / math.sqrt((x * x).sum() * (y * y).sum())
            )
    np.testing.assert_allclose(np.diag(found.tau), 1)


def test_factor_agreement_does_not_change_when_sides_are_swapped():
    draw = np.random.default_rng(0)
    x, y = draw.integers(-1, 2, (2, 100)) * 1.0
    flip = draw.choice([-1, 1], 100)
    taus = [
        factor_agreement(
            planes.assemble(
                [0, 100], [planes.pack_factor(v * f, np.zeros(100)) for v in (x, y)], []
            )
        ).tau[0, 1]
        for f in (1, flip)
    ]
    assert taus[0] == taus[1]
