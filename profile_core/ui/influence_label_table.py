"""The twin of the arrows, in reach of the keyboard: every number, its pairs, and what is missing.

Beside the table stand what blind labels alone change, and how many more labels would tell more.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from profile_core.analysis import anchoring as anchored
from profile_core.analysis import label_effect
from profile_core.analysis.anchoring import AnchoringRow
from profile_core.analysis.drawn_influence import DRAWN_SETS
from profile_core.analysis.label_effect import EffectRow, MoreLabels
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.titles import Series
from profile_core.errors import NotEstimable
from profile_core.stats.ppi import Remark
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.types import LabelSet, Setting
from profile_core.ui import (
    filters,
    frame,
    influence_labels,
    influence_view,
    pair_links,
    router,
    tables,
)
from profile_core.ui.influence_labels import Effects

_SIGN, _WIDTH = "settle the sign", "reach a width"
_USUAL_WIDTH = 0.1
_DRAWN_COLUMNS = (
    tables.Column(
        "Reviewed",
        is_number=True,
        help="Pairs with people's values of both responses, of the drawn ones that it decided",
    ),
    tables.Column("Not answered", is_number=True, help="Skipped, flagged or cannot tell"),
    tables.Column("λ", is_number=True, help="How far it relies on automatic values, from 0 to 1"),
)
_REMARKS = {
    Remark.SMALL: "few\u00a0prompts",
    Remark.NO_ERROR_FOUND: "no\u00a0error\u00a0seen",
    Remark.NO_VARIANCE: "prompts\u00a0alike",
}
"""A remark's short form in the table, which must not break in two."""


def source(found: Effects) -> Series | None:
    """Draw the choice of whose influences the tables show."""
    names = {influence_view.series_name(item): item for item in found.shown.series}
    of = st.selectbox(
        "Source", list(names), key=influence_view.key("of"), bind="query-params", width=320
    )
    return names[of] if of else None


def table(found: Effects, series: Series, planes: StudyPlanes, chosen: filters.Filter) -> None:
    """Draw every number behind the arrows of one series; a factor opens its labelled pairs."""
    rows = found.of(series)
    is_drawn = found.labels in DRAWN_SETS
    has_remarks = any(_remark(row) in _REMARKS for row in rows)
    columns = [
        tables.Column("Factor"),
        tables.Column("Automatic [95 %]", is_number=True, help="τ by automatic labels"),
        tables.Column(f"{str(found.labels).capitalize()} [95 %]", is_number=True),
        tables.Column("Difference [95 %]", is_number=True, help="Paired by prompt"),
        tables.Column("q", is_number=True, help="Benjamini-Hochberg over the source's factors"),
        *(_DRAWN_COLUMNS if is_drawn else ()),
        tables.Column("Prompts", is_number=True, help="Prompts that the second value learns from"),
        *([tables.Column("Note")] if has_remarks else ()),
    ]
    cells: list[list[tables.Cell]] = []
    for row in rows:
        counts: list[tables.Cell] = [
            f"{numbers.count(row.reviewed)} of {numbers.count(row.drawn)}",
            numbers.NONE if row.nonresponse is None else numbers.percent(row.nonresponse),
            numbers.decimal(row.power),
        ]
        cells.append(
            [
                _opens(row.title, row, found, planes, chosen),
                str(row.before),
                influence_labels.absence(row) or str(row.after),
                influence_labels.signed(row),
                numbers.probability(row.q),
                *(counts if is_drawn else ()),
                numbers.count(row.prompts),
                *([_REMARKS.get(_remark(row), "")] if has_remarks else ()),
            ]
        )
    tables.table(columns, cells, caption="A factor opens the labelled pairs behind its row.")
    for note in _notes(rows):
        frame.note(f"{note[:1].upper()}{note[1:]}.")
    with st.expander("In words"):
        frame.warnings([row.sentence() for row in rows])


def blind(study: Study, found: Effects, series: Series, chosen: filters.Filter) -> None:
    """Say what it changes that only blind labels count, where that is asked for."""
    if not found.blind_only:
        return
    frame.section(
        "What blind labels alone change",
        "The same influence from all drawn labels and from those given without the automatic "
        "value in sight. A difference suggests that people follow what they see.",
    )
    try:
        rows = _anchoring(study.key, study.versions(), found.labels, chosen.where, study)
    except NotEstimable as error:
        frame.problem(error)
        return
    names = found.shown.names
    own = (row for row in rows if (row.setting, row.source) == (series.setting, series.source))
    kept = sorted(
        (row for row in own if row.factor in names), key=lambda row: names.index(row.factor)
    )
    tables.table(
        [
            tables.Column("Factor"),
            tables.Column("All labels [95 %]", is_number=True),
            tables.Column("Reviewed", is_number=True),
            tables.Column("Blind labels [95 %]", is_number=True),
            tables.Column("Reviewed blind", is_number=True),
            tables.Column("Difference [95 %]", is_number=True, help="All minus blind"),
            tables.Column("p", is_number=True),
        ],
        [
            [
                row.title,
                str(row.everyone),
                numbers.count(row.reviewed),
                str(row.blind),
                numbers.count(row.blind_reviewed),
                str(row.difference),
                numbers.probability(row.p),
            ]
            for row in kept
        ],
        caption="All drawn labels against the blind ones among them.",
    )
    told = [row for row in kept if row.difference.tau is not None]
    if told:
        frame.note(max(told, key=lambda row: abs(row.difference.tau or 0.0)).sentence())


def how_many_more(study: Study, found: Effects, series: Series, chosen: filters.Filter) -> None:
    """Say how many more labels would settle each sign, or narrow each interval."""
    if found.labels not in DRAWN_SETS:
        return
    frame.section(
        "How many more labels",
        "Further pairs to draw and review, at the error and the non-response found so far.",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        goal = st.segmented_control(
            "To",
            [_SIGN, _WIDTH],
            default=_SIGN,
            required=True,
            key=influence_view.key("goal"),
            bind="query-params",
        )
        width = None
        if goal == _WIDTH:
            width = st.number_input(
                "Half width of the interval",
                0.01,
                1.0,
                _USUAL_WIDTH,
                0.01,
                key=influence_view.key("width"),
                bind="query-params",
                help="An interval of τ from 0.25 to 0.45 has a half width of 0.10.",
                width=200,
            )
    rows = found.of(series)
    wanted = _more(
        study.key,
        study.versions(),
        found.labels,
        chosen.where,
        found.blind_only,
        (series.setting, series.source, tuple(row.factor for row in rows)),
        width,
        rows,
    )
    tables.table(
        [
            tables.Column("Factor"),
            tables.Column("Now [95 %]", is_number=True),
            tables.Column("More pairs", is_number=True, help="To draw and review"),
            tables.Column("Half width then", is_number=True, help="As expected"),
            tables.Column("In words"),
        ],
        [
            [
                row.title,
                str(row.after),
                numbers.count(more.needed),
                numbers.decimal(more.half_width),
                more.sentence,
            ]
            for row, more in zip(rows, wanted, strict=True)
        ],
        caption=f"Of {influence_view.series_name(series)}.",
    )
    router.link("annotate", "Label more", {filters.parameter("annotate", "view"): "queues"})


def _remark(row: EffectRow) -> Remark:
    found = row.cell.estimate if row.cell else None
    return found.remark if found else Remark.NONE


def _notes(rows: Sequence[EffectRow]) -> list[str]:
    """Explain the remarks in a table, and what its rows without an estimate lack."""
    remarks = dict.fromkeys(_remark(row) for row in rows)
    said = [f"{_REMARKS[remark]}: {remark}" for remark in remarks if remark in _REMARKS]
    rest = dict.fromkeys(row.note for row in rows if row.cell is None or row.after.tau is None)
    return [*said, *filter(None, rest)]


def _opens(
    label: str, row: EffectRow, found: Effects, planes: StudyPlanes, chosen: filters.Filter
) -> tables.Cell:
    """Link to the labelled pairs; of blind labels alone browse has no list of its own."""
    if found.blind_only or row.reviewed == 0:
        return label
    params = pair_links.labelled(row, planes, chosen, found.labels)
    return tables.Link(label, "browse", tuple(params.items()))


@st.cache_resource(max_entries=8, show_spinner=False)
def _anchoring(
    key: str, versions: Versions, labels: LabelSet, where: str | None, _study: Study
) -> tuple[AnchoringRow, ...]:
    return anchored.anchoring(_study, labels=labels, where=where)


@st.cache_resource(max_entries=16, show_spinner=False)
def _more(
    key: str,
    versions: Versions,
    labels: LabelSet,
    where: str | None,
    blind_only: bool,
    shown: tuple[Setting, str, tuple[str, ...]],
    half_width: float | None,
    _rows: Sequence[EffectRow],
) -> list[MoreLabels]:
    return [label_effect.more_labels(row, half_width) for row in _rows]
