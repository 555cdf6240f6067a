"""What an import would do, shown before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from profile_core.errors import ImportRefused
from profile_core.formats.spec import ImportOptions
from profile_core.formats.table.fields import ColumnMapping
from profile_core.formats.table.mapping import Plan, mapping_of, plan
from profile_core.formats.table.paths import Row, look_up
from profile_core.formats.table.reading import Table, open_table
from profile_core.formats.table.rows import batches
from profile_core.types import SourceKind


@dataclass(frozen=True, slots=True)
class SourcePreview:
    """A source that the import would add, and how its choices are read."""

    name: str
    kind: SourceKind
    column: str | None
    meaning: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A table's columns, what they are taken for, and the first rows as they would be read."""

    columns: tuple[str, ...]
    mapping: ColumnMapping
    unused: tuple[str, ...]
    """Columns that no field is mapped to."""
    sources: tuple[SourcePreview, ...] = ()
    rows: tuple[dict[str, object], ...] = ()
    """The first rows: each field's cell as it stands in the file."""
    problems: tuple[str, ...] = ()
    """Why the import would be refused, as far as the first rows and the mapping show it."""
    warnings: tuple[str, ...] = ()


def preview(path: Path, options: ImportOptions, *, limit: int = 20) -> Preview:
    """Show how a file would be read, from its first rows; nothing is written.

    Raises ImportRefused where the file is no table at all; a mapping that does not work is told
    in `problems`, so that it can be mended.
    """
    table = open_table(path)
    mapping = mapping_of(table, options)
    used = set(mapping.columns.values())
    columns = table.columns
    unused = tuple(column for column in columns if column not in used)
    try:
        planned = plan(table, mapping, options, options.dataset_of(path))
    except ImportRefused as refusal:
        return Preview(columns, mapping, unused, problems=(str(refusal),))
    problems, warnings = _try(planned, table)
    return Preview(
        columns,
        mapping,
        unused,
        sources=tuple(
            SourcePreview(
                source.name,
                source.kind,
                source.choice.column if source.choice else None,
                source.meaning,
            )
            for source in planned.sources
        ),
        rows=tuple(_mapped(table, mapping, row) for _, row in table.sample[:limit]),
        problems=problems,
        warnings=warnings,
    )


def _try(planned: Plan, table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read the sample as an import would; give the problems and the warnings."""
    try:
        read = tuple(batches(planned, table.sample))
    except ImportRefused as refusal:
        return (str(refusal),), ()
    return (), tuple(warning for batch in read for warning in batch.warnings)


def _mapped(table: Table, mapping: ColumnMapping, row: Row) -> dict[str, object]:
    paths = {name: table.resolve(column) for name, column in mapping.columns.items()}
    return {name: look_up(row, path) if path else None for name, path in paths.items()}
