"""What the desk does with the log of acts beside reading items: handing them out, and undoing.

Owns the questions which drawn pairs still want somebody, and which act of an annotator can be
undone next. Items and their states are `desk_log`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from profile_core.store.acts import Act, Action
from profile_core.store.ids import event_id
from profile_core.store.rows import first_row, number
from profile_core.types import Mode, Order

UNDOABLE = (
    Action.LABEL,
    Action.FACTS,
    Action.PREFER,
    Action.SAVE,
    Action.SKIP,
    Action.FLAG,
    Action.REOPEN,
    Action.ADJUDICATE,
    Action.TAG,
)
_LATEST = f"""
SELECT act_id, annotator, action, queue_id, pair_id, response_id, mode, shown_order, note, undoes,
    created_at
FROM act
WHERE annotator = $annotator AND action IN {tuple(action.value for action in UNDOABLE)}
    AND act_id NOT IN (SELECT undoes FROM act WHERE undoes IS NOT NULL)
    AND ($act IS NULL OR act_id = $act)
ORDER BY act_id DESC LIMIT 1"""

_HELD = """
SELECT pair_id, annotator FROM act
WHERE queue_id = $queue AND action IN ('assign', 'release')
GROUP BY pair_id, annotator HAVING arg_max(action, act_id) = 'assign'"""

_FREE = f"""
WITH held AS ({_HELD}),
taken AS (
    SELECT pair_id, count(*) AS people, bool_or(annotator = $annotator) AS is_own
    FROM held GROUP BY pair_id)
SELECT drawn.pair_id
FROM queue_pair AS drawn JOIN queue USING (queue_id)
LEFT JOIN taken ON taken.pair_id = drawn.pair_id
WHERE drawn.queue_id = $queue AND drawn.key <= queue.threshold
    AND ($pair IS NULL OR drawn.pair_id = $pair)
    AND NOT coalesce(taken.is_own, FALSE) AND coalesce(taken.people, 0) < drawn.wanted
ORDER BY drawn.place LIMIT $limit"""

_HAND_OUT = """
INSERT INTO act (act_id, seq, annotator, action, queue_id, pair_id, note, created_at)
SELECT unnest($act_ids), CAST(value AS BIGINT), $annotator, $action, $queue, unnest($pair_ids),
    $note, $now
FROM meta WHERE key = 'correction_seq'"""


def latest_undoable(
    cursor: duckdb.DuckDBPyConnection, annotator: str, act_id: str | None = None
) -> Act | None:
    """Read the latest act of an annotator that stands and can be undone; or one act, if it can."""
    row = first_row(cursor, _LATEST, {"annotator": annotator, "act": act_id})
    if row is None:
        return None
    act_id, who, action, queue_id, pair_id, response_id, mode, order, *rest = row
    return Act(
        act_id,
        who,
        Action(action),
        queue_id,
        pair_id,
        response_id,
        mode and Mode(mode),
        order and Order(order),
        *rest,
    )


def times_undone(cursor: duckdb.DuckDBPyConnection, act_id: str) -> int:
    """Count the acts that undo one."""
    return number(cursor, "SELECT count(*) FROM act WHERE undoes = ?", [act_id])


def moved_data(cursor: duckdb.DuckDBPyConnection, act_id: str) -> bool:
    """Tell whether a preference or a tag belongs to an act: undoing it moves the data version."""
    query = """
        SELECT count(*) FROM (SELECT act_id FROM preference UNION ALL SELECT act_id FROM prompt_tag)
        WHERE act_id = ?"""
    return number(cursor, query, [act_id]) > 0


def labelled(cursor: duckdb.DuckDBPyConnection, act_id: str) -> tuple[tuple[str, str], ...]:
    """Name what an act gave labels of: response and factor, by factor."""
    rows = cursor.execute(
        "SELECT DISTINCT response_id, factor FROM correction WHERE act_id = ? "
        "ORDER BY factor, response_id",
        [act_id],
    ).fetchall()
    return tuple(rows)


def held(cursor: duckdb.DuckDBPyConnection, queue_id: str, annotator: str) -> int:
    """Count the items of a queue that an annotator holds."""
    query = f"SELECT count(*) FROM ({_HELD}) WHERE annotator = $annotator"
    return number(cursor, query, {"queue": queue_id, "annotator": annotator})


def free_pairs(
    cursor: duckdb.DuckDBPyConnection,
    queue_id: str,
    annotator: str,
    *,
    limit: int,
    pair_id: str | None = None,
) -> list[str]:
    """Find drawn pairs that want one more annotator, by place; the caller holds the writer."""
    parameters = {"queue": queue_id, "annotator": annotator, "limit": limit, "pair": pair_id}
    return [row[0] for row in cursor.execute(_FREE, parameters).fetchall()]


def hand_out(
    cursor: duckdb.DuckDBPyConnection,
    action: Action,
    annotator: str,
    queue_id: str,
    pair_ids: Sequence[str],
    note: str | None = None,
) -> None:
    """Record that items were assigned to an annotator, or released; the caller holds the writer."""
    if not pair_ids:
        return
    parameters = {
        "act_ids": [event_id() for _ in pair_ids],
        "pair_ids": list(pair_ids),
        "annotator": annotator,
        "action": action.value,
        "queue": queue_id,
        "note": note,
        "now": datetime.now(UTC).replace(tzinfo=None),
    }
    number(cursor, _HAND_OUT, parameters)
