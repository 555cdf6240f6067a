"""Shares over the same pairs, worked by hand, pair by pair, and by the textbook's variance."""

from __future__ import annotations

import math

import numpy as np
import pytest

from profile_core.stats.agreement import coded
from profile_core.stats.intervals import Note
from profile_core.stats.judge_bias import longer_excess, paired_shares, strict
from tests.stats_brute_force import ratio_interval

NEITHER = -1


def test_only_a_and_b_are_strict():
    assert strict(coded(["a", "b", "tie", None])).tolist() == [True, True, False, False]


def test_the_lean_on_length_worked_by_hand():
    # Longer: a, a, b, equal, a, b. The judge takes it on 4 of the 4 pairs that count, the reference
    # on 2; pair 3 is equally long, and on pair 5 the reference calls a tie.
    judge = coded(["a", "a", "b", "a", "a", "b"])
    reference = coded(["a", "b", "b", "b", "b", "tie"])
    longer = np.array([0, 0, 1, -1, 0, 1], dtype=np.int8)
    found, pairs = longer_excess(judge, reference, longer, range(6))
    assert pairs == 4
    assert found.estimate == 4 / 4 - 2 / 4
    assert found.prompts == 4
    assert found.note.item() is Note.FEW_PROMPTS


def test_pairs_of_equal_length_count_for_neither_side():
    judge, reference = coded(["a", "b"] * 10), coded(["b", "a"] * 10)
    found, pairs = longer_excess(judge, reference, np.full(20, NEITHER, dtype=np.int8), range(20))
    assert pairs == 0
    assert math.isnan(found.estimate)
    assert found.note.item() is Note.NO_PAIR


@pytest.mark.parametrize("seed", range(5))
def test_the_lean_on_length_is_that_of_a_loop_over_pairs(seed):
    draw = np.random.default_rng(seed)
    judge, reference = draw.integers(-1, 3, (2, 300)).astype(np.int8)
    longer = draw.integers(-1, 2, 300).astype(np.int8)
    prompts = draw.integers(0, 40, 300)
    sums, sizes = [0] * 40, [0] * 40
    for ours, theirs, side, prompt in zip(judge, reference, longer, prompts, strict=True):
        if ours in (0, 1) and theirs in (0, 1) and side in (0, 1):
            sums[prompt] += int(ours == side) - int(theirs == side)
            sizes[prompt] += 1
    kept = [prompt for prompt in range(40) if sizes[prompt]]
    expected = ratio_interval([sums[g] for g in kept], [sizes[g] for g in kept])
    found, pairs = longer_excess(judge, reference, longer, prompts)
    assert pairs == sum(sizes)
    got = (found.estimate, found.se, found.low, found.high, found.p)
    assert got == pytest.approx(expected)


def test_two_shares_worked_by_hand_are_mcnemars_when_prompts_are_single():
    # 10 pairs: both 4, the first alone 3, the second alone 1, neither 2: (3 - 1) / 10.
    first = np.array([1] * 4 + [1] * 3 + [0] * 1 + [0] * 2, dtype=bool)
    second = np.array([1] * 4 + [0] * 3 + [1] * 1 + [0] * 2, dtype=bool)
    found = paired_shares(first, second, np.ones(10, dtype=bool), range(10))
    assert found.estimate == pytest.approx(0.2)
    # (b + c - (b - c)^2 / n) / (n (n - 1)), the variance of a difference of paired shares.
    assert found.se == pytest.approx(math.sqrt((3 + 1 - (3 - 1) ** 2 / 10) / (10 * 9)))


@pytest.mark.parametrize("seed", range(5))
def test_two_shares_have_obuchowskis_variance_when_prompts_hold_many_pairs(seed):
    draw = np.random.default_rng(seed)
    first, second = draw.random((2, 400)) < 0.6
    counted = draw.random(400) < 0.8
    prompts = draw.integers(0, 60, 400)
    found = paired_shares(first, second, counted, prompts)
    totals, sizes = [], []
    for prompt in range(60):
        own = counted & (prompts == prompt)
        if own.any():
            totals.append((first[own].sum(), second[own].sum()))
            sizes.append(own.sum())
    x, n = np.array(totals, dtype=float), np.array(sizes, dtype=float)
    p = x.sum(axis=0) / n.sum()
    residual = x - n[:, None] * p
    groups = len(n)
    cov = groups / (groups - 1) * residual.T @ residual / n.sum() ** 2
    assert found.prompts == groups
    assert found.estimate == pytest.approx(p[0] - p[1])
    assert found.se == pytest.approx(math.sqrt(cov[0, 0] + cov[1, 1] - 2 * cov[0, 1]))


def test_swapping_the_two_turns_the_difference_round():
    draw = np.random.default_rng(9)
    first, second, counted = draw.random((3, 200)) < 0.5
    prompts = draw.integers(0, 50, 200)
    forth = paired_shares(first, second, counted, prompts)
    back = paired_shares(second, first, counted, prompts)
    assert (back.estimate, back.low, back.high) == pytest.approx(
        (-forth.estimate, -forth.high, -forth.low)
    )
    assert back.p == pytest.approx(forth.p)


def test_two_judges_that_never_differ_have_no_interval():
    same = np.array([True, False] * 10)
    found = paired_shares(same, same, np.ones(20, dtype=bool), range(20))
    assert found.estimate == 0
    assert math.isnan(found.low)
    assert found.note.item() is Note.NO_VARIANCE


@pytest.mark.parametrize("pairs", [0, 3])
def test_without_a_counted_pair_there_is_no_number(pairs):
    none = np.zeros(pairs, dtype=bool)
    found = paired_shares(none, none, none, np.arange(pairs))
    assert math.isnan(found.estimate)
    assert found.note.item() is Note.NO_PAIR
