"""Rank statistics that need ties of both sides: tau_b per prompt and accuracy with ties.

Their ranges differ from tau_14's, so they stand on a view of their own. Everything is per prompt
first: levels of different prompts are not compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from profile_core.stats.agreement import sums_by_prompt
from profile_core.stats.intervals import Intervals, moments, ratio, ratio_intervals

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PromptTaus:
    """tau_b of each prompt, NaN where levels or values are all the same there."""

    prompts: npt.NDArray[np.generic]
    """The prompts' ids in sorted order, ``[G]``."""
    tau_b: Floats

    def mean(self) -> Intervals:
        """The mean over prompts that have one, with its t interval."""
        known = self.tau_b[~np.isnan(self.tau_b)]
        return ratio_intervals(moments(known, np.ones_like(known)))


def tau_b_by_prompt(
    levels: npt.ArrayLike,
    values: npt.ArrayLike,
    prompts: npt.ArrayLike,
    *,
    resolution: float = 0.0,
) -> PromptTaus:
    """Kendall's tau_b of score levels against a factor's values within each prompt.

    One entry a response, ``[responses]``; NaN values are left out. Values no further apart than
    ``resolution`` are tied.
    """
    level, value = np.asarray(levels, dtype=np.float64), np.asarray(values, dtype=np.float64)
    known = ~(np.isnan(level) | np.isnan(value))
    found, codes = np.unique(np.asarray(prompts), return_inverse=True)
    taus = np.full(len(found), np.nan)
    order = np.flatnonzero(known)[np.argsort(codes[known], kind="stable")]
    sizes = np.bincount(codes[known], minlength=len(found))
    ends = np.cumsum(sizes)
    for size in np.unique(sizes[sizes > 1]):
        group = np.flatnonzero(sizes == size)
        rows = order[(ends[group] - size)[:, None] + np.arange(size)]
        i, j = np.triu_indices(size, k=1)
        x = np.sign(level[rows][:, i] - level[rows][:, j])
        y = _signs(value[rows][:, i] - value[rows][:, j], resolution)
        taus[group] = ratio((x * y).sum(axis=1), np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1)))
    return PromptTaus(found, taus)


def accuracy_with_ties(
    first: npt.ArrayLike, second: npt.ArrayLike, prompts: npt.ArrayLike
) -> Intervals:
    """acc_eq: share of pairs on which two signs (-1, 0, +1) are equal, ties included.

    A source's choice against a factor's difference, ``[pairs]`` each, NaN left out (Deutsch et al.
    2023, arXiv 2305.14324). Interval clustered by prompt, in [0, 1]; there is no p, for chance has
    no fixed value here.
    """
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    known = ~(np.isnan(x) | np.isnan(y))
    both = np.stack([known & (x == y), known], axis=-1).astype(np.int64)
    sums = sums_by_prompt(both, prompts)
    found = ratio_intervals(moments(sums[:, 0], sums[:, 1]), bounds=(0.0, 1.0))
    return replace(found, p=np.full_like(found.p, np.nan))


def _signs(difference: Floats, resolution: float) -> Floats:
    return np.where(np.abs(difference) <= resolution, 0.0, np.sign(difference))
