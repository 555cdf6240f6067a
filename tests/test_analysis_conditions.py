"""Conditions that the app writes are read back by the filter, whatever the values hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_core.analysis import conditions
from profile_core.analysis.planes import load
from profile_core.store import predicate
from tests.studies import A, empty_study, pairs_batch, write

COLUMNS = ("task", "length_a", "pair_id")


# Control characters are refused in any filter.
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=60))
def test_any_printable_text_can_be_a_constant(text: str) -> None:
    checked = predicate.parse(conditions.equals("task", text), COLUMNS)
    assert checked.columns == {"task"}


def test_parts_keep_their_meaning_when_joined() -> None:
    either = conditions.any_of(["task = 'x'", "task = 'y'"])
    assert conditions.all_of([either, None, "", "length_a > 1"]) == (
        "((task = 'x') OR (task = 'y')) AND (length_a > 1)"
    )
    assert conditions.all_of([None, " "]) is None
    assert conditions.any_of(["task = 'x'"]) == "task = 'x'"


def test_one_of_nothing_keeps_nothing() -> None:
    assert predicate.parse(conditions.one_of("task", []), COLUMNS).sql


@pytest.mark.parametrize("value", [0.1 + 0.2, 1e-12, 123456789.125])
def test_numbers_are_written_exactly(value: float) -> None:
    assert float(conditions.literal(value)) == value


def test_a_nasty_task_is_found_by_its_condition() -> None:
    task = 'it\'s "odd" -- ; (x) ![p](http://elsewhere.invalid)'
    with empty_study() as study:
        write(study, pairs_batch([("a", "b")], [A], task=task))
        write(study, pairs_batch([("c", "d")], [A], task="plain", dataset="other"))
        planes = load(study)
        mask = planes.mask(conditions.equals("task", task))
        assert len(planes.pair_numbers(mask)) == 1
