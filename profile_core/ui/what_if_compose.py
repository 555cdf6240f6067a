"""The controls that compose a scenario beyond the filter bar, and what they say as a value."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import streamlit as st

from profile_core.analysis import saved_scenarios
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.scenario import Equalised, Scenario, Weights
from profile_core.errors import ProfileError
from profile_core.types import Variant
from profile_core.ui import (
    asked,
    filters,
    frame,
    text,
    what_if_bands,
    what_if_mix,
    what_if_saved,
    what_if_state,
)
from profile_core.ui.influence_controls import VARIANT_HELP, VARIANTS
from profile_core.ui.what_if_state import band_key, key, share_key

_MATCHED_HELP = (
    "Keeps only pairs whose two responses have nearly the same amount, within the band that the "
    "slider sets. Answers: what do the pairs say that are alike in this? Uses real choices alone, "
    "but fewer of them, and what bias is left inside the band stays."
)
_MODELLED_HELP = (
    "Keeps every pair, and asks a model of each source’s choices (logistic, over all factors of "
    "the table) what would be chosen if the two responses had the same amount. Answers: what would "
    "the same pairs say if this were equal? As good as the model is."
)
_DROP_HELP = "These leave the table, the model and the distance to the reference."
_WEIGH_HELP = (
    "Makes pairs of some values count more and of others less, so that they come in the mix that "
    "the sliders set; tasks, for example."
)
_SOURCES_HELP = "Whose preferences are looked at; all of them unless some are named."
_NARROW, _WIDE = 150, 192
_SLIDER = 240
_UNREADABLE = "what-if-unreadable-bands"


def draw(planes: StudyPlanes, chosen: filters.Filter) -> tuple[Scenario, Scenario]:
    """Draw the controls below the filter bar; give the scenario and what it is compared with.

    Raises ProfileError for what cannot be meant.
    """
    names = [factor.name for factor in planes.factors]
    sources = sorted({entry.source.name for entry in planes.sources})
    weighable = _weighable(planes)
    what_if_state.write_out()
    asked.tell(_remarks(names, sources, weighable))
    with st.container(horizontal=True, vertical_alignment="bottom", key="what-if-controls"):
        matched = _several(
            "Equal: matched",
            names,
            "matched",
            "No factor",
            _MATCHED_HELP,
            lambda: _first_bands(planes),
        )
        modelled = _several("Equal: modelled", names, "modelled", "No factor", _MODELLED_HELP)
        dropped = _several("Left out", names, "drop", "No factor", _DROP_HELP)
        of = _several("Sources", sources, "sources", "All", _SOURCES_HELP)
        weigh = st.selectbox(
            "Weigh by",
            weighable,
            index=None,
            key=key("weigh"),
            bind="query-params",
            placeholder="Nothing",
            help=_WEIGH_HELP,
            width=_NARROW,
        )
        variant = st.selectbox(
            "Statistic",
            list(VARIANTS),
            key=key("variant"),
            bind="query-params",
            help=VARIANT_HELP,
            width=120,
        )
    actions = st.container(horizontal=True, vertical_alignment="bottom", key="what-if-actions")
    _mend_bands(planes, matched)
    with st.container(horizontal=True, vertical_alignment="bottom", key="what-if-sliders"):
        bands = [Equalised(factor, _band(planes, factor)) for factor in matched]
        weights = _mix(planes, chosen, weigh) if weigh else None
    scenario = _composed(chosen, bands, modelled, dropped, of, VARIANTS[variant], weights)
    with actions:
        baseline = _baseline(planes)
        what_if_saved.save(planes.study, scenario)
    return scenario, baseline


def _baseline(planes: StudyPlanes) -> Scenario:
    """Draw what the scenario is compared with, once there is a choice."""
    saved = {item.name: item for item in saved_scenarios.saved(planes.study)}
    asked.tell(
        [asked.remark(key("baseline"), "baseline", saved, "the study as it stands is taken")]
    )
    if not saved:
        return Scenario()
    name = st.selectbox(
        "Compared with",
        list(saved),
        index=None,
        key=key("baseline"),
        bind="query-params",
        placeholder="The study as it stands",
        width=_WIDE,
    )
    return saved[name].scenario if name else Scenario()


def _composed(
    chosen: filters.Filter,
    bands: Sequence[Equalised],
    modelled: Sequence[str],
    dropped: Sequence[str],
    sources: Sequence[str],
    variant: Variant,
    weights: Weights | None,
) -> Scenario:
    """Put it together; of two things said of one factor the stronger holds, and that is said."""
    matched = [item.factor for item in bands]
    twice = [name for name in modelled if name in matched]
    kept = [name for name in dropped if name in (*matched, *modelled)]
    if twice:
        frame.note(f"{', '.join(twice)}: matched already, so no model is asked.")
    if kept:
        frame.note(f"{', '.join(kept)}: held equal, and therefore not left out.")
    return Scenario(
        where=chosen.where,
        labels=chosen.labels,
        equalised=(*bands, *(Equalised(name) for name in modelled if name not in matched)),
        dropped=tuple(name for name in dropped if name not in kept),
        sources=tuple(sources),
        variant=variant,
        weights=weights,
    )


def _weighable(planes: StudyPlanes) -> list[str]:
    """List what pairs can be weighed by, with the column of a scenario that was opened."""
    columns = what_if_mix.columns(planes)
    opened = st.session_state.get(key("weigh"))
    known = planes.wide.column_names
    return [*columns, opened] if opened in known and opened not in columns else columns


def _several(
    label: str,
    options: list[str],
    name: str,
    none: str,
    help: str,
    on_change: Callable[[], None] | None = None,
) -> list[str]:
    return st.multiselect(
        label,
        options,
        key=key(name),
        bind="query-params",
        placeholder=none,
        help=help,
        on_change=on_change,
        width=_WIDE,
    )


def _first_bands(planes: StudyPlanes) -> None:
    """Let a factor begin with a band of use; in an address, no band is the same amount."""
    for factor in st.session_state[key("matched")]:
        if band_key(factor) not in st.session_state:
            what_if_state.begin(band_key(factor), what_if_bands.range_of(planes, factor).first)


def _mend_bands(planes: StudyPlanes, matched: Sequence[str]) -> None:
    """Put the first band where the address has none that can be read, and say so.

    The slider alone would stand at 0, the strictest. What is said outlasts the run of its own that
    the address may need.
    """
    remarks = []
    for factor in matched:
        name = band_key(factor)
        asked_for = st.query_params.get(name)
        if name in st.session_state or asked_for is None or _is_band(asked_for):
            continue
        first = what_if_bands.range_of(planes, factor).first
        remarks.append(
            f"The link asks for a band of {factor} of “{asked_for[:60]}”, which is not a "
            f"number of 0 or more; {first:g} is taken."
        )
        what_if_state.begin(name, first)
    if remarks:
        st.session_state[_UNREADABLE] = remarks
    what_if_state.write_out()
    asked.tell(st.session_state.pop(_UNREADABLE, []))


def _is_band(text: str) -> bool:
    try:
        return 0 <= float(text) < math.inf
    except ValueError:
        return False


def _band(planes: StudyPlanes, factor: str) -> float:
    """Draw the slider of a band; one that was opened may lie beyond the usual range."""
    found = what_if_bands.range_of(planes, factor)
    unit = next((f.unit for f in planes.factors if f.name == factor), "")
    stands = max(found.high, _number(band_key(factor)))
    return st.slider(
        f"{text.label(factor)}: at most so far apart" + (f" ({text.label(unit)})" if unit else ""),
        0.0,
        stands,
        step=found.step,
        format=found.format,
        key=band_key(factor),
        bind="query-params",
        width=_SLIDER,
    )


def _number(name: str) -> float:
    """Read what a slider stands at before it is drawn, in the session or else in the address."""
    stands = st.session_state.get(name, st.query_params.get(name))
    try:
        return float(stands) if stands is not None else 0.0
    except ValueError:
        return 0.0


def _mix(planes: StudyPlanes, chosen: filters.Filter, column: str) -> Weights | None:
    """Draw a slider for each value, which stand at first at the mix that the pairs have."""
    stands = what_if_mix.actual(planes, column, chosen.where)
    if len(stands) < 2:
        frame.note(f"All pairs have one {column} here, so there is nothing to weigh.")
        return None
    keys = [share_key(value) for value in stands]
    if not any(name in st.session_state or name in st.query_params for name in keys):
        for value, share in stands.items():
            what_if_state.begin(share_key(value), round(share, 2))
        what_if_state.write_out()
    wanted = {
        value: st.slider(
            f"{text.label(value)}: share of the mix",
            0.0,
            100.0,
            step=1.0,
            format="%.0f %%",
            key=share_key(value),
            bind="query-params",
            help="Shares count relative to each other; they need not add up to 100.",
            width=_SLIDER,
        )
        for value in stands
    }
    if not any(wanted.values()):
        raise ProfileError("every share is 0, so nothing is left to weigh: move one up")
    return what_if_mix.weights(
        planes.study, column, wanted, stands, chosen.where, planes.wide.labels
    )


def _remarks(factors: list[str], sources: list[str], columns: list[str]) -> list[str]:
    left_out = "it is left out"
    return [
        *(
            asked.remark(key(name), "factor", factors, left_out)
            for name in ("matched", "modelled", "drop")
        ),
        asked.remark(key("sources"), "source", sources, left_out),
        asked.remark(
            key("weigh"), "column", columns, "nothing is weighed", asked.one_of(columns or ["none"])
        ),
        asked.remark(
            key("variant"),
            "statistic",
            list(VARIANTS),
            f"{next(iter(VARIANTS))} is shown",
            asked.one_of(list(VARIANTS)),
        ),
    ]
