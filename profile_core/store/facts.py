"""Atomic facts of responses, and the log of what people made of them: reading and writing.

An extractor's facts and their labels (`fact`, `fact_label`) are the base and never change; what
people do are events (`fact_event`), each part of an act, and those of undone acts are not read.
Owns these tables; what events do to facts is in `fact_fold`, and what an edit consists of and
does to factor values is `annotation`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import duckdb

from profile_core.errors import UnknownName
from profile_core.factors.atomic import ATOMIC_FACTORS
from profile_core.store.acts import Action
from profile_core.store.fact_fold import FactAction, FactEvent, FactLog, Said, StandingFact
from profile_core.store.ids import event_id
from profile_core.store.labels import Automatic
from profile_core.store.rows import first_row
from profile_core.text.tokens import Span
from profile_core.types import Mode

Cursor: TypeAlias = duckdb.DuckDBPyConnection
"""For annotators' acts, which hold one and hand it on."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """An event that may have been undone since, and whose facts it is about."""

    extractor: str
    is_undone: bool
    event: FactEvent


@dataclass(frozen=True, slots=True)
class Given:
    """A value in force that somebody gave, and by what; without an act for an imported one."""

    value: float | None
    act_id: str | None
    action: Action | None


@dataclass(frozen=True, slots=True)
class ResponseFacts:
    """A response with the facts and factor values that it has, by extractor."""

    response_id: str
    text: str
    task: str | None
    logs: Mapping[str, FactLog]
    """Of extractors with facts or, since, events."""
    values: Mapping[str, Mapping[str, Automatic]]
    """The automatic values of factors that may rest on facts, by extractor and factor."""

    def log(self, extractor: str) -> FactLog:
        """Give an extractor's log; an empty one where there is none."""
        return self.logs.get(extractor) or FactLog(self.response_id, extractor)


# Simple scans, put together and sorted here: all else takes DuckDB several times as long to plan.
_FACTS = """
SELECT response_id, extractor, fact_id, ordinal, text, quote, start_char, end_char FROM fact
WHERE response_id IN ({marks})"""

_LABELS = """
SELECT created_at, fact_label_id, fact_id, label, value FROM fact_label
WHERE fact_id IN ({marks})"""

_UNDONE = "SELECT undoes FROM act WHERE undoes IS NOT NULL"

_COLUMNS = (
    "response_id, fact_id, action, text, quote, start_char, end_char, ordinal, label, value, "
    "annotator, mode, act_id, created_at"
)

_EVENTS = f"""
SELECT extractor, {_COLUMNS} FROM fact_event WHERE response_id IN ({{marks}}) ORDER BY event_id"""

_INSERT = """
INSERT INTO fact_event (event_id, act_id, response_id, extractor, fact_id, action, ordinal, text,
    quote, start_char, end_char, label, value, annotator, mode, created_at)
VALUES {rows}"""

_TOUCHED = "SELECT DISTINCT response_id, extractor FROM fact_event WHERE act_id = ?"

_IN_FORCE = """
SELECT factor, new_value, label.act_id, act.action
FROM standing_label AS label LEFT JOIN act USING (act_id)
WHERE label.response_id = ? AND label.action <> 'cannot_tell'
QUALIFY row_number() OVER (
    PARTITION BY factor ORDER BY (label.action = 'adjudicate') DESC, event_id DESC) = 1"""

_RESPONSE = """
SELECT response.text, task FROM response JOIN prompt USING (prompt_id) WHERE response_id = ?"""

_VALUES = """
SELECT extractor, factor, value, extractor_version FROM factor_value WHERE response_id = ?"""


def logs(
    cursor: duckdb.DuckDBPyConnection, response_ids: Sequence[str]
) -> dict[tuple[str, str], FactLog]:
    """Read the facts of a few responses, by response and extractor, where there are any."""
    base: defaultdict[tuple[str, str], list[StandingFact]] = defaultdict(list)
    rows = _among(cursor, _FACTS, response_ids)
    labels: defaultdict[str, dict[str, Said]] = defaultdict(dict)
    for *_, fact_id, label, value in sorted(_among(cursor, _LABELS, [row[2] for row in rows])):
        labels[fact_id][label] = Said(value)
    for response_id, extractor, fact_id, ordinal, text, quote, start, end in rows:
        base[response_id, extractor].append(
            StandingFact(
                fact_id,
                response_id,
                ordinal,
                text,
                quote,
                _span(start, end),
                labels.get(fact_id, {}),
            )
        )
    events: defaultdict[tuple[str, str], list[FactEvent]] = defaultdict(list)
    for extractor, is_undone, event in _remembered(cursor, response_ids):
        if not is_undone:
            events[event.response_id, extractor].append(event)
    return {
        key: FactLog(*key, tuple(base.get(key, ())), tuple(events.get(key, ())))
        for key in {**base, **events}
    }


def standing_facts(
    cursor: duckdb.DuckDBPyConnection, response_ids: Sequence[str], extractor: str
) -> list[StandingFact]:
    """Read an extractor's facts of some responses as everybody sees them, in order of both."""
    found = logs(cursor, response_ids)
    return [
        fact
        for response_id in response_ids
        if (response_id, extractor) in found
        for fact in found[response_id, extractor].standing
    ]


def read(cursor: duckdb.DuckDBPyConnection, response_id: str) -> ResponseFacts:
    """Read a response with its facts; UnknownName for one that the study does not have."""
    row = first_row(cursor, _RESPONSE, [response_id])
    if row is None:
        raise UnknownName("response", response_id, ())
    values: defaultdict[str, dict[str, Automatic]] = defaultdict(dict)
    for extractor, factor, value, version in cursor.execute(_VALUES, [response_id]).fetchall():
        if factor in ATOMIC_FACTORS:
            values[extractor][factor] = Automatic(value, extractor, version)
    found = {extractor: log for (_, extractor), log in logs(cursor, [response_id]).items()}
    return ResponseFacts(response_id, row[0], row[1], found, values)


def append(cursor: duckdb.DuckDBPyConnection, extractor: str, events: Sequence[FactEvent]) -> None:
    """Write the events of an act (`of_act`), within its transaction."""
    rows = [
        (
            event_id(),
            event.act_id,
            event.response_id,
            extractor,
            event.fact_id,
            event.action.value,
            event.ordinal,
            event.text,
            event.quote,
            *(event.span or (None, None)),
            event.label,
            event.value,
            event.annotator,
            event.mode.value,
            event.created_at,
        )
        for event in events
    ]
    marks = ", ".join([f"({', '.join('?' * len(row))})" for row in rows])
    cursor.execute(_INSERT.format(rows=marks), [value for row in rows for value in row])


def touched(cursor: duckdb.DuckDBPyConnection, act_id: str) -> list[tuple[str, str]]:
    """Name the responses whose facts an act changed, each with the facts' extractor."""
    return [(row[0], row[1]) for row in cursor.execute(_TOUCHED, [act_id]).fetchall()]


def values_in_force(cursor: duckdb.DuckDBPyConnection, response_id: str) -> dict[str, Given]:
    """Read people's values in force of a response, by factor."""
    rows = cursor.execute(_IN_FORCE, [response_id]).fetchall()
    return {row[0]: Given(row[1], row[2], row[3] and Action(row[3])) for row in rows}


def history(cursor: duckdb.DuckDBPyConnection, response_id: str) -> list[Remembered]:
    """Read every event on the facts of a response, those undone too, the oldest first."""
    return [Remembered(*found) for found in _remembered(cursor, [response_id])]


def _remembered(
    cursor: duckdb.DuckDBPyConnection, response_ids: Sequence[str]
) -> list[tuple[str, bool, FactEvent]]:
    rows = _among(cursor, _EVENTS, response_ids)
    undone = {row[0] for row in cursor.execute(_UNDONE).fetchall()} if rows else set()
    found = [(row[0], _event(row[1:])) for row in rows]
    return [(extractor, event.act_id in undone, event) for extractor, event in found]


def _among(
    cursor: duckdb.DuckDBPyConnection, query: str, ids: Sequence[str]
) -> list[tuple[Any, ...]]:
    if not ids:
        return []
    return cursor.execute(query.format(marks=", ".join("?" * len(ids))), list(ids)).fetchall()


def _event(row: tuple[Any, ...]) -> FactEvent:
    response_id, fact_id, action, text, quote, start, end, ordinal, label, value, by, *rest = row
    mode, act_id, created_at = rest
    return FactEvent(
        response_id,
        fact_id,
        FactAction(action),
        text,
        quote,
        _span(start, end),
        ordinal,
        label,
        value,
        by,
        Mode(mode),
        act_id,
        created_at,
    )


def _span(start: int | None, end: int | None) -> Span | None:
    return None if start is None or end is None else Span(start, end)
