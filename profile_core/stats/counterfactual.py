"""What sources would prefer if some factors were equal, as the conditional model has it.

A model's mean over pairs carries two errors: that of the mean, and that of the coefficients. Both
are sums over prompts, so this module gives each prompt's part in them together, in the form of
per-prompt sums: whatever takes `clusters.cluster_sums` (intervals, paired differences, distances
of alignment) takes these as well. The *matched* way of equalising needs no model and is not here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from profile_core.stats.conditional import Logistic
from profile_core.stats.design import LARGE
from profile_core.stats.intervals import Intervals, moments, ratio, ratio_intervals
from profile_core.stats.prompt_sums import PromptGroups
from profile_core.stats.thin_products import chunks, crossed, times

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ModelledSums:
    """Per-prompt sums ``[G, F]`` whose ratio and influence values are those of a modelled tau."""

    prompts: Ints
    """The model's prompts, rising, ``[G]``."""
    s: Floats
    n: Floats


def modelled_sums(
    model: Logistic,
    x: npt.ArrayLike,
    signs: npt.ArrayLike,
    prompts: npt.ArrayLike,
    neutral: Collection[int] = (),
    *,
    weights: npt.ArrayLike | None = None,
) -> ModelledSums:
    """Sums behind ``tau_k = mean of sgn(d_k) (2 p - 1)``, p with ``neutral`` columns at 0.

    ``x [N, K]``, ``prompts [N]`` and ``weights [N]`` are those of the fit; ``signs [N, F]`` of a
    minus b, of any factors, NaN where missing. By the delta method a prompt's influence on tau_k is
    ``(sum z - tau n)/sum n + (d tau_k / d beta) . (its influence on beta)``; the sums are such
    that `intervals.influence_values` of them is exactly this, and ``sum s / sum n`` is tau_k.
    """
    rows, sign = np.asarray(x), np.asarray(signs)
    groups = PromptGroups.of(prompts)
    if not np.array_equal(groups.ids, model.prompt_ids) or len(rows) != len(sign):
        raise ValueError("the pairs must be those that the model was fitted to")
    weight = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=np.float64)
    slopes = model.slopes
    slopes[list(neutral)] = 0.0
    free = np.setdiff1d(np.flatnonzero(model.scale > 0), list(neutral))

    gradient = np.zeros((sign.shape[1], len(slopes)))
    precision = np.float32 if rows.size >= LARGE else np.float64
    z, defined = np.empty(sign.shape, precision), np.empty(sign.shape, precision)
    for part in chunks(z):
        missing = np.isnan(sign[part])
        direction = np.where(missing, 0.0, sign[part])
        p = special.expit(times(rows[part], slopes))
        z[part] = direction * (2 * p - 1)[:, None]
        defined[part] = ~missing
        gradient += crossed(direction, rows[part] * (2 * p * (1 - p) * weight[part])[:, None])
    s, n = (
        groups.sums(values, weight.astype(precision)).astype(np.float64) for values in (z, defined)
    )
    change = ratio(gradient[:, free], model.scale[free])
    return ModelledSums(model.prompt_ids, s + times(model.influence[:, free], change.T), n)


def modelled_influence(
    model: Logistic,
    x: npt.ArrayLike,
    signs: npt.ArrayLike,
    prompts: npt.ArrayLike,
    neutral: Collection[int] = (),
    *,
    weights: npt.ArrayLike | None = None,
) -> Intervals:
    """Influence of each factor with the ``neutral`` ones held equal, *modelled*: ``[F]``.

    The second estimand of equalised influence; its intervals carry the clustering of the mean and
    the uncertainty of the coefficients. Arguments as for `modelled_sums`.
    """
    found = modelled_sums(model, x, signs, prompts, neutral, weights=weights)
    return _intervals(found.s, found.n)


def modelled_rate(
    model: Logistic,
    x: npt.ArrayLike,
    prompts: npt.ArrayLike,
    neutral: Collection[int] = (),
    *,
    weights: npt.ArrayLike | None = None,
) -> Intervals:
    """Mean predicted probability with ``neutral`` columns at 0: shape ``[]``, p against a half.

    With pairs turned so that one generator's response is always a, its win rate with these factors
    held equal.
    """
    ones = np.ones((len(np.asarray(x)), 1))
    found = modelled_sums(model, x, ones, prompts, neutral, weights=weights)
    return as_share(_intervals(found.s[:, 0], found.n[:, 0]))


def as_share(margin: Intervals) -> Intervals:
    """Wins minus losses in [-1, 1] as a share won in [0, 1]; p stays, now against a half."""
    return replace(
        margin,
        estimate=(margin.estimate + 1) / 2,
        se=margin.se / 2,
        low=(margin.low + 1) / 2,
        high=(margin.high + 1) / 2,
    )


def _intervals(s: Floats, n: Floats) -> Intervals:
    """Intervals of linearised sums, to which no exact sign test applies."""
    found = ratio_intervals(moments(s, n))
    return replace(found, p=np.where(np.isnan(found.se), np.nan, found.p))
