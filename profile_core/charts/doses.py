"""Dose and response: how often the response with more is preferred, by how much more it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import altair as alt
import pandas as pd

from profile_core.charts.base import Look, Width, click, finished

_SHAPES = {"evaluation": "circle", "generation": "diamond"}
_HEIGHT, _LINE, _FOOT = 260, 20, 60
_NAME = 100 * _LINE / _HEIGHT
"""How many percent a line of a name is high."""
_LANE, _WIDEST = 13, 60
"""Pixels between two series of a bin, and from the first to the last at most."""


@dataclass(frozen=True, slots=True)
class DosePoint:
    """One source's share in one bin; bounds are None where there is no interval."""

    source: str
    setting: str
    bin: str
    """The bin's range in words, which is its place on the axis."""
    share: float
    """Of pairs on which the response with more is preferred, in percent."""
    low: float | None
    high: float | None
    is_told: bool
    """Distinguishable from a half: drawn filled, else hollow."""
    is_small: bool
    """Of few prompts: drawn pale."""
    colour: str
    value: str
    """The share and its interval in words."""
    pairs: str
    """What was counted, in words."""


def dose_plot(
    points: Sequence[DosePoint],
    look: Look,
    *,
    bins: Sequence[str],
    axis: str,
    width: Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> alt.LayerChart:
    """Shares by bins with intervals: a line a source, a shape a setting, side by side in each bin.

    `bins` are the bins' names from the smallest difference on, `axis` says what they measure.
    A click gives setting, source and the bin (as `group`).
    """
    series = list(dict.fromkeys((item.source, item.setting, item.colour) for item in points))
    tall = len(series) + 0.5
    frame = _frame(points, look)
    x = alt.X(
        "bin:N",
        sort=list(bins),
        scale=alt.Scale(domain=list(bins), paddingInner=0.1, paddingOuter=0.1),
        title=axis,
        axis=_axis(look, labelAngle=0, ticks=False),
    )
    y = alt.Y(
        "share:Q",
        title="the one with more is preferred, %",
        scale=alt.Scale(domain=[0, 100 + _NAME * tall], nice=False),
        axis=_axis(
            look,
            values=[0, 25, 50, 75, 100],
            grid=True,
            gridColor=look.hair,
            ticks=False,
            titleAnchor="start",
        ),
    )
    half = (
        alt.Chart(pd.DataFrame([{"share": 50.0}]))
        .mark_rule(color=look.soft, strokeWidth=1.2, aria=False)
        .encode(y=y)
    )
    step = min(_LANE, _WIDEST / max(len(series) - 1, 1))
    layers: list[alt.Chart] = [half]
    for place, (source, setting, _) in enumerate(series):
        own = frame[(frame["source"] == source) & (frame["setting"] == setting)]
        layers += _series(own, setting, (place - (len(series) - 1) / 2) * step, place, look, x, y)
    return finished(
        alt.LayerChart(layer=[*layers, *_names(series, y)]),
        look,
        width=width,
        height=_HEIGHT + round(_LINE * tall) + (_FOOT if width == "container" else 0),
        title=title,
        caption=caption,
    )


def _frame(points: Sequence[DosePoint], look: Look) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                **asdict(point),
                "factor": "",
                "group": point.bin,
                "fill": point.colour if point.is_told else look.paper,
                "opacity": 0.45 if point.is_small else 1.0,
            }
            for point in points
        ],
        columns=[*DosePoint.__dataclass_fields__, "factor", "group", "fill", "opacity"],
    )


def _series(
    frame: pd.DataFrame,
    setting: str,
    offset: float,
    place: int,
    look: Look,
    x: alt.X,
    y: alt.Y,
) -> list[alt.Chart]:
    stroke = alt.Stroke("colour:N", scale=None, legend=None)
    opacity = alt.Opacity("opacity:Q", scale=None, legend=None)
    base = alt.Chart(frame)
    way = base.mark_line(
        aria=False, strokeWidth=1.2, strokeOpacity=0.45, xOffset=offset, clip=True
    ).encode(x=x, y=y, stroke=stroke)
    lines = (
        alt.Chart(frame[frame["low"].notna()])
        .mark_rule(aria=False, strokeWidth=2.5, strokeOpacity=0.55, xOffset=offset)
        .encode(x=x, y=alt.Y("low:Q"), y2="high:Q", stroke=stroke, opacity=opacity)
    )
    marks = base.mark_point(
        shape=_SHAPES[setting], size=80, aria=False, strokeWidth=2, opacity=1, xOffset=offset
    )
    under = marks.encode(x=x, y=y, fill=alt.value(look.paper), stroke=alt.value(look.paper))
    fill = alt.Fill("fill:N", scale=None, legend=None)
    over = marks.encode(x=x, y=y, fill=fill, stroke=stroke, opacity=opacity)
    told = (
        ("source", "Source"),
        ("setting", "Setting"),
        ("bin", "Difference"),
        ("value", "Preferred"),
        ("pairs", "Pairs"),
    )
    target = (
        base.mark_point(shape="circle", size=300, filled=True, cursor="pointer", xOffset=offset)
        .encode(
            x=x,
            y=y,
            opacity=alt.value(0),
            tooltip=[alt.Tooltip(f"{field}:N", title=name) for field, name in told],
        )
        .add_params(click(f"dose_{place}"))
    )
    return [way, lines, under, over, target]


def _names(series: Sequence[tuple[str, str, str]], y: alt.Y) -> list[alt.Chart]:
    """The series' names in their colours, one below the other, over the shares."""
    frame = pd.DataFrame(
        [
            {
                "name": f"{source} · {setting}",
                "setting": setting,
                "share": 100 + _NAME * (len(series) - place),
                "colour": colour,
            }
            for place, (source, setting, colour) in enumerate(series)
        ]
    )
    colour = alt.Color("colour:N", scale=None, legend=None)
    names = (
        alt.Chart(frame)
        .mark_text(align="left", baseline="middle", fontSize=13, fontWeight=600, limit=500)
        .encode(x=alt.value(16), y=y, text="name:N", color=colour)
    )
    marks = [
        alt.Chart(frame[frame["setting"] == setting])
        .mark_point(shape=shape, size=70, filled=True, opacity=1, aria=False)
        .encode(x=alt.value(6), y=y, color=colour)
        for setting, shape in _SHAPES.items()
    ]
    return [*marks, names]


def _axis(look: Look, **more: Any) -> alt.Axis:
    return alt.Axis(
        labelColor=look.soft,
        labelFontSize=12,
        labelPadding=6,
        titleColor=look.soft,
        titleFontSize=12,
        titleFontWeight="normal",
        titlePadding=10,
        **more,
    )
