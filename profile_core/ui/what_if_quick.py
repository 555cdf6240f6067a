"""What stands above the filter bar of the what-if page, and what helps to write a condition."""

from __future__ import annotations

import streamlit as st

from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.quick_scenarios import Quick, quick
from profile_core.analysis.scenario import Scenario
from profile_core.store.study import Study, Versions
from profile_core.ui import asked, columns_help, frame, text, what_if_state
from profile_core.ui.what_if_state import BEFORE_AFTER, VIEWS, key

_INSERT = "what-if-column"


def view() -> str:
    """Draw the choice of what the page shows."""
    asked.tell(
        [asked.remark(key("view"), "view", VIEWS, f"{BEFORE_AFTER} is shown", asked.one_of(VIEWS))]
    )
    return st.segmented_control(
        "View",
        VIEWS,
        default=BEFORE_AFTER,
        required=True,
        key=key("view"),
        bind="query-params",
        label_visibility="collapsed",
    )


def questions(study: Study, planes: StudyPlanes) -> None:
    """Offer the scenarios of one click, the way back, and help with a condition."""
    with st.container(horizontal=True, key="what-if-questions"):
        for place, item in enumerate(_quick(study.key, study.versions(), study)):
            st.button(
                f"{text.label(item.question.removesuffix('?'))}?",
                key=f"what-if-question-{place}",
                help=text.label(item.explanation),
                on_click=what_if_state.open_,
                args=(study, item.scenario),
                type="tertiary",
            )
        st.button(
            "As it stands",
            key="what-if-plain",
            help="Take every change back.",
            on_click=what_if_state.open_,
            args=(study, Scenario()),
            type="tertiary",
        )
        _columns(planes)


def _columns(planes: StudyPlanes) -> None:
    """Help to write a condition: find a column by a few letters, read what it means, put it in."""
    means = {column.name: column.means for column in planes.wide.columns}
    with st.popover("Columns for a condition", key="what-if-columns", type="tertiary"):
        name = st.selectbox(
            "Column", list(means), index=None, key=_INSERT, placeholder="Type a few letters"
        )
        frame.note(means[name] if name else "What a column stands for is said here.")
        st.button(
            "Add to the condition",
            key="what-if-add-column",
            on_click=_insert,
            args=(name,),
            disabled=name is None,
        )
        columns_help.listed(planes.wide)


def _insert(name: str) -> None:
    before = str(st.session_state.get(key("where")) or "").rstrip()
    joint = "" if not before or before.upper().endswith((" AND", " OR", "NOT", "(")) else " AND"
    st.session_state[key("where")] = f"{before}{joint} {name} ".lstrip()


@st.cache_resource(max_entries=4, show_spinner=False)
def _quick(key: str, versions: Versions, _study: Study) -> tuple[Quick, ...]:
    return quick(_study)
