"""What tests of the labelling desk share: a queue over a small study, and labelling an item."""

from __future__ import annotations

from collections.abc import Sequence

from profile_core.annotation import desk, queues
from profile_core.annotation.desk import Cell, Item, Label, LabelAction
from profile_core.store.queues import Queue
from profile_core.store.rows import number
from profile_core.store.study import Study
from profile_core.types import Asks, Mode, QueueKind

FACTORS = ("clarity", "words")


def a_queue(
    study: Study,
    *,
    asks: Asks = Asks.FACTORS,
    mode: Mode | None = None,
    factors: Sequence[str] = FACTORS,
    overlap: int = 1,
    overlap_share: float = 0.0,
    batch_size: int = 4,
) -> Queue:
    """Draw every pair of a study, in random order."""
    return queues.draw(
        study,
        kind=QueueKind.RANDOM,
        size=number(study.cursor(), "SELECT count(*) FROM pair"),
        factors=factors if asks is Asks.FACTORS else (),
        asks=asks,
        mode=mode,
        overlap=overlap,
        overlap_share=overlap_share,
        batch_size=batch_size,
    )


def accept(cell: Cell) -> Label:
    return Label(cell.response_id, cell.factor.name, LabelAction.ACCEPT)


def say(cell: Cell, value: float | None, note: str | None = None) -> Label:
    return Label(cell.response_id, cell.factor.name, LabelAction.CORRECT, value, note)


def cannot_tell(cell: Cell) -> Label:
    return Label(cell.response_id, cell.factor.name, LabelAction.CANNOT_TELL)


def another(cell: Cell) -> float:
    """A value of the cell's scale that the extractor did not give."""
    return 1.0 if cell.automatic != 1.0 else 2.0


def accept_all(study: Study, annotator: str, item: Item) -> Item:
    return desk.label(study, annotator, item, [accept(cell) for cell in item.cells])
