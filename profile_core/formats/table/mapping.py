"""From a mapping to a plan: every field checked, every column found, every choice word known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from profile_core.errors import ImportRefused, UnknownName
from profile_core.formats.spec import ImportOptions
from profile_core.formats.table import words
from profile_core.formats.table.cells import Cells
from profile_core.formats.table.choices import examine
from profile_core.formats.table.fields import (
    PAIR_FIELDS,
    SINGLE_FIELDS,
    VERDICT_FAMILIES,
    ColumnMapping,
    check_field,
    sides,
)
from profile_core.formats.table.guess import guess, says_people
from profile_core.formats.table.reading import Table
from profile_core.formats.table.words import Vocabulary
from profile_core.types import SourceKind


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """One source of preference in a table: who it is and which columns tell what it chose."""

    name: str
    kind: SourceKind
    choice: Cells | None
    vocabulary: Vocabulary
    probability: Cells | None
    reason: Cells | None
    meaning: str
    """How the choice is read, in words for the user."""


@dataclass(frozen=True, slots=True)
class FactorPlan:
    """One factor's column; `side` is a or b in pairs, empty for single responses."""

    name: str
    side: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is needed to read the rows of one table."""

    file: str
    dataset: str
    mapping: ColumnMapping
    fields: Mapping[str, Cells]
    """The columns of the fields that stand for one thing each, `prompt` and so on."""
    sources: tuple[SourcePlan, ...]
    factors: tuple[FactorPlan, ...]
    meta: Mapping[str, Cells]
    warnings: tuple[str, ...] = ()
    """What the mapping leaves open, and how to say it."""


def mapping_of(table: Table, options: ImportOptions) -> ColumnMapping:
    """Guess a table's mapping, with what the user said in its place; checks the fields' names."""
    for name, column in options.mapping.items():
        check_field(name, column, table.path.name)
    return guess(table.columns, [row for _, row in table.sample], options.mapping)


def plan(table: Table, mapping: ColumnMapping, options: ImportOptions, dataset: str) -> Plan:
    """Check a mapping against a table; raise ImportRefused for what cannot be read."""
    file = table.path.name
    _check_fields(mapping, table)
    cells = {name: _cells(table, column) for name, column in mapping.columns.items()}
    sources = tuple(_sources(table, mapping, cells, options))
    unknown = options.kinds.keys() - {source.name for source in sources}
    if unknown:
        names = [source.name for source in sources]
        raise ImportRefused(file, f"--kind: {UnknownName('source', min(unknown), names)}")
    return Plan(
        file=file,
        dataset=dataset,
        mapping=mapping,
        fields={name: found for name, found in cells.items() if "." not in name},
        sources=sources,
        factors=tuple(
            FactorPlan(name, side, _cells(table, column))
            for name, side, column in _factors(mapping, file)
        ),
        meta={name: cells[f"meta.{name}"] for name in mapping.named("meta")},
        warnings=tuple(_warnings(mapping, sources, options)),
    )


def _check_fields(mapping: ColumnMapping, table: Table) -> None:
    file, columns = table.path.name, mapping.columns
    has = ", ".join(table.columns[:30])
    for name in (name for name in columns if name in SINGLE_FIELDS and mapping.is_pairs):
        raise ImportRefused(
            file,
            f"a row is either a pair or one response, but {name} is mapped beside response_a or "
            "response_b",
            expected="response_a and response_b, or response",
        )
    if not mapping.is_pairs and "response" not in columns:
        raise ImportRefused(
            file,
            f"which columns hold the responses cannot be told from their names ({has})",
            expected="--map response_a=COLUMN,response_b=COLUMN (pairs) or --map response=COLUMN",
        )
    needed = ("prompt", "response_a", "response_b") if mapping.is_pairs else ("prompt",)
    for name in (name for name in needed if name not in columns):
        raise ImportRefused(
            file,
            f"which column holds {name} cannot be told from its name (there is {has})",
            expected=f"--map {name}=COLUMN",
        )
    if not mapping.is_pairs:
        for name in columns:
            if name in PAIR_FIELDS or name.partition(".")[0] in VERDICT_FAMILIES:
                raise ImportRefused(
                    file,
                    f"{name} belongs to pairs, but a row has one response",
                    expected="response_a and response_b in place of response",
                )


def _warnings(
    mapping: ColumnMapping, sources: Sequence[SourcePlan], options: ImportOptions
) -> Iterator[str]:
    if mapping.is_pairs and not sources:
        yield "no column says who preferred which: map choice.NAME=COLUMN"
    for source in sources:
        is_guessed = f"choice.{source.name}" in mapping.guessed and source.name not in options.kinds
        if is_guessed and source.choice and source.vocabulary.is_always_a:
            column = source.choice.column
            yield (
                f"the file does not say who chose {column!r}: taken for people, as the source "
                f"{source.name!r}; --map choice.NAME={column} --kind NAME=judge changes it"
            )


def _sources(
    table: Table, mapping: ColumnMapping, cells: Mapping[str, Cells], options: ImportOptions
) -> list[SourcePlan]:
    names = [*mapping.named("choice"), *mapping.named("probability"), *mapping.named("reason")]
    return [_source(name, table, mapping, cells, options) for name in dict.fromkeys(names)]


def _source(
    name: str,
    table: Table,
    mapping: ColumnMapping,
    cells: Mapping[str, Cells],
    options: ImportOptions,
) -> SourcePlan:
    choice, probability = cells.get(f"choice.{name}"), cells.get(f"probability.{name}")
    if choice is None and probability is None:
        raise ImportRefused(
            table.path.name,
            f"reason.{name} is mapped, but nothing says what {name!r} chose",
            expected=f"--map choice.{name}=COLUMN",
        )
    kind = options.kinds.get(name) or _kind_by_name(name, mapping)
    if kind is SourceKind.GENERATOR:
        raise ImportRefused(
            table.path.name,
            f"--kind: {name!r} chose between two responses, so it is no generator",
            expected="human, judge or gold",
        )
    vocabulary, meaning = Vocabulary(), "the likelier side: above one half is a"
    if choice:
        vocabulary, meaning = _vocabulary(f"choice.{name}", choice, table, mapping, options)
    return SourcePlan(
        name, kind, choice, vocabulary, probability, cells.get(f"reason.{name}"), meaning
    )


def _kind_by_name(name: str, mapping: ColumnMapping) -> SourceKind:
    if name.lower() == SourceKind.GOLD:
        return SourceKind.GOLD
    return SourceKind.HUMAN if says_people(name) else SourceKind.JUDGE


def _vocabulary(
    field: str, choice: Cells, table: Table, mapping: ColumnMapping, options: ImportOptions
) -> tuple[Vocabulary, str]:
    looked_at = examine(choice.column, mapping.columns, [row for _, row in table.sample])
    vocabulary = looked_at.vocabulary
    if options.values and not (vocabulary and vocabulary.is_always_a):
        vocabulary = words.told(options.values, table.path.name)
    if vocabulary is None:
        raise ImportRefused(
            table.path.name,
            "what the words of the choice mean cannot be told for certain",
            column=choice.column,
            found=", ".join(sorted(looked_at.found)[:6]) or "nested values",
            expected=f"{words.ADVICE}, or --map {field}= to leave it out",
        )
    return vocabulary, vocabulary.meaning(looked_at.found)


def _cells(table: Table, column: str) -> Cells:
    path = table.resolve(column)
    if path is None:
        raise ImportRefused(table.path.name, str(UnknownName("column", column, table.columns)))
    return Cells(column, path)


def _factors(mapping: ColumnMapping, file: str) -> list[tuple[str, str, str]]:
    named = mapping.named("factor")
    if not mapping.is_pairs:
        return [(name, "", column) for name, column in named.items()]
    split = list(sides(named))
    for name, side, column in split:
        if not side:
            raise ImportRefused(
                file,
                f"factor.{name} does not say which response of the pair it measures",
                column=column,
                expected=f"factor.{name}_a or factor.{name}_b",
            )
    return split
