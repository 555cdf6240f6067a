"""Drawing pairs for people to label: from a filter and a size to a frozen queue.

What is drawn can be weighted back to all pairs under the filter, because each pair's probability
is stored. The statistics of drawing are in `stats.drawing`, the tables in `store.queues`, who may
be drawn in `population`; this module owns what a queue may ask, and its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from profile_core.annotation import population
from profile_core.errors import ProfileError, UnknownName
from profile_core.stats import drawing
from profile_core.store import queues as store
from profile_core.store.ids import event_id
from profile_core.store.queues import Draw, Queue
from profile_core.store.study import Counter, Study
from profile_core.types import Asks, Mode, QueueKind

BATCH_SIZE = 20
_MOST_IN_A_BATCH = 10_000
_MOST_OVERLAP = 100
_MOST_SEED = 2**63 - 1
_DRAW, _OVERLAP = 0, 1
"""Streams of permanent random numbers: which pairs are drawn, and which several people label."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A queue with what its draw came to."""

    queue: Queue
    lowest: float
    """The lowest probability in the population."""
    highest: float
    drawn: int
    """Pairs drawn; their expected number is the queue's size."""


def draw(
    study: Study,
    *,
    kind: QueueKind,
    size: int,
    factors: Sequence[str] = (),
    where: str | None = None,
    seed: int = 0,
    asks: Asks = Asks.FACTORS,
    mode: Mode | None = None,
    overlap: int = 1,
    overlap_share: float = 0.0,
    batch_size: int = BATCH_SIZE,
    name: str | None = None,
    created_by: str | None = None,
) -> Queue:
    """Draw about `size` of the pairs under a filter, and keep the draw as a queue.

    The population are the pairs with automatic values of all the factors in both responses (for
    facts: that were split into facts). `overlap` annotators are wanted on a share of the pairs,
    one on the others. The same seed over the same study draws the same pairs. The mode is blind
    for preferences and review for the rest, unless given. Raises UnknownName, PredicateError, or
    ProfileError with the reason.
    """
    mode = mode or (Mode.BLIND if asks is Asks.PREFERENCE else Mode.REVIEW)
    _check(kind, size, factors, asks, mode, seed, overlap, overlap_share, batch_size)
    pairs = population.find(study, factors, where, with_facts=asks is Asks.FACTS)
    ids = pairs.pair_ids.tolist()
    _check_room(size, len(ids), where)

    if kind is QueueKind.RANDOM:
        rates = drawing.random_rates(len(ids), size)
    else:
        rates = drawing.targeted_rates(population.doubts(study, pairs), size)
    keys = drawing.keys(drawing.permanent_numbers(seed, ids, stream=_DRAW), rates)
    shared = drawing.permanent_numbers(seed, ids, stream=_OVERLAP) < overlap_share
    queue = Queue(
        queue_id=event_id(),
        name="",
        kind=kind,
        asks=asks,
        mode=mode,
        factors=tuple(factors),
        condition=where.strip() if where and where.strip() else None,
        size=size,
        seed=seed,
        population=len(ids),
        threshold=1.0,
        overlap=overlap,
        overlap_share=overlap_share,
        batch_size=batch_size,
        created_by=created_by,
        created_at=datetime.now(UTC).replace(tzinfo=None),
    )
    wanted = np.where(shared, overlap, 1)
    # A queue changes no value, but estimates from drawn labels depend on its threshold.
    with study.writing(Counter.CORRECTIONS) as cursor:
        taken = {other.name for other in store.all_queues(cursor)}
        queue = replace(queue, name=_name(queue, name, taken))
        store.add(cursor, queue, Draw(pairs.pair_ids, keys, rates, wanted))
    return queue


def enlarge(study: Study, queue_id: str, size: int) -> Queue:
    """Draw more pairs of the same frozen population, up to an expected total of `size`.

    Pairs drawn before stay drawn, and keep their places. Raises ProfileError for a size that is
    not larger than the queue's or that the population does not have.
    """
    with study.writing(Counter.CORRECTIONS) as cursor:
        queue = store.read_queue(cursor, queue_id)
        if size <= queue.size:
            raise ProfileError(
                f"the queue {queue.name!r} has a size of {queue.size:,} already, and a queue never "
                f"shrinks: name a size above that, up to {queue.population:,}"
            )
        _check_room(size, queue.population, queue.condition)
        threshold = drawing.threshold_for(store.rates(cursor, queue_id), size)
        store.raise_threshold(cursor, queue_id, size=size, threshold=threshold)
    return replace(queue, size=size, threshold=threshold)


def drawn(study: Study, queue_id: str) -> Drawn:
    """Tell what a queue's draw came to, as it stands."""
    with study.cursor() as cursor:
        queue = store.read_queue(cursor, queue_id)
        rates = store.rates(cursor, queue_id)
        count = store.count_drawn(cursor, queue_id)
    found = drawing.probabilities(rates, queue.threshold)
    return Drawn(queue, float(found.min()), float(found.max()), count)


def find(study: Study, name: str) -> Queue:
    """Find a queue by its name or its id; UnknownName, with the names there are, for any other."""
    with study.cursor() as cursor:
        known = store.all_queues(cursor)
    for queue in known:
        if name in (queue.name, queue.queue_id):
            return queue
    raise UnknownName("queue", name, [queue.name for queue in known])


def _check(
    kind: QueueKind,
    size: int,
    factors: Sequence[str],
    asks: Asks,
    mode: Mode,
    seed: int,
    overlap: int,
    overlap_share: float,
    batch_size: int,
) -> None:
    needs_factors = asks is Asks.FACTORS or kind is QueueKind.TARGETED
    problems = {
        f"a queue of {size} pairs is no queue: the size is at least 1": size < 1,
        f"a seed of {seed} is out of range: take a whole number nearer to 0": (
            not -_MOST_SEED <= seed <= _MOST_SEED
        ),
        f"batches of {batch_size} pairs cannot be handed out: the batch size is at least 1, and "
        f"at most {_MOST_IN_A_BATCH:,}": not 1 <= batch_size <= _MOST_IN_A_BATCH,
        "a queue that asks for preferences takes no factors": (
            asks is Asks.PREFERENCE and bool(factors)
        ),
        "a targeted draw aims at doubtful factor values, and a preference has none: draw at "
        "random": asks is Asks.PREFERENCE and kind is QueueKind.TARGETED,
        "preferences are given blind: choose the mode blind": (
            asks is Asks.PREFERENCE and mode is not Mode.BLIND
        ),
        "facts cannot be edited unseen: choose the mode review": (
            asks is Asks.FACTS and mode is not Mode.REVIEW
        ),
        "adjudication takes what annotators disagree on, and no queue": mode is Mode.ADJUDICATION,
        "name at least one factor that people are to look at": (
            needs_factors and asks is not Asks.PREFERENCE and not factors
        ),
        "a factor is named twice": len(set(factors)) < len(factors),
        f"an overlap of {overlap} is not possible: from 1 to {_MOST_OVERLAP} annotators label a "
        "pair": not 1 <= overlap <= _MOST_OVERLAP,
        f"the overlap's share of pairs is {overlap_share:g}: it lies between 0 and 1": (
            not 0 <= overlap_share <= 1
        ),
        "an overlap needs both: two annotators or more, and a share of pairs above 0": (
            overlap >= 1 and 0 <= overlap_share <= 1 and (overlap > 1) != (overlap_share > 0)
        ),
    }
    for problem, is_met in problems.items():
        if is_met:
            raise ProfileError(problem)


def _check_room(size: int, population: int, where: str | None) -> None:
    if size > population:
        under = " under the filter" if where and where.strip() else ""
        raise ProfileError(
            f"{size:,} pairs cannot be drawn: {population:,} pairs{under} can be, so name a size "
            f"of at most {population:,}"
        )


def _name(queue: Queue, given: str | None, taken: set[str]) -> str:
    """The name as given, which has to be new, or one that says what the queue is."""
    if given is not None and given.strip():
        if given.strip() in taken:
            raise ProfileError(f"there is a queue named {given.strip()!r} already: choose another")
        return given.strip()
    about = ", ".join(queue.factors[:3])
    if len(queue.factors) > 3:
        about += f" and {len(queue.factors) - 3} more"
    plain = f"{queue.kind} {queue.size}: {about or queue.asks.value}"
    names = [plain, *(f"{plain} ({number})" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)
