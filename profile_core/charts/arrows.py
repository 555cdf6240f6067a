"""Arrows: how influences move when people's labels take the place of automatic ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import altair as alt
import pandas as pd

from profile_core.charts.base import Look, Width, click, finished
from profile_core.charts.panels import EDGE, absences, ground, height, names, rows_axis, shifts

_STEP = 36
_STILL = 0.005
"""Two influences this close read as the same number, so nothing points anywhere."""
_BESIDE = 0.06
"""Where words begin if the first value stands where they usually do, from their panel's zero."""
_HEADS = {"more": ("triangle-right", 1), "less": ("triangle-left", -1), "still": ("circle", 0)}
"""The shape of an arrow's head, and how far it reaches beyond its middle, in half its size."""
_BOUNDS = ("before", "before_low", "before_high", "after", "after_low", "after_high")


@dataclass(frozen=True, slots=True)
class Arrow:
    """One influence before and after; what it lacks is None or empty."""

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
    is_told: bool
    """Whether the two can be told apart: drawn filled, else hollow."""
    is_small: bool
    """Of few prompts: drawn pale."""
    absence: str
    """Stands in place of the arrow where there is no second value."""
    colour: str
    before_value: str
    """In words, with its interval, as are the others."""
    after_value: str
    difference: str
    labels: str
    """How many labels the second value rests on."""


def arrow_plot(
    arrows: Sequence[Arrow],
    look: Look,
    *,
    panels: Sequence[tuple[str, str, str]],
    rows: Sequence[str],
    header: str = "",
    width: Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> alt.LayerChart:
    """Two values of each influence: a bar and its pale band before, an arrow and its line after.

    A row a factor, `rows` their titles from top to bottom; a panel a source in a setting, `panels`
    these two with the colour; `header` says beside them what the two values are. The arrow runs
    from the first value to the second and points where it moved; two values that read as the same
    number have a dot in its place.
    """
    shift = shifts([(source, setting) for source, setting, _ in panels])
    frame = _frame(arrows, look, shift)
    header = header or " "
    y = rows_axis(rows, header, look)
    halo, said = absences(frame[frame["absence"] != ""], 0.0, look, y)
    layers = [
        *ground(look, len(panels)),
        halo,
        *_before(frame, look, y),
        *_after(frame, look, y, 130 if len(panels) < 3 else 90),
        said,
        _target(frame, y),
        *names(
            [(source, colour) for source, _, colour in panels],
            header,
            look,
            y,
            [setting for _, setting, _ in panels],
        ),
    ]
    return finished(
        alt.LayerChart(layer=layers),
        look,
        width=width,
        height=height(len(rows), _STEP, width),
        title=title,
        caption=caption,
    )


def _frame(
    arrows: Sequence[Arrow], look: Look, shift: Mapping[tuple[str, str], float]
) -> pd.DataFrame:
    entries = []
    for arrow in arrows:
        values = asdict(arrow)
        zero = shift[arrow.source, arrow.setting]
        moved = {name: None if values[name] is None else values[name] + zero for name in _BOUNDS}
        entries.append(
            {
                **values,
                **{f"x_{name}": value for name, value in moved.items()},
                "group": "",
                "x_target": moved["before"] if moved["after"] is None else moved["after"],
                "head": _direction(arrow),
                "fill": arrow.colour if arrow.is_told else look.paper,
                "opacity": 0.45 if arrow.is_small else 1.0,
                "edge": zero + (EDGE if (arrow.before or 0.0) >= 0 else _BESIDE),
            }
        )
    more = ("group", "x_target", "head", "fill", "opacity", "edge")
    columns = [*Arrow.__dataclass_fields__, *(f"x_{name}" for name in _BOUNDS), *more]
    return pd.DataFrame(entries, columns=columns)


def _direction(arrow: Arrow) -> str:
    if arrow.before is None or arrow.after is None:
        return "still"
    moved = arrow.after - arrow.before
    return "still" if abs(moved) < _STILL else "more" if moved > 0 else "less"


def _before(frame: pd.DataFrame, look: Look, y: alt.Y) -> list[alt.Chart]:
    base = alt.Chart(frame[frame["x_before"].notna()])
    band = base.mark_rule(
        aria=False, color=look.soft, strokeWidth=11, strokeCap="butt", opacity=0.22
    ).encode(x="x_before_low:Q", x2="x_before_high:Q", y=y)
    bar = base.mark_tick(
        aria=False, orient="vertical", color=look.soft, thickness=3, size=17, opacity=1
    ).encode(x="x_before:Q", y=y)
    return [band, bar]


def _after(frame: pd.DataFrame, look: Look, y: alt.Y, size: int) -> list[alt.Chart]:
    drawn = frame[frame["x_after"].notna() & (frame["absence"] == "")]
    colour = alt.Color("colour:N", scale=None, legend=None)
    stroke = alt.Stroke("colour:N", scale=None, legend=None)
    fill = alt.Fill("fill:N", scale=None, legend=None)
    opacity = alt.Opacity("opacity:Q", scale=None, legend=None)
    line = (
        alt.Chart(drawn)
        .mark_rule(aria=False, strokeWidth=2, strokeOpacity=0.6)
        .encode(x="x_after_low:Q", x2="x_after_high:Q", y=y, color=colour, opacity=opacity)
    )
    layers = [line]
    paper = alt.value(look.paper)
    half = math.sqrt(size) / 2
    for head, (shape, ahead) in _HEADS.items():
        base = alt.Chart(drawn[drawn["head"] == head])
        # The tip, not the middle, stands at the value, and the shaft ends where the head begins.
        shaft: dict[str, Any] = {"aria": False, "x2Offset": -ahead * 2 * half}
        run: dict[str, Any] = {"x": alt.X("x_before:Q"), "x2": alt.X2("x_after:Q"), "y": y}
        hollow = alt.Chart(drawn[(drawn["head"] == head) & ~drawn["is_told"].astype(bool)])
        points = base.mark_point(
            shape=shape, size=size, aria=False, strokeWidth=2, opacity=1, xOffset=-ahead * half
        ).encode(x="x_after:Q", y=y)
        layers += [
            base.mark_rule(strokeWidth=5, **shaft).encode(**run, color=colour, opacity=opacity),
            hollow.mark_rule(strokeWidth=1.8, color=look.paper, **shaft).encode(**run),
            # Paper under a pale or hollow head, so that its own lines do not cross it.
            points.encode(fill=paper, stroke=paper),
            points.encode(fill=fill, stroke=stroke, opacity=opacity),
        ]
    return layers


def _target(frame: pd.DataFrame, y: alt.Y) -> alt.Chart:
    """A wide invisible target over each arrow's head: easier to hit, and the one that listens."""
    told = [
        ("title", "Factor"),
        ("source", "Source"),
        ("setting", "Setting"),
        ("before_value", "Before"),
        ("after_value", "After"),
        ("difference", "Difference"),
        ("labels", "Labels"),
    ]
    points: alt.Chart = (
        alt.Chart(frame[frame["x_target"].notna()])
        .mark_point(shape="circle", size=500, filled=True, cursor="pointer")
        .encode(
            x="x_target:Q",
            y=y,
            opacity=alt.value(0),
            tooltip=[alt.Tooltip(f"{field}:N", title=name) for field, name in told],
        )
        .add_params(click("arrow"))
    )
    return points
