"""Rows of CSV, TSV and Parquet."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from profile_core.errors import ImportRefused
from profile_core.formats import json_files
from profile_core.formats.rows import MAX_TEXT_CHARACTERS
from profile_core.formats.table.paths import Row

_PARQUET_ROWS = 1_000

# The limit is the process's own, not a reader's: no other module reads CSV.
csv.field_size_limit(MAX_TEXT_CHARACTERS)


def csv_rows(path: Path) -> Iterator[tuple[str, Row]]:
    """Read rows under a header; an empty cell is None, for CSV cannot tell it from a missing one.

    The separator is a tab in `.tsv`, else a comma, or a semicolon where the header has no comma.
    """
    lines = _Lines(path)
    rows = csv.reader(lines, delimiter=_delimiter(path), strict=True)
    columns = _next_row(rows, lines) or []
    _check_header(columns, path.name)
    while (cells := _next_row(rows, lines)) is not None:
        place = f"line {lines.row_began}"
        if len(cells) == len(columns):
            yield (
                place,
                {column: cell or None for column, cell in zip(columns, cells, strict=True)},
            )
        elif cells:
            raise ImportRefused(
                path.name,
                "the row has another number of cells than the header",
                place=place,
                found=len(cells),
                expected=f"{len(columns)} cells ({', '.join(columns[:6])}"
                f"{', ...' if len(columns) > 6 else ''})",
            )


class _Lines:
    """Lines for `csv`, which remember where the row in the reading began."""

    def __init__(self, path: Path) -> None:
        self._lines = json_files.read_lines(path)
        self.file = path.name
        self.number = 0
        self.row_began = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.number, line = next(self._lines)
        return line


def _delimiter(path: Path) -> str:
    if path.suffix.lower() == ".tsv":
        return "\t"
    _, header = next(json_files.read_lines(path))
    return ";" if ";" in header and "," not in header else ","


def _next_row(rows: Iterator[list[str]], lines: _Lines) -> list[str] | None:
    lines.row_began = lines.number + 1
    try:
        return next(rows, None)
    except csv.Error as error:
        problem = str(error)
        if "field larger" in problem:
            problem = f"a cell has over {MAX_TEXT_CHARACTERS:,} characters, or its quote is open"
        elif "unexpected end" in problem:
            problem = "a quote that opens in this row never closes"
        raise ImportRefused(
            lines.file, f"not valid CSV: {problem}", place=f"line {lines.row_began}"
        ) from error


def parquet_rows(path: Path) -> Iterator[tuple[str, Row]]:
    """Read rows of a Parquet file, a thousand at a time."""
    try:
        with json_files.open_binary(path) as stream, pq.ParquetFile(stream) as file:
            _check_header(file.schema_arrow.names, path.name)
            number = 0
            for batch in file.iter_batches(batch_size=_PARQUET_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield f"row {number}", row
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise ImportRefused(
            path.name, f"not a whole Parquet file ({str(error).splitlines()[0]})"
        ) from error


def _check_header(columns: Sequence[str], file: str) -> None:
    twice = [column for column, count in Counter(columns).items() if count > 1]
    if twice:
        raise ImportRefused(
            file,
            "two columns have the same name",
            place="the header",
            found=twice[0],
            expected="a name of its own for each column",
        )
