"""A study with automatic values and a way to label them: what tests of the lead's views share.

Labels are written as the desk writes them: an act, and the rows that belong to it.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from profile_core.store.acts import Action, acting
from profile_core.store.ids import event_id
from profile_core.store.records import Batch
from profile_core.store.rows import first_row
from profile_core.store.study import IN_MEMORY, Counter, Study
from profile_core.types import Choice, Factor, FactorKind, Mode, SourceKind
from tests.studies import empty_study, write

NOT_APPLICABLE = math.nan
EXTRACTOR = "rater"


def labelled_study(
    pairs: int = 12, *, per_prompt: int = 2, seed: int = 0, path: Path = IN_MEMORY
) -> Study:
    """Pairs with automatic values of `clarity` (1 to 5) and `words` (a count), by one extractor."""
    study = empty_study(path)
    random = np.random.default_rng(seed)
    batch = Batch("desk", "desk.jsonl")
    crowd = batch.add_source(SourceKind.HUMAN, "crowd", is_majority=True)
    batch.add_factor(_factor("clarity", FactorKind.ORDINAL_1_5))
    batch.add_factor(_factor("words", FactorKind.COUNT))
    for place in range(pairs):
        prompt = batch.add_prompt(f"Question {place // per_prompt}?", task="summarization")
        sides = [
            batch.add_response(prompt, f"{side} answer {place}", generator=side)
            for side in ("left", "right")
        ]
        for response in sides:
            batch.add_factor_value(response, "clarity", float(random.integers(1, 6)), EXTRACTOR)
            batch.add_factor_value(response, "words", float(random.integers(1, 9)), EXTRACTOR)
        pair = batch.add_pair(prompt, sides[0], sides[1], str(place))
        batch.add_preference(pair, crowd, Choice.A)
    write(study, batch)
    return study


def response_id(study: Study, number: int) -> str:
    """The responses in the order of import: a and b of the first pair, and so on."""
    side = "response_b" if number % 2 else "response_a"
    row = first_row(
        study.cursor(), f"SELECT {side} FROM pair ORDER BY seq LIMIT 1 OFFSET ?", [number // 2]
    )
    assert row
    return str(row[0])


def pair_id(study: Study, number: int) -> str:
    row = first_row(
        study.cursor(), "SELECT pair_id FROM pair ORDER BY seq LIMIT 1 OFFSET ?", [number]
    )
    assert row
    return str(row[0])


def automatic(study: Study, response: int, factor: str) -> float | None:
    row = first_row(
        study.cursor(),
        "SELECT value FROM factor_value WHERE response_id = ? AND factor = ?",
        [response_id(study, response), factor],
    )
    assert row
    return None if row[0] is None else float(row[0])


def label(
    study: Study,
    annotator: str,
    response: int,
    factor: str,
    action: str,
    value: float | None = None,
    *,
    mode: Mode = Mode.REVIEW,
    probability: float | None = None,
    extractor_version: str = "1",
) -> str:
    """Write one label; an accept takes the automatic value. Gives the act's id."""
    was = automatic(study, response, factor)
    now = was if action == "accept" else None if value is None or math.isnan(value) else value
    kind = Action.ADJUDICATE if action == "adjudicate" else Action.LABEL
    pair = pair_id(study, response // 2)
    with acting(study, annotator, kind, pair_id=pair, mode=mode) as (cursor, act):
        cursor.execute(
            "INSERT INTO correction (event_id, response_id, factor, extractor, extractor_version, "
            "annotator, created_at, mode, queue, probability, action, old_value, new_value, "
            "act_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                event_id(),
                response_id(study, response),
                factor,
                EXTRACTOR,
                extractor_version,
                annotator,
                act.created_at,
                mode.value,
                None if probability is None else "random",
                probability,
                action,
                was,
                now,
                act.act_id,
            ],
        )
    return act.act_id


def prefer(study: Study, annotator: str, pair: int, choice: Choice) -> None:
    """Write one choice that a person gave."""
    name = pair_id(study, pair)
    with acting(study, annotator, Action.PREFER, pair_id=name, mode=Mode.BLIND) as (cursor, act):
        cursor.execute(
            "INSERT INTO preference (preference_id, pair_id, source_id, repeat, status, choice, "
            "annotator, mode, created_at, act_id) VALUES (?, ?, ?, 0, 'valid', ?, ?, ?, ?, ?)",
            [
                event_id(),
                name,
                f"human:{annotator}",
                choice.value,
                annotator,
                Mode.BLIND.value,
                act.created_at,
                act.act_id,
            ],
        )


def undo(study: Study, annotator: str, act_id: str) -> None:
    """Make an act count for nothing."""
    with acting(study, annotator, Action.UNDO, undoes=act_id, counter=Counter.CORRECTIONS):
        pass


def _factor(name: str, kind: FactorKind) -> Factor:
    return Factor(
        name=name,
        title=name.title(),
        kind=kind,
        definition=f"The {name} of a text.",
        taxonomy="imported",
    )
