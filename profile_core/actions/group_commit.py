"""Many small writes, few transactions: what waits is committed together, and then told so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from profile_core.store.study import Counter, Cursor, Study

_Row = TypeVar("_Row")
_Result = TypeVar("_Result")
Write = Callable[[Cursor, Sequence[_Row]], Sequence[_Result]]
"""Writes rows in a transaction, with a result for each."""

_SECONDS_BETWEEN_VERSIONS = 15.0


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[_Row, _Result]):
    write: Write[_Row, _Result]
    row: _Row
    shows: bool
    written: asyncio.Future[_Result]


class GroupCommit:
    """Takes rows from an event loop, and commits them in a thread, one transaction at a time.

    Rows that wait for the same write are written by one call of it: a statement costs far more
    than a row. Whoever awaits `write` goes on when it is durable. Writes that change what others
    see move `data_version`, at most every quarter of a minute and in `close`, since every page
    computes anew then; a study that was left without its `close` gets its new version when it is
    opened.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._waiting: list[_Waiting[Any, Any]] = []
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._commit_all())
        self._closing = False
        self._unseen = False
        self._told_at = time.monotonic()

    async def write(
        self, write: Write[_Row, _Result], row: _Row, *, shows: bool = False
    ) -> _Result:
        """Write a row within the next transaction; `shows`: it changes what pages show."""
        written: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(write, row, shows, written))
        self._wake.set()
        return await written

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
            self._unseen |= any(entry.shows for entry in group)
            due = self._unseen and time.monotonic() - self._told_at > _SECONDS_BETWEEN_VERSIONS
            try:
                results = await asyncio.to_thread(self._commit, group, due)
            except BaseException as error:  # every one of them was rolled back
                for entry in group:
                    if not entry.written.done():
                        entry.written.set_exception(error)
                if not isinstance(error, Exception):
                    raise
                continue
            for entry, result in zip(group, results, strict=True):
                if not entry.written.done():
                    entry.written.set_result(result)

    def _commit(self, group: list[_Waiting[Any, Any]], tells: bool) -> list[Any]:
        results: list[Any] = [None] * len(group)
        places: dict[Write[Any, Any], list[int]] = {}
        for place, entry in enumerate(group):
            places.setdefault(entry.write, []).append(place)
        with self._study.writing(Counter.DATA if tells else None) as cursor:
            for write, own in places.items():
                written = write(cursor, [group[place].row for place in own])
                for place, result in zip(own, written, strict=True):
                    results[place] = result
        if tells:
            self._told_at, self._unseen = time.monotonic(), False
        return results
