"""Rows of JSON: one object a line, an array of objects, or an object that holds one such array."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from profile_core.errors import ImportRefused
from profile_core.formats import json_files
from profile_core.formats.table.paths import Row


def json_lines(path: Path) -> Iterator[tuple[str, Row]]:
    """Read one object a line, each with its place."""
    return ((row.place, row.value) for row in json_files.read_rows(path))


def json_document(path: Path) -> Iterator[tuple[str, Row]]:
    """Read a `.json` file, whose content tells which of the three layouts it has."""
    if not _is_one_object(path):
        return json_lines(path)
    rows = _the_list(json_files.read_json(path), path.name)
    return ((f"row {number}", _object(row, number, path)) for number, row in enumerate(rows, 1))


def _is_one_object(path: Path) -> bool:
    """Tell one object, on one line or on many, from an array and from an object a line."""
    lines = (line.strip() for _, line in json_files.read_lines(path) if not line.isspace())
    first, second, *_ = (*islice(lines, 2), "", "")
    is_lines = first.endswith("}") and second.startswith("{")
    return first.startswith("{") and not is_lines


def _the_list(document: object, file: str) -> list[object]:
    lists = (
        {key: value for key, value in document.items() if isinstance(value, list)}
        if isinstance(document, dict)
        else {}
    )
    if len(lists) != 1:
        raise ImportRefused(
            file,
            "the file is one object, and which list in it holds the rows cannot be told",
            found=", ".join(lists) or "no list",
            expected="an array of objects, one object a line, or an object with one list",
        )
    return next(iter(lists.values()))


def _object(row: object, number: int, path: Path) -> Row:
    if not isinstance(row, dict):
        raise ImportRefused(
            path.name, "not a JSON object", place=f"row {number}", found=row, expected="an object"
        )
    return row
