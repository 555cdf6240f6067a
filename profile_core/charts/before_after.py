"""Before and after: each influence at the baseline, and below it the same in a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import altair as alt
import pandas as pd

from profile_core.charts.base import Look, Width, click, finished
from profile_core.charts.differences import SHAPES
from profile_core.charts.panels import EDGE, absences, ground, height, names, rows_axis, shifts

HEADER = "baseline above · scenario below"
_STEP = 40
_LANE = 0.2 * _STEP
"""How far a lane stands above or below the middle of its row."""
_BOUNDS = ("before", "before_low", "before_high", "after", "after_low", "after_high")
_MORE = ("group", "fill", "opacity", "before_fill", "before_opacity", "edge", "width")


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
    on either gives what names its pairs, as `click_before` and `click_after`.
    """
    shift = shifts([(source, setting) for source, setting, _ in panels])
    frame = _frame(marks, look, shift)
    y = rows_axis(rows, HEADER, look)
    size = 90 if len(panels) < 3 else 70
    under, said = _absent(frame, look, y)
    layers = [
        *ground(look, len(panels)),
        *under,
        _way(frame, y),
        *_lane(frame, "before", -_LANE, look, y, round(size * 0.7)),
        *_lane(frame, "after", _LANE, look, y, size),
        *said,
        _target(frame, "before", -_LANE, y),
        _target(frame, "after", _LANE, y),
        *names(
            [(source, colour) for source, _, colour in panels],
            HEADER,
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
    marks: Sequence[BeforeAfter], look: Look, shift: Mapping[tuple[str, str], float]
) -> pd.DataFrame:
    entries = []
    for mark in marks:
        values = asdict(mark)
        zero = shift[mark.source, mark.setting]
        moved = {name: None if values[name] is None else values[name] + zero for name in _BOUNDS}
        entries.append(
            {
                **values,
                **{f"x_{name}": value for name, value in moved.items()},
                "group": "",
                "fill": mark.colour if mark.is_after_told else look.paper,
                "opacity": 0.45 if mark.is_after_small else 1.0,
                "before_fill": look.soft if mark.is_before_told else look.paper,
                "before_opacity": 0.45 if mark.is_before_small else 1.0,
                "edge": zero + EDGE,
                "width": 4.5 if mark.is_moved else 1.0,
            }
        )
    columns = [*BeforeAfter.__dataclass_fields__, *(f"x_{name}" for name in _BOUNDS), *_MORE]
    return pd.DataFrame(entries, columns=columns)


def _drawn(frame: pd.DataFrame, side: str) -> pd.DataFrame:
    return frame[frame[f"x_{side}"].notna() & (frame[f"{side}_absence"] == "")]


def _absent(frame: pd.DataFrame, look: Look, y: alt.Y) -> tuple[list[alt.Chart], list[alt.Chart]]:
    """The words for numbers that do not exist, and the paper that goes below them."""
    papers, said = [], []
    for side, offset in (("before", -_LANE), ("after", _LANE)):
        words = frame[frame[f"{side}_absence"] != ""]
        paper, text = absences(words.assign(absence=words[f"{side}_absence"]), offset, look, y)
        papers.append(paper)
        said.append(text)
    return papers, said


def _way(frame: pd.DataFrame, y: alt.Y) -> alt.Chart:
    """From the baseline's value to the scenario's, in the middle of the row."""
    both = _drawn(_drawn(frame, "before"), "after")
    way: alt.Chart = (
        alt.Chart(both)
        .mark_rule(aria=False, strokeCap="butt")
        .encode(
            x="x_before:Q",
            x2="x_after:Q",
            y=y,
            color=alt.Color("colour:N", scale=None, legend=None),
            strokeWidth=alt.StrokeWidth("width:Q", scale=None, legend=None),
            opacity=alt.Opacity("opacity:Q", scale=None, legend=None),
        )
    )
    return way


def _lane(
    frame: pd.DataFrame, side: str, offset: float, look: Look, y: alt.Y, size: int
) -> list[alt.Chart]:
    """One side's intervals and marks; marks by setting, hollow and pale as their rows say."""
    is_after = side == "after"
    drawn = _drawn(frame, side)
    stroke = "colour:N" if is_after else None
    opacity = alt.Opacity("opacity:Q" if is_after else "before_opacity:Q", scale=None, legend=None)
    colour = alt.Color(stroke, scale=None, legend=None) if stroke else alt.value(look.soft)
    layers: list[alt.Chart] = [
        alt.Chart(drawn[drawn[f"{side}_low"].notna()])
        .mark_rule(
            aria=False, yOffset=offset, strokeWidth=2.5 if is_after else 2, strokeOpacity=0.55
        )
        .encode(x=f"x_{side}_low:Q", x2=f"x_{side}_high:Q", y=y, color=colour, opacity=opacity)
    ]
    paper = alt.value(look.paper)
    fill = alt.Fill("fill:N" if is_after else "before_fill:N", scale=None, legend=None)
    for setting, shape in SHAPES.items():
        own = drawn[drawn["setting"] == setting]
        if not len(own):
            continue
        points = (
            alt.Chart(own)
            .mark_point(
                shape=shape, size=size, aria=False, strokeWidth=2, yOffset=offset, opacity=1
            )
            .encode(x=f"x_{side}:Q", y=y)
        )
        # Paper under a pale or hollow mark, so that its own line does not cross it.
        layers.append(points.encode(fill=paper, stroke=paper))
        layers.append(
            points.encode(
                fill=fill,
                stroke=alt.Stroke(stroke, scale=None, legend=None)
                if stroke
                else alt.value(look.soft),
                opacity=opacity,
            )
        )
    return layers


def _target(frame: pd.DataFrame, side: str, offset: float, y: alt.Y) -> alt.Chart:
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
        alt.Chart(_drawn(frame, side))
        .mark_point(shape="circle", size=260, filled=True, yOffset=offset, cursor="pointer")
        .encode(
            x=f"x_{side}:Q",
            y=y,
            opacity=alt.value(0),
            tooltip=[alt.Tooltip(f"{field}:N", title=name) for field, name in told],
        )
        .add_params(click(side))
    )
    return points
