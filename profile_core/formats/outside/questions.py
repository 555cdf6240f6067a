"""Questions about factors: their names and options, and answers as values.

A factor of a short scale is a choice among its points; any other is a number. Every question also
takes `not applicable` and `can't tell`. Tools restrict names, so a question has one of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import duckdb

from profile_core.errors import UnknownName
from profile_core.factors.rules import EXTRACTOR as RULES
from profile_core.factors.scale import scale_of
from profile_core.formats import people
from profile_core.formats.spec import ExportOptions
from profile_core.formats.table.cells import CellError
from profile_core.store import factors as factor_store
from profile_core.store import guidelines
from profile_core.store.ids import content_id
from profile_core.store.pair_wide_rows import extractors_in_force
from profile_core.types import Factor, FactorKind

PREFIX = "factor_"
"""Begins the name of every question about a factor, so that it is nothing else's."""

NOTE = "note"
PREFERENCE = "preference"
STRENGTH = "strength"
REASON = "reason"
STRENGTHS = {1: "slightly", 2: "clearly", 3: "by far"}


class Without(StrEnum):
    """Why an answer has no value."""

    NOT_APPLICABLE = "not applicable"
    CANNOT_TELL = "can't tell"


class Preferred(StrEnum):
    """The answers about a pair, in the order in which it was shown."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"
    CANNOT_TELL = "can't tell"


_WITHOUT: Mapping[str, Without] = {
    **{reason.value: reason for reason in Without},
    "n/a": Without.NOT_APPLICABLE,
    "na": Without.NOT_APPLICABLE,
    "cannot tell": Without.CANNOT_TELL,
    "?": Without.CANNOT_TELL,
}
_BOOLEAN = {1: "yes", 0: "no"}
_SAFE = re.compile(r"[a-z0-9_]{1,80}")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about one factor of a response."""

    factor: Factor
    guideline: str
    """What the team wrote about it, else its definition."""
    extractor: str | None
    """Whose values are suggested; None where nothing measured it."""
    factor_version: int | None
    """The version of the definition that these values must have."""

    @property
    def name(self) -> str:
        """The question's name in a tool."""
        return question_name(self.factor.name)

    @property
    def options(self) -> tuple[str, ...]:
        """Every answer of a short scale; none for a number."""
        return points(self.factor)

    def suggested(self, value: float | None) -> str | None:
        """Write a value as an answer; None for one off the scale, which no answer stands for."""
        if value is None:
            return Without.NOT_APPLICABLE.value
        if not scale_of(self.factor.kind).has(value):
            return None
        if self.factor.kind is FactorKind.BOOLEAN:
            return _BOOLEAN[int(value)]
        return str(int(value)) if value.is_integer() else repr(value)


def question_name(factor: str) -> str:
    """Name a factor's question in lower-case letters, digits and `_`, a different one for each."""
    if _SAFE.fullmatch(factor):
        return f"{PREFIX}{factor}"
    plain = re.sub(r"[^a-z0-9_]+", "_", factor.lower())[:60]
    return f"{PREFIX}{plain}-{content_id(factor)[:8]}"


def points(factor: Factor) -> tuple[str, ...]:
    """List every answer about a factor of a short scale; none for any other."""
    scale = scale_of(factor.kind).points
    if factor.kind is FactorKind.BOOLEAN:
        return (*_BOOLEAN.values(), *Without)
    return (*map(str, scale), *Without) if scale else ()


def by_name(factors: Iterable[Factor]) -> dict[str, Factor]:
    """Find factors by the names of their questions."""
    return {question_name(factor.name): factor for factor in factors}


def chosen(cursor: duckdb.DuckDBPyConnection, options: ExportOptions) -> tuple[Question, ...]:
    """List what is asked: the factors that were named, else those that no rule measured.

    Raises UnknownName for a factor that the study does not have.
    """
    factors = factor_store.current(cursor)
    used = extractors_in_force(cursor)
    names = dict.fromkeys(options.factors) or sorted(
        name for name, (extractor, _) in used.items() if extractor != RULES
    )
    for name in names:
        if name not in factors:
            raise UnknownName("factor", name, factors)
    found = []
    for name in names:
        extractor, version = used.get(name, (None, None))
        written = guidelines.latest(cursor, name)
        guideline = written.text if written else factors[name].definition
        found.append(Question(factors[name], guideline, extractor, version))
    return tuple(found)


def answer(cell: object, column: str, factor: Factor) -> float | Without:
    """Read what was answered about a factor; raise CellError for what is none."""
    if isinstance(cell, str):
        word = " ".join(cell.replace("\u2019", "'").split()).lower()
        if word in _WITHOUT:
            return _WITHOUT[word]
        if factor.kind is FactorKind.BOOLEAN and word in _BOOLEAN.values():
            return float(word == _BOOLEAN[1])
    found = None if isinstance(cell, bool) else people.value(cell, column, factor)
    if found is None:
        raise CellError(
            "is no answer",
            column=column,
            found=cell,
            expected=f"{scale_of(factor.kind)}, {' or '.join(Without)}",
        )
    return found
