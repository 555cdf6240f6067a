"""A pair of which one response is preferred: what the controls are given, and what they mean.

The one shown first is "Response 1", whichever it is in the study; keys and buttons speak of that
order, and what is stored speaks of the study's own.
"""

from __future__ import annotations

from typing import Any

from profile_core.annotation.desk import Item
from profile_core.types import Choice, Order

_BY_PLACE = {
    Order.AB: {"first": Choice.A, "second": Choice.B, "tie": Choice.TIE},
    Order.BA: {"first": Choice.B, "second": Choice.A, "tie": Choice.TIE},
}
_WORDS = {"first": "response 1 is better", "second": "response 2 is better", "tie": "neither"}
_STRENGTHS = {1: "slightly", 2: "clearly", 3: "by far"}


def payload(item: Item) -> dict[str, Any]:
    """Give what the controls need to know: what was chosen before, in the order shown."""
    given = item.preference
    return {
        "kind": "preference",
        "cells": [],
        "choice": _place(item.shown_order, given.choice) if given else None,
        "strength": (given.strength if given else None) or 0,
        "strengths": ["not said", *_STRENGTHS.values()],
        "given": said(item) if given else "",
    }


def choice(order: Order, place: str | None) -> Choice | None:
    """Read a choice between the two as shown; None for "can't tell"."""
    return _BY_PLACE[order][place] if place else None


def said(item: Item) -> str:
    """Say what an annotator chose on an item."""
    given = item.preference
    if given is None or given.choice is None:
        return "can't tell"
    words = in_words(item.shown_order, given.choice)
    return f"{words}, {_STRENGTHS[given.strength]}" if given.strength else words


def in_words(order: Order, chosen: Choice) -> str:
    """Say a choice of the stored a or b in the order shown."""
    return _WORDS[str(_place(order, chosen))]


def _place(order: Order, chosen: Choice | None) -> str | None:
    return next((place for place, is_it in _BY_PLACE[order].items() if is_it is chosen), None)
