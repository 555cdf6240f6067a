"""The view "compare": two judges, or two versions of a rubric, on the same pairs."""

from __future__ import annotations

import streamlit as st

from profile_core.analysis.rubric_comparison import Comparison, Measure, compare
from profile_core.analysis.scorecard import judge_names
from profile_core.errors import PredicateError, ProfileError
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.ui import filters, frame, tables

_CHOICES = ("a", "b", "tie")


def draw(study: Study) -> None:
    """Draw the view."""
    judges = list(judge_names(study))
    if len(judges) < 2:
        frame.empty(
            "Here stand two judges, or two versions of a rubric, beside each other.",
            "There are fewer than two: ask a model with another rubric, or another model.",
        )
        return
    chosen = filters.bar(study, "judges")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = st.selectbox("First", judges, key=filters.parameter("judges", "first"), width=320)
        second = st.selectbox(
            "Second",
            [judge for judge in judges if judge != first],
            key=filters.parameter("judges", "second"),
            width=320,
        )
    try:
        found = compare(study, first, second, where=chosen.where)
    except PredicateError as error:
        frame.problem(error)
        return
    except ProfileError as error:
        frame.problem(error, "Choose two judges that were asked about the same pairs.")
        return
    _differences(found)
    _crosswise(found)


def _differences(found: Comparison) -> None:
    stand_in = ", a stand-in for people" if found.is_stand_in else ""
    frame.state(
        f"{found.first} and {found.second} chose alike on "
        f"{numbers.counted(found.same, 'pair')} and differently on "
        f"{numbers.count(found.different)}. The reference is {found.reference}{stand_in}."
    )
    tables.table(
        [
            tables.Column(""),
            tables.Column(found.first, is_number=True),
            tables.Column(found.second, is_number=True),
            tables.Column("First − second", is_number=True, help="With its 95 % interval"),
            tables.Column("p", is_number=True, help="Two-sided, paired, clustered by prompt"),
            tables.Column("Pairs", is_number=True),
        ],
        [
            _row("Agreement with the reference", found.agreement),
            _row("Flips with the order", found.flip_rate),
            _row("Lean on the longer", found.longer_excess),
        ],
        caption="On the pairs that both answered. Where only one of the two agrees with the "
        f"reference: {found.first} on {numbers.count(found.first_alone)}, {found.second} on "
        f"{numbers.count(found.second_alone)}.",
    )
    for measure in (found.agreement, found.flip_rate, found.longer_excess):
        if measure.note:
            frame.note(measure.note)


def _row(title: str, measure: Measure) -> list[tables.Cell]:
    return [
        title,
        numbers.decimal(measure.first),
        numbers.decimal(measure.second),
        numbers.with_interval(measure.difference, measure.low, measure.high),
        numbers.probability(measure.p),
        numbers.count(measure.pairs),
    ]


def _crosswise(found: Comparison) -> None:
    frame.section("Choice against choice", "How many pairs got which choice from whom.")
    tables.table(
        [
            tables.Column(f"{found.first} chose"),
            *(tables.Column(f"{found.second}: {choice}", is_number=True) for choice in _CHOICES),
        ],
        [
            [choice, *(numbers.count(int(count)) for count in counts)]
            for choice, counts in zip(_CHOICES, found.choices, strict=True)
        ],
        caption="Rows: the first judge; columns: the second.",
    )
