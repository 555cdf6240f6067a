"""One JSON object of a file, with checked access: a wrong value names file, place and column.

Owns what a value may be (a text, a whole number in a range, one of some words), not what it means
for a study.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from profile_core.errors import ImportRefused

MAX_TEXT_CHARACTERS = 10_000_000
"""The longest text a study takes: longer than a book, shorter than a file put in by mistake."""

Key = TypeVar("Key")
Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True)
class Row:
    """One JSON object and where it stands; its methods take a column and give a checked value.

    Every method raises ImportRefused, with the place, where the column is missing or holds
    something else than the method's name says.
    """

    file: str
    place: str
    """`line 3` of JSON Lines, `row 3` of an array; both count from 1."""
    value: Mapping[str, object]
    prefix: str = ""
    """The dotted path of a nested object within its row, with a trailing dot."""

    def get(self, column: str) -> object:
        """Return whatever the column holds."""
        try:
            return self.value[column]
        except KeyError:
            raise self.refusal(
                "the column is missing", column=column, found=list(self.value)
            ) from None

    def text(self, column: str, *, blank: bool = True) -> str:
        """Return a text; `blank=False` refuses one that is empty or white space."""
        value = self.get(column)
        if not isinstance(value, str):
            raise self.refusal("not a text", column=column, found=value, expected="a text")
        if not blank and not value.strip():
            raise self.refusal("the text is empty", column=column, expected="a text")
        if len(value) > MAX_TEXT_CHARACTERS:
            raise self.refusal(
                f"the text has {len(value):,} characters",
                column=column,
                expected=f"at most {MAX_TEXT_CHARACTERS:,}",
            )
        return value

    def optional_text(self, column: str) -> str | None:
        """Return a text, or None where the column is absent, null or white space."""
        if self.value.get(column) is None:
            return None
        text = self.text(column)
        return text if text.strip() else None

    def texts(self, column: str) -> list[str]:
        """Return a list of texts."""
        items = self.elements(column)
        return [items.text(name) for name in items.value]

    def integer(self, column: str, low: int | None = None, high: int | None = None) -> int:
        """Return a whole number, which lies in [low, high] where these are given."""
        value = self.get(column)
        if not isinstance(value, int) or isinstance(value, bool) or not _between(value, low, high):
            raise self.refusal(
                "not a whole number in range" if isinstance(value, int) else "not a whole number",
                column=column,
                found=value,
                expected=_range("a whole number", low, high),
            )
        return value

    def integers(self, column: str, low: int | None = None, high: int | None = None) -> list[int]:
        """Return a list of whole numbers in [low, high]."""
        items = self.elements(column)
        return [items.integer(name, low, high) for name in items.value]

    def number(self, column: str, low: float | None = None, high: float | None = None) -> float:
        """Return a finite number, which lies in [low, high] where these are given."""
        value = self.get(column)
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not math.isfinite(value)
            or not _between(value, low, high)
        ):
            raise self.refusal(
                "not a number", column=column, found=value, expected=_range("a number", low, high)
            )
        return float(value)

    def meaning(self, column: str, words: Mapping[object, Meaning]) -> Meaning:
        """Return what a value stands for; 1, 1.0, "1" and true are four different words."""
        value = self.get(column)
        for word, meaning in words.items():
            if type(word) is type(value) and word == value:
                return meaning
        raise self.refusal(
            "an unknown value",
            column=column,
            found=value,
            expected="one of " + ", ".join(json.dumps(word) for word in words),
        )

    def inner(self, column: str) -> Row:
        """Return a nested object."""
        value = self.get(column)
        if not isinstance(value, dict):
            raise self.refusal(
                "not a JSON object", column=column, found=value, expected="a JSON object"
            )
        return Row(self.file, self.place, value, f"{self.prefix}{column}.")

    def rows(self, column: str) -> list[Row]:
        """Return a list of nested objects."""
        items = self.elements(column)
        return [items.inner(name) for name in items.value]

    def elements(self, column: str) -> Row:
        """Return a list as a row whose columns are `column[0]`, `column[1]`, ..."""
        value = self.get(column)
        if not isinstance(value, list):
            raise self.refusal("not a list", column=column, found=value, expected="a list")
        items = {f"{column}[{number}]": item for number, item in enumerate(value)}
        return Row(self.file, self.place, items, self.prefix)

    def refusal(
        self,
        problem: str,
        *,
        column: str | None = None,
        found: object = None,
        expected: str | None = None,
    ) -> ImportRefused:
        """Make the error that names this row, for the caller to raise."""
        return ImportRefused(
            self.file,
            problem,
            place=self.place,
            column=f"{self.prefix}{column}" if column else None,
            found=found,
            expected=expected,
        )


def keyed(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, Row]:
    """Return rows by their key; a key that comes twice is refused with both places."""
    found: dict[Key, Row] = {}
    for row in rows:
        name = key(row)
        if name in found:
            raise row.refusal(
                f"the id {name!r} comes twice (the first is in {found[name].place})",
                expected="each id once",
            )
        found[name] = row
    return found


def _between(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _range(what: str, low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return what
    if high is None:
        return f"{what}, at least {low}"
    return f"{what}, at most {high}" if low is None else f"{what} from {low} to {high}"
