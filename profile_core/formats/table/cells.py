"""Cells as the values a study holds: texts, levels, numbers; anything else is refused.

Numbers are read where text is expected (ids are often numbers), for CSV cannot tell them apart;
true and false are read as the words, and told.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from profile_core.errors import ImportRefused
from profile_core.formats.rows import MAX_TEXT_CHARACTERS
from profile_core.formats.table import paths


class CellError(Exception):
    """A cell that cannot be read; whoever knows file and place makes it an ImportRefused."""

    def __init__(self, problem: str, *, column: str, found: object = None, expected: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.column = column
        self.found = found
        self.expected = expected

    def refusal(self, file: str, place: str) -> ImportRefused:
        """Say where it stands."""
        return ImportRefused(
            file,
            self.problem,
            place=place,
            column=self.column,
            found=self.found,
            expected=self.expected,
        )


@dataclass(frozen=True, slots=True)
class Cells:
    """One mapped column: finds its cell in a row and reads it."""

    column: str
    path: paths.Path

    def reader(self) -> Callable[[paths.Row], object]:
        """Give the function that finds the cell in a row; None where the row has none."""
        if len(self.path) == 1:
            key = str(self.path[0])
            return lambda row: row.get(key)
        path = self.path
        return lambda row: paths.look_up(row, path)


def text(cell: object, column: str) -> str | None:
    """Read a text; None stays None."""
    if (
        type(cell) is str
        and len(cell) <= MAX_TEXT_CHARACTERS
        and "\0" not in cell
        and cell.isascii()
    ):
        return cell
    return None if cell is None else _checked(_as_text(cell, column), column)


def needed_text(cell: object, column: str, what: str) -> str:
    """Read a text that must be there; an empty one is there."""
    if cell is None:
        raise CellError(f"there is no {what}", column=column, expected=f"a {what} in every row")
    found = text(cell, column)
    return found if found is not None else ""


def name(cell: object, column: str) -> str | None:
    """Read an id, a task, a generator's name: a text of which an empty one says nothing."""
    found = text(cell, column)
    return found.strip() or None if found else None


def number(cell: object, column: str, expected: str = "a number") -> float | None:
    """Read a finite number; None for an empty cell. True and false are 1 and 0."""
    if cell is None or cell == "":
        return None
    value: float | None = None
    if isinstance(cell, int | float | Decimal):
        value = float(cell)
    elif isinstance(cell, str):
        try:
            value = float(cell)
        except ValueError:
            value = None
    if value is None or not math.isfinite(value):
        raise CellError("is not a number", column=column, found=cell, expected=expected)
    return value


def score_level(cell: object, column: str) -> int | None:
    """Read a score level, a whole number from 1 to 5; None for an empty cell."""
    expected = "a whole number from 1 to 5"
    if isinstance(cell, bool):
        raise CellError("is no score level", column=column, found=cell, expected=expected)
    value = number(cell, column, expected)
    if value is None:
        return None
    if not 1 <= value <= 5 or value != int(value):
        raise CellError("is no score level", column=column, found=cell, expected=expected)
    return int(value)


def probability(cell: object, column: str) -> float | None:
    """Read the probability that a is preferred; None for an empty cell."""
    expected = "a number from 0 to 1: the probability that a is preferred"
    value = number(cell, column, expected)
    if value is not None and not 0 <= value <= 1:
        raise CellError("is no probability", column=column, found=cell, expected=expected)
    return value


def plain(cell: object, column: str) -> object:
    """Read metadata: numbers, booleans and texts as they are, anything nested as its JSON."""
    if isinstance(cell, bool | int) or (isinstance(cell, float) and math.isfinite(cell)):
        return cell
    if isinstance(cell, dict | list):
        return text(json.dumps(cell, ensure_ascii=False, default=str), column)
    return name(cell, column)


def _as_text(cell: object, column: str) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and not math.isfinite(cell):
        raise CellError("is not a number", column=column, found=cell, expected="text")
    if isinstance(cell, int | float | Decimal | datetime | date | time):
        return str(cell)
    if isinstance(cell, dict | list):
        inner = paths.text_within(cell)
        raise CellError(
            "is not text, but nested",
            column=column,
            found=cell,
            expected=f"a text, such as that of column {f'{column}.{inner}'!r}" if inner else "text",
        )
    raise CellError("is not text", column=column, found=cell, expected="text")


def _checked(value: str, column: str) -> str:
    if len(value) > MAX_TEXT_CHARACTERS:
        raise CellError(
            "the cell is too large",
            column=column,
            found=f"{len(value):,} characters",
            expected=f"at most {MAX_TEXT_CHARACTERS:,} characters",
        )
    if "\0" in value:
        raise CellError(
            "holds the character U+0000", column=column, found=value, expected="text without it"
        )
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise CellError(
            "holds half a character (a lone surrogate)",
            column=column,
            found=value[error.start : error.end],
            expected="whole characters",
        ) from error
    return value
