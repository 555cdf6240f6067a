"""The view "similarity": every source with every other, in an order that puts like ones near."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import streamlit as st

from profile_core import charts
from profile_core.analysis.similarity import By, Compared, Similarity
from profile_core.analysis.similarity import similarity as compute
from profile_core.errors import NotEstimable
from profile_core.stats.correlation import Coefficient
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.types import LabelSet
from profile_core.ui import (
    alignment_files,
    alignment_groups,
    alignment_pairs,
    asked,
    frame,
    influence_dots,
    influence_view,
    looks,
    tables,
)
from profile_core.ui.alignment_controls import key
from profile_core.ui.alignment_view import Shown
from profile_core.ui.filters import Filter

_MADE_OF = {"influences": By.TAU, "model weights": By.WEIGHTS}
_KINDS = {"Spearman": Coefficient.SPEARMAN, "Pearson": Coefficient.PEARSON}
_OPEN_ROWS = 15
_USUAL, _MOST_GROUPS = ("scenario", "task"), 60
"""Columns to show the spread over unasked, and up to how many groups that is quick."""
_MADE_OF_HELP = (
    "Influences: each factor by itself. Model weights: with the other factors held equal, from a "
    "logistic model of each source’s choices."
)
_SPREAD_HELP = (
    "Sources that agree over all may disagree in each part: the range over the groups of this "
    "column stands below each number. Without a choice: scenario, else task, if two of its groups "
    "have enough prompts."
)
_HOW = (
    "Correlation of two sources over the factors both have: blue, they weigh factors alike; "
    "orange, the opposite. Neighbours are alike. These are raw correlations: few prompts pull them "
    "to 0, shared pairs push them up."
)


@dataclass(frozen=True, slots=True)
class _Couple:
    first: Compared
    second: Compared
    value: float | None
    low: float | None
    high: float | None
    factors: int
    groups: int

    @property
    def spread(self) -> str:
        """The range over groups, in words."""
        if self.low is None or self.high is None:
            return ""
        return f"{numbers.decimal(self.low)} to {numbers.decimal(self.high)}"


def draw(shown: Shown, chosen: Filter) -> None:
    """Draw the view."""
    frame.section("Similarity of sources", "Who weighs factors alike, the reference included.")
    asked.tell(_remarks(shown))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        made_of = st.segmented_control(
            "Made of",
            list(_MADE_OF),
            default="influences",
            required=True,
            key=key("made_of"),
            bind="query-params",
            help=_MADE_OF_HELP,
        )
        kind = st.segmented_control(
            "Correlation",
            list(_KINDS),
            default="Spearman",
            required=True,
            key=key("kind"),
            bind="query-params",
        )
        asked_for = st.selectbox(
            "Spread over",
            alignment_groups.columns(shown),
            index=None,
            key=key("over"),
            bind="query-params",
            placeholder="As usual",
            help=_SPREAD_HELP,
            width=180,
        )
    by = _MADE_OF[made_of]
    try:
        column = asked_for or _usual(shown, chosen, by, _KINDS[kind])
        found = _similarity(shown.planes.study, chosen, by, _KINDS[kind], column)
    except NotEstimable as error:
        frame.problem(error, "Influences need no model.")
        return
    couples = _couples(found)
    if not any(couple.value is not None for couple in couples):
        frame.empty(
            "No two sources can be compared.",
            found.reason or "They share too few factors: take a filter back.",
        )
        return
    influence_view.answer(_finding(couples, kind, column))
    st.altair_chart(
        _chart(found, couples, column),
        theme=None,
        key="similarity",
        alt=f"Heat map of {numbers.counted(len(found.sources), 'source')} with each other. "
        f"{_finding(couples, kind, column)} Every number is in the table below.",
    )
    small = (
        f" The range by {column} stands below each number where there is room, and in the table."
        if column
        else ""
    )
    frame.note(_HOW + small)
    _table(couples, column, chosen)
    alignment_files.offer(
        "similarity",
        lambda: _chart(
            found,
            couples,
            column,
            is_dark=False,
            width=alignment_files.WIDTH,
            title="Similarity of sources",
            caption=influence_dots.wrapped(_HOW + small),
        ),
        [_as_values(couple) for couple in couples],
    )


def _remarks(shown: Shown) -> list[str]:
    made_of, kinds = list(_MADE_OF), list(_KINDS)
    return [
        asked.remark(
            key("made_of"), "similarity of", made_of, "influences are", asked.one_of(made_of)
        ),
        asked.remark(key("kind"), "correlation", kinds, "Spearman is shown", asked.one_of(kinds)),
        asked.remark(key("over"), "column", alignment_groups.columns(shown), "the usual is shown"),
    ]


def _usual(shown: Shown, chosen: Filter, by: By, kind: Coefficient) -> str | None:
    """Choose the column to show the spread over: the first that has one."""
    known = alignment_groups.columns(shown)
    for column in _USUAL:
        if column in known and len(shown.planes.groups(column)) <= _MOST_GROUPS:
            found = _similarity(shown.planes.study, chosen, by, kind, column)
            if any(value is not None for row in found.low for value in row):
                return column
    return None


def _similarity(
    study: Study, chosen: Filter, by: By, kind: Coefficient, column: str | None
) -> Similarity:
    return _computed(
        study.key, study.versions(), chosen.where, chosen.labels, by, kind, column, study
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _computed(
    key: str,
    versions: Versions,
    where: str | None,
    labels: LabelSet,
    by: By,
    kind: Coefficient,
    column: str | None,
    _study: Study,
) -> Similarity:
    return compute(_study, where=where, labels=labels, by=by, kind=kind, over=column)


def _couples(found: Similarity) -> list[_Couple]:
    """All couples of sources, in the clustered order."""
    return [
        _Couple(
            found.sources[i],
            found.sources[j],
            found.matrix[i][j],
            found.low[i][j],
            found.high[i][j],
            found.factors[i][j],
            found.parts[i][j],
        )
        for i, j in combinations(found.order, 2)
    ]


def _name(source: Compared) -> str:
    return f"{source.name} ({source.setting})"


def _finding(couples: Sequence[_Couple], kind: str, column: str | None) -> str:
    """Say who is most and least alike, and for whom the groups differ most."""
    known = [couple for couple in couples if couple.value is not None]
    ordered = sorted(known, key=lambda couple: -(couple.value or 0.0))
    most, least = ordered[0], ordered[-1]
    said = f"Most alike: {_both(most)} ({kind} {numbers.decimal(most.value)})"
    if len(ordered) > 1:
        said += f"; least alike: {_both(least)} ({numbers.decimal(least.value)})"
    spread = [couple for couple in known if couple.spread]
    if column and spread:
        widest = max(spread, key=lambda couple: (couple.high or 0.0) - (couple.low or 0.0))
        said += f". By {column}, the range is widest for {_both(widest)}: {widest.spread}"
    return f"{said}."


def _both(couple: _Couple) -> str:
    return f"{_name(couple.first)} and {_name(couple.second)}"


def _chart(
    found: Similarity,
    couples: Sequence[_Couple],
    column: str | None,
    is_dark: bool | None = None,
    **figure: Any,
) -> Any:
    known = [couple for couple in couples if couple.value is not None]
    compared = {id(source) for couple in known for source in (couple.first, couple.second)}
    ordered = [found.sources[place] for place in found.order]
    return charts.likeness_map(
        [
            charts.Likeness(
                _name(couple.first),
                _name(couple.second),
                couple.value,
                couple.spread,
                numbers.counted(couple.factors, "factor"),
            )
            for couple in known
        ],
        looks.look(is_dark),
        names=[_name(source) for source in ordered if id(source) in compared],
        over=f"by {column}" if column else "",
        **figure,
    )


def _table(couples: Sequence[_Couple], column: str | None, chosen: Filter) -> None:
    known = [couple for couple in couples if couple.value is not None]
    ordered = sorted(known, key=lambda couple: -(couple.value or 0.0))
    columns = [
        tables.Column("Source"),
        tables.Column("With"),
        tables.Column("Correlation", is_number=True),
        *([tables.Column("Range", is_number=True)] if column else []),
        tables.Column("Factors", is_number=True, help="That both have an estimate of"),
        tables.Column("Pairs of the first", is_number=True),
        tables.Column("Pairs of the second", is_number=True),
    ]

    def rows(some: Sequence[_Couple]) -> list[list[tables.Cell]]:
        return [
            [
                _name(couple.first),
                _name(couple.second),
                numbers.decimal(couple.value),
                *([_range(couple, column)] if column else []),
                numbers.count(couple.factors),
                alignment_pairs.count(couple.first.pairs, couple.first.where, chosen),
                alignment_pairs.count(couple.second.pairs, couple.second.where, chosen),
            ]
            for couple in some
        ]

    tables.table(
        columns,
        rows(ordered[:_OPEN_ROWS]),
        caption="The most alike first. Every count opens its pairs.",
    )
    if rest := ordered[_OPEN_ROWS:]:
        with st.expander(f"The other {numbers.counted(len(rest), 'couple')}"):
            tables.table(columns, rows(rest), caption="Every count opens its pairs.")
    if absent := [couple for couple in couples if couple.value is None]:
        with st.expander(f"{numbers.counted(len(absent), 'couple')} that cannot be compared"):
            tables.table(columns, rows(absent), caption="They share under 2 factors.")


def _range(couple: _Couple, column: str) -> str:
    """Write a range with what it is over, lest it be read as the number's interval."""
    return f"by {column} {couple.spread}" if couple.spread else numbers.NONE


def _as_values(couple: _Couple) -> Mapping[str, object]:
    return {
        "first": couple.first.name,
        "first_setting": str(couple.first.setting),
        "second": couple.second.name,
        "second_setting": str(couple.second.setting),
        "correlation": couple.value,
        "low": couple.low,
        "high": couple.high,
        "factors": couple.factors,
        "groups": couple.groups,
    }
