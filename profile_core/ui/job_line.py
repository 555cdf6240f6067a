"""The line at the top of every page that says what is being worked on, how far, how long still."""

from __future__ import annotations

import streamlit as st

from profile_core.jobs import Job, JobState
from profile_core.text import numbers
from profile_core.ui import resources

_SEEN = "_finished_jobs_seen"
_SECONDS = 0.5


def show() -> None:
    """Draw the line; it moves by itself while work goes on, and the page follows when it ends."""
    active = bool(resources.jobs().active())
    st.fragment(_line, run_every=_SECONDS if active else None)()


def _line() -> None:
    jobs = resources.jobs()
    seen: set[str] = st.session_state.setdefault(_SEEN, {job.job_id for job in _over()})
    if {job.job_id for job in _over()} - seen:
        seen.update(job.job_id for job in _over())
        st.rerun()
    for job in jobs.active():
        _progress(job)


def _over() -> list[Job]:
    return [job for job in resources.jobs().all() if not job.is_active]


def _progress(job: Job) -> None:
    progress = job.progress
    with st.container(horizontal=True, vertical_alignment="center", key=f"job-{job.job_id}"):
        share = progress.share
        st.progress(share if share is not None else 0.0, text=_words(job))
        st.button("Cancel", key=f"cancel-{job.job_id}", on_click=progress.cancel)


def _words(job: Job) -> str:
    progress = job.progress
    if job.state is JobState.WAITING:
        return f"{job.title}: waiting"
    parts = [f"{job.title}: {progress.doing}" if progress.doing else job.title]
    if progress.total:
        parts.append(f"{numbers.count(progress.done)} of {numbers.count(progress.total)}")
    elif progress.done:
        parts.append(numbers.count(progress.done))
    if progress.seconds_left is not None:
        parts.append(f"about {numbers.duration(progress.seconds_left)} left")
    return ", ".join(parts)
