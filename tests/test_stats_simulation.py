"""Intervals cover what they promise, on the grid that the simulation command prints."""

from __future__ import annotations

import pytest

from tests.benchmarks.simulate_intervals import GRID, SETS, Case, simulate


@pytest.mark.parametrize("case", GRID, ids=str)
def test_intervals_cover_and_tests_reject_at_the_promised_rates(case):
    assert simulate(case).misses(SETS) == []


def test_pairs_of_one_prompt_are_not_taken_for_independent():
    together, single = (simulate(Case(0.2, 50, pairs, 1), sets=500) for pairs in (4, 1))
    assert together.width > 1.2 * single.width / 2
