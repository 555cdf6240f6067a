"""Before and after: the answer, the chart of both sides, and its twin in figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from profile_core import charts
from profile_core.actions import report, what_if_figure
from profile_core.actions.report import Heading
from profile_core.analysis import titles
from profile_core.analysis.scenario import in_words
from profile_core.analysis.what_if_rows import Side, WhatIf
from profile_core.text import numbers
from profile_core.ui import (
    alignment_files,
    frame,
    influence_dots,
    influence_view,
    looks,
    router,
    tables,
    what_if_links,
    what_if_saved,
    what_if_view,
)
from profile_core.ui.what_if_state import key
from profile_core.ui.what_if_view import Series, Shown

_TABLE = (
    tables.Column("Factor"),
    tables.Column("Baseline τ [95\u00a0%]", is_number=True, help="Interval clustered by prompt"),
    tables.Column("Pairs", is_number=True, help="Pairs counted at the baseline"),
    tables.Column("Scenario τ [95\u00a0%]", is_number=True, help="Interval clustered by prompt"),
    tables.Column("Pairs", is_number=True, help="Pairs counted in the scenario"),
    tables.Column("Prompts", is_number=True, help="Prompts counted: baseline, scenario"),
    tables.Column(
        "Difference [95\u00a0%]", is_number=True, help="Scenario minus baseline, paired by prompt"
    ),
    tables.Column("q", is_number=True, help="Benjamini-Hochberg over the source’s factors"),
)


def answer(shown: Shown) -> None:
    """Say first what changed and what did not, and what is left to say it from."""
    found = shown.found
    influence_view.answer(found.sentence)
    frame.state(f"Scenario: {in_words(found.result.scenario)}. {_left(found.result)}.")
    frame.note(f"Baseline: {in_words(found.baseline.scenario)}. {_left(found.baseline)}.")
    if found.result.scenario == found.baseline.scenario:
        frame.note("Begin with a question above, or change below what is counted.")
    _remarks(found.warnings)


def _remarks(warnings: Sequence[str]) -> None:
    """Say the first of what to know, which is how little is left; the rest folded away."""
    if not warnings:
        return
    first, *more = warnings
    frame.note(f"{first[:1].upper()}{first[1:]}.")
    if more:
        with st.expander(f"{numbers.counted(len(more), 'more remark')} before reading the numbers"):
            frame.warnings(more)


def chart(shown: Shown) -> None:
    """Draw both sides; a click on a mark leaves for its pairs."""
    colour = looks.colours(shown.planes.sources)
    event = st.vega_lite_chart(
        spec=charts.before_after_spec(
            what_if_figure.marks(shown.found, shown.factors, colour, shown.panels, shown.names),
            looks.look(),
            panels=[(source, str(setting), colour[source]) for setting, source in shown.panels],
            rows=[shown.factors[name].title for name in shown.names],
        ),
        theme=None,
        on_select="rerun",
        key="before-after",
        alt=_alternative(shown),
    )
    _follow(event, shown)
    frame.note(f"{what_if_figure.CAPTION} Click a mark to read its pairs.")


def table(shown: Shown) -> None:
    """Draw the chart's twin for one source: every count a way to its pairs."""
    frame.section("The numbers, and the pairs behind them")
    names = {what_if_view.series_name(item): item for item in shown.series}
    of = st.selectbox("Source", list(names), key=key("of"), bind="query-params", width=320)
    if not of:
        return
    series = names[of]
    rest = sorted(
        {row.factor for side in _sides(shown) for row in side.rows} - {*shown.names},
        key=lambda name: (-_size(shown, series, name), name),
    )
    tables.table(
        _TABLE,
        [_cells(shown, series, name) for name in (*shown.names, *rest)],
        caption="Every count opens its pairs.",
    )


def files(shown: Shown, whole: WhatIf) -> None:
    """Offer the chart and the numbers of every source as files, and all of it as a report."""
    scenario = shown.found.result.scenario
    saved = what_if_saved.known(shown.planes.study, scenario)
    heading = Heading(
        saved.name if saved else "What if", saved.description if saved else in_words(scenario)
    )
    with st.container(horizontal=True):
        with st.container(width="content"):
            alignment_files.offer(
                "what-if",
                lambda: _figure(shown),
                [
                    _record(shown, series, name)
                    for series in shown.series
                    for name in _all_names(shown)
                ],
            )
        st.download_button(
            "Report as one HTML file",
            lambda: report.html(shown.planes.study, whole, heading),
            "what-if.html",
            "text/html",
            key="what-if-html",
            help="States data, filter, labels, method, versions and intervals; needs no network.",
        )


def _figure(shown: Shown) -> Any:
    """Draw the chart as a file: light, with its title, as a paper takes it."""
    caption = [
        *influence_dots.wrapped(shown.found.sentence),
        *influence_dots.wrapped(f"Scenario: {in_words(shown.found.result.scenario)}."),
        *influence_dots.wrapped(what_if_figure.CAPTION),
    ]
    return what_if_figure.figure(
        shown.found,
        shown.factors,
        shown.planes.sources,
        looks.look(is_dark=False),
        is_dark=False,
        drawn=shown.panels,
        names=shown.names,
        width=max(alignment_files.WIDTH, 260 * len(shown.panels) + 200),
        title="What if",
        caption=caption,
    )


def _alternative(shown: Shown) -> str:
    return (
        f"Influence of {numbers.counted(len(shown.names), 'factor')} at the baseline and in the "
        f"scenario, from −1 to 1. {shown.found.sentence} Every number is in the table below."
    )


def _follow(event: Any, shown: Shown) -> None:
    """Leave for the pairs of the clicked mark.

    What comes back from the browser is only compared with what was drawn, never used as it is.
    """
    sides = dict(zip(("before", "after"), _sides(shown), strict=True))
    for points in event.selection.values():
        for point in points:
            for series in shown.panels:
                for name in shown.names:
                    side = sides.get(point.get("group"))
                    row = side and shown.row(side, series, name)
                    if side and row and _is_of(point, series, name):
                        router.go("browse", what_if_links.counted(side, row, shown.planes))


def _is_of(point: Mapping[str, object], series: Series, factor: str) -> bool:
    named = {"setting": str(series[0]), "source": series[1], "factor": factor}
    return all(point.get(name) == value for name, value in named.items())


def _cells(shown: Shown, series: Series, factor: str) -> list[tables.Cell]:
    change = shown.change(series, factor)
    cells: list[tables.Cell] = [shown.factors[factor].title]
    prompts = []
    for side in _sides(shown):
        row = shown.row(side, series, factor)
        missing = what_if_figure.absence(side, series, row, factor)
        cells.append(
            missing or (numbers.with_interval(row.tau, row.low, row.high) if row else numbers.NONE)
        )
        if row and row.pairs:
            params = what_if_links.counted(side, row, shown.planes)
            cells.append(tables.Link(numbers.count(row.pairs), "browse", tuple(params.items())))
        else:
            cells.append(numbers.count(0))
        prompts.append(numbers.count(row.prompts if row else 0))
    return [
        *cells,
        " → ".join(dict.fromkeys(prompts)),
        what_if_figure.change_in_words(change),
        numbers.probability(change.q if change else None),
    ]


def _record(shown: Shown, series: Series, factor: str) -> dict[str, object]:
    record: dict[str, object] = {"setting": str(series[0]), "source": series[1], "factor": factor}
    for name, side in zip(("baseline", "scenario"), _sides(shown), strict=True):
        row = shown.row(side, series, factor)
        for field in ("tau", "low", "high", "pairs", "prompts", "q", "note"):
            record[f"{name}_{field}"] = getattr(row, field) if row else None
    change = shown.change(series, factor)
    for field in ("difference", "low", "high", "p", "q", "note"):
        name = field if field == "difference" else f"difference_{field}"
        record[name] = getattr(change, field) if change else None
    return record


def _all_names(shown: Shown) -> list[str]:
    return list(dict.fromkeys(row.factor for side in _sides(shown) for row in side.rows))


def _sides(shown: Shown) -> tuple[Side, Side]:
    return shown.found.baseline, shown.found.result


def _size(shown: Shown, series: Series, factor: str) -> float:
    row = shown.row(shown.found.baseline, series, factor)
    return abs(row.tau or 0.0) if row and not titles.absence(row) else -1.0


def _left(side: Side) -> str:
    kept = f"{numbers.count(side.pairs)} of {numbers.counted(side.all_pairs, 'pair')}"
    return f"{kept}, {numbers.counted(side.prompts, 'prompt')}"
