"""Clustered intervals: independent libraries, joint influence values, paired differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from profile_core.stats.intervals import (
    Note,
    influence_values,
    joint_covariance,
    moments,
    paired_difference,
    ratio_intervals,
    sign_test,
    t_interval,
)
from tests.stats_brute_force import ratio_interval


def clusters(seed, prompts=25, cells=3):
    draw = np.random.default_rng(seed)
    n = draw.integers(0, 5, (prompts, cells))
    s = np.array([[draw.integers(-m, m + 1) for m in row] for row in n])
    return s, n


@pytest.mark.parametrize("seed", range(6))
def test_intervals_equal_exact_fractions(seed):
    s, n = clusters(seed, prompts=3 + 8 * seed)
    found = ratio_intervals(moments(s, n))
    for k in range(3):
        used = n[:, k] > 0
        twin = ratio_interval(s[used, k].tolist(), n[used, k].tolist())
        actual = [getattr(found, name)[k] for name in ("estimate", "se", "low", "high", "p")]
        np.testing.assert_allclose(actual, twin, rtol=1e-12)


def test_floats_give_the_same_intervals_as_integers():
    s, n = clusters(1)
    whole, real = ratio_intervals(moments(s, n)), ratio_intervals(moments(s * 0.5, n * 0.5))
    for name in ("estimate", "se", "low", "high", "p"):
        np.testing.assert_allclose(getattr(real, name), getattr(whole, name), rtol=1e-10)


def test_prompts_of_one_mean_have_no_variance_even_where_it_is_not_a_binary_fraction():
    sizes = np.array([3, 6, 9, 3, 3, 12])
    for scale in (1, 0.1, 0.7, 1 / 3, 1e-6):
        found = ratio_intervals(moments(sizes // 3 * scale, sizes * scale))
        assert found.note.item() is Note.NO_VARIANCE
        assert found.p == pytest.approx(2 / 64)


def test_huge_counts_stay_exact():
    found = ratio_intervals(moments(np.array([10**6, -(10**6)] * 5), np.full(10, 3 * 10**6)))
    twin = ratio_interval([10**6, -(10**6)] * 5, [3 * 10**6] * 10)
    assert found.se == pytest.approx(twin[1], rel=1e-14)
    one_pair_apart = moments(np.array([*[10**6] * 9, 10**6 - 2]), np.full(10, 10**6))
    assert ratio_intervals(one_pair_apart).note.item() is Note.SMALL


def test_the_standard_error_is_that_of_a_cluster_robust_regression_on_a_constant():
    regression = pytest.importorskip("statsmodels.api")
    draw = np.random.default_rng(0)
    prompt = draw.integers(0, 40, 300)
    z = draw.integers(-1, 2, 300) * 1.0
    fit = regression.OLS(z, np.ones(300)).fit(
        cov_type="cluster",
        cov_kwds={"groups": prompt, "df_correction": True, "use_correction": False},
        use_t=True,
    )
    s, n = np.bincount(prompt, z), np.bincount(prompt)
    found = ratio_intervals(moments(s.astype(int), n))
    groups = len(set(prompt))
    assert found.estimate == pytest.approx(fit.params[0])
    assert found.se == pytest.approx(fit.bse[0] * np.sqrt(groups / (groups - 1)))


@pytest.mark.parametrize(("more", "fewer"), [(0, 1), (3, 1), (5, 5), (0, 12), (40, 22)])
def test_the_sign_test_is_the_exact_binomial_one(more, fewer):
    expected = stats.binomtest(more, more + fewer).pvalue
    assert sign_test(more, fewer) == pytest.approx(expected)
    assert sign_test(fewer, more) == pytest.approx(expected)


def test_the_sign_test_of_nothing_but_ties_is_undefined():
    assert np.isnan(sign_test(0, 0))


def test_p_below_a_level_means_an_interval_without_zero():
    estimate, se = np.linspace(-0.5, 0.5, 101), np.full(101, 0.1)
    low, high, p = t_interval(estimate, se, 20)
    assert ((p < 0.05) == ((low > 0) | (high < 0))).all()
    assert p[50] == 1.0


def test_influence_values_sum_to_zero_and_give_the_standard_errors_jointly():
    s, n = clusters(2)
    values = influence_values(s, n)
    np.testing.assert_allclose(values.sum(axis=0), 0, atol=1e-15)
    found = ratio_intervals(moments(s, n))
    covariance = joint_covariance(s, n)
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), found.se)
    both = ((n[:, 0] > 0) & (n[:, 1] > 0)).sum()
    assert both
    assert covariance[0, 1] == covariance[1, 0] != 0


def test_a_paired_difference_worked_by_hand():
    # One pair a prompt: z1 = 1 1 1 1 0 0, z2 = 1 0 0 -1 0 0. Differences 0 1 1 2 0 0 have mean 2/3
    # and, as a plain paired t test has it, se = sd / sqrt(6).
    first, second = np.array([1, 1, 1, 1, 0, 0]), np.array([1, 0, 0, -1, 0, 0])
    ones = np.ones(6, dtype=int)
    found = paired_difference(first, ones, second, ones)
    expected = stats.ttest_rel(first, second)
    interval = expected.confidence_interval()
    assert found.estimate == pytest.approx(2 / 3)
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.note.item() is Note.SMALL


def test_a_paired_difference_is_tighter_than_an_unpaired_one_where_sources_agree():
    draw = np.random.default_rng(0)
    n = np.full((200, 1), 4)
    s1 = draw.integers(-4, 5, (200, 1))
    s2 = np.clip(s1 - draw.integers(0, 2, (200, 1)), -4, 4)
    paired = paired_difference(s1, n, s2, n)
    apart = np.hypot(ratio_intervals(moments(s1, n)).se, ratio_intervals(moments(s2, n)).se)
    assert paired.se[0] < apart[0] / 2
    covariance = joint_covariance(np.hstack([s1, s2]), np.hstack([n, n]))
    contrast = np.array([1, -1])
    assert paired.se[0] == pytest.approx(np.sqrt(contrast @ covariance @ contrast))


def test_differences_that_bear_no_interval_say_why():
    n = np.ones((6, 1), dtype=int)
    same = paired_difference(n, n, n, n)
    assert same.estimate == 0
    assert same.note.item() is Note.NO_VARIANCE
    assert np.isnan([same.p, same.low]).all()
    shifted = paired_difference(n, n, -n, n)
    assert shifted.p == pytest.approx(2 / 64)
    assert paired_difference(n[:4], n[:4], -n[:4], n[:4]).note.item() is Note.FEW_PROMPTS
    nothing = paired_difference(n, n, 0 * n, 0 * n)
    assert nothing.note.item() is Note.NO_PAIR
    assert np.isnan([nothing.estimate, nothing.p, nothing.low]).all()
