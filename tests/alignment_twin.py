"""Alignment once more, pair by pair in plain Python: slow, obvious, and independent.

Written from the design's formulas, not from the code: it works on what `what_if_twin.read` took
from the study's raw tables, and imports nothing of the package. Sources are (setting, name).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import numpy as np
from scipy import stats

from tests.what_if_twin import influence, q_values

ENOUGH = 5
SPLITS, SEED = 50, 0


def decided(study, source):
    """The pairs that a source decided strictly."""
    return [pair for pair in study.pairs if pair.choices.get(source) in ("a", "b")]


def tastes(study, source):
    """Factor to estimate, for the factors on which a pair counts."""
    found = {factor: influence(study, source, factor) for factor in study.factors}
    return {factor: one for factor, one in found.items() if one}


def scaled(one):
    """Prompt to its influence times the root of G/(G-1): squares add up to the squared error."""
    g = len(one.influence)
    root = math.sqrt(g / (g - 1)) if g > 1 else math.nan
    return {prompt: root * value for prompt, value in one.influence.items()}


def shared(*sides):
    """Factors with an interval on every side."""
    return [
        factor for factor in sides[0] if all(factor in side and side[factor].se for side in sides)
    ]


def _errors(study, first, second, factors):
    """A row a prompt, a column a factor: its influence on the difference of two sides."""
    rows = {pair.prompt: [0.0] * len(factors) for pair in study.pairs}
    for side, sign in ((first, 1.0), (second, -1.0)):
        for k, factor in enumerate(factors):
            for prompt, value in scaled(side[factor]).items():
                rows[prompt][k] += sign * value
    return np.array(list(rows.values()))


def _debiased(d, v, signs, k):
    """Of sum signs d^2 / K: (estimate, low, high)."""
    a = np.diag(signs)
    estimate = (d @ a @ d - np.trace(a @ v)) / k
    variance = (4 * d @ a @ v @ a @ d + 2 * np.trace(a @ v @ a @ v)) / k**2
    half = 1.96 * math.sqrt(variance)
    return estimate, estimate - half, estimate + half


def distance(study, source, reference):
    """D2 with its bounds; None over fewer than two factors."""
    factors = shared(source, reference)
    if len(factors) < 2:
        return None
    d = np.array([source[factor].tau - reference[factor].tau for factor in factors])
    rows = _errors(study, source, reference, factors)
    return _debiased(d, rows.T @ rows, np.ones(len(factors)), len(factors))


def nearer(study, generation, evaluation, reference):
    """D2 of generation less D2 of evaluation, with bounds."""
    factors = shared(generation, evaluation, reference)
    if len(factors) < 2:
        return None
    sides = (generation, evaluation)
    d = np.array([one[f].tau - reference[f].tau for one in sides for f in factors])
    rows = np.hstack([_errors(study, one, reference, factors) for one in sides])
    signs = np.repeat([1.0, -1.0], len(factors))
    return _debiased(d, rows.T @ rows, signs, len(factors))


def change(first, second):
    """One factor, first minus second: difference, low, high, p (None without intervals)."""
    difference = first.tau - second.tau
    if not (first.se and second.se):
        return difference, None, None, None
    one, other = scaled(first), scaled(second)
    parts = defaultdict(list)
    for prompt in one.keys() | other.keys():
        square = (one.get(prompt, 0.0) - other.get(prompt, 0.0)) ** 2
        parts[prompt in one, prompt in other].append(square)
    variance = math.fsum(square for part in parts.values() for square in part)
    if variance < 1e-26:
        return difference, None, None, None
    uncertainty = math.fsum(math.fsum(part) ** 2 / max(len(part) - 1, 1) for part in parts.values())
    degrees, se = variance**2 / uncertainty, math.sqrt(variance)
    half = stats.t.ppf(0.975, degrees) * se
    p = 2 * stats.t.sf(abs(difference) / se, degrees)
    return difference, max(difference - half, -2.0), min(difference + half, 2.0), p


def changes(first, second):
    """Factor to `change`, for the factors that both have."""
    return {factor: change(first[factor], second[factor]) for factor in first if factor in second}


def q_of(found):
    """Benjamini and Hochberg over one source's changes."""
    return q_values({factor: each[3] for factor, each in found.items()})


def holm(found):
    """Holm's adjusted p of one model's changes."""
    known = sorted((each[3], factor) for factor, each in found.items() if each[3] is not None)
    adjusted, highest = dict.fromkeys(found), 0.0
    for rank, (p, factor) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - rank)))
        adjusted[factor] = highest
    return adjusted


def correlations(x, y):
    """Spearman, Kendall tau-b and Pearson; None where they do not exist."""
    if len(x) < 2 or len(set(x)) < 2 or len(set(y)) < 2:
        return None
    return stats.spearmanr(x, y)[0], stats.kendalltau(x, y)[0], stats.pearsonr(x, y)[0]


def cross_fitted(study, source, reference, factors, order):
    """Mean Spearman of taus from disjoint halves of the prompts, halved as the app halves them.

    `order` is the app's order of prompts, which a seeded shuffle starts from.
    """
    place = {prompt: g for g, prompt in enumerate(order)}
    sums = np.zeros((2, 2, len(order), len(factors)))
    for side, whose in enumerate((source, reference)):
        for pair in decided(study, whose):
            for k, factor in enumerate(factors):
                difference = pair.difference(factor)
                if difference is None:
                    continue
                sums[side, 1, place[pair.prompt], k] += 1
                if abs(difference) > study.factors[factor]:
                    agrees = (difference > 0) == (pair.choices[whose] == "a")
                    sums[side, 0, place[pair.prompt], k] += 1 if agrees else -1
    present = np.flatnonzero(sums.any(axis=(0, 1, 3)))
    random = np.random.default_rng(SEED)
    found = []
    for _ in range(SPLITS):
        shuffled = random.permutation(present)
        parts = shuffled[: len(shuffled) // 2], shuffled[len(shuffled) // 2 :]
        taus = []
        for side, part in enumerate(parts):
            total = sums[side][:, part].sum(axis=1)
            taus.append([s / n if n else None for s, n in total.T])
        both = [(x, y) for x, y in zip(*taus, strict=True) if x is not None and y is not None]
        rho = correlations(*zip(*both, strict=True)) if both else None
        if rho:
            found.append(rho[0])
    return math.fsum(found) / len(found) if found else None


def agreement(study, first, second):
    """Share of alike choices with its interval by prompt, Cohen's kappa, and the pairs."""
    cells, votes = Counter(), defaultdict(list)
    for pair in decided(study, first):
        other = pair.choices.get(second)
        if other in ("a", "b"):
            cells[pair.choices[first], other] += 1
            votes[pair.prompt].append(pair.choices[first] == other)
    n = sum(cells.values())
    if not n:
        return None, None, None, None, 0
    observed = (cells["a", "a"] + cells["b", "b"]) / n
    chance = sum(
        (cells[c, "a"] + cells[c, "b"]) * (cells["a", c] + cells["b", c]) / n**2 for c in "ab"
    )
    kappa = (observed - chance) / (1 - chance) if chance < 1 else None
    return observed, *_bounds(observed, votes, n), kappa, n


def _bounds(share, votes, n):
    """A share's interval clustered by prompt; Nones where there is none."""
    g = len(votes)
    square = math.fsum((sum(said) - share * len(said)) ** 2 for said in votes.values())
    if g < ENOUGH or square < 1e-12:
        return None, None
    half = stats.t.ppf(0.975, g - 1) * math.sqrt(g / (g - 1) * square) / n
    return max(share - half, 0.0), min(share + half, 1.0)


def higher_preferred(study, generator, judges, step=None):
    """Choices for the higher level within a generator: share, low, high, choices, pairs."""
    votes, pairs = defaultdict(list), 0
    for pair in study.pairs:
        a, b = pair.levels
        if pair.setting != "evaluation" or set(pair.generators) != {generator}:
            continue
        if a is None or b is None or a == b or (step and abs(a - b) != step):
            continue
        said = [pair.choices.get(("evaluation", judge)) for judge in judges]
        said = [choice for choice in said if choice in ("a", "b")]
        pairs += bool(said)
        votes[pair.prompt] += [(choice == "a") == (a > b) for choice in said]
    votes = {prompt: said for prompt, said in votes.items() if said}
    n = sum(map(len, votes.values()))
    if not n:
        return None
    share = sum(map(sum, votes.values())) / n
    return share, *_bounds(share, votes, n), n, pairs
