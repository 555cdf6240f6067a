"""What all charts share: the values they take, paper and type, clicks, words, and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt
import vl_convert

Width = int | Literal["container"]
KEYS = ("setting", "source", "factor", "group")
"""What a click on a mark gives: the fields of every named selection."""

_FONT = '"Source Sans", "Source Sans 3", "Helvetica Neue", Arial, sans-serif'


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
    """Stands in place of a number that is not worth showing."""
    prompts: int
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


def svg(chart: alt.LayerChart) -> str:
    """Draw a chart of a set width as SVG, without a browser and without the network."""
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def png(chart: alt.LayerChart, scale: float = 2.0) -> bytes:
    """Draw a chart of a set width as PNG, without a browser and without the network."""
    return bytes(vl_convert.vegalite_to_png(chart.to_json(), scale=scale))


def click(layer: str) -> alt.Parameter:
    """The selection by a click; one a layer, for Vega cannot share one between layers."""
    return alt.selection_point(
        name=f"click_{layer}", fields=list(KEYS), on="click", empty=False, clear=False, toggle=False
    )


def words(base: alt.Chart, look: Look, style: Mapping[str, Any]) -> list[alt.Chart]:
    """Words with paper under them, so that no line crosses them."""
    paper = {**style, "aria": False, "color": look.paper, "stroke": look.paper, "strokeWidth": 6}
    halo = base.encode(color=alt.value(look.paper)).mark_text(baseline="middle", **paper)
    return [halo, base.mark_text(baseline="middle", **style)]


def tooltip(*more: tuple[str, str], value: str = "τ") -> list[alt.Tooltip]:
    """What a mark says when it is pointed at; more are fields with their names."""
    fields = (
        ("title", "Factor"),
        ("source", "Source"),
        ("setting", "Setting"),
        *more,
        ("value", value),
        ("counts", "Pairs"),
        ("q", "q"),
    )
    return [alt.Tooltip(f"{field}:N", title=name) for field, name in fields]


def finished(
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
