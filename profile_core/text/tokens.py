"""Words, sentences and content words of any text, in linear time.

Owns how this project cuts text. A word is a run of letters, digits and their combining marks;
apostrophes inside words and separators inside numbers belong to it ("don't", "1,000", "10:30"),
hyphens and underscores do not. Scripts written without spaces (Han, kana, Thai, Lao, Khmer,
Myanmar) give one word a character. Nothing here knows factors; `length` counts differently, by
white space, because that is what the field reports.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

from profile_core.text.stopwords import STOP_WORDS

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_ASCII_WORD = re.compile(r"[A-Za-z0-9]++(?:(?:'|(?<=[0-9])[.,:](?=[0-9]))[A-Za-z0-9]++)*+")
_GROUP: Callable[[re.Match[str]], str] = re.Match.group
_START: Callable[[re.Match[str]], int] = re.Match.start
_MEMO_LIMIT = 1 << 16
_MEMO_LONGEST = 40


class Span(NamedTuple):
    """A place in a text: code points from `start` up to, not including, `end`.

    A named tuple because extractors make them by the thousand and callers unpack them.
    """

    start: int
    end: int


def words(text: str) -> list[str]:
    """Return the words of a text in order, as written."""
    found: list[str] = word_pattern(text).findall(text)
    return found


def placed_words(text: str) -> tuple[list[str], list[int]]:
    """Return the words of a text in order, and the offset of each."""
    matches = list(word_pattern(text).finditer(text))
    return list(map(_GROUP, matches)), list(map(_START, matches))


def content_key(word: str) -> str:
    """Return what makes two content words the same, or "" for an English function word.

    Case, compatibility forms, possessive 's and a plural ending are folded away (the plural by
    the S-stemmer of Harman 1991), so that "Dogs", "dog's" and "dog" share a key.
    """
    return _KEYS[word]


def content_keys(found: Iterable[str]) -> list[str]:
    """Return the content key of each word, "" for function words."""
    return list(map(_KEYS.__getitem__, found))


class _Keys(dict[str, str]):
    """Keys by word, bounded in entries and in length so that no input can make it grow."""

    def __missing__(self, word: str) -> str:
        key = _content_key(word)
        if len(word) <= _MEMO_LONGEST:
            if len(self) >= _MEMO_LIMIT:
                self.clear()
            self[word] = key
        return key


_KEYS = _Keys()


def _content_key(word: str) -> str:
    key = unicodedata.normalize("NFKC", word).lower().replace("’", "'").replace("\u00ad", "")
    if key in STOP_WORDS:
        return ""
    key = key.removesuffix("'s")
    return "" if key in STOP_WORDS else _singular(key)


def _singular(key: str) -> str:
    if len(key) <= 3 or not key.endswith("s"):
        return key
    if key.endswith("ies") and not key.endswith(("eies", "aies")):
        return key[:-3] + "y"
    if key.endswith("es") and not key.endswith(("aes", "ees", "oes")):
        return key[:-1]
    return key if key.endswith(("us", "ss")) else key[:-1]


def word_pattern(text: str) -> re.Pattern[str]:
    """Return the pattern of one word, the cheaper one where the text is plain ASCII."""
    return _ASCII_WORD if text.isascii() else _unicode_word()


@cache
def _unicode_word() -> re.Pattern[str]:
    return re.compile(_unicode_word_source())


@cache
def piece_pattern() -> re.Pattern[str]:
    """Return a pattern that cuts any text without remainder: a word, white space, or a sign."""
    return re.compile(rf"{_unicode_word_source()}|\s++|\S(?:\u200d\S|[{_marks()}])*+")


def _unicode_word_source() -> str:
    letter = rf"[^\W_{_UNSPACED}]"
    run = f"(?:{letter}++[{_marks()}]*+)++"
    separator = r"(?:['’]|(?<=\d)[.,:](?=\d))"
    return f"[{_UNSPACED}][{_marks()}]*+|{run}(?:{separator}{run})*+"


@cache
def _marks() -> str:
    """Return a character class of combining marks and joiners: `re` does not count them as \\w."""
    parts = ["\u00ad\u200c\u200d"]
    start: int | None = None
    for code in range(0x300, 0x1F000):
        is_mark = unicodedata.category(chr(code))[0] == "M"
        if is_mark and start is None:
            start = code
        elif not is_mark and start is not None:
            parts.append(f"{chr(start)}-{chr(code - 1)}")
            start = None
    parts.append("\U000e0100-\U000e01ef")
    return "".join(parts)
