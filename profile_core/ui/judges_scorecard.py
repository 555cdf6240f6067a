"""The view "scorecard": which judge can be trusted, what it leans on, what it takes."""

from __future__ import annotations

import streamlit as st

from profile_core.analysis.scorecard import Scorecard, ScorecardRow, in_words, of_factors_in_words
from profile_core.analysis.scorecard import scorecard as compute
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.ui import filters, frame, router, tables

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
    found = _computed(study.key, study.versions(), study)
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
        [_row(row) for row in found.rows],
        caption="The judge that agrees most stands first, judges of one factor after the others. "
        "A name opens the pairs on which it differs from the reference.",
    )
    if of_factors := of_factors_in_words(found):
        frame.note(of_factors)
    for row in found.rows:
        if row.note:
            frame.note(f"{row.judge}: {row.note}.")


@st.cache_resource(max_entries=8, show_spinner="Scoring judges")
def _computed(key: str, versions: Versions, _study: Study) -> Scorecard:
    return compute(_study)


def _row(row: ScorecardRow) -> list[tables.Cell]:
    address = (
        (filters.parameter("judges", "view"), "disagreements"),
        (filters.parameter("judges", "judge"), row.judge),
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
