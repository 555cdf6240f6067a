"""How many more labels an estimate from drawn reviews needs, for a width or to tell its sign.

More draws shrink the part of the variance that is the correction's; the prompts' own part stays.
This module owns that forecast, for the estimates of `ppi`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from profile_core.stats.intervals import Floats, Ints
from profile_core.stats.ppi import Estimate, Pairs, correction_sum

_PRECISION = 1e-6


@dataclass(frozen=True, slots=True)
class FurtherDraws:
    """How many more pairs to draw and review."""

    needed: int | None
    """0 where the goal is reached; None where no number suffices, or none can be told."""
    half_width: float
    """Of the interval, as expected with so many more; where none suffices, with all reviewed."""
    reason: str
    """Why it is 0 or None; empty otherwise."""


def further_draws(
    pairs: Pairs,
    estimate: Estimate,
    *,
    half_width: float | None = None,
    response: float = 1.0,
    frame: Floats | None = None,
    level: float = 0.95,
) -> FurtherDraws:
    """How many more pairs to draw until the interval has a half width, or by default excludes 0.

    Drawing c times as much multiplies every probability by c, up to 1, and the correction's part
    of the variance by V(c) / V(1), where

        V(c) = sum_i w_i (max(w_i / c, 1 / response) - 1) r_i^2

    (active inference, arXiv 2403.03208; the estimate, lambda and the residuals r_i are held as they
    are). The rest of the variance stays; the degrees of freedom grow with the prompts that are
    expected to have a reviewed pair. The least c that suffices is found by bisection, and the
    answer is the expected number of further draws, `sum min(1, c pi) - pi`. `response` is the share
    of drawn pairs that get reviewed. `frame` are the probabilities of all pairs that would be drawn
    from, if the estimate is about some of them only.
    """
    goal = abs(estimate.tau) if half_width is None else half_width
    if np.isnan(estimate.se):
        return FurtherDraws(None, np.nan, f"there is no interval to start from: {estimate.remark}")
    now = float(special.stdtrit(estimate.prompts - 1, 0.5 + level / 2) * estimate.se)
    if now < goal or (half_width is not None and now <= goal):
        reached = "excludes 0" if half_width is None else "is that narrow"
        return FurtherDraws(0, now, f"the interval {reached} already")
    forecast = _Forecast.of(pairs, estimate, response, level)
    few, many = 1.0, float(1.0 / forecast.probability.min())
    if (best := forecast.half_width(many)) >= goal:
        return FurtherDraws(
            None, best, "labels for all pairs would not be enough: only more prompts narrow it"
        )
    while many - few > _PRECISION * many:
        middle = (few + many) / 2
        few, many = (middle, many) if forecast.half_width(middle) >= goal else (few, middle)
    drawn_from = forecast.probability if frame is None else np.asarray(frame, dtype=np.float64)
    more = float(np.minimum(1.0, many * drawn_from).sum() - drawn_from.sum())
    return FurtherDraws(max(1, int(np.ceil(more - 1e-9))), forecast.half_width(many), "")


@dataclass(frozen=True, slots=True)
class _Forecast:
    """The half width of the interval under other probabilities."""

    estimate: Estimate
    probability: Floats
    place: Ints
    """Of each pair's prompt."""
    response: float
    level: float
    now: float
    """The sum behind the correction's variance as it is."""

    @classmethod
    def of(cls, pairs: Pairs, estimate: Estimate, response: float, level: float) -> _Forecast:
        return cls(
            estimate,
            np.asarray(pairs.probability, dtype=np.float64),
            np.searchsorted(estimate.prompt, pairs.prompt),
            response,
            level,
            correction_sum(estimate.weight, estimate.residual, least=1.0 / response),
        )

    def half_width(self, factor: float) -> float:
        found = self.estimate
        then = correction_sum(
            found.weight, found.residual, factor=factor, least=1.0 / self.response
        )
        left = found.correction_variance * (then / self.now if self.now else 1.0)
        chance = self.response * np.minimum(1.0, factor * self.probability)
        with np.errstate(divide="ignore"):
            unseen = np.exp(np.bincount(self.place, weights=np.log1p(-chance)))
        freedom = max(float((1.0 - unseen).sum()), found.prompts) - 1.0
        spread = np.sqrt(found.other_variance + left)
        return float(special.stdtrit(freedom, 0.5 + self.level / 2) * spread)
