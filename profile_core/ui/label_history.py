"""How each value of a response came to be what it is: who said what, when, why, and what stands.

It names people and tells automatic values, so it has no place beside an item that is labelled
blind.
"""

from __future__ import annotations

from datetime import datetime

from profile_core.annotation import facts
from profile_core.annotation.facts import Edited
from profile_core.annotation.history import LabelEvent, Stated, history
from profile_core.factors.atomic import ATOMIC_FACTORS
from profile_core.store.labels import LabelAction
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import Factor, Mode
from profile_core.ui import frame, tables
from profile_core.ui.annotate_review import amount

_MODES = {Mode.REVIEW: "review", Mode.BLIND: "blind", Mode.ADJUDICATION: "settled"}
_HOW = (
    "Review: in sight of the automatic value. Blind: without it. Settled: by who saw what others "
    "had said, and not their names."
)


def draw(study: Study, response_id: str, factor: str | None = None) -> None:
    """Draw every label of a response's factors, or of one of them, and every edit of its facts.

    Raises UnknownName for a factor that the study does not have.
    """
    events = history(study, response_id, factor)
    edits: tuple[Edited, ...] = ()
    if factor is None or factor in ATOMIC_FACTORS:
        edits = facts.history(study, response_id)
    if not events and not edits:
        frame.empty(
            "Here stands who gave which value, when, and why.",
            "Nobody has labelled this response yet, so every value is the automatic one.",
        )
        return
    if events:
        _labels(events, with_factor=factor is None)
    if edits:
        _edits(edits)


def _labels(events: tuple[LabelEvent, ...], *, with_factor: bool) -> None:
    columns = [
        tables.Column("When", help="Coordinated universal time"),
        tables.Column("Who"),
        *([tables.Column("Factor")] if with_factor else []),
        tables.Column("From", help="The value in force before: automatic, or somebody's"),
        tables.Column("To"),
        tables.Column("How", help=_HOW),
        tables.Column("Queue"),
        tables.Column("Why"),
        tables.Column("Today"),
    ]
    settled = {
        event.factor.name
        for event in events
        if event.is_in_force and event.label.action is LabelAction.ADJUDICATE
    }
    rows: list[list[tables.Cell]] = [
        [
            when(event.label.created_at),
            event.label.annotator,
            *([event.factor.title] if with_factor else []),
            _stated(event.factor, event.before),
            _said(event),
            _MODES[event.label.mode],
            _queue(event),
            event.label.note or "",
            _today(event, settled),
        ]
        for event in reversed(events)
    ]
    tables.table(columns, rows, caption="Labels, the latest first; nothing is ever deleted.")


def _edits(edits: tuple[Edited, ...]) -> None:
    tables.table(
        [
            tables.Column("When", help="Coordinated universal time"),
            tables.Column("Who"),
            tables.Column("What"),
            tables.Column("Today"),
        ],
        [
            [
                when(edit.created_at),
                edit.annotator,
                edit.sentence,
                "undone" if edit.is_undone else "stands",
            ]
            for edit in reversed(edits)
        ],
        caption="Edits of its facts, the latest first.",
    )


def when(moment: datetime | None) -> str:
    """Write a time of the study, which is UTC, to the minute; it breaks over no line."""
    return numbers.NONE if moment is None else f"{moment:%d %b %Y %H:%M}".replace(" ", "\u00a0")


def _stated(factor: Factor, stated: Stated | None) -> str:
    return "no value" if stated is None else amount(factor, stated.value)


def _said(event: LabelEvent) -> str:
    label = event.label
    if label.action is LabelAction.CANNOT_TELL:
        return "can't tell"
    words = amount(event.factor, label.value)
    return f"{words}, accepted" if label.action is LabelAction.ACCEPT else words


def _queue(event: LabelEvent) -> str:
    label = event.label
    kind = str(label.queue_kind or "")
    return f"{label.queue_name} ({kind})" if label.queue_name and kind else kind or "none"


def _today(event: LabelEvent, settled: set[str]) -> str:
    label = event.label
    if label.undone is not None:
        by = "" if label.undone.annotator == label.annotator else f" by {label.undone.annotator}"
        return f"undone {when(label.undone.created_at)}{by}"
    if event.is_in_force:
        return "in force"
    if label.action is LabelAction.CANNOT_TELL:
        return "gives no value"
    return "settled since" if event.factor.name in settled else "a later one stands"
