"""How far a queue is: pairs done, by whom, at what pace, and how much work is left.

Everything follows from the log of acts, so that it is the same after a reload and for everybody.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from profile_core.store import desk_log, label_table
from profile_core.store import queues as store
from profile_core.store.desk_log import ItemLog, State
from profile_core.store.queues import Queue, QueuePair
from profile_core.store.study import Study
from profile_core.types import Asks

LONGEST_PAUSE = 300.0
"""Seconds; a longer time between two finished items was spent on something else."""


@dataclass(frozen=True, slots=True)
class PersonProgress:
    """One annotator's work on a queue, in items."""

    annotator: str
    done: int
    """Finished: accepted, changed, skipped or flagged."""
    accepted: int
    changed: int
    skipped: int
    flagged: int
    left: int
    """Assigned and not finished."""
    seconds_an_item: float | None
    """Median time between two finished items; None before the second."""
    seconds_left: float | None
    """For what is assigned, at that pace."""


@dataclass(frozen=True, slots=True)
class QueueProgress:
    """A queue's work so far; a pair is complete when all annotators wanted on it finished it."""

    queue: Queue
    drawn: int
    complete: int
    prefix: int
    """Pairs before the first incomplete one in the order of drawing: what estimates rest on."""
    nonresponse: float | None
    """Share of the prefix that gave no answer: skipped or flagged by all, or "can't tell" of any
    of the factors; None without a prefix."""
    people: tuple[PersonProgress, ...]
    """By name."""
    batches: int
    """Runs of pairs, in the order of drawing, of the queue's batch size."""
    batches_done: int
    items_left: int
    """Items that are still to be finished, by whomever."""
    seconds_an_item: float | None
    """Median over everybody's finished items."""
    seconds_left: float | None
    """Of one person's work for all items left; several people share it."""


def progress(study: Study, queue_id: str) -> QueueProgress:
    """Tell how far a queue is; UnknownName for a queue that is not there."""
    with study.cursor() as cursor:
        queue = store.read_queue(cursor, queue_id)
        pairs = store.drawn(cursor, queue_id)
        items = desk_log.items(cursor, desk_log.asked_of(queue))
        if queue.asks is Asks.PREFERENCE:
            valued = label_table.chosen_pairs(cursor, queue_id)
        elif queue.asks is Asks.FACTORS:
            valued = label_table.valued_pairs(cursor, queue_id, queue.factors)
        else:
            # Who saved an item's facts confirmed the values that were not changed.
            valued = {pair.pair_id for pair in pairs}

    finished = Counter(item.pair_id for item in items if item.state.is_finished)
    answered = {item.pair_id for item in items if item.state in (State.ACCEPTED, State.CHANGED)}
    is_complete = [finished[pair.pair_id] >= pair.wanted for pair in pairs]
    prefix = pairs[: is_complete.index(False)] if False in is_complete else pairs
    by_person: dict[str, list[ItemLog]] = defaultdict(list)
    for item in items:
        by_person[item.annotator].append(item)
    gaps = [gap for own in by_person.values() for gap in _gaps(own)]
    pace = statistics.median(gaps) if gaps else None
    left = sum(max(0, pair.wanted - finished[pair.pair_id]) for pair in pairs)
    starts = range(0, len(pairs), queue.batch_size)
    return QueueProgress(
        queue=queue,
        drawn=len(pairs),
        complete=sum(is_complete),
        prefix=len(prefix),
        nonresponse=_nonresponse(prefix, answered & valued),
        people=tuple(_person(name, own) for name, own in sorted(by_person.items())),
        batches=len(starts),
        batches_done=sum(all(is_complete[start : start + queue.batch_size]) for start in starts),
        items_left=left,
        seconds_an_item=pace,
        seconds_left=None if pace is None else pace * left,
    )


def _person(annotator: str, items: Sequence[ItemLog]) -> PersonProgress:
    states = Counter(item.state for item in items)
    left = sum(item.is_held and not item.state.is_finished for item in items)
    gaps = _gaps(items)
    pace = statistics.median(gaps) if gaps else None
    return PersonProgress(
        annotator=annotator,
        done=sum(item.state.is_finished for item in items),
        accepted=states[State.ACCEPTED],
        changed=states[State.CHANGED],
        skipped=states[State.SKIPPED],
        flagged=states[State.FLAGGED],
        left=left,
        seconds_an_item=pace,
        seconds_left=None if pace is None else pace * left,
    )


def _gaps(items: Iterable[ItemLog]) -> list[float]:
    """Seconds between an annotator's finished items in order of time, without the pauses."""
    times: list[datetime] = sorted(
        item.last_at for item in items if item.state.is_finished and item.last_at
    )
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    return [gap for gap in gaps if gap <= LONGEST_PAUSE]


def _nonresponse(prefix: Sequence[QueuePair], answered: set[str]) -> float | None:
    if not prefix:
        return None
    return sum(pair.pair_id not in answered for pair in prefix) / len(prefix)
