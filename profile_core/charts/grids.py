"""Heat maps: influences by group, factors with each other, and sources with each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import altair as alt
import pandas as pd

from profile_core.charts.base import Cell, Look, Mark, Width, click, finished, tooltip
from profile_core.text import numbers

_AXIS, _SLANTED = 34, 7
"""Height of the columns' names, and from how many columns on they are slanted."""
_SHORT = 4
"""Names shorter than this are never slanted."""
_STRONG = 0.55
"""From this |tau| on a cell is so strong that words in it must be light."""
_ROW, _TALL_ROW = 30, 62
"""Height of a row with one line of words, and with three."""
_MOST_FIGURES, _MOST_SPREADS = 16, 9
"""Up to how many sources their cells are wide enough for a figure, and for two."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two sources are, and how that differs between groups; None where unknown."""

    first: str
    second: str
    value: float | None
    spread: str
    """The lowest and the highest among the groups, in words; empty where there are none."""
    factors: str
    """How many factors it is made from, in words."""


def heat_map(
    marks: Sequence[Mark],
    look: Look,
    *,
    columns: Sequence[str],
    rows: Sequence[str],
    width: Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> alt.LayerChart:
    """Influences by group: a row a factor, a column a group, colour and number the tau.

    Cells that cannot be told from none are hollow; where prompts are too few for an estimate,
    their number stands in brackets.
    """
    frame = pd.DataFrame(
        [
            {
                **asdict(mark),
                "fill": 1.0 if mark.is_told else 0.0,
                "opacity": 0.55 if mark.is_small else 1.0,
                "ink": look.paper if _is_dark(mark) else look.ink,
                "words": _figure(mark),
                "row": mark.title,
                "column": mark.group,
            }
            for mark in marks
        ]
    )
    told = tooltip(("column", "Group"))
    return _grid(frame, look, columns, rows, width, title, caption, told, clickable=True)


def agreement_map(
    cells: Sequence[Cell],
    look: Look,
    *,
    names: Sequence[str],
    width: Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> alt.LayerChart:
    """How far factors go together: half a square, colour and number the agreement in [-1, 1]."""
    place = {name: number for number, name in enumerate(names)}
    frame = pd.DataFrame(
        [
            {
                "row": cell.first,
                "column": cell.second,
                "tau": cell.tau,
                "fill": 1.0 if cell.tau is not None else 0.0,
                "opacity": 1.0,
                "ink": look.paper if abs(cell.tau or 0.0) > _STRONG else look.ink,
                "words": numbers.decimal(cell.tau),
                "pairs": cell.pairs,
            }
            for cell in cells
            if place[cell.first] > place[cell.second]
        ]
    )
    told = [
        alt.Tooltip("row:N", title="Factor"),
        alt.Tooltip("column:N", title="With"),
        alt.Tooltip("words:N", title="Agreement"),
        alt.Tooltip("pairs:N", title="Pairs"),
    ]
    return _grid(frame, look, names[:-1], names[1:], width, title, caption, told)


def likeness_map(
    likenesses: Sequence[Likeness],
    look: Look,
    *,
    names: Sequence[str],
    over: str = "",
    width: Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> alt.LayerChart:
    """How alike sources are: a square, in the order given; colour and number are in [-1, 1].

    Sources stand as numbered rows; the columns bear their numbers. Below a cell's number stands
    what its range is `over` and the range, where there is one and there is room.
    """
    numbered = {name: f"{place}  {name}" for place, name in enumerate(names, 1)}
    columns = {name: str(place) for place, name in enumerate(names, 1)}
    has_spread = len(names) <= _MOST_SPREADS and any(item.spread for item in likenesses)
    frame = pd.DataFrame(
        [
            {
                "row": numbered[first],
                "column": columns[second],
                "first": first,
                "second": second,
                "tau": item.value,
                "fill": 1.0 if item.value is not None else 0.0,
                "opacity": 1.0,
                "ink": look.paper if abs(item.value or 0.0) > _STRONG else look.ink,
                "words": numbers.decimal(item.value) if len(names) <= _MOST_FIGURES else "",
                "value": numbers.decimal(item.value),
                "spread": item.spread,
                "over": over if item.spread else "",
                "factors": item.factors,
            }
            for item in likenesses
            for first, second in ((item.first, item.second), (item.second, item.first))
        ]
    )
    told = [
        alt.Tooltip("first:N", title="Source"),
        alt.Tooltip("second:N", title="With"),
        alt.Tooltip("value:N", title="Correlation"),
        alt.Tooltip("factors:N", title="From"),
        alt.Tooltip("spread:N", title=f"Range {over}".strip()),
    ]
    return _grid(
        frame,
        look,
        list(columns.values()),
        list(numbered.values()),
        width,
        title,
        caption,
        told,
        below=("over", "spread") if has_spread else (),
        limit=330,
    )


def _figure(mark: Mark) -> str:
    if not mark.absence:
        return numbers.decimal(mark.tau)
    return f"({numbers.count(mark.prompts)})" if mark.prompts else numbers.NONE


def _is_dark(mark: Mark) -> bool:
    """Tell whether a cell is so strong that words in it must be light."""
    return mark.is_told and not mark.is_small and abs(mark.tau or 0.0) > _STRONG


def _grid(
    frame: pd.DataFrame,
    look: Look,
    columns: Sequence[str],
    rows: Sequence[str],
    width: Width,
    title: str,
    caption: Sequence[str],
    told: Sequence[alt.Tooltip],
    *,
    clickable: bool = False,
    below: Sequence[str] = (),
    limit: int = 260,
) -> alt.LayerChart:
    """Draw cells with their words; `below` are two fields of the app's own for more lines."""
    scale = alt.Scale(
        domain=[-1, 0, 1], range=[look.negative, look.paper, look.positive], interpolate="lab"
    )
    is_flat = len(columns) < _SLANTED or max(map(len, columns)) < _SHORT
    label: dict[str, Any] = {
        "labelColor": look.ink,
        "labelFontSize": 12,
        "ticks": False,
        "labelPadding": 8,
    }
    x = alt.X(
        "column:N",
        sort=list(columns),
        title=None,
        scale=alt.Scale(domain=list(columns)),
        axis=alt.Axis(
            orient="top",
            labelAngle=0 if is_flat else -40,
            labelLimit=170,
            **label,
        ),
    )
    y = alt.Y(
        "row:N",
        sort=list(rows),
        title=None,
        scale=alt.Scale(domain=list(rows)),
        axis=alt.Axis(labelLimit=limit, **label),
    )
    base = alt.Chart(frame).encode(x=x, y=y)
    cells: alt.Chart = base.mark_rect(stroke=look.hair, strokeWidth=1, cornerRadius=2).encode(
        fill=alt.Fill("tau:Q", scale=scale, legend=None),
        fillOpacity=alt.FillOpacity("fill:Q", scale=None, legend=None),
        opacity=alt.Opacity("opacity:Q", scale=None, legend=None),
        tooltip=list(told),
    )
    if clickable:
        cells = cells.add_params(click("cell"))
    ink = alt.Color("ink:N", scale=None, legend=None)
    layers = [
        cells,
        base.mark_text(fontSize=12, limit=110, dy=-16 if below else 0).encode(
            text="words:N", color=ink
        ),
    ]
    layers += [
        base.mark_text(fontSize=11, limit=110, dy=dy, opacity=0.8).encode(
            text=f"{field}:N", color=ink
        )
        for field, dy in zip(below, (1, 15), strict=False)
    ]
    # A chart that is fitted to its page has its axis within its height.
    axis = 0 if width != "container" else _AXIS if is_flat else 3 * _AXIS
    return finished(
        alt.LayerChart(layer=layers),
        look,
        width=width,
        height=(_TALL_ROW if below else _ROW) * max(len(rows), 1) + axis,
        title=title,
        caption=caption,
    )
