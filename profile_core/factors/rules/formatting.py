"""Marks of layout in Markdown: lists, headings, bold text, code.

What stands inside a fenced code block is code and never counts as layout.
"""

from __future__ import annotations

import re

from profile_core.factors.rules.base import Finding, Reading, Rule

_ITEM = re.compile(
    r"^[ \t]*+(?![-*_ \t]++$)"
    r"(?:[-*+•‣▪◦–]|[0-9]{1,3}[.)]|\((?:[0-9]{1,3}|[A-Za-z])\)|[A-Za-z]\))[ \t]++\S",
    re.MULTILINE,
)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]++[^\s#]", re.MULTILINE)
_BOLD = re.compile(r"\*\*(?=[^\s*])[^*\n]++\*\*|__(?=[^\s_])[^_\n]++__")


def _list_items(reading: Reading) -> Finding:
    return float(len(_ITEM.findall(reading.prose))), None


def _headings(reading: Reading) -> Finding:
    if "#" not in reading.prose:
        return 0.0, None
    return float(len(_HEADING.findall(reading.prose))), None


def _bold_spans(reading: Reading) -> Finding:
    if "**" not in reading.prose and "__" not in reading.prose:
        return 0.0, None
    return float(len(_BOLD.findall(reading.prose))), None


def _code_blocks(reading: Reading) -> Finding:
    return float(reading.code_blocks), None


RULES = (
    Rule("list_items", 1, _list_items),
    Rule("headings", 1, _headings),
    Rule("bold_spans", 1, _bold_spans),
    Rule("code_blocks", 1, _code_blocks),
)
