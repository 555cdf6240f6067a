"""Responses a second of the whole rule set, evidence included, on one core.

Run as `python -m tests.benchmarks.bench_extract`. The baseline measures the same factors one call
each, so that every factor cuts the text anew: what sharing the words gains. Exits 1 under the bar.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

from profile_core.factors.rules import Subject, measure, rule_factors

BAR = 2_000
WORDS = 150
RESPONSES = 4_000
ROUNDS = 3
_GRAMMAR = "the of and to a in that it is was for on with as I you he be by at we might perhaps"
_SOUNDS = "ba ce di fo gu han jel kim lor mun ner pol qua rist sol tam ver wex yon zur"


def subjects(count: int = RESPONSES, seed: int = 1) -> list[Subject]:
    """Return invented responses of 150 words, two to a prompt with a source of 300 words."""
    chance = random.Random(seed)
    sounds = _SOUNDS.split()
    content = ["".join(chance.choices(sounds, k=chance.randint(1, 3))) for _ in range(4_000)]
    grammar = _GRAMMAR.split()

    def text(words: int) -> str:
        lines: list[str] = []
        while words > 0:
            size = min(words, chance.randint(6, 20))
            words -= size
            line = [
                chance.choice(grammar if chance.random() < 0.45 else content) for _ in range(size)
            ]
            if size > 8:
                line[4] = f"{line[4]},"
                line[6] = chance.choice([line[6].capitalize(), str(chance.randint(2, 3000))])
            line[0] = line[0].capitalize()
            lead = chance.choice(["", "", "", "\n\n", "\n- "])
            lines.append(lead + " ".join(line) + chance.choice("...?!"))
        return " ".join(lines)

    found: list[Subject] = []
    while len(found) < count:
        prompt, source = text(20), text(300)
        found += [Subject(text(WORDS), prompt, source, "summarization") for _ in range(2)]
    return found


def rate(work: Callable[[Subject], object], given: list[Subject]) -> float:
    """Return the best of several rounds, in responses a second."""
    best = 0.0
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for subject in given:
            work(subject)
        best = max(best, len(given) / (time.perf_counter() - begin))
    return best


def shared(subject: Subject) -> None:
    """Measure every factor in one call and write the evidence as it would be stored."""
    for found in measure(subject):
        if found.evidence:
            found.evidence.as_json()


def one_call_a_factor(subject: Subject) -> None:
    """Do the same with one call for each factor."""
    for factor in rule_factors():
        for found in measure(subject, [factor]):
            if found.evidence:
                found.evidence.as_json()


def main() -> int:
    """Print the rates and tell whether the bar is met."""
    given = subjects()
    fast, plain = rate(shared, given), rate(one_call_a_factor, given[: RESPONSES // 4])
    print(f"{len(rule_factors())} factors, {WORDS} words a response, evidence included")
    print(f"shared reading      {fast:8,.0f} responses/s")
    print(f"one call a factor   {plain:8,.0f} responses/s  (baseline)")
    print(f"ratio               {fast / plain:8.2f}")
    print(f"bar                 {BAR:8,}  {'met' if fast >= BAR else 'MISSED'}")
    return 0 if fast >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
