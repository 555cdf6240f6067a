"""What the alignment page says first: a sentence a model, the distances, and their table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st

from profile_core import charts
from profile_core.analysis import conditions, palette
from profile_core.analysis.alignment import AlignmentRow, sentences
from profile_core.analysis.headline import Headline
from profile_core.stats.intervals import MIN_PROMPTS, SMALL_PROMPTS
from profile_core.text import numbers
from profile_core.types import Setting
from profile_core.ui import (
    alignment_files,
    alignment_pairs,
    alignment_view,
    frame,
    influence_dots,
    looks,
    router,
    tables,
)
from profile_core.ui.alignment_view import Shown
from profile_core.ui.filters import Filter
from profile_core.ui.text import inline

RAW_WARNING = (
    "Raw ρ is biased: noise pulls it to 0 where prompts are few, and shared pairs push it up. "
    "Compare by the distance."
)
_HOW = (
    "Distance: how far apart two tastes are, in units of τ, averaged over factors and freed of "
    "what noise adds; 0 is the same taste. Lines are 95 % intervals. Hollow: not distinguishable "
    "from none. Pale: 5 to 29 prompts."
)
_DISTANCE = tables.Column(
    "Distance [95\u00a0%]", is_number=True, help="Debiased, in units of τ: 0 is the same taste"
)
_CROSS_FITTED = tables.Column(
    "ρ, cross-fitted", is_number=True, help="Spearman, estimated on disjoint halves of the prompts"
)
_RAW = tables.Column("ρ, raw", is_number=True, help=RAW_WARNING)
_WHO = (tables.Column("Source"), tables.Column("Setting"))
_AGREEMENT = tables.Column(
    "Agreement [95\u00a0%]", is_number=True, help="Same choice, where both decided strictly"
)
_KAPPA = tables.Column("κ", is_number=True, help="Cohen’s kappa of their choices")
_COUNTS = (tables.Column("Pairs", is_number=True), tables.Column("Prompts", is_number=True))
_CORRELATIONS = (
    *_WHO,
    _CROSS_FITTED,
    _RAW,
    tables.Column("τ-b, raw", is_number=True, help="Kendall’s τ-b of the two τ vectors"),
    tables.Column("r, raw", is_number=True, help="Pearson’s r of the two τ vectors"),
    tables.Column("Factors", is_number=True, help="With an interval on both sides"),
)


def draw(shown: Shown) -> None:
    """Draw the answer: a sentence a model, and who the reference is."""
    for name, said in sentences(shown.found, shown.factors):
        colour = _colour(shown, name)
        dot = f'<span class="pf-dot" style="background:{colour}"></span>'
        st.html(f'<div class="pf-finding"><h3>{dot}{inline(name)}</h3><p>{inline(said)}</p></div>')
    frame.note(Headline(shown.found.reference, ()).reference_sentence)


def distances(shown: Shown, chosen: Filter) -> None:
    """Draw the distances of all sources, and their table."""
    rows = alignment_view.in_order(shown.found)
    frame.section("Distance from the reference")
    event = st.altair_chart(
        _chart(shown, rows),
        theme=None,
        on_select="rerun",
        key="distances",
        alt=f"Dot plot of the distance of {numbers.counted(len(rows), 'source')} from the "
        "reference, with intervals. Every number is in the table below.",
    )
    follow_click(event, rows, chosen)
    frame.note(f"{_HOW} Click a mark to read the source's pairs.")
    table(rows, shown, chosen)
    frame.note(RAW_WARNING)
    with st.expander("All correlations with the reference"):
        _correlations(rows, shown)
    alignment_files.offer(
        "alignment",
        lambda: _chart(
            shown,
            rows,
            is_dark=False,
            width=alignment_files.WIDTH,
            title="Distance from the reference",
            caption=influence_dots.wrapped(f"{shown.reference_sentence} {_HOW}"),
        ),
        [as_values(row) for row in rows],
    )


def marks(
    rows: Sequence[AlignmentRow],
    shown: Shown,
    is_dark: bool | None = None,
    *,
    by_group: bool = False,
) -> list[charts.Distance]:
    """Turn rows into the marks of a plot of distances: a row a group, or a row a model.

    A model that judges as several sources has a row for each of them.
    """
    colours = looks.colours(shown.planes.sources, is_dark)
    judges = Counter(
        alignment_view.model_of(row) for row in rows if row.setting is Setting.EVALUATION
    )

    def named(row: AlignmentRow) -> str:
        model = alignment_view.model_of(row)
        return row.source if judges[model] > 1 else model

    return [
        charts.Distance(
            title=(row.group or "") if by_group else named(row),
            panel=alignment_view.model_of(row) if by_group else "",
            source=row.source,
            setting=str(row.setting),
            group=row.group or "",
            distance=row.distance,
            low=row.distance_low,
            high=row.distance_high,
            is_told=row.is_told,
            is_small=row.prompts < SMALL_PROMPTS,
            absence=absence(row),
            colour=colours[row.source],
            value=numbers.with_interval(row.distance, row.distance_low, row.distance_high),
            counts=f"{numbers.counted(row.factors, 'factor')}, "
            f"{numbers.counted(row.pairs, 'pair')}, {numbers.counted(row.prompts, 'prompt')}"
            f"{_remark(row, shown)}",
        )
        for row in rows
    ]


def absence(row: AlignmentRow) -> str:
    """Say why there is no distance worth showing; empty where there is one."""
    if row.prompts < MIN_PROMPTS:
        return f"too few prompts ({row.prompts})"
    return "too few factors" if row.distance is None else ""


def follow_click(event: Any, rows: Sequence[AlignmentRow], chosen: Filter) -> None:
    """Leave for the pairs of the clicked source, and group."""
    for points in event.selection.values():
        for point in points:
            for row in rows:
                asked = (point.get("source"), point.get("setting"), point.get("group"))
                if asked == (row.source, str(row.setting), row.group or ""):
                    router.go("browse", chosen.address("browse", row.where))


def table(rows: Sequence[AlignmentRow], shown: Shown, chosen: Filter) -> None:
    """Draw the rows as a table, every count of pairs a way to them."""
    tables.table(
        [*_WHO, _DISTANCE, _CROSS_FITTED, _RAW, _AGREEMENT, _KAPPA, *_COUNTS],
        [
            [
                *_who(row, shown),
                _distance(row),
                numbers.decimal(row.spearman_cross_fitted),
                numbers.decimal(row.spearman),
                _agreement(row, shown, chosen),
                numbers.decimal(None if row.agreement_low is None else row.kappa),
                *_counts(row, chosen),
            ]
            for row in rows
        ],
        caption="Every count of pairs, and every agreement, opens its pairs.",
    )


def table_by_group(rows: Sequence[AlignmentRow], by: str, shown: Shown, chosen: Filter) -> None:
    """Draw the rows of groups as a narrower table; the rest of their numbers is in the file."""
    tables.table(
        [tables.Column(by), *_WHO, _DISTANCE, _CROSS_FITTED, _AGREEMENT, *_COUNTS],
        [
            [
                row.group or "",
                *_who(row, shown),
                _distance(row),
                numbers.decimal(row.spearman_cross_fitted),
                _agreement(row, shown, chosen),
                *_counts(row, chosen),
            ]
            for row in rows
        ],
        caption="Every count of pairs, and every agreement, opens its pairs. The file has all "
        "correlations.",
    )


def _who(row: AlignmentRow, shown: Shown) -> list[tables.Cell]:
    return [row.source, f"{row.setting}{_remark(row, shown)}"]


def _remark(row: AlignmentRow, shown: Shown) -> str:
    """Mark a row that says nothing of a taste, for its score levels are not real."""
    is_unreal = row.setting is Setting.GENERATION and row.source in shown.found.unreal
    return ", score levels not real" if is_unreal else ""


def _distance(row: AlignmentRow) -> str:
    said = numbers.with_interval(row.distance, row.distance_low, row.distance_high)
    return absence(row) or said


def _counts(row: AlignmentRow, chosen: Filter) -> list[tables.Cell]:
    return [
        alignment_pairs.count(row.pairs, row.where, chosen),
        numbers.count(row.prompts),
    ]


def _agreement(row: AlignmentRow, shown: Shown, chosen: Filter) -> tables.Cell:
    """Write an agreement as a way to the pairs that both decided."""
    choice = shown.found.reference.source.choice if shown.found.reference else None
    if row.agreement is None or choice is None:
        return numbers.NONE
    both = conditions.all_of([row.where, conditions.one_of(choice, ("a", "b"))])
    if row.agreement_low is None:
        pairs = numbers.counted(row.agreement_pairs, "pair")
        return alignment_pairs.linked(f"too few ({pairs})", both, chosen)
    interval = alignment_pairs.interval(row.agreement_low, row.agreement_high)
    return alignment_pairs.linked(numbers.decimal(row.agreement), both, chosen, interval)


def _correlations(rows: Sequence[AlignmentRow], shown: Shown) -> None:
    values = [(row.spearman_cross_fitted, row.spearman, row.kendall, row.pearson) for row in rows]
    tables.table(
        _CORRELATIONS,
        [
            [*_who(row, shown), *map(numbers.decimal, found), numbers.count(row.factors)]
            for row, found in zip(rows, values, strict=True)
        ],
        caption="Over the factors with an interval on both sides, as the distance is.",
    )


def as_values(row: AlignmentRow) -> dict[str, object]:
    """Give a row as the command line's JSON has it."""
    return {
        "group": row.group,
        "source": row.source,
        "model": row.model,
        "setting": str(row.setting),
        "distance": row.distance,
        "distance_low": row.distance_low,
        "distance_high": row.distance_high,
        "spearman": row.spearman,
        "spearman_cross_fitted": row.spearman_cross_fitted,
        "kendall": row.kendall,
        "pearson": row.pearson,
        "agreement": row.agreement,
        "agreement_low": row.agreement_low,
        "agreement_high": row.agreement_high,
        "kappa": row.kappa,
        "factors": row.factors,
        "pairs": row.pairs,
        "prompts": row.prompts,
    }


def _chart(
    shown: Shown, rows: Sequence[AlignmentRow], is_dark: bool | None = None, **figure: Any
) -> Any:
    return charts.distance_plot(marks(rows, shown, is_dark), looks.look(is_dark), **figure)


def _colour(shown: Shown, name: str) -> str:
    """A source's colour for both themes, as CSS."""
    known = [entry.source for entry in shown.planes.sources]
    by_id = palette.source_colours(known)
    found = next(
        (by_id[source.source_id] for source in known if name in (source.name, source.model)),
        palette.INK,
    )
    return escape(f"light-dark({found.light}, {found.dark})")
