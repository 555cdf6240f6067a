"""What the charts of differences from the reference share: their rows, marks and targets."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import pandas as pd

from profile_core.charts.base import Look, click

SHAPES = {"evaluation": "circle", "generation": "diamond"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One factor's influence on a source and on the reference; what it lacks is None or empty."""

    factor: str
    title: str
    """What the factor is called on the axis."""
    source: str
    setting: str
    group: str
    tau: float | None
    tau_low: float | None
    tau_high: float | None
    reference: float | None
    reference_low: float | None
    reference_high: float | None
    difference: float | None
    low: float | None
    high: float | None
    is_told: bool
    """Whether the two can be told apart: drawn filled, else hollow."""
    is_small: bool
    """Of few prompts: drawn pale."""
    absence: str
    """Stands in place of a difference that is not worth showing."""
    colour: str
    value: str
    """The difference and its interval in words."""
    taus: str
    """Both influences in words."""
    q: str


def targets(
    frame: pd.DataFrame, x: str | alt.X, y: alt.Y, layer: str, size: int = 450
) -> alt.Chart:
    """Wide invisible targets: easier to hit than marks, and the ones that listen and tell."""
    told = (
        ("title", "Factor"),
        ("source", "Source"),
        ("setting", "Setting"),
        ("value", "Difference"),
        ("taus", "τ"),
        ("q", "q"),
    )
    points: alt.Chart = (
        alt.Chart(frame)
        .mark_point(shape="circle", size=size, filled=True, cursor="pointer")
        .encode(
            x=x,
            y=y,
            opacity=alt.value(0),
            tooltip=[alt.Tooltip(f"{field}:N", title=name) for field, name in told],
        )
        .add_params(click(layer))
    )
    return points


def marks(frame: pd.DataFrame, look: Look, x: str | alt.X, y: alt.Y, size: int) -> list[alt.Chart]:
    """The sources' marks, by setting, hollow and pale as their rows say, on paper."""
    layers: list[alt.Chart] = []
    paper = alt.value(look.paper)
    for setting, shape in SHAPES.items():
        points = alt.Chart(frame[frame["setting"] == setting]).mark_point(
            shape=shape, size=size, aria=False, strokeWidth=2, opacity=1
        )
        layers.append(points.encode(x=x, y=y, fill=paper, stroke=paper))
        layers.append(
            points.encode(
                x=x,
                y=y,
                fill=alt.Fill("fill:N", scale=None, legend=None),
                stroke=alt.Stroke("colour:N", scale=None, legend=None),
                opacity=alt.Opacity("opacity:Q", scale=None, legend=None),
            )
        )
    return layers
