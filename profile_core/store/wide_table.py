"""What a `pair_wide` table is: its name, the state it was made in, and what its columns mean."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields

from profile_core.store.columns import Column, Role
from profile_core.store.study import Versions
from profile_core.types import LabelSet, SourceKind


@dataclass(frozen=True, slots=True)
class WideFactor:
    """A factor that has values, with the extractor in force."""

    name: str
    extractor: str
    column_a: str
    column_b: str


@dataclass(frozen=True, slots=True)
class WideSource:
    """A source that chose; a generator's choice follows from score levels and has no column."""

    source_id: str
    kind: SourceKind
    name: str
    model: str | None
    is_majority: bool
    derived_from: tuple[str, ...]
    choice: str | None
    probability: str | None
    """Name of an internal column with the probability that a is preferred."""
    saw_others: bool = False
    """Whether all its choices were given at the desk in sight of what others chose; of the people
    there together, whether all of theirs were."""

    @property
    def is_of_one_factor(self) -> bool:
        """Whether it is a judge that was asked which response has more of a factor, no more."""
        return self.kind is SourceKind.JUDGE and bool(self.derived_from)


@dataclass(frozen=True, slots=True)
class WideTable:
    """The table of one label set, and what its columns stand for."""

    name: str
    labels: LabelSet
    versions: Versions
    columns: tuple[Column, ...]
    factors: tuple[WideFactor, ...]
    sources: tuple[WideSource, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The documented columns, which a predicate may name."""
        return tuple(column.name for column in self.columns)


_OF_SOURCE = {field.name for field in fields(WideSource)}


def from_json(text: str) -> WideTable | None:
    """Read what `json.dumps(asdict(table))` wrote; None where that tells other things of sources.

    Such a table was made by another release and is to be made anew.
    """
    stored = json.loads(text)
    if any(set(source) != _OF_SOURCE for source in stored["sources"]):
        return None
    return WideTable(
        name=stored["name"],
        labels=LabelSet(stored["labels"]),
        versions=Versions(**stored["versions"]),
        columns=tuple(
            Column(**{**column, "role": Role(column["role"])}) for column in stored["columns"]
        ),
        factors=tuple(WideFactor(**factor) for factor in stored["factors"]),
        sources=tuple(
            WideSource(
                **{
                    **source,
                    "kind": SourceKind(source["kind"]),
                    "derived_from": tuple(source["derived_from"]),
                }
            )
            for source in stored["sources"]
        ),
    )
