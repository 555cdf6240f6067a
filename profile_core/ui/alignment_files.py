"""What can be taken from the alignment page: its tables as CSV, its charts as SVG and PNG."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import Any

import streamlit as st

from profile_core import charts

WIDTH = 860
"""Of a figure to take away."""


def offer(
    name: str,
    chart: Callable[[], Any] | None,
    rows: Sequence[Mapping[str, object]],
) -> None:
    """Offer a chart and its numbers; the chart is drawn only when it is asked for.

    `name` is the file's stem, a word of the app's own.
    """
    with st.container(horizontal=True):
        if chart is not None:
            st.download_button(
                "Figure as SVG",
                lambda: charts.svg(chart()),
                f"{name}.svg",
                "image/svg+xml",
                key=f"{name}-svg",
            )
            st.download_button(
                "Figure as PNG",
                lambda: charts.png(chart()),
                f"{name}.png",
                "image/png",
                key=f"{name}-png",
            )
        if rows:
            st.download_button(
                "Table as CSV", lambda: as_csv(rows), f"{name}.csv", "text/csv", key=f"{name}-csv"
            )


def as_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """Write rows as CSV under the names of the first one; what does not exist is left empty."""
    out = StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
