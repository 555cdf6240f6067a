"""A waterfall: what adds up to a sum, step by step, each beginning where the last one ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import altair as alt
import pandas as pd

from profile_core.charts.base import Look, Width, finished, words

_ROW, _FOOT, _BAR = 24, 60, 12
_LEAST_REACH = 0.25
_WORDS = 0.1
"""Room for the figures beside the bars, as a share of the scale."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one part adds, and where the sum stands before and after it."""

    title: str
    begin: float
    end: float
    is_sum: bool
    """The sum of all the others, drawn from 0 in ink."""
    words: str
    """What is added, at the row's end."""
    detail: str


def waterfall(
    steps: Sequence[Step],
    look: Look,
    *,
    axis: str,
    width: Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> alt.LayerChart:
    """Steps from top to bottom on one scale, to the left or right of 0; orange, or blue.

    `axis` says what the scale is, with words for its two ends.
    """
    ends = [at for step in steps for at in (step.begin, step.end)]
    low, high = min([-_LEAST_REACH, *ends]), max([_LEAST_REACH, *ends])
    room = (high - low) * _WORDS
    frame = pd.DataFrame(
        [
            {
                **asdict(step),
                "colour": look.ink
                if step.is_sum
                else (look.positive if step.end > step.begin else look.negative),
                "edge": max(step.begin, step.end),
            }
            for step in steps
        ],
        columns=[*Step.__dataclass_fields__, "colour", "edge"],
    )
    names = [step.title for step in steps]
    y = alt.Y(
        "title:N",
        sort=names,
        title=None,
        scale=alt.Scale(domain=names, padding=0.1),
        axis=alt.Axis(
            labelColor=look.ink, labelFontSize=13, labelLimit=260, labelPadding=10, ticks=False
        ),
    )
    x = alt.X(
        "begin:Q",
        title=axis,
        scale=alt.Scale(domain=[low - room / 4, high + room], nice=False, zero=False),
        axis=alt.Axis(
            tickCount=5,
            labelExpr="datum.value == 0 ? '0' : format(datum.value, '+.2~f')",
            grid=True,
            gridColor=look.hair,
            ticks=False,
            labelColor=look.soft,
            labelFontSize=12,
            labelPadding=6,
            titleColor=look.soft,
            titleFontSize=12,
            titleFontWeight="normal",
            titlePadding=8,
        ),
    )
    zero = (
        alt.Chart(pd.DataFrame([{"begin": 0.0}]))
        .mark_rule(color=look.soft, strokeWidth=1.2, aria=False)
        .encode(x=x)
    )
    bars = (
        alt.Chart(frame)
        .mark_bar(height=_BAR)
        .encode(
            x=x,
            x2="end:Q",
            y=y,
            color=alt.Color("colour:N", scale=None, legend=None),
            tooltip=[
                alt.Tooltip("title:N", title="Factor"),
                alt.Tooltip("detail:N", title="Here"),
                alt.Tooltip("words:N", title="Adds"),
            ],
        )
    )
    # From the end of each step down to the next one's beginning: the eye follows the sum.
    ways = alt.Chart(_ways(steps)).mark_line(
        color=look.soft, strokeWidth=1, strokeDash=[2, 2], aria=False
    )
    figures = words(
        alt.Chart(frame).encode(x="edge:Q", y=y, text="words:N"),
        look,
        {"align": "left", "dx": 6, "fontSize": 12, "color": look.ink, "aria": False},
    )
    layers = [zero, ways.encode(x="begin:Q", y=y, detail="step:N"), bars, *figures]
    return finished(
        alt.LayerChart(layer=layers),
        look,
        width=width,
        height=_ROW * max(len(steps), 1) + (_FOOT if width == "container" else 0),
        title=title,
        caption=caption,
    )


def _ways(steps: Sequence[Step]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"begin": step.end, "title": title, "step": place}
            for place, step in enumerate(steps[:-1])
            for title in (step.title, steps[place + 1].title)
        ],
        columns=["begin", "title", "step"],
    )
