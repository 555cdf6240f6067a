"""tau_b within prompts is scipy's, its mean is over prompts, and accuracy counts ties."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from profile_core.stats.rank import accuracy_with_ties, tau_b_by_prompt


def test_tau_b_of_each_prompt_is_scipys():
    draw = np.random.default_rng(0)
    prompts = draw.permutation(np.repeat(np.arange(40), np.arange(40) % 6 + 3))
    levels, values = draw.integers(1, 6, (2, len(prompts))).astype(float)
    values[draw.random(len(prompts)) < 0.1] = np.nan
    found = tau_b_by_prompt(levels, values, prompts)
    for prompt, tau_b in zip(found.prompts, found.tau_b, strict=True):
        mine = (prompts == prompt) & ~np.isnan(values)
        assert mine.sum() > 1
        expected = stats.kendalltau(levels[mine], values[mine]).statistic
        np.testing.assert_allclose(tau_b, expected, atol=1e-12)


def test_the_mean_is_over_prompts_that_have_a_tau_b():
    levels = [1, 2, 3] * 7
    values = [1, 2, 3] * 3 + [3, 2, 1] + [1, 1, 2] * 2 + [5, 5, 5]
    found = tau_b_by_prompt(levels, values, np.repeat(np.arange(7), 3)).mean()
    taus = [1, 1, 1, -1, *[2 / np.sqrt(6)] * 2]
    interval = stats.ttest_1samp(taus, 0).confidence_interval()
    assert found.prompts == 6
    assert found.estimate == pytest.approx(np.mean(taus))
    assert found.low == pytest.approx(interval.low)
    assert found.high == 1


def test_values_within_the_resolution_are_tied():
    found = tau_b_by_prompt([1, 2, 3], [0.3, 0.1 + 0.2, 0.5], [0, 0, 0], resolution=1e-9)
    assert found.tau_b.item() == pytest.approx(2 / np.sqrt(6))
    found = tau_b_by_prompt([1, 2, 3], [1.0, 2.0, 4.0], [0, 0, 0], resolution=1)
    assert found.tau_b.item() == pytest.approx(2 / np.sqrt(6))


def test_a_prompt_with_one_response_or_none_has_no_tau_b():
    found = tau_b_by_prompt([1, 1, 2], [1.0, np.nan, np.nan], ["p", "q", "q"])
    assert found.prompts.tolist() == ["p", "q"]
    assert np.isnan(found.tau_b).all()
    assert np.isnan(found.mean().estimate)


def test_accuracy_counts_a_tie_of_both_as_right_and_a_missing_value_not_at_all():
    found = accuracy_with_ties([1, 0, -1, 1, 0, 1], [1, 0, 1, 0, 0, np.nan], [0, 1, 2, 3, 4, 5])
    assert found.estimate == 3 / 5
    assert found.prompts == 5
    assert found.low >= 0
    assert found.high <= 1
    assert np.isnan(found.p)
