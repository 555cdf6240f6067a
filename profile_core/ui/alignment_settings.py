"""The view "two settings": a model's factors on the reference, when it judges, when it writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from profile_core import charts
from profile_core.analysis.alignment import FactorRow, GapRow
from profile_core.text import numbers
from profile_core.types import Setting
from profile_core.ui import (
    alignment_files,
    alignment_pairs,
    alignment_view,
    frame,
    influence_dots,
    looks,
    tables,
)
from profile_core.ui.alignment_view import Shown
from profile_core.ui.filters import Filter

_TOP = 14
_HOW = (
    "Bar: the reference; circle: the model when it judges (evaluation); diamond: when it writes "
    "(generation). Vertical lines are 95 % intervals, clustered by prompt. A strong line joins two "
    "that can be told apart: from the reference by q, evaluation from generation by Holm's p, both "
    "at most 0.05. Hollow: not distinguishable from no influence. Pale: 5 to 29 prompts. In "
    "brackets: the number of prompts where they are too few."
)


def draw(shown: Shown, chosen: Filter) -> None:
    """Draw the view."""
    names = alignment_view.factors_of_slopes(shown)
    settings = [str(row.setting) for row in shown.of_model]
    frame.section(
        ", ".join(["Reference", *dict.fromkeys(settings)]),
        "A flat line is a taste that stays; a slope is where one parts from another.",
    )
    event = st.altair_chart(
        _chart(shown, names),
        theme=None,
        on_select="rerun",
        key="slopes",
        alt=_alternative(shown, names),
    )
    alignment_pairs.follow_click(event, shown, chosen)
    frame.note(f"{_HOW} Click a mark to read the pairs that make it.")
    alignment_pairs.buttons(shown, names, _sides(shown), chosen)
    rows = _numbers(shown, names)
    alignment_files.offer("two-settings", lambda: _figure(shown, names), rows)
    _gaps(shown, chosen)


def _chart(
    shown: Shown,
    names: Sequence[str],
    is_dark: bool | None = None,
    **figure: Any,
) -> Any:
    look = looks.look(is_dark)
    colours = looks.colours(shown.planes.sources, is_dark)
    return charts.slope_chart(
        [_slope(shown, name, colours, look) for name in names], look, **figure
    )


def _figure(shown: Shown, names: Sequence[str]) -> Any:
    return _chart(
        shown,
        names,
        is_dark=False,
        width=alignment_files.WIDTH,
        title=f"{shown.model}: reference, evaluation, generation",
        caption=influence_dots.wrapped(f"{shown.reference_sentence} {_HOW}"),
    )


def _slope(shown: Shown, name: str, colours: dict[str, str], look: charts.Look) -> charts.Slope:
    judge, writer = (
        shown.source_of(setting) for setting in (Setting.EVALUATION, Setting.GENERATION)
    )
    reference = shown.of_reference(name)
    is_reference = judge == shown.reference_name
    evaluation = None if is_reference else shown.influence(Setting.EVALUATION, judge, name)
    generation = shown.influence(Setting.GENERATION, writer, name)
    stops = [
        alignment_view.mark(row, shown, colours) if row else None
        for row in (reference, evaluation, generation)
    ]
    first = (judge, Setting.EVALUATION) if evaluation else (writer, Setting.GENERATION)
    away = _difference(shown, name, *first)
    gap = next((row for row in shown.gaps if row.factor == name), None)
    return charts.Slope(
        title=shown.factors[name].title,
        stops=(stops[0], stops[1], stops[2]),
        is_away=bool(away and away.is_told),
        is_gap=bool(gap and gap.is_called),
    )


def _difference(shown: Shown, name: str, source: str | None, setting: Setting) -> FactorRow | None:
    rows = shown.found.factors
    return next(
        (row for row in rows if (row.factor, row.source, row.setting) == (name, source, setting)),
        None,
    )


def _sides(shown: Shown) -> list[tuple[Setting, str]]:
    """The sources whose influences the chart shows, in its order."""
    found = [
        (setting, source)
        for setting in (Setting.EVALUATION, Setting.GENERATION)
        if (source := shown.source_of(setting))
    ]
    reference = (Setting.EVALUATION, shown.reference_name)
    return [*(side for side in found if side != reference), reference]


def _alternative(shown: Shown, names: Sequence[str]) -> str:
    called = [shown.factors[row.factor].title for row in shown.gaps if row.is_called]
    gap = (
        f"Evaluation and generation can be told apart on {numbers.listed(called)}."
        if called
        else "Evaluation and generation can be told apart on none of them."
    )
    return (
        f"Slope chart of the influence of {numbers.counted(len(names), 'factor')} on the reference "
        f"{shown.reference_name} and on {shown.model} in evaluation and generation. {gap} "
        "Every number is in the table below."
    )


def _numbers(shown: Shown, names: Sequence[str]) -> list[dict[str, object]]:
    return [
        {
            "factor": name,
            "source": source,
            "setting": str(setting),
            "tau": row.tau,
            "low": row.low,
            "high": row.high,
            "q": row.q,
            "pairs": row.pairs,
            "prompts": row.prompts,
        }
        for name in names
        for setting, source in _sides(shown)
        if (row := shown.influence(setting, source, name))
    ]


def _gaps(shown: Shown, chosen: Filter) -> None:
    rows = shown.gaps
    frame.section(
        "The gap between its two settings",
        "How far the same model weighs a factor otherwise when it writes than when it judges.",
    )
    if not rows:
        frame.empty(
            f"No gap can be shown for {shown.model}.",
            "It needs pairs of both settings: choices it made, and responses it wrote at score "
            "levels.",
        )
        return
    if nearer := next((row for row in shown.found.nearer if row.model == shown.model), None):
        frame.note(_nearer(nearer.d2_difference, nearer.low, nearer.high))
    top, rest = rows[:_TOP], rows[_TOP:]
    _table(top, shown, chosen)
    if rest:
        with st.expander(f"The other {numbers.counted(len(rest), 'factor')}"):
            _table(rest, shown, chosen)
    alignment_files.offer("gaps", None, [_as_values(row) for row in rows])


def _nearer(difference: float | None, low: float | None, high: float | None) -> str:
    said = alignment_view.with_sign(difference, low, high)
    if difference is None or low is None or high is None:
        return "Which of the two is nearer to the reference cannot be told: too few prompts."
    if low > 0:
        which = "Evaluation is nearer to the reference than generation"
    elif high < 0:
        which = "Generation is nearer to the reference than evaluation"
    else:
        which = "Which of the two is nearer to the reference cannot be told"
    return f"{which} (D² of generation − D² of evaluation: {said})."


def _table(rows: Sequence[GapRow], shown: Shown, chosen: Filter) -> None:
    columns = [
        tables.Column("Factor"),
        tables.Column("Reference τ", is_number=True),
        tables.Column("Evaluation τ", is_number=True, help="When it judges"),
        tables.Column("Generation τ", is_number=True, help="When it writes"),
        tables.Column("Gap [95\u00a0%]", is_number=True, help="Generation − evaluation"),
        tables.Column(
            "p (Holm)", is_number=True, help="Two-sided, adjusted over the factors tested"
        ),
    ]
    tables.table(
        columns,
        [
            [
                shown.factors[row.factor].title,
                alignment_pairs.tau(shown.of_reference(row.factor), chosen),
                alignment_pairs.tau(
                    shown.influence(Setting.EVALUATION, row.evaluation, row.factor), chosen
                ),
                alignment_pairs.tau(
                    shown.influence(Setting.GENERATION, row.generation, row.factor), chosen
                ),
                alignment_view.with_sign(row.difference, row.low, row.high),
                numbers.probability(row.p_holm),
            ]
            for row in rows
        ],
        caption="Every τ opens the pairs that make its sign; the largest gaps first.",
    )


def _as_values(row: GapRow) -> dict[str, object]:
    return {
        "model": row.model,
        "factor": row.factor,
        "difference": row.difference,
        "low": row.low,
        "high": row.high,
        "p": row.p,
        "p_holm": row.p_holm,
    }
