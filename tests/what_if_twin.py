"""What-if once more, pair by pair in plain Python: slow, obvious, and independent.

Written from the design's formulas, not from the code: it reads the study's raw tables and imports
nothing of the package. A pair is a dictionary; an estimate is its ratio with each prompt's
influence, whichever way it was come by.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

RATIO_RESOLUTION = 1e-9


@dataclass
class Pair:
    prompt: str
    task: str | None
    dataset: str
    setting: str
    generators: tuple
    levels: tuple
    values: tuple
    """Factor to value, of a and of b."""
    choices: dict
    """(setting, source name) to 'a', 'b' or 'tie'; a generator's own follows from its levels."""

    def difference(self, factor):
        a, b = (side.get(factor) for side in self.values)
        return None if a is None or b is None else a - b


@dataclass
class Study:
    pairs: list
    factors: dict
    """Factor to the difference up to which values are equal."""


@dataclass
class Estimate:
    tau: float
    influence: dict
    """Prompt to its influence on tau."""
    low: float | None = None
    high: float | None = None
    se: float | None = None
    p: float | None = None
    counts: tuple = (0, 0, 0)
    counted: set = field(default_factory=set)
    """Prompts with a counted pair."""


def read(cursor):
    """The study, from its raw tables."""

    def rows(query):
        return cursor.execute(query).fetchall()

    prompts = {row[0]: row[1:] for row in rows("SELECT prompt_id, task, dataset FROM prompt")}
    responses = {
        row[0]: row[1:] for row in rows("SELECT response_id, generator, score_level FROM response")
    }
    held = defaultdict(lambda: defaultdict(dict))
    for response, factor, extractor, value in rows(
        "SELECT response_id, factor, extractor, value FROM factor_value WHERE value IS NOT NULL"
    ):
        held[factor][extractor][response] = value
    values = defaultdict(dict)
    for factor, by_extractor in held.items():
        for response, value in max(by_extractor.values(), key=len).items():
            values[response][factor] = value
    kinds = dict(rows("SELECT factor, kind FROM factor ORDER BY version"))
    names = {row[0]: (row[1], row[2]) for row in rows("SELECT source_id, kind, name FROM source")}
    chosen = _choices(
        rows("SELECT pair_id, source_id, shown_order, status, choice FROM preference"), names
    )
    pairs = []
    for pair, prompt, dataset, setting, a, b in rows(
        "SELECT pair_id, prompt_id, dataset, setting, response_a, response_b FROM pair "
        "ORDER BY prompt_id, setting, seq"
    ):
        sides = responses[a], responses[b]
        choices = {("evaluation", name): choice for name, choice in chosen[pair].items()}
        levels = tuple(side[1] for side in sides)
        if setting == "generation" and levels[0] != levels[1]:
            choices["generation", sides[0][0]] = "a" if levels[0] > levels[1] else "b"
        pairs.append(
            Pair(
                prompt,
                prompts[prompt][0],
                dataset,
                setting,
                tuple(side[0] for side in sides),
                levels,
                (values[a], values[b]),
                choices,
            )
        )
    return Study(
        pairs,
        {
            factor: RATIO_RESOLUTION if kinds[factor] in ("ratio", "number") else 0.0
            for factor in held
        },
    )


def _choices(verdicts, names):
    """One choice a pair and source: the mode of each order, orders that differ are a tie."""
    asked = defaultdict(lambda: defaultdict(list))
    for pair, source, order, status, choice in verdicts:
        asked[pair, source][order].append(choice if status == "valid" else None)
    found = defaultdict(dict)
    for (pair, source), by_order in asked.items():
        answers = []
        for said in by_order.values():
            votes = Counter(choice for choice in said if choice).most_common()
            if not votes:
                answers.append(None)
            elif len(votes) > 1 and votes[0][1] == votes[1][1]:
                answers.append("tie")
            else:
                answers.append(votes[0][0])
        if None not in answers:
            found[pair][names[source][1]] = answers[0] if len(set(answers)) == 1 else "tie"
    return found


def in_band(study, factor, band):
    """A condition: the values of both responses are known and differ by at most the band."""

    def keeps(pair):
        difference = pair.difference(factor)
        return difference is not None and abs(difference) <= band + study.factors[factor]

    return keeps


def influence(study, source, factor, keeps=lambda pair: True, weigh=lambda pair: 1.0, *, tied=True):
    """tau_14 (tau_13 without ties) of a (setting, name) and factor; None where nothing counts."""
    sums, sizes = defaultdict(float), defaultdict(float)
    counts = Counter()
    for pair in study.pairs:
        z = _z(study, pair, source, factor) if keeps(pair) and weigh(pair) > 0 else None
        if z is None:
            continue
        counts[z] += 1
        if z or tied:
            sums[pair.prompt] += weigh(pair) * z
            sizes[pair.prompt] += weigh(pair)
    if not sizes:
        return None
    total = math.fsum(sizes.values())
    tau = math.fsum(sums.values()) / total
    found = _with_interval(tau, {g: (sums[g] - tau * sizes[g]) / total for g in sizes})
    found.counts = counts[1], counts[-1], counts[0]
    return found


def _z(study, pair, source, factor):
    choice = pair.choices.get(source)
    difference = pair.difference(factor)
    if choice not in ("a", "b") or difference is None:
        return None
    if abs(difference) <= study.factors[factor]:
        return 0
    return 1 if (difference > 0) == (choice == "a") else -1


def _with_interval(tau, influences, bounds=(-1.0, 1.0), counted=None):
    found = Estimate(tau, influences, counted=counted or set(influences))
    g = len(found.counted)
    square = math.fsum(value**2 for value in influences.values())
    if g >= 5 and square > 1e-26:
        _add_interval(found, math.sqrt(g / (g - 1) * square), g - 1, bounds)
    return found


def _add_interval(found, se, degrees, bounds):
    found.se = se
    half = stats.t.ppf(0.975, degrees) * se
    found.low, found.high = max(found.tau - half, bounds[0]), min(found.tau + half, bounds[1])
    found.p = 2 * stats.t.sf(abs(found.tau) / se, degrees)


def difference(result, baseline):
    """Result minus baseline: each prompt's influence on the one less that on the other.

    With fewer than 30 prompts on a side, each side has its own G/(G-1) and the degrees of freedom
    are Welch's over three strata (result alone, baseline alone, both), or what G gives if that is
    wider. A side with under 5 prompts, or whose pairs all say the same: no interval.
    """
    sides = (result, baseline)
    sizes = [len(side.counted) for side in sides]
    prompts = result.influence.keys() | baseline.influence.keys()
    found = _with_interval(
        result.tau - baseline.tau,
        {g: result.influence.get(g, 0.0) - baseline.influence.get(g, 0.0) for g in prompts},
        bounds=(-2.0, 2.0),
        counted=result.counted | baseline.counted,
    )
    same = any(math.fsum(value**2 for value in side.influence.values()) <= 1e-26 for side in sides)
    if found.se is None or min(sizes) < 5 or same:
        return Estimate(found.tau, found.influence, counted=found.counted)
    if min(sizes) < 30:
        roots = [math.sqrt(size / (size - 1)) for size in sizes]
        squares = {
            g: (roots[0] * result.influence.get(g, 0.0) - roots[1] * baseline.influence.get(g, 0.0))
            ** 2
            for g in prompts
        }
        strata = (
            result.counted - baseline.counted,
            baseline.counted - result.counted,
            result.counted & baseline.counted,
        )
        variance = math.fsum(squares.values())
        unsure = math.fsum(
            math.fsum(squares.get(g, 0.0) for g in part) ** 2 / max(len(part) - 1, 1)
            for part in strata
        )
        degrees = min(variance**2 / unsure, len(found.counted) - 1)
        _add_interval(found, max(found.se, math.sqrt(variance)), degrees, (-2.0, 2.0))
    return found


def q_values(p):
    """Benjamini and Hochberg; None stays None and counts for nothing."""
    known = sorted((value, key) for key, value in p.items() if value is not None)
    q, least = dict.fromkeys(p), 1.0
    for rank in range(len(known), 0, -1):
        value, key = known[rank - 1]
        least = min(least, value * len(known) / rank)
        q[key] = least
    return q


def modelled(
    study,
    source,
    factors,
    equalised,
    keeps=lambda pair: True,
    weigh=lambda pair: 1.0,
    *,
    represented=(),
):
    """tau_k = mean of sgn(d_k)(2p - 1), p of a logistic model with the equalised at 0.

    Over pairs with a strict choice and a value of every factor of the model; a factor that is not
    in it, but represented, over those of them that have a value of it, too. Intervals by the delta
    method: a prompt's influence on the mean, and through the coefficients; G is as ever the
    prompts with a counted pair.
    """
    rows = [
        pair
        for pair in study.pairs
        if keeps(pair)
        and weigh(pair) > 0
        and pair.choices.get(source) in ("a", "b")
        and all(pair.difference(factor) is not None for factor in factors)
    ]
    x = np.array([[pair.difference(factor) for factor in factors] for pair in rows])
    y = np.array([pair.choices[source] == "a" for pair in rows], dtype=float)
    w = np.array([weigh(pair) for pair in rows])
    x = x / np.sqrt((w[:, None] * x**2).sum(axis=0) / w.sum())
    beta = np.zeros(len(factors))
    for _ in range(100):
        p = 1 / (1 + np.exp(-x @ beta))
        hessian = (x * (w * p * (1 - p))[:, None]).T @ x
        step = np.linalg.solve(hessian, x.T @ (w * (y - p)))
        beta = beta + step
        if np.abs(step).max() < 1e-13:
            break
    p = 1 / (1 + np.exp(-x @ beta))
    hessian = (x * (w * p * (1 - p))[:, None]).T @ x
    on_beta = np.linalg.solve(hessian, (x * (w * (y - p))[:, None]).T).T
    # statsmodels' small-sample factor of coefficients (Cameron and Miller 2015, eq. 12)
    on_beta *= math.sqrt((len(rows) - 1) / (len(rows) - len(factors)))

    free = np.array([factor not in equalised for factor in factors])
    q = 1 / (1 + np.exp(-x @ (beta * free)))
    prompts = [pair.prompt for pair in rows]
    found = {}
    for factor in (*factors, *represented):
        there = np.array([pair.difference(factor) is not None for pair in rows])
        sign = np.array(
            [_sign(pair.difference(factor) or 0.0, study.factors[factor]) for pair in rows]
        )
        counted = w * there
        z, total = sign * (2 * q - 1), counted.sum()
        tau = float((counted * z).sum() / total)
        gradient = ((counted * sign * 2 * q * (1 - q))[:, None] * x * free).sum(axis=0) / total
        each = counted * (z - tau) / total + on_beta @ gradient
        influences = defaultdict(float)
        for prompt, value in zip(prompts, each, strict=True):
            influences[prompt] += value
        counts = {prompt for prompt, known in zip(prompts, there, strict=True) if known}
        found[factor] = _with_interval(tau, dict(influences), counted=counts)
    return found


def _sign(value, resolution):
    return 0 if abs(value) <= resolution else math.copysign(1, value)


def agreement(study, first, second, keeps=lambda pair: True):
    """Share of pairs both decided on which two sources chose alike, its interval by prompt."""
    votes = defaultdict(list)
    for pair in study.pairs:
        one, other = pair.choices.get(first), pair.choices.get(second)
        if keeps(pair) and one in ("a", "b") and other in ("a", "b"):
            votes[pair.prompt].append(one == other)
    return _share(votes)


def win_rate(study, source, generator, keeps=lambda pair: True):
    """How often a source prefers a generator to others, ties half."""
    votes = defaultdict(list)
    for pair in study.pairs:
        choice = pair.choices.get(source)
        a, b = (name == generator for name in pair.generators)
        if keeps(pair) and choice and a != b:
            votes[pair.prompt].append(0.5 if choice == "tie" else (choice == "a") == a)
    return _share(votes)


def _share(votes):
    total = sum(map(len, votes.values()))
    if not total:
        return None
    share = math.fsum(map(math.fsum, votes.values())) / total
    influences = {g: (math.fsum(said) - share * len(said)) / total for g, said in votes.items()}
    return _with_interval(share, influences, bounds=(0.0, 1.0))


def distance(source, reference):
    """Root of the debiased distance with its bounds, from estimates by factor."""
    shared = [
        factor
        for factor in source
        if reference.get(factor) and source[factor].se and reference[factor].se
    ]
    d = np.array([source[factor].tau - reference[factor].tau for factor in shared])
    prompts = sorted(
        {g for side in (source, reference) for factor in shared for g in side[factor].influence}
    )
    rows = np.zeros((len(prompts), len(shared)))
    for side, sign in ((source, 1), (reference, -1)):
        for k, factor in enumerate(shared):
            known = side[factor].influence
            scale = math.sqrt(len(known) / (len(known) - 1))
            for i, g in enumerate(prompts):
                rows[i, k] += sign * scale * known.get(g, 0.0)
    v = rows.T @ rows
    d2 = (d @ d - np.trace(v)) / len(shared)
    se = math.sqrt((4 * d @ v @ d + 2 * np.trace(v @ v)) / len(shared) ** 2)
    return [math.sqrt(max(0.0, each)) for each in (d2, d2 - 1.96 * se, d2 + 1.96 * se)]
