"""What the team agrees on about a factor: definition, guideline in versions, pinned examples.

An example that is one of the responses being labelled is not shown, because it would tell what
others said of it.
"""

from __future__ import annotations

import streamlit as st

from profile_core.annotation import guidelines
from profile_core.annotation.desk import Item
from profile_core.annotation.guidelines import Guideline
from profile_core.errors import ProfileError
from profile_core.store.guidelines import PinnedExample
from profile_core.store.study import Study
from profile_core.types import Mode
from profile_core.ui import annotate_review, frame, text

_EDITING = "_guideline_editing"
_PROBLEM = "_guideline_problem"
_START = 400
"""Characters of a pinned example that are shown."""


def draw(study: Study, annotator: str, item: Item, factor: str) -> None:
    """Draw a factor's guideline below the item, with what may be changed about it."""
    found = guidelines.read(study, factor)
    frame.section(f"Guideline: {found.factor.title}", found.factor.definition)
    if problem := st.session_state.pop(_PROBLEM, None):
        frame.problem(problem, "What you wrote is still in the field.")
    left, right = st.columns([7, 5], gap="large")
    with left:
        _text(study, annotator, found)
    with right:
        _examples(study, annotator, item, found)


def _text(study: Study, annotator: str, found: Guideline) -> None:
    name = found.factor.name
    if st.session_state.get(_EDITING) == name:
        st.text_area(
            "How this team decides doubtful cases",
            value=found.text,
            key=f"guideline-{name}-{found.version}",
            height=220,
        )
        with st.container(horizontal=True):
            st.button(
                "Save as a new version",
                type="primary",
                on_click=_save,
                args=(study, annotator, found),
            )
            st.button("Leave as it was", on_click=_edit, args=(None,))
        return
    if found.version:
        text.titled(
            "How this team decides",
            found.text,
            f"version {found.version} by {found.author}, {found.created_at:%Y-%m-%d}",
        )
    else:
        frame.note("The team has not written how it decides doubtful cases.")
    st.button("Edit" if found.version else "Write it", on_click=_edit, args=(name,))
    if found.version > 1:
        with st.expander(f"Earlier versions ({found.version - 1})"):
            for row in guidelines.history(study, name)[1:]:
                text.titled(f"Version {row.version}", row.text, f"by {row.author}")


def _examples(study: Study, annotator: str, item: Item, found: Guideline) -> None:
    own = {cell.response_id for cell in item.cells}
    shown = [example for example in found.pinned if example.response_id not in own]
    for example in shown:
        _example(study, annotator, found, example)
    if not shown:
        frame.note("No examples are pinned.")
    if item.mode is Mode.BLIND and not item.is_revealed:
        return
    labelled = [
        (side, cell)
        for side, cell in annotate_review.cells(item)
        if cell.factor.name == found.factor.name and cell.label is not None
    ]
    pinned = {example.response_id for example in found.pinned}
    for side, cell in labelled:
        if cell.response_id in pinned or cell.label is None:
            continue
        value = annotate_review.amount(cell.factor, cell.label.value)
        st.button(
            f"Pin {annotate_review.SIDES[side].lower()} as an example of {value}",
            key=f"pin-{found.factor.name}-{cell.response_id}",
            on_click=_pin,
            args=(study, annotator, found, cell.response_id, cell.label.value),
        )


def _example(study: Study, annotator: str, found: Guideline, example: PinnedExample) -> None:
    value = annotate_review.amount(found.factor, example.value)
    body = example.response
    shown = body if len(body) <= _START else f"{body[:_START]} …"
    text.titled(value, shown, f"pinned by {example.author}")
    st.button(
        "Take down",
        key=f"unpin-{example.pin_id}",
        type="tertiary",
        on_click=_unpin,
        args=(study, annotator, found, example),
    )


def _edit(factor: str | None) -> None:
    st.session_state[_EDITING] = factor


def _save(study: Study, annotator: str, found: Guideline) -> None:
    written = st.session_state[f"guideline-{found.factor.name}-{found.version}"]
    try:
        guidelines.write(study, found.factor.name, written or "", annotator, over=found.version)
    except ProfileError as error:
        st.session_state[_PROBLEM] = error
        return
    _edit(None)


def _pin(
    study: Study, annotator: str, found: Guideline, response_id: str, value: float | None
) -> None:
    guidelines.pin(study, found.factor.name, response_id, value, annotator)


def _unpin(study: Study, annotator: str, found: Guideline, example: PinnedExample) -> None:
    guidelines.unpin(study, found.factor.name, example.pin_id, annotator)
