"""How often a generator's response is preferred, raw and with length, say, held equal.

A win rate is a share of pairs, ties half, clustered by prompt. Its length-controlled twin is the
published one without the parts that its authors fitted to data of their own. Models that keep
several factors are `conditional`'s and `counterfactual`'s; this module turns pairs towards one
generator and calls them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.errors import NotEstimable
from profile_core.stats.conditional import refit
from profile_core.stats.counterfactual import as_share, modelled_rate
from profile_core.stats.design import design
from profile_core.stats.intervals import Intervals, moments, ratio, ratio_intervals
from profile_core.stats.prompt_sums import PromptGroups

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WinRate:
    """A generator's win rates, `Intervals` of shape ``[]``; p is against a half."""

    generator: int
    pairs: int
    raw: Intervals
    controlled: Intervals | None
    """None where it was not asked for, or cannot be estimated: see ``reason``."""
    controlled_pairs: int
    """Pairs that have a length difference too."""
    reason: str = ""


def win_rates(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    preferred_a: npt.ArrayLike,
    prompts: npt.ArrayLike,
    *,
    length_difference: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
) -> tuple[WinRate, ...]:
    """Win rates of every generator against all others together, in the order of their numbers.

    ``first``, ``second [N]`` are the generators of a and b as whole numbers, negative where there
    is none; ``preferred_a [N]`` is 1, 0 or a half, NaN where the source abstained;
    ``length_difference [N]`` a minus b, NaN where missing. Pairs within one generator are left out.
    """
    sides = np.asarray(first), np.asarray(second)
    share = np.asarray(preferred_a, dtype=np.float64)
    numbers = np.asarray(prompts)
    weight = None if weights is None else np.asarray(weights, dtype=np.float64)
    longer = None if length_difference is None else np.asarray(length_difference, dtype=np.float64)
    found = []
    for generator in np.unique(np.concatenate(sides)):
        if generator < 0:
            continue
        turn = (sides[0] == generator).astype(int) - (sides[1] == generator)
        rows = (turn != 0) & ~np.isnan(share)
        if not rows.any():
            continue
        won = np.where(turn > 0, share, 1 - share)
        raw = win_rate(won[rows], numbers[rows], weights=_some(weight, rows))
        controlled, reason, known = None, "", rows
        if longer is not None:
            known = rows & ~np.isnan(longer)
            controlled, reason = _controlled(won, turn * longer, numbers, weight, known)
        found.append(
            WinRate(int(generator), int(rows.sum()), raw, controlled, int(known.sum()), reason)
        )
    return tuple(found)


def win_rate(
    won: npt.ArrayLike, prompts: npt.ArrayLike, *, weights: npt.ArrayLike | None = None
) -> Intervals:
    """Share of pairs won, shape ``[]``: ``won [N]`` is 1, 0 or, for a tie, a half."""
    margin = 2 * np.asarray(won, dtype=np.float64) - 1
    groups = PromptGroups.of(prompts)
    weight = np.ones(len(margin)) if weights is None else np.asarray(weights, dtype=np.float64)
    counts = np.column_stack([margin, np.ones(len(margin))])
    sums = np.asarray(groups.sums(counts, weight), dtype=np.float64)
    return as_share(ratio_intervals(moments(sums[:, 0], sums[:, 1])))


def length_controlled(
    won: npt.ArrayLike,
    length_difference: npt.ArrayLike,
    prompts: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
) -> Intervals:
    """Length-controlled win rate of one generator: shape ``[]``.

    ``logit = theta + phi tanh(d / sd(d))``, d its length minus the other's, and the rate is that
    predicted at equal lengths, ``1/(1 + exp(-theta))`` (Dubois et al. 2024, arXiv 2404.04475,
    without the term for an instruction's difficulty and without regularisation, both fitted on
    data of theirs). Interval by the delta method, clustered by prompt. NotEstimable where every
    pair is won, or lost.
    """
    return controlled(
        won, np.asarray(length_difference)[:, None], prompts, neutral=(0,), weights=weights
    )


def controlled(
    won: npt.ArrayLike,
    differences: npt.ArrayLike,
    prompts: npt.ArrayLike,
    *,
    neutral: tuple[int, ...],
    weights: npt.ArrayLike | None = None,
) -> Intervals:
    """The same with any factors: ``differences [N, K]``, those of ``neutral`` held equal.

    The others enter the model, as tanh too, and keep their values in the prediction.
    """
    raw = np.asarray(differences, dtype=np.float64)
    weight = np.ones(len(raw)) if weights is None else np.asarray(weights, dtype=np.float64)
    squeezed = np.tanh(np.nan_to_num(ratio(raw, np.broadcast_to(_spread(raw, weight), raw.shape))))
    x = np.column_stack([np.ones(len(raw)), squeezed])
    model = refit(design(x, prompts, weights=weights), won)
    return modelled_rate(model, x, prompts, [k + 1 for k in neutral], weights=weights)


def _spread(raw: Floats, weight: Floats) -> Floats:
    total = weight.sum()
    centred = raw - (weight @ raw) / total
    return np.asarray(np.sqrt(weight @ centred**2 / max(total - 1, 1)))


def _controlled(
    won: Floats,
    difference: Floats,
    prompts: Ints,
    weights: Floats | None,
    rows: npt.NDArray[np.bool_],
) -> tuple[Intervals | None, str]:
    if not rows.any():
        return None, "no pair has the lengths of both responses"
    if won[rows].min() == won[rows].max() != 0.5:
        return None, "every pair is won" if won[rows].max() == 1 else "every pair is lost"
    try:
        return (
            length_controlled(
                won[rows], difference[rows], prompts[rows], weights=_some(weights, rows)
            ),
            "",
        )
    except NotEstimable as problem:
        return None, str(problem)


def _some(values: Floats | None, rows: npt.NDArray[np.bool_]) -> Floats | None:
    return None if values is None else values[rows]
