"""How much text there is."""

from __future__ import annotations

import re

from profile_core.factors.rules.base import Finding, Reading, Rule

LENGTHY_FROM = (50, 150, 300)
"""Words from which a response counts as 1, 2 or 3 on the scale of `lengthy`."""

_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*+\n\s*+")
_OPEN_A_CLAUSE = """
although because if though unless until when whenever whereas whether while
"""
_SUBORDINATORS = frozenset(_OPEN_A_CLAUSE.split())
_RELATIVES = frozenset(("who", "whom", "whose", "which", "where"))
_COORDINATION = re.compile(r"[,;](?:(?<=;)|\s(?:and|but|nor|or|so|yet)\b)")


def _length(reading: Reading) -> Finding:
    return float(reading.length), None


def _lengthy(reading: Reading) -> Finding:
    return float(sum(reading.length >= bound for bound in LENGTHY_FROM)), None


def _characters(reading: Reading) -> Finding:
    return float(len(reading.text)), None


def _sentences(reading: Reading) -> Finding:
    return float(len(reading.sentences)), None


def _paragraphs(reading: Reading) -> Finding:
    text = reading.text.strip()
    return (float(1 + len(_PARAGRAPH_BREAK.findall(text))) if text else 0.0), None


def _clauses(reading: Reading) -> Finding:
    subordinate = sum(map(reading.lower.count, _SUBORDINATORS & reading.vocabulary))
    relatives = _RELATIVES & reading.vocabulary
    if relatives:
        lower = reading.lower
        opening = sum(lower[place] in relatives for place in reading.opening_words)
        subordinate += sum(map(lower.count, relatives)) - opening
    coordinate = len(_COORDINATION.findall(reading.prose))
    return float(len(reading.sentences) + subordinate + coordinate), None


RULES = (
    Rule("length", 1, _length),
    Rule("lengthy", 1, _lengthy),
    Rule("characters", 1, _characters),
    Rule("sentences", 1, _sentences),
    Rule("paragraphs", 1, _paragraphs),
    Rule("n_clauses", 1, _clauses),
)
