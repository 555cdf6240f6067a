"""Conditions over the pair view, written by the app: for filters, links and health checks.

What is written here is read back by `store.predicate`, like anything a user types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_QUOTE = "'"
_WITHOUT = re.compile(
    r"(?:^|(?<=\())\(generator_a IS NULL OR generator_a <> ('(?:[^']|'')*')\) AND "
    r"\(generator_b IS NULL OR generator_b <> \1\)(?=\)|$)"
)
"""What `without_generator` writes, alone or in brackets, where a NOT before it means all of it."""


def equals(column: str, value: str | float) -> str:
    """Write `column = value`."""
    return f"{column} = {literal(value)}"


def one_of(column: str, values: Iterable[str | float]) -> str:
    """Write `column IN (...)`; of no values, the condition that nothing meets."""
    listed = ", ".join(literal(value) for value in values)
    return f"{column} IN ({listed})" if listed else "1 = 0"


def literal(value: str | float) -> str:
    """Write a value as a constant."""
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def without_generator(name: str) -> str:
    """Write that neither response is by a generator; one by nobody known stays."""
    return " AND ".join(
        f"({column} IS NULL OR {column} <> {literal(name)})"
        for column in ("generator_a", "generator_b")
    )


def in_words(where: str) -> str:
    """Say a condition for people: as it is written, but `without_generator` in its own words."""
    said = _WITHOUT.sub(
        lambda found: f"without what {found[1][1:-1].replace(_QUOTE * 2, _QUOTE)} wrote", where
    )
    return said if _WITHOUT.fullmatch(where) else f"pairs with {said}"


def all_of(conditions: Iterable[str | None]) -> str | None:
    """Join what is given by AND; None if nothing is."""
    return _joined(conditions, "AND")


def any_of(conditions: Iterable[str | None]) -> str | None:
    """Join what is given by OR; None if nothing is."""
    return _joined(conditions, "OR")


def _joined(conditions: Iterable[str | None], word: str) -> str | None:
    given = [condition for condition in conditions if condition and condition.strip()]
    if len(given) < 2:
        return given[0] if given else None
    return f" {word} ".join(f"({condition})" for condition in given)
