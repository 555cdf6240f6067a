"""The ledger of model calls: written before a call is sent, completed when it has ended.

A call that was started and never completed was broken off by a crash: whether it was answered,
and what it cost, is unknown, and it is sent again. Only answers are ever used again; failures are
kept to be counted and read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import duckdb
import pyarrow as pa

from profile_core.store.ids import event_id
from profile_core.store.rows import first_row, number


class CallStatus(StrEnum):
    """Where a call stands."""

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Broken off by a crash; it may have been answered and charged."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call is for, and what its answer is known by."""

    item: str
    """What it is about: a pair, a response or a prompt, by its id."""
    part: str | None
    """The order in which a pair was shown, or the stage of several."""
    repeat: int
    cache_key: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended; numbers that nobody counted are None."""

    call_id: str
    failure: str | None = None
    """Its kind; None for an answer."""
    message: str | None = None
    answer: str | None = None
    first: float | None = None
    margin: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    written_tokens: int | None = None
    cost: float | None = None
    """US dollars."""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer that an earlier call got."""

    answer: str
    first: float | None
    margin: float | None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the calls of a run come to."""

    calls: int
    input_tokens: int
    output_tokens: int
    cost: float
    """US dollars, of the calls whose cost is known."""
    cost_unknown: int
    """Calls whose cost is not: without a price or a count of tokens, or broken off."""
    seconds: float
    """Summed over the answered calls."""
    failed: Mapping[str, int]
    """Failed calls by kind, those that were answered when asked again included."""


_START = """
INSERT INTO call (call_id, run_id, item, part, repeat, cache_key, status, batch, started_at)
SELECT call_id, $run_id, item, part, repeat, cache_key, 'started', NULL, $now
FROM starting"""

_END = """
UPDATE call SET status = CASE WHEN ended.failure IS NULL THEN 'done' ELSE 'failed' END,
    failure = ended.failure, message = ended.message, answer = ended.answer,
    first = ended.first, margin = ended.margin, input_tokens = ended.input_tokens,
    output_tokens = ended.output_tokens, cached_tokens = ended.cached_tokens,
    written_tokens = ended.written_tokens, cost = ended.cost, seconds = ended.seconds,
    finished_at = $now
FROM ended WHERE call.call_id = ended.call_id"""

_STARTING = pa.schema(
    [
        ("call_id", pa.string()),
        ("item", pa.string()),
        ("part", pa.string()),
        ("repeat", pa.int32()),
        ("cache_key", pa.string()),
    ]
)
_ENDED = pa.schema(
    [
        ("call_id", pa.string()),
        ("failure", pa.string()),
        ("message", pa.string()),
        ("answer", pa.string()),
        ("first", pa.float64()),
        ("margin", pa.float64()),
        ("input_tokens", pa.int64()),
        ("output_tokens", pa.int64()),
        ("cached_tokens", pa.int64()),
        ("written_tokens", pa.int64()),
        ("cost", pa.float64()),
        ("seconds", pa.float64()),
    ]
)

_ANSWERS = """
SELECT cache_key, answer, first, margin
FROM call SEMI JOIN asked_key USING (cache_key)
WHERE status = 'done'
QUALIFY row_number() OVER (PARTITION BY cache_key ORDER BY call_id) = 1"""

_TOTALS = """
SELECT count(*), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
    coalesce(sum(cost), 0), count(*) FILTER (cost IS NULL), coalesce(sum(seconds), 0)
FROM call WHERE run_id = ?"""

_FAILED = """
SELECT failure, count(*) FROM call
WHERE run_id = ? AND status = 'failed' GROUP BY failure ORDER BY failure"""


_COMMONEST = """
SELECT message FROM call WHERE run_id = ? AND status = 'failed'
GROUP BY message ORDER BY count(*) DESC, message LIMIT 1"""

_MEAN_SECONDS = """
SELECT avg(call.seconds) FROM call JOIN run USING (run_id)
WHERE run.model = ? AND call.status = 'done' AND batch IS NULL"""


def start(cursor: duckdb.DuckDBPyConnection, run_id: str, asked: Sequence[Asked]) -> list[str]:
    """Write calls that are about to be sent; return their ids in the same order."""
    ids = [event_id() for _ in asked]
    table = pa.table(
        [
            pa.array(ids),
            pa.array([call.item for call in asked], pa.string()),
            pa.array([call.part for call in asked], pa.string()),
            pa.array([call.repeat for call in asked], pa.int32()),
            pa.array([call.cache_key for call in asked], pa.string()),
        ],
        schema=_STARTING,
    )
    cursor.register("starting", table)
    number(cursor, _START, {"run_id": run_id, "now": _now()})
    cursor.unregister("starting")
    return ids


def end(cursor: duckdb.DuckDBPyConnection, ended: Sequence[Ended]) -> None:
    """Complete calls that have ended."""
    if not ended:
        return
    columns = [
        pa.array([getattr(call, field.name) for call in ended], field.type) for field in _ENDED
    ]
    cursor.register("ended", pa.table(columns, schema=_ENDED))
    number(cursor, _END, {"now": _now()})
    cursor.unregister("ended")


def set_batch(cursor: duckdb.DuckDBPyConnection, call_ids: Sequence[str], batch: str) -> None:
    """Record the provider's id of the batch that some started calls were handed in with."""
    cursor.register("handed_in", pa.table({"call_id": pa.array(call_ids, pa.string())}))
    number(
        cursor,
        "UPDATE call SET batch = ? WHERE call_id IN (SELECT call_id FROM handed_in)",
        [batch],
    )
    cursor.unregister("handed_in")


def open_batches(cursor: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, dict[str, str]]:
    """The batches of a run that were not collected: cache key by call id, by batch."""
    rows = cursor.execute(
        "SELECT batch, call_id, cache_key FROM call "
        "WHERE run_id = ? AND status = 'started' AND batch IS NOT NULL ORDER BY batch, call_id",
        [run_id],
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for batch, call_id, cache_key in rows:
        found.setdefault(batch, {})[call_id] = cache_key
    return found


def break_off(cursor: duckdb.DuckDBPyConnection, run_id: str) -> int:
    """Mark the calls that a crash left started; their cost is unknown. Return their number.

    Calls in a batch go on at the provider, and are collected instead.
    """
    return number(
        cursor,
        "UPDATE call SET status = 'unknown' WHERE run_id = ? AND status = 'started' "
        "AND batch IS NULL",
        [run_id],
    )


def answers(
    cursor: duckdb.DuckDBPyConnection, cache_keys: Iterable[str]
) -> dict[str, StoredAnswer]:
    """Read the answers that are there already, by cache key, of whatever run."""
    cursor.register("asked_key", pa.table({"cache_key": pa.array(cache_keys, pa.string())}))
    rows = cursor.execute(_ANSWERS).fetchall()
    cursor.unregister("asked_key")
    return {row[0]: StoredAnswer(*row[1:]) for row in rows}


def totals(cursor: duckdb.DuckDBPyConnection, run_id: str) -> Totals:
    """Sum up the calls of a run."""
    [row] = cursor.execute(_TOTALS, [run_id]).fetchall()
    failed = dict(cursor.execute(_FAILED, [run_id]).fetchall())
    return Totals(*(*row, failed))


def commonest_failure(cursor: duckdb.DuckDBPyConnection, run_id: str) -> str | None:
    """Tell what most failed calls of a run failed of, in words; None where none failed."""
    found = first_row(cursor, _COMMONEST, [run_id])
    return str(found[0]) if found else None


def mean_seconds(cursor: duckdb.DuckDBPyConnection, model: str) -> float | None:
    """Mean seconds of a model's answered calls, those in batches left out; None without any."""
    found = first_row(cursor, _MEAN_SECONDS, [model])
    return float(found[0]) if found and found[0] is not None else None


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
