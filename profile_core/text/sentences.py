"""Where the sentences of a text are, by rule.

Owns sentence boundaries: terminal punctuation followed by white space, the full stops of East Asian
and Indic scripts, and line breaks (a line that goes on in lower case is taken for a wrapped
one). Abbreviations, initials and the numbers of list items do not end a sentence.
"""

from __future__ import annotations

import re

from profile_core.text.tokens import Span

_SPACED_STOPS = ".!?…"
_UNSPACED_STOPS = "。！？｡।؟۔"
_BOUNDARY = re.compile(
    rf"[{_SPACED_STOPS}{_UNSPACED_STOPS}\n](?:(?<=\n)|[{_SPACED_STOPS}{_UNSPACED_STOPS}]*+)"
    r"(?:(?<=\n)|(?P<closers>[\"'”’»)\]*_」』）]*+))"
)
_BLANK_LINE = re.compile(r"[ \t\r]*+\n")
_CONTINUES = re.compile(r"[ \t\r]*+(?![^\W\d_]\))[^\W\d_A-Z]")
_OPENERS = "([{\"'“‘«*_"
_WORDLIKE = re.compile(r"[^\W_]")
_LOOK_BACK = 24
_SHORTENED = """
mr mrs ms dr prof rev gen col sgt capt lt sr jr st mt ft vs cf ca approx fig figs eq vol pp eds
e.g i.e eg ie al dept est jan feb mar apr jun jul aug sep sept oct nov dec
"""
_OFTEN_LAST = frozenset(("etc", "a.m", "p.m", "inc", "ltd", "co", "corp", "u.s", "u.k"))
"""Abbreviations that often close a sentence: they do unless it goes on in lower case."""
_ABBREVIATIONS = frozenset(_SHORTENED.split())


def sentences(text: str) -> list[Span]:
    """Return the places of the sentences that hold at least one word, without outer white space."""
    found: list[Span] = []
    start = 0
    for match in _BOUNDARY.finditer(text):
        end = match.end()
        if _ends_here(text, match):
            _add(found, text, start, end)
            start = end
    _add(found, text, start, len(text))
    return found


def _add(found: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if _WORDLIKE.search(piece):
        lead = len(piece) - len(piece.lstrip())
        found.append(Span(start + lead, start + len(piece.rstrip())))


def _ends_here(text: str, match: re.Match[str]) -> bool:
    sign, end = text[match.start()], match.end()
    if sign == "\n":
        return bool(_BLANK_LINE.match(text, end)) or not _goes_on_in_lower_case(text, end)
    if sign in _UNSPACED_STOPS:
        return True
    if end < len(text) and not text[end].isspace():
        return False
    is_single = end == match.start() + 1
    if sign == "…" or (not is_single and (match["closers"] or text[match.start() + 1] == ".")):
        return not _goes_on_in_lower_case(text, end)
    return sign != "." or not _abbreviation_or_number(text, match.start())


def _goes_on_in_lower_case(text: str, position: int) -> bool:
    found = _CONTINUES.match(text, position)
    return found is not None and found.group()[-1].islower()


def _abbreviation_or_number(text: str, stop: int) -> bool:
    before = text[max(0, stop - _LOOK_BACK) : stop]
    if not before or before[-1].isspace():
        return False
    word = before.split()[-1].lstrip(_OPENERS)
    if word.isdigit():
        lead = before[before.rfind("\n") + 1 : len(before) - len(word)]
        return len(word) <= 3 and len(lead) < 12 and not lead.strip(" \t>*_-(")
    if word.lower() in _OFTEN_LAST:
        return _goes_on_in_lower_case(text, stop + 1)
    return word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isupper() and word != "I")
