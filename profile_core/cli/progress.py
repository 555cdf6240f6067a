"""Progress on stderr: a bar where a person watches, a line now and then where a log does."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from profile_core.jobs import Progress

_WIDTH = 24
_SECONDS_BETWEEN_DRAWINGS = 0.1
_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def shown() -> Iterator[Progress]:
    """Give a Progress whose changes are shown until the end of the block."""
    drawer = _Drawer(sys.stderr)
    try:
        yield Progress(drawer.changed)
    finally:
        drawer.end()


class _Drawer:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_live = stream.isatty()
        self._pause = _SECONDS_BETWEEN_DRAWINGS if self._is_live else _SECONDS_BETWEEN_LINES
        self._last = time.monotonic()
        self._width = 0

    def changed(self, progress: Progress) -> None:
        now = time.monotonic()
        is_last = progress.total is not None and progress.done >= progress.total > 0
        if now - self._last < self._pause and not (self._is_live and is_last):
            return
        self._last = now
        self._write(line(progress))

    def end(self) -> None:
        if self._is_live and self._width:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def _write(self, text: str) -> None:
        if self._is_live:
            self._stream.write("\r" + text.ljust(self._width))
            self._width = len(text)
        else:
            self._stream.write(text + "\n")
        self._stream.flush()


def line(progress: Progress) -> str:
    """Describe where the work is, in one line."""
    share, left = progress.share, progress.seconds_left
    if share is None:
        return f"{progress.doing} … {progress.done:,}" if progress.done else f"{progress.doing} …"
    filled = round(share * _WIDTH)
    bar = "█" * filled + "░" * (_WIDTH - filled)
    pace = f", {duration(left)} left" if left else ""
    return f"{progress.doing} {bar} {progress.done:,} of {progress.total:,}{pace}"


def duration(seconds: float) -> str:
    """Say a time as people do: `45 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = max(round(seconds), 1)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
