"""The history of a value tells who said what, what it changed, and what stands today."""

from __future__ import annotations

import pytest

from profile_core.annotation import desk, undo
from profile_core.annotation.history import LabelEvent, Stated, history
from profile_core.errors import UnknownName
from profile_core.store.study import Study
from profile_core.types import Mode, QueueKind
from tests import label_desk
from tests.desk_study import a_queue, say
from tests.label_desk import NOT_APPLICABLE, label, labelled_study, response_id

FACTOR = "clarity"


def told(study: Study, response: int = 0) -> tuple[LabelEvent, ...]:
    return history(study, response_id(study, response), FACTOR)


def moves(study: Study) -> list[tuple[float | None, float | None]]:
    return [(_value(event.before), _value(event.after)) for event in told(study)]


def _value(stated: Stated | None) -> float | None:
    assert stated is not None
    return stated.value


def test_each_label_starts_from_the_value_in_force_before_it() -> None:
    study = labelled_study()
    was = label_desk.automatic(study, 0, FACTOR)
    label(study, "anna", 0, FACTOR, "correct", 2.0)
    label(study, "ben", 0, FACTOR, "correct", 5.0)
    label(study, "cleo", 0, FACTOR, "adjudicate", 3.0, mode=Mode.ADJUDICATION)
    assert moves(study) == [(was, 2.0), (2.0, 5.0), (5.0, 3.0)]
    assert [event.label.annotator for event in told(study)] == ["anna", "ben", "cleo"]
    assert [event.is_in_force for event in told(study)] == [False, False, True]


def test_a_settled_value_stands_against_later_labels() -> None:
    study = labelled_study()
    label(study, "cleo", 0, FACTOR, "adjudicate", 3.0, mode=Mode.ADJUDICATION)
    label(study, "anna", 0, FACTOR, "correct", 5.0)
    last = told(study)[-1]
    assert (last.label.value, _value(last.after), last.is_in_force) == (5.0, 3.0, False)


def test_what_was_undone_is_told_with_who_undid_it_and_counts_no_more() -> None:
    study = labelled_study()
    was = label_desk.automatic(study, 0, FACTOR)
    first = label(study, "anna", 0, FACTOR, "correct", 2.0)
    label_desk.undo(study, "anna", first)
    label(study, "anna", 0, FACTOR, "correct", 4.0)
    undone, stands = told(study)
    assert undone.label.undone is not None
    assert undone.label.undone.annotator == "anna"
    assert undone.label.undone.created_at >= undone.label.created_at
    assert (_value(stands.before), _value(stands.after)) == (was, 4.0)
    assert (undone.is_in_force, stands.is_in_force) == (False, True)


def test_what_was_undone_later_was_still_in_force_when_the_next_label_came() -> None:
    study = labelled_study()
    label(study, "ben", 0, FACTOR, "correct", 2.0)
    second = label(study, "anna", 0, FACTOR, "correct", 4.0)
    label(study, "ben", 0, FACTOR, "correct", 5.0)
    label_desk.undo(study, "anna", second)
    assert moves(study)[1:] == [(2.0, 4.0), (4.0, 5.0)]


def test_who_cannot_tell_takes_back_their_own_value_only() -> None:
    study = labelled_study()
    label(study, "anna", 0, FACTOR, "correct", 2.0)
    label(study, "ben", 0, FACTOR, "correct", NOT_APPLICABLE)
    label(study, "ben", 0, FACTOR, "cannot_tell")
    assert moves(study)[1:] == [(2.0, None), (None, 2.0)]
    assert [event.is_in_force for event in told(study)] == [True, False, False]


def test_a_value_without_an_automatic_one_starts_from_nothing() -> None:
    study = labelled_study()
    with study.writing() as cursor:
        cursor.execute("DELETE FROM factor_value WHERE factor = ?", [FACTOR])
    pair_id = label_desk.pair_id(study, 0)
    item = desk.open_item(study, "anna", pair_id, factors=[FACTOR])
    cell = next(cell for cell in item.cells if cell.response_id == response_id(study, 0))
    desk.label(study, "anna", item, [say(cell, 4.0, "clear to me")])
    (event,) = told(study)
    assert (event.before, event.label.note) == (None, "clear to me")


def test_it_names_the_queue_and_the_kind_of_draw() -> None:
    study = labelled_study()
    queue = a_queue(study, mode=Mode.BLIND)
    item = desk.next_item(study, "anna", queue.queue_id)
    assert item is not None
    desk.label(study, "anna", item, [say(cell, 1.0) for cell in item.cells])
    event, *_ = history(study, item.cells[0].response_id)
    assert (event.label.queue_name, event.label.queue_kind) == (queue.name, QueueKind.RANDOM)
    assert event.label.mode is Mode.BLIND
    undo.undo(study, "anna")
    assert all(one.label.undone for one in history(study, item.cells[0].response_id))


def test_another_response_and_another_factor_are_left_out() -> None:
    study = labelled_study()
    label(study, "anna", 0, FACTOR, "correct", 2.0)
    label(study, "anna", 0, "words", "correct", 2.0)
    assert len(told(study)) == 1
    assert told(study, response=1) == ()
    assert len(history(study, response_id(study, 0))) == 2
    with pytest.raises(UnknownName, match="clarity"):
        history(study, response_id(study, 0), "clarety")
