"""Saved scenarios: named, described, and kept as the JSON that whoever saved them wrote.

One row a scenario, changed in place within the caller's transaction; a deleted one keeps its row,
marked, so that a report which names its id can still be told what it was. Names are unique among
those that stand, whatever their case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from profile_core.errors import ProfileError, UnknownName
from profile_core.store.ids import event_id

_STANDING = """
SELECT scenario_id, name, coalesce(description, ''), definition, created_at FROM scenario
WHERE NOT coalesce(deleted, FALSE) ORDER BY scenario_id"""

_MOST = 200
"""Characters of a name."""


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """One saved scenario."""

    scenario_id: str
    """A UUID version 7: later ones sort later."""
    name: str
    description: str
    definition: str
    """JSON."""
    created_at: datetime


def standing(cursor: duckdb.DuckDBPyConnection) -> list[ScenarioRow]:
    """Read the scenarios that were not deleted, the oldest first."""
    return [ScenarioRow(*row) for row in cursor.execute(_STANDING).fetchall()]


def named(cursor: duckdb.DuckDBPyConnection, name: str) -> ScenarioRow:
    """Find a scenario by its name, in any case, or its id; raises UnknownName."""
    rows = standing(cursor)
    for row in rows:
        if row.name.casefold() == name.strip().casefold() or row.scenario_id == name:
            return row
    raise UnknownName("saved scenario", name, [row.name for row in rows])


def add(
    cursor: duckdb.DuckDBPyConnection, name: str, definition: str, description: str = ""
) -> ScenarioRow:
    """Save a scenario under a new name; raises ProfileError for one that is taken or empty."""
    row = ScenarioRow(event_id(), _free_name(cursor, name), description.strip(), definition, _now())
    cursor.execute(
        "INSERT INTO scenario (scenario_id, name, description, definition, created_at, deleted) "
        "VALUES (?, ?, ?, ?, ?, FALSE)",
        [row.scenario_id, row.name, row.description, row.definition, row.created_at],
    )
    return row


def rename(cursor: duckdb.DuckDBPyConnection, scenario_id: str, name: str) -> None:
    """Give a scenario another name; raises ProfileError for one that is taken or empty."""
    free = _free_name(cursor, name, but=scenario_id)
    _set(cursor, scenario_id, "name", free)


def describe(cursor: duckdb.DuckDBPyConnection, scenario_id: str, description: str) -> None:
    """Write what a scenario is for."""
    _set(cursor, scenario_id, "description", description.strip())


def redefine(cursor: duckdb.DuckDBPyConnection, scenario_id: str, definition: str) -> None:
    """Put another definition under the same name."""
    _set(cursor, scenario_id, "definition", definition)


def delete(cursor: duckdb.DuckDBPyConnection, scenario_id: str) -> None:
    """Mark a scenario as deleted; its name is free again."""
    _set(cursor, scenario_id, "deleted", True)


def restore(cursor: duckdb.DuckDBPyConnection, scenario_id: str) -> None:
    """Take a deletion back, with its id; raises ProfileError if its name was taken since."""
    found = cursor.execute(
        "SELECT name FROM scenario WHERE scenario_id = ? AND coalesce(deleted, FALSE)",
        [scenario_id],
    ).fetchone()
    if found is None:
        raise UnknownName("deleted scenario", scenario_id, [])
    _free_name(cursor, found[0])
    cursor.execute("UPDATE scenario SET deleted = FALSE WHERE scenario_id = ?", [scenario_id])


def free_copy_name(cursor: duckdb.DuckDBPyConnection, name: str) -> str:
    """Find a free name for a copy: `NAME (copy)`, `NAME (copy 2)`, ..."""
    taken = {row.name.casefold() for row in standing(cursor)}
    number = 1
    while True:
        ending = " (copy)" if number == 1 else f" (copy {number})"
        free = name[: _MOST - len(ending)] + ending
        if free.casefold() not in taken:
            return free
        number += 1


def _set(
    cursor: duckdb.DuckDBPyConnection, scenario_id: str, column: str, value: str | bool
) -> None:
    changed = cursor.execute(
        f"UPDATE scenario SET {column} = ? WHERE scenario_id = ? "
        "AND NOT coalesce(deleted, FALSE) RETURNING scenario_id",
        [value, scenario_id],
    ).fetchall()
    if not changed:
        raise UnknownName("saved scenario", scenario_id, [row.name for row in standing(cursor)])


def _free_name(cursor: duckdb.DuckDBPyConnection, name: str, but: str | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise ProfileError("a scenario needs a name")
    if len(name) > _MOST:
        raise ProfileError(
            f"a scenario's name has at most {_MOST} characters; this has {len(name)}"
        )
    for row in standing(cursor):
        if row.name.casefold() == name.casefold() and row.scenario_id != but:
            raise ProfileError(
                f"there is a scenario named {row.name!r} already: choose another name, or "
                "replace it"
            )
    return name


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
