"""A source's influences against the reference's: on the diagonal the two agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import altair as alt
import pandas as pd

from profile_core.charts.base import Look, Width, finished, words
from profile_core.charts.differences import Difference, marks, targets
from profile_core.charts.panels import PANEL, ground

_SIDE = 430
"""The height of a panel, for which names are set apart."""
_CHARACTER, _LINE = 0.031, 0.085
"""The width of a letter and the height of a line, in units of tau."""
_REACH = 1.08


def scatter(
    differences: Sequence[Difference],
    look: Look,
    *,
    panels: Sequence[str],
    width: Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> alt.LayerChart:
    """A panel a setting, in the order given; each factor's tau by the reference's, with intervals.

    Factors that can be told from the reference are filled, and named where there is room.
    """
    frame = _frame(differences, look, panels)
    y = alt.Y(
        "tau:Q",
        title="τ of the source",
        scale=alt.Scale(domain=[-_REACH, _REACH], nice=False, zero=False),
        axis=alt.Axis(
            values=[-1, -0.5, 0, 0.5, 1],
            labelExpr="datum.value == 0 ? '0' : format(datum.value, '+.1~f')",
            labelColor=look.soft,
            labelFontSize=12,
            titleColor=look.soft,
            titleFontSize=12,
            titleFontWeight="normal",
            ticks=False,
            labelPadding=6,
        ),
    )
    shown = frame[frame["x"].notna() & frame["tau"].notna() & (frame["absence"] == "")]
    layers = [
        *ground(look, max(len(panels), 1), title="τ of the reference"),
        *_lines(len(panels), look, y),
        *_intervals(shown, y),
        *marks(shown, look, "x:Q", y, 70),
        targets(shown, "x:Q", y, "scatter", 300),
        *_names(shown, look, y),
        *_headings(panels, look, y),
    ]
    return finished(
        alt.LayerChart(layer=layers),
        look,
        width=width,
        height=_SIDE + (60 if width == "container" else 0),
        title=title,
        caption=caption,
    )


def _frame(differences: Sequence[Difference], look: Look, panels: Sequence[str]) -> pd.DataFrame:
    entries = []
    for item in differences:
        if item.setting not in panels:
            continue
        zero = panels.index(item.setting) * PANEL
        values = asdict(item)
        moved = {
            name: None if value is None else value + zero
            for name, value in (
                ("x", item.reference),
                ("x_low", item.reference_low),
                ("x_high", item.reference_high),
            )
        }
        entries.append(
            {
                **values,
                **moved,
                "fill": item.colour if item.is_told else look.paper,
                "opacity": 0.45 if item.is_small else 1.0,
            }
        )
    more = ("x", "x_low", "x_high", "fill", "opacity")
    return pd.DataFrame(entries, columns=[*Difference.__dataclass_fields__, *more])


def _lines(panels: int, look: Look, y: alt.Y) -> list[alt.Chart]:
    """Where both agree, and where the source has no influence."""
    ends = pd.DataFrame(
        [
            {"x": place * PANEL - 1, "x2": place * PANEL + 1, "tau": low, "y2": -low if low else 0}
            for place in range(panels)
            for low in (-1.0, 0.0)
        ],
        columns=["x", "x2", "tau", "y2"],
    )
    diagonal = alt.Chart(ends[ends["tau"] != 0]).mark_rule(
        aria=False, color=look.soft, strokeWidth=1.2, strokeDash=[5, 4]
    )
    zero = alt.Chart(ends[ends["tau"] == 0]).mark_rule(aria=False, color=look.soft, strokeWidth=1.2)
    return [layer.encode(x="x:Q", x2="x2:Q", y=y, y2="y2:Q") for layer in (zero, diagonal)]


def _intervals(shown: pd.DataFrame, y: alt.Y) -> list[alt.Chart]:
    colour = alt.Color("colour:N", scale=None, legend=None)
    opacity = alt.Opacity("opacity:Q", scale=None, legend=None)
    style: dict[str, Any] = {"aria": False, "strokeWidth": 1.5, "strokeOpacity": 0.3}
    across = alt.Chart(shown[shown["x_low"].notna()]).mark_rule(**style)
    along = alt.Chart(shown[shown["tau_low"].notna()]).mark_rule(**style)
    return [
        across.encode(x="x_low:Q", x2="x_high:Q", y=y, color=colour, opacity=opacity),
        along.encode(x="x:Q", y=alt.Y("tau_low:Q"), y2="tau_high:Q", color=colour, opacity=opacity),
    ]


def _names(shown: pd.DataFrame, look: Look, y: alt.Y) -> list[alt.Chart]:
    """The names of those that can be told from the reference, the farthest first, where they fit.

    A name stands beside its mark, on the side away from the diagonal if there is room.
    """
    layers: list[alt.Chart] = []
    placed = pd.DataFrame(list(_placed(shown)), columns=["x", "tau", "title", "align"])
    for align, dx in (("left", 9), ("right", -9)):
        base = alt.Chart(placed[placed["align"] == align]).encode(x="x:Q", y=y, text="title:N")
        style = {"align": align, "dx": dx, "fontSize": 12, "color": look.ink, "limit": 170}
        layers += words(base, look, style)
    return layers


def _placed(shown: pd.DataFrame) -> Iterator[tuple[float, float, str, str]]:
    rows: list[dict[Any, Any]] = shown.to_dict("records")
    taken = [(row["x"] - 0.03, row["x"] + 0.03, row["tau"]) for row in rows]
    told = [row for row in rows if row["is_told"]]
    for row in sorted(told, key=lambda row: -abs(row["difference"])):
        x, tau, title = row["x"], row["tau"], row["title"]
        zero = round(x / PANEL) * PANEL
        long = min(len(title), 24) * _CHARACTER
        for align in ("left", "right") if row["difference"] < 0 else ("right", "left"):
            start = x + 0.05 if align == "left" else x - 0.05 - long
            end = start + long
            is_inside = zero - _REACH <= start and end <= zero + _REACH
            if is_inside and not any(
                start < other_end and other_start < end and abs(level - tau) < _LINE
                for other_start, other_end, level in taken
            ):
                taken.append((start, end, tau))
                yield x, tau, title, align
                break


def _headings(panels: Sequence[str], look: Look, y: alt.Y) -> list[alt.Chart]:
    frame = pd.DataFrame(
        [
            {"x": place * PANEL - 1.0, "tau": 1.0, "said": setting}
            for place, setting in enumerate(panels)
        ],
        columns=["x", "tau", "said"],
    )
    base = alt.Chart(frame).encode(x="x:Q", y=y, text="said:N")
    style = {"align": "left", "dy": -2, "fontSize": 13, "fontWeight": 600, "color": look.ink}
    return words(base, look, style)
