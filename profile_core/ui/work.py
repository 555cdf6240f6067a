"""Starting long work from a page, and the line at the top of every page that follows it.

The work itself knows nothing of pages; what it saved stays saved when its page is left, reloaded
or closed.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from profile_core.actions.runs import RunSummary
from profile_core.errors import Cancelled, ProfileError
from profile_core.jobs import Job, JobState, Progress
from profile_core.text import numbers
from profile_core.ui import frame, resources
from profile_core.ui.outcomes import sentence
from profile_core.ui.text import inline

_SECONDS = 0.5
_SEEN = "_finished_jobs_seen"


def start(title: str, work: Callable[[Progress], object], *, kept: str) -> None:
    """Queue work and draw the page anew; `kept` says what is safe if it fails or is stopped.

    How earlier work ended has been read by then, and is dropped.
    """
    jobs = resources.jobs()
    for job in jobs.all():
        jobs.forget(job.job_id)
    job = jobs.submit(title, work)
    _kept()[job.job_id] = kept
    st.rerun()


def is_busy() -> bool:
    """Tell whether anything waits or runs; buttons that change the study are off meanwhile."""
    return bool(resources.jobs().active())


def finished(result_type: type) -> list[Job]:
    """The jobs that ended with a result of a type and were not dismissed, newest first."""
    return [job for job in reversed(resources.jobs().all()) if isinstance(job.result, result_type)]


def line() -> None:
    """Draw what is under way and what has ended; the page follows when something ends."""
    st.fragment(_line, run_every=_SECONDS if is_busy() else None)()


def _line() -> None:
    jobs = resources.jobs().all()
    over = {job.job_id for job in jobs if not job.is_active}
    seen: set[str] = st.session_state.setdefault(_SEEN, set(over))
    if over - seen:
        seen.update(over)
        st.rerun()
    for job in jobs:
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"job-{job.job_id}", gap="small"
        ):
            if job.is_active:
                _show_progress(job)
            else:
                _show_end(job)


def _show_progress(job: Job) -> None:
    share = job.progress.share
    value = "" if share is None else f' value="{share:.3f}"'
    label = escape(_words(job), quote=True)
    st.html(
        f'<div class="pf-job"><span>{inline(_words(job))}</span>'
        f'<progress max="1"{value} aria-label="{label}"></progress></div>'
    )
    st.button("Cancel", key=f"cancel-{job.job_id}", on_click=job.progress.cancel)


def _show_end(job: Job) -> None:
    with st.container():
        if isinstance(job.result, RunSummary) and job.result.is_failure:
            failure = f"{job.title}: {sentence(job.result)}"
            frame.problem(ProfileError(failure), _kept().get(job.job_id, ""))
        elif job.state is JobState.DONE:
            frame.done(f"{job.title}: {sentence(job.result)}")
        elif isinstance(job.error, Cancelled):
            frame.done(f"{job.title}: stopped. {_kept().get(job.job_id, '')}")
        elif isinstance(job.error, ProfileError):
            frame.problem(job.error, _kept().get(job.job_id, ""))
        else:
            failure = f"{job.title} failed: {type(job.error).__name__}: {job.error}"
            frame.problem(ProfileError(failure), _kept().get(job.job_id, ""))
    st.button(
        "Dismiss",
        key=f"dismiss-{job.job_id}",
        on_click=resources.jobs().forget,
        args=(job.job_id,),
        type="tertiary",
    )


def _words(job: Job) -> str:
    progress = job.progress
    if job.state is JobState.WAITING:
        return f"{job.title}: waiting for the work before it"
    parts = [f"{job.title}: {progress.doing}" if progress.doing else job.title]
    if progress.total:
        parts.append(f"{numbers.count(progress.done)} of {numbers.count(progress.total)}")
    elif progress.done:
        parts.append(f"{numbers.count(progress.done)} so far")
    if progress.seconds_left is not None:
        parts.append(f"about {numbers.duration(progress.seconds_left)} left")
    return ", ".join(parts)


@st.cache_resource(show_spinner=False)
def _kept() -> dict[str, str]:
    return {}
