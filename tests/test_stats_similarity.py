"""Which sources are alike: the matrix, the order that shows it, and its spread over parts."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from scipy import stats

from profile_core.stats.correlation import Coefficient
from profile_core.stats.similarity import clustered_order, similarity, spread

PARITY = {
    Coefficient.SPEARMAN: stats.spearmanr,
    Coefficient.PEARSON: stats.pearsonr,
    Coefficient.KENDALL: stats.kendalltau,
}


def blocks(*members, within=0.9, between=0.1):
    """Similarities of sources whose groups are given by a label each."""
    labels = np.array(members)
    matrix = np.where(labels[:, None] == labels, within, between)
    np.fill_diagonal(matrix, 1.0)
    return matrix


@pytest.mark.parametrize("coefficient", Coefficient)
def test_similarities_equal_scipy_over_the_factors_both_sources_have(coefficient):
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(5, 12))
    rows[draw.random(rows.shape) < 0.2] = np.nan
    found = similarity(rows, coefficient)
    np.testing.assert_array_equal(found, found.T)
    for i in range(5):
        assert found[i, i] == 1
        for j in range(i):
            both = ~np.isnan(rows[i]) & ~np.isnan(rows[j])
            expected = PARITY[coefficient](rows[i][both], rows[j][both]).statistic
            assert found[i, j] == pytest.approx(expected)


def test_sources_that_cannot_be_compared_have_no_similarity():
    nan = np.nan
    found = similarity([[1, 2, 3, 4], [2, 2, 2, 2], [nan, nan, nan, 1], [nan, nan, nan, nan]])
    assert found[0, 0] == 1
    assert np.isnan(found[1:]).all()


def test_the_order_puts_alike_sources_side_by_side():
    matrix = blocks("x", "y", "z", "x", "y", "z", "x")
    labels = np.array(list("xyzxyzx"))[clustered_order(matrix)]
    changes = np.count_nonzero(labels[1:] != labels[:-1])
    assert changes == 2


def test_the_order_does_not_depend_on_how_sources_come_in():
    draw = np.random.default_rng(1)
    matrix = similarity(draw.normal(size=(7, 9)))
    order = clustered_order(matrix).tolist()
    shuffled = draw.permutation(7)
    again = shuffled[clustered_order(matrix[np.ix_(shuffled, shuffled)])].tolist()
    assert again in (order, order[::-1])


@pytest.mark.parametrize("seed", range(6))
def test_the_first_source_comes_in_the_first_half(seed):
    matrix = similarity(np.random.default_rng(seed).normal(size=(6, 9)))
    assert clustered_order(matrix).tolist().index(0) < 3


def test_sources_in_a_row_are_put_in_that_row():
    # Likeness falls with the distance on a line: the best order of leaves is the line.
    place = np.array([3.0, 0.0, 6.5, 1.2, 5.0])
    matrix = 1 - np.abs(place[:, None] - place) / 10
    assert clustered_order(matrix).tolist() in ([1, 3, 0, 4, 2], [2, 4, 0, 3, 1])
    lengths = {
        order: sum(matrix[a, b] for a, b in pairwise(order)) for order in permutations(range(5))
    }
    assert lengths[tuple(clustered_order(matrix).tolist())] == pytest.approx(max(lengths.values()))


def test_sources_comparable_with_no_other_stand_last():
    matrix = blocks("x", "lone", "y", "x", "empty", "y")
    matrix[[1, 4], :], matrix[:, [1, 4]] = np.nan, np.nan
    matrix[1, 1] = 1
    order = clustered_order(matrix).tolist()
    assert order[-2:] == [1, 4]
    assert order[:4] in ([0, 3, 2, 5], [0, 3, 5, 2], [3, 0, 2, 5], [3, 0, 5, 2])


def test_one_unknown_similarity_keeps_no_source_from_its_place():
    matrix = blocks("x", "y", "x", "y")
    matrix[0, 1] = matrix[1, 0] = np.nan
    labels = np.array(list("xyxy"))[clustered_order(matrix)]
    assert labels.tolist() == ["x", "x", "y", "y"]


def test_an_unknown_similarity_counts_as_none_and_not_as_the_opposite():
    matrix = blocks("x", "y", "z", "z", between=-0.5)
    matrix[0, 1] = matrix[1, 0] = np.nan
    order = clustered_order(matrix).tolist()
    assert abs(order.index(0) - order.index(1)) == 1


@pytest.mark.parametrize("sources", [0, 1, 2])
def test_few_sources_have_an_order_too(sources):
    assert sorted(clustered_order(np.eye(sources))) == list(range(sources))


def test_the_spread_tells_the_least_and_greatest_similarity_of_all_parts():
    first, second, third = blocks("x", "x", "y"), blocks("x", "y", "y"), np.full((3, 3), np.nan)
    third[0, 1] = third[1, 0] = -0.4
    first[1, 2] = second[1, 2] = np.nan
    found = spread([first, second, third])
    assert (found.low[0, 1], found.high[0, 1], found.parts[0, 1]) == (-0.4, 0.9, 3)
    assert (found.low[0, 2], found.high[0, 2], found.parts[0, 2]) == (0.1, 0.1, 2)
    assert np.isnan([found.low[1, 2], found.high[1, 2]]).all()
    assert found.parts[1, 2] == 0
