"""What matters with the others held equal: a logistic model of the choice on factor differences.

``log p/(1 - p) = sum_k beta_k x_k / rms(x_k)``, p the probability that a is preferred, x = a minus
b (Bradley and Terry 1952 with covariates). There is no intercept and no centring, so that a and b
may change places. This module owns the fit, its errors and what one pair owes to each factor;
what would happen if factors were equal is `counterfactual`'s.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from profile_core.errors import NotEstimable
from profile_core.stats.design import Design, design
from profile_core.stats.intervals import MIN_PROMPTS, t_interval
from profile_core.stats.newton import maximise, residuals
from profile_core.stats.thin_products import gram, times

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Logistic:
    """A fitted model of K factors; NaN for what does not exist."""

    coefficients: Floats
    """Log odds for a difference of one root mean square, ``[K]``."""
    scale: Floats
    """Root mean square of each difference, ``[K]``."""
    covariance: Floats
    """Of the coefficients, clustered by prompt, ``[K, K]``."""
    se: Floats
    low: Floats
    high: Floats
    p: Floats
    pairs: int
    prompts: int
    log_likelihood: float
    iterations: int
    separated: tuple[int, ...]
    """Places of factors that, together, tell choices apart without error: nothing is estimated.

    Where it is not empty, take these columns out, or more pairs in, and fit again."""
    aliased: tuple[int, ...]
    """Places of factors left out: they never differ, or earlier ones make them up."""
    condition_number: float
    vif: Floats
    prompt_ids: Ints
    """The prompts behind the rows of ``influence``, rising, ``[G]``."""
    influence: npt.NDArray[np.floating]
    """What each prompt moves each coefficient by, ``[G, K]``: `covariance` is that of its rows."""

    @property
    def slopes(self) -> Floats:
        """Log odds a unit of difference, ``[K]``; 0 for factors left out as aliased."""
        if self.separated:
            raise NotEstimable(
                "some factors tell the choices apart without error, so that no coefficient is"
                " finite: leave them out, or take more pairs"
            )
        found = np.zeros(len(self.scale))
        used = ~np.isnan(self.coefficients)
        found[used] = self.coefficients[used] / self.scale[used]
        return found


def complete_cases(x: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Pairs ``[N]`` of which no difference ``[N, K]`` is missing."""
    return np.asarray(np.isfinite(np.asarray(x, dtype=np.float64).sum(axis=1)))


def fit(
    x: npt.ArrayLike,
    chosen_a: npt.ArrayLike,
    prompts: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    start: npt.ArrayLike | None = None,
) -> Logistic:
    """Fit the choice ``chosen_a [N]`` to differences ``x [N, K]`` of pairs with their ``prompts``.

    See `refit`, which it leads to by way of `design`.
    """
    return refit(design(x, prompts, weights=weights), chosen_a, start=start)


def refit(
    prepared: Design, chosen_a: npt.ArrayLike, *, start: npt.ArrayLike | None = None
) -> Logistic:
    """Fit a prepared design, from the ``slopes [K]`` of an earlier fit if there is one.

    ``chosen_a [N]`` is true where a is preferred, or a share in [0, 1] (a tie is a half). Maximum
    likelihood; the covariance is the sandwich ``c H^-1 (sum_g s_g s_g') H^-1`` of the prompts'
    scores, ``c = G/(G-1) (N-1)/(N-K)`` (Liang and Zeger 1986; Cameron and Miller 2015, eq. 12),
    intervals and p from t(G-1). No intervals with fewer than 5 prompts.
    """
    columns, kept = prepared.columns, prepared.kept
    preferred = np.asarray(chosen_a).astype(columns.dtype)
    if preferred.shape != (len(columns),) or not ((preferred >= 0) & (preferred <= 1)).all():
        raise ValueError("choices must be one a pair, each in [0, 1]")
    begin = None
    if start is not None:
        begin = (np.asarray(start, dtype=np.float64) * prepared.scale)[kept]
    found = maximise(columns, preferred, prepared.weights, begin)

    counted = _counted(prepared)
    prompts = int(counted.sum())
    if found.direction is not None:
        places = kept[_separating(columns, preferred, prepared.weights, found.direction)]
        return _without_estimates(prepared, found.iterations, prompts, tuple(places.tolist()))

    residual = residuals(columns, preferred, found.beta)
    if prepared.weights is not None:
        residual = residual * prepared.weights.astype(columns.dtype)
    scores = prepared.groups.sums(columns, residual)
    moved = times(scores, np.linalg.inv(found.hessian).astype(columns.dtype))
    pairs, size = prepared.pairs, len(prepared.scale)
    moved *= columns.dtype.type(np.sqrt((pairs - 1) / max(pairs - len(kept), 1)))

    coefficients, covariance = np.full(size, np.nan), np.full((size, size), np.nan)
    coefficients[kept] = found.beta
    if prompts >= MIN_PROMPTS:
        covariance[np.ix_(kept, kept)] = prompts / (prompts - 1) * gram(moved)
    se = np.sqrt(np.diagonal(covariance))
    low, high, p = t_interval(coefficients, se, prompts - 1, bounds=(-np.inf, np.inf))
    influence = moved
    if len(kept) < size:
        influence = np.zeros((len(moved), size), columns.dtype)
        influence[:, kept] = moved
    return Logistic(
        coefficients,
        prepared.scale,
        covariance,
        se,
        low,
        high,
        p,
        pairs,
        prompts,
        found.log_likelihood,
        found.iterations,
        (),
        prepared.aliased,
        prepared.condition_number,
        prepared.vif,
        prepared.groups.ids,
        influence,
    )


def logits(model: Logistic, x: npt.ArrayLike, neutral: Collection[int] = ()) -> Floats:
    """Log odds that a is preferred, ``[N]``, with the ``neutral`` columns' differences at 0."""
    slopes = model.slopes
    slopes[list(neutral)] = 0.0
    return np.asarray(np.asarray(x) @ slopes, dtype=np.float64)


def probabilities(model: Logistic, x: npt.ArrayLike, neutral: Collection[int] = ()) -> Floats:
    """Probability that a is preferred, ``[N]``, with the ``neutral`` differences at 0."""
    return np.asarray(special.expit(logits(model, x, neutral)), dtype=np.float64)


def contributions(model: Logistic, x: npt.ArrayLike) -> Floats:
    """What each factor adds to the log odds of a pair ``[K]`` (or pairs ``[N, K]``).

    The contributions of a pair add up to its logit: ``slope_k x_k``.
    """
    return np.asarray(x, dtype=np.float64) * model.slopes


def _counted(prepared: Design) -> npt.NDArray[np.bool_]:
    groups = prepared.groups
    if prepared.weights is None:
        return np.ones(len(groups), dtype=np.bool_)
    return np.asarray(groups.sums(prepared.weights[:, None])[:, 0] > 0)


def _separating(
    columns: npt.NDArray[np.floating],
    preferred: npt.NDArray[np.floating],
    weights: Floats | None,
    direction: Floats,
) -> npt.NDArray[np.bool_]:
    """The columns ``[K]`` that separate choices alone, or else those that do it together."""
    used = slice(None) if weights is None else weights > 0
    margin, x = 2 * preferred[used] - 1, columns[used]
    undecided = np.abs(margin) < 1
    alone = ((margin[:, None] * x).min(axis=0) >= 0) & ~x[undecided].any(axis=0)
    against = ((margin[:, None] * x).max(axis=0) <= 0) & ~x[undecided].any(axis=0)
    if (alone | against).any():
        return np.asarray(alone | against)
    reach = np.abs(direction)
    return np.asarray(reach > 0.02 * reach.max())


def _without_estimates(
    prepared: Design, iterations: int, prompts: int, separated: tuple[int, ...]
) -> Logistic:
    size = len(prepared.scale)
    nothing = np.full(size, np.nan)
    return Logistic(
        nothing,
        prepared.scale,
        np.full((size, size), np.nan),
        *(nothing,) * 4,
        prepared.pairs,
        prompts,
        np.nan,
        iterations,
        separated,
        prepared.aliased,
        prepared.condition_number,
        prepared.vif,
        prepared.groups.ids,
        np.full((len(prepared.groups), size), np.nan),
    )
