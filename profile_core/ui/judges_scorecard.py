"""The view "scorecard": which judge can be trusted, what it leans on, what it takes."""

from __future__ import annotations

import streamlit as st

from profile_core.analysis.planes import load
from profile_core.analysis.scorecard import (
    Scorecard,
    ScorecardRow,
    in_words,
    judge_names,
    of_factors_in_words,
)
from profile_core.analysis.scorecard import scorecard as compute
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.types import Setting
from profile_core.ui import asked, filters, frame, router, tables

_COLUMNS = (
    tables.Column("Judge"),
    tables.Column("Pairs", is_number=True, help="Pairs that it was asked about"),
    tables.Column(
        "Agreement",
        is_number=True,
        help="Share of pairs that it and the reference both decided on which they chose alike, "
        "with its 95 % interval, clustered by prompt; for a judge of one factor, how often having "
        "more of it goes with the reference's choice",
    ),
    tables.Column(
        "of pairs", is_number=True, help="Pairs that both decided on, which agreement is of"
    ),
    tables.Column("Kappa", is_number=True, help="Cohen's: 0 is what chance would give, 1 always"),
    tables.Column(
        "Flips", is_number=True, help="Share of pairs whose answer follows the order shown"
    ),
    tables.Column(
        "First", is_number=True, help="Share of its strict answers for what was shown first"
    ),
    tables.Column("Ties", is_number=True, help="Share of its valid answers"),
    tables.Column("Unusable", is_number=True, help="Share of answers that are invalid or failed"),
    tables.Column(
        "Longer",
        is_number=True,
        help="Share choosing the longer response, minus the reference's on the same pairs",
    ),
    tables.Column(
        "US $",
        is_number=True,
        help="An answer, where its price is known; a call about several factors is shared among "
        "them",
    ),
    tables.Column("Seconds", is_number=True, help="An answer, shared in the same way"),
)


def draw(study: Study) -> None:
    """Draw the view."""
    found = _computed(study.key, study.versions(), _reference(study), study)
    if not found.rows:
        frame.empty(
            "Here stands how far each judge agrees with people, and what it leans on.",
            "No judge has given a verdict yet: ask a model, or import verdicts.",
        )
        router.link("data", "Import verdicts", {"view": "Import"})
        return
    frame.state(in_words(found))
    tables.table(
        _COLUMNS,
        [_row(row, found.reference) for row in found.rows],
        caption="The judge that agrees most stands first, judges of one factor after the others. "
        "A name opens the pairs on which it differs from the reference.",
    )
    if of_factors := of_factors_in_words(found):
        frame.note(of_factors)
    for row in found.rows:
        if row.note:
            frame.note(f"{row.judge}: {row.note}.")


@st.cache_resource(max_entries=8, show_spinner="Scoring judges")
def _computed(key: str, versions: Versions, reference: str | None, _study: Study) -> Scorecard:
    return compute(_study, reference=reference)


def _reference(study: Study) -> str | None:
    """Choose whom judges are compared with; None for whom they are compared with as usual."""
    entries = load(study).sources
    if not judge_names(study):
        return None
    names = sorted({entry.source.name for entry in entries if entry.setting is Setting.EVALUATION})
    key = filters.parameter("judges", "reference")
    asked.tell([asked.remark(key, "reference", names, "judges are compared as usual")])
    return st.selectbox(
        "Compared with",
        names,
        index=None,
        key=key,
        bind="query-params",
        placeholder="as usual",
        help="As usual: people, where any have chosen without seeing others' choices; else gold, "
        "else the judge with most pairs.",
        width=240,
    )


def _row(row: ScorecardRow, reference: str | None) -> list[tables.Cell]:
    address = (
        (filters.parameter("judges", "view"), "disagreements"),
        (filters.parameter("judges", "judge"), row.judge),
        *([(filters.parameter("judges", "against"), reference)] if reference else ()),
    )
    agreement = (
        "the reference"
        if row.is_reference
        else numbers.with_interval(row.agreement, row.low, row.high)
    )
    return [
        row.judge if row.is_reference else tables.Link(row.judge, "judges", address),
        numbers.count(row.pairs),
        agreement,
        numbers.NONE if row.is_reference else numbers.count(row.compared),
        numbers.decimal(row.kappa),
        _percent(row.flip_rate),
        _percent(row.first_share),
        _percent(row.tie_share),
        _percent(row.invalid_share),
        _points(row.longer_excess),
        numbers.NONE if row.cost is None else f"{row.cost:.5f}",
        numbers.decimal(row.seconds, 1),
    ]


def _percent(share: float | None) -> str:
    return numbers.NONE if share is None else numbers.percent(share)


def _points(difference: float | None) -> str:
    if difference is None:
        return numbers.NONE
    return f"{numbers.decimal(100 * difference, 0, signed=True)} %"
