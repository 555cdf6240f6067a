"""Values that an extractor measures: which are up to date, and writing the others.

There is one value per response, factor and extractor. A stale one (measured by another version of
the extractor, or under another version of the factor's definition) is dropped before its
successor is written, so that the two are never mixed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

Value = tuple[str, str, float | None, str | None]
"""Response id, factor, value (None: not applicable), and evidence as JSON."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What makes a value of a factor up to date."""

    factor: str
    extractor_version: str
    factor_version: int


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A response and the factors that it has no value of that is up to date."""

    response_id: str
    factors: tuple[str, ...]


_MEASURES = pa.schema(
    [
        ("place", pa.int32()),
        ("factor", pa.string()),
        ("extractor_version", pa.string()),
        ("factor_version", pa.int32()),
    ]
)
_VALUES = pa.schema(
    [
        ("response_id", pa.string()),
        ("factor", pa.string()),
        ("value", pa.float64()),
        ("evidence", pa.string()),
    ]
)

# A response's values are read as one string of bits, since as lists they fill the memory of a
# machine at a million responses.
_OUTSTANDING = """
SELECT response.response_id, CAST(fresh.places AS VARCHAR)
FROM response
{among}
LEFT JOIN (
    SELECT response_id, bitstring_agg(place, 0, {last}) AS places
    FROM factor_value JOIN measure USING (factor, extractor_version, factor_version)
    WHERE extractor = $extractor GROUP BY response_id) AS fresh
    ON fresh.response_id = response.response_id
ORDER BY response.prompt_id, response.response_id
LIMIT {limit}"""

_DROP_STALE = """
DELETE FROM factor_value
WHERE extractor = $extractor
    AND factor IN (SELECT factor FROM measure)
    AND (factor, extractor_version, factor_version) NOT IN
        (SELECT (factor, extractor_version, factor_version) FROM measure)
    AND response_id IN (SELECT response_id FROM chosen)"""

_ADD = """
INSERT INTO factor_value
SELECT response_id, factor, $extractor, extractor_version, factor_version, value, evidence,
    $run, $now
FROM incoming JOIN measure USING (factor)"""


def outstanding(
    cursor: duckdb.DuckDBPyConnection,
    extractor: str,
    measures: Sequence[Measure],
    *,
    among: Sequence[str] | None = None,
    limit: int | None = None,
) -> list[Outstanding]:
    """Tell what is missing or stale, response by response, responses to one prompt together.

    Responses that lack nothing are among them, with no factors. `among` are response ids (None:
    all), and `limit` a number of responses, the same ones each time.
    """
    query = _OUTSTANDING.format(
        among="" if among is None else "SEMI JOIN chosen USING (response_id)",
        last=len(measures) - 1,
        limit="ALL" if limit is None else int(limit),
    )
    with _registered(cursor, measure=_table(measures), chosen=_ids(among or ())):
        rows = cursor.execute(query, {"extractor": extractor}).fetchall()
    names = [measure.factor for measure in measures]
    missing = {
        places: tuple(
            name for name, bit in zip(names, places or "0" * len(names), strict=True) if bit == "0"
        )
        for places in {row[1] for row in rows}
    }
    return [Outstanding(response_id, missing[places]) for response_id, places in rows]


def drop_stale(
    cursor: duckdb.DuckDBPyConnection,
    extractor: str,
    measures: Sequence[Measure],
    response_ids: Sequence[str],
) -> None:
    """Delete an extractor's values of some responses and factors that are not up to date."""
    with _registered(cursor, measure=_table(measures), chosen=_ids(response_ids)):
        cursor.execute(_DROP_STALE, {"extractor": extractor})


def add(
    cursor: duckdb.DuckDBPyConnection,
    extractor: str,
    measures: Sequence[Measure],
    values: Sequence[Value],
    *,
    run_id: str,
) -> None:
    """Write values that the study does not have; the caller has dropped those they replace."""
    columns = zip(*values, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _VALUES, strict=True)]
    incoming = pa.table(arrays, schema=_VALUES)
    now = datetime.now(UTC).replace(tzinfo=None)
    with _registered(cursor, measure=_table(measures), incoming=incoming):
        cursor.execute(_ADD, {"extractor": extractor, "run": run_id, "now": now})


def _table(measures: Sequence[Measure]) -> pa.Table:
    rows = [
        (place, item.factor, item.extractor_version, item.factor_version)
        for place, item in enumerate(measures)
    ]
    return pa.table(list(map(list, zip(*rows, strict=True))), schema=_MEASURES)


def _ids(response_ids: Sequence[str]) -> pa.Table:
    return pa.table({"response_id": pa.array(response_ids, pa.string())})


@contextmanager
def _registered(cursor: duckdb.DuckDBPyConnection, **tables: pa.Table) -> Iterator[None]:
    for name, table in tables.items():
        cursor.register(name, table)
    try:
        yield
    finally:
        for name in tables:
            cursor.unregister(name)
