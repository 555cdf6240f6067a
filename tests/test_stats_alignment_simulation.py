"""A gap is found where there is one and only there; the raw correlation finds one everywhere.

The cases of `tests.benchmarks.simulate_gap`, with fewer sets.
"""

from __future__ import annotations

import functools

import pytest

from tests.benchmarks.simulate_gap import EQUAL, UNEQUAL, Case, simulate

SETS = {0.0: 800, 0.3: 400}
SLACK = 0.02
"""Two Monte-Carlo errors of a coverage with so few sets."""


@functools.cache
def outcome(case: Case):
    return simulate(case, sets=SETS[case.planted])


@pytest.mark.parametrize("case", EQUAL + UNEQUAL, ids=str)
def test_gaps_distances_and_tests_keep_their_promises(case):
    assert outcome(case).misses(SLACK) == []


@pytest.mark.parametrize("case", EQUAL, ids=str)
def test_the_raw_correlation_is_lower_for_generation_though_tastes_are_equal(case):
    found = outcome(case)
    assert found.raw_lower > 0.55
    if case.prompts == 30:
        assert found.raw_lower > 0.9
        assert found.raw_much_lower > 2 * found.called


@pytest.mark.parametrize("case", EQUAL + UNEQUAL, ids=str)
def test_noise_makes_the_plain_distance_too_large(case):
    found = outcome(case)
    assert found.naive_d2 > case.d2 + 8 * found.d2_error
