"""A small study with automatic values, and people who go through its queues at the desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from profile_core.annotation import desk
from profile_core.annotation.desk import Cell, Item, Label, LabelAction
from profile_core.store.records import Batch
from profile_core.store.study import Study
from profile_core.types import Choice, Factor, FactorKind, SourceKind
from tests.studies import A, empty_study, write

Values = Sequence[tuple[float, float]]


def rated_study(path: Path, clarity: Values, words: Values, *, title: str = "Clarity") -> Study:
    """One prompt for each pair; `human` always chooses a, `judge` too."""
    batch = Batch("desk", "desk.jsonl")
    human = batch.add_source(SourceKind.HUMAN, "human", is_majority=True)
    judge = batch.add_source(SourceKind.JUDGE, "judge")
    batch.add_factor(_factor("clarity", title, FactorKind.ORDINAL_1_5))
    batch.add_factor(_factor("words", "Words", FactorKind.COUNT))
    for place, (rated, counted) in enumerate(zip(clarity, words, strict=True)):
        prompt = batch.add_prompt(f"Question {place}?", task="summarization")
        sides = [
            batch.add_response(prompt, f"{side} answer {place}", generator=side)
            for side in ("left", "right")
        ]
        for response, rating, count in zip(sides, rated, counted, strict=True):
            batch.add_factor_value(response, "clarity", rating, "rater")
            batch.add_factor_value(response, "words", count, "rater")
        pair = batch.add_pair(prompt, sides[0], sides[1], str(place))
        batch.add_preference(pair, human, A)
        batch.add_preference(pair, judge, A)
    study = empty_study(path)
    write(study, batch)
    return study


def go_through(
    study: Study,
    annotator: str,
    queue_id: str,
    value: Callable[[Cell, Item], float | None],
    limit: int = 1000,
) -> int:
    """Label a queue in its order, where `value` gives None by accepting; gives how many items."""
    done = 0
    item = desk.next_item(study, annotator, queue_id)
    while item is not None and done < limit:
        desk.label(study, annotator, item, [_label(cell, value(cell, item)) for cell in item.cells])
        done += 1
        item = desk.next_item(study, annotator, queue_id)
    return done


def relabel(
    study: Study, annotator: str, pair_id: str, side: Choice, factor: str, value: float
) -> None:
    """Open a pair outside any queue and give one value."""
    item = desk.open_item(study, annotator, pair_id, factors=(factor,))
    (cell,) = (cell for cell in item.cells if cell.side is side)
    desk.label(study, annotator, item, [_label(cell, value)])


def _label(cell: Cell, value: float | None) -> Label:
    action = LabelAction.ACCEPT if value is None else LabelAction.CORRECT
    return Label(cell.response_id, cell.factor.name, action, value)


def _factor(name: str, title: str, kind: FactorKind) -> Factor:
    return Factor(
        name=name,
        title=title,
        kind=kind,
        definition=f"The {name} of a text.",
        taxonomy="imported",
    )
