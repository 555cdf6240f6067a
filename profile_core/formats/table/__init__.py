"""The format `table`: any CSV, JSON, JSONL or Parquet file whose columns say what they hold.

Columns are mapped to fields by name, and what the user says goes before the guess. Rows are pairs,
or single responses (with score levels for generation, or with factor values alone).

`chosen` and `rejected` become responses a and b, and the source `human` prefers a each time; what
was shown first is not known, so no order is recorded and no position statistic counts them.
Lists of messages are read as texts: `conversations` says how.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from profile_core.formats.spec import Format, ImportOptions
from profile_core.formats.table.mapping import mapping_of, plan
from profile_core.formats.table.preview import Preview, preview
from profile_core.formats.table.reading import open_table
from profile_core.formats.table.rows import batches
from profile_core.store.records import Batch

__all__ = ["FORMAT", "Preview", "preview", "read"]


def read(path: Path, options: ImportOptions, cursor: duckdb.DuckDBPyConnection) -> Iterator[Batch]:
    """Read a table file; raise ImportRefused for whatever in it cannot be read."""
    table = open_table(path)
    yield from batches(
        plan(table, mapping_of(table, options), options, options.dataset_of(path)), table.rows()
    )


FORMAT = Format(
    name="table",
    what="pairs or single responses, with choices, factor values and metadata as columns",
    reads="one .csv, .tsv, .json, .jsonl, .ndjson or .parquet file",
    example="profile-core import table pairs.csv --map prompt=question,choice.human=winner",
    read=read,
)
