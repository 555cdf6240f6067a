"""How one choice column of a table is to be read, from its values and the columns beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from profile_core.formats.table import paths, words
from profile_core.formats.table.words import Vocabulary

_CHOSEN = re.compile(r"(^|[^a-z])chosen$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ChoiceColumn:
    """A column's values in a sample, and their meaning; None where it cannot be told."""

    found: frozenset[str]
    vocabulary: Vocabulary | None
    strays: frozenset[str] = frozenset()
    """Values that have no meaning beside others that have."""

    @property
    def is_short(self) -> bool:
        """Whether the values are few and short, as marks of a choice are."""
        return 0 < len(self.found) <= 4 and all(len(word) <= 5 for word in self.found)


def examine(column: str, mapping: Mapping[str, str], sample: Sequence[paths.Row]) -> ChoiceColumn:
    """Look at a choice column's values beside the responses and generators of a mapping."""
    if is_preferred_itself(column, mapping):
        return ChoiceColumn(frozenset(), Vocabulary(is_always_a=True))
    cells = _cells(column, sample)
    given = [cell for cell in cells if not is_blank(cell)]
    if _repeats_text(cells, mapping, sample):
        return ChoiceColumn(frozenset(), Vocabulary(repeats_text=True))
    found = frozenset(words.normal(cell) for cell in given if not isinstance(cell, dict | list))
    generators = (mapping.get("generator_a"), mapping.get("generator_b"))
    names = {
        words.normal(cell)
        for name in generators
        if name
        for cell in _cells(name, sample)
        if not is_blank(cell)
    }
    vocabulary = words.guess(
        found,
        columns=((mapping.get("response_a"), mapping.get("response_b")), generators),
        generator_names=names,
    )
    if vocabulary is None or any(isinstance(cell, dict | list) for cell in given):
        return ChoiceColumn(found, None)
    known = vocabulary.words.keys() | (names if vocabulary.names_generators else set())
    return ChoiceColumn(found, vocabulary, found - known)


def is_preferred_itself(column: str, mapping: Mapping[str, str]) -> bool:
    """Tell whether a choice column is response a, or `chosen`, in which response a lies."""
    response = mapping.get("response_a", "")
    return column == response or (says_chosen(column) and response.startswith(f"{column}."))


def says_chosen(column: str) -> bool:
    """Tell whether a column, or what it lies in, is the preferred response by its name."""
    return any(_CHOSEN.search(step) for step in column.split("."))


def is_blank(cell: object) -> bool:
    """Tell whether a choice was not made."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _repeats_text(
    cells: Sequence[object], mapping: Mapping[str, str], sample: Sequence[paths.Row]
) -> bool:
    texts: Iterable[tuple[object, object]] = zip(
        *(_cells(mapping.get(name, ""), sample) for name in ("response_a", "response_b")),
        strict=True,
    )
    matches = [
        isinstance(cell, str) and cell in both
        for cell, both in zip(cells, texts, strict=True)
        if not is_blank(cell)
    ]
    return bool(matches) and all(matches)


def _cells(column: str, sample: Sequence[paths.Row]) -> list[object]:
    path = paths.resolve(sample, column)
    return [paths.look_up(row, path) if path else None for row in sample]
