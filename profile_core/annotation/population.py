"""Who may be drawn into a queue, and how doubtful their automatic labels are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.errors import ProfileError, UnknownName
from profile_core.stats import drawing
from profile_core.store import factors as factor_store
from profile_core.store import label_table, pair_wide, predicate, queues
from profile_core.store.pair_reader import PairReader
from profile_core.store.study import Study
from profile_core.store.wide_table import WideFactor, WideTable
from profile_core.types import Factor, FactorKind, LabelSet

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_MEASURED = (FactorKind.RATIO, FactorKind.NUMBER)
"""Kinds whose true values may differ by anything; those of the others are whole numbers."""


@dataclass(frozen=True, slots=True)
class MeasuredFactor:
    """A factor with its values of both responses of each pair in a population."""

    factor: Factor
    extractor: str
    a: Floats
    b: Floats


@dataclass(frozen=True, slots=True)
class Population:
    """The pairs that may be drawn, with the factors that they were chosen for."""

    pair_ids: npt.NDArray[np.object_]
    factors: tuple[MeasuredFactor, ...]


def find(
    study: Study, factors: Sequence[str], where: str | None, *, with_facts: bool = False
) -> Population:
    """Find the pairs under a filter that have automatic values of the factors on both sides.

    The filter speaks of automatic values. `with_facts` keeps the pairs whose responses were both
    split into facts. Raises UnknownName, PredicateError, or ProfileError where no pair is left.
    """
    wide = pair_wide.ensure(study, LabelSet.AUTOMATIC)
    measured = _measured(study, wide, factors)
    with study.cursor() as cursor:
        pair_ids = queues.pair_ids(cursor, wide)
        kept = np.ones(len(pair_ids), dtype=bool)
        if where and where.strip():
            checked = predicate.parse(where, wide.column_names)
            kept = _mask(predicate.select_pair_numbers(cursor, wide.name, checked), len(pair_ids))
        if not kept.any():
            raise ProfileError(
                "the filter keeps no pair, so there is nothing to draw from"
                if len(pair_ids)
                else "the study has no pairs: import preferences, or responses to compare, first"
            )
        if with_facts:
            kept &= _mask(queues.pairs_with_facts(cursor, wide), len(pair_ids))
    reader = PairReader(study, wide)
    values = [reader.factor_values(column) for _, column in measured]
    for a, b in values:
        kept &= ~(np.isnan(a) | np.isnan(b))
    if not kept.any():
        needed = [f"values of {factor.name}" for factor, _ in measured]
        needed += ["facts"] if with_facts else []
        among = "under the filter " if where and where.strip() else ""
        raise ProfileError(f"no pair {among}has {' and '.join(needed)} in both responses")
    return Population(
        pair_ids[kept],
        tuple(
            MeasuredFactor(factor, column.extractor, a[kept], b[kept])
            for (factor, column), (a, b) in zip(measured, values, strict=True)
        ),
    )


def doubts(study: Study, population: Population) -> Floats:
    """How doubtful the automatic signs of each pair are, as weights for a targeted draw: `[N]`.

    The extractor's error comes from the labels so far, or is assumed where they are few.
    """
    return drawing.draw_weights(
        [
            drawing.expected_sign_error(
                entry.a - entry.b,
                _error(study, entry),
                tie=0.0 if entry.factor.kind in _MEASURED else 0.5,
                resolution=entry.factor.resolution,
            )
            for entry in population.factors
        ]
    )


def _error(study: Study, entry: MeasuredFactor) -> float:
    with study.cursor() as cursor:
        known = label_table.labels(cursor, entry.factor.name, extractor=entry.extractor)
    errors = [
        row.automatic - row.value
        for row in known
        if row.is_in_force and row.automatic is not None and row.value is not None
    ]
    estimated = drawing.estimated_error(errors)
    if estimated is None:
        return drawing.assumed_error(np.concatenate([entry.a, entry.b]))
    return estimated


def _measured(
    study: Study, wide: WideTable, names: Sequence[str]
) -> list[tuple[Factor, WideFactor]]:
    with study.cursor() as cursor:
        defined = factor_store.current(cursor)
    measured = {factor.name: factor for factor in wide.factors}
    for name in names:
        if name not in defined:
            raise UnknownName("factor", name, measured or defined)
        if name not in measured:
            raise ProfileError(
                f"the factor {name!r} has no automatic values yet: extract or import them first"
            )
    return [(defined[name], measured[name]) for name in names]


def _mask(numbers: npt.NDArray[np.int64], pairs: int) -> Bools:
    mask = np.zeros(pairs, dtype=bool)
    mask[numbers] = True
    return mask
