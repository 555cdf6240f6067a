"""Small reads that leave no result open.

DuckDB 2 refuses further work on a cursor while a result is unfinished, and `fetchone` leaves
one; whoever needs a single row or number reads it here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

Parameters = Sequence[object] | Mapping[str, object]


def first_row(
    cursor: duckdb.DuckDBPyConnection, query: str, parameters: Parameters = ()
) -> tuple[Any, ...] | None:
    """Run a query for its first row; None where it gives none."""
    rows: list[tuple[Any, ...]] = cursor.execute(query, parameters).fetchall()
    return rows[0] if rows else None


def number(cursor: duckdb.DuckDBPyConnection, query: str, parameters: Parameters = ()) -> int:
    """Run a query that gives one count (an INSERT gives the rows inserted); 0 for none."""
    row = first_row(cursor, query, parameters)
    return int(row[0]) if row and row[0] is not None else 0
