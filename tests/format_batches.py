"""What the tests of fixed formats share: writing small files, reading one batch, and its rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import duckdb

from profile_core.formats.spec import ImportOptions, Reader
from profile_core.store.records import Batch


def batch_of(read: Reader, path: Path, options: ImportOptions | None = None) -> Batch:
    """Read a path that gives one batch."""
    with duckdb.connect() as connection:
        (batch,) = read(path, options or ImportOptions(), connection)
    return batch


def write_json(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def write_lines(path: Path, rows: Iterable[object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def texts_of(batch: Batch, row_key: str) -> tuple[str, str]:
    """Return the two texts of a pair."""
    pair = next(row for row in batch.pairs.values() if row[3] == row_key)
    return tuple(str(batch.responses[str(key)][6]) for key in pair[5:7])  # type: ignore[return-value]


def generators_of(batch: Batch, row_key: str) -> tuple[object, object]:
    """Return the generators of a pair's two responses."""
    pair = next(row for row in batch.pairs.values() if row[3] == row_key)
    return batch.responses[str(pair[5])][3], batch.responses[str(pair[6])][3]


def verdicts_of(batch: Batch, source: str) -> list[tuple[str, object, object, object]]:
    """Return (row key, order, choice, status) of a source's verdicts, in the order of the file."""
    keys = {row[0]: str(row[3]) for row in batch.pairs.values()}
    return [
        (keys[row[1]], row[3], row[6], row[5])
        for row in batch.preferences.values()
        if row[2] == source
    ]


def field_of(batch: Batch, source: str, row_key: str, field: str) -> object:
    """Return the probability, strength or reason of a source's one verdict on a pair."""
    position = {"probability": 7, "strength": 8, "reason": 9}[field]
    pair = next(key for key, row in batch.pairs.items() if row[3] == row_key)
    (found,) = (
        row[position] for row in batch.preferences.values() if row[1] == pair and row[2] == source
    )
    return found
