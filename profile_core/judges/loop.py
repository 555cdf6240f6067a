"""Running what is asynchronous to its end, from wherever: a command, a worker, a notebook."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

_Result = TypeVar("_Result")


def run(
    main: Coroutine[Any, Any, _Result], on_interrupt: Callable[[], None] | None = None
) -> _Result:
    """Run a coroutine in a thread of its own, since a caller's thread may have a loop already.

    An interrupt from the keyboard calls `on_interrupt`, waits for the coroutine to end, and is
    raised then.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="profile-loop") as pool:
        future = pool.submit(asyncio.run, main)
        try:
            return future.result()
        except KeyboardInterrupt:
            if on_interrupt:
                on_interrupt()
            raise
