"""Distances from the reference: a row a model or a group, dots with intervals from 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil

import altair as alt
import pandas as pd

from profile_core.charts.base import Look, Width, click, finished, words
from profile_core.charts.differences import SHAPES
from profile_core.charts.panels import absences, height, rows_axis

_GLYPHS = {"evaluation": "●", "generation": "◆"}
_APART = 1.22
"""From the start of one panel to the next one's, in parts of a panel's width."""
_STEP = 34


@dataclass(frozen=True, slots=True)
class Distance:
    """How far one source's taste is from the reference's; what it lacks is None or empty."""

    title: str
    """The row: a model, or a group."""
    panel: str
    source: str
    setting: str
    group: str
    distance: float | None
    low: float | None
    high: float | None
    is_told: bool
    """Whether it can be told from none: drawn filled, else hollow."""
    is_small: bool
    """Of few prompts: drawn pale."""
    absence: str
    """Stands in place of a distance that is not worth showing."""
    colour: str
    value: str
    """The distance and its interval in words."""
    counts: str
    """Factors, pairs and prompts in words."""
    factor: str = ""
    """None: a distance is over all factors. A click gives it all the same."""


def distance_plot(
    distances: Sequence[Distance],
    look: Look,
    *,
    panels: Sequence[tuple[str, str]] = (("", ""),),
    width: Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> alt.LayerChart:
    """Distances as dots with intervals: rows in the order given, a shape and lane a setting.

    `panels` are names with colours, side by side on one scale; one without a name has no heading.
    """
    settings = [name for name in SHAPES if name in {item.setting for item in distances}]
    rows = list(dict.fromkeys(item.title for item in distances))
    header = "  ".join(f"{_GLYPHS[name]} {name}" for name in settings) or " "
    y = rows_axis(rows, header, look)
    reach = _reach(distances)
    shift = {name: place * _APART * reach for place, (name, _) in enumerate(panels)}
    frame = _frame(distances, look, shift, reach)
    layers = _ground(look, len(panels), reach)
    for setting in settings:
        lane = 0.0 if len(settings) < 2 else (-0.17 if setting == "evaluation" else 0.17) * _STEP
        own = frame[frame["setting"] == setting]
        layers += [
            *absences(own[own["absence"] != ""], lane, look, y),
            *_dots(own[(own["absence"] == "") & own["x"].notna()], setting, lane, look, y),
        ]
    if any(name for name, _ in panels):
        layers += _headings(panels, header, look, y, shift)
    return finished(
        alt.LayerChart(layer=layers),
        look,
        width=width,
        height=height(len(rows), _STEP, width),
        title=title,
        caption=caption,
    )


def _reach(distances: Sequence[Distance]) -> float:
    bounds = [
        value
        for item in distances
        if not item.absence
        for value in (item.distance, item.high)
        if value is not None
    ]
    return max(ceil(10 * max(bounds, default=0.0)) / 10, 0.2)


def _frame(
    distances: Sequence[Distance], look: Look, shift: dict[str, float], reach: float
) -> pd.DataFrame:
    entries = []
    for item in distances:
        zero = shift[item.panel]
        entries.append(
            {
                **asdict(item),
                "x": None if item.distance is None else item.distance + zero,
                "x_low": None if item.low is None else item.low + zero,
                "x_high": None if item.high is None else item.high + zero,
                "fill": item.colour if item.is_told else look.paper,
                "opacity": 0.45 if item.is_small else 1.0,
                "edge": zero + 0.01 * reach,
            }
        )
    more = ("x", "x_low", "x_high", "fill", "opacity", "edge")
    return pd.DataFrame(entries, columns=[*Distance.__dataclass_fields__, *more])


def _ground(look: Look, panels: int, reach: float) -> list[alt.Chart]:
    step = 0.2 if reach > 0.6 or panels > 2 else 0.1
    if reach > 1.2:
        step = 0.4
    ticks = [round(step * place, 2) for place in range(round(reach / step) + 1)]
    lines = pd.DataFrame(
        [
            {"x": tick + place * _APART * reach, "is_zero": tick == 0}
            for place in range(panels)
            for tick in ticks
        ]
    )
    own = f"(datum.value - {_APART * reach} * floor(datum.value / {_APART * reach} + 0.001))"
    x = alt.X(
        "x:Q",
        title="distance from the reference, in units of τ (0: same taste)",
        scale=alt.Scale(
            domain=[-0.015 * reach, ((panels - 1) * _APART + 1.03) * reach], nice=False, zero=False
        ),
        axis=alt.Axis(
            values=list(lines["x"]),
            labelExpr=f"{own} < 0.001 ? '0' : format({own}, '.1f')",
            labelColor=look.soft,
            labelFontSize=12,
            labelPadding=6,
            labelOverlap=False,
            titleColor=look.soft,
            titleFontSize=12,
            titleFontWeight="normal",
            titlePadding=10,
            ticks=False,
        ),
    )
    hair = alt.Chart(lines[~lines["is_zero"]]).mark_rule(color=look.hair, aria=False)
    zero = alt.Chart(lines[lines["is_zero"]]).mark_rule(
        color=look.soft, strokeWidth=1.2, aria=False
    )
    return [layer.encode(x=x) for layer in (hair, zero)]


def _dots(frame: pd.DataFrame, setting: str, lane: float, look: Look, y: alt.Y) -> list[alt.Chart]:
    opacity = alt.Opacity("opacity:Q", scale=None, legend=None)
    lines = (
        alt.Chart(frame[frame["x_low"].notna()])
        .mark_rule(aria=False, strokeWidth=2.5, strokeOpacity=0.55, yOffset=lane)
        .encode(
            x="x_low:Q",
            x2="x_high:Q",
            y=y,
            color=alt.Color("colour:N", scale=None, legend=None),
            opacity=opacity,
        )
    )
    points = alt.Chart(frame).mark_point(
        shape=SHAPES[setting], size=110, aria=False, strokeWidth=2, yOffset=lane, opacity=1
    )
    paper = alt.value(look.paper)
    told = (
        ("title", "Row"),
        ("source", "Source"),
        ("setting", "Setting"),
        ("value", "Distance"),
        ("counts", "From"),
    )
    target = (
        alt.Chart(frame)
        .mark_point(shape="circle", size=500, yOffset=lane, filled=True, cursor="pointer")
        .encode(
            x="x:Q",
            y=y,
            opacity=alt.value(0),
            tooltip=[alt.Tooltip(f"{field}:N", title=name) for field, name in told],
        )
        .add_params(click(setting))
    )
    return [
        lines,
        points.encode(x="x:Q", y=y, fill=paper, stroke=paper),
        points.encode(
            x="x:Q",
            y=y,
            fill=alt.Fill("fill:N", scale=None, legend=None),
            stroke=alt.Stroke("colour:N", scale=None, legend=None),
            opacity=opacity,
        ),
        target,
    ]


def _headings(
    panels: Sequence[tuple[str, str]],
    header: str,
    look: Look,
    y: alt.Y,
    shift: dict[str, float],
) -> list[alt.Chart]:
    frame = pd.DataFrame(
        [
            {"title": header, "x": shift[name], "name": name, "colour": colour}
            for name, colour in panels
        ]
    )
    base = alt.Chart(frame).encode(
        x="x:Q", y=y, text="name:N", color=alt.Color("colour:N", scale=None, legend=None)
    )
    limit = {1: 600, 2: 400}.get(len(panels), 230)
    style = {"align": "left", "dx": 4, "fontSize": 13, "fontWeight": 600, "limit": limit}
    return words(base, look, style)
