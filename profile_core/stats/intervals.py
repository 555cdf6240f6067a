"""Intervals and p values of a ratio of sums, when a prompt's pairs belong together.

Every influence is ``sum S_g / sum n_g`` over prompts g. Its cluster-robust interval needs only five
sums (`Moments`), which come from arrays of per-prompt sums (`moments`) or straight from bit planes
(`clusters.cluster_moments`); point and interval are thus from the same counts. This module owns the
formulas and the words for cells that they do not fit. It counts nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int64] | npt.NDArray[np.float64]

MIN_PROMPTS = 5
"""With fewer prompts there is no interval, only an exact test."""
SMALL_PROMPTS = 30
"""With fewer prompts the interval is shown pale."""


class Note(StrEnum):
    """Why a cell has no interval, or why it is shown pale."""

    NONE = ""
    NO_PAIR = "no pair to count"
    FEW_PROMPTS = "fewer than 5 prompts: no interval, p only from an exact sign test over prompts"
    NO_VARIANCE = "every prompt says the same: no interval, p only from an exact sign test"
    ALL_TIED = "every counted pair is tied: no interval and no test"
    SMALL = "5 to 29 prompts: read with care"


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over prompts, each of the same shape ``[...]``: all that an interval needs.

    Integers stay integers, so that "no variance" is decided exactly.
    """

    s: Numbers
    n: Numbers
    ss: Numbers
    sn: Numbers
    nn: Numbers
    prompts: Ints
    """G: prompts with at least one counted pair."""
    clusters: Ints
    """Terms in the second moments: G, or the blocks of prompts that stand in for them."""
    positive: Ints
    """Clusters whose S is above 0."""
    negative: Ints

    @property
    def estimate(self) -> Floats:
        """``sum S / sum n``; NaN where nothing was counted."""
        return ratio(self.s, self.n)


@dataclass(frozen=True, slots=True)
class Intervals:
    """Estimates with their intervals, each of shape ``[...]``; NaN for what does not exist."""

    estimate: Floats
    se: Floats
    low: Floats
    high: Floats
    p: Floats
    prompts: Ints
    note: npt.NDArray[np.object_]
    """A `Note` each."""


def ratio(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> Floats:
    """Divide; NaN where the denominator is 0."""
    top = np.asarray(numerator, dtype=np.float64)
    bottom = np.asarray(denominator, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(bottom == 0, np.nan, top / bottom)


def moments(s: npt.ArrayLike, n: npt.ArrayLike) -> Moments:
    """Moments of per-prompt sums ``[G, ...]``; a prompt with ``n = 0`` is not in the cell."""
    sums, sizes = np.asarray(s), np.asarray(n)
    if sums.dtype.kind in "iub" and sizes.dtype.kind in "iub":
        sums, sizes = sums.astype(np.int64), sizes.astype(np.int64)
    else:
        sums, sizes = sums.astype(np.float64), sizes.astype(np.float64)
    prompts = (sizes != 0).sum(axis=0)
    return Moments(
        sums.sum(axis=0),
        sizes.sum(axis=0),
        (sums * sums).sum(axis=0),
        (sums * sizes).sum(axis=0),
        (sizes * sizes).sum(axis=0),
        prompts,
        prompts,
        (sums > 0).sum(axis=0),
        (sums < 0).sum(axis=0),
    )


def ratio_intervals(
    sums: Moments, *, level: float = 0.95, bounds: tuple[float, float] = (-1.0, 1.0)
) -> Intervals:
    """Cluster-robust intervals of ``sum S / sum n`` and two-sided p against 0.

    ``var = G/(G-1) sum (S_g - tau n_g)^2 / (sum n)^2``, interval ``tau +- t(G-1) se`` clipped to
    ``bounds``, p from the same t (the linearised ratio estimator; Cameron and Miller 2015). Cells
    with fewer than 5 prompts or without variance get no interval but an exact sign test over
    prompts, and a note.
    """
    estimate = sums.estimate
    square = _centred_square(sums)
    few = sums.prompts < MIN_PROMPTS
    constant = square == 0
    usable = ~few & ~constant & (sums.n != 0)
    clusters = np.where(usable, sums.clusters, 2).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = clusters / (clusters - 1) * square / np.asarray(sums.n, dtype=np.float64) ** 2
    se = np.where(usable, np.sqrt(variance), np.nan)
    low, high, p = t_interval(estimate, se, sums.prompts - 1, level=level, bounds=bounds)

    # Without variance every prompt has the sign of the estimate.
    positive = np.where(constant, np.where(estimate > 0, sums.prompts, 0), sums.positive)
    negative = np.where(constant, np.where(estimate < 0, sums.prompts, 0), sums.negative)
    return Intervals(
        estimate,
        se,
        low,
        high,
        np.where(usable, p, sign_test(positive, negative)),
        np.asarray(sums.prompts),
        _notes(sums, few, constant),
    )


def t_interval(
    estimate: npt.ArrayLike,
    se: npt.ArrayLike,
    degrees: npt.ArrayLike,
    *,
    level: float = 0.95,
    bounds: tuple[float, float] = (-1.0, 1.0),
) -> tuple[Floats, Floats, Floats]:
    """``(low, high, two-sided p against 0)`` from Student's t, clipped; NaN where se is NaN."""
    centre = np.asarray(estimate, dtype=np.float64)
    spread = np.asarray(se, dtype=np.float64)
    freedom = np.maximum(np.asarray(degrees, dtype=np.float64), 1.0)
    half = special.stdtrit(freedom, 0.5 + level / 2) * spread
    with np.errstate(invalid="ignore", divide="ignore"):
        p = 2 * special.stdtr(freedom, -np.abs(centre / spread))
    return np.clip(centre - half, *bounds), np.clip(centre + half, *bounds), p


def sign_test(positive: npt.ArrayLike, negative: npt.ArrayLike) -> Floats:
    """Exact two-sided sign test, ties dropped (Dixon and Mood 1946); NaN where all are tied."""
    more, fewer = np.asarray(positive, dtype=np.int64), np.asarray(negative, dtype=np.int64)
    total = more + fewer
    p = np.minimum(1.0, 2 * special.bdtr(np.minimum(more, fewer).astype(np.float64), total, 0.5))
    return np.where(total == 0, np.nan, p)


def influence_values(s: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
    """Each prompt's influence on each estimate: ``(S_gk - tau_k n_gk) / sum n_k``, ``[G, ...]``.

    They sum to 0 over prompts. Estimates whose prompts are rows of the same array are joint: their
    covariance is that of the rows, with 0 where a prompt has no pair of a cell.
    """
    sums, sizes = np.asarray(s, dtype=np.float64), np.asarray(n, dtype=np.float64)
    total = sizes.sum(axis=0)
    return ratio(sums - ratio(sums.sum(axis=0), total) * sizes, np.broadcast_to(total, sums.shape))


def joint_covariance(s: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
    """Covariance ``[K, K]`` of K estimates from ``[G, K]``; its diagonal is the squared se.

    Each estimate's influence values carry the root of its own G/(G-1).
    """
    prompts = (np.asarray(n) != 0).sum(axis=0).astype(np.float64)
    scaled = influence_values(s, n) * np.sqrt(ratio(prompts, prompts - 1))
    return np.asarray(scaled.T @ scaled, dtype=np.float64)


def paired_difference(
    s1: npt.ArrayLike,
    n1: npt.ArrayLike,
    s2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> Intervals:
    """First estimate minus second, ``[G, ...]`` each over the same prompts, paired by prompt.

    The variance is that of the differences of the two influence values of a prompt; G counts the
    prompts that either estimate uses. Without variance or with fewer than 5 prompts: no interval,
    and p from a sign test over the prompts' differences of means.
    """
    sizes1, sizes2 = np.asarray(n1), np.asarray(n2)
    difference = influence_values(s1, sizes1) - influence_values(s2, sizes2)
    estimate = ratio(np.sum(s1, axis=0), sizes1.sum(axis=0)) - ratio(
        np.sum(s2, axis=0), sizes2.sum(axis=0)
    )
    prompts = ((sizes1 != 0) | (sizes2 != 0)).sum(axis=0)
    square = (difference**2).sum(axis=0)
    undefined = np.isnan(estimate)
    few = prompts < MIN_PROMPTS
    constant = ~undefined & (square <= 1e-28 / np.maximum(prompts, 1))
    usable = ~few & ~constant & ~undefined
    se = np.where(usable, np.sqrt(ratio(prompts, prompts - 1) * square), np.nan)
    low, high, p = t_interval(estimate, se, prompts - 1, level=level, bounds=(-2.0, 2.0))

    shared = (sizes1 != 0) & (sizes2 != 0)
    means = np.where(shared, ratio(s1, sizes1) - ratio(s2, sizes2), 0.0)
    test = sign_test((means > 0).sum(axis=0), (means < 0).sum(axis=0))
    note = _plain_notes(np.shape(estimate))
    note[prompts < SMALL_PROMPTS] = Note.SMALL
    note[constant] = Note.NO_VARIANCE
    note[few] = Note.FEW_PROMPTS
    note[undefined] = Note.NO_PAIR
    return Intervals(
        estimate,
        se,
        low,
        high,
        np.where(usable, p, np.where(undefined, np.nan, test)),
        prompts,
        note,
    )


def _centred_square(sums: Moments) -> Floats:
    """``sum (S_g - tau n_g)^2``; exactly 0 where it is 0.

    Integer sums go through Python's integers, because ``SS - 2 tau SN + tau^2 NN`` in floats would
    leave a remainder where every prompt has the same mean.
    """
    if np.asarray(sums.ss).dtype.kind == "i":
        s, n, ss, sn, nn = (
            np.asarray(part).astype(object) for part in (sums.s, sums.n, sums.ss, sums.sn, sums.nn)
        )
        scaled = n * n * ss - 2 * n * s * sn + s * s * nn
        divisor = np.where(np.asarray(sums.n) == 0, 1, n * n)
        return np.asarray(scaled / divisor, dtype=np.float64)
    tau = sums.estimate
    square = sums.ss - 2 * tau * sums.sn + tau**2 * sums.nn
    scale = sums.ss + tau**2 * sums.nn
    return np.where(square <= 1e-12 * scale, 0.0, square)


def _notes(
    sums: Moments, few: npt.NDArray[np.bool_], constant: npt.NDArray[np.bool_]
) -> npt.NDArray[np.object_]:
    note = _plain_notes(np.shape(sums.n))
    note[np.asarray(sums.prompts < SMALL_PROMPTS)] = Note.SMALL
    note[np.asarray(constant)] = Note.NO_VARIANCE
    note[np.asarray(few)] = Note.FEW_PROMPTS
    note[np.asarray((sums.positive == 0) & (sums.negative == 0) & constant)] = Note.ALL_TIED
    note[np.asarray(sums.n == 0)] = Note.NO_PAIR
    return note


def _plain_notes(shape: tuple[int, ...]) -> npt.NDArray[np.object_]:
    note = np.empty(shape, dtype=object)
    note[...] = Note.NONE  # np.full would turn the members into bare strings
    return note
