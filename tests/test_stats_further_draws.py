"""How many more labels: the forecast against draws that were then made, and against a formula."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from profile_core.stats.further_draws import further_draws
from profile_core.stats.ppi import prediction_powered
from tests.ppi_twin import large


def test_without_an_interval_there_is_no_forecast():
    pairs = large(0)
    four = np.isin(np.arange(2000), [0, 1, 2, 3])
    more = further_draws(pairs, prediction_powered(replace(pairs, reviewed=four)))
    assert more.needed is None
    assert "fewer than 5 prompts" in more.reason


def test_so_many_further_draws_reach_the_half_width():
    random = np.random.default_rng(2)
    pairs = large(3)
    needed = []
    for _ in range(30):
        now = replace(pairs, reviewed=random.random(2000) < 0.1)
        more = further_draws(now, prediction_powered(now), half_width=0.06)
        if more.needed:
            assert more.half_width == pytest.approx(0.06, rel=1e-4)
        needed.append(more.needed or math.inf)
    share = 0.1 + np.median(needed) / 2000
    enough = [
        prediction_powered(
            replace(pairs, reviewed=random.random(2000) < share, probability=np.full(2000, share))
        )
        for _ in range(30)
    ]
    assert np.median([(item.high - item.low) / 2 for item in enough]) == pytest.approx(
        0.06, rel=0.05
    )


def test_an_equal_draw_needs_what_the_formula_says():
    # One weight w: other + correction (w / c - 1) / (w - 1) = (goal / t)^2, solved for c.
    pairs = large(5)
    found = prediction_powered(pairs)
    more = further_draws(pairs, found, half_width=0.06)
    reached = 400 * (1 - (1 - min(1, (200 + more.needed) / 2000)) ** 5)
    goal = (0.06 / stats.t.ppf(0.975, max(reached, found.prompts) - 1)) ** 2 - found.other_variance
    w = found.weight[0]
    c = w / (1 + (w - 1) * goal / found.correction_variance)
    assert more.needed == pytest.approx((c - 1) * 200, abs=2)


def test_draws_come_from_a_larger_frame_where_the_estimate_is_about_a_part():
    pairs = large(5)
    found = prediction_powered(pairs)
    own = further_draws(pairs, found, half_width=0.06)
    twice = further_draws(pairs, found, half_width=0.06, frame=np.full(4000, 0.1))
    assert twice.needed == pytest.approx(2 * own.needed, abs=2)


def test_non_response_asks_for_more_draws():
    pairs = large(5)
    answered = np.random.default_rng(0).random(2000) < 0.5
    pairs = replace(pairs, reviewed=pairs.reviewed & answered)
    found = prediction_powered(pairs)
    full = further_draws(pairs, found, half_width=0.09)
    half = further_draws(pairs, found, half_width=0.09, response=0.5)
    assert full.needed is not None
    assert half.needed is not None
    assert half.needed >= full.needed


def test_a_goal_that_is_reached_needs_nothing():
    pairs = large(0)
    found = prediction_powered(pairs)
    more = further_draws(pairs, found, half_width=0.5)
    assert (more.needed, more.reason) == (0, "the interval is that narrow already")
    mostly = np.r_[np.ones(1900), -np.ones(100)]
    certain = replace(pairs, z=mostly, z_hat=mostly)
    sign = further_draws(certain, prediction_powered(certain))
    assert (sign.needed, sign.reason) == (0, "the interval excludes 0 already")


def test_where_no_number_of_labels_suffices_it_says_so():
    pairs = large(0, prompts=40)
    more = further_draws(pairs, prediction_powered(pairs), half_width=0.001)
    assert more.needed is None
    assert "only more prompts" in more.reason
    assert more.half_width > 0.001


def test_to_exclude_0_takes_the_estimate_for_its_half_width():
    pairs = large(8)
    found = prediction_powered(pairs)
    assert found.low <= 0 <= found.high
    sign, width = (
        further_draws(pairs, found),
        further_draws(pairs, found, half_width=abs(found.tau)),
    )
    assert (sign.needed, sign.half_width) == (width.needed, width.half_width)
