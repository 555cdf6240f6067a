"""What each edit of facts consists of: from the facts that stand and a wish, to events.

Pure: it finds quotes in the text, gives new facts their place, refuses what cannot be done and
says in words what was done. It neither reads nor writes a study.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from profile_core.errors import ProfileError, UnknownName
from profile_core.factors.atomic import FACT_LABELS
from profile_core.store.fact_fold import FactAction, FactEvent, StandingFact
from profile_core.store.ids import event_id
from profile_core.text.numbers import listed
from profile_core.text.spans import locate
from profile_core.text.tokens import Span

_SHOWN = 60
_NO_TEXT = "a fact needs a text, or words of the response as its quote."
_DONE = {FactAction.ADD: "added", FactAction.EDIT: "reworded", FactAction.DELETE: "deleted"}
_MEANING = {
    "supported": ("supported", "not supported"),
    "in_focus": ("in focus", "off focus"),
    "misinformation": ("misinformation", "not misinformation"),
    "helpful": ("helpful", "not helpful"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """What a person wrote as one fact, and the words of the response that it rests on."""

    text: str | None = None
    """May be left out: a new fact then reads as its quote, and an old one as before."""
    quote: str | None = None
    span: Span | None = None
    """Of the words in the response, where they were selected; the quote is then cut from there."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The facts of a response as the person sees them, in their order."""

    response_id: str
    text: str
    """The response's."""
    facts: tuple[StandingFact, ...]

    def fact(self, fact_id: str) -> StandingFact:
        """Find a fact; a ProfileError where it is not, or no longer, there."""
        for fact in self.facts:
            if fact.fact_id == fact_id:
                return fact
        raise ProfileError(
            f"fact {fact_id} is not among this response's: it belongs to another response, or "
            "somebody deleted, split or merged it meanwhile. Look at the facts again."
        )


def add(sheet: Sheet, part: Part) -> list[FactEvent]:
    """Add a fact: before the first one that begins later in the text, else at the end."""
    text, quote, span = _stated(sheet, part)
    return [_added(sheet, text, quote, span, _place(sheet.facts, span))]


def edit(sheet: Sheet, fact_id: str, part: Part) -> list[FactEvent]:
    """Give a fact another text, or other words to rest on (an empty quote: none)."""
    fact = sheet.fact(fact_id)
    quote, span = fact.quote, fact.span
    if part.span is not None or part.quote is not None:
        quote, span = _words(sheet, part)
    text = fact.text if part.text is None else _filled(part.text, _NO_TEXT)
    if (text, quote, span) == (fact.text, fact.quote, fact.span):
        raise ProfileError("nothing was changed: the fact has this text and this quote already.")
    return [FactEvent(sheet.response_id, fact_id, FactAction.EDIT, text, quote, span)]


def split(sheet: Sheet, fact_id: str, parts: Sequence[Part]) -> list[FactEvent]:
    """Put several facts in the place of one; those without a quote keep its quote and span."""
    fact = sheet.fact(fact_id)
    if len(parts) < 2:
        raise ProfileError(
            f"a fact is split into two or more, not into {len(parts)}. To reword it, edit it."
        )
    later = [other.ordinal for other in sheet.facts if other.ordinal > fact.ordinal]
    step = (min(later, default=fact.ordinal + 1.0) - fact.ordinal) / len(parts)
    events = [_gone(fact, FactAction.REPLACE)]
    for number, part in enumerate(parts):
        if part.span is None and not (part.quote or "").strip():
            text, quote, span = _filled(part.text, _NO_TEXT), fact.quote, fact.span
        else:
            text, quote, span = _stated(sheet, part, near=fact.span)
        events.append(_added(sheet, text, quote, span, fact.ordinal + number * step))
    return events


def merge(sheet: Sheet, fact_ids: Sequence[str], part: Part) -> list[FactEvent]:
    """Put one fact in the place of several, at the first of them.

    Without a text, theirs are joined; without a quote, it rests on the stretch from the first to
    the last of their words.
    """
    wanted = {sheet.fact(fact_id).fact_id for fact_id in fact_ids}
    if len(wanted) < 2:
        raise ProfileError("choose two or more facts to merge.")
    merged = [fact for fact in sheet.facts if fact.fact_id in wanted]
    text = " ".join(fact.text for fact in merged) if part.text is None else part.text
    text = _filled(text, _NO_TEXT)
    if part.span is not None or (part.quote or "").strip():
        quote, span = _words(sheet, part)
    else:
        quote, span = _joint_words(sheet, merged)
    return [
        *(_gone(fact, FactAction.REPLACE) for fact in merged),
        _added(sheet, text, quote, span, merged[0].ordinal),
    ]


def delete(sheet: Sheet, fact_id: str) -> list[FactEvent]:
    """Take a fact away."""
    return [_gone(sheet.fact(fact_id), FactAction.DELETE)]


def label(sheet: Sheet, fact_id: str, name: str, value: bool | None) -> list[FactEvent]:
    """Say whether a label holds for a fact; None that it cannot be told."""
    fact = sheet.fact(fact_id)
    if name not in FACT_LABELS:
        raise UnknownName("label of facts", name, FACT_LABELS)
    return [
        FactEvent(sheet.response_id, fact_id, FactAction.LABEL, fact.text, label=name, value=value)
    ]


def sentence(events: Iterable[FactEvent]) -> str:
    """Say in words, without a subject, what the events of one act did."""
    told = list(events)
    replaced = [_short(event.text) for event in told if event.action is FactAction.REPLACE]
    if not replaced:
        return "; ".join(_told(event) for event in told)
    added = [_short(event.text) for event in told if event.action is FactAction.ADD]
    if len(replaced) == 1:
        return f"split {replaced[0]} into {listed(added)}"
    return f"merged {listed(replaced)} into {listed(added)}"


def _told(event: FactEvent) -> str:
    fact = _short(event.text)
    if event.action is not FactAction.LABEL:
        return f"{_DONE[event.action]} {fact}"
    holds, fails = _MEANING.get(event.label or "", (event.label, f"not {event.label}"))
    if event.value is None:
        return f"could not tell whether {fact} is {holds}"
    return f"marked {fact} as {holds if event.value else fails}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + '…'}”"


def _added(
    sheet: Sheet, text: str, quote: str | None, span: Span | None, ordinal: float
) -> FactEvent:
    return FactEvent(
        sheet.response_id, event_id(), FactAction.ADD, text, quote, span, ordinal=ordinal
    )


def _gone(fact: StandingFact, action: FactAction) -> FactEvent:
    return FactEvent(fact.response_id, fact.fact_id, action, fact.text)


def _filled(text: str | None, problem: str) -> str:
    if text is None or not text.strip():
        raise ProfileError(problem)
    return _storable(text.strip())


def _storable(text: str) -> str:
    """Give a text back; ProfileError for what no study file can hold."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ProfileError(
            "the text has a null character or half of one (a lone surrogate): type it anew."
        )
    return text


def _stated(
    sheet: Sheet, part: Part, near: Span | None = None
) -> tuple[str, str | None, Span | None]:
    """Give text, quote and span of a fact that is new."""
    quote, span = _words(sheet, part, near)
    return _filled(part.text or quote, _NO_TEXT), quote, span


def _words(sheet: Sheet, part: Part, near: Span | None = None) -> tuple[str | None, Span | None]:
    """Give the quote and where it stands, looking first from where the split fact begins."""
    if part.span is not None:
        start, end = part.span
        if not 0 <= start < end <= len(sheet.text):
            raise ProfileError(
                f"the response has {len(sheet.text)} characters: nothing can be quoted from "
                f"{start} to {end}."
            )
        return sheet.text[start:end], Span(start, end)
    quote = _storable((part.quote or "").strip())
    if not quote:
        return None, None
    found = locate(quote, sheet.text, near.start) if near else None
    return quote, found or locate(quote, sheet.text)


def _joint_words(sheet: Sheet, merged: Sequence[StandingFact]) -> tuple[str | None, Span | None]:
    spans = [fact.span for fact in merged if fact.span is not None]
    if not spans:
        return next((fact.quote for fact in merged if fact.quote), None), None
    joint = Span(min(span.start for span in spans), max(span.end for span in spans))
    return sheet.text[joint.start : joint.end], joint


def _place(facts: Sequence[StandingFact], span: Span | None) -> float:
    """Give the place of a new fact: before the first that begins later, else after all."""
    before = None
    for fact in facts:
        if span and fact.span and fact.span.start > span.start:
            return fact.ordinal - 1.0 if before is None else (before + fact.ordinal) / 2
        before = fact.ordinal
    return 1.0 if before is None else before + 1.0
