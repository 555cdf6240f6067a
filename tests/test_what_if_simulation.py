"""What-if's intervals, simulated: they cover what was planted, and chance is called chance.

Seeded; the bounds are four Monte-Carlo errors, or the design's own bar.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from profile_core.stats.conditional import fit
from profile_core.stats.counterfactual import modelled_sums
from profile_core.stats.joint import Joint, difference, joint

PAIRS_A_PROMPT = 2


def sums_of(z: np.ndarray, kept: np.ndarray) -> Joint:
    """Estimates of sets `[sets, prompts, pairs]`, each over the pairs that it keeps."""
    return joint((z * kept).sum(axis=2), kept.sum(axis=2))


@pytest.mark.parametrize("prompts", [50, 200])
@pytest.mark.parametrize("by_prompt", [False, True])
def test_a_filter_that_means_nothing_changes_nothing(prompts, by_prompt) -> None:
    sets = 4000
    draw = np.random.default_rng(prompts + by_prompt)
    shape = (sets, prompts, 4)
    taste = draw.normal(size=(sets, prompts, 1))
    z = np.sign(0.3 + taste + draw.normal(size=shape)) * (draw.random(shape) > 0.2)
    chosen = draw.random((sets, prompts, 1) if by_prompt else shape) < 0.5
    every = np.ones(shape, dtype=bool)
    found = difference(sums_of(z, np.broadcast_to(chosen, shape)), sums_of(z, every))
    for level in (0.01, 0.05, 0.10):
        error = np.sqrt(level * (1 - level) / sets)
        rejected = float((found.p < level).mean())
        assert abs(rejected - level) < 4 * error or (level == 0.01 and rejected < 0.02)


def test_the_difference_of_a_filter_that_matters_is_covered() -> None:
    sets, prompts = 4000, 150
    draw = np.random.default_rng(3)
    shape = (sets, prompts, 4)
    in_band = draw.random(shape) < 0.4
    taste = 0.5 * draw.normal(size=(sets, prompts, 1))
    lean = np.where(in_band, 0.0, 0.8) + taste + draw.normal(size=shape)
    z = np.sign(lean)
    found = difference(sums_of(z, in_band), sums_of(z, np.ones(shape, dtype=bool)))
    spread = np.sqrt(1.25)
    outside = 2 * special.ndtr(0.8 / spread) - 1
    truth = 0.0 - 0.6 * outside
    covered = float(((found.low <= truth) & (truth <= found.high)).mean())
    assert 0.935 <= covered <= 0.965


def test_modelled_less_raw_is_covered() -> None:
    """A prompt's pairs share part of their size; tone goes with size, and weighs by itself."""
    draw = np.random.default_rng(11)

    def pairs(prompts: int) -> np.ndarray:
        shared = np.repeat(draw.normal(size=prompts), PAIRS_A_PROMPT)
        size = np.sqrt(0.5) * (shared + draw.normal(size=prompts * PAIRS_A_PROMPT))
        tone = 0.6 * size + draw.normal(size=len(size))
        return np.column_stack([size, tone])

    weights = np.array([1.2, 0.4])
    many = pairs(1_000_000)
    direction = np.sign(many[:, 1])
    held = (direction * (2 * special.expit(0.4 * many[:, 1]) - 1)).mean()
    raw = (direction * (2 * special.expit(many @ weights) - 1)).mean()

    prompts, sets, covered = 150, 1000, 0
    numbers = np.repeat(np.arange(prompts), PAIRS_A_PROMPT)
    for _ in range(sets):
        x = pairs(prompts)
        chosen_a = draw.random(len(x)) < special.expit(x @ weights)
        signs = np.sign(x)
        found = modelled_sums(fit(x, chosen_a, numbers), x, signs, numbers, (0,))
        z = np.where(chosen_a, 1.0, -1.0)[:, None] * signs
        plain = z.reshape(prompts, PAIRS_A_PROMPT, 2).sum(axis=1)
        n = np.full((2, prompts), float(PAIRS_A_PROMPT))
        change = difference(joint(found.s.T, found.n.T), joint(plain.T, n))
        covered += bool(change.low[1] <= held - raw <= change.high[1])
    assert 0.93 <= covered / sets <= 0.97
