"""The facts of a response beside its text: what a person does to them, and the values that follow.

The component draws and sends edits; `annotation.facts` does them. Nothing is kept here but what
was said of the last edit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from profile_core.annotation import facts as desk
from profile_core.annotation.desk import Item
from profile_core.annotation.facts import Fact, FactSheet
from profile_core.annotation.undo import undo as undo_last
from profile_core.errors import ProfileError
from profile_core.factors.atomic import ATOMIC_FACTORS
from profile_core.factors.taxonomy import builtin_factors
from profile_core.store import responses
from profile_core.store.responses import PromptedResponse
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import Factor, FactorKind, Mode
from profile_core.ui import frame, span_component
from profile_core.ui.span_component import Edit, EditKind, ShownFact, ShownLabel, ShownValue

LABELS = (
    ShownLabel("supported", "Supported", "The source text says so, or it follows from it."),
    ShownLabel("in_focus", "In focus", "It concerns the main point of what was asked."),
    ShownLabel("misinformation", "Misinformation", "It is false about the world."),
    ShownLabel("helpful", "Helpful", "It really helps who asked."),
)
_FACTORS = {factor.name: factor for factor in builtin_factors()}
_SAID = "_facts_said"


@dataclass(frozen=True, slots=True)
class _Said:
    """What became of the last edit of a response's facts."""

    response_id: str
    sentence: str = ""
    problem: ProfileError | None = None


def draw(
    study: Study,
    annotator: str,
    item: Item,
    response_id: str,
    *,
    undo: Callable[[], None] | None = None,
    with_prompt: bool = False,
) -> None:
    """Draw one response's facts, for mouse and keyboard; each edit is kept at once.

    `with_prompt` puts the prompt and its source text below the response, beside the facts.

    `undo` is what the key U does: it runs in a widget's callback. By default the annotator's last
    act is taken back. One response at a time may be drawn on a page.
    """
    sheet = desk.facts(
        study,
        response_id,
        annotator=annotator,
        mode=Mode.REVIEW if item.is_revealed else item.mode,
        queue_id=item.queue_id,
        pair_id=item.pair_id,
    )
    with study.cursor() as cursor:
        (response,) = responses.read(cursor, [response_id])
    said = st.session_state.get(_SAID)
    if said is None or said.response_id != response_id:
        said = st.session_state[_SAID] = _Said(response_id)
    # Always there, so that what comes after it is not drawn anew when it fills.
    with st.container():
        if said.problem:
            frame.problem(said.problem, "Nothing was changed.")
    span_component.draw(
        f"facts:{annotator}:{item.queue_id}:{item.pair_id}:{response_id}",
        response.text,
        [_shown(fact, sheet.mode) for fact in sheet.facts],
        LABELS,
        values(sheet),
        said.sentence,
        partial(_take, study, annotator, sheet, undo),
        _context(response) if with_prompt else (),
    )


def apply(study: Study, annotator: str, sheet: FactSheet, edit: Edit) -> FactSheet:
    """Do an edit (any but an undo) on the facts as they stand by now; ProfileError if refused."""
    (fact_id, *_) = edit.facts or ("",)
    match edit.kind:
        case EditKind.ADD:
            return desk.add(study, annotator, sheet, edit.text, quote=edit.quote, span=edit.span)
        case EditKind.EDIT:
            return desk.edit(
                study, annotator, sheet, fact_id, edit.text, quote=edit.quote, span=edit.span
            )
        case EditKind.SPLIT:
            return desk.split(study, annotator, sheet, fact_id, edit.parts)
        case EditKind.MERGE:
            return desk.merge(study, annotator, sheet, edit.facts, edit.text)
        case EditKind.DELETE:
            return desk.delete(study, annotator, sheet, fact_id)
        case EditKind.LABEL:
            return desk.set_label(study, annotator, sheet, fact_id, edit.label, edit.value)
        case EditKind.UNDO:
            raise ValueError("an undo is no edit of facts")


def values(sheet: FactSheet) -> list[ShownValue]:
    """Write what the facts come to, from the automatic values to those now."""
    return [
        ShownValue(
            factor.title,
            factor.definition,
            _number(factor, sheet.values[name]) if name in sheet.values else None,
            _number(factor, sheet.now[name]),
        )
        for name in ATOMIC_FACTORS
        if name in sheet.now and (factor := _FACTORS[name])
    ]


def _context(response: PromptedResponse) -> list[tuple[str, str]]:
    source = [("Source text", response.source_text)] if response.source_text else []
    return [("Prompt", response.prompt), *source]


def _take(
    study: Study,
    annotator: str,
    sheet: FactSheet,
    undo: Callable[[], None] | None,
    edit: Edit,
) -> None:
    said = _Said(sheet.response_id)
    try:
        if edit.kind is not EditKind.UNDO:
            done = apply(study, annotator, sheet, edit).done
            said = replace(said, sentence=_sentence(done) if done else "")
        elif undo:
            undo()
        else:
            undone = undo_last(study, annotator)
            sentence = undone.sentence if undone else "There is nothing left to undo."
            said = replace(said, sentence=sentence)
    except ProfileError as error:
        said = replace(said, problem=error)
    st.session_state[_SAID] = said


def _sentence(done: desk.Done) -> str:
    changes = [
        f"{change.title} {_number(_FACTORS[change.factor], change.old)} → "
        f"{_number(_FACTORS[change.factor], change.new)}"
        for change in done.changes
    ]
    outcome = numbers.listed(changes) if changes else "no value changes"
    return f"Saved: {done.sentence}; {outcome}."


def _shown(fact: Fact, mode: Mode) -> ShownFact:
    notes = []
    if fact.by and mode is not Mode.BLIND:
        notes.append(f"{'Added' if fact.is_added else 'Changed'} by {fact.by}.")
    if fact.quote is None:
        notes.append("Rests on no quote.")
    note = " ".join(notes)
    return ShownFact(
        fact.fact_id, fact.text, fact.quote, fact.span, fact.labels, fact.automatic, note
    )


def _number(factor: Factor, value: float | None) -> str:
    if value is None:
        return "not applicable"
    return numbers.decimal(value, 2 if factor.kind is FactorKind.RATIO else 0)
