"""Settling what annotators disagree on, one value after the other, without seeing who said what.

An adjudicated value wins in every label set that uses corrections; the annotators' own labels
stay as they are. What is settled leaves the list, and the next one takes its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from profile_core.annotation import agreement
from profile_core.annotation.agreement import Disagreement
from profile_core.store import labels
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.types import Factor
from profile_core.ui import annotate_agreement, annotate_settle, asked, frame, router
from profile_core.ui.annotate_agreement import DISPUTED_FACTOR, PREFERENCES, SETTLED, VIEW

_PLACE = "_dispute"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where somebody stands in the list: on a disagreement, or where it was."""

    key: str = ""
    position: int = 0


def draw(study: Study, annotator: str) -> None:
    """Draw the disagreement at hand with what settles it, and the way through the others."""
    shared = sum(row.shared for row in annotate_agreement.found(study))
    if not shared:
        _nothing_shared()
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choosing = st.container(width=240)
        with_settled = st.toggle("Also settled ones", key=SETTLED, bind="query-params")
    disputes = _disputes(study.key, study.versions(), with_settled, study)
    with choosing:
        chosen = _factor(disputes)
    kept = [dispute for dispute in disputes if chosen in (None, _name(dispute))]
    if not kept:
        frame.empty(
            "Nothing is left to settle.",
            f"Annotators agree on {numbers.counted(shared, 'value')} that two or more of them "
            "gave, but for what has been settled.",
        )
        annotate_settle.undo_button(study, annotator)
        annotate_settle.told()
        return
    factors = labels.in_force(study).factors
    frame.state(_sentence(disputes, factors))
    position = _position(kept)
    _way(kept, position)
    annotate_settle.draw(study, annotator, kept[position], factors)


@st.cache_data(max_entries=4, show_spinner=False)
def _disputes(
    key: str, versions: Versions, with_settled: bool, _study: Study
) -> list[Disagreement]:
    return agreement.disagreements(_study, settled=with_settled)


def _name(dispute: Disagreement) -> str:
    return dispute.factor or PREFERENCES


def _factor(disputes: Sequence[Disagreement]) -> str | None:
    names = list(dict.fromkeys(map(_name, disputes)))
    remark = asked.remark(
        DISPUTED_FACTOR, "factor", names, "all disagreements are shown", "which is not in dispute"
    )
    chosen: str | None = st.selectbox(
        "Factor",
        names,
        index=None,
        placeholder="All in dispute",
        key=DISPUTED_FACTOR,
        bind="query-params",
    )
    asked.tell([remark])
    return chosen


def _sentence(disputes: Sequence[Disagreement], factors: Mapping[str, Factor]) -> str:
    open_ones = Counter(_name(dispute) for dispute in disputes if not dispute.adjudicated)
    if not open_ones:
        return "Everything is settled."
    parts = [
        f"{numbers.count(number)} on {_title(name, factors)}"
        for name, number in open_ones.most_common()
    ]
    total = numbers.counted(open_ones.total(), "disagreement")
    return f"{total} to settle: {numbers.listed(parts)}."


def _title(name: str, factors: Mapping[str, Factor]) -> str:
    return factors[name].title if name in factors else name


def _position(kept: Sequence[Disagreement]) -> int:
    place: _Place = st.session_state.get(_PLACE, _Place())
    keys = [annotate_settle.key(dispute) for dispute in kept]
    for key in (st.session_state.pop(annotate_settle.BACK, ""), place.key):
        if key in keys:
            return keys.index(key)
    return min(place.position, len(kept) - 1)


def _way(kept: Sequence[Disagreement], position: int) -> None:
    """Draw the buttons that lead on and back; and keep where the list is read."""
    st.session_state[_PLACE] = _Place(annotate_settle.key(kept[position]), position)
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, shortcut, to in (("Previous", "K", position - 1), ("Next", "J", position + 1)):
            st.button(
                label,
                shortcut=shortcut,
                key=f"dispute-{label}",
                disabled=not 0 <= to < len(kept),
                on_click=_go,
                args=(annotate_settle.key(kept[to % len(kept)]), to),
            )
        frame.note(f"{position + 1} of {len(kept)}; of each factor the widest apart first")


def _go(key: str, position: int) -> None:
    st.session_state[_PLACE] = _Place(key, position)


def _nothing_shared() -> None:
    frame.empty(
        "Here stand the values on which annotators differ, to be settled by one person.",
        "No two people have labelled the same thing yet. Draw a queue whose pairs go in part to "
        "two annotators or more.",
    )
    router.link("annotate", "Draw a queue", {VIEW: "queues"})
