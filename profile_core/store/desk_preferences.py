"""What people at the desk prefer: writing it, and what stands of one annotator's choice on a pair.

Owns the sources of people at the desk: each is `human:<annotator>`, and together they are the
group `human:annotators`, which the view `standing_preference` computes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import duckdb

from profile_core.errors import ProfileError
from profile_core.store.acts import Act
from profile_core.store.ids import event_id
from profile_core.types import Choice, Mode, Order, SourceKind, VerdictStatus

GROUP_NAME = "annotators"
GROUP = f"{SourceKind.HUMAN}:{GROUP_NAME}"


@dataclass(frozen=True, slots=True)
class GivenPreference:
    """What an annotator last chose on a pair, as far as it was not undone."""

    choice: Choice | None
    """None for `can't tell`."""
    strength: int | None
    reason: str | None
    mode: Mode
    shown_order: Order | None
    created_at: datetime
    event_id: str


_OWN = """
SELECT choice, strength, reason, mode, shown_order, created_at, preference_id, act_id
FROM preference WHERE pair_id = ? AND source_id = ? AND act_id IS NOT NULL
ORDER BY preference_id DESC"""

_INSERT = """
INSERT INTO preference (preference_id, pair_id, source_id, shown_order, repeat, status, choice,
    strength, reason, annotator, mode, created_at, act_id)
VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)"""

_MISSING = """
SELECT unnest(CAST($ids AS VARCHAR[])) EXCEPT SELECT source_id FROM source"""

_IMPORTED = """
SELECT DISTINCT source_id FROM preference
WHERE act_id IS NULL AND source_id IN (SELECT unnest(CAST($ids AS VARCHAR[])))"""


def source_of(annotator: str) -> str:
    """Name the source that an annotator's preferences belong to."""
    return f"{SourceKind.HUMAN}:{annotator}"


def standing(
    cursor: duckdb.DuckDBPyConnection, pair_id: str, annotator: str, undone: Collection[str]
) -> GivenPreference | None:
    """Read an annotator's choice on a pair; None where there is none, or all acts are undone."""
    for row in cursor.execute(_OWN, [pair_id, source_of(annotator)]).fetchall():
        choice, strength, reason, mode, order, *rest, act_id = row
        if act_id not in undone:
            return GivenPreference(
                choice and Choice(choice),
                strength,
                reason,
                Mode(mode),
                order and Order(order),
                *rest,
            )
    return None


def add_sources(cursor: duckdb.DuckDBPyConnection, annotator: str | None = None) -> None:
    """Make the group, and an annotator, sources of preference, within the caller's transaction.

    Raises ProfileError for a name under which the study has imported preferences: they would mix.
    """
    names = {source_of(name): name for name in (annotator, GROUP_NAME) if name}
    imported = cursor.execute(_IMPORTED, {"ids": list(names)}).fetchall()
    if imported:
        name = names[imported[0][0]]
        cure = "import those under another name" if name == GROUP_NAME else "take another name"
        raise ProfileError(
            f"the study has imported preferences of {name!r}, with which those that people give "
            f"here would mix: {cure}."
        )
    for (identity,) in cursor.execute(_MISSING, {"ids": list(names)}).fetchall():
        cursor.execute(
            "INSERT INTO source (source_id, kind, name, is_majority) VALUES (?, ?, ?, ?)",
            [identity, SourceKind.HUMAN.value, names[identity], identity == GROUP],
        )


def write(
    cursor: duckdb.DuckDBPyConnection,
    act: Act,
    choice: Choice | None,
    *,
    source_id: str,
    strength: int | None = None,
    reason: str | None = None,
) -> None:
    """Add a choice on the act's pair to the act, within its transaction; None is an abstention."""
    status = VerdictStatus.VALID if choice else VerdictStatus.ABSTAINED
    cursor.execute(
        _INSERT,
        [
            event_id(),
            act.pair_id,
            source_id,
            act.shown_order and act.shown_order.value,
            status.value,
            choice and choice.value,
            strength,
            reason,
            act.annotator,
            act.mode and act.mode.value,
            act.created_at,
            act.act_id,
        ],
    )
