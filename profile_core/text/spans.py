"""Where a quote stands in a text, and how to cut a text for highlighting.

Owns the way from a quote that a model or a person copied, with its small slips, back to exact
offsets in the original. It never changes the text.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from profile_core.text.tokens import Span

_SAME_SIGN = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″＂", '"'),
        **dict.fromkeys("‘’‚‛‹›′`´＇", "'"),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
    }
)


def locate(quote: str, text: str, start: int = 0) -> Span | None:
    """Return where a quote first stands in a text at or after `start`, or None.

    Letter for letter if possible; else regardless of case, width and amount of white space, kind
    of quotation mark, dash and apostrophe, and composed or decomposed letters. The span always
    refers to the original text. An empty quote stands nowhere.
    """
    return Locator(text).locate(quote, start)


class Locator:
    """A text in which several quotes are looked for; the text is normalised once, if at all."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._normalised: tuple[str, list[int]] | None = None

    def locate(self, quote: str, start: int = 0) -> Span | None:
        """Return where a quote first stands at or after `start`, or None; see `locate`."""
        quote = quote.strip()
        if not quote:
            return None
        at = self._text.find(quote, start)
        if at >= 0:
            return Span(at, at + len(quote))
        return self._locate_normalised(quote, start)

    def _locate_normalised(self, quote: str, start: int) -> Span | None:
        if self._normalised is None:
            self._normalised = _normalise(self._text)
        plain, origins = self._normalised
        sought = _normalise(quote)[0].strip()
        if not sought:
            return None
        first = 0 if start <= 0 else bisect_right(origins, start - 1)
        at = plain.find(sought, first)
        if at < 0:
            return None
        last = origins[at + len(sought) - 1] + 1
        while last < len(self._text) and unicodedata.combining(self._text[last]):
            last += 1
        return Span(origins[at], last)


def _normalise(text: str) -> tuple[str, list[int]]:
    """Return a text's plain form and, for each of its characters, the offset it came from."""
    plain: list[str] = []
    origins: list[int] = []
    after_space = False
    for offset, character in enumerate(text):
        if character.isspace():
            if not after_space:
                plain.append(" ")
                origins.append(offset)
            after_space = True
            continue
        form = character.translate(_SAME_SIGN)
        if not form.isascii():
            form = unicodedata.normalize("NFKD", form).translate(_SAME_SIGN)
        for part in form.casefold():
            plain.append(part)
            origins.append(offset)
        after_space = after_space and not form
    return "".join(plain), origins


@dataclass(frozen=True, slots=True)
class SpanRun:
    """A stretch of text and the ids of all spans that cover it, in the order they were given."""

    text: str
    ids: tuple[str, ...]


def split_by_spans(text: str, spans: Iterable[tuple[str, Span]]) -> tuple[SpanRun, ...]:
    """Cut a text wherever a span begins or ends; the runs concatenate exactly to the text.

    Spans may overlap, nest and repeat an id. What lies outside the text is cut off, and empty
    spans cover nothing.
    """
    inside = [
        (key, Span(max(0, span[0]), min(len(text), span[1])))
        for key, span in spans
        if max(0, span[0]) < min(len(text), span[1])
    ]
    cuts = sorted({0, len(text), *(edge for _, span in inside for edge in span)})
    opening: dict[int, list[int]] = {}
    closing: dict[int, list[int]] = {}
    for number, (_, span) in enumerate(inside):
        opening.setdefault(span.start, []).append(number)
        closing.setdefault(span.end, []).append(number)
    runs: list[SpanRun] = []
    covering: set[int] = set()
    for start, end in pairwise(cuts):
        covering.difference_update(closing.get(start, ()))
        covering.update(opening.get(start, ()))
        ids = dict.fromkeys(inside[number][0] for number in sorted(covering))
        runs.append(SpanRun(text[start:end], tuple(ids)))
    return tuple(runs)
