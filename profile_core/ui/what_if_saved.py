"""Saved scenarios: naming and saving one, the list of them, and taking a deletion back."""

from __future__ import annotations

import streamlit as st

from profile_core.analysis import saved_scenarios
from profile_core.analysis.saved_scenarios import SavedScenario
from profile_core.analysis.scenario import Scenario, in_words
from profile_core.errors import ProfileError
from profile_core.store.study import Study
from profile_core.ui import frame, tables, text, what_if_state
from profile_core.ui.what_if_state import key

_NAME, _DESCRIPTION = "what-if-name", "what-if-description"
_SAID, _REFUSED, _DELETED = "what-if-said", "what-if-refused", "what-if-deleted"


def known(study: Study, scenario: Scenario) -> SavedScenario | None:
    """Find the saved scenario that is the one on the page."""
    return next((item for item in saved_scenarios.saved(study) if item.scenario == scenario), None)


def save(study: Study, scenario: Scenario) -> None:
    """Draw what saves the scenario on the page under a name."""
    with st.popover("Save this scenario", key="what-if-save"):
        st.text_input("Name", key=_NAME, max_chars=200)
        st.text_area("What it is for", key=_DESCRIPTION, height=80)
        st.button("Save", key="what-if-save-now", on_click=_save, args=(study, scenario))
        if refused := st.session_state.pop(_REFUSED, None):
            frame.problem(refused)
        if found := known(study, scenario):
            frame.note(f"Saved as “{found.name}”. This link opens it, also after a restart:")
            st.code(link(found), language=None, wrap_lines=True)
        else:
            frame.note("The address of this page holds the whole scenario, too: copy it to share.")


def link(item: SavedScenario) -> str:
    """Write the address that opens a saved scenario, by its id, so that it may be renamed."""
    base = (st.context.url or "").split("?")[0]
    return f"{base}?{key('saved')}={item.id}"


def manage(study: Study) -> tuple[SavedScenario, ...]:
    """Draw the list with what can be done to each, and give it."""
    _undo(study)
    if refused := st.session_state.pop(_REFUSED, None):
        frame.problem(refused)
    found = saved_scenarios.saved(study)
    if not found:
        frame.empty(
            "Here stand the scenarios that you saved, to open, share and compare.",
            "None is saved yet: compose one in “before and after”, and save it there.",
        )
    for item in found:
        _entry(study, item)
    return found


def _entry(study: Study, item: SavedScenario) -> None:
    with st.container(key=f"what-if-saved-{item.id}"):
        st.html(
            '<div class="pf-saved"><p><b>'
            + tables.anchor(tables.Link(item.name, "what_if", ((key("saved"), item.id),)))
            + f'</b> <span class="pf-aside">{text.inline(f"saved {item.created:%Y-%m-%d}")}'
            + f'</span></p><p class="pf-soft">{text.inline(in_words(item.scenario))}</p>'
            + (f"<p>{text.inline(item.description)}</p>" if item.description else "")
            + "</div>"
        )
        with st.container(horizontal=True):
            st.button(
                "Open", key=f"open-{item.id}", on_click=_open, args=(study, item), type="tertiary"
            )
            st.button(
                "Duplicate",
                key=f"duplicate-{item.id}",
                on_click=_do,
                args=(saved_scenarios.duplicate, study, item.id),
                type="tertiary",
            )
            with st.popover("Rename or describe", key=f"edit-{item.id}", type="tertiary"):
                name = st.text_input("Name", item.name, key=f"name-{item.id}", max_chars=200)
                what = st.text_area("What it is for", item.description, key=f"what-{item.id}")
                st.button(
                    "Keep",
                    key=f"keep-{item.id}",
                    on_click=_edit,
                    args=(study, item, name, what),
                )
                st.code(link(item), language=None, wrap_lines=True)
            st.button(
                "Delete",
                key=f"delete-{item.id}",
                on_click=_delete,
                args=(study, item),
                type="tertiary",
            )


def _undo(study: Study) -> None:
    """Say what was deleted, with the way to take it back, until the page is left."""
    deleted: SavedScenario | None = st.session_state.get(_DELETED)
    if deleted is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        frame.done(f"Deleted “{deleted.name}”.")
        st.button("Undo", key="what-if-undo", on_click=_restore, args=(study, deleted))


def _save(study: Study, scenario: Scenario) -> None:
    state = st.session_state
    _do(
        lambda: saved_scenarios.save(study, state[_NAME], scenario, description=state[_DESCRIPTION])
    )
    if _REFUSED not in state:
        state[_NAME] = state[_DESCRIPTION] = ""


def _open(study: Study, item: SavedScenario) -> None:
    _do(what_if_state.open_, study, item.scenario)
    if _REFUSED not in st.session_state:
        st.session_state[key("view")] = what_if_state.VIEWS[0]


def _edit(study: Study, item: SavedScenario, name: str, description: str) -> None:
    _do(saved_scenarios.rename, study, item.id, name)
    _do(saved_scenarios.describe, study, item.id, description)


def _delete(study: Study, item: SavedScenario) -> None:
    _do(saved_scenarios.delete, study, item.id)
    st.session_state[_DELETED] = item


def _restore(study: Study, item: SavedScenario) -> None:
    _do(saved_scenarios.restore, study, item.id)
    if _REFUSED not in st.session_state:
        st.session_state[_DELETED] = None


def _do(action: object, *args: object) -> None:
    """Act in a callback; what is refused is said where the page is drawn."""
    try:
        action(*args)  # type: ignore[operator]
    except ProfileError as error:
        st.session_state[_REFUSED] = error
