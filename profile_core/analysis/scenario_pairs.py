"""Which pairs a scenario keeps and how they weigh, from arrays that are read once.

The filter and the *matched* factors choose pairs; weights multiply them. All of it is masks over
the planes, so that a slider's step costs a comparison of arrays and no query.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.analysis import conditions
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.scenario import Equalised, Scenario, Weights
from profile_core.errors import UnknownName
from profile_core.stats import planes as bits
from profile_core.stats.planes import Words
from profile_core.text import numbers

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Kept:
    """The pairs of a scenario."""

    mask: Words | None
    """None where every pair is kept."""
    parts: tuple[tuple[float, Words], ...] | None
    """The kept pairs by weight, each above 0; None where none weighs other than 1."""
    pairs: int
    prompts: int
    warnings: tuple[str, ...]

    def chosen(self, planes: bits.Planes) -> Bools:
        """Mark the kept pairs, `[pairs]`."""
        if self.mask is None:
            return np.ones(planes.pairs, dtype=np.bool_)
        return bits.unpack(self.mask, planes.pairs)

    def weight(self, planes: bits.Planes) -> Floats | None:
        """Each pair's multiplier, `[pairs]`, 0 where it is left out; None where all are 1."""
        if self.parts is None:
            return None
        weight = np.zeros(planes.pairs)
        for value, mask in self.parts:
            weight[bits.unpack(mask, planes.pairs)] = value
        return weight


def kept(study_planes: StudyPlanes, scenario: Scenario) -> Kept:
    """Choose and weigh the pairs of a scenario.

    Raises PredicateError, or UnknownName for a factor, column or value of a weight that is not
    there.
    """
    planes = study_planes.planes
    mask = study_planes.mask(scenario.where)
    warnings = []
    for item in scenario.matched:
        band, missing = _in_band(study_planes, item, mask)
        mask = band if mask is None else mask & band
        if missing:
            warnings.append(
                f"{numbers.counted(missing, 'pair')} without a value of {item.factor} in both "
                "responses cannot be matched and are left out"
            )
    parts = None
    if scenario.weights:
        mask, parts = _weighed(study_planes, scenario.weights, mask)
    every = mask if mask is not None else bits.pack(np.ones(planes.pairs, dtype=np.bool_))
    clusters = study_planes.clusters
    return Kept(
        mask,
        parts,
        int(bits.count_bits(every)),
        clusters.prompts_with(every, clusters.runs.sums(every)),
        tuple(warnings),
    )


def opens(study_planes: StudyPlanes, scenario: Scenario) -> str | None:
    """Write the predicate that opens a scenario's pairs in browse; None for every pair."""
    columns = {factor.name: factor for factor in study_planes.wide.factors}
    parts: list[str | None] = [scenario.where]
    for item in scenario.matched:
        if item.factor not in columns:
            raise UnknownName("factor with values", item.factor, columns)
        column = columns[item.factor]
        limit = _limit(study_planes, item)
        parts.append(f"abs({column.column_a} - {column.column_b}) <= {limit!r}")
    if scenario.weights:
        name = scenario.weights.column
        nothing = [value for value, weight in scenario.weights.of if weight == 0]
        if nothing:
            parts.append(f"{name} IS NULL OR NOT ({conditions.one_of(name, nothing)})")
    return conditions.all_of(parts)


def _in_band(study_planes: StudyPlanes, item: Equalised, mask: Words | None) -> tuple[Words, int]:
    """Mask the pairs within a band, and count those of `mask` that lack a value."""
    difference = study_planes.arrays.difference(item.factor)
    with np.errstate(invalid="ignore"):
        near = np.abs(difference) <= np.float64(_limit(study_planes, item))
    place = [factor.name for factor in study_planes.factors].index(item.factor)
    defined = study_planes.planes.defined[place]
    asked = study_planes.planes.pairs if mask is None else int(bits.count_bits(mask))
    valued = int(bits.count_bits(defined if mask is None else defined & mask))
    return bits.pack(near), asked - valued


def _limit(study_planes: StudyPlanes, item: Equalised) -> float:
    """Widen the band by what counts as equal, so that rounding in a ratio leaves nothing out."""
    assert item.band is not None
    resolution = {factor.name: factor.resolution for factor in study_planes.factors}
    return item.band + resolution.get(item.factor, 0.0)


def _weighed(
    study_planes: StudyPlanes, weights: Weights, mask: Words | None
) -> tuple[Words, tuple[tuple[float, Words], ...]]:
    groups = dict(study_planes.arrays.groups(weights.column))
    for value, _ in weights.of:
        if value not in groups:
            raise UnknownName(f"value of {weights.column}", value, groups)
    rest = bits.pack(np.ones(study_planes.planes.pairs, dtype=np.bool_))
    if mask is not None:
        rest = rest & mask
    by_weight: dict[float, Words] = {}
    for value, weight in weights.of:
        own = groups[value] & rest
        by_weight[weight] = by_weight[weight] | own if weight in by_weight else own
        rest = rest & ~own
    by_weight[1.0] = by_weight[1.0] | rest if 1.0 in by_weight else rest
    by_weight.pop(0.0, None)
    parts = tuple((weight, own) for weight, own in by_weight.items() if own.any())
    left: Words = np.bitwise_or.reduce([own for _, own in parts]) if parts else rest & ~rest
    return left, parts
