"""A study whose true factor values are known, and people who give them for drawn pairs.

Labels are given at the desk, as in the app: items are handed out and every cell is labelled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from profile_core.annotation import desk
from profile_core.annotation.items import Cell, Item
from profile_core.store.labels import Label, LabelAction
from profile_core.store.queues import Queue
from profile_core.store.records import Batch
from profile_core.store.study import IN_MEMORY, Study
from profile_core.types import Choice, Factor, FactorKind, SourceKind
from tests.studies import empty_study, write

FACTORS = ("clarity", "depth")
Truth = dict[tuple[str, str], float | None]
"""By response and factor; None is not applicable."""


@dataclass(frozen=True)
class Known:
    """A study, and the true values that its automatic ones stray from."""

    study: Study
    truth: Truth


def known_study(
    pairs: int = 60,
    *,
    per_prompt: int = 2,
    seed: int = 0,
    error: float = 0.8,
    overstated_in_b: float = 0.0,
    undefined: float = 0.0,
    path: Path = IN_MEMORY,
) -> Known:
    """Pairs whose two factors (`clarity`, `depth`) an extractor measures with normal errors.

    `crowd` prefers the clearer response in two of three pairs, with some ties; `judge` chooses at
    random and gives probabilities. A share of the true values is not applicable. Tasks alternate
    by prompt.
    """
    study, random = empty_study(path), np.random.default_rng(seed)
    batch = Batch("drawn", "drawn.jsonl")
    crowd = batch.add_source(SourceKind.HUMAN, "crowd", is_majority=True)
    judge = batch.add_source(SourceKind.JUDGE, "judge")
    for name in FACTORS:
        batch.add_factor(
            Factor(name, name.title(), FactorKind.NUMBER, f"The {name} of a text.", "imported")
        )
    truth: Truth = {}
    for place in range(pairs):
        number = place // per_prompt
        prompt = batch.add_prompt(f"Question {number}?", task=("qa", "summarization")[number % 2])
        sides = [
            batch.add_response(prompt, f"{side} answer {place}", generator=side)
            for side in ("left", "right")
        ]
        for side, response in enumerate(sides):
            for name in FACTORS:
                true = float(np.round(random.normal(3, 1), 1))
                lifted = overstated_in_b if side and name == "clarity" else 0.0
                measured = true + lifted + float(np.round(random.normal(0, error), 1))
                batch.add_factor_value(response, name, measured, "rater")
                truth[response, name] = None if random.random() < undefined else true
        pair = batch.add_pair(prompt, sides[0], sides[1], str(place))
        clearer = [truth[response, "clarity"] or 3.0 for response in sides]
        drawn = random.random()
        choice = Choice.B if clearer[1] > clearer[0] else Choice.A
        if drawn < 0.5:
            choice = (Choice.TIE, Choice.A, Choice.B)[int(drawn * 6)]
        batch.add_preference(pair, crowd, choice)
        probability = float(np.round(random.random(), 2))
        batch.add_preference(
            pair,
            judge,
            Choice.A if probability > 0.5 else Choice.B if probability < 0.5 else Choice.TIE,
            probability=probability,
        )
    write(study, batch)
    return Known(study, truth)


def told(truth: Truth) -> Callable[[Item, Cell], Label]:
    """Say the true value of every cell."""

    def say(item: Item, cell: Cell) -> Label:
        value = truth[cell.response_id, cell.factor.name]
        return Label(cell.response_id, cell.factor.name, LabelAction.CORRECT, value)

    return say


def accepted(item: Item, cell: Cell) -> Label:
    return Label(cell.response_id, cell.factor.name, LabelAction.ACCEPT)


def cannot_tell(item: Item, cell: Cell) -> Label:
    return Label(cell.response_id, cell.factor.name, LabelAction.CANNOT_TELL)


def answer(
    study: Study,
    queue: Queue,
    say: Callable[[Item, Cell], Label],
    *,
    annotator: str = "ann",
    limit: int | None = None,
    skipping: Iterable[int] = (),
    flagging: Iterable[int] = (),
) -> list[str]:
    """Go through a queue in its order, as one annotator; gives the pairs that were finished."""
    done: list[str] = []
    while limit is None or len(done) < limit:
        item = desk.next_item(study, annotator, queue.queue_id)
        if item is None:
            break
        if item.place in skipping:
            desk.skip(study, annotator, item)
        elif item.place in flagging:
            desk.flag(study, annotator, item)
        else:
            desk.label(study, annotator, item, [say(item, cell) for cell in item.cells])
        done.append(item.pair_id)
    return done
