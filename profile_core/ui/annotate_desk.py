"""The labelling desk: one item at a time in one fragment.

What a person does comes as events (`annotate_controls`) and is written in a callback, before
anything is drawn. What lies on the desk is kept in the session; what was said is in the study,
so that a reload loses nothing.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from itertools import islice
from typing import Any

import streamlit as st

from profile_core.annotation.desk import Item
from profile_core.errors import ProfileError
from profile_core.store.study import Study
from profile_core.types import Asks
from profile_core.ui import (
    annotate_controls,
    annotate_events,
    annotate_facts,
    annotate_help,
    annotate_line,
    annotate_prefer,
    annotate_review,
    guideline_panel,
)
from profile_core.ui.annotate_events import Desk, Work

_DESK = "_desk"


def draw(study: Study, work: Work) -> None:
    """Draw the desk where this session left it, or with the first thing to do."""
    held: Desk | None = st.session_state.get(_DESK)
    if held is None or held.work != work or held.item is None:
        held = st.session_state[_DESK] = annotate_events.begin(study, work)
    else:
        annotate_events.refresh(study, held)
    _draw(study, held, (held.work, study.versions().data))


def lies() -> Work | None:
    """Tell what lies on this session's desk."""
    held: Desk | None = st.session_state.get(_DESK)
    return held.work if held else None


def clear() -> None:
    """Take from the desk what lies there; what was said stays said."""
    st.session_state.pop(_DESK, None)


@st.fragment
def _draw(study: Study, held: Desk, drawn: tuple[Work, int]) -> None:
    if held.work.is_in_list and drawn != (held.work, study.versions().data):
        # The list around it is drawn anew with what has been said, or with another pair open.
        st.rerun()
    annotate_line.draw(held)
    item = held.item
    if item is None:
        annotate_line.end(held)
        _controls(study, held)
    elif held.asks is Asks.FACTS:
        _facts(study, held, item)
    elif held.asks is Asks.PREFERENCE or held.work.is_in_list:
        annotate_review.texts(study, item, both=True, lettered=held.work.is_in_list)
        _controls(study, held)
    else:
        left, right = st.columns([7, 5], gap="large")
        with left:
            annotate_review.texts(study, item)
        with right:
            _controls(study, held)
    if item is not None and held.guideline is not None:
        with st.container(key="guideline"):
            guideline_panel.draw(study, held.work.annotator, item, held.guideline)
    _look_ahead(study, held)


def _look_ahead(study: Study, held: Desk) -> None:
    """Read the next item's texts while this one is being read."""
    if held.item is not None and held.standing is not None:
        for item in islice(held.standing.ahead(held.item.place), 2):
            annotate_review.read_pair(study, item.pair_id)


def _facts(study: Study, held: Desk, item: Item) -> None:
    side = held.facts_of or 0
    pair = annotate_review.read_pair(study, item.pair_id)
    _controls(study, held)
    annotate_facts.draw(
        study,
        held.work.annotator,
        item,
        annotate_review.in_order(pair, item.shown_order)[side].response_id,
        undo=partial(_guarded, held, partial(annotate_events.take_back, study, held)),
        with_prompt=True,
    )


def _controls(study: Study, held: Desk) -> None:
    item = held.item
    payload: dict[str, Any] = {"kind": "end", "cells": []}
    if held.facts_of is not None:
        payload = {
            "kind": "facts",
            "cells": [],
            "title": f"{annotate_review.SIDES[held.facts_of]} of 2",
        }
    elif item and item.asks is Asks.PREFERENCE:
        payload = annotate_prefer.payload(item)
    elif item:
        payload = annotate_review.payload(item)
    payload |= {
        "item": item.pair_id if item else None,
        "isFinished": item is not None and item.state.is_finished,
        "whose": [held.work.annotator, held.work.queue_id, held.work.pair_id],
        "epoch": held.epoch,
        "acked": held.acknowledged,
        "said": held.said,
        "backTo": asdict(held.back_to) if held.back_to else None,
        "problem": held.problem,
        "keys": annotate_help.as_data(annotate_help.keys(held)),
    }
    annotate_controls.draw(payload, on_events=partial(_take, study, held))


def _take(study: Study, held: Desk) -> None:
    """Do what has come from the browser, in order; what fails is told and stops nothing else."""
    for event in annotate_controls.events(held.epoch, held.acknowledged):
        held.acknowledged = event.number
        _guarded(held, partial(annotate_events.do, study, held, event))


def _guarded(held: Desk, act: Callable[[], None]) -> None:
    held.problem = ""
    try:
        act()
    except ProfileError as error:
        held.problem = f"{error} This was not saved; everything before it is."
    except Exception as error:  # the last stand: a defect of ours, told as one
        traceback.print_exc()
        held.problem = (
            f"Saving failed ({type(error).__name__}: {error}). This was not saved; everything "
            "before it is. Try again, or reload the page."
        )
