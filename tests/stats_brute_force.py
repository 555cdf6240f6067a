"""The statistics once more, pair by pair in plain Python: slow, obvious, and independent.

What the tests of `profile_core.stats` compare with. A study is a list of `Pair`.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy import stats

from profile_core.stats import planes as bit_planes


@dataclass(frozen=True)
class Pair:
    prompt: int
    choices: tuple[str | None, ...]
    differences: tuple[float | None, ...]


@dataclass(frozen=True)
class Cell:
    concordant: int
    discordant: int
    tied: int
    missing: int
    prompts: int
    tau: float
    se: float
    low: float
    high: float
    p: float


# The worked case of the design: C = 2, D = 1, T = 1.
WORKED = [
    Pair(g, (choice,), (difference,))
    for g, (choice, difference) in enumerate(
        [("a", 3.0), ("a", 0.0), ("b", -1.0), ("tie", 2.0), ("a", -2.0)]
    )
]


def random_study(seed, *, pairs=150, prompts=40, factors=3, sources=2, missing=0.15, abstains=0.3):
    """Pairs of prompts of very unequal sizes, with ties, abstentions and missing values."""
    draw = random.Random(seed)
    weights = [draw.random() ** 3 for _ in range(prompts)]
    return [
        Pair(
            draw.choices(range(prompts), weights)[0],
            tuple(
                draw.choice(["tie", None]) if draw.random() < abstains else draw.choice("aab")
                for _ in range(sources)
            ),
            tuple(
                None if draw.random() < missing else float(draw.randint(-2, 3))
                for _ in range(factors)
            ),
        )
        for _ in range(pairs)
    ]


def as_planes(study, *, seed=0):
    """Planes of a study, and its pairs in the planes' order."""
    order, starts = bit_planes.prompt_order([pair.prompt for pair in study], seed=seed)
    stored = [study[i] for i in order]
    factors = [
        bit_planes.pack_factor(
            [np.nan if pair.differences[k] is None else pair.differences[k] for pair in stored],
            np.zeros(len(stored)),
        )
        for k in range(len(study[0].differences))
    ]
    sources = [
        bit_planes.pack_source(
            np.array([pair.choices[s] == "a" for pair in stored]),
            np.array([pair.choices[s] == "b" for pair in stored]),
        )
        for s in range(len(study[0].choices))
    ]
    return bit_planes.assemble(starts, factors, sources), stored


def concordance(pair, source, factor):
    """z of a pair, or None where it does not count."""
    choice, difference = pair.choices[source], pair.differences[factor]
    if choice not in ("a", "b") or difference is None:
        return None
    sign = (difference > 0) - (difference < 0)
    return sign if choice == "a" else -sign


def cell(study, source, factor, *, tied=True):
    """Influence of one factor on one source, by the textbook."""
    z = [concordance(pair, source, factor) for pair in study]
    strict = [pair.choices[source] in ("a", "b") for pair in study]
    sums, sizes = defaultdict(int), defaultdict(int)
    for pair, value in zip(study, z, strict=True):
        if value is not None and (tied or value != 0):
            sums[pair.prompt] += value
            sizes[pair.prompt] += 1
    return Cell(
        z.count(1),
        z.count(-1),
        z.count(0),
        sum(s and value is None for s, value in zip(strict, z, strict=True)),
        len(sizes),
        *ratio_interval([sums[g] for g in sizes], [sizes[g] for g in sizes]),
    )


def ratio_interval(sums, sizes):
    """(tau, se, low, high, p) of a list of prompts, exact until the last root."""
    n, prompts = sum(sizes), len(sizes)
    if n == 0:
        return (math.nan,) * 5
    tau = Fraction(sum(sums), n)
    square = sum((s - tau * m) ** 2 for s, m in zip(sums, sizes, strict=True))
    if prompts < 5 or square == 0:
        signs = [s > 0 for s in sums if s != 0]
        p = stats.binomtest(sum(signs), len(signs)).pvalue if signs else math.nan
        return float(tau), math.nan, math.nan, math.nan, p
    se = math.sqrt(Fraction(prompts, prompts - 1) * square / n**2)
    half = stats.t.ppf(0.975, prompts - 1) * se
    p = 2 * stats.t.sf(abs(float(tau)) / se, prompts - 1)
    return float(tau), se, max(float(tau) - half, -1.0), min(float(tau) + half, 1.0), p
