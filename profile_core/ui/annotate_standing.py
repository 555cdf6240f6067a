"""How an annotator stands in a queue, as a session knows it without asking the study each time.

It is read when the desk is laid out and when a new batch comes, and kept up with what is done in
between; so the next item is known, and the line above it costs nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from profile_core.annotation import desk, progress
from profile_core.annotation.desk import Item, OwnItem, State
from profile_core.store.study import Study


@dataclass(slots=True)
class Standing:
    """An annotator's items of a queue, and the queue as it was when last read."""

    own: dict[int, OwnItem]
    """By place: the items that they hold."""
    complete: int
    drawn: int
    seconds_an_item: float | None

    @property
    def states(self) -> Counter[State]:
        """How many items are in each state."""
        return Counter(item.state for item in self.own.values())

    @property
    def done(self) -> int:
        """Items that are finished."""
        return sum(item.state.is_finished for item in self.own.values())

    @property
    def left(self) -> int:
        """Items at hand that are not finished."""
        return len(self.own) - self.done

    def note(self, item: Item) -> None:
        """Keep what became of an item."""
        if item.place is not None:
            self.own[item.place] = OwnItem(item.place, item.pair_id, item.state)

    def ahead(self, after: int | None) -> Iterator[OwnItem]:
        """Give the unfinished items, those behind a place before the others."""
        left = [self.own[place] for place in sorted(self.own)]
        left = [item for item in left if not item.state.is_finished]
        start = -1 if after is None else after
        yield from (item for item in left if item.place > start)
        yield from (item for item in left if item.place <= start)

    def beside(self, place: int | None, by: int) -> OwnItem | None:
        """Give the own item before or behind a place; None, the end, has the last before it."""
        places = sorted(self.own)
        if by < 0:
            found = [other for other in places if place is None or other < place][-1:]
        else:
            found = [other for other in places if place is not None and other > place][:1]
        return self.own[found[0]] if found else None


def read(study: Study, annotator: str, queue_id: str) -> Standing:
    """Read how an annotator stands in a queue."""
    found = progress.progress(study, queue_id)
    person = next((one for one in found.people if one.annotator == annotator), None)
    return Standing(
        own={item.place: item for item in desk.own_places(study, annotator, queue_id)},
        complete=found.complete,
        drawn=found.drawn,
        seconds_an_item=person.seconds_an_item if person else None,
    )
