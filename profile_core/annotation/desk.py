"""The labelling desk: items are opened, labelled, put aside and handed out, each by one act.

Every function takes the item as it was on the screen, so that a fast key press lands on what its
sender saw; every act is one transaction, durable when the function returns. Preferences and undo
have their own modules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from profile_core.annotation import entries, facts, items
from profile_core.annotation.items import Cell, Item, checked_annotator
from profile_core.errors import ProfileError
from profile_core.store import desk_acts, desk_log, labels, queues
from profile_core.store.acts import Action, acting
from profile_core.store.desk_log import Asked, State
from profile_core.store.labels import Entry, Label, LabelAction, StandingLabel
from profile_core.store.queues import Queue
from profile_core.store.study import Study
from profile_core.types import Asks, Mode

__all__ = (
    "Cell", "Item", "Label", "LabelAction", "OwnItem", "StandingLabel", "State", "flag",
    "item_at", "label", "next_item", "open_item", "own_places", "release", "reopen", "save",
    "skip",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnItem:
    """An item that an annotator holds in a queue."""

    place: int
    pair_id: str
    state: State


def open_item(
    study: Study,
    annotator: str,
    pair_id: str,
    *,
    queue_id: str | None = None,
    mode: Mode = Mode.REVIEW,
    asks: Asks = Asks.FACTORS,
    factors: Sequence[str] = (),
) -> Item:
    """Open a pair, recording the first time that this annotator sees it.

    Within a queue, what is asked is the queue's, and the item is assigned to the annotator if it
    is not yet. Outside one, no `factors` means all that have automatic values. Raises UnknownName,
    or ProfileError where others have taken the item.
    """
    annotator = checked_annotator(annotator)
    if queue_id is None:
        names = tuple(dict.fromkeys(factors))
        if not names and asks is not Asks.PREFERENCE:
            names = tuple(sorted(labels.in_force(study).extractors))
        item = items.read(study, annotator, pair_id, Asked(None, asks, mode, names))
        return _viewed(study, annotator, item)
    asked = _asked(study, queue_id)
    item = items.read(study, annotator, pair_id, asked)
    if not item.is_held:
        _take(study, annotator, item)
        item = replace(item, is_held=True)
    return _viewed(study, annotator, item)


def next_item(
    study: Study, annotator: str, queue_id: str, *, after: int | None = None
) -> Item | None:
    """Give an annotator something to do: an item of their own, else the first of a new batch.

    Own unfinished items come first, those behind the place `after` before the others; a new batch
    is assigned when all are finished. None when the queue has no more for this annotator.
    """
    annotator = checked_annotator(annotator)
    with study.cursor() as cursor:
        queue = queues.read_queue(cursor, queue_id)
    while True:
        item, held = _unfinished(study, annotator, desk_log.asked_of(queue), after)
        if item:
            return _viewed(study, annotator, item)
        if not _assign_batch(study, annotator, queue, held):
            return None


def item_at(study: Study, annotator: str, queue_id: str, place: int) -> Item | None:
    """Open the annotator's own item at a place of the queue; None where they hold none."""
    annotator = checked_annotator(annotator)
    asked = _asked(study, queue_id)
    with study.cursor() as cursor:
        own = desk_log.items(cursor, asked, annotator=annotator)
    for log in own:
        if log.place == place and log.is_held:
            return _viewed(study, annotator, items.read(study, annotator, log.pair_id, asked))
    return None


def own_places(study: Study, annotator: str, queue_id: str) -> list[OwnItem]:
    """List the items that an annotator holds, by place."""
    asked = _asked(study, queue_id)
    with study.cursor() as cursor:
        return [
            OwnItem(log.place, log.pair_id, log.state)
            for log in desk_log.items(cursor, asked, annotator=checked_annotator(annotator))
            if log.is_held and log.place is not None
        ]


def label(study: Study, annotator: str, item: Item, given: Sequence[Label]) -> Item:
    """Record what an annotator says of some cells of an item, and give the item anew.

    Labels are taken in whatever state the item is by now. Raises ProfileError, and records
    nothing, for a cell that the item does not have or a value outside the factor's scale.
    """
    annotator = checked_annotator(annotator)
    stored = entries.checked(study, item, given)
    # What was said in sight of the automatic value is not blind.
    mode = Mode.REVIEW if item.is_revealed else item.mode
    _act(study, annotator, Action.LABEL, item, stored, mode=mode)
    return items.read_again(study, annotator, item)


def skip(study: Study, annotator: str, item: Item, note: str | None = None) -> Item:
    """Put an item aside without an answer; it counts as non-response."""
    return _mark(study, annotator, item, Action.SKIP, note)


def flag(study: Study, annotator: str, item: Item, note: str | None = None) -> Item:
    """Put an item aside for whoever leads the effort."""
    return _mark(study, annotator, item, Action.FLAG, note)


def save(study: Study, annotator: str, item: Item, note: str | None = None) -> Item:
    """Finish an item as it stands; a preference must have been given for that.

    Who saves an item of facts confirms the factor values that rest on them.
    """
    if item.asks is Asks.PREFERENCE and item.preference is None:
        raise ProfileError("there is no preference to save: choose, say `can't tell`, or skip.")
    return _mark(study, annotator, item, Action.SAVE, note)


def reopen(study: Study, annotator: str, item: Item, note: str | None = None) -> Item:
    """Take up a finished item: what was said stands until it is said anew, or the item saved."""
    return _mark(study, annotator, item, Action.REOPEN, note)


def release(study: Study, by: str, queue_id: str, annotator: str) -> int:
    """Take back the unfinished items that an annotator holds, for others to do; gives how many."""
    by, annotator = checked_annotator(by), checked_annotator(annotator)
    asked = _asked(study, queue_id)
    note = None if by == annotator else f"taken back by {by}"
    with study.writing(counter=None) as cursor:
        held = [
            log.pair_id
            for log in desk_log.items(cursor, asked, annotator=annotator)
            if log.is_held and not log.state.is_finished
        ]
        desk_acts.hand_out(cursor, Action.RELEASE, annotator, queue_id, held, note)
    return len(held)


def _asked(study: Study, queue_id: str) -> Asked:
    with study.cursor() as cursor:
        return desk_log.asked_of(queues.read_queue(cursor, queue_id))


def _viewed(study: Study, annotator: str, item: Item) -> Item:
    """Record that an item was seen, the first time it is."""
    if item.state is not State.UNSEEN:
        return item
    _act(study, annotator, Action.VIEW, item)
    return replace(item, state=State.VIEWED)


def _unfinished(
    study: Study, annotator: str, asked: Asked, after: int | None
) -> tuple[Item | None, int]:
    """Find the annotator's next unfinished item, and tell how many they hold in all."""
    with study.cursor() as cursor:
        own = [log for log in desk_log.items(cursor, asked, annotator=annotator) if log.is_held]
    left = [log for log in own if not log.state.is_finished]
    if not left:
        return None, len(own)
    behind = [log for log in left if after is not None and (log.place or 0) > after]
    first = (behind or left)[0]
    return items.read(study, annotator, first.pair_id, asked), len(own)


def _assign_batch(study: Study, annotator: str, queue: Queue, held: int) -> bool:
    """Assign a batch; False where nothing is left to assign.

    Where the annotator does not hold as many items as they did, another window of theirs was
    faster, and its batch will do.
    """
    with study.writing(counter=None) as cursor:
        if desk_acts.held(cursor, queue.queue_id, annotator) != held:
            return True
        free = desk_acts.free_pairs(cursor, queue.queue_id, annotator, limit=queue.batch_size)
        desk_acts.hand_out(cursor, Action.ASSIGN, annotator, queue.queue_id, free)
        return bool(free)


def _take(study: Study, annotator: str, item: Item) -> None:
    queue_id = str(item.queue_id)
    if item.place is None:
        raise ProfileError(
            f"the pair {item.pair_id} was not drawn into this queue: open it without the queue."
        )
    with study.writing(counter=None) as cursor:
        free = desk_acts.free_pairs(cursor, queue_id, annotator, limit=1, pair_id=item.pair_id)
        if free:
            desk_acts.hand_out(cursor, Action.ASSIGN, annotator, queue_id, free)
        # Another window of the same annotator may have taken it meanwhile.
        elif not desk_log.item(cursor, item.asked, annotator, item.pair).log.is_held:
            raise ProfileError(
                "as many people as are wanted have taken this item: ask for the next one, or open "
                "the pair without the queue."
            )


def _mark(study: Study, annotator: str, item: Item, action: Action, note: str | None) -> Item:
    """Record a state; saying it twice, as a key that was held down does, records it once."""
    annotator = checked_annotator(annotator)
    now = items.read_again(study, annotator, item)
    is_so = {
        Action.SKIP: now.state is State.SKIPPED,
        Action.FLAG: now.state is State.FLAGGED,
        Action.SAVE: now.state in (State.ACCEPTED, State.CHANGED),
        Action.REOPEN: not now.state.is_finished,
    }
    if is_so[action] and not note:
        return now
    is_of_facts = action is Action.SAVE and item.asks is Asks.FACTS
    stored = facts.confirmed(study, now) if is_of_facts else []
    _act(study, annotator, action, item, stored, note=note or None)
    return items.read_again(study, annotator, item)


def _act(
    study: Study,
    annotator: str,
    action: Action,
    item: Item,
    stored: Sequence[Entry] = (),
    *,
    mode: Mode | None = None,
    note: str | None = None,
) -> None:
    with acting(
        study,
        annotator,
        action,
        queue_id=item.queue_id,
        pair_id=item.pair_id,
        mode=mode or item.mode,
        shown_order=item.shown_order,
        note=note,
    ) as (cursor, act):
        labels.write(cursor, act, stored)
