"""Slopes: each factor's influence on the reference, when a model judges, and when it writes.

Small panels, one a factor, that share one scale. They stand on one axis, so that the chart stays a
single view and can be fitted to the width of its page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import ceil
from typing import Any

import altair as alt
import pandas as pd

from profile_core.charts.base import Look, Mark, Width, click, finished, tooltip, words
from profile_core.text import numbers

STOPS = ("reference", "evaluation", "generation")
"""What a panel shows, from left to right; what no factor has is left out."""
_COLUMNS = 4
_BETWEEN, _TALL = 1.5, 2.8
"""From the last stop of a panel to the next panel's first, and to the panel below, in reaches."""
_MARGIN = 0.35
"""How far a panel's lines reach beyond its stops."""
_ROW_HEIGHT, _FOOT = 165, 26
_LEAST_REACH = 0.5


@dataclass(frozen=True, slots=True)
class Slope:
    """One factor: its influences by stop, None where there is none."""

    title: str
    stops: tuple[Mark | None, Mark | None, Mark | None]
    is_away: bool
    """Whether the first stop after the reference can be told from it."""
    is_gap: bool
    """Whether evaluation and generation can be told apart."""


def slope_chart(
    slopes: Sequence[Slope],
    look: Look,
    *,
    width: Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> alt.LayerChart:
    """A panel a factor, in the order given: bar, circle and diamond with intervals, and the way.

    The way between two that can be told apart is drawn strong, else thin. A mark that has no
    number worth showing is replaced by its number of prompts, in brackets.
    """
    rows = max(ceil(len(slopes) / _COLUMNS), 1)
    reach = _reach(slopes)
    apart = _TALL * reach
    stops = [place for place in range(len(STOPS)) if any(slope.stops[place] for slope in slopes)]
    last = max(len(stops) - 1, 1)
    marks, ways, panels = _frames(slopes, look, apart, reach, stops)
    columns = min(_COLUMNS, max(len(slopes), 1))
    x = alt.X(
        "x:Q",
        axis=None,
        scale=alt.Scale(
            domain=[-0.75, (columns - 1) * (last + _BETWEEN) + last + 0.5], nice=False, zero=False
        ),
    )
    y = alt.Y(
        "y:Q",
        axis=None,
        scale=alt.Scale(
            domain=[-(rows - 1) * apart - reach * 1.05, reach * 1.62], nice=False, zero=False
        ),
    )
    layers = [
        *_ground(panels, reach, last, look, x, y),
        *_ways(ways, x, y),
        *_marks(marks, look, x, y),
        *_words(panels, marks, stops, look, x, y),
    ]
    return finished(
        alt.LayerChart(layer=layers),
        look,
        width=width,
        height=_ROW_HEIGHT * rows + _FOOT,
        title=title,
        caption=caption,
    )


def _reach(slopes: Sequence[Slope]) -> float:
    """How far the panels reach from zero, in quarters, the same for all."""
    bounds = [
        abs(value)
        for slope in slopes
        for mark in slope.stops
        if mark and not mark.absence
        for value in (mark.tau, mark.low, mark.high)
        if value is not None
    ]
    return min(max(ceil(4 * max(bounds, default=0.0)) / 4, _LEAST_REACH), 1.0)


def _frames(
    slopes: Sequence[Slope], look: Look, apart: float, reach: float, stops: Sequence[int]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    marks: list[dict[str, Any]] = []
    ways: list[dict[str, Any]] = []
    panels: list[dict[str, Any]] = []
    wide = max(len(stops) - 1, 1) + _BETWEEN
    for place, slope in enumerate(slopes):
        left, zero = (place % _COLUMNS) * wide, -(place // _COLUMNS) * apart
        panels.append(
            {
                "title": slope.title,
                "x": left,
                "zero": zero,
                "is_last": place + _COLUMNS >= len(slopes),
                "is_first": place % _COLUMNS == 0,
                "top": zero + reach * 1.22,
                "foot": zero - reach * 1.12,
            }
        )
        drawn = []
        for number, of_all in enumerate(stops):
            stop, mark = STOPS[of_all], slope.stops[of_all]
            if mark is None:
                continue
            entry = {
                **asdict(mark),
                "stop": stop,
                "x": left + number,
                "y": zero + (mark.tau or 0.0),
                "y_low": None if mark.low is None else zero + mark.low,
                "y_high": None if mark.high is None else zero + mark.high,
                "fill": mark.colour if mark.is_told else look.paper,
                "opacity": 0.45 if mark.is_small else 1.0,
                "few": f"({numbers.count(mark.prompts)})" if mark.prompts else numbers.NONE,
            }
            marks.append(entry)
            if not mark.absence and mark.tau is not None:
                drawn.append((stop, entry))
        for (start, first), (_, second) in pairwise(drawn):
            is_told = slope.is_away if start == STOPS[0] else slope.is_gap
            ways.append(
                {
                    **{"x": first["x"], "y": first["y"], "x2": second["x"], "y2": second["y"]},
                    "colour": second["colour"] if is_told else look.soft,
                    "width": 2.5 if is_told else 1.0,
                    "opacity": 0.9 if is_told else 0.6,
                }
            )
    return (
        pd.DataFrame(marks, columns=[*Mark.__dataclass_fields__, *_OF_MARKS]),
        pd.DataFrame(ways, columns=["x", "y", "x2", "y2", "colour", "width", "opacity"]),
        pd.DataFrame(panels, columns=["title", "x", "zero", "is_last", "is_first", "top", "foot"]),
    )


_OF_MARKS = ("stop", "x", "y", "y_low", "y_high", "fill", "opacity", "few")


def _ground(
    panels: pd.DataFrame, reach: float, last: int, look: Look, x: alt.X, y: alt.Y
) -> list[alt.Chart]:
    """A line at each panel's zero, hair lines at its ends, and what they are at the left edge."""
    lines: list[dict[str, Any]] = [
        {
            "x": panel["x"] - _MARGIN,
            "x2": panel["x"] + last + _MARGIN,
            "y": panel["zero"] + end * reach,
            "said": numbers.decimal(end * reach, 2 if reach % 0.5 else 1, signed=True)
            if end
            else "0",
            "is_zero": end == 0,
            "is_first": panel["is_first"],
        }
        for panel in panels.to_dict("records")
        for end in (-1, 0, 1)
    ]
    frame = pd.DataFrame(lines, columns=["x", "x2", "y", "said", "is_zero", "is_first"])
    is_zero = frame["is_zero"].astype(bool)
    hair = alt.Chart(frame[~is_zero]).mark_rule(color=look.hair, aria=False)
    zero = alt.Chart(frame[is_zero]).mark_rule(color=look.soft, strokeWidth=1.2, aria=False)
    said = (
        alt.Chart(frame[frame["is_first"].astype(bool)])
        .mark_text(align="right", baseline="middle", dx=-5, fontSize=11, color=look.soft)
        .encode(x=x, y=y, text="said:N")
    )
    return [*(layer.encode(x=x, x2="x2:Q", y=y) for layer in (hair, zero)), said]


def _ways(ways: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    drawn: alt.Chart = (
        alt.Chart(ways)
        .mark_rule(aria=False, strokeCap="round")
        .encode(
            x=x,
            y=y,
            x2="x2:Q",
            y2="y2:Q",
            color=alt.Color("colour:N", scale=None, legend=None),
            strokeWidth=alt.StrokeWidth("width:Q", scale=None, legend=None),
            opacity=alt.Opacity("opacity:Q", scale=None, legend=None),
        )
    )
    return [drawn]


def _marks(marks: pd.DataFrame, look: Look, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    shown = marks[marks["absence"] == ""]
    colour = alt.Color("colour:N", scale=None, legend=None)
    opacity = alt.Opacity("opacity:Q", scale=None, legend=None)
    intervals = (
        alt.Chart(shown[shown["y_low"].notna()])
        .mark_rule(aria=False, strokeWidth=2.5, strokeOpacity=0.45)
        .encode(x=x, y=alt.Y("y_low:Q", axis=None), y2="y_high:Q", color=colour, opacity=opacity)
    )
    bars = (
        alt.Chart(shown[shown["stop"] == STOPS[0]])
        .mark_tick(aria=False, orient="horizontal", thickness=4, size=20, opacity=1)
        .encode(x=x, y=y, color=colour, opacity=opacity)
    )
    layers = [intervals, bars]
    for stop, shape in zip(STOPS[1:], ("circle", "diamond"), strict=True):
        points = alt.Chart(shown[shown["stop"] == stop]).mark_point(
            shape=shape, size=75, aria=False, strokeWidth=2, opacity=1
        )
        paper = alt.value(look.paper)
        # Paper under a pale or hollow mark, so that its own line does not cross it.
        layers.append(points.encode(x=x, y=y, fill=paper, stroke=paper))
        layers.append(
            points.encode(
                x=x,
                y=y,
                fill=alt.Fill("fill:N", scale=None, legend=None),
                stroke=alt.Stroke("colour:N", scale=None, legend=None),
                opacity=opacity,
            )
        )
    target = (
        alt.Chart(shown)
        .mark_point(shape="circle", size=500, filled=True, cursor="pointer")
        .encode(x=x, y=y, opacity=alt.value(0), tooltip=tooltip(("stop", "Beside")))
        .add_params(click("slope"))
    )
    return [*layers, target]


def _words(
    panels: pd.DataFrame,
    marks: pd.DataFrame,
    stops: Sequence[int],
    look: Look,
    x: alt.X,
    y: alt.Y,
) -> list[alt.Chart]:
    """Each panel's factor above it, the stops' names below the last ones, and what is absent."""
    names = (
        alt.Chart(panels.assign(x=panels["x"] - _MARGIN))
        .mark_text(
            align="left", baseline="bottom", fontSize=13, fontWeight=600, color=look.ink, limit=215
        )
        .encode(x=x, y=alt.Y("top:Q", axis=None), text="title:N")
    )
    feet = pd.DataFrame(
        [
            {"x": panel["x"] + place, "y": panel["foot"], "said": STOPS[stop]}
            for panel in panels[panels["is_last"].astype(bool)].to_dict("records")
            for place, stop in enumerate(stops)
        ],
        columns=["x", "y", "said"],
    )
    below = (
        alt.Chart(feet)
        .mark_text(baseline="top", fontSize=11, color=look.soft, clip=False)
        .encode(x=x, y=y, text="said:N")
    )
    style = {"fontSize": 11, "fontStyle": "italic", "color": look.soft}
    absent = alt.Chart(marks[marks["absence"] != ""]).encode(x=x, y=y, text="few:N")
    return [names, below, *words(absent, look, style)]
