"""Dose-response: shares by hand, folding, bins, and what tau cannot show."""

from __future__ import annotations

import numpy as np
import pytest

from profile_core.stats.dose import dose_response


def test_shares_by_hand():
    difference = np.array([1, -1, 2, 2, -3, 0, np.nan, 4, 1])
    preferred = np.array([1, 1, 0.5, 1, 0, 1, 1, np.nan, 0])
    found = dose_response(difference, preferred, np.arange(9), bins=[2, 3])
    # With more: |1| won, lost, lost; |2| tied, won; |3| won.
    assert found.share.estimate.tolist() == pytest.approx([1 / 3, 0.75, 1.0])
    assert found.pairs.tolist() == [3, 2, 1]
    assert (found.low.tolist(), found.high.tolist()) == ([1, 2, 3], [1, 2, 3])
    assert (found.equal, found.missing) == (1, 2)


def test_a_and_b_may_change_places():
    random = np.random.default_rng(0)
    difference, preferred = random.normal(size=300), random.integers(0, 3, 300) / 2
    prompts, turned = random.integers(0, 40, 300), random.random(300) < 0.5
    one = dose_response(difference, preferred, prompts)
    other = dose_response(
        np.where(turned, -difference, difference),
        np.where(turned, 1 - preferred, preferred),
        prompts,
    )
    for name in ("estimate", "low", "high", "p"):
        np.testing.assert_allclose(getattr(one.share, name), getattr(other.share, name))


def test_a_little_more_helps_and_much_more_harms():
    random = np.random.default_rng(1)
    difference = random.normal(size=8000)
    effect = np.where(np.abs(difference) < 0.8, 0.8, -0.9) * np.sign(difference)
    preferred = random.random(8000) < 1 / (1 + np.exp(-effect))
    prompts = np.repeat(np.arange(2000), 4)
    found = dose_response(difference, preferred, prompts, bins=[0.8])
    assert found.share.low[0] > 0.6
    assert found.share.high[1] < 0.4
    assert (found.share.p < 1e-6).all()


def test_bins_are_about_equally_filled_and_equal_values_stay_together():
    random = np.random.default_rng(2)
    found = dose_response(random.normal(size=1000), np.ones(1000), np.arange(1000), bins=4)
    assert found.pairs.tolist() == [250] * 4
    assert (found.high[:-1] < found.low[1:]).all()
    ratings = dose_response(random.integers(-2, 3, 1000), np.ones(1000), np.arange(1000), bins=5)
    assert ratings.low.tolist() == [1, 2]
    assert ratings.mean.tolist() == [1, 2]


def test_intervals_are_clustered_by_prompt():
    random = np.random.default_rng(3)
    won = np.repeat(random.random(60) < 0.6, 5).astype(float)
    together = dose_response(np.ones(300), won, np.repeat(np.arange(60), 5))
    apart = dose_response(np.ones(300), won, np.arange(300))
    assert together.share.se[0] == pytest.approx(
        apart.share.se[0] * np.sqrt(5 * (60 / 59) / (300 / 299))
    )


def test_differences_below_the_resolution_are_equal():
    found = dose_response([1e-12, 0.5, -0.5], [1, 1, 1], [0, 1, 2], resolution=1e-9)
    assert (found.equal, found.pairs.sum()) == (1, 2)


def test_weights_count_pairs_more_than_once():
    found = dose_response([1, 1, -1], [1, 0, 0], [0, 1, 2], weights=[3, 1, 0], bins=1)
    assert found.share.estimate.tolist() == [0.75]


def test_without_a_difference_there_is_no_bin():
    found = dose_response([0, 0, np.nan], [1, 0, 1], [0, 1, 2])
    assert found.share.estimate.shape == (0,)
    assert (found.equal, found.missing) == (2, 1)


def test_no_bins_are_refused():
    with pytest.raises(ValueError, match="at least one bin"):
        dose_response([1.0], [1], [0], bins=0)
