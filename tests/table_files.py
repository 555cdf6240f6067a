"""What the tests of table files share: writing small ones, and importing them into a study."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from profile_core.actions.imports import read_into
from profile_core.formats import table
from profile_core.formats.spec import ImportOptions, Reader
from profile_core.store.ingest import Ingested
from profile_core.store.records import Batch
from profile_core.store.study import IN_MEMORY, Study

Rows = Sequence[Mapping[str, object]]

PAIR: dict[str, object] = {
    "prompt": "Name a river.",
    "response_a": "The Nile.",
    "response_b": "A river is the Danube.",
    "winner": "a",
}


def pairs(*changes: Mapping[str, object]) -> list[dict[str, object]]:
    """Make rows of pairs that differ from PAIR as told."""
    return [PAIR | dict(change) for change in changes]


def write(path: Path, rows: Rows) -> Path:
    """Write rows as the kind of file that the suffix says."""
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), path)
    elif path.suffix in (".csv", ".tsv"):
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0], delimiter="\t" if path.suffix == ".tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)
    elif path.suffix == ".json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def options(
    mapping: str = "", values: str = "", kinds: Mapping[str, object] | None = None
) -> ImportOptions:
    """Make options from what a command line says."""
    return ImportOptions(mapping=_split(mapping), values=_split(values), kinds=dict(kinds or {}))  # type: ignore[arg-type]


def _split(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split(",") if part)


@contextmanager
def a_study() -> Iterator[Study]:
    with Study.open(IN_MEMORY, create=True) as study:
        yield study


def read_all(path: Path, told: ImportOptions | None = None, read: Reader = table.read) -> Batch:
    """Read a file that needs no study, its batches put together."""
    with a_study() as study:
        whole = Batch("")
        for batch in read(path, told or ImportOptions(), study.cursor()):
            for name in ("prompts", "responses", "pairs", "sources", "preferences", "factors"):
                getattr(whole, name).update(getattr(batch, name))
            whole.factor_values |= batch.factor_values
            whole.warnings += batch.warnings
            whole.invalid += batch.invalid
            whole.repeated_rows += batch.repeated_rows
        return whole


def imported(
    study: Study, path: Path, told: ImportOptions | None = None, read: Reader = table.read
) -> Ingested:
    return read_into(study, read, path, told or ImportOptions())


def choices(batch: Batch, source: str) -> list[object]:
    """Give a source's choices in the order of the file."""
    return [row[6] for row in batch.preferences.values() if row[2] == source]


def values(batch: Batch) -> dict[tuple[str, str], object]:
    """Give factor values by the response's text and the factor."""
    return {
        (str(batch.responses[row[0]][6]), row[1]): value  # type: ignore[index]
        for row in batch.factor_values.values()
        for value in [row[4]]
    }


def counts(study: Study) -> dict[str, int]:
    """Count the rows of every table that imports write."""
    tables: Iterable[str] = ("prompt", "response", "pair", "source", "preference", "factor_value")
    cursor = study.cursor()
    return {
        name: int(cursor.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0])
        for name in tables
    }
