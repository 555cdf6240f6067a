"""In which order pairs are read: what each order means, as a number a pair."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from profile_core.analysis.planes import PlaneSource, StudyPlanes
from profile_core.analysis.relations import (
    Codes,
    Relation,
    codes_of,
    factor_place,
    related,
    unpacked,
)
from profile_core.store import pair_lists
from profile_core.store.pair_reader import PairReader
from profile_core.types import SourceKind

Floats = npt.NDArray[np.float64]
Key = Floats | npt.NDArray[np.int64]


_Z = {Relation.CONCORDANT: 1.0, Relation.DISCORDANT: -1.0, Relation.TIED: 0.0}


class Order(StrEnum):
    """What comes first."""

    IMPORT = "import order"
    DISAGREEMENT = "disagreement"
    UNCERTAINTY = "uncertainty"
    CONTRIBUTION = "contribution"


def orders(source: str | None, factor: str | None) -> tuple[Order, ...]:
    """List the orders that can be asked for, given what is chosen."""
    return tuple(Order) if source and factor else tuple(Order)[:-1]


def sort_keys(
    planes: StudyPlanes, order: Order, source: str | None, factor: str | None, where: str | None
) -> list[Key]:
    """Sort keys `[pairs]`, the least important first, as `np.lexsort` takes them.

    Contribution needs a source and a factor, and is to their tau_14 over the pairs that the
    condition keeps; without them it is the order of import.
    """
    keys: list[Key] = [pair_lists.import_order(planes.study, planes.wide)]
    match order:
        case Order.DISAGREEMENT:
            keys.append(-np.nan_to_num(disagreement(codes_of(planes, voters_of(planes))), nan=-1.0))
        case Order.UNCERTAINTY:
            keys.append(-np.nan_to_num(_uncertainty(planes), nan=-1.0))
        case Order.CONTRIBUTION if source and factor:
            keys += _contribution(planes, source, factor, where)
    return keys


def disagreement(codes: Codes) -> Floats:
    """Share of pairs of sources that chose differently, `[pairs]`; NaN where fewer than 2 chose."""
    counts = [(codes == code).sum(axis=0).astype(np.float64) for code in range(3)]
    voters = np.sum(counts, axis=0)
    alike = np.sum([count * (count - 1) for count in counts], axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(voters < 2, np.nan, 1 - alike / (voters * (voters - 1)))


def _uncertainty(planes: StudyPlanes) -> Floats:
    """`1 - |2p - 1|`, `[pairs]`, NaN where nobody chose.

    p is the mean probability that a is preferred over the sources that gave one; where none did,
    the mean vote, a tie counting half.
    """
    voters = voters_of(planes)
    votes = np.array([1.0, 0.0, 0.5, np.nan])[codes_of(planes, voters)]
    reader = PairReader(planes.study, planes.wide)
    given = [reader.probabilities(entry.source) for entry in voters]
    p = _mean(np.stack(given)) if given else np.full(planes.planes.pairs, np.nan)
    p = np.where(np.isnan(p), _mean(votes), p)
    return 1 - np.abs(2 * p - 1)


def _contribution(planes: StudyPlanes, source: str, factor: str, where: str | None) -> list[Floats]:
    """How far tau_14 would move without a pair (`|z - tau|`), equals by the size of the difference.

    Pairs that are not counted come last.
    """
    z = np.full(planes.planes.pairs, np.nan)
    relation: Relation
    for relation, value in _Z.items():
        z[related(planes, source, factor, relation)] = value
    counted = unpacked(planes, planes.mask(where)) & ~np.isnan(z)
    tau = z[counted].mean() if counted.any() else 0.0
    a, b = PairReader(planes.study, planes.wide).factor_values(
        planes.wide.factors[factor_place(planes, factor)]
    )
    size = np.nan_to_num(np.abs(a - b), nan=-1.0)
    return [-size, -np.nan_to_num(np.abs(z - tau), nan=-1.0)]


def voters_of(planes: StudyPlanes) -> list[PlaneSource]:
    """The sources whose votes are compared: those that say which response is better.

    A majority counts only where its people do not.
    """
    judging = [
        entry
        for entry in planes.sources
        if entry.source.choice and not entry.source.is_of_one_factor
    ]
    people = [
        entry
        for entry in judging
        if entry.source.kind is SourceKind.HUMAN and not entry.source.is_majority
    ]
    return [entry for entry in judging if not (people and entry.source.is_majority)]


def _mean(rows: Floats) -> Floats:
    known = ~np.isnan(rows)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(known, rows, 0.0).sum(axis=0) / known.sum(axis=0))
