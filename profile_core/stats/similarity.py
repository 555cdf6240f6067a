"""Which sources have alike tastes: a matrix of correlations, and an order that puts them together.

Rows are sources, columns what they are described by: influences of factors, or the weights of
their models. This module owns the matrix, its spread over parts of the data, and the order; what
the rows are is the caller's business.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from profile_core.stats.correlation import Coefficient, correlate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spread:
    """How far similarities differ over parts of the data, each ``[S, S]``; NaN without a part."""

    low: Floats
    high: Floats
    parts: Ints
    """Parts in which both sources can be compared."""


def similarity(rows: npt.ArrayLike, coefficient: Coefficient = Coefficient.SPEARMAN) -> Floats:
    """Correlations ``[S, S]`` of rows ``[S, K]``, each over the columns that both have.

    1 on the diagonal; NaN where two rows share under 2 columns or one is constant over them, and
    on the diagonal of a row that can be compared with nothing, itself included.
    """
    values = np.asarray(rows, dtype=np.float64)
    sources = len(values)
    matrix = np.full((sources, sources), np.nan)
    for i in range(sources):
        for j in range(i, sources):
            matrix[i, j] = matrix[j, i] = correlate(values[i], values[j], coefficient)
    own = np.diag_indices(sources)
    matrix[own] = np.where(np.isnan(matrix[own]), np.nan, 1.0)
    return matrix


def clustered_order(matrix: npt.ArrayLike) -> Ints:
    """The order ``[S]`` that puts similar sources side by side, of a matrix ``[S, S]``.

    Average linkage of ``1 - similarity`` with optimal leaf order (Bar-Joseph, Gifford and Jaakkola
    2001); of the two directions the one in which the first source comes early. Similarities that
    are not known count as none. Sources comparable with no other stand last, in their own order.
    """
    found = np.asarray(matrix, dtype=np.float64)
    others = np.isfinite(found) & ~np.eye(len(found), dtype=np.bool_)
    known = np.flatnonzero(others.any(axis=1))
    unknown = np.flatnonzero(~others.any(axis=1))
    if len(known) < 2:
        return np.arange(len(found))
    apart = 1 - np.nan_to_num(found[np.ix_(known, known)], nan=0.0)
    np.fill_diagonal(apart, 0.0)
    tree = hierarchy.linkage(squareform(apart, checks=False), "average", optimal_ordering=True)
    order = hierarchy.leaves_list(tree)
    if np.flatnonzero(order == 0)[0] > (len(order) - 1) / 2:
        order = order[::-1]
    return np.concatenate([known[order], unknown]).astype(np.int64)


def spread(matrices: npt.ArrayLike) -> Spread:
    """Least and greatest similarity over parts of the data, of matrices ``[M, S, S]``.

    One matrix of all data can hide that two sources agree in one scenario and disagree in another.
    """
    found = np.asarray(matrices, dtype=np.float64)
    known = np.isfinite(found)
    parts = known.sum(axis=0)
    none = parts == 0
    low = np.where(known, found, np.inf).min(axis=0, initial=np.inf)
    high = np.where(known, found, -np.inf).max(axis=0, initial=-np.inf)
    return Spread(np.where(none, np.nan, low), np.where(none, np.nan, high), parts)
