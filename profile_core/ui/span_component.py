"""A text with its facts beside it: the one place where words are selected and spans light up.

Owns the component (`span_component.js`, `span_editor.js` and a style sheet: trusted code, which
shows text from data by textContent only) and the way its edits reach Python: numbered, sent again
until acknowledged, and taken once each, so that fast key presses keep their order. What an edit
means is its caller's business. Offsets are those of Python's strings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any
from uuid import uuid4

import streamlit as st

from profile_core.text.spans import split_by_spans
from profile_core.text.tokens import Span


class EditKind(StrEnum):
    """What was done to the facts."""

    ADD = "add"
    EDIT = "edit"
    SPLIT = "split"
    MERGE = "merge"
    DELETE = "delete"
    LABEL = "label"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class ShownLabel:
    """A question that is asked of every fact."""

    name: str
    title: str
    means: str


@dataclass(frozen=True, slots=True)
class ShownFact:
    """A fact as it is drawn."""

    fact_id: str
    text: str
    quote: str | None
    span: Span | None
    """None where there is no quote, or it was not found in the text."""
    labels: Mapping[str, bool | None]
    automatic: Mapping[str, bool | None]
    """The labels that came with it, so that changed ones can be told."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A number that follows from the facts, as it came and as it is now, in words."""

    title: str
    means: str
    was: str | None
    """None where there is nothing to compare with."""
    now: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit, as it was meant when the key was pressed."""

    kind: EditKind
    facts: tuple[str, ...] = ()
    text: str | None = None
    quote: str | None = None
    span: Span | None = None
    """Of words selected in the text; None where a quote was typed or pasted."""
    parts: tuple[str, ...] = ()
    label: str = ""
    value: bool | None = None


def _read(name: str) -> str:
    return (files("profile_core.ui") / name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "profile_core.spans",
    js="\n".join(_read(name) for name in ("span_component.js", "span_editor.js")),
    css=_read("span_component.css"),
    isolate_styles=False,
)

_EPOCH = "_spans_epoch"


def draw(
    key: str,
    text: str,
    facts: Sequence[ShownFact],
    labels: Sequence[ShownLabel],
    values: Sequence[ShownValue],
    said: str,
    on_edit: Callable[[Edit], None],
    context: Sequence[tuple[str, str]] = (),
) -> None:
    """Draw a text and its facts, the values that follow from them, and what was done last.

    `context` are further texts, each with a heading, to read below the first.

    `on_edit` is called with each edit, once, in a widget's callback. One such text at a time takes
    the page's keys. An edit counts as acknowledged when `on_edit` has returned, whatever it made
    of it.
    """
    spans = [(fact.fact_id, fact.span) for fact in facts if fact.span is not None]
    data = {
        "key": key,
        "epoch": st.session_state.setdefault(_EPOCH, uuid4().hex),
        "done": st.session_state.get(_done(key), 0),
        "runs": [[run.text, list(run.ids)] for run in split_by_spans(text, spans)],
        "facts": [
            {
                "id": fact.fact_id,
                "text": fact.text,
                "quote": fact.quote,
                "isLost": fact.quote is not None and fact.span is None,
                "labels": dict(fact.labels),
                "automatic": dict(fact.automatic),
                "note": fact.note,
            }
            for fact in facts
        ],
        "labels": [
            {"name": label.name, "title": label.title, "means": label.means} for label in labels
        ],
        "values": [
            {"title": value.title, "means": value.means, "was": value.was, "now": value.now}
            for value in values
        ],
        "said": said,
        "context": [list(entry) for entry in context],
    }
    _component(key=key, data=data, on_edits_change=lambda: _take(key, on_edit))


def _take(key: str, on_edit: Callable[[Edit], None]) -> None:
    sent = st.session_state[key].get("edits") or {}
    if sent.get("epoch") != st.session_state.get(_EPOCH):
        return
    for said in sent["list"]:
        if said["n"] > st.session_state.get(_done(key), 0):
            st.session_state[_done(key)] = said["n"]
            on_edit(_edit(said))


def _done(key: str) -> str:
    return f"_done:{key}"


def _edit(said: Mapping[str, Any]) -> Edit:
    span = said.get("span")
    return Edit(
        kind=EditKind(said["kind"]),
        facts=tuple(said.get("facts", ())),
        text=said.get("text"),
        quote=said.get("quote"),
        span=Span(*span) if span else None,
        parts=tuple(said.get("parts", ())),
        label=said.get("label", ""),
        value=said.get("value"),
    )
