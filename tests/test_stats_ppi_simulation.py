"""Prediction-powered intervals cover, and are narrow, in populations that are drawn from often."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from profile_core.analysis.label_effect import paired
from profile_core.stats.ppi import prediction_powered, reviewed_only
from tests.benchmarks.simulate_ppi import (
    DESIGNS,
    EXTRACTORS,
    Summaries,
    all_automatic,
    cases,
    draw,
    read,
    simulate,
)

CASES = [f"{extractor}-{design}" for extractor in EXTRACTORS for design in DESIGNS]


def slack(draws: int) -> float:
    """Monte-Carlo error of a coverage, beside the bars of the command."""
    return 3 * sqrt(0.05 * 0.95 / draws)


def made_up(seed: int = 0) -> Summaries:
    """40 products of nine summaries: longer ones are rated higher, and are less faithful."""
    random = np.random.default_rng(seed)
    product = np.repeat(np.arange(40), 9)
    words = np.round(random.normal(60, 12, 360) + random.normal(0, 8, 40)[product])
    faithfulness = np.clip(np.round(random.normal(4 - (words - 60) / 60, 0.5, 360) * 3), 3, 15) / 3
    total = np.round(random.normal(60 + (words - 60) / 4 + 4 * faithfulness, 6, 360))
    return Summaries(product, total.astype(np.int64), faithfulness, words)


@pytest.mark.parametrize("place", range(len(CASES)), ids=CASES)
def test_intervals_cover_in_a_made_up_population(place: int) -> None:
    case = cases(made_up())[place]
    found = simulate(case, draws=400)
    assert found.misses(slack(400)) == []
    assert abs(found.reviewed_coverage - 0.95) <= 0.015 + slack(400)


@pytest.mark.parametrize("place", range(len(CASES)), ids=CASES)
def test_intervals_cover_in_summeval_op(shared_data: Path, place: int) -> None:
    summaries = read(shared_data / "summeval_op")
    assert len(summaries.pairs[0]) == 2442
    found = simulate(cases(summaries)[place], draws=200, seed=1)
    assert found.misses(slack(200)) == []


def test_pairs_of_a_product_are_not_taken_for_independent() -> None:
    case = cases(made_up())[0]
    together = simulate(case, draws=50, clusters=50)
    assert together.width > 1.5 * simulate(case, draws=50, clusters=200).width


def test_the_change_from_automatic_labels_is_covered_too() -> None:
    case = cases(made_up())[CASES.index("systematic-targeted")]
    true, covered = float(case.z.mean() - case.z_hat.mean()), 0
    random = np.random.default_rng(0)
    for _ in range(400):
        pairs = draw(case, 200, random)
        found, naive = prediction_powered(pairs), reviewed_only(all_automatic(pairs))
        influence = found.influence - naive.influence
        difference, _ = paired(found.tau - naive.tau, influence, found.prompts)
        covered += difference.low <= true <= difference.high
    assert abs(covered / 400 - 0.95) <= 0.015 + slack(400)
