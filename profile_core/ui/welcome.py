"""The first screen where there is no study yet: make the demo, or begin an empty one."""

from __future__ import annotations

import streamlit as st

from profile_core.errors import StudyNotFound
from profile_core.ui import frame, resources


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
    frame.state(f"There is no file {path.name} in {path.resolve().parent}.")
    if st.button("Begin with an empty study", key="create-empty"):
        resources.create_empty_study()
        st.rerun()
