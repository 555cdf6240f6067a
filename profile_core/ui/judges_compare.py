"""The view "compare": two judges, or two versions of a rubric, on the same pairs."""

from __future__ import annotations

import streamlit as st

from profile_core.analysis import judging
from profile_core.analysis.planes import load
from profile_core.analysis.reference import reference
from profile_core.analysis.rubric_comparison import Comparison, Measure, compare
from profile_core.errors import PredicateError, ProfileError
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.ui import asked, filters, frame, tables

_CHOICES = ("a", "b", "tie")


def draw(study: Study) -> None:
    """Draw the view."""
    judges = _judges(study)
    if len(judges) < 2:
        frame.empty(
            "Here stand two judges, or two versions of a rubric, beside each other.",
            "There are fewer than two: ask a model with another rubric, or another model.",
        )
        return
    chosen = filters.bar(study, "judges")
    keys = [filters.parameter("judges", name) for name in ("first", "second")]
    asked.tell(asked.remark(key, "judge", judges, "another one is shown") for key in keys)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = st.selectbox("First", judges, key=keys[0], bind="query-params", width=320)
        second = st.selectbox(
            "Second",
            [judge for judge in judges if judge != first],
            key=keys[1],
            bind="query-params",
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


def _judges(study: Study) -> list[str]:
    """Name the judges; the first two are worth comparing, as far as there are such.

    The reference agrees with itself, and judges of one factor were asked something else.
    """
    planes = load(study)
    lead = reference(planes)
    judges = sorted(
        judging.judges(planes),
        key=lambda judge: (lead is not None and judge == lead.source, judge.is_of_one_factor),
    )
    return [judge.name for judge in judges]


def _differences(found: Comparison) -> None:
    stand_in = ", a stand-in for people" if found.is_stand_in else ""
    frame.state(
        f"{found.first} and {found.second} chose alike on "
        f"{numbers.counted(found.same, 'pair')} and differently on "
        f"{numbers.count(found.different)}. The reference is {found.reference}{stand_in}."
    )
    measures = {
        "Agreement with the reference": found.agreement,
        "Flips with the order": found.flip_rate,
        "Lean on the longer": found.longer_excess,
    }
    tables.table(
        [
            tables.Column(""),
            tables.Column(found.first, is_number=True),
            tables.Column(found.second, is_number=True),
            tables.Column("First − second", is_number=True, help="With its 95 % interval"),
            tables.Column("p", is_number=True, help="Two-sided, paired, clustered by prompt"),
            tables.Column("Pairs", is_number=True),
        ],
        [_row(title, measure) for title, measure in measures.items()],
        caption="On the pairs that both answered. Where only one of the two agrees with the "
        f"reference: {found.first} on {numbers.count(found.first_alone)}, {found.second} on "
        f"{numbers.count(found.second_alone)}.",
    )
    for title, measure in measures.items():
        if measure.note:
            frame.note(f"{title}: {measure.note}")


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
