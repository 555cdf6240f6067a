"""What the whole process shares: the one open study and the one queue of long work."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from profile_core.jobs import Jobs
from profile_core.store.study import Study

_STUDY_VARIABLE = "PROFILE_STUDY"
_DEFAULT_STUDY = "study.duckdb"


def study_path() -> Path:
    """The study that this app shows, whether or not its file is there."""
    return Path(os.environ.get(_STUDY_VARIABLE) or _DEFAULT_STUDY)


def typed_path(text: str) -> Path | None:
    """Read a path that somebody typed; None for an empty one."""
    return Path(os.path.expanduser(text.strip())) if text.strip() else None


def study() -> Study:
    """The open study; raises StudyNotFound, StudyLocked, StudyTooNew or StudyError."""
    return _opened(str(study_path().resolve()))


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """The queue of this process; what runs in it outlives the page that started it."""
    return Jobs()


def create_empty_study() -> None:
    """Make the study's file, with nothing in it."""
    Study.open(study_path(), create=True).close()


@st.cache_resource(show_spinner=False)
def _opened(path: str) -> Study:
    return Study.open(path)
