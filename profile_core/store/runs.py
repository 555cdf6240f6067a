"""The record of runs: who was asked to do what, how far it came, and how it ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import duckdb

from profile_core.errors import UnknownName
from profile_core.store.ids import event_id
from profile_core.store.rows import number

ASKING = "asking"
"""The parameter that keeps a run's caps and concurrency; two runs may differ in it."""


class RunStatus(StrEnum):
    """Where a run stands; one that still runs when its process has gone was broken off."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    """Ended before its last item: by a cap, or by a failure that every further call would share."""
    CANCELLED = "cancelled"
    FAILED = "failed"
    """No item has a result."""
    BROKEN = "broken off"
    """Its process ended in the middle; it can go on where it was."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as it was begun."""

    run_id: str
    verb: str
    model: str | None
    rubric: str | None
    parameters: Mapping[str, object]
    status: RunStatus


def begin(
    cursor: duckdb.DuckDBPyConnection,
    verb: str,
    *,
    planned: int,
    parameters: Mapping[str, object],
    model: str | None = None,
    rubric: str | None = None,
) -> str:
    """Record that a run begins; return its id."""
    run_id = event_id()
    cursor.execute(
        "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, NULL)",
        [
            run_id,
            verb,
            model,
            rubric,
            json.dumps(parameters, ensure_ascii=False),
            planned,
            RunStatus.RUNNING,
            _now(),
        ],
    )
    return run_id


def read(cursor: duckdb.DuckDBPyConnection, run_id: str) -> RunRecord:
    """Read a run by its id or the beginning of it; raises UnknownName."""
    rows = cursor.execute(
        "SELECT run_id, verb, model, rubric, parameters, status FROM run "
        "WHERE starts_with(run_id, ?) ORDER BY run_id DESC",
        [run_id],
    ).fetchall()
    if len(rows) != 1 or not run_id:
        known = cursor.execute("SELECT run_id FROM run ORDER BY run_id DESC").fetchall()
        raise UnknownName("run", run_id, [row[0] for row in known])
    row = rows[0]
    return RunRecord(row[0], row[1], row[2], row[3], json.loads(row[4]), RunStatus(row[5]))


def go_on(cursor: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Record that a run goes on."""
    cursor.execute(
        "UPDATE run SET status = ?, finished_at = NULL WHERE run_id = ?",
        [RunStatus.RUNNING, run_id],
    )


def break_off(cursor: duckdb.DuckDBPyConnection) -> int:
    """Record that no process is at the runs that still run; return their number."""
    return number(
        cursor,
        "UPDATE run SET status = ? WHERE status = ?",
        [RunStatus.BROKEN, RunStatus.RUNNING],
    )


def end(cursor: duckdb.DuckDBPyConnection, run_id: str, *, done: int, status: RunStatus) -> None:
    """Record how a run ended and how many items it finished."""
    cursor.execute(
        "UPDATE run SET done = ?, status = ?, finished_at = ? WHERE run_id = ?",
        [done, status, _now(), run_id],
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
