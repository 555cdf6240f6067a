"""Panels of tau side by side: the axis, ground and headings that charts of rows share.

Panels stand on one axis, so that a chart stays a single view and can be fitted to the width of its
page; each shows -1 to 1 around its own zero.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import altair as alt
import pandas as pd

from profile_core.charts.base import Look, Width, words

TAU_TITLE = "← less is preferred · influence τ · more is preferred →"
PANEL = 2.36
"""From the zero of one panel to the next one's."""
EDGE = -1.0
"""Where words stand that take the place of a mark, from their panel's zero."""
_REACH = 1.08
_AXIS = 60
_TICKS = (-1.0, -0.5, 0.0, 0.5, 1.0)


Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Measure:
    """What the places of a panel, from -1 to 1, stand for."""

    axis: str
    name: str
    """What a value is called when its mark is pointed at."""
    centre: float = 0.0
    reach: float = 1.0
    """What 1 stands for, counted from the centre."""


TAU = Measure(TAU_TITLE, "τ")
PREFERRED = Measure(
    "← less is preferred · how often more is preferred, % · more is preferred →",
    "Preferred",
    50.0,
    50.0,
)
"""For a share in percent, of which a half says nothing."""


def shifts(panels: Sequence[Key]) -> dict[Key, float]:
    """Where each panel's zero stands on the common axis."""
    return {key: place * PANEL for place, key in enumerate(panels)}


def height(rows: int, step: int, width: Width) -> int:
    """The height of a chart of rows with the line of names above them.

    A chart that is fitted to its page has its axis within its height.
    """
    return step * (rows + 1) + (_AXIS if width == "container" else 0)


def rows_axis(rows: Sequence[str], header: str, look: Look) -> alt.Y:
    """A row a factor, from top to bottom, under the line of the panels' names."""
    return alt.Y(
        "title:N",
        sort=[header, *rows],
        title=None,
        scale=alt.Scale(domain=[header, *rows], padding=0.1),
        axis=alt.Axis(
            labelColor=look.ink, labelFontSize=13, labelLimit=300, labelPadding=10, ticks=False
        ),
    )


def ground(
    look: Look,
    panels: int,
    *,
    title: str = "",
    last: float = 1.0,
    measure: Measure = TAU,
) -> list[alt.Chart]:
    """Hair lines at the ticks, and a stronger one at each panel's zero.

    `last` is what the ends of the last panel stand for, where it has a scale of its own.
    """
    lines = pd.DataFrame(
        [
            {"x": tick + place * PANEL, "is_zero": tick == 0}
            for place in range(panels)
            for tick in _TICKS
        ]
    )
    hair = alt.Chart(lines[~lines["is_zero"]]).mark_rule(color=look.hair, aria=False)
    zero = alt.Chart(lines[lines["is_zero"]]).mark_rule(
        color=look.soft, strokeWidth=1.2, aria=False
    )
    axis = _x(look, panels, title or measure.axis, last, measure)
    return [layer.encode(x=axis) for layer in (hair, zero)]


def names(
    panels: Sequence[tuple[str, str]],
    header: str,
    look: Look,
    y: alt.Y,
    notes: Sequence[str] = (),
) -> list[alt.Chart]:
    """The panels' names in their colours, over their zeros; a note may stand below each."""
    frame = pd.DataFrame(
        [
            {"title": header, "x": place * PANEL, "name": name, "colour": colour}
            for place, (name, colour) in enumerate(panels)
        ]
    )
    style = {"fontSize": 13, "limit": {1: 600, 2: 400, 3: 220}.get(len(panels), 190)}
    base = alt.Chart(frame).encode(x="x:Q", y=y)
    colour = alt.Color("colour:N", scale=None, legend=None)
    if not any(notes):
        return words(base.encode(text="name:N", color=colour), look, {**style, "fontWeight": 600})
    frame["note"] = list(notes)
    below = base.encode(text="note:N", color=alt.value(look.soft))
    return [
        *words(
            base.encode(text="name:N", color=colour),
            look,
            {**style, "fontWeight": 600, "yOffset": -8},
        ),
        *words(below, look, {**style, "fontSize": 12, "yOffset": 9}),
    ]


def absences(frame: pd.DataFrame, offset: float, look: Look, y: alt.Y) -> list[alt.Chart]:
    """The words for marks that do not exist, at the edge of their lane: paper under them first."""
    style = {
        "yOffset": offset,
        "align": "left",
        "fontSize": 11,
        "fontStyle": "italic",
        "color": look.soft,
    }
    return words(alt.Chart(frame).encode(x="edge:Q", y=y, text="absence:N"), look, style)


def _x(look: Look, panels: int, title: str, last: float, measure: Measure) -> alt.X:
    ticks = _TICKS if panels < 3 else (-1.0, 0.0, 1.0)
    centred = f"(datum.value - {PANEL} * round(datum.value / {PANEL}))"
    if last != 1.0:
        is_last = f"datum.value > {(panels - 1.5) * PANEL}"
        centred = f"({centred} * ({is_last} ? {last} : 1))"
    words = f"abs({centred}) < 0.01 ? '0' : format({centred}, '+.2~f')"
    if measure.centre:
        words = f"format({measure.centre} + {measure.reach} * {centred}, '.0f')"
    return alt.X(
        "x:Q",
        title=title,
        scale=alt.Scale(domain=[-_REACH, PANEL * (panels - 1) + _REACH], nice=False, zero=False),
        axis=alt.Axis(
            values=[tick + place * PANEL for place in range(panels) for tick in ticks],
            labelExpr=words,
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
