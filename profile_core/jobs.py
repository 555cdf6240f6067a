"""Long work in the background: a queue in this process, progress, and cancelling.

It runs callables and knows nothing of preferences, studies or pages. A job outlives the page
that started it; what it saves as it goes is its own business.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

from profile_core.errors import Cancelled


class Progress:
    """How far a piece of work is, and whether somebody wants it stopped. Safe between threads."""

    def __init__(self, on_change: Callable[[Progress], None] | None = None) -> None:
        self.done = 0
        self.total: int | None = None
        self.doing = ""
        self.started = time.monotonic()
        self._cancelled = threading.Event()
        self._on_change = on_change

    def start(self, doing: str, total: int | None = None) -> None:
        """Begin a stage: one phrase, and how many items it has if that is known."""
        self.doing, self.total, self.done = doing, total, 0
        self.started = time.monotonic()
        self._changed()

    def advance(self, items: int = 1) -> None:
        """Count items as done; raises Cancelled if the work is to stop."""
        self.done += items
        self._changed()
        self.check()

    def check(self) -> None:
        """Raise Cancelled if the work is to stop."""
        if self._cancelled.is_set():
            raise Cancelled("stopped; what had been done is kept")

    def cancel(self) -> None:
        """Ask the work to stop at its next item."""
        self._cancelled.set()

    @property
    def share(self) -> float | None:
        """Done as a share of the stage, in [0, 1]; None while the total is unknown."""
        return min(self.done / self.total, 1.0) if self.total else None

    @property
    def seconds_left(self) -> float | None:
        """An estimate from this stage's pace; None before anything is done."""
        if not self.total or not self.done:
            return None
        return (time.monotonic() - self.started) / self.done * max(self.total - self.done, 0)

    def _changed(self) -> None:
        if self._on_change:
            self._on_change(self)


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class Job:
    """A piece of background work and what became of it."""

    title: str
    job_id: str = field(default_factory=lambda: uuid4().hex)
    progress: Progress = field(default_factory=Progress)
    state: JobState = JobState.WAITING
    result: Any = None
    error: Exception | None = None

    @property
    def is_active(self) -> bool:
        """Tell whether it still waits or runs."""
        return self.state in (JobState.WAITING, JobState.RUNNING)


class Jobs:
    """The queue of one process; make one and share it."""

    def __init__(self, workers: int = 1) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="profile-job")
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def submit(self, title: str, work: Callable[[Progress], object]) -> Job:
        """Queue work, which gets the job's Progress to report to."""
        job = Job(title)
        with self._lock:
            self._jobs[job.job_id] = job
        self._pool.submit(_run, job, work)
        return job

    def all(self) -> list[Job]:
        """Every job that was not forgotten, oldest first."""
        with self._lock:
            return list(self._jobs.values())

    def active(self) -> list[Job]:
        """The jobs that wait or run."""
        return [job for job in self.all() if job.is_active]

    def forget(self, job_id: str) -> None:
        """Drop a finished job from the list."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job and not job.is_active:
                del self._jobs[job_id]


def _run(job: Job, work: Callable[[Progress], object]) -> None:
    try:
        job.progress.check()
        job.state = JobState.RUNNING
        job.result = work(job.progress)
        job.state = JobState.DONE
    except Cancelled as stopped:
        job.error, job.state = stopped, JobState.CANCELLED
    except Exception as error:  # a job's failure is shown where it was started, whatever it is
        job.error, job.state = error, JobState.FAILED
