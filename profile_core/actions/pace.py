"""How many calls go out at once: as many as allowed, fewer while the provider asks for it."""

from __future__ import annotations

import asyncio
import time

_SLOW_DOWN = (429, 503, 529)
_LONGEST_PAUSE = 120.0


class Pace:
    """Halves at the first sign of too much, and grows by one for each round of answers.

    The additive increase and multiplicative decrease of TCP (Chiu and Jain 1989), here over calls
    under way. For one event loop.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._allowed = float(most)
        self._under_way = 0
        self._quiet_until = 0.0
        self._slowed_at = 0.0
        self._changed = asyncio.Condition()

    @property
    def allowed(self) -> int:
        """Calls that may be under way now."""
        return max(1, int(self._allowed))

    def on_status(self, status: int, wait: float | None) -> None:
        """Take note of an HTTP answer, those that the SDK tries again included."""
        now = time.monotonic()
        if status not in _SLOW_DOWN:
            return
        if wait:
            self._quiet_until = max(self._quiet_until, now + min(wait, _LONGEST_PAUSE))
        # The calls that were under way already say the same: they count as one sign.
        if now - self._slowed_at > 1.0:
            self._allowed = max(1.0, self._allowed / 2)
            self._slowed_at = now

    async def enter(self) -> None:
        """Wait for a place, and for the end of a pause that the provider asked for."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._under_way < self.allowed)
            self._under_way += 1
        while (left := self._quiet_until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 0.2))

    async def leave(self, *, answered: bool) -> None:
        """Give the place back; an answer makes room for a little more."""
        async with self._changed:
            self._under_way -= 1
            if answered:
                self._allowed = min(float(self._most), self._allowed + 1 / max(self._allowed, 1.0))
            self._changed.notify_all()
