"""The view "by group": the distances again, by the values of a column."""

from __future__ import annotations

from typing import Any

import streamlit as st

from profile_core import charts
from profile_core.analysis.alignment import AlignmentRow
from profile_core.store.columns import Role
from profile_core.text import numbers
from profile_core.types import Setting
from profile_core.ui import (
    alignment_answer,
    alignment_files,
    alignment_view,
    asked,
    frame,
    influence_dots,
    looks,
)
from profile_core.ui.alignment_controls import key
from profile_core.ui.alignment_view import Shown
from profile_core.ui.filters import Filter

_GROUPS, _MODELS = 12, 3
_OF_PAIRS = ("task", "scenario", "dataset", "generator_a", "generator_b")
_HOW = (
    "Distance from the reference in each group, in units of τ, with 95 % intervals. Both are "
    "measured within the group. Hollow: not distinguishable from none. Pale: 5 to 29 prompts; "
    "fewer than 5 give no number."
)


def draw(shown: Shown, chosen: Filter, reference: str | None) -> None:
    """Draw the view."""
    frame.section("By group", "Where in the data a model is near to the reference, and where not.")
    known = columns(shown)
    asked.tell([asked.remark(key("by"), "column", known, "another is taken")])
    by = st.selectbox("By", known, key=key("by"), bind="query-params", width=180)
    if not by:
        frame.empty("Nothing to split.", "No column of the pair view has two values.")
        return
    found = alignment_view.alignment_of(shown.planes.study, chosen, reference, by)
    rows = alignment_view.in_order(found)
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row.group or ""] = max(sizes.get(row.group or "", 0), row.pairs)
    groups = sorted(sizes, key=lambda name: (-sizes[name], name))[:_GROUPS]
    if not groups:
        frame.empty("Nothing to split.", f"No pair has a value of {by}.")
        return
    models = alignment_view.models(found)[:_MODELS]
    kept = [row for group in groups for row in rows if (row.group or "") == group]
    main = alignment_view.main_sources(found)
    drawn = [
        row
        for row in kept
        if alignment_view.model_of(row) in models and (row.setting, row.source) in main
    ]
    event = st.altair_chart(
        _chart(shown, drawn, models),
        theme=None,
        on_select="rerun",
        key="groups",
        alt=f"Dot plot of the distance from the reference by {by}. Every number is in the table "
        "below.",
    )
    alignment_answer.follow_click(event, kept, chosen)
    frame.note(_HOW + _left_out(len(sizes) - len(groups), found.rows, models, main))
    alignment_answer.table_by_group(kept, by, shown, chosen)
    alignment_files.offer(
        "alignment-by-group",
        lambda: _chart(
            shown,
            drawn,
            models,
            is_dark=False,
            width=alignment_files.WIDTH,
            title="Distance from the reference, by group",
            caption=influence_dots.wrapped(f"{shown.reference_sentence} {_HOW}"),
        ),
        [alignment_answer.as_values(row) for row in found.rows],
    )


def columns(shown: Shown) -> list[str]:
    """List the columns whose values split the pairs, the usual ones first."""
    known = shown.planes.wide.columns
    usual = [name for name in _OF_PAIRS if any(column.name == name for column in known)]
    meta = [column.name for column in known if column.role is Role.META]
    return [name for name in (*usual, *meta) if len(shown.planes.groups(name)) > 1]


def _left_out(
    groups: int,
    rows: tuple[AlignmentRow, ...],
    models: list[str],
    main: set[tuple[Setting, str]],
) -> str:
    said = ""
    if groups:
        said += f" The {numbers.counted(groups, 'smallest group')} left out here stand in the CSV."
    if len({(row.setting, row.source) for row in rows}) > len(main):
        said += " Of several judges of one model, the one with the most pairs is drawn."
    others = len({alignment_view.model_of(row) for row in rows}) - len(models)
    if others:
        said += f" {numbers.counted(others, 'more model')} in the table."
    return said


def _chart(
    shown: Shown,
    rows: list[AlignmentRow],
    models: list[str],
    is_dark: bool | None = None,
    **figure: Any,
) -> Any:
    marks = alignment_answer.marks(rows, shown, is_dark, by_group=True)
    colour = {mark.panel: mark.colour for mark in marks}
    return charts.distance_plot(
        marks,
        looks.look(is_dark),
        panels=[(name, colour[name]) for name in models if name in colour],
        **figure,
    )
