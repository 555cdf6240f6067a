"""Every label that people gave a response's factors, those that no longer count among them.

For history alone: what counts is in the views `standing_label` and `corrected_value`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from profile_core.store.labels import LabelAction
from profile_core.types import Mode, QueueKind


@dataclass(frozen=True, slots=True)
class Undoing:
    """The act that took a label back."""

    act_id: str
    annotator: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """A label as it was given."""

    action: LabelAction
    mode: Mode
    queue_kind: QueueKind | None
    undone: Undoing | None
    event_id: str
    """A UUID version 7, as the ids of acts: later ones sort later."""
    response_id: str
    factor: str
    annotator: str
    created_at: datetime
    queue_name: str | None
    """None outside a queue, and for labels that came from another study."""
    automatic: float | None
    """The automatic value when it was given; None also for not applicable."""
    value: float | None
    """What was said; None for not applicable, and for `cannot_tell`."""
    extractor: str | None
    """Whose automatic value that was; None where there was none."""
    extractor_version: str | None
    note: str | None


_HISTORY = """
WITH undoing AS (
    SELECT undoes, arg_min(act_id, act_id) AS act_id, arg_min(annotator, act_id) AS annotator,
        arg_min(created_at, act_id) AS created_at
    FROM act WHERE undoes IS NOT NULL GROUP BY undoes)
SELECT label.action, label.mode, label.queue, undoing.act_id, undoing.annotator,
    undoing.created_at, event_id, label.response_id, factor, label.annotator, label.created_at,
    queue.name, old_value, new_value, extractor, extractor_version, coalesce(label.note, act.note)
FROM correction AS label
LEFT JOIN act ON act.act_id = label.act_id
LEFT JOIN queue ON queue.queue_id = act.queue_id
LEFT JOIN undoing ON undoing.undoes = label.act_id
WHERE label.response_id = $response AND ($factor IS NULL OR factor = $factor)
ORDER BY event_id"""


def read(
    cursor: duckdb.DuckDBPyConnection, response_id: str, factor: str | None = None
) -> list[LabelRecord]:
    """Read the labels of a response's factors, or of one of them, the oldest first."""
    rows = cursor.execute(_HISTORY, {"response": response_id, "factor": factor}).fetchall()
    return [
        LabelRecord(
            LabelAction(action),
            Mode(mode),
            queue_kind and QueueKind(queue_kind),
            Undoing(act_id, annotator, created_at) if act_id else None,
            *rest,
        )
        for action, mode, queue_kind, act_id, annotator, created_at, *rest in rows
    ]
