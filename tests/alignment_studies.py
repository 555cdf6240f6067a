"""Studies with planted tastes: who weighs which factor how, when judging and when writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from profile_core.store.records import Batch
from profile_core.store.study import IN_MEMORY, Study
from profile_core.types import Choice, Factor, FactorKind, SourceKind
from tests.studies import A, B, empty_study, write

FACTORS = tuple(f"trait_{k}" for k in range(8))
SHARP = 4.0
"""How strongly a taste decides: differences are of the order of 1."""


def taste(**weights: float) -> np.ndarray:
    """The weights of the factors, in their order; 0 where none is given."""
    return np.array([weights.get(name, 0.0) for name in FACTORS])


def tasteful_study(
    judges: Mapping[str, np.ndarray],
    *,
    people: np.ndarray | None = None,
    prompts: int = 120,
    seed: int = 0,
    writers: Mapping[str, np.ndarray] | None = None,
    written: int = 40,
    judged_levels: Mapping[str, float] | None = None,
    models: Mapping[str, str] | None = None,
    kind: FactorKind = FactorKind.NUMBER,
    path: Path = IN_MEMORY,
) -> Study:
    """Two pairs a prompt, judged by all; writers' responses at five levels follow their taste.

    `judged_levels` gives, by writer, the probability with which the people (or the first judge)
    prefer the higher of two of its responses, on one pair a prompt of levels 1 and 3.
    """
    random, batch = np.random.default_rng(seed), Batch("planted", "planted.jsonl")
    sources: dict[str, tuple[str, np.ndarray]] = {}
    if people is not None:
        crowd = batch.add_source(SourceKind.HUMAN, "crowd", is_majority=True)
        sources["crowd"] = (crowd, people)
    for name, weights in judges.items():
        model = (models or {}).get(name, name)
        sources[name] = (batch.add_source(SourceKind.JUDGE, name, model=model), weights)
    for name in FACTORS:
        batch.add_factor(Factor(name, name.title(), kind, f"The {name} of a text.", "imported"))
    for place in range(prompts):
        prompt = batch.add_prompt(
            f"Question {place}?", task=("qa", "dialogue")[place % 2], meta={"part": place % 3}
        )
        for number in range(2):
            values = random.normal(size=(2, len(FACTORS))).round(3)
            sides = [
                response(batch, prompt, f"answer {place} {number} {side}", values[side])
                for side in range(2)
            ]
            pair = batch.add_pair(prompt, *sides, f"{place}-{number}")
            for source, weights in sources.values():
                batch.add_preference(
                    pair, source, choice(random, (values[0] - values[1]) @ weights)
                )
    first = next(iter(sources.values()), ("", taste()))[0]
    for name, weights in (writers or {}).items():
        for place in range(written):
            prompt = batch.add_prompt(f"Write {place}.", task="qa")
            levels = {}
            for level in range(1, 6):
                values = random.normal(size=len(FACTORS)) + (level - 3) * weights
                values = np.clip(np.round(values) + 3, 1, 5) if _is_rating(kind) else values
                levels[level] = response(
                    batch, prompt, f"{name} {place} {level}", values.round(3), name, level
                )
            if judged_levels and name in judged_levels:
                pair = batch.add_pair(prompt, levels[3], levels[1], f"{name}-{place}")
                higher = random.random() < judged_levels[name]
                batch.add_preference(pair, first, A if higher else B)
    study = empty_study(path)
    write(study, batch)
    return study


def response(
    batch: Batch,
    prompt: str,
    text: str,
    values: Sequence[float] | np.ndarray,
    generator: str | None = None,
    level: int | None = None,
) -> str:
    made = batch.add_response(prompt, text, generator=generator, score_level=level)
    for name, value in zip(FACTORS, values, strict=True):
        batch.add_factor_value(made, name, float(value), "rater")
    return made


def choice(random: np.random.Generator, leaning: float) -> Choice:
    return A if random.random() < 1 / (1 + np.exp(-SHARP * leaning)) else B


def _is_rating(kind: FactorKind) -> bool:
    return kind in (FactorKind.ORDINAL_1_5, FactorKind.ORDINAL_0_3)
