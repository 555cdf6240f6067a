"""Reads of the log of acts: who holds which item of a queue, and what became of it.

An item is a pair that a queue gives to an annotator, or one opened by itself. Its state is never
stored: it follows from the annotator's acts on it that were not undone, and from the labels that
the annotator has for its cells, wherever they were given. Owns that rule and reads only; handing
items out and undoing are `desk_acts`'.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import duckdb

from profile_core.errors import UnknownName
from profile_core.factors.atomic import ATOMIC_FACTORS
from profile_core.store import desk_preferences, labels
from profile_core.store.acts import Action
from profile_core.store.desk_preferences import GivenPreference
from profile_core.store.labels import LabelAction, StandingLabel
from profile_core.store.queues import Queue
from profile_core.store.rows import first_row
from profile_core.types import Asks, Mode, QueueKind


class State(StrEnum):
    """What became of an item in the hands of one annotator."""

    UNSEEN = "unseen"
    VIEWED = "viewed"
    """Opened, and not finished: neither labelled in full nor put aside."""
    ACCEPTED = "accepted"
    """Finished, and every automatic value confirmed."""
    CHANGED = "changed"
    """Finished, with a value of the annotator's own."""
    SKIPPED = "skipped"
    FLAGGED = "flagged"

    @property
    def is_finished(self) -> bool:
        """Whether the annotator is done with the item."""
        return self not in (State.UNSEEN, State.VIEWED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about items, as far as their states depend on it."""

    queue_id: str | None
    """None for items that were opened outside a queue."""
    asks: Asks
    mode: Mode
    factors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeskPair:
    """A pair as the desk needs it, with its draw."""

    pair_id: str
    response_a: str
    response_b: str
    place: int | None = None
    """In the queue; None outside one, and for a pair that the queue did not draw."""
    queue_kind: QueueKind | None = None
    probability: float | None = None
    """Of having been drawn, under the queue's threshold as it is now."""


@dataclass(frozen=True, slots=True)
class ItemLog:
    """An item in the hands of one annotator."""

    annotator: str
    pair_id: str
    place: int | None
    """In the queue; None outside one."""
    is_held: bool
    """Whether it is assigned to the annotator, and was not given back."""
    was_reopened: bool
    state: State
    last_at: datetime | None
    """When the annotator last did something on it, beyond looking at it."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One item with what its annotator said of it."""

    log: ItemLog
    labels: Mapping[tuple[str, str], StandingLabel]
    """By response and factor; those that answer the item."""
    preference: GivenPreference | None


_WORK = (
    Action.LABEL,
    Action.FACTS,
    Action.PREFER,
    Action.SAVE,
    Action.SKIP,
    Action.FLAG,
    Action.REOPEN,
)

_PAIR = """
SELECT response_a, response_b FROM pair WHERE pair_id = ?"""

_DRAW = """
SELECT place, kind, least(1, threshold * rate) FROM queue_pair JOIN queue USING (queue_id)
WHERE queue_id = ? AND pair_id = ? AND key <= threshold"""

_UNDONE = "SELECT undoes FROM act WHERE undoes IS NOT NULL"
_STANDS = f"act_id NOT IN ({_UNDONE})"

_ITEM_ACTS = """
SELECT action, act_id, created_at FROM act
WHERE queue_id IS NOT DISTINCT FROM ? AND annotator = ? AND pair_id = ?"""

_ALL_ACTS = f"""
SELECT annotator, acted.pair_id, place, action, latest, latest_at
FROM (
    SELECT annotator, pair_id, action, max(act_id) AS latest, max(created_at) AS latest_at
    FROM act
    WHERE queue_id IS NOT DISTINCT FROM $queue AND pair_id IS NOT NULL
        AND ($annotator IS NULL OR annotator = $annotator) AND {_STANDS}
    GROUP BY annotator, pair_id, action) AS acted
LEFT JOIN queue_pair ON queue_pair.queue_id = $queue AND queue_pair.pair_id = acted.pair_id
ORDER BY place, acted.pair_id, annotator"""

_ALL_ACT_IDS = """
SELECT annotator, pair_id, act_id FROM act
WHERE queue_id IS NOT DISTINCT FROM $queue AND ($annotator IS NULL OR annotator = $annotator)
    AND action = 'label'"""

_ALL_PAIRS = """
SELECT DISTINCT annotator, pair_id, response_a, response_b FROM act JOIN pair USING (pair_id)
WHERE queue_id IS NOT DISTINCT FROM $queue AND ($annotator IS NULL OR annotator = $annotator)"""

_ALL_PREFERENCES = f"""
SELECT annotator, pair_id, max(preference_id) FROM preference
WHERE act_id IS NOT NULL AND source_id = 'human:' || annotator AND {_STANDS}
    AND ($annotator IS NULL OR annotator = $annotator)
GROUP BY annotator, pair_id"""


def asked_of(queue: Queue) -> Asked:
    """Tell what a queue asks; about facts without naming factors, all that rest on facts."""
    factors = queue.factors or (ATOMIC_FACTORS if queue.asks is Asks.FACTS else ())
    return Asked(queue.queue_id, queue.asks, queue.mode, factors)


def read_pair(
    cursor: duckdb.DuckDBPyConnection, pair_id: str, queue_id: str | None = None
) -> DeskPair:
    """Read a pair and its draw; UnknownName for an id that the study does not have."""
    pair = first_row(cursor, _PAIR, [pair_id])
    if pair is None:
        raise UnknownName("pair", pair_id, ())
    response_a, response_b = pair
    draw = first_row(cursor, _DRAW, [queue_id, pair_id]) if queue_id else None
    if draw is None:
        return DeskPair(pair_id, response_a, response_b)
    place, kind, probability = draw
    return DeskPair(pair_id, response_a, response_b, place, QueueKind(kind), probability)


def items(
    cursor: duckdb.DuckDBPyConnection, asked: Asked, *, annotator: str | None = None
) -> list[ItemLog]:
    """Read the items that anybody, or one annotator, holds or did something on, by place."""
    parameters = {"queue": asked.queue_id, "annotator": annotator}
    acts: dict[tuple[str, str, int | None], dict[Action, _Latest]] = {}
    for who, pair_id, place, action, *latest in cursor.execute(_ALL_ACTS, parameters).fetchall():
        acts.setdefault((who, pair_id, place), {})[Action(action)] = _Latest(*latest)
    answers = _all_answers(cursor, asked, annotator)
    return [
        _item(asked, who, pair_id, place, latest, answers.get((who, pair_id), _NO_ANSWER))
        for (who, pair_id, place), latest in acts.items()
    ]


def _all_answers(
    cursor: duckdb.DuckDBPyConnection, asked: Asked, annotator: str | None
) -> dict[tuple[str, str], _Answer]:
    parameters = {"queue": asked.queue_id, "annotator": annotator}
    if asked.asks is Asks.PREFERENCE:
        rows = cursor.execute(_ALL_PREFERENCES, {"annotator": annotator}).fetchall()
        return {(who, pair_id): _Answer(True, latest, True) for who, pair_id, latest in rows}
    undone = {row[0] for row in cursor.execute(_UNDONE).fetchall()}
    said: dict[tuple[str, str], list[StandingLabel]] = {}
    for label in labels.said(cursor, undone, annotator=annotator):
        said.setdefault((label.annotator, label.response_id), []).append(label)
    own_acts: dict[tuple[str, str], set[str]] = {}
    if asked.mode is Mode.BLIND:
        for who, pair_id, act_id in cursor.execute(_ALL_ACT_IDS, parameters).fetchall():
            own_acts.setdefault((who, pair_id), set()).add(act_id)
    answers = {}
    for who, pair_id, *pair in cursor.execute(_ALL_PAIRS, parameters).fetchall():
        responses = set(pair)
        given = [label for response in responses for label in said.get((who, response), ())]
        cells = _cells(asked, given, own_acts.get((who, pair_id), ()))
        answers[who, pair_id] = _answer(asked, responses, cells)
    return answers


def item(
    cursor: duckdb.DuckDBPyConnection, asked: Asked, annotator: str, pair: DeskPair
) -> OpenItem:
    """Read one item in the hands of an annotator, with what they said of it."""
    undone = {row[0] for row in cursor.execute(_UNDONE).fetchall()}
    rows = cursor.execute(_ITEM_ACTS, [asked.queue_id, annotator, pair.pair_id]).fetchall()
    acts: dict[Action, _Latest] = {}
    for action, act_id, at in sorted(rows, key=lambda row: str(row[1])):
        if act_id not in undone:
            acts[Action(action)] = _Latest(act_id, at)
    cells: dict[tuple[str, str], StandingLabel] = {}
    preference = None
    answer = _NO_ANSWER
    if asked.asks is Asks.PREFERENCE:
        preference = desk_preferences.standing(cursor, pair.pair_id, annotator, undone)
        if preference:
            answer = _Answer(True, preference.event_id, True)
    else:
        responses = {pair.response_a, pair.response_b}
        given = labels.said(cursor, undone, annotator=annotator, response_ids=responses)
        cells = _cells(asked, given, {act_id for _, act_id, _ in rows})
        answer = _answer(asked, responses, cells)
    log = _item(asked, annotator, pair.pair_id, pair.place, acts, answer)
    return OpenItem(log, cells, preference)


def _cells(
    asked: Asked, given: Iterable[StandingLabel], own_acts: Collection[str]
) -> dict[tuple[str, str], StandingLabel]:
    """Keep the labels that answer an item, of each cell the last.

    A cell is answered through whichever pair its response was labelled; but in a blind item only
    by a blind label, or one given on the item itself, whose values were shown when it was finished.
    """
    return {
        (label.response_id, label.factor): label
        for label in given
        if label.factor in asked.factors
        and (asked.mode is not Mode.BLIND or label.mode is Mode.BLIND or label.act_id in own_acts)
    }


@dataclass(frozen=True, slots=True)
class _Latest:
    act_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Answer:
    is_whole: bool
    earliest: str
    """The event id of the first of the labels that stand."""
    is_changed: bool


_NO_ANSWER = _Answer(False, "", False)


def _answer(
    asked: Asked, responses: Collection[str], cells: Mapping[tuple[str, str], StandingLabel]
) -> _Answer:
    if not cells:
        return _NO_ANSWER
    return _Answer(
        len(cells) == len(responses) * len(asked.factors),
        min(label.event_id for label in cells.values()),
        any(label.action is not LabelAction.ACCEPT for label in cells.values()),
    )


def _item(
    asked: Asked,
    annotator: str,
    pair_id: str,
    place: int | None,
    acts: Mapping[Action, _Latest],
    answer: _Answer,
) -> ItemLog:
    def latest(*actions: Action) -> tuple[str, Action | None]:
        return max(
            ((acts[action].act_id, action) for action in actions if action in acts),
            default=("", None),
        )

    _, holding = latest(Action.ASSIGN, Action.RELEASE)
    _, last = latest(*_WORK)
    reopened, _ = latest(Action.REOPEN)
    is_saved = latest(Action.SAVE)[0] > reopened
    # Facts are looked through as a whole, so only their annotator knows when that is done.
    is_answered = answer.is_whole and answer.earliest > reopened and asked.asks is not Asks.FACTS
    if last in (Action.SKIP, Action.FLAG):
        state = State.SKIPPED if last is Action.SKIP else State.FLAGGED
    elif is_saved or is_answered:
        is_changed = answer.is_changed or Action.FACTS in acts
        state = State.CHANGED if is_changed else State.ACCEPTED
    else:
        state = State.VIEWED if last or Action.VIEW in acts else State.UNSEEN
    return ItemLog(
        annotator=annotator,
        pair_id=pair_id,
        place=place,
        is_held=holding is Action.ASSIGN,
        was_reopened=bool(reopened),
        state=state,
        last_at=acts[last].at if last else None,
    )
