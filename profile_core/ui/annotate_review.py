"""A pair whose factors are labelled: its texts with what values rest on, and its cells.

In blind mode nothing automatic leaves the server before the item is finished: neither values nor
the stretches they rest on; and who wrote a response is never said at the desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import streamlit as st

from profile_core.annotation import facts
from profile_core.annotation.desk import Cell, Item, LabelAction, StandingLabel
from profile_core.factors.atomic import ATOMIC_FACTORS
from profile_core.factors.scale import scale_of
from profile_core.store import evidence, examples
from profile_core.store.examples import PairRow, ResponseRow
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.text.spans import split_by_spans
from profile_core.text.tokens import Span
from profile_core.types import Factor, FactorKind, Order

SIDES = ("Response 1", "Response 2")
"""What the two are called at the desk, in the order shown."""

_FACTS = "facts:"


def read_pair(study: Study, pair_id: str) -> PairRow:
    """Read a pair's texts, once: they never change, since a pair is known by its content."""
    return _pair(study.key, pair_id, study)


def in_order(pair: PairRow, order: Order) -> tuple[ResponseRow, ResponseRow]:
    """Give the two responses as they are shown."""
    return (pair.a, pair.b) if order is Order.AB else (pair.b, pair.a)


def cells(item: Item) -> list[tuple[int, Cell]]:
    """Give an item's cells with the place of their response, one response after the other."""
    first = item.cells[0].response_id if item.cells else ""
    placed = [(int(cell.response_id != first), cell) for cell in item.cells]
    return sorted(placed, key=lambda entry: entry[0])


def texts(study: Study, item: Item, *, both: bool = False, lettered: bool = False) -> None:
    """Draw prompt, source text and the responses: both, or the one that the controls say.

    `lettered` says which of them is the study's a and which its b.
    """
    letters = ("a", "b") if item.shown_order is Order.AB else ("b", "a")
    titles = [
        f"{title} ({letter})" if lettered else title
        for title, letter in zip(SIDES, letters, strict=True)
    ]
    pair = read_pair(study, item.pair_id)
    own = cells(item)
    marks = _marks(study, item, own)
    attribute = 'class="pf-side" data-both' if both else "data-side"
    bodies = "".join(
        f'<div {attribute}="{side}">{_head(titles[side])}'
        f'<div class="pf-item-text" tabindex="0" role="region" aria-label="{titles[side]}">'
        f"{_marked(response.text, marks[side])}</div></div>"
        for side, response in enumerate(in_order(pair, item.shown_order))
    )
    if both:
        bodies = f'<div class="pf-pair">{bodies}</div>'
    st.html(f'<div class="pf-item{" pf-item-both" if both else ""}">{context(pair)}{bodies}</div>')


def context(pair: PairRow) -> str:
    """Write prompt and source text as HTML that scrolls by itself."""
    source = _head("Source text") + _text(escape(pair.source_text)) if pair.source_text else ""
    return (
        '<div class="pf-item-context" tabindex="0" role="region" aria-label="Prompt">'
        f"{_head('Prompt')}{_text(escape(pair.prompt))}{source}</div>"
    )


def payload(item: Item) -> dict[str, Any]:
    """Give what the controls need to know of an item's factors."""
    return {
        "kind": "factors",
        "sides": list(SIDES),
        "isBlind": not item.is_revealed,
        "cells": [_cell(side, cell, item.is_revealed) for side, cell in cells(item)],
    }


def amount(factor: Factor, value: float | None) -> str:
    """Write a value on its factor's scale."""
    if value is None:
        return "not applicable"
    if factor.kind is FactorKind.BOOLEAN:
        return "yes" if value else "no"
    is_whole = factor.kind not in (FactorKind.RATIO, FactorKind.NUMBER) and value.is_integer()
    return numbers.decimal(value, 0 if is_whole else 2)


def said(factor: Factor, label: StandingLabel) -> str:
    """Say what an annotator's label is."""
    words = amount(factor, label.value)
    if label.action is LabelAction.ACCEPT:
        words = f"{words}, accepted"
    elif label.action is LabelAction.CANNOT_TELL:
        words = "can't tell"
    return f"{words}, with a note" if label.note else words


def _cell(side: int, cell: Cell, is_revealed: bool) -> dict[str, Any]:
    factor = cell.factor
    known: dict[str, Any] = {
        "response": cell.response_id,
        "factor": factor.name,
        "side": side,
        "title": factor.title,
        "means": f"Higher means {factor.higher_means}." if factor.higher_means else "",
        "kind": factor.kind.value,
        "points": scale_of(factor.kind).points,
        "hasFacts": factor.name in ATOMIC_FACTORS,
        "hasAutomatic": False,
        "own": None,
    }
    if label := cell.label:
        known["own"] = {
            "action": label.action.value,
            "value": label.value,
            "text": said(factor, label),
        }
    if is_revealed:
        known |= {
            "hasAutomatic": cell.has_automatic,
            "automatic": cell.automatic,
            "automaticText": amount(factor, cell.automatic) if cell.has_automatic else numbers.NONE,
        }
    return known


def _marks(
    study: Study, item: Item, own: Sequence[tuple[int, Cell]]
) -> tuple[list[tuple[str, Span]], ...]:
    """Find what each cell's automatic value rests on, keyed by the cell's place in the controls."""
    found: tuple[list[tuple[str, Span]], ...] = ([], [])
    if not (own and item.is_revealed):
        return found
    extractors = {cell.factor.name: cell.extractor for _, cell in own if cell.extractor}
    with study.cursor() as cursor:
        spans = evidence.spans(cursor, {cell.response_id for _, cell in own}, extractors)
    counting = _counting(study, [cell for _, cell in own])
    for place, (side, cell) in enumerate(own):
        key = (cell.response_id, cell.factor.name)
        found[side].extend((str(place), span) for span in spans.get(key) or counting.get(key, ()))
    return found


def _counting(study: Study, own: Iterable[Cell]) -> dict[tuple[str, str], tuple[Span, ...]]:
    """Find the quotes of the facts that make a ratio's value, by response and factor."""
    resting = [cell for cell in own if (cell.extractor or "").startswith(_FACTS)]
    sheets = {
        key: facts.facts(study, *key)
        for key in {(cell.response_id, str(cell.extractor)) for cell in resting}
    }
    return {
        (cell.response_id, cell.factor.name): tuple(
            fact.span
            for fact in sheets[cell.response_id, str(cell.extractor)].counting(cell.factor.name)
            if fact.span
        )
        for cell in resting
    }


def _marked(body: str, spans: Sequence[tuple[str, Span]]) -> str:
    runs = "".join(
        f'<mark data-of="{" ".join(run.ids)}">{escape(run.text)}</mark>'
        if run.ids
        else escape(run.text)
        for run in split_by_spans(body, spans)
    )
    return _text(runs)


def _text(written: str) -> str:
    return f'<div class="pf-text" dir="auto">{written}</div>'


def _head(title: str) -> str:
    return f'<div class="pf-head">{title}</div>'


@st.cache_resource(max_entries=512, show_spinner=False)
def _pair(key: str, pair_id: str, _study: Study) -> PairRow:
    with _study.cursor() as cursor:
        return examples.read_pair(cursor, pair_id, 0)
