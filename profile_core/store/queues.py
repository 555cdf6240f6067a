"""Queues of pairs for people to label: what was asked, and the frozen population with its draw.

A queue keeps all pairs that could have been drawn, each with its rate and its key (the pair's
permanent random number over its rate); the drawn ones are those whose key is at most the queue's
threshold. Only the threshold and the size ever change, when a queue is enlarged. This module owns
the tables `queue` and `queue_pair`; what people did with an item is in the log of acts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from profile_core.errors import UnknownName
from profile_core.store.rows import first_row, number
from profile_core.store.wide_table import WideTable
from profile_core.types import Asks, Mode, QueueKind

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]

_COLUMNS = (
    "queue_id, name, kind, asks, mode, factors, condition, size, seed, population, threshold, "
    "overlap, overlap_share, batch_size, created_by, created_at"
)


@dataclass(frozen=True, slots=True)
class Queue:
    """What a queue asks, of which pairs, and how they were drawn."""

    queue_id: str
    name: str
    kind: QueueKind
    asks: Asks
    mode: Mode
    factors: tuple[str, ...]
    condition: str | None
    """The filter over the pair view that the population passed when it was frozen."""
    size: int
    """The expected number of drawn pairs; the number drawn varies around it."""
    seed: int
    population: int
    """N: the pairs that could have been drawn."""
    threshold: float
    """A pair is drawn if its key is at most this: 1 at first, more when enlarged."""
    overlap: int
    """Annotators wanted on each pair of the overlap."""
    overlap_share: float
    batch_size: int
    created_by: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class QueuePair:
    """A drawn pair; its probability under a threshold t is `min(1, t * rate)`."""

    pair_id: str
    place: int
    """Rank by key, from 0: a uniformly random order of drawing."""
    key: float
    rate: float
    wanted: int
    """Annotators who have to finish it before it is complete."""


@dataclass(frozen=True, slots=True)
class Draw:
    """The whole population of a queue, in any order; each array `[N]`."""

    pair_ids: Texts
    keys: Floats
    rates: Floats
    wanted: Ints


def all_queues(cursor: duckdb.DuckDBPyConnection) -> list[Queue]:
    """Read every queue, in the order of their making."""
    rows = cursor.execute(f"SELECT {_COLUMNS} FROM queue ORDER BY created_at, queue_id").fetchall()
    return [_queue(row) for row in rows]


def read_queue(cursor: duckdb.DuckDBPyConnection, queue_id: str) -> Queue:
    """Read a queue by its id; UnknownName, with the ids there are, for any other."""
    row = first_row(cursor, f"SELECT {_COLUMNS} FROM queue WHERE queue_id = ?", [queue_id])
    if row is None:
        raise UnknownName("queue", queue_id, [queue.queue_id for queue in all_queues(cursor)])
    return _queue(row)


def drawn(cursor: duckdb.DuckDBPyConnection, queue_id: str) -> list[QueuePair]:
    """Read a queue's drawn pairs, by place."""
    rows = cursor.execute(
        "SELECT pair_id, place, key, rate, wanted FROM queue_pair "
        "WHERE queue_id = $queue "
        "AND key <= (SELECT threshold FROM queue WHERE queue_id = $queue) ORDER BY place",
        {"queue": queue_id},
    ).fetchall()
    return [QueuePair(*row) for row in rows]


def count_drawn(cursor: duckdb.DuckDBPyConnection, queue_id: str) -> int:
    """Count a queue's drawn pairs."""
    return number(
        cursor,
        "SELECT count(*) FROM queue_pair JOIN queue USING (queue_id) "
        "WHERE queue_id = ? AND key <= threshold",
        [queue_id],
    )


def rates(cursor: duckdb.DuckDBPyConnection, queue_id: str) -> Floats:
    """Read the rates of a queue's whole population, by place: `[N]`."""
    found = cursor.execute(
        "SELECT rate FROM queue_pair WHERE queue_id = ? ORDER BY place", [queue_id]
    ).fetchnumpy()
    return np.asarray(found["rate"], dtype=np.float64)


def add(cursor: duckdb.DuckDBPyConnection, queue: Queue, draw: Draw) -> None:
    """Write a new queue and its population, ranked by key; the caller owns the transaction."""
    values: list[object] = [
        queue.queue_id,
        queue.name,
        queue.kind.value,
        queue.asks.value,
        queue.mode.value,
        list(queue.factors),
        queue.condition,
        queue.size,
        queue.seed,
        queue.population,
        queue.threshold,
        queue.overlap,
        queue.overlap_share,
        queue.batch_size,
        queue.created_by,
        queue.created_at,
    ]
    marks = ", ".join("?" * len(values))
    cursor.execute(f"INSERT INTO queue ({_COLUMNS}) VALUES ({marks})", values)
    order = np.argsort(draw.keys, kind="stable")
    incoming = pa.table(
        {
            "pair_id": pa.array(draw.pair_ids[order], pa.string()),
            "place": np.arange(len(order), dtype=np.int64),
            "key": draw.keys[order],
            "rate": draw.rates[order],
            "wanted": draw.wanted[order].astype(np.int32),
        }
    )
    cursor.register("incoming_pair", incoming)
    try:
        cursor.execute(
            "INSERT INTO queue_pair (queue_id, pair_id, place, key, rate, wanted) "
            "SELECT ?, pair_id, place, key, rate, wanted FROM incoming_pair",
            [queue.queue_id],
        )
    finally:
        cursor.unregister("incoming_pair")


def raise_threshold(
    cursor: duckdb.DuckDBPyConnection, queue_id: str, *, size: int, threshold: float
) -> None:
    """Enlarge a queue: the pairs drawn before stay drawn; the caller owns the transaction."""
    cursor.execute(
        "UPDATE queue SET size = ?, threshold = ? WHERE queue_id = ?", [size, threshold, queue_id]
    )


def pair_ids(cursor: duckdb.DuckDBPyConnection, wide: WideTable) -> Texts:
    """Read the ids of all pairs of a label set's table, in its order: `[pairs]`."""
    found = cursor.execute(f"SELECT pair_id FROM {wide.name} ORDER BY pair_no").fetchnumpy()
    return np.asarray(found["pair_id"], dtype=np.object_)


def pairs_with_facts(cursor: duckdb.DuckDBPyConnection, wide: WideTable) -> Ints:
    """Find the places of pairs both responses of which were split into facts."""
    found = cursor.execute(
        "WITH split AS MATERIALIZED (SELECT DISTINCT response_id FROM fact) "
        f"SELECT pair_no FROM {wide.name} "
        "WHERE response_a IN (FROM split) AND response_b IN (FROM split)"
    ).fetchnumpy()
    return np.asarray(found["pair_no"], dtype=np.int64)


def _queue(row: Sequence[Any]) -> Queue:
    (queue_id, name, kind, asks, mode, factors, *rest) = row
    return Queue(
        queue_id, name, QueueKind(kind), Asks(asks), Mode(mode), tuple(factors or ()), *rest
    )
