"""How a source's choice and a factor's difference stand to each other on each pair.

Read off the same bit planes as influence, so that a count there and a list of pairs here agree
pair by pair. A source's name takes all its kinds, as everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from profile_core.analysis.planes import PlaneSource, StudyPlanes
from profile_core.errors import NotEstimable, UnknownName
from profile_core.stats import planes as bits
from profile_core.stats.planes import Words
from profile_core.store import pair_lists
from profile_core.store.pair_lists import CODE_TIE, NO_CHOICE

Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]


class Relation(StrEnum):
    """How a choice and a factor stand on a pair; each needs a source, a factor, or both."""

    CONCORDANT = "concordant"
    DISCORDANT = "discordant"
    TIED = "tied"
    MISSING = "missing"
    PREFERS_A = "prefers a"
    PREFERS_B = "prefers b"
    TIE = "calls it a tie"
    NO_CHOICE = "no choice"
    A_HAS_MORE = "a has more"
    B_HAS_MORE = "b has more"
    SAME_AMOUNT = "same amount"
    NO_VALUE = "no value"


OF_BOTH = (Relation.CONCORDANT, Relation.DISCORDANT, Relation.TIED, Relation.MISSING)
OF_SOURCE = (Relation.PREFERS_A, Relation.PREFERS_B, Relation.TIE, Relation.NO_CHOICE)
OF_FACTOR = (Relation.A_HAS_MORE, Relation.B_HAS_MORE, Relation.SAME_AMOUNT, Relation.NO_VALUE)


def relations(source: str | None, factor: str | None) -> tuple[Relation, ...]:
    """List the relations that can be asked for, given what is chosen."""
    if source and factor:
        return OF_BOTH
    return OF_SOURCE if source else OF_FACTOR if factor else ()


def related(
    planes: StudyPlanes, source: str | None, factor: str | None, relation: Relation | None
) -> Bools:
    """Mark the pairs, `[pairs]`; of a source without a relation, those on which it chose.

    Raises UnknownName, or NotEstimable for a relation without what it needs.
    """
    entries = entries_of(planes, source) if source else []
    place = factor_place(planes, factor) if factor else None
    if relation is None:
        return ~_no_choice(planes, entries) if entries else unpacked(planes, None)
    if relation not in relations(source, factor):
        needs = "a source and a factor" if relation in OF_BOTH else "a source or a factor alone"
        raise NotEstimable(f"the relation “{relation}” needs {needs}")
    if place is None:
        return _chosen(planes, entries, relation)
    if not entries:
        return unpacked(planes, _factor_mask(planes, place, relation))
    parts = [_cell_mask(planes, entry, place, relation) for entry in entries]
    return unpacked(planes, np.bitwise_or.reduce(parts))


def in_words(source: str | None, factor: str | None, relation: Relation | None) -> str:
    """Say what the marked pairs have in common; empty where nothing is chosen."""
    said = {
        Relation.CONCORDANT: f"{source} prefers the one with more: {factor}",
        Relation.DISCORDANT: f"{source} prefers the one with less: {factor}",
        Relation.TIED: f"{source} prefers one, and both have the same: {factor}",
        Relation.MISSING: f"{source} prefers one, and a value is missing: {factor}",
        Relation.PREFERS_A: f"{source} prefers a",
        Relation.PREFERS_B: f"{source} prefers b",
        Relation.TIE: f"{source} calls it a tie",
        Relation.NO_CHOICE: f"{source} made no choice",
        Relation.A_HAS_MORE: f"a has more: {factor}",
        Relation.B_HAS_MORE: f"b has more: {factor}",
        Relation.SAME_AMOUNT: f"both have the same: {factor}",
        Relation.NO_VALUE: f"a value is missing: {factor}",
    }
    if relation:
        return said[relation]
    return f"{source} chose" if source else ""


def entries_of(planes: StudyPlanes, name: str) -> list[int]:
    """Find a source's places in the planes."""
    found = [place for place, entry in enumerate(planes.sources) if entry.source.name == name]
    if not found:
        raise UnknownName("source", name, [entry.source.name for entry in planes.sources])
    return found


def factor_place(planes: StudyPlanes, name: str) -> int:
    """Find a factor's place in the planes."""
    names = [factor.name for factor in planes.factors]
    if name not in names:
        raise UnknownName("factor with values", name, names)
    return names.index(name)


def codes_of(planes: StudyPlanes, entries: Sequence[PlaneSource]) -> Codes:
    """What the sources that judged chose, `[sources, pairs]`, as `store.pair_lists` codes it."""
    columns = [entry.source.choice for entry in entries if entry.source.choice]
    return pair_lists.choices(planes.study, planes.wide, columns)


def unpacked(planes: StudyPlanes, mask: Words | None) -> Bools:
    """Turn a mask into one boolean a pair; no mask is every pair."""
    if mask is None:
        return np.ones(planes.planes.pairs, dtype=np.bool_)
    return bits.unpack(mask, planes.planes.pairs)


def _cell_mask(planes: StudyPlanes, entry: int, factor: int, relation: Relation) -> Words:
    all_planes = planes.planes
    for_a, for_b = all_planes.prefers_a[entry], all_planes.prefers_b[entry]
    greater, less = all_planes.greater[factor], all_planes.less[factor]
    strict, defined = for_a | for_b, all_planes.defined[factor]
    concordant: Words = (for_a & greater) | (for_b & less)
    discordant: Words = (for_a & less) | (for_b & greater)
    masks: dict[Relation, Words] = {
        Relation.CONCORDANT: concordant,
        Relation.DISCORDANT: discordant,
        Relation.TIED: strict & defined & ~concordant & ~discordant,
        Relation.MISSING: strict & ~defined,
    }
    return masks[relation]


def _factor_mask(planes: StudyPlanes, factor: int, relation: Relation) -> Words:
    greater, less = planes.planes.greater[factor], planes.planes.less[factor]
    defined = planes.planes.defined[factor]
    masks: dict[Relation, Words] = {
        Relation.A_HAS_MORE: greater,
        Relation.B_HAS_MORE: less,
        Relation.SAME_AMOUNT: defined & ~greater & ~less,
        Relation.NO_VALUE: ~defined,
    }
    return masks[relation]


def _chosen(planes: StudyPlanes, entries: Sequence[int], relation: Relation) -> Bools:
    if relation is Relation.NO_CHOICE:
        return _no_choice(planes, entries)
    if relation is Relation.TIE:
        ties: Bools = codes_of(planes, [planes.sources[entry] for entry in entries]) == CODE_TIE
        return np.asarray(ties.any(axis=0))
    rows = planes.planes.prefers_a if relation is Relation.PREFERS_A else planes.planes.prefers_b
    return unpacked(planes, np.bitwise_or.reduce(rows[list(entries)]))


def _no_choice(planes: StudyPlanes, entries: Sequence[int]) -> Bools:
    """Pairs on which none of the entries chose, a tie being a choice."""
    chose = np.zeros(planes.planes.pairs, dtype=np.bool_)
    judging = [planes.sources[entry] for entry in entries if planes.sources[entry].source.choice]
    chose |= (codes_of(planes, judging) != NO_CHOICE).any(axis=0)
    strict = planes.planes.prefers_a | planes.planes.prefers_b
    return ~(chose | unpacked(planes, np.bitwise_or.reduce(strict[list(entries)])))
