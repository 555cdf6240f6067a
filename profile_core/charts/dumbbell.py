"""Differences from the reference: both influences of a factor, and beside them what parts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import altair as alt
import pandas as pd

from profile_core.charts.base import Look, Width, finished
from profile_core.charts.differences import Difference, marks, targets
from profile_core.charts.panels import (
    EDGE,
    PANEL,
    absences,
    ground,
    height,
    names,
    rows_axis,
)

_STEP = 30
_REACHES = (0.5, 1.0, 1.5, 2.0)
_TITLE = "τ of both: less preferred ← 0 → more preferred    |    difference: source − reference"


def dumbbell(
    differences: Sequence[Difference],
    look: Look,
    *,
    source_name: str,
    width: Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> alt.LayerChart:
    """A row a factor, in the order given: left both influences, joined; right their difference.

    The reference is a bar, the source a circle (evaluation) or a diamond (generation). The right
    panel has a scale of its own, wide enough for every interval.
    """
    reach = _reach(differences)
    frame = _frame(differences, look, reach)
    rows = list(dict.fromkeys(item.title for item in differences))
    y = rows_axis(rows, " ", look)
    colour = differences[0].colour if differences else look.ink
    halo, said = absences(frame[frame["absence"] != ""], 0.0, look, y)
    layers = [
        *ground(look, 2, title=_TITLE, last=reach),
        halo,
        *_both(frame, look, y),
        *_apart(frame, look, y),
        said,
        *names([(source_name, colour), ("Difference", look.ink)], " ", look, y),
    ]
    return finished(
        alt.LayerChart(layer=layers),
        look,
        width=width,
        height=height(len(rows), _STEP, width),
        title=title,
        caption=caption,
    )


def _reach(differences: Sequence[Difference]) -> float:
    bounds = [
        abs(value)
        for item in differences
        if not item.absence
        for value in (item.difference, item.low, item.high)
        if value is not None
    ]
    return next((reach for reach in _REACHES if max(bounds, default=0.0) <= reach), _REACHES[-1])


def _frame(differences: Sequence[Difference], look: Look, reach: float) -> pd.DataFrame:
    entries = []
    for item in differences:
        values = asdict(item)
        moved = {
            f"x_{name}": None if values[name] is None else PANEL + values[name] / reach
            for name in ("difference", "low", "high")
        }
        entries.append(
            {
                **values,
                **moved,
                "fill": item.colour if item.is_told else look.paper,
                "opacity": 0.45 if item.is_small else 1.0,
                "edge": PANEL + EDGE,
            }
        )
    more = ("x_difference", "x_low", "x_high", "fill", "opacity", "edge")
    return pd.DataFrame(entries, columns=[*Difference.__dataclass_fields__, *more])


def _both(frame: pd.DataFrame, look: Look, y: alt.Y) -> list[alt.Chart]:
    """The left panel: a bar, a mark, and the way between them; their intervals pale."""
    has_both = frame[frame["tau"].notna() & frame["reference"].notna() & (frame["absence"] == "")]
    colour = alt.Color("colour:N", scale=None, legend=None)
    opacity = alt.Opacity("opacity:Q", scale=None, legend=None)
    of_reference = (
        alt.Chart(frame[frame["reference_low"].notna()])
        .mark_rule(aria=False, color=look.soft, strokeWidth=9, strokeCap="butt", opacity=0.2)
        .encode(x="reference_low:Q", x2="reference_high:Q", y=y)
    )
    of_source = (
        alt.Chart(has_both[has_both["tau_low"].notna()])
        .mark_rule(aria=False, strokeWidth=1.5, strokeOpacity=0.55)
        .encode(x="tau_low:Q", x2="tau_high:Q", y=y, color=colour, opacity=opacity)
    )
    way = (
        alt.Chart(has_both)
        .mark_rule(aria=False, strokeWidth=4)
        .encode(x="reference:Q", x2="tau:Q", y=y, color=colour, opacity=opacity)
    )
    bar = (
        alt.Chart(frame[frame["reference"].notna()])
        .mark_tick(
            aria=False, orient="vertical", thickness=4, size=17, color=look.ink, opacity=0.85
        )
        .encode(x="reference:Q", y=y)
    )
    solid = has_both.assign(fill=has_both["colour"])
    return [
        of_reference,
        of_source,
        way,
        bar,
        *marks(solid, look, "tau:Q", y, 70),
        targets(has_both, "tau:Q", y, "both"),
    ]


def _apart(frame: pd.DataFrame, look: Look, y: alt.Y) -> list[alt.Chart]:
    """The right panel: the difference with its interval."""
    drawn = frame[frame["x_difference"].notna() & (frame["absence"] == "")]
    lines = (
        alt.Chart(drawn[drawn["x_low"].notna()])
        .mark_rule(aria=False, strokeWidth=2.5, strokeOpacity=0.55)
        .encode(
            x="x_low:Q",
            x2="x_high:Q",
            y=y,
            color=alt.Color("colour:N", scale=None, legend=None),
            opacity=alt.Opacity("opacity:Q", scale=None, legend=None),
        )
    )
    return [
        lines,
        *marks(drawn, look, "x_difference:Q", y, 100),
        targets(drawn, "x_difference:Q", y, "apart"),
    ]
