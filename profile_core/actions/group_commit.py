"""Many small writes, few transactions: what waits is committed together, and then told so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar

from profile_core.store.study import Counter, Cursor, Study

_Result = TypeVar("_Result")
Write = Callable[[Cursor], Any]

_SECONDS_BETWEEN_VERSIONS = 5.0


class GroupCommit:
    """Takes writes from an event loop, and commits them in a thread, one transaction at a time.

    Whoever awaits `write` goes on when it is durable. Writes that change what others see move
    `data_version`, at most every few seconds and in `close`, since every page computes anew then;
    a study that was left without its `close` gets its new version when it is opened.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._waiting: list[tuple[Write, bool, asyncio.Future[Any]]] = []
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._commit_all())
        self._closing = False
        self._unseen = False
        self._told_at = time.monotonic()

    async def write(self, write: Callable[[Cursor], _Result], *, shows: bool = False) -> _Result:
        """Run a write within the next transaction; `shows`: it changes what pages show."""
        future: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((write, shows, future))
        self._wake.set()
        return await future

    async def close(self) -> None:
        """Commit what waits, tell the study's readers, and stop."""
        self._closing = True
        self._wake.set()
        await self._task
        if self._unseen:
            await asyncio.to_thread(self._commit, [], True)

    async def _commit_all(self) -> None:
        while not (self._closing and not self._waiting):
            await self._wake.wait()
            self._wake.clear()
            group, self._waiting = self._waiting, []
            if not group:
                continue
            self._unseen |= any(shows for _, shows, _ in group)
            due = self._unseen and time.monotonic() - self._told_at > _SECONDS_BETWEEN_VERSIONS
            try:
                results = await asyncio.to_thread(self._commit, [entry[0] for entry in group], due)
            except BaseException as error:  # every one of them was rolled back
                for _, _, future in group:
                    if not future.done():
                        future.set_exception(error)
                if not isinstance(error, Exception):
                    raise
                continue
            for (_, _, future), result in zip(group, results, strict=True):
                if not future.done():
                    future.set_result(result)

    def _commit(self, writes: list[Write], tells: bool) -> list[Any]:
        with self._study.writing(Counter.DATA if tells else None) as cursor:
            results = [write(cursor) for write in writes]
        if tells:
            self._told_at, self._unseen = time.monotonic(), False
        return results
