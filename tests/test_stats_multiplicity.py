"""Adjusted p values agree with scipy and with hand-worked steps; NaN is no test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from profile_core.stats.multiplicity import benjamini_hochberg, holm


def test_q_worked_by_hand():
    # sorted .01 .02 .03 .5 times 4/rank: .04 .04 .04 .5
    np.testing.assert_allclose(benjamini_hochberg([0.5, 0.01, 0.03, 0.02]), [0.5, 0.04, 0.04, 0.04])


def test_holm_worked_by_hand():
    # sorted .01 .02 .03 times 3, 2, 1: .03 .04 .03, made monotone
    np.testing.assert_allclose(holm([0.03, 0.01, 0.02]), [0.04, 0.03, 0.04])


@pytest.mark.parametrize("seed", range(5))
def test_q_equals_scipy_row_by_row_when_missing_tests_are_taken_out(seed):
    draw = np.random.default_rng(seed)
    p = draw.random((3, 12)) ** 3
    p[draw.random(p.shape) < 0.3] = np.nan
    for row, adjusted in zip(p, benjamini_hochberg(p), strict=True):
        known = ~np.isnan(row)
        np.testing.assert_allclose(adjusted[known], stats.false_discovery_control(row[known]))
        assert np.isnan(adjusted[~known]).all()


@pytest.mark.parametrize("seed", range(5))
def test_holm_equals_its_definition_when_missing_tests_are_taken_out(seed):
    draw = np.random.default_rng(seed)
    p = draw.random(10) ** 2
    p[:2] = np.nan
    known = sorted(p[2:])
    expected = [max(min(1.0, (8 - j) * known[j]) for j in range(known.index(x) + 1)) for x in p[2:]]
    np.testing.assert_allclose(holm(p), [np.nan, np.nan, *expected])


@pytest.mark.parametrize("adjust", [benjamini_hochberg, holm])
def test_no_test_at_all_gives_nothing(adjust):
    assert adjust([]).shape == (0,)
    assert np.isnan(adjust([np.nan, np.nan])).all()
    assert adjust([0.9, 0.8]).max() <= 1
