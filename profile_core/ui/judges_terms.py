"""What a run would take and what it may: shared by asking a model and by going on with a run.

Owns the estimate in words and the fields of caps and concurrency; starts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from profile_core.actions.resuming import Settings
from profile_core.actions.runner import CONCURRENCY
from profile_core.actions.runs import Estimate
from profile_core.actions.spending import Caps
from profile_core.judges import prices
from profile_core.judges.spec import ModelSpec
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.ui import frame
from profile_core.ui import judges_tasks as tasks
from profile_core.ui.judges_tasks import MEASURE

_FASTEST = 64


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run may spend, and how fast."""

    caps: Caps
    concurrency: int


def fields(spec: ModelSpec | None, key: str, remembered: Mapping[str, Any]) -> Terms:
    """Draw the fields into the container at hand; `remembered` is `Asking.remembered`, or empty."""
    priced = spec is None or prices.is_known(spec)
    most = remembered.get("cost")
    cost = st.number_input(
        "Stop before US $",
        min_value=0.0,
        value=None if most is None or not priced else float(most),
        placeholder="no cap" if priced else "unknown",
        key=f"{key}cost",
        disabled=not priced,
        help="The worst case of every call under way is set aside, so a run never passes it. What "
        "a run spent before it goes on counts.",
        width=170,
    )
    calls = st.number_input(
        "Stop after calls",
        min_value=1,
        value=remembered.get("calls") or None,
        placeholder="no cap",
        key=f"{key}calls",
        help="Calls that a run made before it goes on count.",
        width=150,
    )
    concurrency = st.number_input(
        "At the same time",
        1,
        _FASTEST,
        value=min(remembered.get("concurrency", CONCURRENCY), _FASTEST),
        key=f"{key}concurrency",
        help="Calls under way at once; fewer while the provider asks for it.",
        width=150,
    )
    return Terms(Caps(cost if priced else None, calls), int(concurrency))


def estimate(study: Study, settings: Settings, concurrency: int) -> Estimate:
    """Tell what a run would take, counted once; raises what the run itself would."""
    return _estimated(study.key, study.versions(), repr(settings), concurrency, study, settings)


@st.cache_data(max_entries=16, show_spinner="Counting calls")
def _estimated(
    key: str, versions: Versions, said: str, concurrency: int, _study: Study, _settings: Settings
) -> Estimate:
    return tasks.estimated(_study, _settings, concurrency)


def show(found: Estimate, settings: Settings) -> None:
    """Say the estimate in a line."""
    task, low, high = tasks.of(settings), found.estimated_cost_low, found.estimated_cost_high
    # What measuring asks in a later stage depends on the answers before it: no figure is a bound.
    about, most = ("about ", "") if task is MEASURE else ("", "at most ")
    cost = (
        f"the price of {settings.spec.model} is not known"
        if low is None or high is None
        else f"{about}${low:.2f} to {most}${high:.2f}"
    )
    known = f", {numbers.count(found.cached)} of them answered already" if found.cached else ""
    frame.state(
        f"{numbers.counted(found.items, task.counts)}{known}: "
        f"{about}{numbers.counted(found.calls, 'call')}, about "
        f"{numbers.count(found.estimated_input_tokens or 0)} tokens in and "
        f"{numbers.count(found.estimated_output_tokens or 0)} out, {cost}, "
        f"about {numbers.duration(found.estimated_seconds or 0)}."
    )
