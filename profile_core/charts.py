"""Charts as values: plain functions from rows to an `alt.Chart`, never drawn inside.

Pages and reports use it. Names that come from data are only ever values in the data of a chart:
no field name, expression, address or format is made from them. Colours come from the caller, so
that a chart sits on the paper it is put on; a `Look` is one theme.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import altair as alt
import pandas as pd
import vl_convert

from profile_core.text import numbers

Width = int | Literal["container"]
KEYS = ("setting", "source", "factor", "group")
"""What a click on a mark gives: the fields of every named selection."""

_FONT = '"Source Sans", "Source Sans 3", "Helvetica Neue", Arial, sans-serif'
_PANEL = 2.36
"""Panels stand side by side on one axis, so that a chart stays a single view and can be fitted to
the width of its page; each shows -1 to 1 around its own zero."""
_SHAPES = {"evaluation": "circle", "generation": "diamond"}
_GLYPHS = {"evaluation": "●", "generation": "◆"}


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of one theme, as `#rrggbb`; negative and positive are the ends of a scale."""

    paper: str
    ink: str
    soft: str
    hair: str
    negative: str
    positive: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One influence in a dot plot or heat map; what it lacks is None or empty."""

    factor: str
    title: str
    """What the factor is called on the axis."""
    source: str
    setting: str
    """`evaluation` or `generation`."""
    group: str
    tau: float | None
    low: float | None
    high: float | None
    is_told: bool
    """Distinguishable from none: drawn filled, else hollow."""
    is_small: bool
    """Of few prompts: drawn pale."""
    absence: str
    """Stands in place of an interval that does not exist."""
    colour: str
    value: str
    """Tau and its interval in words."""
    counts: str
    """Concordant, discordant and tied pairs in words."""
    q: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a heat map of factors with each other."""

    first: str
    second: str
    tau: float | None
    pairs: str


def dot_plot(
    marks: Sequence[Mark],
    look: Look,
    *,
    panels: Sequence[tuple[str, str]],
    rows: Sequence[str],
    reference: Mapping[str, float],
    reference_name: str = "",
    width: Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> alt.LayerChart:
    """Influences as dots with intervals: a row a factor, a panel a source, a shape a setting.

    `panels` are sources with their colours, `rows` the factors' titles from top to bottom,
    `reference` the tau by title that a bar marks in every panel but the reference's own. A mark
    that has no interval is replaced by the words that say why.
    """
    frame = _mark_frame(marks, look, [name for name, _ in panels])
    settings = [setting for setting in _SHAPES if setting in set(frame["setting"])]
    both = len(settings) > 1
    step = 38 if both else 28
    header = "  ".join(f"{_GLYPHS[setting]} {setting}" for setting in settings) or " "
    y = alt.Y(
        "title:N",
        sort=[header, *rows],
        title=None,
        scale=alt.Scale(domain=[header, *rows], padding=0.1),
        axis=alt.Axis(
            labelColor=look.ink, labelFontSize=13, labelLimit=300, labelPadding=10, ticks=False
        ),
    )
    others = [place for place, (name, _) in enumerate(panels) if name != reference_name]
    bars = _bars(reference, look, others, y, step)
    ground, series = _ground(look, len(panels)), []
    size = 110 if len(panels) < 3 else 80
    for setting in settings:
        offset = 0.0 if not both else (-0.2 if setting == "evaluation" else 0.2) * step
        own = frame[frame["setting"] == setting]
        halo, *words = _absences(own, offset, look, y)
        ground.append(halo)
        series += [*_series(own, setting, offset, size, look, y), *words]
    layers = [*ground, bars, *series, *_panel_names(panels, header, look, y)]
    return _finished(
        alt.LayerChart(layer=layers),
        look,
        width=width,
        height=step * (len(rows) + 1),
        title=title,
        caption=caption,
    )


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

    Cells that cannot be told from none are hollow; those without an estimate say so.
    """
    frame = pd.DataFrame(
        [
            {
                **asdict(mark),
                "fill": 1.0 if mark.is_told else 0.0,
                "opacity": 0.55 if mark.is_small else 1.0,
                "ink": look.paper if mark.is_told and abs(mark.tau or 0) > 0.55 else look.ink,
                "words": numbers.decimal(mark.tau) if not mark.absence else mark.absence,
                "row": mark.title,
                "column": mark.group,
            }
            for mark in marks
        ]
    )
    tooltip = _tooltip(("column", "Group"))
    return _grid(frame, look, columns, rows, width, title, caption, tooltip, clickable=True)


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
                "ink": look.paper if abs(cell.tau or 0) > 0.55 else look.ink,
                "words": numbers.decimal(cell.tau),
                "pairs": cell.pairs,
            }
            for cell in cells
            if place[cell.first] > place[cell.second]
        ]
    )
    tooltip = [
        alt.Tooltip("row:N", title="Factor"),
        alt.Tooltip("column:N", title="With"),
        alt.Tooltip("words:N", title="Agreement"),
        alt.Tooltip("pairs:N", title="Pairs"),
    ]
    return _grid(frame, look, names[:-1], names[1:], width, title, caption, tooltip)


def svg(chart: alt.LayerChart) -> str:
    """Draw a chart of a set width as SVG, without a browser and without the network."""
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def png(chart: alt.LayerChart, scale: float = 2.0) -> bytes:
    """Draw a chart of a set width as PNG, without a browser and without the network."""
    return bytes(vl_convert.vegalite_to_png(chart.to_json(), scale=scale))


def _mark_frame(marks: Sequence[Mark], look: Look, panels: Sequence[str]) -> pd.DataFrame:
    shift = {name: place * _PANEL for place, name in enumerate(panels)}
    return pd.DataFrame(
        [
            {
                **asdict(mark),
                "fill": mark.colour if mark.is_told else look.paper,
                "opacity": 0.45 if mark.is_small else 1.0,
                "centre": shift[mark.source],
                "x": None if mark.tau is None else mark.tau + shift[mark.source],
                "x_low": None if mark.low is None else mark.low + shift[mark.source],
                "x_high": None if mark.high is None else mark.high + shift[mark.source],
            }
            for mark in marks
        ],
        columns=[
            *Mark.__dataclass_fields__,
            *("fill", "opacity", "centre", "x", "x_low", "x_high"),
        ],
    )


def _x(field: str, look: Look, panels: int) -> alt.X:
    ticks = (-1.0, -0.5, 0.0, 0.5, 1.0) if panels < 3 else (-1.0, 0.0, 1.0)
    centred = f"datum.value - {_PANEL} * round(datum.value / {_PANEL})"
    return alt.X(
        field,
        title="← less is preferred · influence τ · more is preferred →",
        scale=alt.Scale(domain=[-1.08, _PANEL * (panels - 1) + 1.08], nice=False, zero=False),
        axis=alt.Axis(
            values=[tick + place * _PANEL for place in range(panels) for tick in ticks],
            labelExpr=f"abs({centred}) < 0.01 ? '0' : format({centred}, '+.1~f')",
            labelColor=look.soft,
            labelFontSize=12,
            labelPadding=6,
            labelOverlap=False,
            titleColor=look.soft,
            titleFontSize=12,
            titleFontWeight="normal",
            titlePadding=10,
            grid=False,
            ticks=False,
        ),
    )


def _ground(look: Look, panels: int) -> list[alt.Chart]:
    """Hair lines at the ticks, and a stronger one at each panel's zero."""
    lines = pd.DataFrame(
        [
            {"x": tick + place * _PANEL, "is_zero": tick == 0}
            for place in range(panels)
            for tick in (-1.0, -0.5, 0.0, 0.5, 1.0)
        ]
    )
    ground = alt.Chart(lines[~lines["is_zero"]]).mark_rule(color=look.hair)
    zero = alt.Chart(lines[lines["is_zero"]]).mark_rule(color=look.soft, strokeWidth=1.2)
    return [layer.encode(x=_x("x:Q", look, panels)) for layer in (ground, zero)]


def _bars(
    reference: Mapping[str, float], look: Look, panels: Sequence[int], y: alt.Y, step: int
) -> alt.Chart:
    bars = pd.DataFrame(
        [
            {"title": title, "x": tau + place * _PANEL}
            for place in panels
            for title, tau in reference.items()
        ],
        columns=["title", "x"],
    )
    ticks: alt.Chart = (
        alt.Chart(bars)
        .mark_tick(orient="vertical", thickness=4, size=step * 0.72, color=look.ink, opacity=0.85)
        .encode(x="x:Q", y=y)
    )
    return ticks


def _series(
    frame: pd.DataFrame, setting: str, offset: float, size: int, look: Look, y: alt.Y
) -> list[alt.Chart]:
    drawn = frame[(frame["absence"] == "") & frame["x"].notna()]
    colour = alt.Color("colour:N", scale=None, legend=None)
    opacity = alt.Opacity("opacity:Q", scale=None, legend=None)
    lines = (
        alt.Chart(drawn)
        .mark_rule(strokeWidth=2.5, yOffset=offset, strokeOpacity=0.55)
        .encode(x="x_low:Q", x2="x_high:Q", y=y, color=colour, opacity=opacity)
    )
    # Paper under a pale or hollow mark, so that its own line does not cross it.
    points = alt.Chart(drawn).mark_point(
        shape=_SHAPES[setting], size=size, strokeWidth=2, yOffset=offset, opacity=1
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
        .encode(x="x:Q", y=y, opacity=alt.value(0), tooltip=_tooltip())
        .add_params(_click(setting))
    )
    return [lines, under, over, target]


def _absences(frame: pd.DataFrame, offset: float, look: Look, y: alt.Y) -> list[alt.Chart]:
    """The words for marks that do not exist, in their lane: paper under them first."""
    absent = frame[frame["absence"] != ""]
    style = {"yOffset": offset, "fontSize": 11, "fontStyle": "italic", "color": look.soft}
    return _words(alt.Chart(absent).encode(x="centre:Q", y=y, text="absence:N"), look, style)


def _panel_names(
    panels: Sequence[tuple[str, str]], header: str, look: Look, y: alt.Y
) -> list[alt.Chart]:
    names = pd.DataFrame(
        [
            {"title": header, "x": place * _PANEL, "name": name, "colour": colour}
            for place, (name, colour) in enumerate(panels)
        ]
    )
    limit = {1: 600, 2: 400, 3: 260}.get(len(panels), 190)
    return _words(
        alt.Chart(names).encode(
            x="x:Q", y=y, text="name:N", color=alt.Color("colour:N", scale=None, legend=None)
        ),
        look,
        {"fontSize": 13, "fontWeight": 600, "limit": limit},
    )


def _words(base: alt.Chart, look: Look, style: Mapping[str, Any]) -> list[alt.Chart]:
    """Words with paper under them, so that no line crosses them."""
    paper = {**style, "color": look.paper, "stroke": look.paper, "strokeWidth": 6}
    halo = base.encode(color=alt.value(look.paper)).mark_text(baseline="middle", **paper)
    return [halo, base.mark_text(baseline="middle", **style)]


def _click(layer: str) -> alt.Parameter:
    """The selection by a click; one a layer, for Vega cannot share one between layers."""
    return alt.selection_point(
        name=f"click_{layer}", fields=list(KEYS), on="click", empty=False, clear=False, toggle=False
    )


def _grid(
    frame: pd.DataFrame,
    look: Look,
    columns: Sequence[str],
    rows: Sequence[str],
    width: Width,
    title: str,
    caption: Sequence[str],
    tooltip: Sequence[alt.Tooltip],
    *,
    clickable: bool = False,
) -> alt.LayerChart:
    scale = alt.Scale(
        domain=[-1, 0, 1], range=[look.negative, look.paper, look.positive], interpolate="lab"
    )
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
            labelAngle=0 if len(columns) < 7 else -40,
            labelLimit=170,
            **label,
        ),
    )
    y = alt.Y(
        "row:N",
        sort=list(rows),
        title=None,
        scale=alt.Scale(domain=list(rows)),
        axis=alt.Axis(labelLimit=260, **label),
    )
    base = alt.Chart(frame).encode(x=x, y=y)
    cells: alt.Chart = base.mark_rect(stroke=look.hair, strokeWidth=1, cornerRadius=2).encode(
        fill=alt.Fill("tau:Q", scale=scale, legend=None),
        fillOpacity=alt.FillOpacity("fill:Q", scale=None, legend=None),
        opacity=alt.Opacity("opacity:Q", scale=None, legend=None),
        tooltip=list(tooltip),
    )
    if clickable:
        cells = cells.add_params(_click("cell"))
    figures = base.mark_text(fontSize=12, limit=110).encode(
        text="words:N", color=alt.Color("ink:N", scale=None, legend=None)
    )
    return _finished(
        alt.LayerChart(layer=[cells, figures]),
        look,
        width=width,
        height=30 * max(len(rows), 1),
        title=title,
        caption=caption,
    )


def _tooltip(*more: tuple[str, str]) -> list[alt.Tooltip]:
    fields = (
        ("title", "Factor"),
        ("source", "Source"),
        ("setting", "Setting"),
        *more,
        ("value", "τ"),
        ("counts", "Pairs"),
        ("q", "q"),
    )
    return [alt.Tooltip(f"{field}:N", title=name) for field, name in fields]


def _finished(
    chart: alt.LayerChart,
    look: Look,
    *,
    width: Width,
    height: int,
    title: str,
    caption: Sequence[str],
) -> alt.LayerChart:
    """Set size, type and paper; a title only where the chart stands alone."""
    size: dict[str, Any] = {"width": width, "height": height}
    if title:
        size["title"] = alt.TitleParams(
            text=title,
            subtitle=list(caption),
            anchor="start",
            frame="bounds",
            fontSize=17,
            fontWeight=600,
            color=look.ink,
            subtitleColor=look.soft,
            subtitleFontSize=12,
            subtitlePadding=6,
            offset=14,
        )
    finished: alt.LayerChart = (
        chart.properties(**size)
        .configure(background=look.paper, font=_FONT, padding=8)
        .configure_view(stroke=None)
        .configure_axis(domain=False, grid=False)
    )
    return finished
