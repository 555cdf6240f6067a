"""Small tables set like print: rules above and below, figures aligned, text shown as it is.

For tables of a few dozen rows that are read, not worked on; longer ones go to st.dataframe,
which draws text on a canvas and so shows it as it is, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from profile_core.ui.text import inline


@dataclass(frozen=True, slots=True)
class Link:
    """Words that open another page of the app in the same tab."""

    text: str
    page: str
    params: tuple[tuple[str, str], ...] = ()
    after: str = ""
    """Words behind it in the same cell, which are not part of the link."""

    @property
    def address(self) -> str:
        """The address, relative to any page of the app."""
        return f"{self.page}?{urlencode(self.params)}" if self.params else self.page


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, what it means in one line, and whether it holds figures."""

    title: str
    is_number: bool = False
    help: str = ""


Cell = str | Link


def table(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, caption: str) -> None:
    """Draw a table; the caption is read out and stands above it in small type."""
    head = "".join(
        f'<th scope="col"{_class(column)}{_title(column)}>{escape(column.title)}</th>'
        for column in columns
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{_class(column)}>{_cell(cell)}</td>"
            for column, cell in zip(columns, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    st.html(
        f'<div class="pf-scroll"><table class="pf-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def grid(rows: Sequence[Mapping[str, object]], *, alt: str) -> None:
    """Draw longer tables, with sorting and search; text stands on a canvas, as it is."""
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=alt)


def anchor(link: Link) -> str:
    """Write a link as HTML, for a cell or a sentence."""
    return f'<a href="{escape(link.address)}" target="_self">{inline(link.text)}</a>'


def _cell(cell: Cell) -> str:
    if not isinstance(cell, Link):
        return inline(cell)
    return f"{anchor(cell)} {inline(cell.after)}" if cell.after else anchor(cell)


def _class(column: Column) -> str:
    return ' class="pf-figure"' if column.is_number else ""


def _title(column: Column) -> str:
    return f' title="{escape(column.help)}"' if column.help else ""
