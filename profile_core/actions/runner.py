"""Asking a model about many items: careful of money, of crashes, and of whoever wants it stopped.

A call is written as started before it is sent and completed when it has ended, together with what
its answer means for the study; so a run that breaks off anywhere goes on exactly where it was.
What is asked, and what an answer means, is its caller's business (`Meaning`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from profile_core.actions.group_commit import GroupCommit
from profile_core.actions.pace import Pace
from profile_core.actions.spending import Caps, Purse
from profile_core.errors import Cancelled
from profile_core.jobs import Progress
from profile_core.judges import loop, prices
from profile_core.judges.asking import STOPS_THE_RUN, Answer, Failure, Request
from profile_core.judges.client import Client, connect
from profile_core.judges.credentials import Endpoint
from profile_core.store import calls
from profile_core.store.calls import Asked, Ended, StoredAnswer
from profile_core.store.study import Cursor, Study

Meant = TypeVar("Meant")

CONCURRENCY = 8
_LOOK = 0.2
"""Seconds between two looks at whether the run is to stop."""


@dataclass(frozen=True, eq=False)
class Item:
    """One call to be made; it is itself and no other, so that it is a quick key."""

    about: str
    """The id of what it is about."""
    request: Request
    part: str | None = None
    """The order in which a pair is shown, or the stage of several."""
    repeat: int = 0

    @cached_property
    def cache_key(self) -> str:
        """What its answer is known by."""
        return self.request.cache_key(self.part or "", self.repeat)


class Meaning(Protocol[Meant]):
    """What answers mean for a study."""

    def read(self, item: Item, answer: StoredAnswer) -> Meant | Failure:
        """Read an answer, new or stored; a failure where it makes no sense for this item."""

    def write(self, cursor: Cursor, item: Item, meant: Meant) -> None:
        """Write what it means; must not fail, and must bear being done twice."""

    def write_failure(self, cursor: Cursor, item: Item, failure: Failure) -> None:
        """Write that there is no answer, where that means something."""


class End(StrEnum):
    """How an item ended, beside the kinds of failure."""

    DONE = "done"
    CACHED = "cached"
    """Answered from the ledger, without a call."""
    LEFT = "left"
    """Not asked: a cap, a stop, or a failure that all would share."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the items of a stage ended."""

    ends: Mapping[Item, str]
    """An `End`, or the kind of failure."""
    stopped: str | None
    """Why not all were asked, in words."""
    was_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """How a run asks."""

    endpoint: Endpoint
    caps: Caps = field(default_factory=Caps)
    concurrency: int = CONCURRENCY
    seconds: float = 120.0
    tries_again: int = 4
    in_batches: bool = False
    seconds_between_looks: float = 30.0
    """At a batch."""

    @property
    def remembered(self) -> dict[str, float | int | None]:
        """What a run's record keeps of it, as what going on begins with."""
        caps = self.caps
        return {"cost": caps.cost, "calls": caps.calls, "concurrency": self.concurrency}


def ask_all(
    study: Study,
    run_id: str,
    items: Sequence[Item],
    meaning: Meaning[Meant],
    asking: Asking,
    progress: Progress,
) -> Outcome:
    """Get an answer for every item, from the ledger or from the model.

    Every answer is durable, with what it means, before the next look at whether to stop; a stop
    waits for the calls under way.
    """
    if not items:
        return Outcome({}, None)
    run = _Run(study, run_id, items, meaning, asking, progress)
    return loop.run(run.go(), on_interrupt=progress.cancel)


class Stage(Generic[Meant]):
    """The items of one stage of a run on their way, whoever brings the answers."""

    cost_factor = 1.0
    """What a call costs of its usual price."""

    def __init__(
        self,
        study: Study,
        run_id: str,
        items: Sequence[Item],
        meaning: Meaning[Meant],
        asking: Asking,
        progress: Progress,
    ) -> None:
        self._study = study
        self._run_id = run_id
        self._items = items
        self._meaning = meaning
        self._asking = asking
        self._progress = progress
        self._ends: dict[Item, str] = dict.fromkeys(items, End.LEFT)

    def _cost(self, item: Item, outcome: Answer | Failure) -> float | None:
        if isinstance(outcome, Failure) and not outcome.was_sent:
            return 0.0
        cost = prices.cost(item.request.spec, outcome.usage)
        return None if cost is None else cost * self.cost_factor

    def _meant(self, item: Item, outcome: Answer | Failure) -> Meant | Failure:
        if isinstance(outcome, Failure):
            return outcome
        stored = StoredAnswer(outcome.text, outcome.first, outcome.margin)
        return self._meaning.read(item, stored)

    def _write(self, cursor: Cursor, item: Item, meant: Meant | Failure) -> None:
        if isinstance(meant, Failure):
            self._meaning.write_failure(cursor, item, meant)
        else:
            self._meaning.write(cursor, item, meant)

    def _note(self, item: Item, meant: Meant | Failure, end: End) -> None:
        self._ends[item] = meant.kind.value if isinstance(meant, Failure) else end


class _Run(Stage[Meant]):
    _stopped: str | None = None
    _was_cancelled = False

    async def go(self) -> Outcome:
        with self._study.cursor() as cursor:
            spent = calls.totals(cursor, self._run_id)
            known = calls.answers(cursor, [item.cache_key for item in self._items])
        self._purse = Purse(self._asking.caps, spent.cost, spent.calls)
        self._pace = Pace(self._asking.concurrency)
        self._commits = GroupCommit(self._study)
        try:
            waiting = [item for item in self._items if item.cache_key not in known]
            await self._use_known(known)
            await self._ask_waiting(waiting)
        finally:
            await self._commits.close()
        return Outcome(self._ends, self._stopped, self._was_cancelled)

    async def _use_known(self, known: dict[str, StoredAnswer]) -> None:
        for item in self._items:
            answer = known.get(item.cache_key)
            if answer is None:
                continue
            await self._keep(item, self._meaning.read(item, answer), End.CACHED)
            self._advance()

    async def _ask_waiting(self, waiting: Sequence[Item]) -> None:
        if not waiting:
            return
        queue = iter(waiting)
        client = connect(
            waiting[0].request.spec,
            self._asking.endpoint,
            seconds=self._asking.seconds,
            tries_again=self._asking.tries_again,
            on_status=self._pace.on_status,
        )
        async with client:
            workers = [
                asyncio.create_task(self._work(queue, client))
                for _ in range(min(self._asking.concurrency, len(waiting)))
            ]
            watch = asyncio.create_task(self._watch())
            try:
                await asyncio.gather(*workers)
            finally:
                watch.cancel()
                for worker in workers:
                    worker.cancel()
                await asyncio.gather(watch, *workers, return_exceptions=True)

    async def _work(self, queue: Iterator[Item], client: Client) -> None:
        """Ask one item after the other.

        The end of a call is written while the next one is asked: its write and the next call's
        start share a transaction, and nobody waits for it.
        """
        kept: asyncio.Task[None] | None = None
        try:
            while (end := await self._ask_next(queue, client)) is not None:
                if kept:
                    await kept
                kept = asyncio.create_task(end)
        finally:
            if kept:
                await kept

    async def _ask_next(
        self, queue: Iterator[Item], client: Client
    ) -> Coroutine[Any, Any, None] | None:
        """Ask the next item, in its turn; what is left to do is to write how it ended.

        None where there is no next item, or none may be asked.
        """
        if self._stopped is not None:
            return None
        await self._pace.enter()
        answered = False
        try:
            item = next(queue, None) if self._stopped is None else None
            if item is None:
                return None
            most = prices.most(item.request)
            if not self._purse.set_aside(most):
                self._stopped = self._purse.refused
                return None
            asked = Asked(item.about, item.part, item.repeat, item.cache_key)
            call_id = await self._commits.write(self._start, asked)
            outcome = await client.ask(item.request)
            answered = isinstance(outcome, Answer)
        finally:
            await self._pace.leave(answered=answered)
        cost = self._cost(item, outcome)
        self._purse.settle(most, cost)
        meant = self._meant(item, outcome)
        if isinstance(meant, Failure) and meant.kind in STOPS_THE_RUN:
            self._stopped = self._stopped or meant.message
        return self._end(item, meant, ended(call_id, outcome, meant, cost))

    async def _end(self, item: Item, meant: Meant | Failure, call: Ended) -> None:
        await self._keep(item, meant, End.DONE, call)
        self._advance()

    async def _keep(
        self, item: Item, meant: Meant | Failure, end: End, call: Ended | None = None
    ) -> None:
        """Write a call's end and its meaning in one transaction."""
        await self._commits.write(self._write_ends, (item, meant, call), shows=True)
        self._note(item, meant, end)

    def _start(self, cursor: Cursor, asked: Sequence[Asked]) -> Sequence[str]:
        return calls.start(cursor, self._run_id, asked)

    def _write_ends(
        self, cursor: Cursor, ends: Sequence[tuple[Item, Meant | Failure, Ended | None]]
    ) -> Sequence[None]:
        calls.end(cursor, [call for _, _, call in ends if call])
        for item, meant, _ in ends:
            self._write(cursor, item, meant)
        return [None] * len(ends)

    def _advance(self) -> None:
        try:
            self._progress.advance()
        except Cancelled:
            self._cancel()

    async def _watch(self) -> None:
        while self._stopped is None:
            try:
                self._progress.check()
            except Cancelled:
                self._cancel()
            await asyncio.sleep(_LOOK)

    def _cancel(self) -> None:
        self._was_cancelled = True
        self._stopped = self._stopped or "stopped; what was answered is kept"


def ended(call_id: str, outcome: Answer | Failure, meant: object, cost: float | None) -> Ended:
    """The end of a call; an answer that makes no sense is kept beside the failure that it is."""
    failure = meant if isinstance(meant, Failure) else None
    answer = outcome if isinstance(outcome, Answer) else None
    usage = outcome.usage
    return Ended(
        call_id,
        failure=failure.kind.value if failure else None,
        message=failure.message if failure else None,
        answer=answer.text if answer else None,
        first=answer.first if answer else None,
        margin=answer.margin if answer else None,
        input_tokens=usage.input_tokens if usage else None,
        output_tokens=usage.output_tokens if usage else None,
        cached_tokens=usage.cached_tokens if usage else None,
        written_tokens=usage.written_tokens if usage else None,
        cost=cost,
        seconds=outcome.seconds,
    )
