"""The record of runs: who was asked to do what, how far it came, and how it ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

import duckdb

from profile_core.store.ids import event_id


class RunStatus(StrEnum):
    """Where a run stands; one that still runs when its process has gone was broken off."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


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


def end(cursor: duckdb.DuckDBPyConnection, run_id: str, *, done: int, status: RunStatus) -> None:
    """Record how a run ended and how many items it finished."""
    cursor.execute(
        "UPDATE run SET done = ?, status = ?, finished_at = ? WHERE run_id = ?",
        [done, status, _now(), run_id],
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
