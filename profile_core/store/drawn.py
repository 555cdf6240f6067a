"""Which pairs were drawn for review, with which probability, and what people said of them.

A queue's sample is its completed prefix: the drawn pairs before the first, in the order of drawing,
that is not complete. The key at which it stops is the threshold that a pair's probability follows
from (priority sampling: Duffield, Lund, Thorup 2007), so that stopping early keeps estimates
right. A drawn pair that was finished without values for both responses is non-response.

This module reads `queue_pair`, the log of acts and labels. It estimates nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from profile_core.factors.atomic import ATOMIC_FACTORS
from profile_core.store import desk_log
from profile_core.store import queues as queue_store
from profile_core.store.desk_log import State
from profile_core.store.queues import Queue
from profile_core.store.rows import number
from profile_core.store.wide_table import WideFactor, WideTable
from profile_core.types import Asks, Mode

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_ANSWERED = (State.ACCEPTED, State.CHANGED)

_POPULATION = """
SELECT pair_no, rate FROM queue_pair JOIN {wide} USING (pair_id) WHERE queue_id = $queue"""

_DRAWN = """
SELECT pair_no, pair_id, key, wanted FROM queue_pair JOIN {wide} USING (pair_id)
WHERE queue_id = $queue AND key <= $threshold ORDER BY place"""

_IN_FORCE = """
SELECT response_id, value FROM corrected_value WHERE factor = $factor"""

# Blind labels alone: the latest of each annotator, and of these the latest, unless the cell was
# settled by adjudication. A later look at the automatic value does not unsay a blind label.
_BLIND = """
WITH said AS (
    SELECT response_id, new_value, event_id, action FROM correction
    WHERE factor = $factor AND mode = 'blind' AND action IN ('accept', 'correct', 'cannot_tell')
        AND act_id NOT IN (SELECT undoes FROM act WHERE undoes IS NOT NULL)
    QUALIFY row_number() OVER (
        PARTITION BY response_id, annotator ORDER BY event_id DESC) = 1),
told AS (SELECT * FROM said WHERE action <> 'cannot_tell')
SELECT response_id, new_value AS value FROM (
    SELECT * FROM told
    UNION ALL SELECT response_id, new_value, event_id, action FROM standing_label
    WHERE factor = $factor AND action = 'adjudicate'
        AND response_id IN (SELECT response_id FROM told))
QUALIFY row_number() OVER (
    PARTITION BY response_id ORDER BY (action = 'adjudicate') DESC, event_id DESC) = 1"""

_VALUES = """
WITH human AS ({human})
SELECT pair_no, CAST(side_a.value AS DOUBLE) AS a, CAST(side_b.value AS DOUBLE) AS b
FROM {wide} AS pair
JOIN human AS side_a ON side_a.response_id = pair.response_a
JOIN human AS side_b ON side_b.response_id = pair.response_b
ORDER BY pair_no"""


@dataclass(frozen=True, slots=True)
class Sample:
    """All pairs of a study as some queues drew them: arrays `[pairs]`, by `pair_no`."""

    queues: tuple[Queue, ...]
    """Those with a sample at all."""
    probability: Floats
    """Of being in the sample; NaN where no queue could have drawn the pair."""
    drawn: Bools
    """In the completed prefix of a queue."""
    answered: Bools
    """Drawn, and finished by somebody who neither skipped nor flagged it."""


@dataclass(frozen=True, slots=True)
class DrawnLabels:
    """What people said of one factor in the drawn pairs."""

    factor: str
    sample: Sample
    pair_no: Ints
    """The drawn pairs that are answered and have people's values in both responses, `[n]`."""
    a: Floats
    """People's values of a, `[n]`; NaN for not applicable."""
    b: Floats


def queues_about(
    queues: Iterable[Queue], factor: WideFactor, *, blind_only: bool = False
) -> tuple[Queue, ...]:
    """Choose the queues in which people review a factor, by its values or through its facts."""
    return tuple(
        queue
        for queue in queues
        if _asks_about(queue, factor.name) and (queue.mode is Mode.BLIND or not blind_only)
    )


def read(
    cursor: duckdb.DuckDBPyConnection, wide: WideTable, *, blind_only: bool = False
) -> dict[str, DrawnLabels]:
    """Read the drawn labels of every factor that has some drawn pair complete, by its name.

    `wide` is the table of automatic values, whose pairs are counted through. `blind_only` leaves
    out queues that show the automatic value, and labels given in its sight.
    """
    queues = queue_store.all_queues(cursor)
    samples: dict[tuple[str, ...], Sample] = {}
    found = {}
    for factor in wide.factors:
        asked = queues_about(queues, factor, blind_only=blind_only)
        key = tuple(queue.queue_id for queue in asked)
        if not asked:
            continue
        if key not in samples:
            samples[key] = _sample(cursor, wide, asked)
        if samples[key].queues:
            found[factor.name] = _labels(cursor, wide, factor, samples[key], blind_only)
    return found


def _asks_about(queue: Queue, factor: str) -> bool:
    if queue.asks is Asks.FACTS:
        return factor in ATOMIC_FACTORS and (not queue.factors or factor in queue.factors)
    return queue.asks is Asks.FACTORS and factor in queue.factors


def _sample(cursor: duckdb.DuckDBPyConnection, wide: WideTable, queues: Sequence[Queue]) -> Sample:
    """Unite the samples of queues: those of one seed share a pair's number, others are apart."""
    pairs = number(cursor, f"SELECT count(*) FROM {wide.name}")
    drawn, answered = np.zeros(pairs, dtype=bool), np.zeros(pairs, dtype=bool)
    by_seed: dict[int, Floats] = defaultdict(lambda: np.zeros(pairs))
    used = []
    for queue in queues:
        prefix = _prefix(cursor, wide, queue, pairs)
        if not prefix.drawn.any():
            continue
        used.append(queue)
        drawn |= prefix.drawn
        answered |= prefix.answered
        by_seed[queue.seed] = np.maximum(by_seed[queue.seed], prefix.probability)
    probability = np.zeros(pairs)
    for other in by_seed.values():
        probability += other - probability * other
    probability[probability == 0.0] = np.nan
    return Sample(tuple(used), probability, drawn, answered)


def _prefix(cursor: duckdb.DuckDBPyConnection, wide: WideTable, queue: Queue, pairs: int) -> Sample:
    """Take the completed prefix of one queue; a probability of 0 is that of other pairs."""
    finished: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    for item in desk_log.items(cursor, desk_log.asked_of(queue)):
        finished[item.pair_id] += item.state.is_finished
        answers[item.pair_id] += item.state in _ANSWERED
    drawn, answered = np.zeros(pairs, dtype=bool), np.zeros(pairs, dtype=bool)
    stop = queue.threshold
    for pair_no, pair_id, key, wanted in cursor.execute(
        _DRAWN.format(wide=wide.name), {"queue": queue.queue_id, "threshold": queue.threshold}
    ).fetchall():
        if finished[pair_id] < wanted:
            stop = key
            break
        drawn[pair_no] = True
        answered[pair_no] = answers[pair_id] > 0

    member = cursor.execute(
        _POPULATION.format(wide=wide.name), {"queue": queue.queue_id}
    ).fetchnumpy()
    probability = np.zeros(pairs)
    rate = np.asarray(member["rate"], dtype=np.float64)
    probability[member["pair_no"]] = np.minimum(1.0, stop * rate)
    return Sample((queue,), probability, drawn, answered)


def _labels(
    cursor: duckdb.DuckDBPyConnection,
    wide: WideTable,
    factor: WideFactor,
    sample: Sample,
    blind_only: bool,
) -> DrawnLabels:
    rows = cursor.execute(
        _VALUES.format(human=_BLIND if blind_only else _IN_FORCE, wide=wide.name),
        {"factor": factor.name},
    ).fetchnumpy()
    pair_no = np.asarray(rows["pair_no"], dtype=np.int64)
    kept = sample.answered[pair_no]
    return DrawnLabels(
        factor.name, sample, pair_no[kept], _plain(rows["a"])[kept], _plain(rows["b"])[kept]
    )


def _plain(column: object) -> Floats:
    """Turn DuckDB's masked array into a plain one, with NaN for null."""
    if isinstance(column, np.ma.MaskedArray):
        return np.asarray(column.filled(np.nan), dtype=np.float64)
    return np.asarray(column, dtype=np.float64)
