"""What the browse page is made of: its own controls, its list of pairs, and the way through it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from profile_core.analysis import browse as browsing
from profile_core.analysis import example as examples
from profile_core.analysis import pair_order, relations
from profile_core.analysis.browse import Agreement, Found, LabelState, View
from profile_core.analysis.example import Example
from profile_core.analysis.pair_order import Order
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.relations import Relation
from profile_core.store.study import Study, Versions
from profile_core.types import LabelSet
from profile_core.ui import asked, filters, frame

_RELATION_HELP = (
    "With a source and a factor: concordant, the preferred response has more of the factor; "
    "discordant, it has less; tied, both have the same; missing, a value is missing. With one of "
    "them alone: what it chose, or which response has more."
)
_ORDER_HELP = (
    "Disagreement: the share of pairs of sources that chose differently. Uncertainty: "
    "probabilities near one half, or split votes where there are none. Contribution (needs a "
    "source and a factor): how far their τ would move without the pair, larger differences first."
)
_SEARCH_HELP = (
    "Looks for the words as they stand, whatever the case, in prompts, source texts and responses; "
    "not in judges' reasons."
)
_AGREEMENT_HELP = (
    "Among the sources that chose on the pair; a majority counts only where its people do not. "
    "Against the reference: the chosen source, or any, chose otherwise than the reference."
)
_LABELLED_HELP = (
    "People’s factor labels of either response, for the chosen factor or any. Changed: the label "
    "in force is not the automatic value. Disputed: labels of several people differ, and nobody "
    "has settled it yet."
)

LIST_ROWS = 100
_ONE, _LIST = "one pair", "list"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader stands in a list of pairs."""

    position: int
    pair_id: str
    is_asked: bool
    """False where the address asks for a pair that is not in the list."""
    is_list: bool
    """Whether to show a page of the list rather than the one pair."""


def controls(planes: StudyPlanes, chosen: filters.Filter) -> View:
    """Draw what browse adds to the filter bar, and give the whole view."""
    remarks: list[str] = []
    with st.container(horizontal=True, vertical_alignment="bottom", key="browse-controls"):
        words = st.text_input(
            "Search",
            key="q",
            bind="query-params",
            placeholder="Words in the texts",
            help=_SEARCH_HELP,
            width=180,
        )
        sources = sorted({entry.source.name for entry in planes.sources})
        remarks.append(asked.remark("source", "source", sources, "pairs of any source are shown"))
        source = _option(
            "Source",
            sources,
            "source",
            "Any source",
            "Pairs on which it chose.",
        )
        factors = [factor.name for factor in planes.factors]
        remarks.append(asked.remark("factor", "factor", factors, "pairs of any factor are shown"))
        factor = _option("Factor", factors, "factor", "Any factor", None)
        possible = [str(relation) for relation in relations.relations(source, factor)]
        remarks.append(_unknown("relation", possible))
        relation = (
            _option("Relation", possible, "relation", "Any relation", _RELATION_HELP)
            if possible
            else None
        )
        agreements = list(map(str, Agreement))
        remarks.append(_unknown("agreement", agreements))
        agreement = _option(
            "Agreement", agreements, "agreement", "Agree or differ", _AGREEMENT_HELP
        )
        states = list(map(str, LabelState)) if planes.study.versions().corrections else []
        remarks.append(_unknown("labelled", states))
        state = (
            _option("People’s labels", states, "labelled", "Any label state", _LABELLED_HELP)
            if states
            else None
        )
        orders = list(map(str, pair_order.orders(source, factor)))
        remarks.append(_unknown("sort", orders, f"the order is {orders[0]}"))
        order = st.selectbox(
            "Order",
            orders,
            key="sort",
            bind="query-params",
            help=_ORDER_HELP,
            width=168,
        )
    asked.tell(remarks)
    return View(
        where=chosen.where,
        labels=chosen.labels,
        words=words or "",
        source=source,
        factor=factor,
        relation=Relation(relation) if relation else None,
        agreement=Agreement(agreement) if agreement else None,
        label_state=LabelState(state) if state else None,
        order=Order(order or Order.IMPORT),
    )


_NEEDS = {
    "relation": "which needs a source or a factor",
    "labelled": "and nobody has labelled anything in this study",
}


def _unknown(key: str, options: list[str], instead: str = "it is left out") -> str:
    why = asked.one_of(options) if options else _NEEDS[key]
    return asked.remark(key, key, options, instead, why)


def found(study: Study, view: View) -> Found:
    """The pairs of a view, found once for each state of the study."""
    return _found(study.key, study.versions(), view, study)


def example(study: Study, pair_id: str, labels: LabelSet) -> Example:
    """One pair, read once for each state of the study."""
    return _example(study.key, study.versions(), pair_id, labels, study)


def place(study: Study, planes: StudyPlanes, pairs: Found) -> Place:
    """Draw the way through the pairs, one at a time or as a list, and tell where the reader is."""
    back, on, count, how, go = st.columns([3, 3, 6, 4, 5], vertical_alignment="bottom")
    with how:
        view = st.segmented_control(
            "View",
            [_ONE, _LIST],
            default=_ONE,
            required=True,
            key="view",
            bind="query-params",
        )
    with go:
        asked = st.text_input(
            "Go to",
            key="pair",
            bind="query-params",
            placeholder="a number or a pair's id",
            help="The id is part of the address; a number goes to that place in the list.",
        )
    step = LIST_ROWS if view == _LIST else 1
    last = len(pairs.pair_nos) - 1
    position, is_asked = _position(study, planes, pairs, (asked or "").strip())
    before = max(position - step, 0) if position else None
    after = position + step if position + step <= last else None
    around = [n for n in (position, before, after) if n is not None]
    names = browsing.pair_ids(study, planes, pairs.pair_nos[around])
    by_position = dict(zip(around, names, strict=True))
    with back:
        _step("Previous", "Left", None if before is None else by_position[before])
    with on:
        _step("Next", "Right", None if after is None else by_position[after])
    with count:
        frame.state(_where(position, min(position + step, last + 1), last + 1))
    return Place(position, by_position[position], is_asked, view == _LIST)


def listed(study: Study, planes: StudyPlanes, pairs: Found, position: int) -> None:
    """Draw the pairs from a place on as rows; choosing one opens it."""
    shown = pairs.pair_nos[position : position + LIST_ROWS]
    rows = browsing.summaries(study, planes, shown)
    sources = [source.name for source in planes.wide.sources if source.choice]
    columns: dict[str, list[object]] = {
        "#": list(range(position + 1, position + 1 + len(rows))),
        "prompt": [row.prompt for row in rows],
        "task": [row.task for row in rows],
        "a by": [row.generator_a for row in rows],
        "b by": [row.generator_b for row in rows],
    }
    for place_, name in enumerate(sources):
        columns[f"chosen by {name}"] = [row.choices[place_] for row in rows]
    st.dataframe(
        columns,
        hide_index=True,
        key="pairs",
        on_select=lambda: _open_chosen([row.pair_id for row in rows]),
        selection_mode="single-row",
        column_config={"prompt": st.column_config.TextColumn(width="medium")},
    )
    frame.note("Choose a row to open its pair.")


def _open_chosen(pair_ids: list[str]) -> None:
    chosen = st.session_state["pairs"].selection.rows
    if chosen and chosen[0] < len(pair_ids):
        st.session_state["pair"] = pair_ids[chosen[0]]
        st.session_state["view"] = _ONE


def _where(position: int, end: int, of: int) -> str:
    if end - position <= 1:
        return f"Pair {position + 1:,} of {of:,}"
    return f"Pairs {position + 1:,} to {end:,} of {of:,}"


def _step(label: str, key: str, target: str | None) -> None:
    # One key for every pair: a button that is made anew misses presses that come right after.
    st.button(
        label,
        key=f"step-{label}",
        shortcut=key,
        on_click=_go_to,
        args=(target,),
        disabled=target is None,
        width="stretch",
    )


def _go_to(pair_id: str | None) -> None:
    if pair_id is not None:
        st.session_state["pair"] = pair_id


def _position(study: Study, planes: StudyPlanes, pairs: Found, asked: str) -> tuple[int, bool]:
    if not asked:
        return 0, True
    pair_no = browsing.pair_number(study, planes, asked)
    if pair_no is None and asked.isdecimal() and 0 < int(asked) <= len(pairs.pair_nos):
        return int(asked) - 1, True
    places = np.flatnonzero(pairs.pair_nos == (-1 if pair_no is None else pair_no))
    return (int(places[0]), True) if len(places) else (0, False)


def _option(label: str, options: list[str], key: str, none: str, help: str | None) -> str | None:
    return st.selectbox(
        label,
        options,
        index=None,
        key=key,
        bind="query-params",
        placeholder=none,
        help=help,
        width=168,
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _found(key: str, versions: Versions, view: View, _study: Study) -> Found:
    return browsing.browse(_study, view)


@st.cache_resource(max_entries=64, show_spinner=False)
def _example(
    key: str, versions: Versions, pair_id: str, labels: LabelSet, _study: Study
) -> Example:
    return examples.example(_study, pair_id, labels)
