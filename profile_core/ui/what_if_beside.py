"""Up to four saved scenarios beside each other: a panel and a column each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from profile_core import charts
from profile_core.actions import what_if_figure
from profile_core.analysis import shown as choosing
from profile_core.analysis import titles
from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.saved_scenarios import SavedScenario
from profile_core.analysis.scenario import Scenario
from profile_core.analysis.what_if import side
from profile_core.analysis.what_if_rows import Side
from profile_core.errors import ProfileError
from profile_core.text import numbers
from profile_core.types import Factor
from profile_core.ui import (
    alignment_files,
    frame,
    influence_view,
    looks,
    router,
    tables,
    what_if_links,
    what_if_view,
)
from profile_core.ui.what_if_state import key
from profile_core.ui.what_if_view import Series

MOST = 4
_HOW = (
    "A panel a scenario; lines are 95 % intervals. Black bar: the study as it stands. Hollow: not "
    "distinguishable from no influence. Pale: 5 to 29 prompts."
)


def draw(planes: StudyPlanes, saved: Sequence[SavedScenario]) -> None:
    """Let up to four be chosen, and draw one source's influences in each."""
    frame.section("Side by side", "One source’s influences in up to four scenarios.")
    by_name = {item.name: item for item in saved}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.multiselect(
            "Scenarios",
            list(by_name),
            key=key("beside"),
            bind="query-params",
            placeholder=f"Up to {MOST}",
            max_selections=MOST,
            width=560,
        )
        sides = _sides(planes, [by_name[name] for name in chosen])
        as_it_is = side(planes.study, Scenario())
        series = _series([as_it_is, *sides.values()])
        of = st.selectbox("Source", list(series), key=key("beside-of"), bind="query-params")
    if not sides or not of:
        frame.empty("Nothing to compare yet.", "Choose saved scenarios above.")
        return
    _draw(planes, sides, as_it_is, series[of])


def _sides(planes: StudyPlanes, items: Sequence[SavedScenario]) -> dict[str, Side]:
    """Compute each, and say which cannot be computed any more."""
    found = {}
    for item in items:
        try:
            found[item.name] = side(planes.study, item.scenario)
        except ProfileError as error:
            frame.problem(error, f"“{item.name}” is left out.")
    return found


def _series(sides: Sequence[Side]) -> dict[str, Series]:
    rows = [(row.setting, row.source) for one in sides for row in one.rows if row.pairs]
    return {what_if_view.series_name(item): item for item in dict.fromkeys(rows)}


def _draw(planes: StudyPlanes, sides: Mapping[str, Side], as_it_is: Side, series: Series) -> None:
    factors = {factor.name: factor for factor in planes.factors}
    own = {name: _rows(one, series, factors) for name, one in sides.items()}
    stands = _rows(as_it_is, series, factors)
    every = [*stands.values(), *(row for rows in own.values() for row in rows.values())]
    names = choosing.in_order(choosing.choose_factors(every, planes.factors), every, series[1])

    def plot(is_dark: bool | None = None, width: charts.Width = "container") -> Any:
        return _plot(planes, own, stands, names, factors, series, is_dark, width)

    event = st.altair_chart(
        plot(),
        theme=None,
        on_select="rerun",
        key="beside",
        alt=f"Influences on {series[1]} in {len(sides)} scenarios; every number is in the table.",
    )
    _follow(event, planes, sides, own)
    frame.note(_HOW)
    _table(planes, sides, as_it_is, own, stands, names, factors, series)
    alignment_files.offer(
        "scenarios",
        lambda: plot(False, alignment_files.WIDTH + 120),
        [
            {"scenario": name, "setting": str(series[0]), "source": series[1], "factor": row.factor}
            | {field: getattr(row, field) for field in ("tau", "low", "high", "pairs", "prompts")}
            for name, rows in (("as it stands", stands), *own.items())
            for row in rows.values()
        ],
    )


def _rows(one: Side, series: Series, factors: Mapping[str, Factor]) -> dict[str, InfluenceRow]:
    return {
        row.factor: row
        for row in one.rows
        if (row.setting, row.source) == series and row.factor in factors
    }


def _plot(
    planes: StudyPlanes,
    own: Mapping[str, Mapping[str, InfluenceRow]],
    stands: Mapping[str, InfluenceRow],
    names: Sequence[str],
    factors: Mapping[str, Factor],
    series: Series,
    is_dark: bool | None,
    width: charts.Width,
) -> Any:
    colour = looks.colours(planes.sources, is_dark)
    # The panels are scenarios, so that is what the marks are named by; the colour stays the
    # source's.
    marks = [
        replace(mark, source=name)
        for name, rows in own.items()
        for mark in influence_view.marks(
            [rows[factor] for factor in names if factor in rows], dict(factors), colour
        )
    ]
    return charts.dot_plot(
        marks,
        looks.look(is_dark),
        panels=[(name, colour[series[1]]) for name in own],
        rows=[factors[name].title for name in names],
        reference={
            factors[name].title: row.tau
            for name in names
            if (row := stands.get(name)) and row.tau is not None and not titles.absence(row)
        },
        width=width,
    )


def _follow(
    event: Any,
    planes: StudyPlanes,
    sides: Mapping[str, Side],
    own: Mapping[str, Mapping[str, InfluenceRow]],
) -> None:
    """Leave for the pairs of the clicked mark, which is only compared with what was drawn."""
    for points in event.selection.values():
        for point in points:
            for name, rows in own.items():
                for factor, row in rows.items():
                    if (point.get("source"), point.get("factor")) == (name, factor):
                        router.go("browse", what_if_links.counted(sides[name], row, planes))


def _table(
    planes: StudyPlanes,
    sides: Mapping[str, Side],
    as_it_is: Side,
    own: Mapping[str, Mapping[str, InfluenceRow]],
    stands: Mapping[str, InfluenceRow],
    names: Sequence[str],
    factors: Mapping[str, Factor],
    series: Series,
) -> None:
    columns = [("As it stands", as_it_is, stands)]
    columns += [(name, sides[name], rows) for name, rows in own.items()]
    tables.table(
        [
            tables.Column("Factor"),
            *(tables.Column(name, is_number=True, help="τ [95 %]") for name, _, _ in columns),
        ],
        [
            [
                factors[factor].title,
                *(_cell(planes, one, series, rows.get(factor), factor) for _, one, rows in columns),
            ]
            for factor in names
        ],
        caption="Influences with 95 % intervals. Every number opens its pairs.",
    )


def _cell(
    planes: StudyPlanes, one: Side, series: Series, row: InfluenceRow | None, factor: str
) -> tables.Cell:
    missing = what_if_figure.absence(one, series, row, factor)
    if missing or row is None:
        return missing
    said = numbers.with_interval(row.tau, row.low, row.high)
    params = what_if_links.counted(one, row, planes)
    return tables.Link(said, "browse", tuple(params.items()))
