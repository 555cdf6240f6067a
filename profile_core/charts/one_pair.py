"""One pair: what each source's model predicts as the pair is and as changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import altair as alt
import pandas as pd

from profile_core.charts.base import Look, Width, finished
from profile_core.charts.panels import height, rows_axis

HEADER = "source · what it chose"
_STEP = 44
_LANE = 9
_SAME = 0.005
"""Two probabilities this close read as the same number."""
_TICKS = [0, 0.25, 0.5, 0.75, 1]


@dataclass(frozen=True, slots=True)
class Predicted:
    """One source's predicted probability that a is preferred, as it is and as changed."""

    source: str
    before: float
    before_low: float | None
    before_high: float | None
    after: float
    after_low: float | None
    after_high: float | None
    chose: str
    """What it really chose, in a word or two."""
    colour: str
    before_value: str
    after_value: str


def predictions(
    rows: Sequence[Predicted], look: Look, *, width: Width = "container"
) -> alt.LayerChart:
    """A row a source, on a scale from b to a: in grey as it is, below in colour as changed."""
    frame = pd.DataFrame(
        [{**asdict(row), "title": _title(row), "moved": _moved(row)} for row in rows],
        columns=[*Predicted.__dataclass_fields__, "title", "moved"],
    )
    y = rows_axis(list(dict.fromkeys(map(_title, rows))), HEADER, look)
    x = alt.X(
        "x:Q",
        title="← b is preferred · predicted probability that a is · a is preferred →",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(
            values=_TICKS,
            format=".0%",
            labelColor=look.soft,
            labelFontSize=12,
            labelPadding=6,
            titleColor=look.soft,
            titleFontSize=12,
            titleFontWeight="normal",
            titlePadding=10,
            grid=False,
            ticks=False,
        ),
    )
    lines = pd.DataFrame({"x": _TICKS})
    ground = [
        alt.Chart(lines[lines["x"] != 0.5]).mark_rule(color=look.hair, aria=False).encode(x=x),
        alt.Chart(lines[lines["x"] == 0.5])
        .mark_rule(color=look.soft, strokeWidth=1.2, aria=False)
        .encode(x=x),
    ]
    colour = alt.Color("colour:N", scale=None, legend=None)
    way = (
        alt.Chart(frame[frame["moved"].astype(bool)])
        .mark_rule(aria=False, strokeWidth=4.5)
        .encode(x=alt.X("before:Q"), x2="after:Q", y=y, color=colour)
    )
    layers = [*ground, way]
    for side, offset, size, paint in (
        ("before", -_LANE, 65, alt.value(look.soft)),
        ("after", _LANE, 95, colour),
    ):
        layers += _side(frame, side, offset, size, paint, y)
    return finished(
        alt.LayerChart(layer=layers),
        look,
        width=width,
        height=height(len(frame), _STEP, width),
        title="",
        caption=(),
    )


def _side(
    frame: pd.DataFrame, side: str, offset: int, size: int, paint: Any, y: alt.Y
) -> list[alt.Chart]:
    told = [
        alt.Tooltip(f"{field}:N", title=name)
        for field, name in (
            ("source", "Source"),
            ("before_value", "As it is"),
            ("after_value", "As changed"),
            ("chose", "Really"),
        )
    ]
    line = (
        alt.Chart(frame[frame[f"{side}_low"].notna()])
        .mark_rule(aria=False, yOffset=offset, strokeWidth=2.5, strokeOpacity=0.5)
        .encode(x=alt.X(f"{side}_low:Q"), x2=f"{side}_high:Q", y=y, color=paint)
    )
    point = (
        alt.Chart(frame)
        .mark_point(shape="circle", size=size, filled=True, opacity=1, yOffset=offset)
        .encode(x=alt.X(f"{side}:Q"), y=y, color=paint, tooltip=told)
    )
    return [line, point]


def _title(row: Predicted) -> str:
    return f"{row.source} · {row.chose}" if row.chose else row.source


def _moved(row: Predicted) -> bool:
    return abs(row.after - row.before) >= _SAME
