"""What sources prefer, in sentences, each with its numbers and the way to their pairs."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from profile_core.analysis.headline import Evidence, Finding
from profile_core.analysis.palette import Colour
from profile_core.text import numbers
from profile_core.types import Setting
from profile_core.ui.tables import Link, anchor
from profile_core.ui.text import inline


def draw(findings: Sequence[Finding], colour: Colour) -> None:
    """Draw the findings of one source, which may judge, write, or both."""
    source = findings[0].source
    dot = f'<span class="pf-dot" style="background:{_both(colour)}"></span>'
    decided = ", ".join(map(_decided, findings))
    head = f'{dot}{inline(source.name)}<span class="pf-aside">{escape(decided)}</span>'
    said = "".join(f"<p>{inline(item.sentence)}</p>{_numbers(item.evidence)}" for item in findings)
    st.html(f'<div class="pf-finding"><h3>{head}</h3>{said}</div>')


def _decided(finding: Finding) -> str:
    pairs = numbers.counted(finding.strict_pairs, "pair")
    of_levels = finding.setting is Setting.GENERATION
    return f"{pairs} of score levels" if of_levels else f"{pairs} decided"


def _numbers(evidence: Sequence[Evidence]) -> str:
    parts = "; ".join(f"<span>{_number(item)}</span>" for item in evidence)
    return f'<p class="pf-evidence">{parts}</p>' if parts else ""


def _number(item: Evidence) -> str:
    pairs = Link(numbers.counted(item.pairs, "pair"), "browse", (("where", item.where),))
    return f"{inline(item.text)}, {anchor(pairs)} of {numbers.counted(item.prompts, 'prompt')}"


def _both(colour: Colour) -> str:
    return f"light-dark({colour.light}, {colour.dark})"
