"""What files say of people's labels, checked: who, when, of which factor, what value.

Owns what is allowed, whichever format says it; the formats own where it stands in a file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import duckdb

from profile_core.errors import UnknownName
from profile_core.factors.scale import scale_of
from profile_core.formats.table import cells
from profile_core.formats.table.cells import CellError
from profile_core.store import factors as factor_store
from profile_core.store import labels as label_store
from profile_core.store.desk_preferences import GROUP_NAME
from profile_core.store.labels import Automatic, InForce, LabelAction
from profile_core.store.outside_labels import time_of
from profile_core.store.pair_wide_rows import extractors_in_force
from profile_core.types import Factor, Mode

_LONGEST_NAME = 100
_SKEW = timedelta(minutes=10)
"""By how much another machine's clock may be ahead."""

_FIRST = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Held:
    """What a study holds, as far as labels are checked against it."""

    cursor: duckdb.DuckDBPyConnection
    used: InForce

    @classmethod
    def by(cls, cursor: duckdb.DuckDBPyConnection) -> Held:
        """Read it."""
        return cls(cursor, InForce(factor_store.current(cursor), extractors_in_force(cursor)))

    @property
    def factors(self) -> Mapping[str, Factor]:
        """The study's factors by name."""
        return self.used.factors

    def factor(self, name: str, column: str) -> Factor:
        """Find a factor; raise CellError with the nearest names."""
        try:
            return self.factors[name]
        except KeyError:
            unknown = UnknownName("factor", name, self.factors)
            raise CellError(
                "the study has no such factor", column=column, found=name, expected=str(unknown)
            ) from None

    def automatic(self, response_ids: Collection[str]) -> dict[tuple[str, str], Automatic]:
        """Read the automatic values in use, by response and factor."""
        return label_store.automatic(self.cursor, self.used, response_ids, self.factors)


def annotator(cell: object, column: str) -> str:
    """Read who gave a label."""
    found = cells.name(cell, column)
    if found is None:
        raise CellError("the cell is empty", column=column, expected="the annotator's name")
    if len(found) > _LONGEST_NAME or not found.isprintable():
        raise CellError(
            "is no name",
            column=column,
            found=found,
            expected=f"one line of at most {_LONGEST_NAME} characters",
        )
    if found.casefold() == GROUP_NAME:
        raise CellError(
            "is the name of all annotators together",
            column=column,
            found=found,
            expected="the name of one person",
        )
    return found


def value(cell: object, column: str, factor: Factor) -> float | None:
    """Read a value on a factor's scale; None for an empty cell: not applicable."""
    scale = scale_of(factor.kind)
    expected = f"{scale} ({factor.name} is {factor.kind}), or nothing if it does not apply"
    found = cells.number(cell, column, expected)
    if found is not None and not scale.has(found):
        raise CellError("is off the factor's scale", column=column, found=cell, expected=expected)
    return found


def moment(cell: object, column: str) -> datetime | None:
    """Read a time as coordinated universal time without a zone; None for an empty cell.

    A time without a zone is taken for universal. One that lies ahead is refused, because of two
    labels the later one stands.
    """
    if cell is None or cell == "":
        return None
    try:
        found = cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell).strip())
        if found.tzinfo is not None:
            found = found.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise CellError(
            "is no time",
            column=column,
            found=cell,
            expected="a date and time such as 2025-03-09T22:16:08Z",
        ) from None
    _refuse_ahead(found, cell, column)
    return found


def event(cell: object, column: str) -> str | None:
    """Read the id of an event, a UUID version 7; None for an empty cell."""
    found = cells.name(cell, column)
    if found is None:
        return None
    try:
        parsed = UUID(found)
    except ValueError:
        parsed = None
    if parsed is None or str(parsed) != found or (parsed.version, parsed.variant) != (7, RFC_4122):
        raise CellError(
            "is no event id",
            column=column,
            found=found,
            expected="a UUID version 7 as exported, or nothing",
        )
    _refuse_ahead(time_of(found), found, column)
    return found


def action_of(mode: Mode, said: float | None, automatic: Automatic | None) -> LabelAction:
    """Tell an accepted value from a corrected one; nobody accepts what was not shown."""
    is_accepted = mode is Mode.REVIEW and automatic is not None and said == automatic.value
    return LabelAction.ACCEPT if is_accepted else LabelAction.CORRECT


def _refuse_ahead(time: datetime, cell: object, column: str) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    if not _FIRST <= time <= now + _SKEW:
        raise CellError(
            "lies in the future" if time > now else "lies before 1970",
            column=column,
            found=cell,
            expected=f"at most the present in universal time, {now:%Y-%m-%dT%H:%MZ}",
        )
