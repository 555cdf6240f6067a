"""Where an annotator stands in a queue: one quiet line above the item, and the queue's end."""

from __future__ import annotations

import streamlit as st

from profile_core.annotation.desk import State
from profile_core.text import numbers
from profile_core.ui import annotate_events, frame
from profile_core.ui.annotate_events import Desk
from profile_core.ui.annotate_standing import Standing
from profile_core.ui.text import inline


def draw(held: Desk) -> None:
    """Say which item this is, what became of it, how much is done, and at what pace."""
    item = held.item
    if item is None:
        return
    state = annotate_events.state_in_words(item.state)
    if held.standing is None or item.place is None:
        _line([f"One pair, outside any queue: {state}", held.work.annotator])
        return
    _line([f"Item {item.place + 1}: {state}", *_own(held.standing), held.work.annotator])


def end(held: Desk) -> None:
    """Say that nothing is left to do in a queue, and where to go from there."""
    found = held.standing
    if found is None:
        return
    if found.complete == found.drawn:
        what = f"This queue is done: all {numbers.counted(found.drawn, 'pair')} are complete."
    else:
        what = "Nothing is left for you in this queue: others have what is still open."
    done = f"You finished {numbers.counted(found.done, 'item')}{_aside(found)}. Thank you."
    frame.empty(what, done if found.done else "")


def _line(parts: list[str]) -> None:
    said = " · ".join(inline(part) for part in parts if part)
    st.html(f'<p class="pf-note pf-desk-line">{said}</p>')


def _own(found: Standing) -> list[str]:
    parts = [
        f"{numbers.count(found.done)} done{_aside(found)}, {numbers.count(found.left)} at hand"
    ]
    if found.seconds_an_item is not None:
        parts.append(
            f"{numbers.duration(found.seconds_an_item)} an item, "
            f"about {numbers.duration(found.seconds_an_item * found.left)} left"
        )
    return parts


def _aside(found: Standing) -> str:
    kinds = (State.SKIPPED, State.FLAGGED)
    aside = [f"{numbers.count(found.states[kind])} {kind}" for kind in kinds if found.states[kind]]
    return f" ({numbers.listed(aside)})" if aside else ""
