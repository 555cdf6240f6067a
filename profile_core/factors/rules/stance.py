"""How the writer speaks: asking, exclaiming, hedging, in the first person."""

from __future__ import annotations

from collections.abc import Set

from profile_core.factors.rules.base import Finding, Reading, Rule

_HEDGING_WORDS = """
allegedly apparently appear appeared appears approximately arguably conceivably could generally
likely may maybe might perhaps possibly potentially presumably probably reportedly roughly seem
seemed seemingly seems somewhat suggest suggests supposedly tend tends typically uncertain unclear
unlikely unsure usually
"""
_HEDGING_PHRASES = """
as far as i know; i assume; i believe; i feel; i guess; i suppose; i think; in general;
in my opinion; in my view; in some cases; kind of; more or less; not certain; not sure; sort of
"""
_OURSELVES = "i me my mine myself i'm i've i'd i'll we us our ours ourselves we're we've we'd we'll"

_HEDGES = (
    *([word] for word in _HEDGING_WORDS.split()),
    *(phrase.split() for phrase in _HEDGING_PHRASES.split(";")),
)
_BY_FIRST_WORD = {
    first: [hedge for hedge in _HEDGES if hedge[0] == first] for first in {h[0] for h in _HEDGES}
}
_FIRST_PERSON = frozenset(_OURSELVES.split())


def _question_marks(reading: Reading) -> Finding:
    return float(sum(map(reading.text.count, "?？؟"))), None


def _exclamation_marks(reading: Reading) -> Finding:
    return float(sum(map(reading.text.count, "!！"))), None


def _hedges(reading: Reading) -> Finding:
    lower = reading.lower
    found = [
        (place, place + len(hedge) - 1)
        for place in _places(lower, reading.vocabulary & _BY_FIRST_WORD.keys())
        for hedge in _BY_FIRST_WORD[lower[place]]
        if lower[place : place + len(hedge)] == hedge
    ]
    return float(len(found)), reading.at_runs(found)


def _first_person(reading: Reading) -> Finding:
    written = reading.words
    found = [
        place
        for place in _places(reading.lower, _FIRST_PERSON & reading.vocabulary)
        if written[place] != "US"
    ]
    return float(len(found)), reading.at_words(found)


def _places(words: list[str], sought: Set[str]) -> list[int]:
    return [place for place, word in enumerate(words) if word in sought] if sought else []


RULES = (
    Rule("question_marks", 1, _question_marks),
    Rule("exclamation_marks", 1, _exclamation_marks),
    Rule("hedges", 1, _hedges),
    Rule("first_person", 1, _first_person),
)
