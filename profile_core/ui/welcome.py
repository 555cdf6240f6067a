"""The first screen where there is no study yet: make the demo, or begin an empty one."""

from __future__ import annotations

import streamlit as st

from profile_core.actions.demo import make_demo
from profile_core.errors import StudyNotFound
from profile_core.jobs import Progress
from profile_core.ui import frame, resources, work


def has_study() -> bool:
    """Tell whether a study is open; if there is none, draw what to do about it."""
    try:
        resources.study()
    except StudyNotFound:
        _offer()
        return False
    return True


def _offer() -> None:
    path = resources.study_path()
    frame.head("No study yet", "A study is one file that holds everything about one investigation.")
    frame.empty(
        f"There is no file {path.name} in {path.resolve().parent}.",
        "It can be made here: with the demo (48 prompts, what three models wrote and judged, no "
        "human labels), or empty, to import your own data.",
    )
    with st.container(horizontal=True):
        if st.button("Make the demo study", type="primary", disabled=work.is_busy()):
            work.start("Making the demo study", _make_demo, kept="No file was left behind.")
        if st.button("Begin with an empty study", disabled=work.is_busy()):
            resources.create_empty_study()
            st.rerun()


def _make_demo(progress: Progress) -> None:
    make_demo(resources.study_path(), progress=progress).close()
