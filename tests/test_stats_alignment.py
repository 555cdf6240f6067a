"""Distances, gaps and correlations of influences: by hand, prompt by prompt, and against scipy."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from profile_core.stats.alignment import (
    Estimates,
    distance,
    distance_between,
    estimates,
    gap,
    has_interval,
    nearer,
    nearer_between,
)
from profile_core.stats.correlation import (
    Coefficient,
    correlate,
    correlations,
    cross_fitted,
    permutation_null,
)
from profile_core.stats.intervals import joint_covariance, moments, ratio_intervals


def sums(seed, prompts=30, factors=4, absent=0.2):
    """Sums of prompts of unequal sizes, some of which a factor has no pair of."""
    draw = np.random.default_rng(seed)
    n = draw.integers(1, 5, (prompts, factors))
    n[draw.random((prompts, factors)) < absent] = 0
    return draw.integers(-n, n + 1), n


def one_each(z):
    """Sums where every prompt has one pair."""
    z = np.asarray(z)
    return z, np.ones_like(z)


def placed(of, rows, prompts):
    """The same sums among more prompts, 0 in the others."""
    wide = []
    for values in of:
        spread = np.zeros((prompts, values.shape[1]), dtype=np.int64)
        spread[rows] = values
        wide.append(spread)
    return tuple(wide)


# Plain twins: one prompt, one factor at a time.


def plain_influence(s, n):
    """``(tau, scaled influence values)`` of each factor, as lists."""
    taus, columns = [], []
    for k in range(len(s[0])):
        total, count = sum(row[k] for row in s), sum(row[k] for row in n)
        prompts = sum(row[k] > 0 for row in n)
        tau = total / count
        scale = math.sqrt(prompts / (prompts - 1))
        taus.append(tau)
        columns.append([scale * (a[k] - tau * b[k]) / count for a, b in zip(s, n, strict=True)])
    return taus, columns


def plain_covariance(columns):
    return [
        [sum(x * y for x, y in zip(first, second, strict=True)) for second in columns]
        for first in columns
    ]


def plain_quadratic(d, columns, signs, factors):
    """Estimate and se of ``sum signs d^2 / factors`` without what noise adds."""
    v = plain_covariance(columns)
    places = range(len(d))
    value = sum(signs[i] * (d[i] ** 2 - v[i][i]) for i in places) / factors
    variance = 4 * sum(
        signs[i] * d[i] * v[i][j] * signs[j] * d[j] for i in places for j in places
    ) + 2 * sum(signs[i] * v[i][j] * signs[j] * v[j][i] for i in places for j in places)
    return value, math.sqrt(variance) / factors


def differences(first, second):
    (tau, columns), (other, others) = plain_influence(*first), plain_influence(*second)
    return (
        [x - y for x, y in zip(tau, other, strict=True)],
        [[x - y for x, y in zip(a, b, strict=True)] for a, b in zip(columns, others, strict=True)],
    )


# Distance


def test_distance_worked_by_hand():
    # tau (.6, 0) against (0, 0) known without error; V = diag(.16, .1): 5/4 times
    # 4 * .08^2 + .32^2 = .128 and 2 * .2^2 = .08. D2 = (.36 - .26) / 2,
    # var = (4 * .36 * .16 + 2 * (.16^2 + .1^2)) / 4 = .0754.
    source = one_each([[1, 1], [1, -1], [1, 0], [1, 0], [-1, 0]])
    found = distance(*source, *one_each(np.zeros((5, 2), dtype=int)))
    assert found.d2 == pytest.approx(0.05)
    assert found.se == pytest.approx(math.sqrt(0.0754))
    assert found.low == pytest.approx(0.05 - 1.96 * math.sqrt(0.0754))
    assert found.high == pytest.approx(0.05 + 1.96 * math.sqrt(0.0754))
    assert found.factors == 2
    assert found.root == pytest.approx(math.sqrt(0.05))
    assert found.root_low == 0
    assert found.root_high == pytest.approx(math.sqrt(found.high))


@pytest.mark.parametrize("seed", range(5))
def test_distance_equals_its_twin(seed):
    source, reference = sums(seed), sums(seed + 100)
    found = distance(*source, *reference)
    d, columns = differences(source, reference)
    value, se = plain_quadratic(d, columns, [1] * 4, 4)
    assert found.d2 == pytest.approx(value, rel=1e-12)
    assert found.se == pytest.approx(se, rel=1e-12)


def test_the_covariance_is_that_of_the_influence_table():
    s, n = sums(3)
    found = estimates(s, n)
    np.testing.assert_allclose(found.influence.T @ found.influence, joint_covariance(s, n))
    table = ratio_intervals(moments(s, n))
    np.testing.assert_allclose((found.influence**2).sum(axis=0), table.se**2)
    np.testing.assert_allclose(found.tau, table.estimate)


def test_a_source_is_at_no_distance_from_itself_whatever_the_noise():
    source = sums(1, prompts=6)
    found = distance(*source, *source)
    assert (found.d2, found.se, found.root) == (0, 0, 0)


def test_the_direction_of_a_distance_does_not_matter():
    source, reference = sums(4), sums(5)
    there, back = distance(*source, *reference), distance(*reference, *source)
    assert there.d2 == pytest.approx(back.d2)
    assert there.se == pytest.approx(back.se)


def test_shared_prompts_make_a_distance_surer_and_others_do_not():
    draw = np.random.default_rng(0)
    own = draw.integers(-1, 2, (40, 3))
    alike = np.where(draw.random((40, 3)) < 0.2, -own, own)
    together = distance(*one_each(own), *one_each(alike))
    apart = distance(
        *placed(one_each(own), slice(0, 40), 80), *placed(one_each(alike), slice(40, 80), 80)
    )
    assert together.se < 0.7 * apart.se
    assert together.d2 > apart.d2  # less noise to take off the same difference


def test_prompts_without_a_pair_change_nothing():
    source, reference = sums(6), sums(7)
    wide = [placed(side, slice(10, 40), 60) for side in (source, reference)]
    assert distance(*wide[0], *wide[1]).se == pytest.approx(distance(*source, *reference).se)
    found, plain = gap(*wide[0], *wide[1]), gap(*source, *reference)
    np.testing.assert_allclose(found.p, plain.p)


def test_there_is_no_distance_over_fewer_than_two_factors():
    source, reference = sums(8), sums(9)
    for factors in (0, 1):
        found = distance(*(part[:, :factors] for part in (*source, *reference)))
        assert np.isnan([found.d2, found.se, found.low, found.high, found.root]).all()
        assert found.factors == factors


def test_a_factor_without_pairs_is_not_passed_over_silently():
    (s, n), reference = sums(8), sums(9)
    s[:, 2], n[:, 2] = 0, 0
    assert np.isnan(distance(s, n, *reference).d2)
    assert not has_interval(s, n)[2]


def test_a_factor_has_an_interval_from_five_prompts_that_differ():
    z = np.array([[1, 1, 0, 1, 1], [1, -1, 0, 1, -1], [1, 0, 0, 1, 1], [1, 1, 0, 1, 0]])
    z = np.vstack([z, [1, 1, 0, -1, 0]])
    n = np.ones_like(z)
    n[4, 4] = 0
    assert has_interval(z, n).tolist() == [False, True, False, True, False]


def test_influence_values_of_another_origin_serve_as_well():
    source, reference = sums(10), sums(11)
    made = estimates(*reference)
    doubled = Estimates(made.tau, 2 * made.influence, made.used, made.has_interval)
    plain = distance(*source, *reference)
    found = distance_between(estimates(*source), made)
    assert found == plain
    assert distance_between(estimates(*source), doubled).d2 < plain.d2


# Nearer


@pytest.mark.parametrize("seed", range(5))
def test_which_setting_is_nearer_equals_its_twin(seed):
    generation, evaluation, reference = (sums(seed + shift) for shift in (0, 50, 100))
    found = nearer(*generation, *evaluation, *reference)
    first, second = differences(generation, reference), differences(evaluation, reference)
    signs = [1] * 4 + [-1] * 4
    value, se = plain_quadratic(first[0] + second[0], first[1] + second[1], signs, 4)
    assert found.d2_difference == pytest.approx(value, rel=1e-12)
    assert found.se == pytest.approx(se, rel=1e-12)
    assert found.low == pytest.approx(value - 1.96 * se)
    assert found.high == pytest.approx(value + 1.96 * se)
    apart = [distance(*side, *reference).d2 for side in (generation, evaluation)]
    assert found.d2_difference == pytest.approx(apart[0] - apart[1])


def test_the_same_influences_twice_are_equally_near():
    both, reference = sums(1), sums(2)
    found = nearer(*both, *both, *reference)
    assert found.d2_difference == pytest.approx(0, abs=1e-12)
    assert found.se == pytest.approx(0, abs=1e-12)


def test_swapping_the_settings_turns_the_sign_of_nearer():
    sides = [estimates(*sums(seed)) for seed in (1, 2, 3)]
    there, back = nearer_between(*sides), nearer_between(sides[1], sides[0], sides[2])
    assert there.d2_difference == pytest.approx(-back.d2_difference)
    assert there.low == pytest.approx(-back.high)


# Gap


def test_a_gap_without_shared_prompts_is_welchs_t():
    draw = np.random.default_rng(0)
    generation = draw.choice([-1, 0, 1], (12, 3), p=[0.1, 0.2, 0.7])
    evaluation = draw.integers(-1, 2, (90, 3))
    found = gap(
        *placed(one_each(generation), slice(0, 12), 102),
        *placed(one_each(evaluation), slice(12, 102), 102),
    )
    test = stats.ttest_ind(generation, evaluation, equal_var=False)
    interval = test.confidence_interval()
    np.testing.assert_allclose(found.p, test.pvalue, rtol=1e-10)
    np.testing.assert_allclose(found.degrees, test.df, rtol=1e-10)
    np.testing.assert_allclose(found.low, interval.low, rtol=1e-10)
    np.testing.assert_allclose(found.high, interval.high, rtol=1e-10)


def test_a_gap_on_the_same_prompts_is_a_paired_t():
    draw = np.random.default_rng(1)
    generation, evaluation = draw.integers(-1, 2, (2, 40, 3))
    found = gap(*one_each(generation), *one_each(evaluation))
    test = stats.ttest_rel(generation, evaluation)
    np.testing.assert_allclose(found.p, test.pvalue, rtol=1e-10)
    np.testing.assert_allclose(found.degrees, 39)


@pytest.mark.parametrize("seed", range(5))
def test_a_gap_on_partly_shared_prompts_equals_its_twin(seed):
    generation = placed(sums(seed, prompts=12, factors=3), slice(0, 12), 45)
    evaluation = placed(sums(seed + 50, prompts=40, factors=3), slice(5, 45), 45)
    found = gap(*generation, *evaluation)
    d, columns = differences(generation, evaluation)
    for k, column in enumerate(columns):
        parts = {}
        for g, value in enumerate(column):
            kind = (generation[1][g, k] > 0, evaluation[1][g, k] > 0)
            parts.setdefault(kind, []).append(value**2)
        parts.pop((False, False), None)
        assert len(parts) == 3
        variance = sum(map(sum, parts.values()))
        degrees = variance**2 / sum(
            sum(part) ** 2 / max(len(part) - 1, 1) for part in parts.values()
        )
        half = stats.t.ppf(0.975, degrees) * math.sqrt(variance)
        assert found.difference[k] == pytest.approx(d[k])
        assert found.se[k] == pytest.approx(math.sqrt(variance))
        assert found.degrees[k] == pytest.approx(degrees)
        assert found.low[k] == pytest.approx(max(-2, d[k] - half))
        assert found.high[k] == pytest.approx(min(2, d[k] + half))
        assert found.p[k] == pytest.approx(2 * stats.t.sf(abs(d[k]) / math.sqrt(variance), degrees))


def test_p_of_a_gap_is_adjusted_by_holm():
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    found = gap(*sums(1, factors=8), *sums(2, factors=8))
    assert (found.p_holm > found.p).any()
    np.testing.assert_allclose(found.p_holm, multitest.multipletests(found.p, method="holm")[1])


def test_factors_without_an_interval_in_a_setting_are_not_tested_and_cost_nothing():
    (s, n), evaluation = sums(3, factors=4), sums(4, factors=4)
    s[:, 1] = n[:, 1]  # every prompt says the same
    s[4:, 2], n[4:, 2] = 0, 0  # four prompts
    s[:, 3], n[:, 3] = 0, 0
    found = gap(s, n, *evaluation)
    assert found.tested == 1
    assert np.isnan(found.p).tolist() == [False, True, True, True]
    assert np.isnan(found.low).tolist() == [False, True, True, True]
    assert np.isnan(found.difference).tolist() == [False, False, False, True]
    assert found.p_holm[0] == found.p[0]
    assert found.difference[1] == pytest.approx(
        1 - evaluation[0][:, 1].sum() / evaluation[1][:, 1].sum()
    )


def test_a_gap_is_called_by_the_adjusted_p():
    evaluation = np.repeat(np.resize([1, -1, 0], (60, 1)), 3, axis=1)
    generation = evaluation.copy()
    ties = np.flatnonzero(evaluation[:, 0] == 0)
    generation[ties[:5], 0] = 1  # 5 of 60 prompts: t = 2.3, p = .024, times 3 for three factors
    generation[ties[:2], 1:] = [[1, 1], [-1, -1]]
    found = gap(*one_each(generation), *one_each(evaluation))
    assert found.p.min() < 0.05 < found.p_holm.min()
    assert not found.called
    generation[ties, 0] = 1
    assert gap(*one_each(generation), *one_each(evaluation)).called


def test_nothing_to_test_is_no_gap_and_is_told_apart():
    few = one_each(np.array([[1, -1], [0, 1], [1, 1]]))
    found = gap(*few, *few)
    assert not found.called
    assert found.tested == 0


def test_the_same_judgements_in_both_settings_are_not_a_test():
    both = sums(1)
    found = gap(*both, *both)
    assert (found.difference == 0).all()
    assert found.tested == 0


# Correlations


@pytest.mark.parametrize("seed", range(4))
def test_correlations_equal_scipy_with_ties_and_over_the_factors_both_have(seed):
    draw = np.random.default_rng(seed)
    x, y = draw.integers(0, 6, (2, 14)) / 5
    x[2], y[7], y[8] = np.nan, np.nan, np.inf
    both = np.isfinite(x) & np.isfinite(y)
    found = correlations(x, y)
    assert found.spearman == pytest.approx(stats.spearmanr(x[both], y[both]).statistic)
    assert found.kendall == pytest.approx(stats.kendalltau(x[both], y[both]).statistic)
    assert found.pearson == pytest.approx(stats.pearsonr(x[both], y[both]).statistic)


def test_correlations_worked_by_hand():
    # ranks 1 2 3 4 against 1 3 2 4: rho = 1 - 6 * 2 / (4 * 15); five of six pairs in order
    found = correlations([0.1, 0.2, 0.3, 0.4], [-1.0, 0.5, 0.0, 0.6])
    assert found.spearman == pytest.approx(0.8)
    assert found.kendall == pytest.approx(4 / 6)


@pytest.mark.parametrize(
    ("x", "y"), [([], []), ([0.1], [0.2]), ([0.1, np.nan], [0.2, 0.3]), ([1, 1, 1], [1, 2, 3])]
)
def test_there_is_no_correlation_of_too_little(x, y):
    found = correlations(x, y)
    assert np.isnan([found.spearman, found.kendall, found.pearson]).all()


def test_cross_fitting_equals_its_twin():
    source, reference = sums(1, factors=6, prompts=31), sums(2, factors=6, prompts=31)
    source[0][4], source[1][4], reference[0][4], reference[1][4] = 0, 0, 0, 0
    found = cross_fitted(*source, *reference, splits=7, seed=3)
    random = np.random.default_rng(3)
    rho = []
    for _ in range(7):
        order = random.permutation([g for g in range(31) if g != 4])
        first, second = order[:15], order[15:]
        x = [sum(source[0][first, k]) / sum(source[1][first, k]) for k in range(6)]
        y = [sum(reference[0][second, k]) / sum(reference[1][second, k]) for k in range(6)]
        rho.append(stats.spearmanr(x, y).statistic)
    assert found.spearman == pytest.approx(np.mean(rho))


def test_shared_noise_makes_the_raw_correlation_and_not_the_cross_fitted():
    noise = one_each(np.random.default_rng(0).integers(-1, 2, (400, 12)))
    tau = noise[0].mean(axis=0)
    assert correlations(tau, tau).spearman == pytest.approx(1)
    assert cross_fitted(*noise, *noise).spearman < 0.2


def test_the_same_seed_gives_the_same_cross_fitted_correlation():
    sides = (*sums(1), *sums(2))
    assert cross_fitted(*sides) == cross_fitted(*sides)
    assert cross_fitted(*sides) != cross_fitted(*sides, seed=1)


def test_a_factor_that_a_half_has_no_pair_of_drops_out_of_that_split():
    source, reference = sums(1, factors=5), sums(2, factors=5)
    source[0][1:, 0], source[1][1:, 0] = 0, 0
    source[0][0, 0], source[1][0, 0] = 2, 3
    assert np.isfinite(cross_fitted(*source, *reference).pearson)


@pytest.mark.parametrize("coefficient", Coefficient)
def test_shuffled_names_describe_what_chance_gives(coefficient):
    draw = np.random.default_rng(0)
    x = draw.normal(size=12)
    y = x + 0.1 * draw.normal(size=12)
    x[3] = np.nan
    found = permutation_null(x, y, coefficient)
    assert found.observed == correlate(x, y, coefficient)
    assert found.low < 0 < found.high < found.observed
    assert found.low == pytest.approx(-found.high, abs=0.15)
    assert found.draws == 2000
    assert found == permutation_null(x, y, coefficient)


def test_shuffled_names_of_few_factors_are_all_their_orders():
    orders = [1.0, 0.5, 0.5, -0.5, -0.5, -1.0]  # Spearman of three factors, all 3! orders
    found = permutation_null([1, 2, 3], [4, 5, 7], draws=600)
    assert (found.low, found.high) == (min(orders), max(orders))


def test_nothing_is_shuffled_where_there_is_no_correlation():
    found = permutation_null([0.1], [0.3])
    assert np.isnan(found.observed)
    assert found.draws == 0


def test_kendall_counts_pairs_of_factors():
    x, y = np.random.default_rng(5).integers(0, 4, (2, 9))
    signs = [(np.sign(x[i] - x[j]), np.sign(y[i] - y[j])) for i, j in combinations(range(9), 2)]
    scale = math.sqrt(sum(a * a for a, _ in signs) * sum(b * b for _, b in signs))
    twin = sum(a * b for a, b in signs) / scale
    assert correlate(x, y, Coefficient.KENDALL) == pytest.approx(twin)
