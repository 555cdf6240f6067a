"""The first view of the influence page: the dot plot, and the same as a figure to take away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from profile_core import charts
from profile_core.analysis import titles
from profile_core.analysis.planes import StudyPlanes
from profile_core.ui import (
    filters,
    frame,
    influence_pairs,
    influence_view,
    looks,
)
from profile_core.ui.influence_view import Shown

_EXPORT_WIDTH = 860


def dots(shown: Shown, planes: StudyPlanes, chosen: filters.Filter) -> None:
    """Draw the dot plot; a click on a mark leaves for its pairs."""
    event = st.altair_chart(
        _dot_plot(shown, planes),
        theme=None,
        on_select="rerun",
        key="dots",
        alt=titles.alternative(shown.series, shown.factors, len(shown.names)),
    )
    influence_pairs.follow_click(event, shown.rows, chosen)
    frame.note(_caption(shown))


def figures(shown: Shown, planes: StudyPlanes, finding: str) -> None:
    """Offer the dot plot as a file, light and with its title, as a paper takes it."""
    caption = [finding, *wrapped(_caption(shown))]

    def chart() -> Any:
        return _dot_plot(
            shown, planes, is_dark=False, width=_EXPORT_WIDTH, title="Influence", caption=caption
        )

    with st.container(horizontal=True):
        st.download_button(
            "Figure as SVG", lambda: charts.svg(chart()), "influence.svg", "image/svg+xml"
        )
        st.download_button(
            "Figure as PNG", lambda: charts.png(chart()), "influence.png", "image/png"
        )


def wrapped(text: str, width: int = 120) -> list[str]:
    """Break a text into lines for a figure's caption, which does not break by itself."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _dot_plot(
    shown: Shown,
    planes: StudyPlanes,
    *,
    is_dark: bool | None = None,
    width: charts.Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> Any:
    colour = looks.colours(planes.sources, is_dark)
    return charts.dot_plot(
        influence_view.marks(shown.rows, shown.factors, colour),
        looks.look(is_dark),
        panels=[(name, colour[name]) for name in shown.sources if _has_rows(shown, name)],
        rows=[shown.factors[name].title for name in shown.names],
        reference=shown.reference_taus,
        reference_name=shown.reference.source.name if shown.reference else "",
        width=width,
        title=title,
        caption=caption,
    )


def _caption(shown: Shown) -> str:
    name = shown.reference.source.name if shown.reference else None
    others = [source for source in shown.sources if source != name]
    has_bar = bool(shown.reference_taus) and bool(others)
    is_stand_in = bool(shown.reference and shown.reference.is_stand_in)
    return titles.how_to_read(name, is_stand_in, has_bar)


def _has_rows(shown: Shown, source: str) -> bool:
    return any(row.source == source for row in shown.rows)
