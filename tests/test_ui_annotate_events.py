"""What is done at the desk lands on the item that was seen, and only that item makes way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from profile_core.annotation import desk, queues
from profile_core.annotation.desk import State
from profile_core.errors import ProfileError
from profile_core.store.study import Study
from profile_core.types import Asks, Choice, Mode, Order, QueueKind
from profile_core.ui import annotate_events, annotate_help, annotate_prefer, annotate_review
from profile_core.ui.annotate_controls import Event
from profile_core.ui.annotate_events import Desk, Work
from tests.label_desk import labelled_study, pair_id

Draw = Callable[..., Desk]


@pytest.fixture
def study() -> Study:
    return labelled_study(12, per_prompt=1)


@pytest.fixture
def begin(study: Study) -> Draw:
    def of(annotator: str = "ann", **asked: Any) -> Desk:
        known: dict[str, Any] = {"factors": ("clarity", "words"), **asked}
        if known.get("asks") is Asks.PREFERENCE:
            del known["factors"]
        queue = queues.draw(study, kind=QueueKind.RANDOM, size=10, batch_size=3, **known)
        return annotate_events.begin(study, Work(annotator, queue.queue_id))

    return of


def event(held: Desk, act: str, **fields: Any) -> Event:
    pair = fields.pop("pair", held.item.pair_id if held.item else None)
    return Event(held.acknowledged + 1, act, pair, fields)


def labels(held: Desk, *values: float | None) -> list[dict[str, Any]]:
    """Label the first cells: None accepts."""
    assert held.item
    return [
        {
            "response": cell.response_id,
            "factor": cell.factor.name,
            "action": "accept" if value is None else "correct",
            "value": value,
            "note": None,
        }
        for (_, cell), value in zip(annotate_review.cells(held.item), values, strict=False)
    ]


def lies(held: Desk) -> str:
    assert held.item
    return held.item.pair_id


def test_the_last_label_of_an_item_brings_the_next(study: Study, begin: Draw) -> None:
    held = begin()
    first = lies(held)
    annotate_events.do(study, held, event(held, "label", labels=labels(held, 3.0, 3.0, 3.0)))
    assert lies(held) == first
    assert held.item
    assert held.item.state is State.VIEWED
    left = labels(held, None, None, None, None)[3:]
    annotate_events.do(study, held, event(held, "label", labels=left))
    assert lies(held) != first
    assert held.item.state is State.VIEWED
    assert held.standing
    assert (held.standing.done, held.standing.left) == (1, 2)


def test_an_event_for_an_item_that_has_gone_lands_there_and_moves_nothing(
    study: Study, begin: Draw
) -> None:
    held = begin()
    first, given = lies(held), labels(held, 5.0)
    annotate_events.do(study, held, event(held, "skip"))
    second = lies(held)
    annotate_events.do(study, held, event(held, "label", labels=given, pair=first))
    assert lies(held) == second
    item = desk.open_item(study, "ann", first, queue_id=held.work.queue_id)
    assert [cell.label.value for cell in item.cells if cell.label] == [5.0]
    assert held.item
    assert all(cell.label is None for cell in held.item.cells)


def test_a_new_batch_comes_by_itself_and_the_end_is_the_end(study: Study, begin: Draw) -> None:
    held = begin()
    seen = []
    while held.item is not None:
        seen.append(lies(held))
        annotate_events.do(study, held, event(held, "flag", note="odd"))
    assert held.standing
    assert len(seen) == len(set(seen)) == held.standing.drawn > 3
    annotate_events.do(study, held, event(held, "step", by=-1))
    assert lies(held) == seen[-1]
    annotate_events.do(study, held, event(held, "step", by=-1))
    assert lies(held) == seen[-2]
    annotate_events.do(study, held, event(held, "step", by=1))
    assert lies(held) == seen[-1]


def test_changing_a_finished_item_does_not_leave_it(study: Study, begin: Draw) -> None:
    held = begin()
    first = lies(held)
    annotate_events.do(study, held, event(held, "label", labels=labels(held, *[None] * 4)))
    annotate_events.do(study, held, event(held, "step", by=-1))
    assert lies(held) == first
    annotate_events.do(study, held, event(held, "label", labels=labels(held, 1.0)))
    assert lies(held) == first


def test_undo_lays_out_the_item_that_it_was_on(study: Study, begin: Draw) -> None:
    held = begin()
    first = lies(held)
    annotate_events.do(study, held, event(held, "label", labels=labels(held, *[None] * 4)))
    annotate_events.do(study, held, event(held, "undo"))
    assert lies(held) == first
    assert held.item
    assert held.item.state is State.VIEWED
    assert held.said
    assert held.said["saved"].startswith("Undone: your labels of")
    annotate_events.do(study, held, event(held, "undo"))
    assert held.said["saved"] == "Nothing is left to undo"


def test_undoing_a_label_goes_back_to_its_factor_and_response(study: Study, begin: Draw) -> None:
    for held in (begin(), annotate_events.begin(study, Work("ann", pair_id=pair_id(study, 3)))):
        given = labels(held, 3.0, 4.0, 5.0)
        for label in given:
            annotate_events.do(study, held, event(held, "label", labels=[label]))
        tokens = set()
        for label in reversed(given):
            annotate_events.do(study, held, event(held, "undo"))
            assert held.back_to
            back = (held.back_to.response, held.back_to.factor)
            assert back == (label["response"], label["factor"])
            tokens.add(held.back_to.token)
        assert len(tokens) == 3


def test_undoing_several_labels_goes_back_to_the_first_of_them(study: Study, begin: Draw) -> None:
    held = begin()
    given = labels(held, 3.0, None, None, None)
    annotate_events.do(study, held, event(held, "label", labels=given[:1]))
    annotate_events.do(study, held, event(held, "label", labels=given[1:]))
    annotate_events.do(study, held, event(held, "undo"))
    assert held.back_to
    assert (held.back_to.response, held.back_to.factor) == (
        given[1]["response"],
        given[1]["factor"],
    )


def test_a_refused_label_says_so_and_leaves_the_item(study: Study, begin: Draw) -> None:
    held = begin()
    first = lies(held)
    with pytest.raises(ProfileError):
        annotate_events.do(study, held, event(held, "label", labels=labels(held, 9.0)))
    assert lies(held) == first
    assert held.item
    assert all(cell.label is None for cell in held.item.cells)


@pytest.mark.parametrize("place", ["first", "second"])
def test_a_choice_speaks_of_the_order_shown(study: Study, begin: Draw, place: str) -> None:
    held = begin(asks=Asks.PREFERENCE)
    item = held.item
    assert item
    annotate_events.do(study, held, event(held, "prefer", choice=place, strength=2, note="why"))
    is_a = (place == "first") == (item.shown_order is Order.AB)
    given = desk.open_item(study, "ann", item.pair_id, queue_id=held.work.queue_id)
    assert given.preference
    assert given.preference.choice is (Choice.A if is_a else Choice.B)
    assert (given.preference.strength, given.preference.reason) == (2, "why")
    assert annotate_prefer.payload(given)["choice"] == place
    assert annotate_prefer.said(given) == f"response {1 + (place == 'second')} is better, clearly"


def test_a_blind_item_gives_the_browser_nothing_automatic(study: Study, begin: Draw) -> None:
    held = begin(mode=Mode.BLIND)
    assert held.item
    payload = annotate_review.payload(held.item)
    assert payload["isBlind"]
    for cell in payload["cells"]:
        assert not {"automatic", "automaticText"} & cell.keys()
        assert not cell["hasAutomatic"]
    keys = {key.key for key in annotate_help.keys(held)}
    assert not {"a", "enter"} & keys


def test_one_pair_by_itself_is_labelled_without_a_queue(study: Study) -> None:
    held = annotate_events.begin(study, Work("ann", pair_id=pair_id(study, 3)))
    assert lies(held) == pair_id(study, 3)
    cells = len(held.item.cells) if held.item else 0
    annotate_events.do(study, held, event(held, "label", labels=labels(held, *[None] * cells)))
    assert lies(held) == pair_id(study, 3)
    assert held.item
    assert held.item.state is State.ACCEPTED
    assert "]" not in {key.key for key in annotate_help.keys(held)}


def test_every_key_is_told_once_and_none_is_streamlits(study: Study, begin: Draw) -> None:
    for held in (
        begin(),
        begin(asks=Asks.PREFERENCE),
        Desk(Work("ann", "q")),
    ):
        keys = [key.key for key in annotate_help.keys(held)]
        assert len(keys) == len(set(keys))
        assert not {"c", "r"} & set(keys)
