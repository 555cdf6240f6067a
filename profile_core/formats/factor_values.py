"""The format `factor-values`: values of factors for responses that the study has.

One row is one value; an empty one says that the factor does not apply, which is not 0. They enter
under an extractor of their own, so that they stand beside what was measured here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from profile_core.formats import known_ids
from profile_core.formats.known_ids import Meant
from profile_core.formats.spec import Format, ImportOptions, refuse_options
from profile_core.formats.table import cells
from profile_core.formats.table.cells import CellError
from profile_core.formats.table.fixed import (
    chunks,
    keys_of,
    needed_id,
    needed_name,
    open_fixed,
    the_one,
)
from profile_core.formats.table.imported import ImportedFactors, extractor_of
from profile_core.formats.table.paths import Row
from profile_core.store.records import Batch

_NEEDED = ("response_id", "factor", "value")
_OPTIONAL = ("extractor",)


def read(path: Path, options: ImportOptions, cursor: duckdb.DuckDBPyConnection) -> Iterator[Batch]:
    """Read values; raise ImportRefused for a response that is not there and for no number."""
    refuse_options(options, format_name="factor-values", path=path)
    table = open_fixed(path, _NEEDED, _OPTIONAL)
    factors = ImportedFactors(path.stem)
    for chunk in chunks(table):
        batch = Batch(path.stem, path.name)
        known = known_ids.responses(cursor, keys_of(chunk, "response_id"), options.dataset)
        for place, row in chunk:
            try:
                _add(batch, row, known, factors, place)
            except CellError as error:
                raise error.refusal(path.name, place) from error
        yield batch
    last = Batch(path.stem, path.name)
    factors.finish(last)
    yield last


def _add(
    batch: Batch, row: Row, known: dict[str, Meant], factors: ImportedFactors, place: str
) -> None:
    key = needed_id(row, "response_id")
    factor = needed_name(row, "factor")
    value = cells.number(row.get("value"), "value", "a number, or nothing if it does not apply")
    batch.add_factor_value(
        the_one(key, known.get(key), "response_id", "response"),
        factor,
        value,
        cells.name(row.get("extractor"), "extractor") or extractor_of(batch.dataset),
        place=place,
    )
    factors.note(factor, value)


FORMAT = Format(
    name="factor-values",
    what="values of factors for responses that the study has",
    reads="one table file with response_id, factor, value[, extractor]",
    example="profile-core import factor-values ratings.csv",
    read=read,
    adds_to_study=True,
)
