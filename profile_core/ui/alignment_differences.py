"""The views "differences" and "scatter": what a source weighs otherwise than the reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from profile_core import charts
from profile_core.analysis.alignment import FactorRow
from profile_core.analysis.alignment_sentences import leaning
from profile_core.stats.intervals import Note
from profile_core.text import numbers
from profile_core.types import Setting
from profile_core.ui import (
    alignment_files,
    alignment_pairs,
    alignment_view,
    frame,
    influence_dots,
    influence_view,
    looks,
    tables,
)
from profile_core.ui.alignment_controls import key
from profile_core.ui.alignment_view import LARGEST, Shown
from profile_core.ui.filters import Filter

_NAMED = 4
_HOLLOW = (
    "Hollow: not distinguishable from the reference (q above 0.05 over the source's factors). "
    "Pale: 5 to 29 prompts on either side."
)
_DUMBBELL = (
    "Left: the reference (bar, its interval grey) and the source (dot), on τ. Right: their "
    "difference with its 95 % interval, which counts the pairs they share, on a scale of its own. "
    + _HOLLOW
)
_SCATTER = (
    "Each dot is a factor; on the dashed line both weigh it alike. Crosses are 95 % intervals of "
    f"both. {_HOLLOW} Those that can be told from the reference are named where there is room."
)
_COLUMNS = (
    tables.Column("Factor"),
    tables.Column("τ of the source", is_number=True),
    tables.Column("τ of the reference", is_number=True),
    tables.Column("Difference [95\u00a0%]", is_number=True, help="Source − reference"),
    tables.Column("q", is_number=True, help="Benjamini-Hochberg over the source’s factors"),
    tables.Column("Pairs", is_number=True, help="Counted pairs of the source"),
)


def draw(shown: Shown, chosen: Filter) -> None:
    """Draw the differences of one source, the largest first."""
    series = [(row.setting, row.source) for row in shown.of_model]
    names = {f"{source} · {setting}": (setting, source) for setting, source in series}
    default = next(
        (place for place, (setting, _) in enumerate(series) if setting is Setting.GENERATION), 0
    )
    frame.section(
        "Most misaligned factors", "The largest differences from the reference, uncertain or not."
    )
    of = st.selectbox(
        "Source", list(names), index=default, key=key("source"), bind="query-params", width=360
    )
    setting, source = names[of or next(iter(names))]
    every = shown.differences(source, setting)
    rows = every if shown.names else every[:LARGEST]
    if not rows:
        frame.empty("No factor to compare.", "Neither has values that the other has, too.")
        return
    influence_view.answer(_finding(every, shown, setting))
    event = st.altair_chart(
        _dumbbell(shown, rows, of or ""),
        theme=None,
        on_select="rerun",
        key="dumbbell",
        alt=f"Dumbbell chart of {len(rows)} factors. {_finding(every, shown, setting)} "
        "Every number is in the table below.",
    )
    alignment_pairs.follow_click(event, shown, chosen)
    frame.note(f"{_DUMBBELL} Click a dot to read the pairs that make its influence.")
    sides = [(setting, source), (Setting.EVALUATION, shown.reference_name)]
    alignment_pairs.buttons(shown, [row.factor for row in rows], sides, chosen)
    _table(rows, shown, chosen)
    if rest := every[len(rows) :]:
        with st.expander(f"The other {numbers.counted(len(rest), 'factor')}"):
            _table(rest, shown, chosen)
    alignment_files.offer(
        "differences",
        lambda: _dumbbell(
            shown,
            rows,
            of or "",
            is_dark=False,
            width=alignment_files.WIDTH,
            title="Differences from the reference",
            caption=influence_dots.wrapped(f"{shown.reference_sentence} {_DUMBBELL}"),
        ),
        [_as_values(row) for row in every],
    )


def scatter(shown: Shown, chosen: Filter) -> None:
    """Draw every factor of a model at once, against the reference."""
    sides = [
        (setting, source)
        for setting in (Setting.EVALUATION, Setting.GENERATION)
        if (source := shown.source_of(setting)) and shown.differences(source, setting)
    ]
    frame.section(
        "Against the reference", "On the dashed line the model weighs a factor as it does."
    )
    if not sides:
        frame.empty("No factor to compare.", "Neither has values that the other has, too.")
        return
    rows = [row for setting, source in sides for row in shown.differences(source, setting)]
    told = sum(row.is_told for row in rows)
    event = st.altair_chart(
        _scatter(shown, rows, sides),
        theme=None,
        on_select="rerun",
        key="scatter",
        alt=f"Scatter of {shown.model}'s influences against the reference's; {told} of {len(rows)} "
        "can be told from it. Every number is in the table below.",
    )
    alignment_pairs.follow_click(event, shown, chosen)
    frame.note(f"{_SCATTER} Click a dot to read the pairs that make it.")
    names = list(dict.fromkeys(row.factor for row in rows))
    alignment_pairs.buttons(
        shown, names, [*sides, (Setting.EVALUATION, shown.reference_name)], chosen
    )
    for setting, source in sides:
        own = shown.differences(source, setting)
        with st.expander(f"Table of {setting} ({numbers.counted(len(own), 'factor')})"):
            _table(own, shown, chosen)
    alignment_files.offer(
        "scatter",
        lambda: _scatter(
            shown,
            rows,
            sides,
            is_dark=False,
            width=alignment_files.WIDTH,
            title=f"{shown.model} against the reference",
            caption=influence_dots.wrapped(f"{shown.reference_sentence} {_SCATTER}"),
        ),
        [_as_values(row) for row in rows],
    )


def _dumbbell(
    shown: Shown,
    rows: Sequence[FactorRow],
    source_name: str,
    is_dark: bool | None = None,
    **figure: Any,
) -> Any:
    return charts.dumbbell(
        alignment_view.differences(rows, shown, is_dark),
        looks.look(is_dark),
        source_name=source_name,
        **figure,
    )


def _scatter(
    shown: Shown,
    rows: Sequence[FactorRow],
    sides: Sequence[tuple[Setting, str]],
    is_dark: bool | None = None,
    **figure: Any,
) -> Any:
    return charts.scatter(
        alignment_view.differences(rows, shown, is_dark),
        looks.look(is_dark),
        panels=[str(setting) for setting, _ in sides],
        **figure,
    )


def _finding(rows: Sequence[FactorRow], shown: Shown, setting: Setting) -> str:
    """Say which differences can be told from none, the largest first."""
    what = "When it writes" if setting is Setting.GENERATION else "When it judges"
    told = [row for row in rows if row.is_told]
    of = numbers.counted(len(rows), "factor")
    if not told:
        return f"{what}, none of {of} can be told from the reference’s."
    by_way: dict[str, list[str]] = {}
    for row in told[:_NAMED]:
        title = numbers.inline(shown.factors[row.factor].title)
        by_way.setdefault(leaning(row), []).append(title)
    parts = [way.format(numbers.listed(names)) for way, names in by_way.items()]
    others = len(told) - min(len(told), _NAMED)
    rest = f"; {numbers.counted(others, 'other factor')} can be told apart, too" if others else ""
    return f"{what}, beside the reference it {numbers.listed(parts)}{rest}."


def _table(rows: Sequence[FactorRow], shown: Shown, chosen: Filter) -> None:
    has_notes = any(row.note for row in rows)
    has_small = any(str(Note.SMALL) in row.note for row in rows)
    tables.table(
        [*_COLUMNS, *([tables.Column("Note")] if has_notes else [])],
        [
            [
                shown.factors[row.factor].title,
                alignment_pairs.tau(shown.influence(row.setting, row.source, row.factor), chosen),
                alignment_pairs.tau(shown.of_reference(row.factor), chosen),
                alignment_view.with_sign(row.difference, row.low, row.high),
                numbers.probability(row.q),
                alignment_pairs.count(row.pairs, row.where, chosen),
                *([_note(row)] if has_notes else []),
            ]
            for row in rows
        ],
        caption="Every τ opens the pairs that make its sign; a count all pairs of the source.",
    )
    if has_small:
        frame.note(f"Few prompts: {Note.SMALL}.")


def _note(row: FactorRow) -> str:
    """The row's remarks in a few words; the usual one is explained below the table."""
    return row.note.replace(str(Note.SMALL), "few prompts").replace(
        "few prompts; reference: few prompts", "few prompts on both sides"
    )


def _as_values(row: FactorRow) -> dict[str, object]:
    return {
        "source": row.source,
        "setting": str(row.setting),
        "factor": row.factor,
        "tau": row.tau,
        "reference_tau": row.reference_tau,
        "difference": row.difference,
        "low": row.low,
        "high": row.high,
        "p": row.p,
        "q": row.q,
    }
