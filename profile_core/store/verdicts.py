"""A judge's verdicts, one by one as they come in; a failed one makes way for a later answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from profile_core.store.ids import content_id
from profile_core.store.records import source_id
from profile_core.store.rows import number
from profile_core.types import Choice, Order, SourceKind, VerdictStatus


def add_judge(
    cursor: duckdb.DuckDBPyConnection, name: str, model: str, derived_from: Sequence[str] = ()
) -> None:
    """Make a judge a source of the study, once.

    `derived_from` names the factors that its choices follow from, if any.
    """
    number(
        cursor,
        "INSERT INTO source SELECT $id, 'judge', $name, $model, FALSE, $derived_from "
        "WHERE $id NOT IN (SELECT source_id FROM source)",
        {
            "id": source_id(SourceKind.JUDGE, name),
            "name": name,
            "model": model,
            "derived_from": list(derived_from) or None,
        },
    )


def put(
    cursor: duckdb.DuckDBPyConnection,
    pair_id: str,
    source: str,
    order: Order,
    repeat: int,
    *,
    status: VerdictStatus,
    choice: Choice | None = None,
    probability: float | None = None,
    reason: str | None = None,
    run_id: str,
) -> None:
    """Write the verdict of a source on a pair as shown; it takes the place of a failed one.

    `probability` is that a is preferred. Writing the same verdict again changes nothing.
    """
    preference_id = content_id(pair_id, source, order.value, repeat)
    cursor.execute("DELETE FROM preference WHERE preference_id = ?", [preference_id])
    cursor.execute(
        "INSERT INTO preference (preference_id, pair_id, source_id, shown_order, repeat, status, "
        "choice, probability, reason, run_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            preference_id,
            pair_id,
            source,
            order.value,
            repeat,
            status.value,
            choice and choice.value,
            probability,
            reason,
            run_id,
            datetime.now(UTC).replace(tzinfo=None),
        ],
    )


def has(
    cursor: duckdb.DuckDBPyConnection,
    pair_id: str,
    source: str,
    order: Order,
    repeat: int,
    statuses: Sequence[VerdictStatus],
) -> bool:
    """Tell whether a source has a verdict on a pair as shown, of one of some statuses."""
    preference_id = content_id(pair_id, source, order.value, repeat)
    return bool(
        number(
            cursor,
            "SELECT count(*) FROM preference WHERE preference_id = ? "
            "AND list_contains(CAST(? AS VARCHAR[]), status)",
            [preference_id, [status.value for status in statuses]],
        )
    )
