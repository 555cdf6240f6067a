"""Drawing a queue: what is asked, of which pairs, how many, and how they are drawn."""

from __future__ import annotations

import streamlit as st

from profile_core.analysis import conditions, pair_values
from profile_core.analysis.shown import taxonomy_order
from profile_core.annotation import queues
from profile_core.errors import ProfileError
from profile_core.factors.atomic import ATOMIC_FACTORS
from profile_core.store import labels
from profile_core.store.study import Study
from profile_core.types import Asks, Factor, FactorKind, Mode, QueueKind, Setting
from profile_core.ui import filters, frame

_LATEST = "_drawn_queue"
_ASKS = {"factor values": Asks.FACTORS, "a preference": Asks.PREFERENCE, "facts": Asks.FACTS}
_MODES = {"review": Mode.REVIEW, "blind": Mode.BLIND}
_KINDS = {"random": QueueKind.RANDOM, "targeted": QueueKind.TARGETED}
_MODE_HELP = (
    "Review: automatic values are shown, to be accepted or changed. Blind: they are hidden until "
    "an item is finished, so that they cannot sway anybody."
)
_KIND_HELP = (
    "Random: every pair with the same probability. Targeted: pairs whose automatic values are "
    "doubtful with a higher one. Estimates weight both by these probabilities."
)
_OVERLAP_HELP = (
    "This many people label the same pairs on a share of the queue, so that their agreement can "
    "be measured."
)
_FIELD = "draw-"
_SIZE, _SHARE = 60, 20


def form(study: Study, annotator: str, number: int) -> None:
    """Draw the fields and the button that draws queue `number`; the page follows when it has."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asks = _ASKS[_choose("Ask for", list(_ASKS), "asks")]
        mode = Mode.BLIND if asks is Asks.PREFERENCE else Mode.REVIEW
        kind = QueueKind.RANDOM
        if asks is Asks.FACTORS:
            mode = _MODES[_choose("Mode", list(_MODES), "mode", _MODE_HELP)]
        if asks is not Asks.PREFERENCE:
            kind = _KINDS[_choose("Draw", list(_KINDS), "kind", _KIND_HELP)]
    factors = [] if asks is Asks.PREFERENCE else _factors(study, asks)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        where = _where(study)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = _number("Pairs", "size", 1_000_000, _SIZE, "The expected number of pairs drawn.")
        people = _number("People on a pair", "overlap", 20, 1, _OVERLAP_HELP)
        share = _number("on % of the pairs", "share", 100, _SHARE) if people > 1 else 0
        # A name of its own for each queue, so that the last one's is not offered again.
        name = st.text_input(
            "Name", key=f"{_FIELD}name-{number}", placeholder="Named by what it asks", width=240
        )
    if not st.button("Draw the queue", type="primary", key=f"{_FIELD}go"):
        return
    try:
        queue = queues.draw(
            study,
            kind=kind,
            size=size,
            factors=factors,
            where=where,
            asks=asks,
            mode=mode,
            overlap=people,
            overlap_share=share / 100,
            name=name,
            created_by=annotator,
        )
    except ProfileError as error:
        frame.problem(error, "No queue was drawn; what you chose still stands here.")
        return
    st.session_state[_LATEST] = queue.queue_id
    st.rerun()


def latest() -> str | None:
    """Give the queue that was drawn last in this session and not begun yet."""
    drawn: str | None = st.session_state.get(_LATEST)
    return drawn


def forget() -> None:
    """Drop what `latest` gives."""
    st.session_state[_LATEST] = None


def _choose(label: str, options: list[str], key: str, help: str | None = None) -> str:
    chosen: str = st.segmented_control(
        label, options, default=options[0], required=True, key=f"{_FIELD}{key}", help=help
    )
    return chosen


def _number(label: str, key: str, high: int, value: int, help: str | None = None) -> int:
    return st.number_input(
        label, 1, high, value, step=1, key=f"{_FIELD}{key}", help=help, width=150
    )


def _factors(study: Study, asks: Asks) -> list[str]:
    known = {factor.name: factor for factor in _measured(study)}
    if asks is Asks.FACTS:
        known = {name: factor for name, factor in known.items() if name in ATOMIC_FACTORS}
    rated = [factor.name for factor in known.values() if _is_for_all(factor)]
    return st.multiselect(
        "Factors",
        list(known),
        default=[] if asks is Asks.FACTS else rated[:3],
        format_func=lambda name: known[name].title,
        key=f"{_FIELD}factors-{asks}",
        placeholder="All that rest on facts" if asks is Asks.FACTS else "What people look at",
        help="Those that have automatic values. A pair is drawn only if both responses have them.",
    )


def _is_for_all(factor: Factor) -> bool:
    is_rated = factor.kind in (FactorKind.ORDINAL_1_5, FactorKind.ORDINAL_0_3)
    return is_rated and factor.taxonomy == "profile" and not factor.applies_to


def _measured(study: Study) -> list[Factor]:
    used = labels.in_force(study)
    return sorted((used.factors[name] for name in used.extractors), key=taxonomy_order)


def _where(study: Study) -> str | None:
    # Score levels outnumber the pairs that somebody chose on, and labels of those say most.
    parts = [
        _column(study, "setting", "Setting", "Both settings", Setting.EVALUATION),
        _column(study, "task", "Task", "All tasks"),
    ]
    typed = st.text_input(
        "Condition",
        key=f"{_FIELD}where",
        placeholder="All pairs, or such as length_a > 100",
        help=filters.WHERE_HELP,
        width="stretch",
    ).strip()
    return conditions.all_of([*parts, typed or None])


def _column(
    study: Study, column: str, label: str, none: str, default: str | None = None
) -> str | None:
    values = list(pair_values.values(study, column))
    if len(values) < 2:
        return None
    chosen = st.selectbox(
        label,
        values,
        index=values.index(default) if default in values else None,
        key=f"{_FIELD}{column}",
        placeholder=none,
        width=180,
    )
    return conditions.equals(column, chosen) if chosen else None
