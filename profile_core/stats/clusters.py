"""Per-prompt sums and their second moments, straight from bit planes.

For a source and a factor, S_g is the prompt's concordant minus discordant pairs and n_g its counted
pairs. A prompt is a run of bits, so its sums are differences of running popcounts at the run's
ends: nothing is unpacked. Prompts with a single strict pair need not even that. Where a source
has more than `EXACT_PAIRS` strict pairs in the mask, blocks of whole prompts stand in for prompts
(prompts are in random order, so a block is a random set of them); the number of prompts stays true.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from profile_core.stats.intervals import Moments, moments
from profile_core.stats.planes import (
    WORD,
    Planes,
    Words,
    count_bits,
    mask_from_indices,
    pack,
    preferences,
)

Ints = npt.NDArray[np.int64]
Sums = npt.NDArray[np.int32]

EXACT_PAIRS = 200_000
"""Up to so many strict pairs of a source in the mask, every prompt is its own cluster."""
BLOCKS = 16_384
"""Blocks of prompts above that: the standard error's own random error is about 0.6 %."""
_SPARSE_PAIRS = 20_000
_SPARSE_PROMPTS = 2_000
"""A cell with fewer than either is exact even among blocks, for blocks would be too few."""


@dataclass(frozen=True, slots=True)
class ClusterSums:
    """S_g and n_g of the prompts that have a strict pair in the mask: ``[G, S, F]``."""

    prompts: Ints
    """Their places in the planes' order, ``[G]``."""
    s: Sums
    n: Sums


def cluster_moments(planes: Planes, mask: Words | None = None, *, tied: bool = True) -> Moments:
    """Moments ``[S, F]`` of every source and factor within the mask.

    Tied pairs (same amount of the factor) count in n unless ``tied`` is False, which is tau_13.
    """
    for_a, for_b = preferences(planes, mask)
    strict = for_a | for_b
    blocked = (count_bits(strict) > EXACT_PAIRS) & (planes.prompts > BLOCKS)
    blocks = Blocks.of(planes) if blocked.any() else None
    parts = np.zeros((len(fields(Moments)), len(for_a), len(planes.greater)), dtype=np.int64)
    for i in range(len(for_a)):
        clusters = blocks if blocks and blocked[i] else _Prompts.of(planes, strict[i])
        whole = clusters.sizes(strict[i])
        for k in range(len(planes.greater)):
            cell = cell_planes(planes, for_a[i], for_b[i], k, tied=tied)
            nothing_missing = np.array_equal(cell.counted, strict[i])
            sizes = whole if nothing_missing else clusters.sizes(cell.counted)
            parts[:, i, k] = clusters.moments(cell, sizes)
    return Moments(*parts)


def cluster_sums(planes: Planes, mask: Words | None = None, *, tied: bool = True) -> ClusterSums:
    """Exact per-prompt sums of every source and factor, for joint influence values.

    Takes 8 bytes for each prompt, source and factor: restrict the planes to what is compared.
    """
    for_a, for_b = preferences(planes, mask)
    strict = np.bitwise_or.reduce(for_a | for_b, axis=0)
    runs = Runs.of(planes.prompt_starts)
    prompts = np.flatnonzero(runs.sums(strict))
    runs = Runs.of(np.append(planes.prompt_starts[prompts], planes.pairs))
    s, n = (np.zeros((len(prompts), len(for_a), len(planes.greater)), np.int32) for _ in range(2))
    for i in range(len(for_a)):
        for k in range(len(planes.greater)):
            cell = cell_planes(planes, for_a[i], for_b[i], k, tied=tied)
            s[:, i, k] = runs.sums(cell.concordant, cell.discordant)
            n[:, i, k] = runs.sums(cell.counted)
    return ClusterSums(prompts, s, n)


@dataclass(frozen=True, slots=True)
class CellPlanes:
    """The planes of one source and factor."""

    concordant: Words
    discordant: Words
    counted: Words


def cell_planes(
    planes: Planes, for_a: Words, for_b: Words, factor: int, *, tied: bool
) -> CellPlanes:
    """Combine a source's preferences ``[W]`` with a factor; without ``tied``, as tau_13 counts."""
    greater, less = planes.greater[factor], planes.less[factor]
    concordant = (for_a & greater) | (for_b & less)
    discordant = (for_a & less) | (for_b & greater)
    counted = (for_a | for_b) & planes.defined[factor] if tied else concordant | discordant
    return CellPlanes(concordant, discordant, counted)


@dataclass(frozen=True, slots=True)
class Runs:
    """Consecutive runs of pairs, given by where each starts and where the last ends."""

    word: npt.NDArray[np.intp]
    full: npt.NDArray[np.intp]
    below: Words
    """The bits of an edge's word that lie before the edge."""

    @classmethod
    def of(cls, edges: npt.NDArray[np.integer]) -> Runs:
        """Cut the pairs at edges ``[C + 1]``, rising; the last is where the last run ends."""
        places = edges.astype(np.int64)
        full, rest = places // WORD, (places % WORD).astype(np.uint64)
        words = max(int(full[-1]) + bool(rest[-1]), 1)
        below = (np.uint64(1) << rest) - np.uint64(1)
        return cls(np.minimum(full, words - 1), full, below)

    def sums(self, plus: Words, minus: Words | None = None) -> Sums:
        """Count set bits of ``plus``, less those of ``minus``, in each run."""
        if len(self.word) < 2:
            return np.zeros(0, dtype=np.int32)
        bits = np.bitwise_count(plus).view(np.int8)
        inside = np.bitwise_count(plus.take(self.word) & self.below).view(np.int8)
        if minus is not None:
            bits -= np.bitwise_count(minus).view(np.int8)
            inside -= np.bitwise_count(minus.take(self.word) & self.below).view(np.int8)
        running = np.zeros(len(bits) + 1, dtype=np.int32)
        np.cumsum(bits, dtype=np.int32, out=running[1:])
        at_edges = running.take(self.full)
        at_edges += inside
        return at_edges[1:] - at_edges[:-1]


@dataclass(frozen=True, slots=True)
class Sizes:
    """What depends on the counted pairs alone, and is the same for all factors without gaps."""

    n: Sums
    """Counted pairs of each run."""
    prompts: int
    """Prompts with a counted pair."""
    lone: int
    """Counted pairs outside the runs, each alone in its prompt."""


@dataclass(frozen=True, slots=True)
class _Prompts:
    """Every prompt its own cluster; many prompts of one strict pair are counted in one go."""

    runs: Runs
    alone: Words | None

    @classmethod
    def of(cls, planes: Planes, strict: Words) -> _Prompts:
        starts = planes.prompt_starts
        sizes = Runs.of(starts).sums(strict)
        lone = sizes == 1
        if np.count_nonzero(lone) < len(strict):  # parting would cost more than it saves
            return cls(Runs.of(np.append(starts[:-1][sizes > 0], planes.pairs)), None)
        edges = np.append(starts[:-1][sizes > 1], planes.pairs)
        return cls(Runs.of(edges), pack(np.repeat(lone, np.diff(starts))))

    def sizes(self, counted: Words) -> Sizes:
        together, lone = self._parted(counted)
        n = self.runs.sums(together)
        return Sizes(n, int(np.count_nonzero(n)) + lone, lone)

    def moments(self, cell: CellPlanes, sizes: Sizes) -> tuple[int, ...]:
        concordant, more = self._parted(cell.concordant)
        discordant, fewer = self._parted(cell.discordant)
        shared = moments(self.runs.sums(concordant, discordant), sizes.n)
        return (
            int(shared.s) + more - fewer,
            int(shared.n) + sizes.lone,
            int(shared.ss) + more + fewer,
            int(shared.sn) + more - fewer,
            int(shared.nn) + sizes.lone,
            sizes.prompts,
            sizes.prompts,
            int(shared.positive) + more,
            int(shared.negative) + fewer,
        )

    def _parted(self, plane: Words) -> tuple[Words, int]:
        """The bits of prompts that are runs, and the number of the others."""
        if self.alone is None:
            return plane, 0
        return plane & ~self.alone, int(count_bits(plane & self.alone))


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of whole prompts as clusters; prompts with a counted pair are still told exactly."""

    planes: Planes
    edges: npt.NDArray[np.int32]
    """Where each block starts, and where the last one ends."""
    runs: Runs
    ends: Words
    """The last pair of each prompt."""
    split: Words
    """The pairs of prompts that lie in more than one word."""
    split_runs: Runs

    @classmethod
    def of(cls, planes: Planes) -> Blocks:
        """Cut the prompts, in their stored order, into `BLOCKS` runs of about as many pairs."""
        starts = planes.prompt_starts
        goals = np.linspace(0, planes.pairs, BLOCKS + 1)
        edges = np.unique(starts[np.searchsorted(starts, goals)])
        last = starts[1:] - 1
        is_split = starts[:-1] // WORD != last // WORD
        return cls(
            planes,
            edges,
            Runs.of(edges),
            mask_from_indices(last, planes.pairs),
            pack(np.repeat(is_split, np.diff(starts))),
            Runs.of(np.append(starts[:-1][is_split], planes.pairs)),
        )

    def sizes(self, counted: Words) -> Sizes:
        """Count the pairs of each block, and their prompts."""
        return Sizes(self.runs.sums(counted), self.prompts_with(counted), 0)

    def moments(self, cell: CellPlanes, sizes: Sizes) -> tuple[int, ...]:
        """Sum over blocks what `Moments` holds, in its order."""
        if sizes.prompts < _SPARSE_PROMPTS or int(sizes.n.sum()) < _SPARSE_PAIRS:
            exact = _Prompts.of(self.planes, cell.counted)
            return exact.moments(cell, exact.sizes(cell.counted))
        blocks = moments(self.runs.sums(cell.concordant, cell.discordant), sizes.n)
        found = {field.name: int(getattr(blocks, field.name)) for field in fields(blocks)}
        return tuple((found | {"prompts": sizes.prompts}).values())

    def prompts_with(self, counted: Words) -> int:
        """Count the prompts with a set bit.

        Within a word: filling every bit below a prompt's last with ones and adding makes any set
        bit carry into the last one, and never beyond it.
        """
        whole = counted & ~self.split
        carried = (whole & ~self.ends) + ~self.ends
        return int(count_bits((carried | whole) & self.ends)) + int(
            np.count_nonzero(self.split_runs.sums(counted & self.split))
        )
