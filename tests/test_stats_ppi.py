"""Prediction-powered influence: answers worked by hand, a slow twin, and cells that have none."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from profile_core.stats.intervals import moments, ratio_intervals
from profile_core.stats.ppi import (
    Form,
    Pairs,
    Remark,
    prediction_powered,
    reviewed_only,
)
from tests.ppi_twin import large, twin

HAJEK, HT = Form.HAJEK, Form.HORVITZ_THOMPSON


def pairs_of(prompt, z_hat, z, probability, *, m_hat=None, m=None) -> Pairs:
    """Pairs from lists; None in z is not reviewed."""
    reviewed = np.array([value is not None for value in z])
    ones = np.ones(len(prompt))
    return Pairs(
        prompt=np.asarray(prompt),
        z_hat=np.asarray(z_hat, dtype=float),
        m_hat=ones if m_hat is None else np.asarray(m_hat, dtype=float),
        z=np.array([math.nan if value is None else value for value in z], dtype=float),
        m=ones if m is None else np.asarray(m, dtype=float),
        reviewed=reviewed,
        probability=ones * probability,
    )


def by_hand() -> Pairs:
    return pairs_of(range(6), [1, 1, 1, -1, -1, 1], [1, 1, -1, -1, 1, None], 5 / 6)


def random_pairs(seed: int, *, pairs: int = 60, prompts: int = 12, sometimes_undefined=True):
    """Correlated labels, unequal probabilities, prompts of unequal size, undefined values."""
    random = np.random.default_rng(seed)
    z = random.choice([-1.0, 0.0, 1.0], pairs, p=[0.3, 0.2, 0.5])
    z_hat = np.where(random.random(pairs) < 0.7, z, random.choice([-1.0, 0.0, 1.0], pairs))
    m, m_hat = np.ones(pairs), np.ones(pairs)
    if sometimes_undefined:
        m, m_hat = ((random.random(pairs) < 0.9).astype(float) for _ in range(2))
    probability = random.uniform(0.2, 0.9, pairs)
    return Pairs(
        prompt=random.integers(100, 100 + prompts, pairs),
        z_hat=z_hat * m_hat,
        m_hat=m_hat,
        z=z * m,
        m=m,
        reviewed=random.random(pairs) < probability,
        probability=probability,
    )


def test_an_estimate_worked_by_hand():
    # w = 6/5 each. tau = (2 + 6/5 * 0) / 6; the prompts' influences are (2/3, 2/3, -26/15, -4/3,
    # 16/15, 2/3) / 6, whose squares sum to 1632/225/36; five prompts are reviewed.
    found = prediction_powered(by_hand(), power=1.0)
    assert found.tau == pytest.approx(1 / 3)
    assert found.influence == pytest.approx(
        np.array([2 / 3, 2 / 3, -26 / 15, -4 / 3, 16 / 15, 2 / 3]) / 6
    )
    assert found.se**2 == pytest.approx(5 / 4 * 1632 / 225 / 36)
    # Correction: 6/5 1/5 (4 + 4) / 36. The rest, from predictions 2/3, 2/3, 2/3, -4/3, -4/3, 2/3
    # and the two residuals -2 and 2: (16/3 + 2 (-8/5 - 16/5) + 6/5 8) / 36. 1.92 to 5.33.
    assert found.correction_variance / found.se**2 == pytest.approx(1.92 / (1.92 + 16 / 3))
    assert found.correction_variance + found.other_variance == pytest.approx(found.se**2)
    assert (found.pairs, found.reviewed, found.prompts) == (6, 5, 5)
    assert (found.low, found.high) == (-1.0, 1.0)
    assert found.p == pytest.approx(2 * stats.t.sf(1 / 3 / found.se, 4))
    narrow = prediction_powered(by_hand(), power=1.0, level=0.5)
    assert narrow.high == pytest.approx(1 / 3 + stats.t.ppf(0.75, 4) * found.se)


def test_lambda_worked_by_hand():
    # The reviewed-only tau is .2: A = 1.2 (.8, .8, -1.2, -1.2, .8, 0), and with the weighted mean
    # of z_hat - .2 being 0, B = (.16, .16, .16, -.24, -.24, -.8): .192 / .725333 = 9/34.
    found = prediction_powered(by_hand())
    assert found.power == pytest.approx(9 / 34)
    # z - lambda z_hat sums to 1 - lambda over the five reviewed.
    assert found.tau == pytest.approx((2 * 9 / 34 + 6 / 5 * (1 - 9 / 34)) / 6)


def test_reviewed_pairs_alone_are_weighted_by_hand():
    # z/pi: 2, 2, -4, 4, 1 -> 5 of 2 + 2 + 4 + 4 + 1.
    pairs = pairs_of(range(6), [0] * 6, [1, 1, -1, 1, 1, None], [0.5, 0.5, 0.25, 0.25, 1, 0.5])
    assert reviewed_only(pairs).tau == pytest.approx(5 / 13)


def test_a_review_that_makes_a_factor_undefined_changes_the_denominator():
    # Hajek weights are 6/4; the second pair does not count: (3 z's of 1, 1, -1) of 3 pairs.
    pairs = pairs_of(
        range(6), [1, 1, 1, 1, 1, 1], [1, 0, 1, -1, None, None], 2 / 3, m=[1, 0, 1, 1, 1, 1]
    )
    # lambda 1: numerator 6 + 6/4 (0 - 1 + 0 - 2), denominator 6 + 6/4 (0 - 1 + 0 + 0).
    assert prediction_powered(pairs, power=1.0).tau == pytest.approx((6 - 4.5) / (6 - 1.5))
    assert reviewed_only(pairs).tau == pytest.approx(1 / 3)
    # Unscaled weights are 3/2 too, because the four reviewed stand for exactly six.
    found = prediction_powered(pairs, power=0.5, form=HT)
    assert found.tau == pytest.approx((3 + 1.5 * (1 - 2)) / (6 - 1.5))


@pytest.mark.parametrize("form", [HAJEK, HT])
@pytest.mark.parametrize("power", [None, 0.0, 0.4, 1.0])
@pytest.mark.parametrize("seed", range(6))
def test_estimates_are_those_of_the_slow_twin(form, power, seed):
    pairs = random_pairs(seed)
    found = prediction_powered(pairs, form=form, power=power)
    for name, value in twin(pairs, form, power).items():
        assert getattr(found, name) == pytest.approx(value, abs=1e-12), name


def test_the_order_of_pairs_does_not_matter():
    pairs = random_pairs(3)
    order = np.random.default_rng(0).permutation(len(pairs.prompt))
    shuffled = Pairs(*(getattr(pairs, name)[order] for name in Pairs.__dataclass_fields__))
    first, second = prediction_powered(pairs), prediction_powered(shuffled)
    assert first.tau == pytest.approx(second.tau, abs=1e-14)
    assert first.influence == pytest.approx(second.influence, abs=1e-14)


@pytest.mark.parametrize("form", [HAJEK, HT])
@pytest.mark.parametrize("power", [None, 0.0, 0.3, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_with_every_pair_reviewed_it_is_the_plain_tau_with_its_interval(form, power, seed):
    pairs = random_pairs(seed)
    everything = np.ones(len(pairs.prompt))
    pairs = replace(pairs, reviewed=everything.astype(bool), probability=everything)
    found = prediction_powered(pairs, form=form, power=power)
    _, place = np.unique(pairs.prompt, return_inverse=True)
    s = np.bincount(place, weights=pairs.z).astype(int)
    n = np.bincount(place, weights=pairs.m).astype(int)
    plain = ratio_intervals(moments(s, n))
    for name, value in (
        ("tau", plain.estimate),
        *((name, getattr(plain, name)) for name in ("se", "low", "high", "p", "prompts")),
    ):
        assert getattr(found, name) == pytest.approx(float(value), abs=1e-13), name
    assert found.correction_variance == pytest.approx(0, abs=1e-20)


def test_a_lambda_of_0_is_the_reviewed_only_ratio_whatever_the_automatic_values():
    pairs = random_pairs(1)
    found = prediction_powered(pairs, power=0.0)
    weight = pairs.reviewed / pairs.probability
    assert found.tau == pytest.approx(float((weight * pairs.z).sum() / (weight * pairs.m).sum()))
    random = np.random.default_rng(5)
    other = replace(pairs, z_hat=random.normal(size=60), m_hat=random.random(60))
    again = prediction_powered(other, power=0.0)
    assert (again.tau, again.se, again.p) == pytest.approx((found.tau, found.se, found.p))
    assert reviewed_only(pairs).se == found.se


def test_a_perfect_extractor_leaves_only_the_variance_of_the_prompts():
    pairs = random_pairs(2, pairs=400, prompts=80, sometimes_undefined=False)
    pairs = replace(pairs, z_hat=pairs.z)
    found = prediction_powered(pairs)
    assert found.power == pytest.approx(1, abs=0.1)
    assert prediction_powered(pairs, power=1.0).tau == pytest.approx(float(pairs.z.mean()))
    assert prediction_powered(pairs, power=1.0).correction_variance == pytest.approx(0, abs=1e-20)
    assert found.se < 0.8 * reviewed_only(pairs).se
    assert found.remark is Remark.NO_ERROR_FOUND


def test_lambda_stays_between_0_and_1():
    pairs = random_pairs(4, sometimes_undefined=False)
    assert prediction_powered(replace(pairs, z_hat=-pairs.z)).power == 0.0
    assert prediction_powered(replace(pairs, z_hat=pairs.z * 0.1)).power == 1.0


def test_the_variance_of_reviewed_only_and_lambda_1_bracket_the_estimated_one():
    for seed in range(6):
        pairs = random_pairs(seed, pairs=600, prompts=150)
        chosen = prediction_powered(pairs).se
        assert chosen <= 1.005 * min(
            prediction_powered(pairs, power=power).se for power in (0.0, 0.5, 1.0)
        )


def test_nothing_reviewed_is_no_estimate():
    found = prediction_powered(pairs_of([0, 1], [1, 1], [None, None], 0.5))
    assert math.isnan(found.tau)
    assert found.remark is Remark.NOTHING_REVIEWED
    assert found.pairs == 2


def test_nothing_left_to_count_is_no_estimate():
    found = prediction_powered(pairs_of([0, 1], [1, 1], [0, None], 0.5, m=[0, 1]))
    assert math.isnan(found.tau)
    assert found.remark is Remark.NOTHING_COUNTED
    assert (found.pairs, found.reviewed) == (2, 1)


def test_reviewed_pairs_of_few_prompts_give_an_estimate_without_interval():
    pairs = pairs_of(range(20), [1] * 20, [1, -1, 1, 1] + [None] * 16, 0.2)
    for found in (prediction_powered(pairs), reviewed_only(pairs)):
        assert not math.isnan(found.tau)
        assert all(math.isnan(value) for value in (found.se, found.low, found.high, found.p))
        assert found.remark is Remark.FEW_PROMPTS


def test_prompts_that_all_say_the_same_give_no_interval():
    found = reviewed_only(pairs_of(range(40), [1] * 40, [1] * 30 + [None] * 10, 0.75))
    assert found.tau == 1.0
    assert math.isnan(found.low)
    assert found.remark is Remark.NO_VARIANCE


def test_few_prompts_are_remarked():
    assert prediction_powered(by_hand()).remark is Remark.SMALL
    assert prediction_powered(random_pairs(0, pairs=300, prompts=90)).remark is Remark.NONE


def test_an_estimate_beyond_the_range_is_clipped():
    pairs = pairs_of(range(8), [1] * 8, [1, 1, 1, 1, 1, 1, -1, None], 0.9)
    lifted = replace(pairs, z_hat=np.array([-1.0, *[1.0] * 7]))
    found = prediction_powered(lifted, power=1.0)
    assert -1 <= found.low <= found.tau <= found.high <= 1


def test_the_variance_parts_into_correction_and_the_rest():
    # Over many draws from one population, the variance of the estimates is the correction's part.
    pairs = large(0)
    random = np.random.default_rng(1)
    found = [
        prediction_powered(replace(pairs, reviewed=random.random(2000) < 0.1), power=0.5)
        for _ in range(400)
    ]
    spread = np.var([item.tau for item in found])
    assert np.median([item.correction_variance for item in found]) == pytest.approx(spread, rel=0.1)
    all_pairs = replace(pairs, reviewed=np.ones(2000, dtype=bool), probability=np.ones(2000))
    everything = reviewed_only(all_pairs)
    assert np.median([item.other_variance for item in found]) == pytest.approx(
        everything.se**2, rel=0.1
    )
