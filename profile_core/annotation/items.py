"""An item of the labelling desk: a pair as one annotator has it before them, and what is asked.

Owns what an annotator gets to see: in blind mode no automatic value before the item is finished,
and never anybody else's work. It reads only; what changes an item is in `desk` and `preferences`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from profile_core.errors import ProfileError, UnknownName
from profile_core.store import desk_log, desk_preferences, labels
from profile_core.store.desk_log import Asked, DeskPair, ItemLog, State
from profile_core.store.desk_preferences import GivenPreference
from profile_core.store.ids import content_id
from profile_core.store.labels import Automatic, InForce, StandingLabel
from profile_core.store.study import Study
from profile_core.types import Asks, Choice, Factor, Mode, Order


@dataclass(frozen=True, slots=True)
class Cell:
    """A factor in one response: what an extractor said of it, and what this annotator says."""

    response_id: str
    side: Choice
    """`a` or `b`, as stored, whatever the order on the screen."""
    factor: Factor
    automatic: float | None
    """None for not applicable, and where there is none to show."""
    has_automatic: bool
    """Whether there is an automatic value to show; never in a blind item before it is revealed."""
    extractor: str | None
    extractor_version: str | None
    label: StandingLabel | None
    """The annotator's own."""


@dataclass(frozen=True, slots=True)
class Item:
    """A pair in the hands of one annotator."""

    queue_id: str | None
    pair: DeskPair
    """With its draw: place, kind of queue, and probability; all None outside a queue."""
    asks: Asks
    mode: Mode
    shown_order: Order
    """At random, but always the same for the annotator, queue and pair, unless `as_stored`."""
    state: State
    is_held: bool
    """Whether the queue assigned it to the annotator."""
    cells: tuple[Cell, ...]
    """Factor by factor, in the order asked; of each, the response shown first comes first."""
    preference: GivenPreference | None
    """The annotator's own."""
    is_revealed: bool
    """Whether automatic values may be shown; in blind mode once the item has been finished."""

    @property
    def pair_id(self) -> str:
        """The pair's id."""
        return self.pair.pair_id

    @property
    def place(self) -> int | None:
        """Its place in the queue, from 0; None outside one."""
        return self.pair.place

    @property
    def factors(self) -> tuple[str, ...]:
        """The factors asked for, in their order."""
        return tuple(dict.fromkeys(cell.factor.name for cell in self.cells))

    @property
    def asked(self) -> Asked:
        """What is asked, as the log of acts takes it."""
        return Asked(self.queue_id, self.asks, self.mode, self.factors)


def checked_annotator(name: str) -> str:
    """Give a name back without blanks around it; ProfileError for none, or the group's own."""
    name = name.strip()
    if not name:
        raise ProfileError("nobody is named as the annotator: say who you are first.")
    if name == desk_preferences.GROUP_NAME:
        raise ProfileError(
            f"{name!r} is what the people at the desk are called together: take another name."
        )
    return name


def shown_order(annotator: str, queue_id: str | None, pair_id: str) -> Order:
    """Draw the order of the two responses: as good as random, and the same each time."""
    return Order.AB if int(content_id(annotator, queue_id, pair_id), 16) % 2 else Order.BA


def as_stored(item: Item) -> Item:
    """Give an item with a on the left, for who sees what others said of a and b beside it."""
    factors = item.factors
    cells = sorted(item.cells, key=lambda cell: (factors.index(cell.factor.name), cell.side))
    return replace(item, shown_order=Order.AB, cells=tuple(cells))


def read(study: Study, annotator: str, pair_id: str, asked: Asked) -> Item:
    """Read an item; UnknownName for a pair or factor that the study does not have."""
    used = labels.in_force(study)
    factors = _factors(asked.factors, used)
    order = shown_order(annotator, asked.queue_id, pair_id)
    automatic: Mapping[tuple[str, str], Automatic] = {}
    with study.cursor() as cursor:
        pair = desk_log.read_pair(cursor, pair_id, asked.queue_id)
        found = desk_log.item(cursor, asked, annotator, pair)
        is_revealed = _is_revealed(asked, found.log)
        if factors and is_revealed:
            responses = {pair.response_a, pair.response_b}
            automatic = labels.automatic(cursor, used, responses, asked.factors)
    return Item(
        queue_id=asked.queue_id,
        pair=pair,
        asks=asked.asks,
        mode=asked.mode,
        shown_order=order,
        state=found.log.state,
        is_held=found.log.is_held,
        cells=_cells(factors, pair, order, automatic, found.labels),
        preference=found.preference,
        is_revealed=is_revealed,
    )


def read_again(study: Study, annotator: str, item: Item) -> Item:
    """Read what an annotator did on an item by now; the rest is as it was on the screen."""
    with study.cursor() as cursor:
        found = desk_log.item(cursor, item.asked, annotator, item.pair)
    if _is_revealed(item.asked, found.log) is not item.is_revealed:
        return read(study, annotator, item.pair_id, item.asked)
    return replace(
        item,
        state=found.log.state,
        is_held=found.log.is_held,
        cells=tuple(
            replace(cell, label=found.labels.get((cell.response_id, cell.factor.name)))
            for cell in item.cells
        ),
        preference=found.preference,
    )


def _is_revealed(asked: Asked, log: ItemLog) -> bool:
    return asked.mode is not Mode.BLIND or log.state.is_finished or log.was_reopened


def _cells(
    factors: Sequence[Factor],
    pair: DeskPair,
    order: Order,
    automatic: Mapping[tuple[str, str], Automatic],
    own: Mapping[tuple[str, str], StandingLabel],
) -> tuple[Cell, ...]:
    sides = ((Choice.A, pair.response_a), (Choice.B, pair.response_b))
    cells = []
    for factor in factors:
        for side, response_id in sides if order is Order.AB else sides[::-1]:
            key = (response_id, factor.name)
            measured = automatic.get(key)
            cells.append(
                Cell(
                    response_id=response_id,
                    side=side,
                    factor=factor,
                    automatic=measured.value if measured else None,
                    has_automatic=measured is not None,
                    extractor=measured.extractor if measured else None,
                    extractor_version=measured.extractor_version if measured else None,
                    label=own.get(key),
                )
            )
    return tuple(cells)


def _factors(names: Sequence[str], used: InForce) -> list[Factor]:
    for name in names:
        if name not in used.factors:
            raise UnknownName("factor", name, used.factors)
    return [used.factors[name] for name in names]
