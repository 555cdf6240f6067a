"""A pair of the disagreement list, opened in its place: a person's own verdict, and factor labels.

It is the labelling desk that lies open there, with its keys, acknowledgements and undo; this module
owns which row is open, what stands around the desk, and that the list keeps its place.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import streamlit as st

from profile_core.analysis.example import Chosen
from profile_core.analysis.judge_disagreements import Disagreement
from profile_core.store.study import Study
from profile_core.types import Asks, Order
from profile_core.ui import annotate_desk, annotate_prefer, filters, frame, identity, router, text
from profile_core.ui.annotate_events import Work

_OPENED = "_mended"
_ASKS = {"your verdict": Asks.PREFERENCE, "factor labels": Asks.FACTORS}


@dataclass(frozen=True, slots=True)
class Opened:
    """The pair that is open in a list, and where: it may leave the list by what is said of it."""

    listed: Hashable
    """Tells one list from another."""
    pair_id: str
    place: int


def opened(listed: Hashable, pair_ids: Sequence[str]) -> Opened | None:
    """Tell what is open in a list; undoing may have taken up another pair than was opened."""
    found: Opened | None = st.session_state.get(_OPENED)
    if found is None or found.listed != listed:
        return None
    lying = annotate_desk.lies()
    pair_id = found.pair_id
    if lying and lying.is_in_list and lying.pair_id:
        pair_id = lying.pair_id
    place = pair_ids.index(pair_id) if pair_id in pair_ids else min(found.place, len(pair_ids))
    found = st.session_state[_OPENED] = Opened(listed, pair_id, place)
    return found


def button(listed: Hashable, pair_id: str, place: int, *, is_open: bool) -> None:
    """Draw the button that opens a row's pair, or closes it."""
    st.button(
        "Close pair" if is_open else "Open pair",
        key=f"mend-{pair_id}",
        type="tertiary",
        width=88,
        on_click=_open,
        args=(None if is_open else Opened(listed, pair_id, place),),
    )


def draw(study: Study, found: Opened, pair_ids: Sequence[str], row: Disagreement | None) -> None:
    """Draw the open pair; `row` is None where it is none of the list's any more."""
    with st.container(key="mend"):
        if row is None:
            frame.note("This pair is none of those listed now; it stays open until you go on.")
        annotator = identity.annotator()
        if annotator is None:
            return
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            asks = st.segmented_control(
                "What to say",
                list(_ASKS),
                default=next(iter(_ASKS)),
                required=True,
                key=filters.parameter("judges", "say"),
                label_visibility="collapsed",
            )
            with st.container(horizontal=True, vertical_alignment="center", width="content"):
                _way(found, pair_ids)
        if row is not None:
            text.facts([_told(side) for side in (row.judge, row.against)])
        work = Work(annotator, pair_id=found.pair_id, asks=_ASKS[asks], is_in_list=True)
        annotate_desk.draw(study, work)
        with st.container(horizontal=True, vertical_alignment="center"):
            if _ASKS[asks] is Asks.PREFERENCE:
                frame.note(
                    "Said in sight of what others chose: kept as a review, "
                    "not as a blind preference."
                )
            router.link("browse", "All that is known of this pair", {"pair": found.pair_id})


def _told(said: Chosen) -> tuple[str, str]:
    """Say what a source chose; of a pair in a list, a stands on the left."""
    words = annotate_prefer.in_words(Order.AB, said.choice) if said.choice else "no choice"
    return said.source.name, f"{words} (flipped)" if said.flipped else words


def _way(found: Opened, pair_ids: Sequence[str]) -> None:
    """Draw the buttons to the rows before and behind, which close this one."""
    is_listed = found.pair_id in pair_ids
    for label, shortcut, to in (
        ("Previous", "K", found.place - 1),
        ("Next", "J", found.place + is_listed),
    ):
        is_there = 0 <= to < len(pair_ids)
        st.button(
            label,
            shortcut=shortcut,
            key=f"mend-{label}",
            disabled=not is_there,
            on_click=_open,
            args=(Opened(found.listed, pair_ids[to], to) if is_there else None,),
        )


def _open(wanted: Opened | None) -> None:
    st.session_state[_OPENED] = wanted
    annotate_desk.clear()
