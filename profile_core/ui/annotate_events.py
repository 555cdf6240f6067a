"""What becomes of the desk when something is done on it: the act is written, the next item comes.

Every event is written on the item that it names, which is what its sender saw, even if another
one lies on the desk by now. Only an event on the item that lies there moves the desk on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from secrets import token_hex
from time import time
from typing import Any

from profile_core.analysis.shown import taxonomy_order
from profile_core.annotation import desk, items, preferences, undo
from profile_core.annotation.desk import Item, LabelAction, State
from profile_core.errors import ProfileError
from profile_core.store import labels
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import Asks
from profile_core.ui import annotate_prefer, annotate_review, annotate_standing
from profile_core.ui.annotate_controls import Event
from profile_core.ui.annotate_standing import Standing


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody sits down to: a queue, or one pair by itself."""

    annotator: str
    queue_id: str | None = None
    pair_id: str | None = None
    asks: Asks = Asks.FACTORS
    """Of a pair by itself; a queue has what it asks."""
    is_in_list: bool = False
    """Whether the pair lies open in a list, where another one may be taken up by undoing."""


@dataclass(frozen=True, slots=True)
class BackTo:
    """The cell of which a label was taken back, where the next one is to be given."""

    response: str
    factor: str
    token: str
    """Tells one undoing from another, since the controls go back once."""


@dataclass(slots=True)
class Desk:
    """What is on the desk of one session."""

    work: Work
    item: Item | None = None
    """None at the end of the queue."""
    standing: Standing | None = None
    """None outside a queue."""
    epoch: str = field(default_factory=lambda: token_hex(8))
    """Tells the events of this session from those of one that was lost."""
    acknowledged: int = 0
    said: dict[str, Any] | None = None
    problem: str = ""
    guideline: str | None = None
    """The factor whose guideline is open."""
    facts_of: int | None = None
    """The response, as shown (0 or 1), whose facts are open."""
    back_to: BackTo | None = None
    """What the latest undoing leads back to."""

    @property
    def asks(self) -> Asks | None:
        """What is being asked at the moment; None at the end of the queue."""
        if self.item is None:
            return None
        return Asks.FACTS if self.facts_of is not None else self.item.asks

    def tell(self, done: str, what: str = "") -> None:
        """Keep what was done and when, for the line that tells it."""
        self.said = {"saved": done, "what": what, "at": round(time() * 1000)}


def begin(study: Study, work: Work) -> Desk:
    """Lay out the first thing to do."""
    held = Desk(work)
    if work.pair_id is not None:
        held.item = _named(study, held, work.pair_id)
        if work.queue_id is not None:
            held.standing = annotate_standing.read(study, work.annotator, work.queue_id)
    else:
        _next(study, held, None)
    _settle(held)
    return held


def refresh(study: Study, held: Desk) -> None:
    """Read the item on the desk anew: another window may have changed it."""
    if held.item is not None:
        _lay_out(study, held, held.item.pair_id)


def do(study: Study, held: Desk, event: Event) -> None:
    """Do what an event asks for; raises ProfileError where it cannot be."""
    moves = {"step": _step, "facts": _facts, "guideline": _guideline, "side": _side}
    if event.act in moves:
        moves[event.act](study, held, event)
    elif event.act == "undo":
        take_back(study, held)
    else:
        _write(study, held, event)


def take_back(study: Study, held: Desk) -> None:
    """Undo the annotator's latest act, and lay out the item that it was on.

    Where it gave labels, the first of them is what the controls go back to.
    """
    undone = undo.undo(study, held.work.annotator)
    if undone is None:
        held.tell("Nothing is left to undo")
        return
    held.tell(undone.sentence)
    if undone.queue_id == held.work.queue_id and undone.pair_id is not None:
        if held.item is None or held.item.pair_id != undone.pair_id:
            held.facts_of = None
        if held.work.is_in_list:
            held.work = replace(held.work, pair_id=undone.pair_id)
        _lay_out(study, held, undone.pair_id)
        held.back_to = _first_of(held, undone.labelled)


def _first_of(held: Desk, labelled: Collection[tuple[str, str]]) -> BackTo | None:
    """Find the first cell of the item on the desk that is one of those labelled."""
    cells = annotate_review.cells(held.item) if held.item else ()
    places = [(cell.response_id, cell.factor.name) for _, cell in cells]
    found = next((place for place in places if place in labelled), None)
    return BackTo(*found, token_hex(8)) if found else None


def _write(study: Study, held: Desk, event: Event) -> None:
    if event.pair_id is None:
        return
    is_here = held.item is not None and held.item.pair_id == event.pair_id
    item = held.item if is_here and held.item else _named(study, held, event.pair_id)
    who = held.work.annotator
    before, after = item, item
    match event.act:
        case "label":
            after = desk.label(study, who, item, event.labels)
        case "prefer":
            after = preferences.prefer(
                study,
                who,
                item,
                annotate_prefer.choice(item.shown_order, event.fields["choice"]),
                strength=event.fields["strength"],
                reason=event.note,
            )
        case "skip":
            after = desk.skip(study, who, item, event.note)
        case "flag":
            after = desk.flag(study, who, item, event.note)
        case "save":
            after = desk.save(study, who, item, event.note)
        case "reopen":
            after = desk.reopen(study, who, item, event.note)
        case _:
            raise ProfileError(f"the desk knows no {event.act!r}")
    held.tell(*_told(after, event))
    if held.standing is not None:
        held.standing.note(after)
    if is_here:
        held.item = after
        if _leaves(event, before, after):
            _go_on(study, held, after)


def _leaves(event: Event, before: Item, after: Item) -> bool:
    """Tell whether an item that was being worked on is done with."""
    if event.act in ("skip", "flag", "save", "prefer"):
        return True
    return not before.state.is_finished and after.state.is_finished


def _go_on(study: Study, held: Desk, done: Item) -> None:
    if held.work.queue_id is None:
        return
    _next(study, held, done.place)
    held.guideline = held.facts_of = None
    _settle(held)


def _next(study: Study, held: Desk, after: int | None) -> None:
    """Lay out the next item of a queue: one that is at hand, else the first of a new batch."""
    queue_id = str(held.work.queue_id)
    for at_hand in list(held.standing.ahead(after)) if held.standing else ():
        item = _named(study, held, at_hand.pair_id)
        # A response may have been labelled through another pair meanwhile.
        if not item.state.is_finished:
            held.item = item
            return
    held.item = desk.next_item(study, held.work.annotator, queue_id, after=after)
    held.standing = annotate_standing.read(study, held.work.annotator, queue_id)


def _settle(held: Desk) -> None:
    if held.item is not None and held.item.asks is Asks.FACTS and held.facts_of is None:
        held.facts_of = 0


def _step(study: Study, held: Desk, event: Event) -> None:
    if held.standing is None:
        return
    by = int(event.fields["by"])
    target = held.standing.beside(held.item.place if held.item else None, by)
    if target is None:
        held.tell("This is your first item" if by < 0 else "This is the last item you have so far")
        return
    held.guideline = held.facts_of = held.said = None
    _lay_out(study, held, target.pair_id)


def _facts(study: Study, held: Desk, event: Event) -> None:
    if held.item is None or held.item.asks is Asks.FACTS:
        return
    response_id = event.fields.get("response")
    if held.facts_of is not None or response_id is None:
        held.facts_of = None
    else:
        first = annotate_review.cells(held.item)[0][1].response_id
        held.facts_of = int(response_id != first)
    _lay_out(study, held, held.item.pair_id)


def _side(study: Study, held: Desk, event: Event) -> None:
    if held.facts_of is not None and held.item is not None:
        held.facts_of = 1 - held.facts_of
        _lay_out(study, held, held.item.pair_id)


def _guideline(study: Study, held: Desk, event: Event) -> None:
    factor = event.fields.get("factor")
    held.guideline = None if factor == held.guideline else factor


def _lay_out(study: Study, held: Desk, pair_id: str) -> None:
    held.item = _named(study, held, pair_id)
    _settle(held)


def _named(study: Study, held: Desk, pair_id: str) -> Item:
    work = held.work
    is_labelled = work.queue_id is None and work.asks is Asks.FACTORS
    item = desk.open_item(
        study,
        work.annotator,
        pair_id,
        queue_id=work.queue_id,
        asks=work.asks,
        factors=_reviewable(study) if is_labelled else (),
    )
    if work.is_in_list:
        item = items.as_stored(item)
    if held.standing is not None:
        held.standing.note(item)
    return item


def _reviewable(study: Study) -> list[str]:
    """Name what is worth a person's look in a pair outside any queue: no surface measures."""
    used = labels.in_force(study)
    known = sorted((used.factors[name] for name in used.extractors), key=taxonomy_order)
    return [factor.name for factor in known if factor.taxonomy != "rules"]


def _told(item: Item, event: Event) -> tuple[str, str]:
    """Say what was saved, in words."""
    place = "this item" if item.place is None else f"item {item.place + 1}"
    words = {
        "skip": ("Skipped", place),
        "flag": ("Flagged", place),
        "reopen": ("Reopened", place),
        "save": ("Saved", f"{place} as it stands"),
    }
    if event.act in words:
        return words[event.act]
    if event.act == "prefer":
        return "Saved", f"{place}, {annotate_prefer.said(item)}"
    given = event.labels
    if len(given) > 1:
        return "Saved", f"{numbers.counted(len(given), 'value')} accepted"
    return "Saved", _label_in_words(item, given[0].response_id, given[0].factor)


def _label_in_words(item: Item, response_id: str, factor: str) -> str:
    for side, cell in annotate_review.cells(item):
        if (cell.response_id, cell.factor.name) == (response_id, factor) and cell.label:
            is_taken_back = cell.label.action is LabelAction.CANNOT_TELL
            words = "can't tell" if is_taken_back else annotate_review.said(cell.factor, cell.label)
            return f"{cell.factor.title} of {annotate_review.SIDES[side].lower()}: {words}"
    return ""


def state_in_words(state: State) -> str:
    """Say what became of an item; an item that was only viewed is not done."""
    words = {
        State.UNSEEN: "not seen yet",
        State.VIEWED: "viewed, not finished",
        State.ACCEPTED: "finished: all accepted",
        State.CHANGED: "finished: with values of your own",
        State.SKIPPED: "skipped",
        State.FLAGGED: "flagged",
    }
    return words[state]
