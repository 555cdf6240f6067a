"""The dot plot: influences with their intervals, a row a factor, a panel a source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import altair as alt
import pandas as pd

from profile_core.charts.base import Look, Mark, Width, click, finished, tooltip
from profile_core.charts.panels import (
    EDGE,
    PANEL,
    TAU,
    Measure,
    absences,
    ground,
    height,
    names,
    rows_axis,
    shifts,
)

_SHAPES = {"evaluation": "circle", "generation": "diamond"}
_GLYPHS = {"evaluation": "●", "generation": "◆"}


def dot_plot(
    marks: Sequence[Mark],
    look: Look,
    *,
    panels: Sequence[tuple[str, str]],
    rows: Sequence[str],
    reference: Mapping[str, float],
    reference_name: str = "",
    measure: Measure = TAU,
    width: Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> alt.LayerChart:
    """Influences as dots with intervals: a row a factor, a panel a source, a shape a setting.

    `panels` are sources with their colours, `rows` the factors' titles from top to bottom,
    `reference` the tau by title that a bar marks in every panel but the reference's own. A mark
    that has no interval is replaced by the words that say why. `measure` is what a mark's `tau`
    stands for, where it is another share of -1 to 1.
    """
    frame = _mark_frame(marks, look, [name for name, _ in panels])
    settings = [setting for setting in _SHAPES if setting in set(frame["setting"])]
    both = len(settings) > 1
    step = 38 if both else 28
    header = "  ".join(f"{_GLYPHS[setting]} {setting}" for setting in settings) or " "
    y = rows_axis(rows, header, look)
    others = [place for place, (name, _) in enumerate(panels) if name != reference_name]
    bars = _bars(reference, look, others, y, step)
    under, series = ground(look, len(panels), measure=measure), []
    size = 110 if len(panels) < 3 else 80
    for setting in settings:
        offset = 0.0 if not both else (-0.18 if setting == "evaluation" else 0.18) * step
        own = frame[frame["setting"] == setting]
        halo, *words = absences(own[own["absence"] != ""], offset, look, y)
        under.append(halo)
        series += [*_series(own, setting, offset, size, look, y, measure), *words]
    layers = [*under, bars, *series, *names(panels, header, look, y)]
    return finished(
        alt.LayerChart(layer=layers),
        look,
        width=width,
        height=height(len(rows), step, width),
        title=title,
        caption=caption,
    )


def _mark_frame(marks: Sequence[Mark], look: Look, panels: Sequence[str]) -> pd.DataFrame:
    shift = shifts(panels)
    return pd.DataFrame(
        [
            {
                **asdict(mark),
                "fill": mark.colour if mark.is_told else look.paper,
                "opacity": 0.45 if mark.is_small else 1.0,
                "edge": shift[mark.source] + EDGE,
                "x": None if mark.tau is None else mark.tau + shift[mark.source],
                "x_low": None if mark.low is None else mark.low + shift[mark.source],
                "x_high": None if mark.high is None else mark.high + shift[mark.source],
            }
            for mark in marks
        ],
        columns=[
            *Mark.__dataclass_fields__,
            *("fill", "opacity", "edge", "x", "x_low", "x_high"),
        ],
    )


def _bars(
    reference: Mapping[str, float], look: Look, panels: Sequence[int], y: alt.Y, step: int
) -> alt.Chart:
    bars = pd.DataFrame(
        [
            {"title": title, "x": tau + place * PANEL}
            for place in panels
            for title, tau in reference.items()
        ],
        columns=["title", "x"],
    )
    ticks: alt.Chart = (
        alt.Chart(bars)
        .mark_tick(
            orient="vertical",
            thickness=4,
            size=step * 0.72,
            color=look.ink,
            opacity=0.85,
            aria=False,
        )
        .encode(x="x:Q", y=y)
    )
    return ticks


def _series(
    frame: pd.DataFrame,
    setting: str,
    offset: float,
    size: int,
    look: Look,
    y: alt.Y,
    measure: Measure,
) -> list[alt.Chart]:
    drawn = frame[(frame["absence"] == "") & frame["x"].notna()]
    colour = alt.Color("colour:N", scale=None, legend=None)
    opacity = alt.Opacity("opacity:Q", scale=None, legend=None)
    lines = (
        alt.Chart(drawn)
        .mark_rule(aria=False, strokeWidth=2.5, yOffset=offset, strokeOpacity=0.55)
        .encode(x="x_low:Q", x2="x_high:Q", y=y, color=colour, opacity=opacity)
    )
    # Paper under a pale or hollow mark, so that its own line does not cross it.
    points = alt.Chart(drawn).mark_point(
        shape=_SHAPES[setting], size=size, aria=False, strokeWidth=2, yOffset=offset, opacity=1
    )
    under = points.encode(x="x:Q", y=y, fill=alt.value(look.paper), stroke=alt.value(look.paper))
    over = points.encode(
        x="x:Q",
        y=y,
        fill=alt.Fill("fill:N", scale=None, legend=None),
        stroke=alt.Stroke("colour:N", scale=None, legend=None),
        opacity=opacity,
    )
    # A wide invisible target over each mark: easier to hit, and the only one that listens.
    target = (
        alt.Chart(drawn)
        .mark_point(shape="circle", size=500, yOffset=offset, filled=True, cursor="pointer")
        .encode(x="x:Q", y=y, opacity=alt.value(0), tooltip=tooltip(value=measure.name))
        .add_params(click(setting))
    )
    return [lines, under, over, target]
