"""How far a queue is, from what people did at the desk."""

from __future__ import annotations

import pytest

from profile_core.annotation import desk, preferences, queues
from profile_core.annotation.desk import Label, LabelAction
from profile_core.annotation.progress import PersonProgress, QueueProgress, progress
from profile_core.annotation.undo import undo
from profile_core.errors import UnknownName
from profile_core.types import Asks, Choice, QueueKind
from tests.label_desk import labelled_study


@pytest.fixture
def study():
    with labelled_study(pairs=12) as opened:
        yield opened


@pytest.fixture
def queue(study):
    return queues.draw(study, kind=QueueKind.RANDOM, size=12, factors=["words"], batch_size=5)


def say(study, annotator, item, action, value=None):
    labels = [Label(cell.response_id, cell.factor.name, action, value) for cell in item.cells]
    return desk.label(study, annotator, item, labels)


def accept(study, annotator, item):
    return say(study, annotator, item, LabelAction.ACCEPT)


def at(study, annotator, seconds):
    """Set the times at which an annotator's acts on items were recorded, in their order."""
    with study.writing(counter=None) as cursor:
        acts = cursor.execute(
            "SELECT act_id FROM act WHERE annotator = ? AND action NOT IN ('view', 'assign') "
            "ORDER BY act_id",
            [annotator],
        ).fetchall()
        for (act_id,), second in zip(acts, seconds, strict=True):
            cursor.execute(
                "UPDATE act SET created_at = TIMESTAMP '2026-01-01' + to_seconds(?) "
                "WHERE act_id = ?",
                [second, act_id],
            )


def one(found: QueueProgress, annotator: str) -> PersonProgress:
    return next(person for person in found.people if person.annotator == annotator)


def test_a_new_queue_has_everything_left_and_no_pace(study, queue):
    found = progress(study, queue.queue_id)
    assert (found.queue, found.drawn, found.complete, found.prefix) == (queue, 12, 0, 0)
    assert (found.nonresponse, found.people) == (None, ())
    assert (found.batches, found.batches_done, found.items_left) == (3, 0, 12)
    assert (found.seconds_an_item, found.seconds_left) == (None, None)
    with pytest.raises(UnknownName):
        progress(study, "nothing")


def test_states_are_counted_for_each_person(study, queue):
    for finish in (accept, accept, desk.skip, desk.flag):
        finish(study, "Ann", desk.next_item(study, "Ann", queue.queue_id))
    say(study, "Bob", desk.next_item(study, "Bob", queue.queue_id), LabelAction.CORRECT, 400)
    found = progress(study, queue.queue_id)
    ann, bob = one(found, "Ann"), one(found, "Bob")
    assert (ann.done, ann.accepted, ann.changed, ann.skipped, ann.flagged) == (4, 2, 0, 1, 1)
    assert (bob.done, bob.accepted, bob.changed, bob.skipped, bob.flagged) == (1, 0, 1, 0, 0)
    assert (ann.left, bob.left) == (1, 4)  # the rest of the batch of five
    assert (found.complete, found.items_left, found.batches_done) == (5, 7, 0)
    undo(study, "Ann")
    assert one(progress(study, queue.queue_id), "Ann").flagged == 0


def test_the_prefix_ends_at_the_first_hole_and_tells_non_response(study, queue):
    for finish in (accept, desk.skip):
        finish(study, "Ann", desk.next_item(study, "Ann", queue.queue_id))
    third = desk.next_item(study, "Ann", queue.queue_id)
    say(study, "Ann", third, LabelAction.CANNOT_TELL)
    hole = desk.next_item(study, "Ann", queue.queue_id)
    accept(study, "Ann", desk.next_item(study, "Ann", queue.queue_id, after=hole.place))
    found = progress(study, queue.queue_id)
    assert hole.place == 3
    assert (found.prefix, found.complete) == (3, 4)
    assert found.nonresponse == pytest.approx(2 / 3)


def test_a_batch_is_done_when_all_its_pairs_are_complete(study, queue):
    for _ in range(11):
        accept(study, "Ann", desk.next_item(study, "Ann", queue.queue_id))
    found = progress(study, queue.queue_id)
    assert (found.complete, found.prefix, found.batches_done) == (11, 11, 2)
    accept(study, "Ann", desk.next_item(study, "Ann", queue.queue_id))
    found = progress(study, queue.queue_id)
    assert (found.complete, found.batches_done, found.items_left, found.nonresponse) == (
        (12, 3, 0, 0)
    )
    assert desk.next_item(study, "Ann", queue.queue_id) is None


def test_the_pace_is_the_median_gap_without_long_pauses(study, queue):
    for _ in range(5):
        accept(study, "Ann", desk.next_item(study, "Ann", queue.queue_id))
    accept(study, "Bob", desk.next_item(study, "Bob", queue.queue_id))
    at(study, "Ann", [0, 10, 30, 330.5, 342])  # gaps 10, 20, a pause, 11.5
    found = progress(study, queue.queue_id)
    ann, bob = one(found, "Ann"), one(found, "Bob")
    assert (ann.seconds_an_item, ann.left, ann.seconds_left) == (11.5, 0, 0)
    assert (bob.seconds_an_item, bob.left, bob.seconds_left) == (None, 4, None)
    assert (found.seconds_an_item, found.seconds_left) == (11.5, 6 * 11.5)


def test_pairs_wanted_twice_are_complete_after_two(study):
    queue = queues.draw(
        study, kind=QueueKind.RANDOM, size=12, factors=["words"], overlap=2, overlap_share=1.0
    )
    accept(study, "Ann", desk.next_item(study, "Ann", queue.queue_id))
    found = progress(study, queue.queue_id)
    assert (found.complete, found.items_left) == (0, 23)
    desk.skip(study, "Bob", desk.next_item(study, "Bob", queue.queue_id))
    found = progress(study, queue.queue_id)
    # One of the two answered, so that the pair gave an answer.
    assert (found.complete, found.items_left, found.nonresponse) == (1, 22, 0)


def test_a_queue_of_preferences_counts_can_not_tell_as_non_response(study):
    queue = queues.draw(study, kind=QueueKind.RANDOM, size=12, asks=Asks.PREFERENCE)
    for choice in (Choice.A, Choice.TIE, None, Choice.B):
        item = desk.next_item(study, "Ann", queue.queue_id)
        preferences.prefer(study, "Ann", item, choice)
    found = progress(study, queue.queue_id)
    assert (found.complete, found.prefix, found.nonresponse) == (4, 4, 0.25)
    assert one(found, "Ann").changed == 4
