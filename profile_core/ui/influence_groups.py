"""The other views of the influence page: by the values of a column, and factors together."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from profile_core import charts
from profile_core.analysis import titles
from profile_core.analysis.factor_agreement import AgreementRow, factor_agreement
from profile_core.analysis.planes import StudyPlanes
from profile_core.store.columns import Role
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.types import LabelSet
from profile_core.ui import (
    filters,
    frame,
    influence_pairs,
    influence_view,
    looks,
    tables,
)
from profile_core.ui.influence_view import Shown

_HEAT_COLUMNS = 12
_MOST_TOGETHER = 20
_OPEN_ROWS = 40


def groups(
    study: Study,
    shown: Shown,
    planes: StudyPlanes,
    chosen: filters.Filter,
    *,
    blind_only: bool = False,
) -> None:
    """Draw one source's influences by the values of a column."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        columns = [
            column.name
            for column in planes.wide.columns
            if column.name in ("task", "scenario", "dataset", "generator_a", "generator_b")
            or column.role is Role.META
        ]
        by = st.selectbox(
            "By", columns, key=influence_view.key("by"), bind="query-params", width=180
        )
        names = {influence_view.series_name(item): item for item in shown.series}
        of = st.selectbox(
            "Of", list(names), key=influence_view.key("of"), bind="query-params", width=320
        )
    if not of or not by:
        return
    series = names[of]
    found = influence_view.rows_of(
        study,
        chosen.labels,
        chosen.where,
        shown.found.variant,
        by,
        series.source,
        series.setting,
        blind_only=blind_only,
    )
    rows = [row for row in found.rows if row.factor in shown.names]
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row.group or ""] = max(sizes.get(row.group or "", 0), row.pairs + row.missing)
    columns = sorted(sizes, key=lambda name: -sizes[name])[:_HEAT_COLUMNS]
    if not columns:
        frame.empty("Nothing to split.", f"No pair of this source has a value of {by}.")
        return
    kept = [row for row in rows if row.group in columns]
    influence_view.answer(
        titles.finding_by_group(replace(series, rows=tuple(kept)), columns, by, shown.factors)
    )
    colour = looks.colours(planes.sources)
    event = st.altair_chart(
        charts.heat_map(
            influence_view.marks(kept, shown.factors, colour),
            looks.look(),
            columns=columns,
            rows=[shown.factors[name].title for name in shown.names],
        ),
        theme=None,
        on_select="rerun",
        key="groups",
        alt=f"Heat map of the influence of {len(shown.names)} factors by {by}; table below.",
    )
    influence_pairs.follow_click(event, kept, chosen, by)
    more = len(sizes) - len(columns)
    frame.note(
        f"τ of {of} by {by}. Blue: more is preferred; orange: less. Not filled: not "
        "distinguishable from no influence (q above 0.05 within the group). Pale: 5 to 29 prompts. "
        "In brackets: the number of prompts where they are too few."
        + (f" The {more} smallest groups are left out here." if more else "")
    )
    by_factor = sorted(kept, key=lambda row: shown.names.index(row.factor))
    rows_said = numbers.counted(len(by_factor), "row")
    with st.expander(f"Table ({rows_said})", expanded=len(by_factor) <= _OPEN_ROWS):
        influence_pairs.table(by_factor, shown, chosen, by)


def together(study: Study, shown: Shown, chosen: filters.Filter) -> None:
    """Draw how far the chart's factors go together over the filtered pairs."""
    rows = _agreement(
        study.key, study.versions(), chosen.labels, chosen.where, tuple(shown.names), study
    )
    strongest = sorted(
        (row for row in rows if row.first < row.second and row.tau is not None),
        key=lambda row: -abs(row.tau or 0.0),
    )
    if not strongest:
        frame.empty("Nothing to compare.", "Choose at least two factors that have values.")
        return
    most = strongest[0]
    influence_view.answer(
        titles.finding_together(
            shown.factors[most.first],
            shown.factors[most.second],
            most.tau or 0.0,
            most.same,
            most.opposite,
        )
    )
    name = {factor: shown.factors[factor].title for factor in shown.names}
    st.altair_chart(
        charts.agreement_map(
            [
                charts.Cell(
                    name[row.first],
                    name[row.second],
                    row.tau,
                    f"{numbers.count(row.same)} same direction, "
                    f"{numbers.count(row.opposite)} opposite",
                )
                for row in rows
            ],
            looks.look(),
            names=list(name.values()),
        ),
        theme=None,
        key="together",
        alt=f"Heat map of the agreement of {len(name)} factors with each other; table below.",
    )
    frame.note(
        "Kendall's τ-b between the signs of two factors' differences: 1 where the response with "
        "more of one always has more of the other, −1 where it always has less. Factors that go "
        "together cannot be told apart by their influences alone."
        + (
            f" By {filters.VALUES_OF[chosen.labels]} values: {chosen.labels} labels have none."
            if chosen.labels in filters.VALUES_OF
            else ""
        )
    )
    tables.table(
        [
            tables.Column("Factor"),
            tables.Column("With"),
            tables.Column("τ-b", is_number=True),
            tables.Column("Same direction", is_number=True),
            tables.Column("Opposite", is_number=True),
        ],
        [
            [
                name[row.first],
                name[row.second],
                numbers.decimal(row.tau),
                numbers.count(row.same),
                numbers.count(row.opposite),
            ]
            for row in strongest[:_MOST_TOGETHER]
        ],
        caption=f"The {min(_MOST_TOGETHER, len(strongest))} that go together most.",
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _agreement(
    key: str,
    versions: Versions,
    labels: LabelSet,
    where: str | None,
    factors: tuple[str, ...],
    _study: Study,
) -> tuple[AgreementRow, ...]:
    return factor_agreement(_study, labels=labels, where=where, factors=factors)
