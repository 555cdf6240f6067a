"""A table file as rows: which reader its suffix asks for, and a sample to guess from.

Every kind of file becomes rows with a place each (`line 7`, `row 7`), read as they are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from profile_core.errors import ImportRefused
from profile_core.formats.table import paths
from profile_core.formats.table.flat_rows import csv_rows, parquet_rows
from profile_core.formats.table.json_rows import json_document, json_lines
from profile_core.formats.table.paths import Row

PlacedRow = tuple[str, Row]

SAMPLE_ROWS = 1_000
_SAMPLE_CHARACTERS = 50_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """A readable table file that has at least one row."""

    path: Path
    sample: tuple[PlacedRow, ...]
    """Its first rows."""
    is_whole: bool
    """Whether the sample is all there is."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the sample has, nested ones with dots."""
        return paths.columns_of(row for _, row in self.sample)

    def rows(self) -> Iterator[PlacedRow]:
        """Read all rows from the start."""
        return iter(self.sample) if self.is_whole else _rows(self.path)

    def resolve(self, column: str) -> paths.Path | None:
        """Find how a column is reached, in the sample first; None if no row has it."""
        found = paths.resolve((row for _, row in self.sample), column)
        if found is None and not self.is_whole:
            found = paths.resolve((row for _, row in self.rows()), column)
        return found


def open_table(path: Path) -> Table:
    """Check a file and read its first rows; raise ImportRefused where it cannot be a table."""
    rows = _rows(path)
    sample: list[PlacedRow] = []
    characters = 0
    for place, row in islice(rows, SAMPLE_ROWS):
        sample.append((place, row))
        characters += sum(len(cell) for cell in row.values() if isinstance(cell, str))
        if characters > _SAMPLE_CHARACTERS:
            break
    if not sample:
        raise ImportRefused(path.name, "the file has no rows", expected="at least one row")
    return Table(path, tuple(sample), is_whole=next(rows, None) is None)


def _rows(path: Path) -> Iterator[PlacedRow]:
    read = _READERS.get(path.suffix.lower())
    if path.is_dir():
        raise ImportRefused(path.name, "this is a folder", expected="a file")
    if read is None:
        raise ImportRefused(
            path.name,
            "what kind of table this is cannot be told from its name",
            found=path.suffix or "no suffix",
            expected=f"one of {', '.join(_READERS)}",
        )
    return read(path)


_READERS: dict[str, Callable[[Path], Iterator[PlacedRow]]] = {
    ".csv": csv_rows,
    ".tsv": csv_rows,
    ".json": json_document,
    ".jsonl": json_lines,
    ".ndjson": json_lines,
    ".parquet": parquet_rows,
}
