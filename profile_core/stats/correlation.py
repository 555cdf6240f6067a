"""How alike two vectors of influences look: rank and linear correlations, raw and cross-fitted.

Raw correlations are what papers report, and they mislead: noise pulls them to 0 (few prompts, as in
generation), pairs that both sources judged push them up (as in evaluation). So the raw one is lower
for generation even where the tastes are the same, and nothing is concluded from it: that is done in
`alignment`. This module owns the coefficients, and what becomes of them on disjoint prompts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from profile_core.stats.intervals import ratio

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SPLITS = 50
"""Random halvings of the prompts behind a cross-fitted correlation."""
MIN_FACTORS = 2
"""With fewer there is no correlation."""
_ROWS_AT_ONCE = 65_536


class Coefficient(StrEnum):
    """How two vectors are correlated."""

    SPEARMAN = "spearman"
    KENDALL = "kendall"
    """tau_b: ties on either side are allowed for."""
    PEARSON = "pearson"


@dataclass(frozen=True, slots=True)
class Correlations:
    """Of two vectors of influences; NaN where there are under 2 factors or a vector is constant."""

    spearman: float
    kendall: float
    pearson: float


@dataclass(frozen=True, slots=True)
class PermutationNull:
    """A correlation beside those that come about when the names of factors are shuffled."""

    observed: float
    low: float
    """2.5th percentile of the shuffled ones."""
    high: float
    """97.5th percentile."""
    draws: int


def correlate(x: npt.ArrayLike, y: npt.ArrayLike, coefficient: Coefficient) -> float:
    """Correlation of two vectors ``[K]`` over the entries that both have.

    NaN where these are under 2 or one side of them is constant.
    """
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    both = np.isfinite(first) & np.isfinite(second)
    first, second = first[both], second[both]
    if len(first) < MIN_FACTORS or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    if coefficient is Coefficient.KENDALL:
        first, second = (np.sign(values[:, None] - values).ravel() for values in (first, second))
        return _cosine(first, second)
    if coefficient is Coefficient.SPEARMAN:
        first, second = _ranks(first), _ranks(second)
    return _cosine(first - first.mean(), second - second.mean())


def correlations(tau: npt.ArrayLike, reference_tau: npt.ArrayLike) -> Correlations:
    """Spearman, Kendall tau_b and Pearson of two vectors ``[K]`` over the factors both have.

    Biased by noise and by shared pairs; not a basis for any test.
    """
    return Correlations(**{each.value: correlate(tau, reference_tau, each) for each in Coefficient})


def cross_fitted(
    s: npt.ArrayLike,
    n: npt.ArrayLike,
    reference_s: npt.ArrayLike,
    reference_n: npt.ArrayLike,
    *,
    splits: int = SPLITS,
    seed: int = 0,
) -> Correlations:
    """Correlations of a source and the reference estimated on disjoint halves of the prompts.

    Prompts ``[G, K]`` with a pair on either side are shuffled by a generator of ``seed``, split
    after split; the source is estimated on the first half (rounded down), the reference on the
    others. The mean over the splits that have a value. Shared pairs no longer push it up; noise
    still pulls it to 0.
    """
    source = np.hstack([np.asarray(s), np.asarray(n)]).astype(np.float64)
    reference = np.hstack([np.asarray(reference_s), np.asarray(reference_n)]).astype(np.float64)
    factors = source.shape[1] // 2
    present = np.flatnonzero(np.any((source != 0) | (reference != 0), axis=1))
    first = np.zeros((splits, len(source)), dtype=np.bool_)
    second = first.copy()
    random = np.random.default_rng(seed)
    for split in range(splits):
        order = random.permutation(present)
        first[split, order[: len(order) // 2]] = True
        second[split, order[len(order) // 2 :]] = True

    taus = [
        ratio(sums[:, :factors], sums[:, factors:])
        for sums in (_sums_of_rows(first, source), _sums_of_rows(second, reference))
    ]
    found = {
        each.value: [correlate(x, y, each) for x, y in zip(*taus, strict=True)]
        for each in Coefficient
    }
    return Correlations(**{name: _mean(np.array(values)) for name, values in found.items()})


def permutation_null(
    tau: npt.ArrayLike,
    reference_tau: npt.ArrayLike,
    coefficient: Coefficient = Coefficient.SPEARMAN,
    *,
    draws: int = 2000,
    seed: int = 0,
) -> PermutationNull:
    """What a correlation ``[K]`` would be if the names of factors meant nothing: a description.

    It is no test of significance, because factors go together (longer responses are also denser,
    more structured, ...) and their names can therefore not be exchanged.
    """
    first, second = np.asarray(tau, dtype=np.float64), np.asarray(reference_tau, dtype=np.float64)
    both = np.isfinite(first) & np.isfinite(second)
    first, second = first[both], second[both]
    observed = correlate(first, second, coefficient)
    if np.isnan(observed):
        return PermutationNull(observed, observed, observed, 0)
    random = np.random.default_rng(seed)
    shuffled = [correlate(random.permutation(first), second, coefficient) for _ in range(draws)]
    low, high = np.quantile(shuffled, [0.025, 0.975])
    return PermutationNull(observed, float(low), float(high), draws)


def _sums_of_rows(chosen: Bools, values: Floats) -> Floats:
    """Sums ``[splits, C]`` of the rows of ``values [G, C]`` that ``chosen [splits, G]`` names."""
    total = np.zeros((len(chosen), values.shape[1]))
    for start in range(0, len(values), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        total += chosen[:, part].astype(np.float64) @ values[part]
    return total


def _ranks(values: Floats) -> Floats:
    """Ranks from 1, ties sharing the mean of theirs."""
    _, place, sizes = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(sizes) - (sizes - 1) / 2)[place], dtype=np.float64)


def _cosine(x: Floats, y: Floats) -> float:
    return float(np.clip(x @ y / np.sqrt((x @ x) * (y @ y)), -1.0, 1.0))


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
