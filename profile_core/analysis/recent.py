"""What was computed lately, so that it need not be computed again. Safe to share between threads.

Whoever keeps one attaches it to what its values follow from, so that they end together.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class Recent(Generic[_Value]):
    """Values by key, up to a total size; those that were not asked for longest leave first."""

    def __init__(self, most: int, size: Callable[[_Value], int] = lambda _: 1) -> None:
        self._most = most
        self._size = size
        self._values: dict[Hashable, _Value] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], _Value]) -> _Value:
        """Give the value of a key, made if it is not there; one larger than all is not kept."""
        with self._lock:
            if key in self._values:
                found = self._values.pop(key)
                self._values[key] = found
                return found
        made = make()
        with self._lock:
            self._values[key] = made
            while sum(map(self._size, self._values.values())) > self._most:
                self._values.pop(next(iter(self._values)))
        return made
