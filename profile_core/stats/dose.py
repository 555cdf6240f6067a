"""How the share preferred changes with the size of a difference.

tau counts only which response has more; a factor may help in small doses and harm in large ones.
Pairs are turned so that the response with more is always the one asked about: which of them is
called a has no meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.stats.counterfactual import as_share
from profile_core.stats.intervals import Intervals, moments, ratio, ratio_intervals
from profile_core.stats.prompt_sums import PromptGroups

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DoseResponse:
    """Share preferring the response with more, by bins of how much more; arrays ``[B]``."""

    low: Floats
    """Smallest and largest difference that occurs in the bin, and its mean."""
    high: Floats
    mean: Floats
    share: Intervals
    """p is against a half."""
    pairs: Ints
    equal: int
    """Pairs with the same amount on both sides, which are in no bin."""
    missing: int
    """Pairs without a difference or without a choice."""


def dose_response(
    difference: npt.ArrayLike,
    preferred_a: npt.ArrayLike,
    prompts: npt.ArrayLike,
    *,
    bins: int | Sequence[float] = 5,
    resolution: float = 0.0,
    weights: npt.ArrayLike | None = None,
) -> DoseResponse:
    """Share that prefer the response with more, within bins of ``|difference|``.

    ``difference [N]`` a minus b, NaN where missing; ``preferred_a [N]`` 1, 0 or a half, NaN for an
    abstention; differences up to ``resolution`` count as equal. ``bins`` is a number of about
    equally filled bins (equal values stay together, so that there may be fewer) or their inner
    edges, a value on an edge belonging to the bin above. Intervals are clustered by prompt.
    """
    amount = np.asarray(difference, dtype=np.float64)
    share = np.asarray(preferred_a, dtype=np.float64)
    known = ~(np.isnan(amount) | np.isnan(share))
    used = known & (np.abs(amount) > resolution)
    size = np.abs(amount[used])
    won = np.where(amount[used] > 0, share[used], 1 - share[used])
    weight = np.ones(len(size)) if weights is None else np.asarray(weights, dtype=float)[used]

    place = np.searchsorted(_edges(size, bins), size, side="right")
    filled, place = np.unique(place, return_inverse=True)
    member = place[:, None] == np.arange(len(filled))
    groups = PromptGroups.of(np.asarray(prompts)[used])
    n = np.asarray(groups.sums(member.astype(np.float64), weight), dtype=np.float64)
    s = np.asarray(groups.sums(member * (2 * won - 1)[:, None], weight), dtype=np.float64)
    columns = [size[member[:, k]] for k in range(len(filled))]
    return DoseResponse(
        np.array([part.min() for part in columns]),
        np.array([part.max() for part in columns]),
        ratio((weight * size) @ member, weight @ member),
        as_share(ratio_intervals(moments(s, n))),
        member.sum(axis=0),
        int((known & ~used).sum()),
        int((~known).sum()),
    )


def _edges(size: Floats, bins: int | Sequence[float]) -> Floats:
    if not isinstance(bins, int):
        return np.sort(np.asarray(bins, dtype=np.float64))
    if bins < 1:
        raise ValueError("there must be at least one bin")
    if not len(size):
        return np.empty(0)
    quantiles = np.quantile(size, np.linspace(0, 1, bins + 1)[1:-1], method="higher")
    return np.unique(quantiles)
