"""The runs that asked a model, each with what its calls come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from profile_core.store.runs import RunStatus


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A run and its calls."""

    run_id: str
    verb: str
    model: str
    rubric: str | None
    planned: int
    done: int | None
    """Items with a result; None while no end was written: under way, or broken off."""
    status: RunStatus
    started_at: datetime | None
    calls: int
    cost: float
    """US dollars, of the calls whose cost is known."""
    cost_unknown: int
    is_in_batches: bool
    failed: Mapping[str, int]


_ROWS = """
SELECT run_id, verb, run.model, rubric, coalesce(planned, 0),
    CASE WHEN run.status NOT IN ('running', 'broken off') THEN coalesce(done, 0) END, run.status,
    run.started_at, count(call_id), coalesce(sum(call.cost), 0),
    count(call_id) FILTER (
        call.cost IS NULL AND (call.status <> 'started' OR run.status <> 'running')),
    coalesce(bool_or(batch IS NOT NULL), FALSE)
FROM run LEFT JOIN call USING (run_id)
WHERE run.model IS NOT NULL
GROUP BY ALL ORDER BY run_id DESC"""

_FAILED = """
SELECT run_id, failure, count(*) FROM call WHERE status = 'failed'
GROUP BY run_id, failure ORDER BY failure"""


def rows(cursor: duckdb.DuckDBPyConnection) -> list[LedgerRow]:
    """Read all of them, newest first."""
    failed: dict[str, dict[str, int]] = {}
    for run_id, kind, count in cursor.execute(_FAILED).fetchall():
        failed.setdefault(run_id, {})[kind] = count
    return [
        LedgerRow(
            *(*row[:6], RunStatus(row[6]), *row[7:], failed.get(row[0], {})),
        )
        for row in cursor.execute(_ROWS).fetchall()
    ]
