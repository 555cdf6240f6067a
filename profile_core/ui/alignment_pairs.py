"""From the alignment page's numbers to the pairs behind them: cells, buttons, and clicks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from profile_core.analysis import titles
from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.relations import OF_BOTH, Relation
from profile_core.text import numbers
from profile_core.types import Setting
from profile_core.ui import pair_links, router, tables
from profile_core.ui.alignment_controls import key
from profile_core.ui.alignment_view import Shown
from profile_core.ui.filters import Filter


def tau(row: InfluenceRow | None, chosen: Filter) -> tables.Cell:
    """Write an influence as a way to the pairs that make its sign."""
    if row is None:
        return numbers.NONE
    if said := titles.absence(row):
        return said
    return tables.Link(
        numbers.decimal(row.tau),
        "browse",
        tuple(pair_links.params(row, of_sign(row), chosen).items()),
        after=interval(row.low, row.high),
    )


def count(pairs: int, where: str, chosen: Filter) -> tables.Cell:
    """Write a count of pairs as a way to them."""
    return linked(numbers.count(pairs), where, chosen) if pairs else numbers.count(pairs)


def linked(words: str, where: str | None, chosen: Filter, after: str = "") -> tables.Cell:
    """Write words as a way to the pairs under a condition, within the page's own filter."""
    return tables.Link(words, "browse", tuple(chosen.address("browse", where).items()), after)


def interval(low: float | None, high: float | None) -> str:
    """Write an interval alone; empty without one."""
    if low is None or high is None:
        return ""
    return f"[{numbers.decimal(low)}, {numbers.decimal(high)}]"


def of_sign(row: InfluenceRow) -> Relation:
    """Name the relation of the pairs that make an influence's sign."""
    return Relation.DISCORDANT if (row.tau or 0.0) < 0 else Relation.CONCORDANT


def buttons(
    shown: Shown, names: Sequence[str], sides: Sequence[tuple[Setting, str]], chosen: Filter
) -> None:
    """The charts' twin, in reach of the keyboard: a factor, and its pairs by source and setting."""
    known = [name for name in names if name in shown.factors]
    if not known:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        factor = st.selectbox("Factor", known, key=key("factor"), bind="query-params", width=240)
        of = st.selectbox(
            "Of",
            [f"{source} · {setting}" for setting, source in sides],
            key=key("of"),
            bind="query-params",
            width=320,
        )
    row = next(
        (
            shown.influence(setting, source, factor or "")
            for setting, source in sides
            if of == f"{source} · {setting}"
        ),
        None,
    )
    if row is None:
        return
    counts = (row.concordant, row.discordant, row.tied, row.missing)
    with st.container(horizontal=True, key="open-pairs"):
        for relation, pairs in zip(OF_BOTH, counts, strict=True):
            if pairs and st.button(
                f"Open {numbers.counted(pairs, f'{relation} pair')}", key=f"open-{relation}"
            ):
                router.go("browse", pair_links.params(row, relation, chosen))


def follow_click(event: Any, shown: Shown, chosen: Filter) -> None:
    """Leave for the pairs that make the clicked influence's sign.

    What comes back from the browser is only compared with the rows, never used as it is.
    """
    for points in event.selection.values():
        for point in points:
            for (setting, source, factor), row in shown.influences.items():
                asked = (point.get("setting"), point.get("source"), point.get("factor"))
                if asked == (str(setting), source, factor):
                    router.go("browse", pair_links.params(row, of_sign(row), chosen))
