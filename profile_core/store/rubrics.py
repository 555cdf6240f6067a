"""Rubrics that a study's users wrote or edited: rows, never changed once written."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import UTC, datetime

import duckdb


@dataclass(frozen=True, slots=True)
class StoredRubric:
    """A version of a rubric, as texts; what they must satisfy is `judges`' to say."""

    name: str
    version: int
    kind: str
    title: str
    system: str
    user: str
    max_tokens: int
    factors: tuple[str, ...]


def read_all(cursor: duckdb.DuckDBPyConnection) -> list[StoredRubric]:
    """Read every version of every rubric, by name and version."""
    rows = cursor.execute(
        "SELECT name, version, kind, title, system, user_text, max_tokens, factors "
        "FROM rubric ORDER BY name, version"
    ).fetchall()
    return [StoredRubric(*(*row[:7], tuple(row[7] or ()))) for row in rows]


def add(cursor: duckdb.DuckDBPyConnection, rubric: StoredRubric, author: str | None) -> None:
    """Write a version that is not there yet."""
    *texts, factors = astuple(rubric)
    cursor.execute(
        "INSERT INTO rubric VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [*texts, list(factors), author, datetime.now(UTC).replace(tzinfo=None)],
    )
