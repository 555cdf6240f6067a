"""Estimates from drawn reviews by loops over pairs and prompts, and pairs to try them on."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy import stats

from profile_core.stats.ppi import Form, Pairs


@dataclass
class Row:
    """One pair; z and m are 0 where it is not reviewed."""

    prompt: int
    z_hat: float
    m_hat: float
    z: float
    m: float
    reviewed: bool
    probability: float
    weight: float = 0.0
    predicted: float = 0.0
    """What the automatic values say of the pair, beside the estimate."""
    residual: float = 0.0


def twin(pairs: Pairs, form: Form, power: float | None) -> dict[str, float]:
    """An estimate's fields, the slow way."""
    rows = weighted(pairs, form)
    start = sum(row.weight * row.z for row in rows) / sum(row.weight * row.m for row in rows)
    if power is None:
        power = slope(rows, start, form)
    kappa = power if form is Form.HAJEK else 1.0
    top = bottom = 0.0
    for row in rows:
        top += power * row.z_hat + row.weight * (row.z - power * row.z_hat)
        bottom += kappa * row.m_hat + row.weight * (row.m - kappa * row.m_hat)
    tau = top / bottom

    for row in rows:
        row.predicted = power * row.z_hat - tau * kappa * row.m_hat
        row.residual = row.z - tau * row.m - row.predicted if row.reviewed else 0.0
    centre = 0.0
    if form is Form.HAJEK:
        centre = sum(row.weight * row.residual for row in rows) / sum(row.weight for row in rows)
    by_prompt: dict[int, float] = defaultdict(float)
    for row in rows:
        row.predicted = (row.predicted + centre) / bottom
        row.residual = (row.residual - centre) / bottom if row.reviewed else 0.0
        by_prompt[row.prompt] += row.predicted + row.weight * row.residual

    g = len({row.prompt for row in rows if row.reviewed and row.m})
    variance = g / (g - 1) * sum(value**2 for value in by_prompt.values())
    half = stats.t.ppf(0.975, g - 1) * math.sqrt(variance)
    share = correction_share(rows)
    return {
        "tau": min(max(tau, -1.0), 1.0),
        "se": math.sqrt(variance),
        "low": max(tau - half, -1.0),
        "high": min(tau + half, 1.0),
        "p": 2 * stats.t.sf(abs(tau) / math.sqrt(variance), g - 1),
        "power": power,
        "prompts": g,
        "correction_variance": share * variance,
        "other_variance": (1 - share) * variance,
    }


def weighted(pairs: Pairs, form: Form) -> list[Row]:
    columns = [getattr(pairs, name).tolist() for name in Pairs.__dataclass_fields__]
    rows = [Row(*values) for values in zip(*columns, strict=True)]
    for row in rows:
        if row.reviewed:
            row.weight = 1 / row.probability
        else:
            row.z = row.m = 0.0
    total = sum(row.weight for row in rows)
    if form is Form.HAJEK:
        for row in rows:
            row.weight *= len(rows) / total
    return rows


def slope(rows: list[Row], start: float, form: Form) -> float:
    """lambda, from sums by prompt."""
    middle = 0.0
    if form is Form.HAJEK:
        middle = sum(row.weight * (row.z_hat - start * row.m_hat) for row in rows)
        middle /= sum(row.weight for row in rows)
    a: dict[int, float] = defaultdict(float)
    b: dict[int, float] = defaultdict(float)
    for row in rows:
        if form is Form.HAJEK:
            a[row.prompt] += row.weight * (row.z - start * row.m)
            b[row.prompt] += (row.weight - 1) * (row.z_hat - start * row.m_hat - middle)
        else:
            a[row.prompt] += row.weight * (row.z - start * (row.m - row.m_hat)) - start * row.m_hat
            b[row.prompt] += (row.weight - 1) * row.z_hat
    mean_a, mean_b = sum(a.values()) / len(a), sum(b.values()) / len(b)
    covariance = sum((a[g] - mean_a) * (b[g] - mean_b) for g in a)
    return min(max(covariance / sum((value - mean_b) ** 2 for value in b.values()), 0.0), 1.0)


def correction_share(rows: list[Row]) -> float:
    """The correction's share of the variance, from every pair of pairs."""
    correction = rest = products = noise = 0.0
    predicted: dict[int, float] = defaultdict(float)
    told: dict[int, float] = defaultdict(float)
    for row in rows:
        predicted[row.prompt] += row.predicted
        told[row.prompt] += row.weight * row.residual
        correction += row.weight * max(row.weight - 1, 0) * row.residual**2
        rest += row.weight * row.residual**2
    rest += sum(predicted[g] ** 2 + 2 * predicted[g] * told[g] for g in predicted)
    reviewed = [row for row in rows if row.reviewed]
    for i, first in enumerate(reviewed):
        for j, second in enumerate(reviewed):
            if i != j and first.prompt == second.prompt:
                product = first.weight * first.residual * second.weight * second.residual
                products += product
                noise += 2 * product**2
    rest += max(0.0, 1 - noise / products**2) * products if products else 0.0
    return correction / (correction + max(rest, 0.0)) if correction else 0.0


def large(seed: int, *, error: float = 0.3, pi: float = 0.1, prompts: int = 400) -> Pairs:
    """2,000 pairs of which an extractor gets a share wrong."""
    random = np.random.default_rng(seed)
    z = random.choice([-1.0, 1.0], 2000, p=[0.45, 0.55])
    z_hat = np.where(random.random(2000) < error, -z, z)
    ones = np.ones(2000)
    return Pairs(
        prompt=np.arange(2000) % prompts,
        z_hat=z_hat,
        m_hat=ones,
        z=z,
        m=ones,
        reviewed=random.random(2000) < pi,
        probability=ones * pi,
    )
