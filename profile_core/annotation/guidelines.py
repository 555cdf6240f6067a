"""What a team agrees on about a factor: its guideline, in versions, and pinned examples.

A factor's definition is for people and models alike and belongs to the taxonomy; a guideline adds
how this team decides the doubtful cases. It changes no value, so it moves no counter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from profile_core.errors import ProfileError, UnknownName
from profile_core.store import factors
from profile_core.store import guidelines as store
from profile_core.store.guidelines import GuidelineRow, PinnedExample
from profile_core.store.study import Study
from profile_core.types import Factor

_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Guideline:
    """What stands for a factor at present."""

    factor: Factor
    version: int
    """0 where the team has written nothing beyond the definition."""
    text: str
    author: str | None
    created_at: datetime | None
    pinned: tuple[PinnedExample, ...]


def read(study: Study, factor: str) -> Guideline:
    """Give a factor's guideline with its pinned examples; UnknownName for no such factor."""
    with study.cursor() as cursor:
        known = factors.current(cursor)
        if factor not in known:
            raise UnknownName("factor", factor, known)
        row = store.latest(cursor, factor)
        pinned = tuple(store.pinned(cursor, factor))
    if row is None:
        return Guideline(known[factor], 0, "", None, None, pinned)
    return Guideline(known[factor], row.version, row.text, row.author, row.created_at, pinned)


def history(study: Study, factor: str) -> list[GuidelineRow]:
    """Give every version of a factor's guideline, newest first."""
    with study.cursor() as cursor:
        return store.versions(cursor, factor)


def write(
    study: Study, factor: str, text: str, author: str, *, over: int | None = None
) -> Guideline:
    """Add a version of a factor's guideline.

    `over` is the version that the author began from: raises ProfileError, and writes nothing, if
    somebody has saved another one since.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        raise ProfileError(f"a guideline has at most {_LONGEST:,} characters; this has {len(text)}")
    read(study, factor)
    with study.writing(None) as cursor:
        newest = store.latest(cursor, factor)
        version = newest.version if newest else 0
        if newest and over is not None and over != version:
            raise ProfileError(
                f"{newest.author} has saved version {version} meanwhile; read it, then save yours "
                "again"
            )
        if text != (newest.text if newest else ""):
            now = datetime.now(UTC).replace(tzinfo=None)
            store.add_version(cursor, factor, GuidelineRow(version + 1, text, author, now))
    return read(study, factor)


def pin(
    study: Study,
    factor: str,
    response_id: str,
    value: float | None,
    author: str,
    note: str | None = None,
) -> Guideline:
    """Pin a response as an example of a value of a factor (None: not applicable)."""
    read(study, factor)
    with study.writing(None) as cursor:
        store.pin(cursor, factor, response_id, value, (note or "").strip() or None, author)
    return read(study, factor)


def unpin(study: Study, factor: str, pin_id: str, author: str) -> Guideline:
    """Take a pinned example down; who did it, and when, is kept."""
    with study.writing(None) as cursor:
        store.unpin(cursor, pin_id, author)
    return read(study, factor)
