"""Background work: progress, cancelling, failures."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from profile_core.errors import Cancelled
from profile_core.jobs import Job, Jobs, JobState, Progress


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.005)


def test_a_job_runs_and_keeps_its_result() -> None:
    jobs = Jobs()
    job = jobs.submit("add", lambda _: 1 + 1)
    wait_until(lambda: not job.is_active)
    assert (job.state, job.result, job.error) == (JobState.DONE, 2, None)


def test_a_failure_is_kept_for_whoever_shows_it() -> None:
    def fail(_: Progress) -> None:
        raise ValueError("no such file")

    job = Jobs().submit("fail", fail)
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.FAILED
    assert str(job.error) == "no such file"


def test_a_running_job_stops_at_its_next_item() -> None:
    begun = threading.Event()

    def count(progress: Progress) -> None:
        progress.start("counting", 1_000_000)
        begun.set()
        while True:
            time.sleep(0.001)
            progress.advance()

    job = Jobs().submit("count", count)
    assert begun.wait(5)
    job.progress.cancel()
    wait_until(lambda: not job.is_active)
    assert job.state is JobState.CANCELLED
    assert 0 < job.progress.done < 1_000_000


def test_a_waiting_job_that_is_cancelled_never_runs() -> None:
    jobs, release, ran = Jobs(workers=1), threading.Event(), threading.Event()
    jobs.submit("first", lambda _: release.wait(5))
    second = jobs.submit("second", lambda _: ran.set())
    assert second.state is JobState.WAITING
    second.progress.cancel()
    release.set()
    wait_until(lambda: not second.is_active)
    assert second.state is JobState.CANCELLED
    assert not ran.is_set()


def test_only_finished_jobs_are_forgotten() -> None:
    jobs, release = Jobs(), threading.Event()
    job = jobs.submit("wait", lambda _: release.wait(5))
    jobs.forget(job.job_id)
    assert jobs.active() == [job]
    release.set()
    wait_until(lambda: not job.is_active)
    jobs.forget(job.job_id)
    assert jobs.all() == []


def test_progress_tells_share_and_time_left() -> None:
    progress = Progress()
    progress.start("reading")
    assert progress.share is None
    assert progress.seconds_left is None
    progress.start("measuring", 10)
    progress.started -= 4.0
    progress.advance(4)
    assert progress.share == pytest.approx(0.4)
    assert progress.seconds_left == pytest.approx(6.0, rel=0.05)


def test_progress_reports_each_change_and_refuses_to_go_on_when_cancelled() -> None:
    seen: list[int] = []
    progress = Progress(lambda now: seen.append(now.done))
    progress.start("measuring", 2)
    progress.advance()
    progress.cancel()
    with pytest.raises(Cancelled):
        progress.advance()
    assert seen == [0, 1, 2]


def test_jobs_have_identities_of_their_own() -> None:
    assert Job("a").job_id != Job("a").job_id
