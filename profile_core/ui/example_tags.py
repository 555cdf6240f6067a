"""What kind of request a pair's prompt is, and who says so; a small form lets a person say it, too.

What was imported is kept, and a person goes before a model: the form offers what can still be said.
"""

from __future__ import annotations

from collections import defaultdict

import streamlit as st

from profile_core.analysis.example import Example
from profile_core.annotation import tagging, undo
from profile_core.errors import ProfileError
from profile_core.store.prompt_tags import (
    PROPERTIES,
    SCENARIOS,
    Origin,
    OwnTag,
    PromptTag,
    Said,
)
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.ui import frame, identity, text

_SAID = "_tagged"
_PROBLEM = "_tag_problem"
_ANSWERS = {"yes": True, "no": False}

_WORDS = {
    "intent_unclear": "leaves its intent unclear",
    "expresses_feelings": "expresses feelings",
    "states_constraints": "states constraints",
    "takes_stance": "takes a stance",
    "contains_mistake": "contains a mistake",
}
"""Each property, said of the request."""


def draw(study: Study, example: Example) -> None:
    """Draw what is said of the prompt, and the way to say something of it."""
    with st.container(horizontal=True, vertical_alignment="center", key="example-tags"):
        with st.container(width="content"):
            text.facts(_told(example.tags))
        with st.popover("Say what it is", type="tertiary", width="content"):
            _form(study, example)


def _told(tags: tuple[Said, ...]) -> list[tuple[str, str]]:
    """Say whose word each part is; properties of one person or model in one breath."""
    scenario = next((said for said in tags if said.part == "scenario"), None)
    entries = [("Scenario", f"{scenario.value}, {_by(scenario)}" if scenario else "not said yet")]
    whose: dict[str, list[Said]] = defaultdict(list)
    for said in tags:
        if said.part != "scenario":
            whose[_by(said)].append(said)
    entries += [("Request", f"{_properties(found)}, {by}") for by, found in whose.items()]
    return entries if whose else [*entries, ("Request", "its properties are not said yet")]


def _properties(found: list[Said]) -> str:
    holds = [_WORDS[said.part] for said in found if said.value]
    fails = [_WORDS[said.part] for said in found if not said.value]
    parts = [numbers.listed(holds)] if holds else []
    if fails:
        parts.append(f"not: {', '.join(fails)}")
    return "; ".join(parts)


def _by(said: Said) -> str:
    if said.origin is Origin.IMPORTED:
        return "imported"
    return f"by {said.tagger}" + (", a model" if said.origin is Origin.MODEL else "")


def _form(study: Study, example: Example) -> None:
    annotator = identity.annotator()
    if annotator is None:
        return
    prompt_id = example.pair.prompt_id
    own = tagging.own(study, annotator, prompt_id)
    # What was just said or taken back makes the form anew, so that it shows what stands.
    form = f"tag-{prompt_id}-{annotator}-{own.act_id if own else ''}"
    imported = {said.part for said in example.tags if said.origin is Origin.IMPORTED}
    shown = _shown(example.tags, own)
    with st.form(form, border=False, width=440):
        st.selectbox(
            "Scenario",
            SCENARIOS,
            index=SCENARIOS.index(shown["scenario"]) if shown["scenario"] in SCENARIOS else None,
            placeholder="imported, and kept" if "scenario" in imported else "not said",
            disabled="scenario" in imported,
            help="The eleven scenarios of Preference Dissection.",
            key=f"{form}-scenario",
        )
        st.html('<div class="pf-head">The request …</div>')
        for part in PROPERTIES:
            _property(f"{form}-{part}", part, shown[part], is_fixed=part in imported)
        st.form_submit_button(
            "Save",
            help="All that stands above is saved as your word; what you leave out, others say.",
            type="primary",
            on_click=_save,
            args=(study, annotator, example.pair.pair_id, form, imported),
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        if own is not None:
            st.button(
                "Take back what you said",
                key=f"{form}-undo",
                on_click=_take_back,
                args=(study, annotator, own.act_id),
            )
        _acknowledged()
    with st.container(horizontal=True, vertical_alignment="center"):
        identity.line(annotator)


def _shown(tags: tuple[Said, ...], own: OwnTag | None) -> dict[str, str | bool | None]:
    """Begin with what the person said before, else with what stands."""
    if own is not None:
        return {part: getattr(own.tag, part) for part in ("scenario", *PROPERTIES)}
    return defaultdict(lambda: None, {said.part: said.value for said in tags})


def _property(key: str, part: str, value: str | bool | None, *, is_fixed: bool) -> None:
    words, answer = st.columns([3, 2], vertical_alignment="center")
    with words:
        st.html(f'<span aria-hidden="true">{_WORDS[part]}</span>')
    with answer:
        st.segmented_control(
            f"It {_WORDS[part]}",
            list(_ANSWERS),
            default=None if value is None else "yes" if value else "no",
            disabled=is_fixed,
            key=key,
            label_visibility="collapsed",
        )


def _acknowledged() -> None:
    if problem := st.session_state.pop(_PROBLEM, None):
        frame.problem(problem, "Nothing was saved.")
    if said := st.session_state.pop(_SAID, None):
        frame.done(said)


def _save(study: Study, annotator: str, pair_id: str, form: str, imported: set[str]) -> None:
    answers = {
        part: _ANSWERS.get(st.session_state[f"{form}-{part}"])
        for part in PROPERTIES
        if part not in imported
    }
    scenario = None if "scenario" in imported else st.session_state[f"{form}-scenario"]
    try:
        tagging.tag(study, annotator, pair_id, PromptTag(scenario, **answers))
    except ProfileError as error:
        st.session_state[_PROBLEM] = error
        return
    st.session_state[_SAID] = "Saved."


def _take_back(study: Study, annotator: str, act_id: str) -> None:
    undone = undo.undo(study, annotator, act_id=act_id)
    st.session_state[_SAID] = undone.sentence if undone else "It was taken back already."
