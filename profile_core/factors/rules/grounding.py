"""What a response takes from its source and prompt, judged by words alone.

Each of these only approximates a factor that needs understanding, and stands beside it under a
name of its own.
"""

from __future__ import annotations

from profile_core.factors.rules.base import (
    EVIDENCE_CAP,
    NOT_APPLICABLE,
    Evidence,
    Finding,
    Reading,
    Rule,
)
from profile_core.factors.rules.numerals import amount

_NOT_NAMES = frozenset(("Mr", "Mrs", "Ms", "Dr", "Prof"))
"""Titles; function words such as "I" have no content key and are left out for that."""


def _numbers(reading: Reading) -> Finding:
    found = reading.number_places
    return float(len(found)), reading.at_words(found)


def _name_places(reading: Reading) -> list[int]:
    """Return the words with a capital that no sentence start explains, or with an inner one."""
    capitalised = set(reading.words) - reading.vocabulary - _NOT_NAMES
    if not capitalised:
        return []
    opening, keys = reading.opening_words, reading.keys
    return [
        place
        for place, word in enumerate(reading.words)
        if word in capitalised and keys[place] and _looks_like_name(word, place in opening)
    ]


def _looks_like_name(word: str, opens_sentence: bool) -> bool:
    if word[0].isdecimal():
        return False
    if word[1:].lower() != word[1:]:
        return True
    return word[0].isupper() and not opens_sentence


def _unsupported_tokens(reading: Reading) -> Finding:
    """Return the share of names and numbers that neither source nor prompt has."""
    background = reading.background
    if not background.source_text:
        return NOT_APPLICABLE
    names, numbers = _name_places(reading), reading.number_places
    if not names and not numbers:
        return NOT_APPLICABLE
    known = background.source_keys | background.prompt_keys
    keys, words = reading.keys, reading.words
    missing = [number for number in names if keys[number] not in known]
    missing += [number for number in numbers if amount(words[number]) not in background.amounts]
    missing.sort()
    return len(missing) / (len(names) + len(numbers)), reading.at_words(missing)


def _lexical_coverage(reading: Reading) -> Finding:
    """Return the share of the source's content words, by occurrence, that the response uses."""
    counts = reading.background.source_counts
    if not counts:
        return NOT_APPLICABLE
    used = set(reading.keys)
    return sum(counts[key] for key in used if key in counts) / counts.total(), None


def _lexical_off_focus(reading: Reading) -> Finding:
    """Return the share of sentences without any content word of the topic."""
    topic = _topic(reading)
    if not topic or not reading.sentences:
        return NOT_APPLICABLE
    keys = reading.keys
    edges = [*reading.first_words, len(keys)]
    off = [
        span
        for span, start, end in zip(reading.sentences, edges, edges[1:], strict=False)
        if topic.isdisjoint(keys[start:end])
    ]
    evidence = Evidence(tuple(off[:EVIDENCE_CAP]), len(off)) if off else None
    return len(off) / len(reading.sentences), evidence


def _topic(reading: Reading) -> frozenset[str]:
    background = reading.background
    if reading.task == "summarization":
        return background.prompt_keys | background.repeated_source_keys
    return background.prompt_keys


RULES = (
    Rule("numbers", 1, _numbers),
    Rule("unsupported_tokens", 1, _unsupported_tokens),
    Rule("lexical_coverage", 1, _lexical_coverage),
    Rule("lexical_off_focus", 1, _lexical_off_focus),
)
