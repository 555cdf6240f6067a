"""The log of what people did: one act for each key press or click that changes anything.

Rows elsewhere (labels, fact edits, preferences, tags) belong to an act and carry its id. Nothing is
edited or deleted: an act that a later one `undoes` counts for nothing, in every table at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import duckdb

from profile_core.store.ids import event_id
from profile_core.store.rows import number
from profile_core.store.study import Counter, Study
from profile_core.types import Mode, Order


class Action(StrEnum):
    """What a person did."""

    ASSIGN = "assign"
    """Took an item of a queue; nobody else gets it beyond the number wanted."""
    RELEASE = "release"
    """Gave an item back, or had it taken back."""
    VIEW = "view"
    LABEL = "label"
    """Gave or confirmed factor values."""
    FACTS = "facts"
    """Changed facts or their labels, and with them the factor values that rest on them."""
    PREFER = "prefer"
    SAVE = "save"
    """Finished an item by hand, as it stands."""
    SKIP = "skip"
    FLAG = "flag"
    REOPEN = "reopen"
    """Took up an item that was finished."""
    ADJUDICATE = "adjudicate"
    TAG = "tag"
    """Said what kind of request a prompt is."""
    UNDO = "undo"
    IMPORT = "import"


COUNTED_BY: dict[Action, Counter | None] = {
    Action.ASSIGN: None,
    Action.RELEASE: None,
    Action.VIEW: None,
    Action.PREFER: Counter.DATA,
    Action.TAG: Counter.DATA,
}
"""The counter that an act moves, where it is not `Counter.CORRECTIONS`."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a person did."""

    act_id: str
    """A UUID version 7: later acts sort later."""
    annotator: str
    action: Action
    queue_id: str | None = None
    pair_id: str | None = None
    response_id: str | None = None
    mode: Mode | None = None
    shown_order: Order | None = None
    note: str | None = None
    undoes: str | None = None
    created_at: datetime | None = None
    """Coordinated universal time, without a zone, as all times of a study."""


_INSERT = """
INSERT INTO act
SELECT $act_id, CAST(value AS BIGINT) + $step, $annotator, $action, $queue_id, $pair_id,
    $response_id, $mode, $shown_order, $note, $undoes, $created_at
FROM meta WHERE key = 'correction_seq'"""


@contextmanager
def acting(
    study: Study,
    annotator: str,
    action: Action,
    *,
    queue_id: str | None = None,
    pair_id: str | None = None,
    response_id: str | None = None,
    mode: Mode | None = None,
    shown_order: Order | None = None,
    note: str | None = None,
    undoes: str | None = None,
    counter: Counter | None = Counter.CORRECTIONS,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Act]]:
    """Hold the writer for one act: its row is written, and the block adds what belongs to it.

    All of it is committed together when the block ends, and durable from then on; nothing is kept
    if it raises. The counter is the action's own (`COUNTED_BY`); for UNDO, pass that of what is
    undone.
    """
    counter = COUNTED_BY.get(action, counter)
    with study.writing(counter) as cursor:
        act = Act(
            event_id(),
            annotator,
            action,
            queue_id,
            pair_id,
            response_id,
            mode,
            shown_order,
            note,
            undoes,
            datetime.now(UTC).replace(tzinfo=None),
        )
        record(cursor, act, moves_corrections=counter is Counter.CORRECTIONS)
        yield cursor, act


def record(cursor: duckdb.DuckDBPyConnection, act: Act, *, moves_corrections: bool) -> None:
    """Write an act's row within a transaction that the caller holds."""
    number(
        cursor,
        _INSERT,
        {
            "act_id": act.act_id,
            "step": int(moves_corrections),
            "annotator": act.annotator,
            "action": act.action.value,
            "queue_id": act.queue_id,
            "pair_id": act.pair_id,
            "response_id": act.response_id,
            "mode": act.mode and act.mode.value,
            "shown_order": act.shown_order and act.shown_order.value,
            "note": act.note,
            "undoes": act.undoes,
            "created_at": act.created_at,
        },
    )
