"""Sums by cluster that several estimates share, so that their differences have honest intervals.

Two estimates over the same prompts are joint: the variance of their difference is that of a
prompt's influence on the one less that on the other. So whatever is to be compared is summed over
the same clusters of one set of planes: its prompts, or, above `clusters.EXACT_PAIRS` pairs, the
blocks of whole prompts that stand in for them. Estimates may differ in pairs, weights, variant or
method; all that a difference needs of each is `Joint`.

This module owns clusters as rows and the difference; it counts by `clusters`, and the interval of
a single estimate is `intervals`'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.stats.clusters import BLOCKS, EXACT_PAIRS, Blocks, Runs, cell_planes
from profile_core.stats.intervals import (
    MIN_PROMPTS,
    SMALL_PROMPTS,
    Intervals,
    Moments,
    Note,
    Numbers,
    ratio,
    sign_test,
    t_interval,
)
from profile_core.stats.planes import Planes, Words, preferences

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Sums = npt.NDArray[np.integer] | npt.NDArray[np.float64]

_NOTHING = 1e-28
"""A sum of squared differences up to this, over the prompts, is rounding."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """The clusters of a set of planes, in the planes' order."""

    edges: npt.NDArray[np.int32]
    """``[C + 1]``: where each cluster's pairs start, and where the last one's end."""
    prompt_edges: npt.NDArray[np.int64]
    """``[C + 1]``: the same in prompts."""
    runs: Runs
    blocks: Blocks | None
    """None where every prompt is its own cluster."""

    @classmethod
    def of(cls, planes: Planes) -> Clusters:
        """Take the prompts, or blocks of them where there are more pairs than can be exact."""
        starts = planes.prompt_starts
        if planes.pairs > EXACT_PAIRS and planes.prompts > BLOCKS:
            blocks = Blocks.of(planes)
            return cls(blocks.edges, np.searchsorted(starts, blocks.edges), blocks.runs, blocks)
        return cls(starts, np.arange(len(starts)), Runs.of(starts), None)

    @property
    def number(self) -> int:
        """C."""
        return len(self.edges) - 1

    def prompts_with(self, counted: Words, sizes: npt.NDArray[np.integer]) -> int:
        """Count the prompts with a set bit, given how many bits each cluster has."""
        if self.blocks:
            return self.blocks.prompts_with(counted)
        return int(np.count_nonzero(sizes))

    def of_pairs(self, values: npt.NDArray[np.float64]) -> Floats:
        """Sum values ``[..., pairs]`` by cluster, ``[..., C]``."""
        return _summed(values, self.edges)

    def of_prompts(self, values: npt.NDArray[np.float64]) -> Floats:
        """Sum values ``[..., prompts]`` by cluster, ``[..., C]``."""
        return _summed(values, self.prompt_edges)


@dataclass(frozen=True, slots=True)
class JointSums:
    """Sums by cluster: numerators and denominators of estimates ``[S, F]``, ``[S, F, C]``."""

    s: Sums
    n: Sums
    prompts: Ints
    """``[S, F]``: prompts in the denominator."""


@dataclass(frozen=True, slots=True)
class Joint:
    """F estimates, and what each cluster contributes to them."""

    tau: Floats
    """``[F]``; NaN where there is none."""
    influence: Floats
    """``[F, C]``; rows sum to 0 (`intervals.influence_values`)."""
    used: npt.NDArray[np.bool_]
    """``[F, C]``: the cluster has a pair in the denominator."""
    s: Sums | None = None
    """``[F, C]``, for estimates that are ratios of sums."""
    n: Sums | None = None
    learned: Ints | None = None
    """``[F]``: clusters that the estimate learns from, where it uses more (labels of a part)."""


def joint_sums(
    planes: Planes, clusters: Clusters, mask: Words | None = None, *, tied: bool = True
) -> JointSums:
    """Sum every source and factor of the planes within the mask, by popcounts.

    Tied pairs count in n unless ``tied`` is False, which is tau_13.
    """
    for_a, for_b = preferences(planes, mask)
    shape = (len(for_a), len(planes.greater))
    largest = int(np.diff(clusters.edges).max(initial=0))
    kind = np.int8 if largest < 2**7 else np.int16 if largest < 2**15 else np.int32
    s, n = (np.zeros((*shape, clusters.number), dtype=kind) for _ in range(2))
    prompts = np.zeros(shape, dtype=np.int64)
    for i in range(shape[0]):
        strict = for_a[i] | for_b[i]
        whole = clusters.runs.sums(strict)
        of_whole = clusters.prompts_with(strict, whole)
        for k in range(shape[1]):
            cell = cell_planes(planes, for_a[i], for_b[i], k, tied=tied)
            s[i, k] = clusters.runs.sums(cell.concordant, cell.discordant)
            if np.array_equal(cell.counted, strict):
                n[i, k], prompts[i, k] = whole, of_whole
            else:
                n[i, k] = sizes = clusters.runs.sums(cell.counted)
                prompts[i, k] = clusters.prompts_with(cell.counted, sizes)
    return JointSums(s, n, prompts)


def weighted_sums(
    planes: Planes,
    clusters: Clusters,
    parts: Sequence[tuple[float, Words]],
    *,
    tied: bool = True,
) -> JointSums:
    """Sum as `joint_sums` does, the pairs of each mask with its weight; masks do not overlap.

    A weight of 0 leaves its pairs out, as if they were in no mask.
    """
    shape = (len(planes.prefers_a), len(planes.greater), clusters.number)
    s, n = (np.zeros(shape, dtype=np.float64) for _ in range(2))
    prompts = np.zeros(shape[:2], dtype=np.int64)
    weighing = [(weight, mask) for weight, mask in parts if weight > 0]
    for weight, mask in weighing:
        part = joint_sums(planes, clusters, mask, tied=tied)
        s += weight * part.s
        n += weight * part.n
    if weighing:
        every = np.bitwise_or.reduce([mask for _, mask in weighing])
        prompts = _prompts(planes, clusters, every, tied=tied)
    return JointSums(s, n, prompts)


def soft_sums(
    clusters: Clusters,
    margin: Floats,
    signs: npt.NDArray[np.float64],
    prompt_starts: npt.NDArray[np.int32],
    weight: Floats | None = None,
) -> tuple[Floats, Floats, int]:
    """Sum soft tau's terms of one source and factor by cluster: s, n and the prompts counted.

    ``margin [pairs]`` is 2p - 1, NaN where there is no probability or the pair is left out;
    ``signs [pairs]`` NaN where the factor is missing.
    """
    counted = ~(np.isnan(margin) | np.isnan(signs))
    top = np.where(counted, margin * signs, 0.0)
    bottom = np.where(counted, np.abs(margin), 0.0)
    if weight is not None:
        top, bottom = top * weight, bottom * weight
    prompts = int(np.count_nonzero(_summed(bottom, prompt_starts)))
    return clusters.of_pairs(top), clusters.of_pairs(bottom), prompts


def moments_of(sums: JointSums) -> Moments:
    """Sum over clusters what `intervals.ratio_intervals` needs, ``[S, F]``.

    Sums of integers stay integers, exact below 2^53.
    """
    shape = sums.s.shape[:2]
    square, cross, sizes = (np.zeros(shape) for _ in range(3))
    for i in range(shape[0]):
        s, n = sums.s[i].astype(np.float64), sums.n[i].astype(np.float64)
        square[i] = np.einsum("fc,fc->f", s, s)
        cross[i] = np.einsum("fc,fc->f", s, n)
        sizes[i] = np.einsum("fc,fc->f", n, n)
    parts: list[Numbers] = [
        sums.s.sum(axis=-1, dtype=np.float64),
        sums.n.sum(axis=-1, dtype=np.float64),
        square,
        cross,
        sizes,
    ]
    if sums.s.dtype.kind == "i":
        parts = [part.astype(np.int64) for part in parts]
    first, total, second, mixed, third = parts
    return Moments(
        first,
        total,
        second,
        mixed,
        third,
        sums.prompts,
        np.count_nonzero(sums.n, axis=-1).astype(np.int64),
        (sums.s > 0).sum(axis=-1),
        (sums.s < 0).sum(axis=-1),
    )


def joint(s: Sums, n: Sums) -> Joint:
    """Turn sums ``[F, C]`` of one source into estimates and influences."""
    sizes = n.astype(np.float64)
    total = sizes.sum(axis=-1)
    tau = ratio(s.sum(axis=-1, dtype=np.float64), total)
    with np.errstate(invalid="ignore", divide="ignore"):
        sizes *= -tau[:, None]
        sizes += s
        sizes /= total[:, None]
    return Joint(tau, sizes, n != 0, s, n)


def difference(first: Joint, second: Joint) -> Intervals:
    """First minus second ``[F]``, paired by cluster, as `intervals.paired_difference`.

    G is the number of clusters that either uses, or learns from. Where a side has under 30, each
    side's influence has its own G/(G-1), and the degrees of freedom are those of
    `alignment.gap_between`, for a difference is no surer than its lesser side. With fewer than 5 on
    a side, or where the difference or a side does not vary (all its pairs say the same, so it tells
    nothing of its error): no interval; p from a sign test where both are ratios of sums, else none.
    """
    estimate = first.tau - second.tau
    change = first.influence - second.influence
    square = np.einsum("fc,fc->f", change, change)
    clusters = (first.used | second.used).sum(axis=-1)
    undefined = np.isnan(estimate)
    constant = ~undefined & (square <= _NOTHING / np.maximum(clusters, 1))
    fewest = clusters
    for side in (first, second):
        own = side.used.sum(axis=-1)
        varies = np.einsum("fc,fc->f", side.influence, side.influence)
        constant |= ~undefined & (varies <= _NOTHING / np.maximum(own, 1))
        fewest = np.minimum(fewest, own)
        if side.learned is not None:
            clusters = np.minimum(clusters, side.learned)
    fewest = np.minimum(fewest, clusters)
    few = ~undefined & (fewest < MIN_PROMPTS)
    usable = ~few & ~constant & ~undefined
    se = np.where(usable, np.sqrt(ratio(clusters, clusters - 1) * square), np.nan)
    degrees = (clusters - 1).astype(np.float64)
    for k in np.flatnonzero(usable & (fewest < SMALL_PROMPTS)):
        own_se, own_degrees = _of_small_sides(first, second, int(k))
        se[k], degrees[k] = max(se[k], own_se), min(degrees[k], own_degrees)
    low, high, p = t_interval(estimate, se, degrees, bounds=(-2.0, 2.0))
    p = np.where(usable, p, np.nan)
    for k in np.flatnonzero(few | constant):
        p[k] = _sign_test(first, second, int(k))
    note = np.empty(estimate.shape, dtype=object)
    note[...] = Note.NONE  # np.full would turn the members into bare strings
    note[fewest < SMALL_PROMPTS] = Note.SMALL
    note[constant] = Note.NO_VARIANCE
    note[few] = Note.FEW_PROMPTS
    note[undefined] = Note.NO_PAIR
    return Intervals(estimate, se, low, high, p, clusters.astype(np.int64), note)


def _of_small_sides(first: Joint, second: Joint, factor: int) -> tuple[float, float]:
    """Give se and degrees of freedom where the clusters of one side alone are few."""
    used = first.used[factor], second.used[factor]
    scaled = [
        side.influence[factor] * np.sqrt(own.sum() / (own.sum() - 1))
        for side, own in zip((first, second), used, strict=True)
    ]
    squares = (scaled[0] - scaled[1]) ** 2
    uncertainty = sum(
        float(squares[part].sum()) ** 2 / max(int(part.sum()) - 1, 1)
        for part in (used[0] & ~used[1], used[1] & ~used[0], used[0] & used[1])
    )
    variance = float(squares.sum())
    return float(np.sqrt(variance)), variance**2 / uncertainty


def _sign_test(first: Joint, second: Joint, factor: int) -> float:
    """Exact test over the clusters that both use: which of the two means is higher there?"""
    if first.s is None or first.n is None or second.s is None or second.n is None:
        return float("nan")
    shared = (first.n[factor] != 0) & (second.n[factor] != 0)
    means, others = (
        side[0][factor][shared] / side[1][factor][shared]
        for side in ((first.s, first.n), (second.s, second.n))
    )
    return float(sign_test((means > others).sum(), (means < others).sum()))


def _prompts(planes: Planes, clusters: Clusters, mask: Words, *, tied: bool) -> Ints:
    for_a, for_b = preferences(planes, mask)
    found = np.zeros((len(for_a), len(planes.greater)), dtype=np.int64)
    for i in range(len(for_a)):
        for k in range(len(planes.greater)):
            counted = cell_planes(planes, for_a[i], for_b[i], k, tied=tied).counted
            sizes = clusters.runs.sums(counted) if clusters.blocks is None else _NO_SIZES
            found[i, k] = clusters.prompts_with(counted, sizes)
    return found


_NO_SIZES = np.zeros(0, dtype=np.int32)


def _summed(values: npt.NDArray[np.float64], edges: npt.NDArray[np.integer]) -> Floats:
    if len(edges) < 2:
        return np.zeros((*values.shape[:-1], 0))
    return np.asarray(np.add.reduceat(values, edges[:-1], axis=-1), dtype=np.float64)
