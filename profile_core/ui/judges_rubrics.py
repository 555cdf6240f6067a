"""The view "rubrics": what models are told, in every version; editing makes a new one."""

from __future__ import annotations

import streamlit as st

from profile_core.actions import rubrics
from profile_core.errors import ProfileError
from profile_core.judges.rubric import NEEDED, Rubric
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.ui import filters, frame, text

_SAVED = "judges.saved-rubric"


def draw(study: Study) -> None:
    """Draw the view."""
    key = filters.parameter("judges", "rubric-shown")
    if saved := st.session_state.pop(_SAVED, None):
        st.session_state[key] = saved
        frame.done(f"Saved as {saved}. It can be chosen under ask a model.")
    named = {str(rubric): rubric for rubric in rubrics.all_rubrics(study)}
    chosen = named[
        st.selectbox(
            "Rubric",
            list(named),
            key=key,
            help="A name and its version. No version is ever changed, and answers to two versions "
            "are never mixed.",
            width=260,
        )
    ]
    frame.note(f"{chosen.title}. Kind: {chosen.kind}; at most {chosen.max_tokens:,} tokens.")
    text.titled("system", chosen.system)
    text.titled("user", chosen.user)
    with st.expander("Edit into a new version"):
        _edit(study, chosen)


def _edit(study: Study, rubric: Rubric) -> None:
    needed = numbers.listed([f"{{{{{name}}}}}" for name in sorted(NEEDED[rubric.kind])])
    frame.note(
        f"The user text must hand over {needed}. Texts of others go into the user text alone, "
        "where each is fenced, so that an instruction inside one stays a quotation."
    )
    with st.form(f"edit-{rubric}"):
        system = st.text_area("System", rubric.system, height=140)
        user = st.text_area("User", rubric.user, height=320)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            tokens = st.number_input(
                "Most tokens of an answer", 1, 100_000, rubric.max_tokens, width=200
            )
            name = st.text_input(
                "Name", rubric.name, width=200, help="Another name is a new rubric."
            )
            is_sent = st.form_submit_button("Save as a new version")
    if not is_sent:
        return
    try:
        made = rubrics.edit(
            study, rubric, system=system, user=user, max_tokens=int(tokens), name=name.strip()
        )
    except ProfileError as error:
        frame.problem(error, "Nothing was saved; what you wrote stands above.")
        return
    st.session_state[_SAVED] = str(made)
    st.rerun()
