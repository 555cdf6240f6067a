"""The views of the influence page: dots, groups, factors together; and every way to the pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from profile_core import charts
from profile_core.analysis import titles
from profile_core.analysis.factor_agreement import factor_agreement
from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.relations import OF_BOTH, Relation
from profile_core.stats.intervals import Note
from profile_core.store.columns import Role
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.types import LabelSet, Setting, Variant
from profile_core.ui import filters, frame, influence_view, looks, pair_links, router, tables
from profile_core.ui.influence_view import Shown

_HEAT_COLUMNS = 12
_EXPORT_WIDTH = 860
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


def dots(shown: Shown, planes: StudyPlanes, chosen: filters.Filter) -> None:
    """Draw the dot plot; a click on a mark leaves for its pairs."""
    event = st.altair_chart(
        _dot_plot(shown, planes),
        theme=None,
        on_select="rerun",
        key="dots",
        alt=titles.alternative(shown.series, shown.names, shown.factors),
    )
    _follow_click(event, shown.rows, chosen)
    frame.note(_caption(shown))


def figures(shown: Shown, planes: StudyPlanes, finding: str) -> None:
    """Offer the dot plot as a file, light and with its title, as a paper takes it."""
    caption = [finding, *_wrapped(_caption(shown))]

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


def groups(study: Study, shown: Shown, planes: StudyPlanes, chosen: filters.Filter) -> str | None:
    """Draw one source's influences by the values of a column; gives the column."""
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
        names = {_name(item.source, item.setting): item for item in shown.series}
        of = st.selectbox(
            "Of", list(names), key=influence_view.key("of"), bind="query-params", width=320
        )
    if not of or not by:
        return None
    series = names[of]
    found = influence_view.rows_of(
        study, chosen.labels, chosen.where, _variant(), by, series.source, series.setting
    )
    rows = [row for row in found.rows if row.factor in shown.names]
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row.group or ""] = max(sizes.get(row.group or "", 0), row.pairs + row.missing)
    columns = sorted(sizes, key=lambda name: -sizes[name])[:_HEAT_COLUMNS]
    if not columns:
        frame.empty("Nothing to split.", f"No pair of this source has a value of {by}.")
        return by
    kept = [row for row in rows if row.group in columns]
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
    _follow_click(event, kept, chosen, by)
    more = len(sizes) - len(columns)
    frame.note(
        f"τ of {of} by {by}. Blue: more is preferred; orange: less. Not filled: not "
        "distinguishable from no influence (q above 0.05 within the group). Pale: 5 to 29 prompts."
        + (f" The {more} smallest groups are left out here." if more else "")
    )
    table(sorted(kept, key=lambda row: shown.names.index(row.factor)), shown, chosen, by)
    return by


def together(study: Study, shown: Shown, chosen: filters.Filter) -> None:
    """Draw how far the chart's factors go together over the filtered pairs."""
    rows = _agreement(
        study.key, study.versions(), chosen.labels, chosen.where, tuple(shown.names), study
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
    )
    strongest = sorted(
        (row for row in rows if row.first < row.second and row.tau is not None),
        key=lambda row: -abs(row.tau or 0.0),
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
            for row in strongest[:20]
        ],
        caption=f"The {min(20, len(strongest))} that go together most.",
    )


def pairs_behind(shown: Shown, chosen: filters.Filter) -> None:
    """The chart's twin, in reach of the keyboard: a source's numbers, each a way to its pairs."""
    frame.section("The numbers, and the pairs behind them")
    names = {_name(item.source, item.setting): item for item in shown.series}
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
    if row is not None:
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
                *(_counted(row, relation, chosen, by) for relation in OF_BOTH),
                numbers.count(row.pairs),
                numbers.count(row.prompts),
                numbers.probability(row.q),
                row.extractor,
                _note(row),
            ]
        )
    tables.table(columns, cells, caption="Every count opens its pairs.")


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


_MEANS = {
    Relation.CONCORDANT: "The preferred response has more of the factor",
    Relation.DISCORDANT: "The preferred response has less of the factor",
    Relation.TIED: "Both responses have the same amount",
    Relation.MISSING: "Decided, but a response has no value",
}


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


def _follow_click(
    event: Any, rows: Sequence[InfluenceRow], chosen: filters.Filter, by: str | None = None
) -> None:
    """Leave for the pairs that make the clicked influence's sign.

    What comes back from the browser is only compared with the rows, never used as it is.
    """
    for picked in event.selection.values():
        for point in picked:
            for row in rows:
                if all(point.get(key) == value for key, value in _key(row).items()):
                    relation = Relation.DISCORDANT if (row.tau or 0.0) < 0 else Relation.CONCORDANT
                    router.go("browse", pair_links.params(row, relation, chosen, by))


def _key(row: InfluenceRow) -> Mapping[str, str]:
    return {
        "setting": str(row.setting),
        "source": row.source,
        "factor": row.factor,
        "group": row.group or "",
    }


def _counted(
    row: InfluenceRow, relation: Relation, chosen: filters.Filter, by: str | None
) -> tables.Cell:
    count = _count(row, relation)
    if not count:
        return numbers.count(count)
    params = pair_links.params(row, relation, chosen, by)
    return tables.Link(numbers.count(count), "browse", tuple(params.items()))


def _note(row: InfluenceRow) -> str:
    """The row's remark, unless its value says it already."""
    if row.low is None:
        return ""
    return row.note.replace(Note.SMALL, "few prompts")


def _count(row: InfluenceRow, relation: Relation) -> int:
    counts = (row.concordant, row.discordant, row.tied, row.missing)
    return counts[OF_BOTH.index(relation)]


def _caption(shown: Shown) -> str:
    name = shown.reference.source.name if shown.reference else None
    others = [source for source in shown.sources if source != name]
    has_bar = bool(shown.reference_taus) and bool(others)
    is_stand_in = bool(shown.reference and shown.reference.is_stand_in)
    return titles.how_to_read(name, is_stand_in, has_bar)


def _wrapped(text: str, width: int = 120) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _has_rows(shown: Shown, source: str) -> bool:
    return any(row.source == source for row in shown.rows)


def _name(source: str, setting: Setting) -> str:
    return f"{source} · {setting}"


def _variant() -> Variant:
    return influence_view.VARIANTS.get(
        st.session_state.get(influence_view.key("variant"), ""), Variant.TAU14
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _agreement(
    key: str,
    versions: Versions,
    labels: LabelSet,
    where: str | None,
    factors: tuple[str, ...],
    _study: Study,
) -> Any:
    return factor_agreement(_study, labels=labels, where=where, factors=factors)
