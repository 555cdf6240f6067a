"""Numbers among words: which are marks of list items, and when two are the same amount."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

_AMOUNT = re.compile(r"\d[\d.,:]*+")
_ANY_DIGIT = re.compile(r"\d")
_LINE_LEAD = " \t>*_("
_LONGEST_LEAD = 40
_SPELT_OUT = "zero one two three four five six seven eight nine ten eleven twelve"
_SPELT = {word: str(value) for value, word in enumerate(_SPELT_OUT.split())}


def numeric_words(text: str, words: Sequence[str]) -> list[int]:
    """Return which words of a text begin with a digit, by their place among the words."""
    if _ANY_DIGIT.search(text) is None:
        return []
    return [place for place, word in enumerate(words) if word[0].isdecimal()]


def list_marks(
    text: str, words: Sequence[str], starts: Sequence[int], numeric: Sequence[int]
) -> frozenset[int]:
    """Return which of a text's numeric words number list items, by their place among the words."""
    return frozenset(
        place
        for place in numeric
        if _is_list_mark(text, starts[place], starts[place] + len(words[place]))
    )


def _is_list_mark(text: str, start: int, end: int) -> bool:
    if (
        end - start > 3
        or text[end : end + 1] not in (".", ")")
        or not text[end + 1 : end + 2].isspace()
    ):
        return False
    before = text[max(0, start - _LONGEST_LEAD) : start].rstrip(_LINE_LEAD)
    return before.endswith("\n") or (not before and start <= _LONGEST_LEAD)


def amount(word: str) -> str:
    """Return a number word in bare digits, or "": "1,000", "3rd" and "Three" are 1000, 3 and 3."""
    digits = _AMOUNT.match(word)
    if digits:
        return digits.group().replace(",", "")
    return _SPELT.get(word.lower(), "")


def amounts(words: Set[str]) -> frozenset[str]:
    """Return the amounts that words state."""
    numeric = (word for word in words if word[0].isdecimal())
    spelt = _SPELT.keys() & map(str.lower, words)
    return frozenset(map(amount, (*numeric, *spelt)))
