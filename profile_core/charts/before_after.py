"""Before and after: each influence at the baseline, and below it the same in a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from profile_core.charts.base import Look, Width, click, finished, words
from profile_core.charts.differences import SHAPES
from profile_core.charts.panels import EDGE, ground, height, names, rows_axis, shifts

HEADER = "baseline above · scenario below"
_STEP = 40
_LANE = 0.2 * _STEP
"""How far a lane stands above or below the middle of its row."""
_BOUNDS = ("before", "before_low", "before_high", "after", "after_low", "after_high")
_MARKS = "marks"
"""What the one data set is called that a new scenario changes."""
_MORE = ("after_fill", "after_opacity", "before_fill", "before_opacity", "edge", "width")


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """One influence at the baseline and in a scenario; what it lacks is None or empty."""

    factor: str
    title: str
    """What the factor is called on the axis."""
    source: str
    setting: str
    before: float | None
    before_low: float | None
    before_high: float | None
    after: float | None
    after_low: float | None
    after_high: float | None
    is_before_told: bool
    """Distinguishable from no influence: drawn filled, else hollow."""
    is_after_told: bool
    is_moved: bool
    """Whether the two can be told apart: the way between them is drawn strong, else thin."""
    is_before_small: bool
    """Of few prompts: drawn pale."""
    is_after_small: bool
    before_absence: str
    """Stands in place of a number that is not worth showing."""
    after_absence: str
    colour: str
    before_value: str
    """In words, with its interval, as are the others."""
    after_value: str
    difference: str
    q: str
    """Of the difference."""


def before_after(
    marks: Sequence[BeforeAfter],
    look: Look,
    *,
    panels: Sequence[tuple[str, str, str]],
    rows: Sequence[str],
    width: Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> alt.LayerChart:
    """Two influences a factor, one above the other, with intervals and the way between them.

    A row a factor, `rows` their titles from top to bottom; a panel a source in a setting, `panels`
    these two with the colour. The baseline is grey, the scenario has its source's colour. A click
    gives what names the mark's pairs, with the side, `before` or `after`, as its group.
    """
    return finished(
        alt.LayerChart(layer=_layers(look, panels, rows), data=_frame(marks, look, panels)),
        look,
        width=width,
        height=height(len(rows), _STEP, width),
        title=title,
        caption=caption,
    )


def before_after_spec(
    marks: Sequence[BeforeAfter],
    look: Look,
    *,
    panels: Sequence[tuple[str, str, str]],
    rows: Sequence[str],
) -> dict[str, Any]:
    """The same for a page, as a specification: made once for its panels and rows.

    While a slider moves only the data set changes, so that neither is the chart built again here
    nor the page's drawing of it.
    """
    template = _template(look, tuple(panels), tuple(rows))
    return {**template, "datasets": {_MARKS: _frame(marks, look, panels)}}


@lru_cache(maxsize=32)
def _template(
    look: Look, panels: tuple[tuple[str, str, str], ...], rows: tuple[str, ...]
) -> dict[str, Any]:
    chart = finished(
        alt.LayerChart(layer=_layers(look, panels, rows), data=alt.NamedData(name=_MARKS)),
        look,
        width="container",
        height=height(len(rows), _STEP, "container"),
        title="",
        caption=(),
    )
    spec: dict[str, Any] = chart.to_dict()
    constant = spec.pop("datasets", {})
    for layer in spec["layer"]:
        if "data" in layer:
            layer["data"] = {"values": constant[layer["data"]["name"]]}
    return spec


def _layers(
    look: Look, panels: Sequence[tuple[str, str, str]], rows: Sequence[str]
) -> list[alt.Chart]:
    y = rows_axis(rows, HEADER, look)
    size = 90 if len(panels) < 3 else 70
    before, after = (
        _Side("before", -_LANE, alt.value(look.soft), alt.value(look.soft)),
        _Side("after", _LANE, _own(alt.Color, "colour"), _own(alt.Stroke, "colour")),
    )
    return [
        *ground(look, len(panels)),
        *_absent(before, look, y)[:1],
        *_absent(after, look, y)[:1],
        _way(y),
        *_lane(before, look, y, round(size * 0.7)),
        *_lane(after, look, y, size),
        *_absent(before, look, y)[1:],
        *_absent(after, look, y)[1:],
        _target(before, y),
        _target(after, y),
        *names(
            [(source, colour) for source, _, colour in panels],
            HEADER,
            look,
            y,
            [setting for _, setting, _ in panels],
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two lanes: the prefix of its fields, its place, and its colours."""

    name: str
    offset: float
    line: Any
    stroke: Any

    @property
    def drawn(self) -> alt.Chart:
        """The marks that have a number worth showing."""
        return alt.Chart().transform_filter(_is_drawn(self.name))


def _is_drawn(side: str) -> Any:
    return {"and": [_is_there(f"x_{side}"), {"field": f"{side}_absence", "equal": ""}]}


def _is_there(field: str) -> Any:
    return {"field": field, "valid": True}


def _is_not(field: str) -> Any:
    return {"not": {"field": field, "equal": ""}}


def _own(channel: Any, field: str) -> Any:
    """Take a channel's value from a field as it is."""
    return channel(f"{field}:{'N' if channel is not alt.Opacity else 'Q'}", scale=None, legend=None)


def _frame(
    marks: Sequence[BeforeAfter], look: Look, panels: Sequence[tuple[str, str, str]]
) -> pd.DataFrame:
    shift: Mapping[tuple[str, str], float] = shifts(
        [(source, setting) for source, setting, _ in panels]
    )
    entries = []
    for mark in marks:
        values = asdict(mark)
        zero = shift[mark.source, mark.setting]
        moved = {name: None if values[name] is None else values[name] + zero for name in _BOUNDS}
        entries.append(
            {
                **values,
                **{f"x_{name}": value for name, value in moved.items()},
                "after_fill": mark.colour if mark.is_after_told else look.paper,
                "after_opacity": 0.45 if mark.is_after_small else 1.0,
                "before_fill": look.soft if mark.is_before_told else look.paper,
                "before_opacity": 0.45 if mark.is_before_small else 1.0,
                "edge": zero + EDGE,
                "width": 4.5 if mark.is_moved else 1.0,
            }
        )
    columns = [*BeforeAfter.__dataclass_fields__, *(f"x_{name}" for name in _BOUNDS), *_MORE]
    frame = pd.DataFrame(entries, columns=columns)
    numbers = [name for name in columns if name in _BOUNDS or name.startswith("x_")]
    # A column of nothing but None is to be one of numbers, too.
    return frame.astype(dict.fromkeys(numbers, "float64"))


def _absent(side: _Side, look: Look, y: alt.Y) -> list[alt.Chart]:
    """The words for numbers that do not exist: the paper below them, then they themselves."""
    base = (
        alt.Chart()
        .transform_filter(_is_not(f"{side.name}_absence"))
        .encode(x="edge:Q", y=y, text=f"{side.name}_absence:N")
    )
    style = {
        "yOffset": side.offset,
        "align": "left",
        "fontSize": 11,
        "fontStyle": "italic",
        "color": look.soft,
    }
    return words(base, look, style)


def _way(y: alt.Y) -> alt.Chart:
    """From the baseline's value to the scenario's, in the middle of the row."""
    way: alt.Chart = (
        alt.Chart()
        .transform_filter(_is_drawn("before"))
        .transform_filter(_is_drawn("after"))
        .mark_rule(aria=False, strokeCap="butt")
        .encode(
            x="x_before:Q",
            x2="x_after:Q",
            y=y,
            color=_own(alt.Color, "colour"),
            strokeWidth=alt.StrokeWidth("width:Q", scale=None, legend=None),
            opacity=_own(alt.Opacity, "after_opacity"),
        )
    )
    return way


def _lane(side: _Side, look: Look, y: alt.Y, size: int) -> list[alt.Chart]:
    """One side's intervals and marks; marks by setting, hollow and pale as their rows say."""
    name = side.name
    opacity = _own(alt.Opacity, f"{name}_opacity")
    interval = (
        side.drawn.transform_filter(_is_there(f"x_{name}_low"))
        .mark_rule(aria=False, yOffset=side.offset, strokeWidth=2.5, strokeOpacity=0.5)
        .encode(x=f"x_{name}_low:Q", x2=f"x_{name}_high:Q", y=y, color=side.line, opacity=opacity)
    )
    points = side.drawn.mark_point(
        size=size, aria=False, strokeWidth=2, yOffset=side.offset, opacity=1
    ).encode(
        x=f"x_{name}:Q",
        y=y,
        shape=alt.Shape(
            "setting:N",
            scale=alt.Scale(domain=list(SHAPES), range=list(SHAPES.values())),
            legend=None,
        ),
    )
    paper = alt.value(look.paper)
    return [
        interval,
        # Paper under a pale or hollow mark, so that its own line does not cross it.
        points.encode(fill=paper, stroke=paper),
        points.encode(fill=_own(alt.Fill, f"{name}_fill"), stroke=side.stroke, opacity=opacity),
    ]


def _target(side: _Side, y: alt.Y) -> alt.Chart:
    """Wide invisible targets over one side's marks: the ones that listen and tell."""
    told = [
        ("title", "Factor"),
        ("source", "Source"),
        ("setting", "Setting"),
        ("before_value", "Baseline"),
        ("after_value", "Scenario"),
        ("difference", "Difference"),
        ("q", "q"),
    ]
    points: alt.Chart = (
        # Vega tells every selection of a click on any layer: the group says whose mark it was.
        side.drawn.transform_calculate(group=f"'{side.name}'")
        .mark_point(shape="circle", size=260, filled=True, yOffset=side.offset, cursor="pointer")
        .encode(
            x=f"x_{side.name}:Q",
            y=y,
            opacity=alt.value(0),
            tooltip=[alt.Tooltip(f"{field}:N", title=name) for field, name in told],
        )
        .add_params(click(side.name))
    )
    return points
