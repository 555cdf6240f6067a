"""The desk's keyboard and cells in the browser, and the events that come back from there.

Owns the one component (`annotate_drawing.js` and `annotate_controls.js`) and the shape of what
passes to and fro. Moving about happens in the browser, so that it costs nothing; whatever changes
the study comes back as an event that names the item it was meant for, in order, each exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import streamlit as st

from profile_core.annotation.desk import Label, LabelAction

_KEY = "desk-controls"

_controls = st.components.v2.component(
    "profile_core.annotate_controls",
    js="".join(
        (files("profile_core.ui") / name).read_text(encoding="utf-8")
        for name in ("annotate_drawing.js", "annotate_controls.js")
    ),
    isolate_styles=False,
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a person did on an item."""

    number: int
    """Counts up within a session."""
    act: str
    pair_id: str | None
    """The item that was on the screen; None at the end of a queue."""
    fields: Mapping[str, Any]

    @property
    def note(self) -> str | None:
        """What was written with it."""
        return self.fields.get("note") or None

    @property
    def labels(self) -> list[Label]:
        """The labels that it gives."""
        return [
            Label(
                said["response"],
                said["factor"],
                LabelAction(said["action"]),
                said["value"],
                said["note"],
            )
            for said in self.fields.get("labels", ())
        ]


def draw(data: Mapping[str, Any], on_events: Callable[[], None]) -> None:
    """Draw the controls; `on_events` is called before the next run when events have come."""
    _controls(key=_KEY, data=dict(data), on_events_change=on_events)


def events(epoch: str, acknowledged: int) -> list[Event]:
    """Give what has come since the last acknowledged event of this session, in order."""
    came = (st.session_state.get(_KEY) or {}).get("events") or {}
    if came.get("epoch") != epoch:
        return []
    return [
        Event(event["n"], event["act"], event["item"], event)
        for event in came["list"]
        if event["n"] > acknowledged
    ]
