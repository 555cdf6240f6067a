"""The maximum of a logistic likelihood, by Newton's method on chunks of rows.

Five or so passes over the data, each one matrix product a chunk; a large design starts from the
maximum on a part of its rows. Where choices are separated there is no maximum, and this module
finds the direction in which the likelihood rises for ever. It knows arrays only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.errors import NotEstimable
from profile_core.stats.thin_products import chunks, gram, times, weighed

Floats = npt.NDArray[np.float64]
AnyFloats = npt.NDArray[np.floating]

_STEPS = 80
_EXACT, _ROUGH = 1e-16, 3e-10
"""Of the Newton decrement (in squared standard errors) after which one more step is the last; in
single precision times the number of pairs, which leaves coefficients within 1e-7."""
_FAR = 10.0
"""Beyond such a logit a likelihood may be rising without end."""
_FIRST_ROWS = 40_000


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the likelihood is highest, or the direction in which it has no highest point."""

    beta: Floats
    hessian: Floats
    """Of minus the log likelihood, ``[K, K]``."""
    log_likelihood: float
    iterations: int
    direction: Floats | None
    """Along it every choice gets ever more likely: separation (Albert and Anderson 1984)."""


@dataclass(frozen=True, slots=True)
class _Point:
    log_likelihood: float
    gradient: Floats
    hessian: Floats
    furthest: float
    """The largest absolute logit."""


def maximise(
    columns: AnyFloats,
    preferred: AnyFloats,
    weights: Floats | None = None,
    start: Floats | None = None,
) -> Maximum:
    """Maximise ``sum w (y log p + (1 - y) log(1 - p))``, ``p = 1/(1 + exp(-x beta))``.

    ``columns [N, K]`` of full rank; ``preferred [N]`` in [0, 1]. Newton-Raphson, that is
    iteratively reweighted least squares (McCullagh and Nelder 1989), halving a step that
    overshoots. A start that fits worse than a coin is not used. NotEstimable where it does not end.
    """
    if start is None and len(columns) > 4 * _FIRST_ROWS:
        some = slice(None, None, len(columns) // _FIRST_ROWS)
        first = _climb(
            columns[some], preferred[some], None if weights is None else weights[some], None
        )
        start = None if first is None or first.direction is not None else first.beta
    found = _climb(columns, preferred, weights, start)
    if found is None and columns.dtype == np.float32:
        found = _climb(columns, preferred, weights, start, exact=True)
    if found is None:
        raise NotEstimable(
            "the conditional model did not settle: leave out factors that say nearly the same, or"
            " take more pairs"
        )
    return found


def residuals(columns: AnyFloats, preferred: AnyFloats, beta: Floats) -> AnyFloats:
    """``y - p`` of each row, ``[N]``, in the columns' precision."""
    found = np.empty(len(columns), columns.dtype)
    slopes = beta.astype(columns.dtype)
    for rows in chunks(columns):
        found[rows] = preferred[rows] - _logistic(times(columns[rows], slopes))[0]
    return found


def _climb(
    columns: AnyFloats,
    preferred: AnyFloats,
    weights: Floats | None,
    start: Floats | None,
    *,
    exact: bool = False,
) -> Maximum | None:
    """Newton steps from a start; None where single precision, or the data, do not suffice."""
    beta = np.zeros(columns.shape[1]) if start is None else start
    total = len(columns) if weights is None else float(weights.sum())
    previous, highest = np.zeros_like(beta), -total * np.log(2.0)
    rough = columns.dtype == np.float32 and not exact
    tolerance = _ROUGH * total if rough else _EXACT
    slack = (1e-6 if rough else 1e-10) * total
    for iteration in range(1, _STEPS + 1):
        point = _evaluate(columns, preferred, weights, beta, exact=exact)
        if not point.log_likelihood >= highest - slack:
            beta = (beta + previous) / 2 if iteration > 1 else np.zeros_like(beta)
            continue
        if rough and point.furthest > _FAR + 4:
            return None
        step = _solved(point)
        decrement = float(point.gradient @ step)
        if not -tolerance < decrement < np.inf:
            return None
        if point.furthest > _FAR and _separates(columns, preferred, weights, step):
            return Maximum(beta, point.hessian, point.log_likelihood, iteration, step)
        previous, highest, beta = beta, point.log_likelihood, beta + step
        if decrement < tolerance:
            return Maximum(beta, point.hessian, highest, iteration, None)
    return None


def _evaluate(
    columns: AnyFloats,
    preferred: AnyFloats,
    weights: Floats | None,
    beta: Floats,
    *,
    exact: bool,
) -> _Point:
    gradient, hessian = np.zeros(len(beta)), np.zeros((len(beta), len(beta)))
    log_likelihood = furthest = 0.0
    slopes = beta.astype(np.float64 if exact else columns.dtype)
    for rows in chunks(columns):
        part = columns[rows].astype(slopes.dtype, copy=False)
        y = preferred[rows]
        logit = times(part, slopes)
        p, softplus = _logistic(logit)
        residual, information, fits = y - p, p * (1 - p), y * logit - softplus
        if weights is not None:
            weight = weights[rows].astype(slopes.dtype)
            residual, information, fits = residual * weight, information * weight, fits * weight
        weighted = part * np.sqrt(information)[:, None]
        gradient += weighed(residual, part)
        hessian += gram(weighted)
        log_likelihood += float(fits.sum(dtype=np.float64))
        furthest = max(furthest, float(np.abs(logit).max(initial=0.0)))
    return _Point(log_likelihood, gradient, hessian, furthest)


def _solved(point: _Point) -> Floats:
    """The Newton step; along directions in which nothing changes any more it is 0."""
    floor = 1e-14 * np.trace(point.hessian) + np.finfo(np.float64).tiny
    return np.asarray(
        np.linalg.solve(point.hessian + floor * np.eye(len(point.hessian)), point.gradient),
        dtype=np.float64,
    )


def _logistic(logit: AnyFloats) -> tuple[AnyFloats, AnyFloats]:
    """``(1/(1 + exp(-t)), log(1 + exp(t)))``, neither of which overflows."""
    small = np.exp(-np.abs(logit))
    p = np.where(logit >= 0, 1, small) / (1 + small)
    return p.astype(logit.dtype, copy=False), np.maximum(logit, 0) + np.log1p(small)


def _separates(
    columns: AnyFloats, preferred: AnyFloats, weights: Floats | None, direction: Floats
) -> bool:
    """Tell whether no choice gets less likely along the direction, and some get more so."""
    along = times(columns, direction.astype(columns.dtype)).astype(np.float64)
    if weights is not None:
        along = np.where(weights > 0, along, 0.0)
    towards = np.where(preferred == 1, along, np.where(preferred == 0, -along, -np.abs(along)))
    # Each step of a rise without end moves some logit by 1 or more; the last steps of any other
    # move all of them by next to nothing.
    return bool(towards.max(initial=0.0) > 0.5 and towards.min() > -1e-6)
