"""The only ways in which text from data or from a model reaches a page.

Such text may hold anything: HTML, LaTeX, markdown that fetches pictures, right-to-left script.
Here it is shown exactly as it is, sign by sign, and nothing it names is fetched. Everything goes
through `html.escape`; st.markdown, st.write, labels and captions are never given such text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

import streamlit as st

from profile_core.text.diff import Run, RunKind, word_diff
from profile_core.text.spans import SpanRun


def plain(text: str) -> None:
    """Show a text, with its line breaks, in a readable measure."""
    st.html(f'<div class="pf-text" dir="auto">{escape(text)}</div>')


def heading(title: str, note: str = "") -> None:
    """Show a small heading, such as stands above a text; both may come from data."""
    st.html(_head(title, note))


def titled(title: str, text: str, note: str = "") -> None:
    """Show a text under a small heading; title and note may come from data, too."""
    st.html(_head(title, note) + f'<div class="pf-text" dir="auto">{escape(text)}</div>')


def side_by_side(
    a: str, b: str, *, titles: tuple[str, str] = ("a", "b"), notes: tuple[str, str] = ("", "")
) -> None:
    """Show two texts on one baseline, what only one of them has underlined in it."""
    difference = word_diff(a, b)
    sides = (
        f'<div class="pf-side pf-side-{side}">{_head(title, note)}'
        f'<div class="pf-text" dir="auto">{_runs(runs, tag)}</div></div>'
        for side, tag, title, note, runs in (
            ("a", "del", titles[0], notes[0], difference.a),
            ("b", "ins", titles[1], notes[1], difference.b),
        )
    )
    coarse = (
        '<p class="pf-note">These texts are too long to compare word by word: '
        "long stretches are marked as wholly different.</p>"
        if difference.coarse
        else ""
    )
    st.html(f'<div class="pf-pair">{"".join(sides)}</div>{coarse}')


def with_spans(runs: Sequence[SpanRun], *, title: str = "", note: str = "") -> None:
    """Show a text with its marked stretches; make the runs by `text.spans.split_by_spans`."""
    marked = "".join(
        f"<mark>{escape(run.text)}</mark>" if run.ids else escape(run.text) for run in runs
    )
    head = _head(title, note) if title or note else ""
    st.html(f'{head}<div class="pf-text" dir="auto">{marked}</div>')


def inline(text: str) -> str:
    """Escape a text for a place inside HTML that the caller writes (a table's cell, a heading)."""
    return f'<bdi dir="auto">{escape(text)}</bdi>'


def label(text: str) -> str:
    """Make a text safe as a widget's label, which is markdown: other signs become a dot."""
    return re.sub(r"[^\w .\-/]", "·", text)


def facts(entries: Iterable[tuple[str, str]]) -> None:
    """Show short facts as term and value, such as who wrote a response and how long it is."""
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{inline(value)}</dd>" for term, value in entries)
    st.html(f'<dl class="pf-facts">{rows}</dl>')


def _head(title: str, note: str) -> str:
    aside = f'<span class="pf-aside">{inline(note)}</span>' if note else ""
    return f'<div class="pf-head">{inline(title)}{aside}</div>'


def _runs(runs: Sequence[Run], tag: str) -> str:
    return "".join(
        escape(run.text) if run.kind is RunKind.SAME else f"<{tag}>{escape(run.text)}</{tag}>"
        for run in runs
    )
