"""The way to the desk: the queues with their progress, one button to go on, and drawing a queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from profile_core.annotation.progress import QueueProgress, progress
from profile_core.store import census, desk_log, labels
from profile_core.store import queues as store
from profile_core.store.queues import Queue
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import Asks, Mode
from profile_core.ui import annotate_draw, filters, frame, tables

QUEUE, PAIR, VIEW = (filters.parameter("annotate", name) for name in ("queue", "pair", "view"))
"""Names in the page's address."""


def draw(study: Study, annotator: str) -> None:
    """Draw the queues, or how to draw the first."""
    with study.cursor() as cursor:
        known = store.all_queues(cursor)
    if not known:
        frame.empty(
            "Here stand the queues of pairs to label, and how far they are.",
            "A queue is a draw of pairs: what people say of them can be weighted back to all.",
        )
        annotate_draw.form(study, annotator, 0)
        return
    found = [progress(study, queue.queue_id) for queue in known]
    titles = _titles(study)
    _next(found, annotator, titles)
    _table(found, annotator, titles)
    with st.expander("Draw another queue", key="annotate-draw-another"):
        annotate_draw.form(study, annotator, len(known))


def has_pairs(study: Study) -> bool:
    """Tell whether there is anything to label."""
    with study.cursor() as cursor:
        return bool(census.table_counts(cursor)["pair"])


def purpose(study: Study, queue_id: str | None, pair_id: str | None) -> str:
    """Say what the page is for; UnknownName for a queue or pair that the study does not have."""
    with study.cursor() as cursor:
        queue = store.read_queue(cursor, queue_id) if queue_id else None
        if pair_id:
            desk_log.read_pair(cursor, pair_id, queue_id)
    if queue:
        return _sentence(queue, _titles(study))
    if pair_id:
        return "Check every automatic value of this pair, and change what is wrong."
    return "Correct factor labels, edit facts, or say which response you prefer."


def _sentence(queue: Queue, titles: Mapping[str, str]) -> str:
    if queue.asks is Asks.PREFERENCE:
        return "Say which of two responses is better; who wrote them is not shown."
    if queue.asks is Asks.FACTS:
        return "Check the facts that each response states, and what is said of them."
    factors = _few(queue.factors, titles)
    if queue.mode is Mode.BLIND:
        return f"Give your own values of {factors}; automatic ones are hidden until you finish."
    return f"Check the automatic values of {factors}, and change what is wrong."


def _few(factors: Sequence[str], titles: Mapping[str, str]) -> str:
    named = [numbers.inline(titles.get(name, name)) for name in factors]
    if len(named) > 4:
        named[3:] = [f"{len(named) - 3} more factors"]
    return numbers.listed(named)


def _titles(study: Study) -> dict[str, str]:
    return {name: factor.title for name, factor in labels.in_force(study).factors.items()}


def _next(found: Sequence[QueueProgress], annotator: str, titles: Mapping[str, str]) -> None:
    """Draw the one button that goes on: where this person has most at hand, else where there is."""
    open_ones = [entry for entry in found if _left(entry, annotator)]
    if not open_ones:
        frame.state("Nothing is left to do in any queue.")
        return
    drawn = annotate_draw.latest()
    best = max(
        open_ones,
        key=lambda entry: (entry.queue.queue_id == drawn, _at_hand(entry, annotator) > 0),
    )
    begun = any(person.annotator == annotator and person.done for person in best.people)
    frame.section(best.queue.name, _sentence(best.queue, titles))
    st.button(
        "Go on" if begun else "Begin",
        type="primary",
        key="go-on",
        shortcut="Enter",
        on_click=_open,
        args=(best.queue.queue_id,),
    )


def _open(queue_id: str) -> None:
    annotate_draw.forget()
    st.query_params.from_dict({QUEUE: queue_id})


def _table(found: Sequence[QueueProgress], annotator: str, titles: Mapping[str, str]) -> None:
    columns = [
        tables.Column("Queue"),
        tables.Column("Asks"),
        tables.Column("Drawn"),
        tables.Column("Complete", is_number=True, help="Pairs that all annotators wanted finished"),
        tables.Column("You did", is_number=True),
        tables.Column("At hand", is_number=True, help="Assigned to you and not finished"),
        tables.Column("Not answered", is_number=True, help="Skipped, flagged or can't tell"),
        tables.Column("Work left", is_number=True, help="Of one person, at the pace so far"),
    ]
    rows: list[list[tables.Cell]] = []
    for entry in found:
        queue = entry.queue
        own = next((one for one in entry.people if one.annotator == annotator), None)
        rows.append(
            [
                tables.Link(queue.name, "annotate", ((QUEUE, queue.queue_id),)),
                _asks(queue, titles),
                f"{queue.kind}, of {numbers.count(queue.population)}",
                f"{numbers.count(entry.complete)} of {numbers.count(entry.drawn)}",
                numbers.count(own.done if own else 0),
                numbers.count(own.left if own else 0),
                numbers.NONE if entry.nonresponse is None else numbers.percent(entry.nonresponse),
                numbers.NONE
                if entry.seconds_left is None
                else numbers.duration(entry.seconds_left)
                if entry.items_left
                else "none",
            ]
        )
    tables.table(columns, rows, caption="Queues of this study.")


def _asks(queue: Queue, titles: Mapping[str, str]) -> str:
    what = _few(queue.factors, titles)
    if queue.asks is Asks.FACTORS:
        return f"{what}; {queue.mode}"
    return (
        "preference; blind"
        if queue.asks is Asks.PREFERENCE
        else f"facts: {what}"
        if what
        else "facts"
    )


def _at_hand(entry: QueueProgress, annotator: str) -> int:
    return sum(person.left for person in entry.people if person.annotator == annotator)


def _left(entry: QueueProgress, annotator: str) -> bool:
    """Tell whether a queue has something for this person: at hand, or not yet given to anybody."""
    own = sum(person.done + person.left for person in entry.people if person.annotator == annotator)
    is_free = entry.items_left > sum(person.left for person in entry.people)
    return _at_hand(entry, annotator) > 0 or (is_free and own < entry.drawn)
