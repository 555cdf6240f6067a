"""Pairs as bit planes, so that an influence table is a few popcounts.

A plane is a row of uint64 words, 64 pairs a word, pair ``i`` at bit ``i % 64`` of word ``i // 64``;
bits beyond the last pair are 0. A factor has three planes (a has more, a has less, defined), a
source two (prefers a, prefers b); neither bit set means tie or abstention, which influence leaves
out. Pairs stand grouped by prompt and prompts in random order, so that any run of whole prompts is
a random set of clusters.

This module owns packing, masks, counting and patching. It does not know the names of factors and
sources, nor where values come from; clusters and intervals are their neighbours' business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WORD = 64
_CHUNK = 4096
"""Words a pass: five sources' operands of this length stay in a core's second-level cache."""


@dataclass(frozen=True, slots=True)
class FactorPlanes:
    """One factor: where a has more of it, where a has less, and where both values are known."""

    greater: Words
    less: Words
    defined: Words


@dataclass(frozen=True, slots=True)
class SourcePlanes:
    """One source: the pairs on which it prefers a, and those on which it prefers b."""

    prefers_a: Words
    prefers_b: Words


@dataclass(frozen=True, slots=True)
class Planes:
    """All pairs: factor planes ``[F, W]``, source planes ``[S, W]``, prompts as runs of pairs."""

    prompt_starts: npt.NDArray[np.int32]
    """``[P + 1]``: prompt ``g`` owns the pairs ``prompt_starts[g]:prompt_starts[g + 1]``."""
    greater: Words
    less: Words
    defined: Words
    prefers_a: Words
    prefers_b: Words

    @property
    def pairs(self) -> int:
        """The number of pairs."""
        return int(self.prompt_starts[-1])

    @property
    def prompts(self) -> int:
        """The number of prompts."""
        return len(self.prompt_starts) - 1

    @property
    def prompt_of(self) -> npt.NDArray[np.int32]:
        """The prompt of each pair, ``[pairs]``, as its place in the stored order."""
        sizes = np.diff(self.prompt_starts)
        return np.repeat(np.arange(self.prompts, dtype=np.int32), sizes)

    def restricted(
        self,
        sources: Sequence[int] | slice = slice(None),
        factors: Sequence[int] | slice = slice(None),
    ) -> Planes:
        """Keep some sources and factors, by their places, in the order given."""
        return Planes(
            self.prompt_starts,
            self.greater[factors],
            self.less[factors],
            self.defined[factors],
            self.prefers_a[sources],
            self.prefers_b[sources],
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """Pairs of each source and factor, ``[S, F]``; ``missing`` are strict but undefined pairs."""

    concordant: Ints
    discordant: Ints
    tied: Ints
    missing: Ints

    @property
    def pairs(self) -> Ints:
        """Counted pairs: concordant, discordant and tied."""
        return self.concordant + self.discordant + self.tied


def prompt_order(prompts: npt.ArrayLike, *, seed: int = 0) -> tuple[Ints, npt.NDArray[np.int32]]:
    """Order pairs by prompt, prompts at random: ``(order [pairs], prompt_starts [P + 1])``.

    ``prompts`` are any sortable ids, one a pair; ``values[order]`` is in stored order. The same ids
    and seed give the same order, and a prompt's pairs keep theirs.
    """
    _, codes, sizes = np.unique(np.asarray(prompts), return_inverse=True, return_counts=True)
    shuffled = np.random.default_rng(seed).permutation(len(sizes))
    place = np.empty_like(shuffled)
    place[shuffled] = np.arange(len(sizes))
    order = np.argsort(place[codes], kind="stable").astype(np.int64)
    starts = np.zeros(len(sizes) + 1, dtype=np.int32)
    np.cumsum(sizes[shuffled], out=starts[1:])
    return order, starts


def pack(bits: npt.NDArray[np.bool_]) -> Words:
    """Pack booleans ``[..., pairs]`` into words ``[..., W]``."""
    packed = np.packbits(bits, axis=-1, bitorder="little")
    short = -packed.shape[-1] % 8
    if short:
        packed = np.pad(packed, [(0, 0)] * (packed.ndim - 1) + [(0, short)])
    return np.ascontiguousarray(packed).view("<u8").astype(np.uint64, copy=False)


def unpack(plane: Words, pairs: int) -> Bools:
    """Undo `pack`: words ``[..., W]`` to booleans ``[..., pairs]``."""
    octets = np.ascontiguousarray(plane).astype("<u8", copy=False).view(np.uint8)
    return np.unpackbits(octets, axis=-1, count=pairs, bitorder="little").view(np.bool_)


def pack_factor(a: npt.ArrayLike, b: npt.ArrayLike, *, resolution: float = 0.0) -> FactorPlanes:
    """Pack one factor's values of both responses, ``[pairs]`` each.

    NaN means missing or not applicable. Values that differ by no more than ``resolution`` are tied.
    """
    left, right = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if left.shape != right.shape or left.ndim != 1:
        raise ValueError(f"values of a and b differ in shape: {left.shape} and {right.shape}")
    defined = ~(np.isnan(left) | np.isnan(right))
    with np.errstate(invalid="ignore"):  # two equal infinities are tied
        difference = left - right
    return FactorPlanes(
        pack(difference > resolution), pack(difference < -resolution), pack(defined)
    )


def pack_source(prefers_a: npt.NDArray[np.bool_], prefers_b: npt.NDArray[np.bool_]) -> SourcePlanes:
    """Pack one source's strict preferences, ``[pairs]`` each; no pair may have both."""
    if prefers_a.shape != prefers_b.shape or prefers_a.ndim != 1:
        raise ValueError(f"preferences differ in shape: {prefers_a.shape} and {prefers_b.shape}")
    if bool((prefers_a & prefers_b).any()):
        raise ValueError("a source cannot prefer both responses of a pair")
    return SourcePlanes(pack(prefers_a), pack(prefers_b))


def assemble(
    prompt_starts: npt.ArrayLike,
    factors: Sequence[FactorPlanes],
    sources: Sequence[SourcePlanes],
) -> Planes:
    """Put planes of the same pairs together; ValueError where lengths or prompts do not fit."""
    starts = np.asarray(prompt_starts, dtype=np.int32)
    if starts.ndim != 1 or len(starts) < 1 or starts[0] != 0 or (np.diff(starts) < 1).any():
        raise ValueError(
            "prompt_starts must rise from 0: a prompt without a pair has no place here"
        )
    words = _words(int(starts[-1]))
    rows = [
        [factor.greater for factor in factors],
        [factor.less for factor in factors],
        [factor.defined for factor in factors],
        [source.prefers_a for source in sources],
        [source.prefers_b for source in sources],
    ]
    if any(len(plane) != words for planes in rows for plane in planes):
        raise ValueError(f"every plane must have {words} words for {starts[-1]} pairs")
    stacked = [np.array(planes, dtype=np.uint64).reshape(len(planes), words) for planes in rows]
    return Planes(starts, *stacked)


def mask_from_bool(wanted: npt.NDArray[np.bool_]) -> Words:
    """A mask from one boolean a pair, in stored order."""
    return pack(wanted)


def mask_from_indices(indices: npt.ArrayLike, pairs: int) -> Words:
    """A mask from the places of the wanted pairs; IndexError for a place that is not there."""
    places = np.asarray(indices, dtype=np.int64)
    if places.size and (places.min() < 0 or places.max() >= pairs):
        raise IndexError(f"a pair outside 0..{pairs - 1}")
    wanted = np.zeros(pairs, dtype=np.bool_)
    wanted[places] = True
    return pack(wanted)


def count_bits(plane: Words) -> Ints:
    """Set bits of each plane, ``[..., W] -> [...]``."""
    return np.asarray(np.bitwise_count(plane).sum(axis=-1, dtype=np.uint32), dtype=np.int64)


def preferences(planes: Planes, mask: Words | None = None) -> tuple[Words, Words]:
    """The preferences for a and for b, ``[S, W]`` each, within the mask.

    ValueError for a mask of other pairs' length, which numpy might quietly broadcast.
    """
    if mask is None:
        return planes.prefers_a, planes.prefers_b
    if mask.shape != planes.prefers_a.shape[1:]:
        raise ValueError(f"a mask of {mask.shape} words for planes of {planes.prefers_a.shape[1:]}")
    return planes.prefers_a & mask, planes.prefers_b & mask


def counts(planes: Planes, mask: Words | None = None) -> Counts:
    """Count concordant, discordant, tied and missing pairs of every source and factor.

    Concordant: the preferred response has more of the factor. Only strict preferences within the
    mask count; the mask's default is every pair.
    """
    prefers_a, prefers_b = preferences(planes, mask)
    shape = (len(prefers_a), len(planes.greater))
    concordant, discordant, defined = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    strict_pairs = np.zeros(shape[0], dtype=np.int64)
    for start in range(0, prefers_a.shape[-1], _CHUNK):
        part = slice(start, start + _CHUNK)
        for_a = np.ascontiguousarray(prefers_a[:, part])
        for_b = np.ascontiguousarray(prefers_b[:, part])
        strict = for_a | for_b
        strict_pairs += count_bits(strict)
        first, second = np.empty_like(strict), np.empty_like(strict)
        bits = np.empty(strict.shape, dtype=np.uint8)
        for k in range(shape[1]):
            greater, less = planes.greater[k, part], planes.less[k, part]
            for total, more, fewer in (
                (concordant, greater, less),
                (discordant, less, greater),
            ):
                np.bitwise_and(for_a, more, out=first)
                np.bitwise_and(for_b, fewer, out=second)
                np.bitwise_or(first, second, out=first)
                total[:, k] += np.bitwise_count(first, out=bits).sum(axis=-1, dtype=np.uint32)
            np.bitwise_and(strict, planes.defined[k, part], out=first)
            defined[:, k] += np.bitwise_count(first, out=bits).sum(axis=-1, dtype=np.uint32)
    return Counts(
        concordant,
        discordant,
        defined - concordant - discordant,
        strict_pairs[:, None] - defined,
    )


def signs(planes: Planes, factor: int) -> Floats:
    """Signs of a minus b, ``[pairs]``: +1, 0, -1, and NaN where the factor is not defined.

    For statistics that weigh pairs, such as soft tau.
    """
    greater, less, defined = (
        unpack(rows[factor], planes.pairs) for rows in (planes.greater, planes.less, planes.defined)
    )
    return np.where(defined, greater.astype(np.float64) - less, np.nan)


def patched(planes: Planes, factor: int, pairs: npt.ArrayLike, values: FactorPlanes) -> Planes:
    """New values of one factor for some pairs, as after a correction.

    ``values`` are packed from the arrays of these pairs alone, in the order of ``pairs``.
    """
    places = np.asarray(pairs, dtype=np.int64)
    changed = mask_from_indices(places, planes.pairs)

    def with_bits(rows: Words, bits: Words) -> Words:
        spread = np.zeros(planes.pairs, dtype=np.bool_)
        spread[places] = unpack(bits, len(places))
        rows = rows.copy()
        rows[factor] = (rows[factor] & ~changed) | pack(spread)
        return rows

    return replace(
        planes,
        greater=with_bits(planes.greater, values.greater),
        less=with_bits(planes.less, values.less),
        defined=with_bits(planes.defined, values.defined),
    )


def _words(pairs: int) -> int:
    return -(-pairs // WORD)
