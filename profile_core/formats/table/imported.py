"""Factors that come with a file: what extractor their values enter under, and their definitions.

A factor of the taxonomies keeps its definition; any other gets one whose kind its values decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from profile_core.factors.scale import scale_of
from profile_core.factors.taxonomy import builtin_factors
from profile_core.store.records import Batch
from profile_core.types import Factor, FactorKind

TAXONOMY = "imported"


def extractor_of(name: str) -> str:
    """Name the extractor of values that were imported with a data set or file."""
    return f"imported:{name}"


@dataclass(slots=True)
class _Range:
    low: float = inf
    high: float = -inf
    is_whole: bool = True

    def __str__(self) -> str:
        return f"from {self.low:g} to {self.high:g}"


class ImportedFactors:
    """The factors of one file in the reading: the range of each one's values."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._ranges: dict[str, _Range] = {}

    def note(self, factor: str, value: float | None) -> None:
        """Take a value into account; None is there, but has no place on the scale."""
        values = self._ranges.setdefault(factor, _Range())
        if value is not None:
            values.low = min(values.low, value)
            values.high = max(values.high, value)
            values.is_whole = values.is_whole and value.is_integer()

    def finish(self, batch: Batch) -> None:
        """Add the definitions to a batch, and a warning for values off a known factor's scale."""
        builtin = {factor.name: factor for factor in builtin_factors()}
        for name, values in self._ranges.items():
            if name in builtin:
                batch.add_factor(builtin[name])
                batch.warnings += _off_scale(builtin[name], values)
            else:
                batch.add_factor(self._definition(name, values))

    def _definition(self, name: str, values: _Range) -> Factor:
        return Factor(
            name=name,
            title=name.replace("_", " ").capitalize(),
            kind=_kind(values),
            definition=f"Came with {self._origin}, without a definition. Its values there go "
            f"{values}.",
            taxonomy=TAXONOMY,
            higher_means=f"more {name.replace('_', ' ')}",
        )


def _kind(values: _Range) -> FactorKind:
    """Guess a scale: marks up to 3 that begin at 1 are taken for the start of 1 to 5."""
    if not values.is_whole or values.low > values.high:
        return FactorKind.RATIO if 0 <= values.low <= values.high <= 1 else FactorKind.NUMBER
    for kind in (FactorKind.BOOLEAN, FactorKind.ORDINAL_1_5, FactorKind.ORDINAL_0_3):
        scale = scale_of(kind)
        if scale.low <= values.low and values.high <= scale.high:
            return kind
    return FactorKind.COUNT if values.low >= 0 else FactorKind.NUMBER


def _off_scale(factor: Factor, values: _Range) -> list[str]:
    scale = scale_of(factor.kind)
    is_within = scale.low <= values.low and values.high <= scale.high
    if is_within and (values.is_whole or not scale.is_whole):
        return []
    return [
        f"the values of {factor.name!r} go {values}, but the taxonomy's factor of that name is "
        f"{factor.kind}: if they measure something else, give them another name"
    ]
