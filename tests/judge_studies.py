"""Studies whose judges' every answer is known, and their measures once more in plain Python."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from profile_core.actions.extract import extract
from profile_core.stats.verdicts import Combined, Verdict, combine_verdicts
from profile_core.store.records import Batch
from profile_core.store.study import IN_MEMORY, Study
from profile_core.types import Choice, Order, SourceKind, VerdictStatus
from tests.stats_brute_force import ratio_interval
from tests.studies import write

A, B, TIE = Choice.A, Choice.B, Choice.TIE
AB, BA = Order.AB, Order.BA
VALID, INVALID, FAILED = VerdictStatus.VALID, VerdictStatus.INVALID, VerdictStatus.FAILED


@dataclass(frozen=True)
class Answer:
    order: Order | None
    choice: Choice | None
    status: VerdictStatus = VALID
    repeat: int = 0
    probability: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Pair:
    """A pair of a prompt, with its responses' lengths in words."""

    prompt: int
    human: Choice | None
    words: tuple[int, int]
    answers: Mapping[str, Sequence[Answer]] = field(default_factory=dict)

    @property
    def longer(self) -> Choice | None:
        a, b = self.words
        return None if a == b else A if a > b else B

    def combined(self, judge: str) -> Combined:
        said = self.answers.get(judge, ())
        return combine_verdicts(Verdict(one.order, one.status, one.choice) for one in said)


def both(ab: Choice | None, ba: Choice | None) -> list[Answer]:
    """An answer in each order; None is an invalid one."""
    return [
        Answer(order, choice, VALID if choice else INVALID)
        for order, choice in ((AB, ab), (BA, ba))
    ]


def study_of(
    pairs: Sequence[Pair], *, people: bool = True, measured: bool = True, judges: Sequence[str] = ()
) -> Study:
    """Write the pairs; row keys are their places. Judges beyond those that answered may be named.

    With `measured`, every response has its length.
    """
    study = Study.open(IN_MEMORY, create=True)
    batch = Batch("judged", "judged.csv")
    human = batch.add_source(SourceKind.HUMAN, "human", is_majority=True) if people else None
    for judge in judges:
        batch.add_source(SourceKind.JUDGE, judge)
    for place, pair in enumerate(pairs):
        prompt = batch.add_prompt(f"Question {pair.prompt}?", task="summarization")
        pair_id = batch.add_pair(
            prompt,
            *(
                batch.add_response(prompt, f"{side}{place}" + " word" * (words - 1))
                for side, words in zip("ab", pair.words, strict=True)
            ),
            str(place),
            place=f"row {place}",
        )
        if human:
            batch.add_preference(pair_id, human, pair.human)
        for judge, answers in pair.answers.items():
            source = batch.add_source(SourceKind.JUDGE, judge, model=judge.partition("/")[0])
            for one in answers:
                batch.add_preference(
                    pair_id,
                    source,
                    one.choice,
                    status=one.status,
                    order=one.order,
                    repeat=one.repeat,
                    probability=one.probability,
                    reason=one.reason,
                )
    write(study, batch)
    if measured:
        extract(study, factors=["length"])
    return study


def random_pairs(seed: int, pairs: int = 120) -> list[Pair]:
    """Judges of all kinds: both orders and repeats, one order, no order; with unusable answers."""
    draw = random.Random(seed)

    def answer(order: Order | None, repeat: int = 0) -> Answer:
        status = draw.choices([VALID, INVALID, FAILED, VerdictStatus.ABSTAINED], [16, 1, 1, 1])[0]
        # An answer that does not count may still hold a choice.
        choice = draw.choice([A, A, B, TIE]) if status is VALID or draw.random() < 0.5 else None
        return Answer(order, choice, status, repeat, draw.random() if choice else None)

    def answers() -> dict[str, list[Answer]]:
        kinds = {
            "m/overall@1": [answer(order) for order in (AB, BA)],
            "m/overall@2": [answer(order, k) for order in (AB, BA) for k in range(3)],
            "one-order": [answer(AB)],
            "no order": [answer(None)],
        }
        return {judge: said for judge, said in kinds.items() if draw.random() < 0.85}

    return [
        Pair(
            draw.randrange(40),
            draw.choice([A, A, B, B, TIE, None]),
            (draw.randint(1, 6), draw.randint(1, 6)),
            answers(),
        )
        for _ in range(pairs)
    ]


def by_prompt(values: Sequence[tuple[int, int]]) -> tuple[float, float, float, float, float]:
    """(estimate, se, low, high, p) of the mean of (prompt, value), clustered by prompt."""
    sums: dict[int, list[int]] = {}
    for prompt, value in values:
        sums.setdefault(prompt, []).append(value)
    return ratio_interval(
        [sum(found) for found in sums.values()], [len(found) for found in sums.values()]
    )
