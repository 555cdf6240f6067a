"""How far a source's influences lie from the reference's, and from its own in the other setting.

Two vectors of estimated influences differ even where the tastes are the same: noise pushes their
distance up, the more the fewer prompts there are, and prompts that both use push it down. Both go
towards what one expects of generation against evaluation. Therefore everything here is corrected
with the joint influence values of prompts: the debiased distance, the gap by factor, and which
setting is nearer. Nothing here rests on correlations (see `correlation`).

This module owns these statistics. It knows no study: the caller brings per-prompt sums, and only
those factors that a distance should be over (`has_interval` tells which can be).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.stats.intervals import (
    influence_values,
    moments,
    ratio,
    ratio_intervals,
    t_interval,
)
from profile_core.stats.multiplicity import holm

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NORMAL = 1.96
"""Half the width of a distance's interval in standard errors."""
LEVEL = 0.05
"""A gap is called where an adjusted p is below."""
MIN_FACTORS = 2
"""With fewer there is no distance."""
_NOTHING = 1e-28
"""A variance up to this is rounding."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """Influences of K factors and what each prompt contributes to their error.

    From sums by `estimates`; or from whatever else has influence values (prediction-powered or
    modelled influence), for the forms that end in `_between`.
    """

    tau: Floats
    """``[K]``."""
    influence: Floats
    """``[G, K]``, the squares of a column summing to the squared se; 0 where a prompt is unused."""
    used: Bools
    """``[G, K]``: the prompt has a counted pair."""
    has_interval: Bools
    """``[K]``: enough prompts, and not all of them say the same."""


@dataclass(frozen=True, slots=True)
class Distance:
    """Mean squared difference of influences, freed of what noise adds to it; may be negative."""

    d2: float
    se: float
    low: float
    high: float
    factors: int
    """Those it is the mean over, K."""

    @property
    def root(self) -> float:
        """In units of tau, 0 where noise alone would make the difference larger."""
        return _root(self.d2)

    @property
    def root_low(self) -> float:
        """The lower bound in units of tau."""
        return _root(self.low)

    @property
    def root_high(self) -> float:
        """The upper bound in units of tau."""
        return _root(self.high)


@dataclass(frozen=True, slots=True)
class Gap:
    """Generation minus evaluation by factor, each ``[K]``; NaN where there is no interval."""

    difference: Floats
    """Given wherever both influences exist, with an interval or without."""
    se: Floats
    low: Floats
    high: Floats
    p: Floats
    p_holm: Floats
    """Adjusted for the factors that were tested (Holm 1979)."""
    degrees: Floats
    """Of freedom of the t test, by Welch's formula."""

    @property
    def tested(self) -> int:
        """Factors with a test; without any, nothing can be called."""
        return int(np.count_nonzero(~np.isnan(self.p_holm)))

    @property
    def called(self) -> bool:
        """Whether any factor differs after Holm: the chance of a false call is at most 5 %."""
        return bool(np.any(self.p_holm < LEVEL))


@dataclass(frozen=True, slots=True)
class Nearer:
    """D2 of generation minus D2 of evaluation: above 0 where evaluation is nearer."""

    d2_difference: float
    se: float
    low: float
    high: float
    factors: int


def estimates(s: npt.ArrayLike, n: npt.ArrayLike) -> Estimates:
    """Influences from per-prompt sums ``[G, K]``, as `clusters.cluster_sums` counts them.

    A prompt with ``n = 0`` is not in the factor. Each factor's influence values carry the root of
    its own G/(G-1), as in `intervals.joint_covariance`.
    """
    sums, sizes = np.asarray(s), np.asarray(n)
    used = sizes != 0
    prompts = used.sum(axis=0)
    scaled = influence_values(sums, sizes) * np.sqrt(ratio(prompts, prompts - 1))
    return Estimates(
        ratio(sums.sum(axis=0), sizes.sum(axis=0)), scaled, used, has_interval(sums, sizes)
    )


def has_interval(s: npt.ArrayLike, n: npt.ArrayLike) -> Bools:
    """Which factors ``[K]`` have an interval: 5 prompts or more, not all saying the same."""
    return ~np.isnan(ratio_intervals(moments(s, n)).se)


def distance(
    s: npt.ArrayLike, n: npt.ArrayLike, reference_s: npt.ArrayLike, reference_n: npt.ArrayLike
) -> Distance:
    """Debiased distance of a source from the reference, from sums ``[G, K]`` of the same prompts.

    With d the differences of tau and V their covariance from joint influence values,

        D2 = (d'd - trace V) / K,    var(D2) = (4 d'Vd + 2 trace V^2) / K^2,

    the unbiased estimate of the mean squared difference (the mean and variance of a normal
    quadratic form; Searle 1971, 2.5), interval D2 +- 1.96 se. Rows are 0 where a prompt is absent
    from one side. Pass only factors that have an interval on both sides: one without any pair on a
    side makes all NaN, as do fewer than 2 factors.
    """
    return distance_between(estimates(s, n), estimates(reference_s, reference_n))


def distance_between(source: Estimates, reference: Estimates) -> Distance:
    """`distance` from influence values, rows being the same prompts."""
    d, influence = source.tau - reference.tau, source.influence - reference.influence
    return Distance(*_debiased(d, influence, np.ones(len(d)), len(d)), factors=len(d))


def nearer(
    generation_s: npt.ArrayLike,
    generation_n: npt.ArrayLike,
    evaluation_s: npt.ArrayLike,
    evaluation_n: npt.ArrayLike,
    reference_s: npt.ArrayLike,
    reference_n: npt.ArrayLike,
) -> Nearer:
    """Which of a model's settings is nearer to the reference: D2(generation) - D2(evaluation).

    From sums ``[G, K]`` of the same prompts; the variance is that of both distances jointly, by the
    formula of `distance` with the signs of the difference: var = (4 d'AVAd + 2 trace (AV)^2) / K^2,
    d and V those of both settings together and A = diag(1, ..., -1, ...).
    """
    return nearer_between(
        estimates(generation_s, generation_n),
        estimates(evaluation_s, evaluation_n),
        estimates(reference_s, reference_n),
    )


def nearer_between(generation: Estimates, evaluation: Estimates, reference: Estimates) -> Nearer:
    """`nearer` from influence values, rows being the same prompts."""
    sides = (generation, evaluation)
    d = np.concatenate([side.tau - reference.tau for side in sides])
    influence = np.hstack([side.influence - reference.influence for side in sides])
    factors = len(reference.tau)
    signs = np.repeat([1.0, -1.0], factors)
    return Nearer(*_debiased(d, influence, signs, factors), factors=factors)


def gap(
    generation_s: npt.ArrayLike,
    generation_n: npt.ArrayLike,
    evaluation_s: npt.ArrayLike,
    evaluation_n: npt.ArrayLike,
) -> Gap:
    """Tau of generation minus tau of evaluation, from sums ``[G, K]`` of the same prompts.

    Welch's t over prompts' influence values, Holm over factors. The variance is the sum of squares
    of the differences of a prompt's two influence values. Prompts of generation alone, of
    evaluation alone and of both add Q1 + Q2 + Q3 to it, and the degrees of freedom are

        (Q1 + Q2 + Q3)^2 / (Q1^2 / (m1 - 1) + Q2^2 / (m2 - 1) + Q3^2 / (m3 - 1))

    with m their numbers (m - 1 being at least 1): Welch's (1947) without shared prompts, those of a
    paired t test where all are shared. A factor without an interval in either setting, or whose
    difference does not vary, has neither interval nor test and does not count for Holm.
    """
    return gap_between(estimates(generation_s, generation_n), estimates(evaluation_s, evaluation_n))


def gap_between(generation: Estimates, evaluation: Estimates) -> Gap:
    """`gap` from influence values, rows being the same prompts."""
    difference = generation.tau - evaluation.tau
    squares = (generation.influence - evaluation.influence) ** 2
    variance = squares.sum(axis=0)
    usable = generation.has_interval & evaluation.has_interval & (variance > _NOTHING)

    uncertainty = np.zeros_like(variance)
    for prompts in (
        generation.used & ~evaluation.used,
        evaluation.used & ~generation.used,
        generation.used & evaluation.used,
    ):
        part = np.where(prompts, squares, 0.0).sum(axis=0)
        uncertainty += part**2 / np.maximum(prompts.sum(axis=0) - 1, 1)
    degrees = np.where(usable, ratio(variance**2, uncertainty), np.nan)
    se = np.where(usable, np.sqrt(variance), np.nan)
    low, high, p = t_interval(difference, se, degrees, bounds=(-2.0, 2.0))
    return Gap(difference, se, low, high, p, holm(p), degrees)


def _debiased(
    d: Floats, influence: Floats, signs: Floats, factors: int
) -> tuple[float, float, float, float]:
    """``(D2, se, low, high)`` of ``sum signs d^2 / factors``, whatever noise adds taken off."""
    if factors < MIN_FACTORS:
        return (float("nan"),) * 4
    covariance = influence.T @ influence
    signed = signs * d
    d2 = float(signs @ (d**2 - np.diag(covariance))) / factors
    variance = 4 * signed @ covariance @ signed + 2 * signs @ covariance**2 @ signs
    se = float(np.sqrt(max(0.0, float(variance)))) / factors if np.isfinite(d2) else float("nan")
    return d2, se, d2 - NORMAL * se, d2 + NORMAL * se


def _root(squared: float) -> float:
    return float(np.sqrt(np.maximum(squared, 0.0)))
