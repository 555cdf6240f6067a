"""Resampling prompts: reproducible, near the closed form, and never rows."""

from __future__ import annotations

import numpy as np
import pytest

from profile_core.stats.bootstrap import bootstrap
from profile_core.stats.intervals import moments, ratio, ratio_intervals


def tau(sums):
    return ratio(sums[..., 0], sums[..., 1])


def prompt_counts(prompts=300, seed=0):
    draw = np.random.default_rng(seed)
    n = draw.integers(1, 6, prompts)
    taste = draw.choice([-1, 1], prompts, p=[0.35, 0.65])
    return np.stack([taste * n, n], axis=-1)


def test_the_interval_of_a_ratio_is_near_its_closed_form_and_far_from_one_by_rows():
    counts = prompt_counts()
    found = bootstrap(counts, tau)
    closed = ratio_intervals(moments(counts[:, 0], counts[:, 1]))
    assert found.estimate == closed.estimate
    assert found.se == pytest.approx(closed.se, rel=0.06)
    assert found.low == pytest.approx(closed.low, abs=0.01)
    assert found.high == pytest.approx(closed.high, abs=0.01)
    as_if_independent = np.sqrt((1 - found.estimate**2) / counts[:, 1].sum())
    assert found.se > 1.5 * as_if_independent


def test_a_seed_gives_the_same_interval_and_another_seed_another():
    counts = prompt_counts(50)
    first, again, other = (bootstrap(counts, tau, seed=seed) for seed in (1, 1, 2))
    assert (first.low, first.high) == (again.low, again.high)
    assert (first.low, first.high) != (other.low, other.high)


def test_drawing_in_passes_does_not_change_how_often_a_prompt_is_drawn(monkeypatch):
    monkeypatch.setattr("profile_core.stats.bootstrap._DRAWS_AT_ONCE", 100)
    found = bootstrap(np.ones((30, 2)), lambda sums: sums, replicates=70)
    assert found.low.tolist() == found.high.tolist() == [30, 30]


def test_replicates_without_a_value_are_counted_and_left_out():
    counts = np.array([[[1, 1], [0, 0]], [[0, 0], [0, 0]], [[1, 1], [0, 0]]])
    found = bootstrap(counts, tau, replicates=500)
    assert found.estimate[0] == 1
    assert 0 < found.undefined[0] < 100
    assert found.low[0] == found.high[0] == 1
    assert found.undefined[1] == 500
    assert np.isnan([found.estimate[1], found.low[1]]).all()


def test_no_prompt_cannot_be_resampled():
    with pytest.raises(ValueError, match="no prompt"):
        bootstrap(np.zeros((0, 2)), tau)
