"""From the influence page's numbers to the pairs behind them: clicks, buttons, and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from profile_core.analysis import titles
from profile_core.analysis.influence import DERIVED, InfluenceRow
from profile_core.analysis.label_effect import EffectRow
from profile_core.analysis.relations import OF_BOTH, Relation
from profile_core.stats.intervals import Note
from profile_core.stats.ppi import Remark
from profile_core.text import numbers
from profile_core.types import LabelSet
from profile_core.ui import (
    filters,
    frame,
    influence_view,
    pair_links,
    router,
    tables,
)
from profile_core.ui.influence_view import Shown

Row = TypeVar("Row", InfluenceRow, EffectRow)

_TABLE = (
    tables.Column("Factor"),
    tables.Column("τ [95 %]", is_number=True, help="Interval clustered by prompt"),
    tables.Column("C", is_number=True, help="Concordant: the preferred response has more"),
    tables.Column("D", is_number=True, help="Discordant: the preferred response has less"),
    tables.Column("T", is_number=True, help="Tied: both have the same amount"),
    tables.Column("Missing", is_number=True, help="Decided, but a value is missing"),
    tables.Column("n", is_number=True, help="Pairs counted: C + D + T"),
    tables.Column("Prompts", is_number=True, help="Prompts with a counted pair"),
    tables.Column("q", is_number=True, help="Benjamini-Hochberg over the source's factors"),
    tables.Column("Measured by", help="Extractor of the factor's values"),
    tables.Column("Note"),
)


_NOTES = {
    DERIVED: (
        "derived from it",
        "the preference was derived from the factor, or is a verdict on it alone, so the two "
        "agree by construction",
    ),
    Note.ALL_TIED: ("all tied", str(Note.ALL_TIED)),
    Note.NO_VARIANCE: ("prompts alike", str(Note.NO_VARIANCE)),
    Note.SMALL: ("few prompts", str(Note.SMALL)),
    Remark.NO_ERROR_FOUND: ("no error seen", str(Remark.NO_ERROR_FOUND)),
}
"""A remark's short form in the table, and what it means below."""

_MEANS = {
    Relation.CONCORDANT: "The preferred response has more of the factor",
    Relation.DISCORDANT: "The preferred response has less of the factor",
    Relation.TIED: "Both responses have the same amount",
    Relation.MISSING: "Decided, but a response has no value",
}


_COUNTED_BY = {
    LabelSet.REVIEWED_ONLY: (
        "C, D, T and Missing count the drawn and reviewed pairs by people’s values; τ weighs each "
        "by how likely it was to be drawn."
    ),
    LabelSet.PREDICTION_POWERED: (
        "C, D, T and Missing count all pairs by automatic values; τ is mended by what the drawn "
        "and reviewed pairs show of their error. How many those are stands in the view “what "
        "corrections change”."
    ),
}
"""What the counts of a label set are, where they do not make its τ by themselves."""


def pairs_behind(shown: Shown, chosen: filters.Filter) -> None:
    """The chart's twin, in reach of the keyboard: a source's numbers, each a way to its pairs."""
    frame.section("The numbers, and the pairs behind them")
    names = {influence_view.series_name(item): item for item in shown.series}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        of = st.selectbox(
            "Source", list(names), key=influence_view.key("of"), bind="query-params", width=320
        )
        factor = st.selectbox(
            "Factor", shown.names, key=influence_view.key("factor"), bind="query-params", width=240
        )
    if not of or not factor:
        return
    series = names[of]
    row = next((row for row in series.rows if row.factor == factor), None)
    if row is not None and shown.opens_pairs:
        _buttons(row, chosen)
    rest = [
        row
        for row in shown.found.rows
        if (row.source, row.setting) == (series.source, series.setting)
        and row.factor not in shown.names
    ]
    table([*series.rows, *sorted(rest, key=lambda row: -abs(row.tau or 0.0))], shown, chosen)


def _buttons(row: InfluenceRow, chosen: filters.Filter) -> None:
    with st.container(horizontal=True, key="open-pairs"):
        for relation in OF_BOTH:
            if count := _count(row, relation):
                label = f"Open {numbers.counted(count, f'{relation} pair')}"
                if st.button(label, key=f"open-{relation}", help=_MEANS[relation]):
                    router.go("browse", pair_links.params(row, relation, chosen))


def table(
    rows: Sequence[InfluenceRow], shown: Shown, chosen: filters.Filter, by: str | None = None
) -> None:
    """Draw the rows of a chart as a table, every count a way to its pairs."""
    columns = [_TABLE[0], *([tables.Column(by)] if by else []), *_TABLE[1:]]
    cells: list[list[tables.Cell]] = []
    for row in rows:
        value = titles.absence(row) or numbers.with_interval(row.tau, row.low, row.high)
        group: list[tables.Cell] = [row.group or ""] if by else []
        cells.append(
            [
                shown.factors[row.factor].title,
                *group,
                value,
                *(_counted(row, relation, shown, chosen, by) for relation in OF_BOTH),
                numbers.count(row.pairs),
                numbers.count(row.prompts),
                numbers.probability(row.q),
                row.extractor,
                _note(row),
            ]
        )
    opens = "Every count opens its pairs." if shown.opens_pairs else "Blind labels alone."
    tables.table(columns, cells, caption=opens)
    if basis := _COUNTED_BY.get(shown.found.labels):
        frame.note(basis)
    if legend := _legend(rows):
        frame.note(legend)


def everything(shown: Shown) -> None:
    """Every row there is, to sort and to take away, where the chart shows some only."""
    rows = shown.found.rows
    with st.expander(f"All {numbers.counted(len(rows), 'row')}, every factor and source"):
        st.dataframe(
            {
                "factor": [shown.factors[row.factor].title for row in rows],
                "source": [row.source for row in rows],
                "setting": [str(row.setting) for row in rows],
                "τ": [row.tau for row in rows],
                "low": [row.low for row in rows],
                "high": [row.high for row in rows],
                "C": [row.concordant for row in rows],
                "D": [row.discordant for row in rows],
                "T": [row.tied for row in rows],
                "missing": [row.missing for row in rows],
                "prompts": [row.prompts for row in rows],
                "p": [numbers.probability(row.p) for row in rows],
                "q": [numbers.probability(row.q) for row in rows],
                "measured by": [row.extractor for row in rows],
                "note": [row.note for row in rows],
            },
            hide_index=True,
            column_config={
                name: st.column_config.NumberColumn(format="%.2f") for name in ("τ", "low", "high")
            },
        )


def follow_click(
    event: Any, rows: Sequence[InfluenceRow], chosen: filters.Filter, by: str | None = None
) -> None:
    """Leave for the pairs that make the clicked influence's sign."""
    if row := picked(event, rows):
        relation = Relation.DISCORDANT if (row.tau or 0.0) < 0 else Relation.CONCORDANT
        router.go("browse", pair_links.params(row, relation, chosen, by))


def picked(event: Any, rows: Sequence[Row]) -> Row | None:
    """Find the row of the clicked mark.

    What comes back from the browser is only compared with the rows, never used as it is.
    """
    for points in event.selection.values():
        for point in points:
            for row in rows:
                if all(point.get(key) == value for key, value in _key(row).items()):
                    return row
    return None


def _key(row: InfluenceRow | EffectRow) -> Mapping[str, str]:
    group = row.group if isinstance(row, InfluenceRow) else None
    return {
        "setting": str(row.setting),
        "source": row.source,
        "factor": row.factor,
        "group": group or "",
    }


def _counted(
    row: InfluenceRow, relation: Relation, shown: Shown, chosen: filters.Filter, by: str | None
) -> tables.Cell:
    count = _count(row, relation)
    if not count or not shown.opens_pairs:
        return numbers.count(count)
    params = pair_links.params(row, relation, chosen, by)
    return tables.Link(numbers.count(count), "browse", tuple(params.items()))


def _note(row: InfluenceRow) -> str:
    """The row's remark in a word or two, unless its value says it already."""
    if titles.absence(row):
        return ""
    said = [short for note, (short, _) in _NOTES.items() if note in row.note]
    # Their number stands in a column of its own; a remark of two words must not break in two.
    return ", ".join(said).replace(" ", "\u00a0").replace(",\u00a0", ", ")


def _legend(rows: Sequence[InfluenceRow]) -> str:
    """Explain the remarks that stand in a table."""
    there = [row.note for row in rows if not titles.absence(row)]
    return " ".join(
        f"{short.capitalize()}: {means}."
        for note, (short, means) in _NOTES.items()
        if any(note in said for said in there)
    )


def _count(row: InfluenceRow, relation: Relation) -> int:
    counts = (row.concordant, row.discordant, row.tied, row.missing)
    return counts[OF_BOTH.index(relation)]
