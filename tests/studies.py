"""Small studies that many tests start from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from profile_core.store.ingest import Ingest, Ingested
from profile_core.store.records import Batch
from profile_core.store.study import IN_MEMORY, Study
from profile_core.types import Choice, Factor, FactorKind, SourceKind

A, B, TIE = Choice.A, Choice.B, Choice.TIE


def empty_study(path: Path = IN_MEMORY) -> Study:
    return Study.open(path, create=True)


def write(study: Study, *batches: Batch, file: str = "rows.csv") -> Ingested:
    """Import batches in one transaction, as an importer does."""
    with study.writing() as cursor:
        ingest = Ingest(cursor, file)
        for batch in batches:
            ingest.write(batch)
        return ingest.finish()


def pairs_batch(
    texts: Sequence[tuple[str, str]],
    choices: Sequence[Choice | None],
    *,
    dataset: str = "small",
    task: str | None = "summarization",
) -> Batch:
    """One prompt for each two pairs; `human` chooses."""
    batch = Batch(dataset, "rows.csv")
    human = batch.add_source(SourceKind.HUMAN, "human", is_majority=True)
    for place, ((text_a, text_b), choice) in enumerate(zip(texts, choices, strict=True)):
        prompt = batch.add_prompt(f"Question {place // 2}?", task=task)
        pair = batch.add_pair(
            prompt,
            batch.add_response(prompt, text_a, generator="left"),
            batch.add_response(prompt, text_b, generator="right"),
            str(place),
            place=f"row {place + 1}",
        )
        batch.add_preference(pair, human, choice, place=f"row {place + 1}")
    return batch


def small_batch() -> Batch:
    """Four pairs of two prompts; the longer text is preferred in three of them."""
    return pairs_batch(
        [("one two three", "one"), ("one", "one two"), ("a b c", "a b"), ("d", "d e f")],
        [A, B, B, B],
    )


def levels_batch(levels: Sequence[int] = (1, 3, 5), dataset: str = "levels") -> Batch:
    """One prompt answered by one generator at some score levels."""
    batch = Batch(dataset, "levels.csv")
    prompt = batch.add_prompt("Write.", task="summarization")
    for level in levels:
        batch.add_response(prompt, "word " * level, generator="writer", score_level=level)
    return batch


def a_factor(name: str, version: int = 1) -> Factor:
    return Factor(
        name=name,
        title=name.title(),
        kind=FactorKind.NUMBER,
        definition=f"The {name} of a text.",
        taxonomy="imported",
        version=version,
    )
