"""Percentile intervals by resampling prompts, for statistics without a closed form.

A prompt is resampled whole: what is drawn are prompts' count vectors, never rows, so that pairs of
one prompt stay together. This module owns the resampling; the statistic is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Statistic = Callable[[Floats], Floats]

REPLICATES = 2000
_DRAWS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """A statistic on all prompts and its percentile interval, each of the statistic's shape."""

    estimate: Floats
    se: Floats
    low: Floats
    high: Floats
    undefined: npt.NDArray[np.int64]
    """Replicates on which the statistic was NaN; the interval is over the others."""


def bootstrap(
    counts: npt.ArrayLike,
    statistic: Statistic,
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
    level: float = 0.95,
) -> Bootstrap:
    """Resample prompts with replacement (Efron and Tibshirani 1993, percentile interval).

    ``counts [G, ...]`` holds a prompt's counts in each row; ``statistic`` takes summed counts
    ``[B, ...]`` and returns ``[B, ...]``, one result a replicate. NaN where no replicate has a
    value. The same seed gives the same interval.
    """
    rows = np.asarray(counts, dtype=np.float64)
    prompts = len(rows)
    if not prompts:
        raise ValueError("there is no prompt to resample")
    flat = rows.reshape(prompts, -1)
    random = np.random.default_rng(seed)
    sums = np.empty((replicates, flat.shape[1]))
    step = max(1, _DRAWS_AT_ONCE // prompts)
    for start in range(0, replicates, step):
        size = min(step, replicates - start)
        drawn = random.integers(0, prompts, size=(size, prompts))
        drawn += np.arange(size)[:, None] * prompts
        weights = np.bincount(drawn.ravel(), minlength=size * prompts).reshape(size, prompts)
        sums[start : start + size] = weights @ flat

    values = np.asarray(statistic(sums.reshape(replicates, *rows.shape[1:])), dtype=np.float64)
    estimate = np.asarray(statistic(rows.sum(axis=0, keepdims=True)), dtype=np.float64)[0]
    undefined = np.isnan(values).sum(axis=0)
    tail = (1 - level) / 2
    low, high, se = (np.full(estimate.shape, np.nan) for _ in range(3))
    usable = undefined < replicates
    if usable.any():
        kept = values[:, usable]
        low[usable], high[usable] = np.nanquantile(kept, [tail, 1 - tail], axis=0)
        se[usable] = np.nanstd(kept, axis=0, ddof=1)
    return Bootstrap(estimate, se, low, high, undefined)
