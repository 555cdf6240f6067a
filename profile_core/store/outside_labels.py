"""Bringing in what people said elsewhere: labels of factors and preferences, each as an event.

One `OutsideImport` lives within one `Study.writing(None)` block, so that a refusal anywhere leaves
the study as it was and a dry run is a real run that is rolled back. Each annotator of a file gets
one act IMPORT. What is there already is left alone, so that the same file adds nothing again:

- an event with an id is known by its id;
- an event with a time, but no id, gets one from its time and content, so it is known, too;
- an answer with neither is the annotator's present one: it is known if it equals the latest that
  was imported, whatever was said at the desk since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

import duckdb
import pyarrow as pa

from profile_core.errors import ImportRefused, ProfileError
from profile_core.store import desk_preferences
from profile_core.store.acts import Act, Action, record
from profile_core.store.ids import content_id, event_id
from profile_core.store.ingest import Ingested
from profile_core.store.labels import LabelAction
from profile_core.store.rows import first_row, number
from profile_core.store.study import Counter
from profile_core.types import Choice, Mode, Order, QueueKind, VerdictStatus


@dataclass(frozen=True, slots=True)
class OutsideLabel:
    """What a person said of a factor in a response, and where the file says it."""

    response_id: str
    factor: str
    annotator: str
    action: LabelAction
    mode: Mode
    value: float | None
    """None: not applicable, or no value where the person cannot tell."""
    place: str
    old: float | None = None
    """The automatic value when it was given."""
    extractor: str | None = None
    """Whose automatic value that was; None: there was none."""
    queue: QueueKind | None = None
    probability: float | None = None
    note: str | None = None
    given_at: datetime | None = None
    """Coordinated universal time, without a zone."""
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class OutsidePreference:
    """What a person preferred, and where the file says it."""

    pair_id: str
    annotator: str
    choice: Choice | None
    """None: the person cannot tell."""
    mode: Mode
    place: str
    order: Order | None = None
    strength: int | None = None
    reason: str | None = None
    given_at: datetime | None = None


@dataclass(slots=True)
class Outside:
    """A part of a file: what people said, and what the user should know about it."""

    labels: list[OutsideLabel] = field(default_factory=list)
    preferences: list[OutsidePreference] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of event travels: the columns that come in, and three queries over them."""

    schema: pa.Schema
    conflict: str
    """An event of the study that has the id of an incoming one, but says something else."""
    known: str
    """The ids of incoming events that the study has."""
    insert: str


_LABELS = _Kind(
    schema=pa.schema(
        [
            *((name, pa.string()) for name in ("event_id", "annotator", "response_id", "factor")),
            *((name, pa.string()) for name in ("action", "mode", "extractor", "queue", "note")),
            *((name, pa.float64()) for name in ("old_value", "new_value", "probability")),
            ("created_at", pa.timestamp("us")),
            ("is_present", pa.bool_()),
            ("place", pa.string()),
        ]
    ),
    conflict="""
SELECT incoming.place, incoming.event_id FROM incoming JOIN correction AS held USING (event_id)
WHERE (held.response_id, held.factor, held.annotator, held.action, held.mode)
        IS DISTINCT FROM (incoming.response_id, incoming.factor, incoming.annotator,
            incoming.action, incoming.mode)
    OR held.new_value IS DISTINCT FROM incoming.new_value
LIMIT 1""",
    known="""
SELECT event_id FROM incoming SEMI JOIN correction USING (event_id)
UNION ALL
SELECT incoming.event_id FROM incoming JOIN (
    SELECT correction.* FROM correction
    SEMI JOIN incoming USING (response_id, factor, annotator)
    JOIN act ON act.act_id = correction.act_id AND act.action = 'import'
    QUALIFY row_number() OVER (
        PARTITION BY response_id, factor, correction.annotator ORDER BY event_id DESC) = 1
    ) AS latest USING (response_id, factor, annotator)
WHERE incoming.is_present AND latest.mode = incoming.mode
    AND (latest.action = 'cannot_tell') = (incoming.action = 'cannot_tell')
    AND latest.new_value IS NOT DISTINCT FROM incoming.new_value
    AND latest.note IS NOT DISTINCT FROM incoming.note""",
    insert="""
INSERT INTO correction BY NAME
SELECT incoming.* EXCLUDE (is_present, place), importer.act_id, measured.extractor_version
FROM incoming ANTI JOIN known USING (event_id) JOIN importer USING (annotator)
LEFT JOIN factor_value AS measured ON measured.response_id = incoming.response_id
    AND measured.factor = incoming.factor AND measured.extractor = incoming.extractor
    AND measured.value IS NOT DISTINCT FROM incoming.old_value""",
)

_PREFERENCES = _Kind(
    schema=pa.schema(
        [
            *((name, pa.string()) for name in ("event_id", "annotator", "pair_id", "source_id")),
            *((name, pa.string()) for name in ("choice", "status", "mode", "shown_order")),
            ("strength", pa.int8()),
            ("reason", pa.string()),
            ("created_at", pa.timestamp("us")),
            ("is_present", pa.bool_()),
            ("place", pa.string()),
        ]
    ),
    conflict="""
SELECT incoming.place, incoming.event_id
FROM incoming JOIN preference AS held ON preference_id = incoming.event_id
WHERE held.pair_id <> incoming.pair_id OR held.source_id <> incoming.source_id LIMIT 1""",
    known="""
SELECT event_id FROM incoming SEMI JOIN preference ON preference_id = event_id
UNION ALL
SELECT incoming.event_id FROM incoming JOIN (
    SELECT preference.* FROM preference SEMI JOIN incoming USING (pair_id, source_id)
    JOIN act ON act.act_id = preference.act_id AND act.action = 'import'
    QUALIFY row_number() OVER (
        PARTITION BY preference.pair_id, source_id ORDER BY preference_id DESC) = 1
    ) AS latest USING (pair_id, source_id)
WHERE incoming.is_present AND latest.mode = incoming.mode
    AND (latest.choice, latest.status, latest.strength, latest.reason) IS NOT DISTINCT FROM
        (incoming.choice, incoming.status, incoming.strength, incoming.reason)""",
    insert="""
INSERT INTO preference BY NAME
SELECT incoming.* EXCLUDE (event_id, is_present, place), event_id AS preference_id, 0 AS repeat,
    importer.act_id
FROM incoming ANTI JOIN known USING (event_id) JOIN importer USING (annotator)""",
)


_Said = TypeVar("_Said", OutsideLabel, OutsidePreference)


class OutsideImport:
    """One import in progress, within one transaction that moves no counter by itself."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, file: str) -> None:
        self._cursor = cursor
        self._file = file
        self._now = datetime.now(UTC).replace(tzinfo=None)
        self._acts: dict[str, str] = {}
        self._said: dict[object, tuple[object, str]] = {}
        self._labels = self._preferences = self._known = 0
        self._warnings: list[str] = []

    def write(self, part: Outside) -> None:
        """Insert what the study does not have; raise ImportRefused on a contradiction."""
        self._warnings += part.warnings
        labels = [self._label_row(said) for said in self._once(part.labels)]
        self._labels += self._insert(_LABELS, labels)
        preferences = [self._preference_row(said) for said in self._once(part.preferences)]
        self._preferences += self._insert(_PREFERENCES, preferences)

    def finish(self) -> Ingested:
        """Move the counters that what was added asks for, and tell what that is."""
        if self._acts:
            self._move(Counter.CORRECTIONS)
        if self._preferences:
            self._move(Counter.DATA)
        return Ingested(
            corrections=self._labels,
            preferences=self._preferences,
            already_present=self._known,
            warnings=tuple(self._warnings),
        )

    def _once(self, said: Iterable[_Said]) -> list[_Said]:
        """Leave out what the file says again; two answers to one question are refused."""
        kept = []
        for item in said:
            key, content = _identity(item), _content(item)
            known = self._said.get(key)
            if known is None:
                self._said[key] = (content, item.place)
                kept.append(item)
            elif known[0] != content:
                raise ImportRefused(
                    self._file,
                    f"this contradicts {known[1]}, which is the same event or answer",
                    place=item.place,
                    found=item.annotator,
                    expected="one answer of an annotator to one question, and each event id once",
                )
        return kept

    def _label_row(self, label: OutsideLabel) -> tuple[object, ...]:
        own_id = label.event_id or _derived_id(label)
        return (
            own_id or event_id(),
            label.annotator,
            label.response_id,
            label.factor,
            label.action.value,
            label.mode.value,
            label.extractor,
            label.queue and label.queue.value,
            label.note,
            label.old,
            label.value,
            label.probability,
            label.given_at or (time_of(label.event_id) if label.event_id else self._now),
            own_id is None,
            label.place,
        )

    def _preference_row(self, said: OutsidePreference) -> tuple[object, ...]:
        own_id = _derived_id(said)
        return (
            own_id or event_id(),
            said.annotator,
            said.pair_id,
            desk_preferences.source_of(said.annotator),
            said.choice and said.choice.value,
            (VerdictStatus.VALID if said.choice else VerdictStatus.ABSTAINED).value,
            said.mode.value,
            said.order and said.order.value,
            said.strength,
            said.reason,
            said.given_at or self._now,
            own_id is None,
            said.place,
        )

    def _insert(self, kind: _Kind, rows: Sequence[tuple[object, ...]]) -> int:
        if not rows:
            return 0
        cursor = self._cursor
        columns = zip(*rows, strict=True)
        arrays = [
            pa.array(column, item.type) for column, item in zip(columns, kind.schema, strict=True)
        ]
        cursor.register("incoming", pa.table(arrays, schema=kind.schema))
        try:
            self._refuse_conflict(kind)
            known = cursor.execute(f"SELECT DISTINCT event_id FROM ({kind.known})").fetchall()
            ids = pa.array([row[0] for row in known], pa.string())
            cursor.register("known", pa.table({"event_id": ids}))
            new = self._annotators_of_new()
            if kind is _PREFERENCES:
                self._open_sources(new)
            self._open_acts(new)
            added = number(cursor, kind.insert)
        finally:
            for name in ("incoming", "known", "importer"):
                cursor.unregister(name)
        self._known += len(known)
        return added

    def _refuse_conflict(self, kind: _Kind) -> None:
        conflict = first_row(self._cursor, kind.conflict)
        if conflict:
            raise ImportRefused(
                self._file,
                "the study has another event of this id",
                place=conflict[0],
                column="event_id",
                found=conflict[1],
                expected="the event as it was exported, or another id",
            )

    def _annotators_of_new(self) -> list[str]:
        rows = self._cursor.execute(
            "SELECT DISTINCT annotator FROM incoming ANTI JOIN known USING (event_id) ORDER BY ALL"
        ).fetchall()
        return [row[0] for row in rows]

    def _open_sources(self, annotators: Iterable[str]) -> None:
        for annotator in annotators:
            try:
                desk_preferences.add_sources(self._cursor, annotator)
            except ProfileError as error:
                raise ImportRefused(self._file, str(error)) from error

    def _open_acts(self, annotators: Iterable[str]) -> None:
        """Record an act for each annotator who adds something for the first time."""
        for annotator in annotators:
            if annotator not in self._acts:
                act = Act(
                    event_id(), annotator, Action.IMPORT, note=self._file, created_at=self._now
                )
                record(self._cursor, act, moves_corrections=True)
                self._acts[annotator] = act.act_id
        importers = {"annotator": list(self._acts), "act_id": list(self._acts.values())}
        text = pa.schema([("annotator", pa.string()), ("act_id", pa.string())])
        self._cursor.register("importer", pa.table(importers, schema=text))

    def _move(self, counter: Counter) -> None:
        self._cursor.execute(
            "UPDATE meta SET value = CAST(value AS BIGINT) + 1 WHERE key = ?", [counter]
        )


def time_of(event: str) -> datetime:
    """Read the time that a UUID version 7 holds, in coordinated universal time."""
    return _EPOCH + timedelta(milliseconds=UUID(event).int >> 80)


_EPOCH = datetime(1970, 1, 1)


def _subject(said: OutsideLabel | OutsidePreference) -> tuple[str, ...]:
    """Name the question that was answered."""
    if isinstance(said, OutsideLabel):
        return (said.annotator, said.response_id, said.factor)
    return (said.annotator, said.pair_id)


def _content(said: _Said) -> _Said:
    return replace(said, place="")


def _identity(said: OutsideLabel | OutsidePreference) -> object:
    """Give what the file must not say two things of: an event, or a present answer."""
    own_id = (said.event_id if isinstance(said, OutsideLabel) else None) or _derived_id(said)
    return own_id or _subject(said)


def _derived_id(said: OutsideLabel | OutsidePreference) -> str | None:
    """Make the id of an event whose time is known: it sorts by time, and is the same each time."""
    if said.given_at is None:
        return None
    if isinstance(said, OutsideLabel):
        content: tuple[object, ...] = (said.action, said.mode, said.value, said.note)
    else:
        content = (said.choice, said.mode, said.order, said.strength, said.reason)
    digest = content_id(*_subject(said), *content)
    milliseconds = (said.given_at - _EPOCH) // timedelta(milliseconds=1)
    value = (milliseconds << 80) | int(digest, 16)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(UUID(int=value))
