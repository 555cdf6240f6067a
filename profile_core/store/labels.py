"""Factor labels that people give: what they start from, what stands of them, and writing them.

Owns the reads and writes of `correction` for one item at a time; statistics read all labels at
once in `label_table`. Automatic values are read response by response, because a table of all
pairs is not made anew for each key press.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from weakref import WeakKeyDictionary

import duckdb

from profile_core.errors import ProfileError
from profile_core.factors.scale import scale_of
from profile_core.store import factors as factor_store
from profile_core.store.acts import Act
from profile_core.store.ids import event_id
from profile_core.store.pair_wide_rows import extractors_in_force
from profile_core.store.rows import number
from profile_core.store.study import Counter, Study
from profile_core.types import Factor, Mode, QueueKind


class LabelAction(StrEnum):
    """What a person said of a factor's value in a response."""

    ACCEPT = "accept"
    """The automatic value, which was shown, is right."""
    CORRECT = "correct"
    """It is this value; none means that the factor does not apply."""
    CANNOT_TELL = "cannot_tell"
    """No value can be given; takes back the annotator's own earlier label."""
    ADJUDICATE = "adjudicate"
    """The value that settles a disagreement, whoever says otherwise."""


@dataclass(frozen=True, slots=True)
class Label:
    """What an annotator says of one cell: a factor in a response."""

    response_id: str
    factor: str
    action: LabelAction
    value: float | None = None
    """With `correct` only; None means not applicable."""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Automatic:
    """A factor's automatic value in a response; None for not applicable."""

    value: float | None
    extractor: str
    extractor_version: str


@dataclass(frozen=True, slots=True)
class StandingLabel:
    """What an annotator said of a cell, by an act that was not undone."""

    response_id: str
    factor: str
    annotator: str
    action: LabelAction
    value: float | None
    """None for not applicable, and for `cannot_tell`."""
    note: str | None
    mode: Mode
    created_at: datetime
    act_id: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A label as it is stored: with the automatic value it was given against, and the draw."""

    response_id: str
    factor: str
    action: LabelAction
    value: float | None
    automatic: Automatic | None
    queue_kind: QueueKind | None = None
    probability: float | None = None
    """Of the pair's having been drawn; None outside a queue."""
    note: str | None = None
    mode: Mode | None = None
    """Where it differs from that of the act."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The factors of a study, and whose values of each are used."""

    factors: Mapping[str, Factor]
    extractors: Mapping[str, tuple[str, int]]
    """By factor: extractor, and the version of the definition that its values must have."""


_AUTOMATIC = """
SELECT response_id, factor, extractor, extractor_version, factor_version, value
FROM factor_value
WHERE response_id IN ({responses}) AND factor IN ({factors})"""

_SAID = """
SELECT response_id, factor, annotator, action, new_value, note, mode, created_at, act_id, event_id
FROM correction WHERE action <> 'adjudicate'"""

_INSERT = """
INSERT INTO correction (event_id, response_id, factor, extractor, extractor_version, annotator,
    created_at, mode, queue, probability, action, old_value, new_value, note, act_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""

# Preferences move the data version, too, but neither definitions nor extractors.
_PREFERENCE_ACTS = """
SELECT count(*) FROM act
WHERE action = 'prefer' OR undoes IN (SELECT act_id FROM act WHERE action = 'prefer')"""


@dataclass(frozen=True, slots=True)
class _Known:
    data: int
    measured: int
    in_force: InForce


_known: WeakKeyDictionary[Study, _Known] = WeakKeyDictionary()
_known_lock = threading.Lock()


def in_force(study: Study) -> InForce:
    """Give the definitions and extractors in force; read again only when they may have changed."""
    with study.cursor() as cursor:
        data = number(
            cursor, "SELECT CAST(value AS BIGINT) FROM meta WHERE key = ?", [Counter.DATA.value]
        )
        known = _known.get(study)
        if known and known.data == data:
            return known.in_force
        measured = data - number(cursor, _PREFERENCE_ACTS)
        if known and known.measured == measured:
            found = known.in_force
        else:
            found = InForce(factor_store.current(cursor), extractors_in_force(cursor))
    with _known_lock:
        _known[study] = _Known(data, measured, found)
    return found


def automatic(
    cursor: duckdb.DuckDBPyConnection,
    used: InForce,
    response_ids: Collection[str],
    factors: Collection[str],
) -> dict[tuple[str, str], Automatic]:
    """Read the automatic values in use, by response and factor; none where nothing measured it."""
    query = _AUTOMATIC.format(responses=_marks(response_ids), factors=_marks(factors))
    rows = cursor.execute(query, [*response_ids, *factors]).fetchall()
    return {
        (response_id, factor): Automatic(value, extractor, extractor_version)
        for response_id, factor, extractor, extractor_version, factor_version, value in rows
        if used.extractors.get(factor) == (extractor, factor_version)
    }


def said(
    cursor: duckdb.DuckDBPyConnection,
    undone: Collection[str],
    *,
    annotator: str | None = None,
    response_ids: Collection[str] | None = None,
) -> list[StandingLabel]:
    """Read what annotators said, the oldest first, without the labels of acts that are undone.

    An annotator's last one of a cell is the one that the view `standing_label` has, for an item in
    a fifth of its time.
    """
    query, parameters = _SAID, []
    if annotator is not None:
        query += " AND annotator = ?"
        parameters.append(annotator)
    if response_ids is not None:
        query += f" AND response_id IN ({_marks(response_ids)})"
        parameters += response_ids
    rows = cursor.execute(query, parameters).fetchall()
    return [
        StandingLabel(response, factor, who, LabelAction(action), value, note, Mode(mode), *rest)
        for response, factor, who, action, value, note, mode, *rest in sorted(
            rows, key=lambda row: str(row[-1])
        )
        if rest[1] not in undone
    ]


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values)) or "NULL"


def checked_value(factor: Factor, value: float | None) -> float | None:
    """Give a value back if it is on the factor's scale, or None for not applicable.

    Raises ProfileError that names the scale.
    """
    if value is None:
        return None
    scale = scale_of(factor.kind)
    if not scale.has(float(value)):
        raise ProfileError(
            f"{value} is no value of {factor.title} ({factor.kind}): give {scale}, or say that it "
            "does not apply."
        )
    return float(value)


def write(cursor: duckdb.DuckDBPyConnection, act: Act, entries: Sequence[Entry]) -> None:
    """Add labels to an act, within its transaction."""
    if not entries:
        return
    cursor.executemany(
        _INSERT,
        [
            [
                event_id(),
                entry.response_id,
                entry.factor,
                entry.automatic and entry.automatic.extractor,
                entry.automatic and entry.automatic.extractor_version,
                act.annotator,
                act.created_at,
                (entry.mode or act.mode or Mode.REVIEW).value,
                entry.queue_kind and entry.queue_kind.value,
                entry.probability,
                entry.action.value,
                entry.automatic and entry.automatic.value,
                entry.value,
                entry.note,
                act.act_id,
            ]
            for entry in entries
        ],
    )
