"""The influence of factors on sources: tau_14, tau_13 and soft tau.

A pair on which a source strictly prefers one response is concordant with a factor if the preferred
response has more of it (z = +1), discordant if less (-1), tied if the same (0). tau_14 is the mean
of z over the three (Deutsch, Foster and Freitag 2023, arXiv 2305.14324, call this variant so; it
is the influence score of ProfiLE). This module owns the estimates and the table; counting is
`planes`' and `clusters`', intervals are `intervals`'.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.stats.clusters import cluster_moments
from profile_core.stats.intervals import Intervals, Moments, moments, ratio, ratio_intervals
from profile_core.stats.multiplicity import benjamini_hochberg
from profile_core.stats.planes import Planes, Words, counts
from profile_core.types import Variant

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class InfluenceTable:
    """One influence a source and factor, each array ``[S, F]``; NaN for what does not exist."""

    variant: Variant
    tau: Floats
    se: Floats
    low: Floats
    high: Floats
    concordant: Ints
    discordant: Ints
    tied: Ints
    missing: Ints
    prompts: Ints
    """Prompts with at least one pair in the denominator."""
    p: Floats
    q: Floats
    """Benjamini-Hochberg over the factors of a source."""
    note: npt.NDArray[np.object_]
    """An `intervals.Note` each."""

    @property
    def pairs(self) -> Ints:
        """Concordant, discordant and tied pairs together."""
        return self.concordant + self.discordant + self.tied


def tau14(concordant: npt.ArrayLike, discordant: npt.ArrayLike, tied: npt.ArrayLike) -> Floats:
    """``(C - D) / (C + D + T)``, elementwise; NaN where no pair is counted."""
    more, fewer = np.asarray(concordant), np.asarray(discordant)
    return ratio(more - fewer, more + fewer + np.asarray(tied))


def tau13(concordant: npt.ArrayLike, discordant: npt.ArrayLike) -> Floats:
    """``(C - D) / (C + D)``, elementwise; NaN where every pair is tied."""
    more, fewer = np.asarray(concordant), np.asarray(discordant)
    return ratio(more - fewer, more + fewer)


def influence(
    planes: Planes, mask: Words | None = None, *, variant: Variant = Variant.TAU14
) -> InfluenceTable:
    """The influence of every factor on every source, over the pairs of the mask.

    Soft tau needs probabilities, which planes do not have: see `soft_tau`.
    """
    if variant is Variant.SOFT:
        raise ValueError("soft tau is computed from probabilities: use soft_tau")
    found = counts(planes, mask)
    cells = ratio_intervals(cluster_moments(planes, mask, tied=variant is Variant.TAU14))
    return InfluenceTable(
        variant,
        cells.estimate,
        cells.se,
        cells.low,
        cells.high,
        found.concordant,
        found.discordant,
        found.tied,
        found.missing,
        cells.prompts,
        cells.p,
        benjamini_hochberg(cells.p),
        cells.note,
    )


def soft_tau(
    probability_a: npt.ArrayLike, sign: npt.ArrayLike, prompt_starts: npt.ArrayLike
) -> Intervals:
    """``sum (2p - 1) sgn d / sum |2p - 1|`` of one source, with cluster-robust intervals.

    ``probability_a [pairs]`` is the source's probability that a is better, NaN where it has none;
    ``sign [..., pairs]`` of a minus b per factor, NaN where missing; pairs are grouped by prompt as
    ``prompt_starts [P + 1]`` says. Returns arrays of shape ``[...]``.
    """
    return ratio_intervals(soft_moments(probability_a, sign, prompt_starts))


def soft_moments(
    probability_a: npt.ArrayLike, sign: npt.ArrayLike, prompt_starts: npt.ArrayLike
) -> Moments:
    """The moments behind `soft_tau`, for estimates that need them jointly."""
    margin = 2 * np.asarray(probability_a, dtype=np.float64) - 1
    signs = np.asarray(sign, dtype=np.float64)
    counted = ~(np.isnan(margin) | np.isnan(signs))
    numerator = np.where(counted, margin * signs, 0.0)
    denominator = np.where(counted, np.abs(margin), 0.0)
    starts = np.asarray(prompt_starts)[:-1]
    if not len(starts):
        return moments(np.zeros((0, *signs.shape[:-1])), np.zeros((0, *signs.shape[:-1])))
    return moments(
        np.moveaxis(np.add.reduceat(numerator, starts, axis=-1), -1, 0),
        np.moveaxis(np.add.reduceat(denominator, starts, axis=-1), -1, 0),
    )
