"""The parts that every page has: its heading, the state sentence, empty states, errors."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape

import streamlit as st

from profile_core.errors import ProfileError
from profile_core.ui.text import inline


def head(title: str, purpose: str) -> None:
    """Draw the page's name and the one line that says what it is for."""
    st.html(f'<header class="pf-page"><h1>{escape(title)}</h1><p>{escape(purpose)}</p></header>')


def section(title: str, explanation: str = "") -> None:
    """Draw a heading within a page, with one line on how to read what follows."""
    line = f"<p>{escape(explanation)}</p>" if explanation else ""
    st.html(f'<div class="pf-section"><h2>{escape(title)}</h2>{line}</div>')


def state(sentence: str) -> None:
    """Draw the sentence that says what is shown: `612 of 999 pairs, summarization only`."""
    st.html(f'<p class="pf-state" role="status">{inline(sentence)}</p>')


def note(sentence: str) -> None:
    """Draw a remark in small type."""
    st.html(f'<p class="pf-note">{inline(sentence)}</p>')


def empty(would_show: str, cure: str = "") -> None:
    """Say what would stand here and what is missing; put the one button that helps below it."""
    help_line = f"<p>{inline(cure)}</p>" if cure else ""
    st.html(f'<div class="pf-empty"><p><b>{inline(would_show)}</b></p>{help_line}</div>')


def problem(error: ProfileError, safe: str = "") -> None:
    """Say what happened and what to do, and what is safe all the same."""
    safe_line = f"<p>{inline(safe)}</p>" if safe else ""
    st.html(
        '<div class="pf-problem" role="alert">'
        f"<p>{inline(_sentence(str(error)))}</p>{safe_line}</div>"
    )


def refused(reason: str, cure: str = "") -> None:
    """Say why something would not work as it stands."""
    problem(ProfileError(reason), cure)


def done(sentence: str) -> None:
    """Say that something has ended, and how."""
    st.html(f'<p class="pf-done" role="status">{inline(sentence)}</p>')


def warnings(sentences: Sequence[str], limit: int = 20) -> None:
    """List what an action did that its user should know."""
    items = "".join(f"<li>{inline(sentence)}</li>" for sentence in sentences[:limit])
    more = f"<li>and {len(sentences) - limit:,} more</li>" if len(sentences) > limit else ""
    if items:
        st.html(f'<ul class="pf-warnings">{items}{more}</ul>')


@contextmanager
def shown_errors() -> Iterator[None]:
    """Show whatever goes wrong inside as words, in the place where the page stopped."""
    try:
        yield
    except ProfileError as error:
        problem(error)
    except Exception as error:  # the last stand: a defect of ours, told as one
        traceback.print_exc()
        problem(
            ProfileError(f"this page failed: {type(error).__name__}"),
            "The study is unchanged. Going back or reloading is safe; what happened in detail:",
        )
        st.code("".join(traceback.format_exception(error)), language=None, wrap_lines=True)


def _sentence(text: str) -> str:
    """Write as a sentence; a first word that is a name (`pairs.csv`, `study_2`) stays as it is."""
    if text.split(" ", 1)[0].isalpha():
        text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!", ":")) else f"{text}."
