"""Guidelines that a team writes for its factors, and the examples it pins: rows only added.

A guideline's versions are numbered from 1; the factor's own definition stands before the first.
An example that was taken down has a second row, which says when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from profile_core.store.ids import event_id
from profile_core.store.rows import first_row


@dataclass(frozen=True, slots=True)
class GuidelineRow:
    """One version of what a team says of a factor."""

    version: int
    text: str
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PinnedExample:
    """A response that shows what a value of a factor looks like."""

    pin_id: str
    factor: str
    response_id: str
    response: str
    """The response's text."""
    value: float | None
    """None for not applicable."""
    note: str | None
    author: str
    created_at: datetime


_PINNED = """
SELECT pin_id, factor, response_id, response.text, value, note, author, pinned.created_at
FROM pinned_example AS pinned JOIN response USING (response_id)
WHERE factor = ? AND removed_at IS NULL
    AND pin_id NOT IN (SELECT pin_id FROM pinned_example WHERE removed_at IS NOT NULL)
ORDER BY value NULLS LAST, pin_id"""

_UNPIN = """
INSERT INTO pinned_example
SELECT pin_id, factor, response_id, value, note, $author, created_at, $now
FROM pinned_example WHERE pin_id = $pin_id AND removed_at IS NULL"""


def latest(cursor: duckdb.DuckDBPyConnection, factor: str) -> GuidelineRow | None:
    """Read the newest version of a factor's guideline; None where nobody has written one."""
    row = first_row(
        cursor,
        "SELECT version, text, author, created_at FROM guideline WHERE factor = ? "
        "ORDER BY version DESC LIMIT 1",
        [factor],
    )
    return GuidelineRow(*row) if row else None


def versions(cursor: duckdb.DuckDBPyConnection, factor: str) -> list[GuidelineRow]:
    """Read every version of a factor's guideline, newest first."""
    rows = cursor.execute(
        "SELECT version, text, author, created_at FROM guideline WHERE factor = ? "
        "ORDER BY version DESC",
        [factor],
    ).fetchall()
    return [GuidelineRow(*row) for row in rows]


def add_version(cursor: duckdb.DuckDBPyConnection, factor: str, row: GuidelineRow) -> None:
    """Write a version; the caller owns the transaction."""
    cursor.execute(
        "INSERT INTO guideline (factor, version, text, author, created_at) VALUES (?, ?, ?, ?, ?)",
        [factor, row.version, row.text, row.author, row.created_at],
    )


def pinned(cursor: duckdb.DuckDBPyConnection, factor: str) -> list[PinnedExample]:
    """Read the examples that are up for a factor, by value."""
    return [PinnedExample(*row) for row in cursor.execute(_PINNED, [factor]).fetchall()]


def pin(
    cursor: duckdb.DuckDBPyConnection,
    factor: str,
    response_id: str,
    value: float | None,
    note: str | None,
    author: str,
) -> str:
    """Put an example up and give its id; the caller owns the transaction."""
    pin_id = event_id()
    cursor.execute(
        "INSERT INTO pinned_example (pin_id, factor, response_id, value, note, author, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [pin_id, factor, response_id, value, note, author, _now()],
    )
    return pin_id


def unpin(cursor: duckdb.DuckDBPyConnection, pin_id: str, author: str) -> None:
    """Take an example down; the caller owns the transaction."""
    cursor.execute(_UNPIN, {"pin_id": pin_id, "author": author, "now": _now()})


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
