"""How each value of a response came to be what it is: every label, and what it changed.

The log is replayed: before each label stands the value that was in force then, as the label set
`corrected` took it (adjudicated first, else the latest that somebody gave, else the automatic).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from profile_core.errors import UnknownName
from profile_core.store import factors as factor_store
from profile_core.store import label_history
from profile_core.store.label_history import LabelRecord
from profile_core.store.labels import LabelAction
from profile_core.store.study import Study
from profile_core.types import Factor


@dataclass(frozen=True, slots=True)
class Stated:
    """A value, where there is one."""

    value: float | None
    """None for not applicable."""


@dataclass(frozen=True, slots=True)
class LabelEvent:
    """A label, and what it changed."""

    factor: Factor
    label: LabelRecord
    before: Stated | None
    """The value in force before it; None where there was none."""
    after: Stated | None
    """The value in force after it: not what was said, where an adjudicated value stands."""
    is_in_force: bool
    """Whether the value that counts today is this one."""


def history(study: Study, response_id: str, factor: str | None = None) -> tuple[LabelEvent, ...]:
    """Tell what people did to the values of a response, or of one factor of it, oldest first.

    Raises UnknownName for a factor that the study does not have.
    """
    with study.cursor() as cursor:
        defined = factor_store.current(cursor)
        if factor is not None and factor not in defined:
            raise UnknownName("factor", factor, defined)
        records = label_history.read(cursor, response_id, factor)
    by_factor: dict[str, list[LabelRecord]] = defaultdict(list)
    for record in records:
        by_factor[record.factor].append(record)
    events = [
        event
        for name, labels in by_factor.items()
        if name in defined
        for event in _replayed(defined[name], labels)
    ]
    return tuple(sorted(events, key=lambda event: event.label.event_id))


def _replayed(factor: Factor, labels: list[LabelRecord]) -> list[LabelEvent]:
    counting = _in_force(label for label in labels if label.undone is None)
    events = []
    for place, label in enumerate(labels):
        earlier = [
            other
            for other in labels[:place]
            if other.undone is None or other.undone.act_id > label.event_id
        ]
        automatic = None if label.extractor is None else Stated(label.automatic)
        before, after = _in_force(earlier), _in_force([*earlier, label])
        events.append(
            LabelEvent(
                factor,
                label,
                Stated(before.value) if before else automatic,
                Stated(after.value) if after else automatic,
                label is counting,
            )
        )
    return events


def _in_force(labels: Iterable[LabelRecord]) -> LabelRecord | None:
    """Find the label whose value counts, as the view `corrected_value` does."""
    latest: dict[tuple[str, bool], LabelRecord] = {}
    for label in labels:
        latest[label.annotator, label.action is LabelAction.ADJUDICATE] = label
    stated = [label for label in latest.values() if label.action is not LabelAction.CANNOT_TELL]
    return max(
        stated,
        key=lambda label: (label.action is LabelAction.ADJUDICATE, label.event_id),
        default=None,
    )
