"""Agreement on numbers, against hand-worked cases, loops over pairs, and other libraries."""

from __future__ import annotations

import math
from itertools import combinations, product

import krippendorff
import numpy as np
import pytest

from profile_core.stats.intervals import Note
from profile_core.stats.ratings import (
    agreeing_share,
    mean_by_prompt,
    mean_pairwise_kappa,
    prompt_sums,
    rating_alpha,
    weighted_kappa,
)
from profile_core.types import FactorKind

NAN = math.nan
# Krippendorff's own reliability data: four observers, twelve units, alpha known for each scale.
KRIPPENDORFF = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]


def random_ratings(seed, annotators=2, units=80, missing=0.2, top=5):
    draw = np.random.default_rng(seed)
    truth = draw.integers(1, top + 1, units)
    noise = draw.integers(-1, 2, (annotators, units))
    ratings = np.clip(truth + noise, 1, top).astype(float)
    ratings[draw.random((annotators, units)) < missing] = NAN
    return ratings


def kappa_twin(x, y, w=None):
    """Every unit of one rater against every unit of the other."""
    w = [1.0] * len(x) if w is None else w
    units = [
        (a, b, c) for a, b, c in zip(x, y, w, strict=True) if not (math.isnan(a) or math.isnan(b))
    ]
    total = sum(c for *_, c in units)
    observed = sum(c * (a - b) ** 2 for a, b, c in units) / total
    chance = sum(c1 * c2 * (a - b) ** 2 for (a, _, c1), (_, b, c2) in product(units, units)) / (
        total**2
    )
    return 1 - observed / chance


def alpha_twin(ratings, distance):
    units = [[v for v in unit if not math.isnan(v)] for unit in np.transpose(ratings).tolist()]
    units = [unit for unit in units if len(unit) > 1]
    values = [value for unit in units for value in unit]
    n = len(values)
    observed = sum(
        2 * sum(distance(x, y) for x, y in combinations(unit, 2)) / (len(unit) - 1)
        for unit in units
    )
    expected = 2 * sum(distance(x, y) for x, y in combinations(values, 2)) / (n - 1)
    return 1 - observed / expected


def test_weighted_kappa_worked_by_hand():
    # Squares 0, 1, 0, 1: observed 1/2; means 2 and 2, variances 1/2 and 1.5: chance 2.
    assert weighted_kappa([1, 2, 2, 3], [1, 1, 2, 4]) == pytest.approx(1 - 0.5 / 2)
    assert weighted_kappa([1, 2, 3], [1, 2, 3]) == 1
    assert weighted_kappa([1, 2, 3], [3, 2, 1]) == -1
    assert weighted_kappa([0, 1, NAN, 5], [1, 0, 7, NAN]) == -1


def test_a_constant_shift_lowers_kappa_though_the_correlation_is_full():
    x = np.arange(10.0)
    assert weighted_kappa(x, x + 3) == pytest.approx(1 - 9 / (2 * x.var() + 9))


@pytest.mark.parametrize("same", [0.0, 3.0, 1e6])
def test_kappa_of_one_value_throughout_is_undefined(same):
    assert math.isnan(weighted_kappa([same] * 4, [same] * 4))
    assert math.isnan(weighted_kappa([NAN, same], [same, NAN]))
    assert weighted_kappa([same] * 4, [same + 1] * 4) == 0


@pytest.mark.parametrize("seed", range(4))
def test_weighted_kappa_is_that_of_the_slow_twin(seed):
    x, y = random_ratings(seed)
    weights = np.random.default_rng(seed).gamma(1, size=len(x))
    assert weighted_kappa(x, y) == pytest.approx(kappa_twin(x, y))
    assert weighted_kappa(x, y, weights) == pytest.approx(kappa_twin(x, y, weights.tolist()))


def test_a_weight_of_two_is_a_unit_seen_twice():
    x, y = random_ratings(9, missing=0)
    weights = np.random.default_rng(9).integers(1, 4, len(x))
    repeated = weighted_kappa(np.repeat(x, weights), np.repeat(y, weights))
    assert weighted_kappa(x, y, weights) == pytest.approx(repeated)


def test_weighted_kappa_is_scikit_learns_and_statsmodels():
    metrics = pytest.importorskip("sklearn.metrics")
    inter_rater = pytest.importorskip("statsmodels.stats.inter_rater")
    x, y = random_ratings(5, missing=0).astype(int)
    found = weighted_kappa(x, y)
    assert found == pytest.approx(metrics.cohen_kappa_score(x, y, weights="quadratic"))
    table = inter_rater.to_table(np.stack([x, y], axis=1))[0]
    ours = inter_rater.cohens_kappa(table, wt="quadratic")
    assert found == pytest.approx(ours.kappa)
    plain = metrics.cohen_kappa_score(x > 2, y > 2)
    assert weighted_kappa(x > 2, y > 2) == pytest.approx(plain)


def test_the_mean_pairwise_kappa_counts_each_pair_of_annotators_by_their_shared_units():
    ratings = random_ratings(2, annotators=3, missing=0.4)
    kappas, shared = [], []
    for x, y in combinations(ratings, 2):
        kappas.append(kappa_twin(x, y))
        shared.append(int((~np.isnan(x + y)).sum()))
    assert mean_pairwise_kappa(ratings) == pytest.approx(np.average(kappas, weights=shared))
    # Two who share a single unit, or only one value, say nothing.
    assert math.isnan(mean_pairwise_kappa([[1, 2, NAN], [NAN, 2, 3]]))
    assert math.isnan(mean_pairwise_kappa([[2, 2], [2, 2]]))


@pytest.mark.parametrize(
    ("kind", "alpha"),
    [
        (FactorKind.BOOLEAN, 0.743),
        (FactorKind.ORDINAL_1_5, 0.815),
        (FactorKind.RATIO, 0.849),
        (FactorKind.COUNT, 0.797),
    ],
)
def test_alpha_of_krippendorffs_own_example(kind, alpha):
    assert rating_alpha(KRIPPENDORFF, kind) == pytest.approx(alpha, abs=5e-4)


@pytest.mark.parametrize("seed", range(3))
def test_alpha_follows_the_scale_of_the_factor(seed):
    ratings = random_ratings(seed, annotators=3) - 1  # with zeros, which only counts have
    twins = {
        FactorKind.BOOLEAN: lambda x, y: float(x != y),
        FactorKind.NUMBER: lambda x, y: (x - y) ** 2,
        FactorKind.RATIO: lambda x, y: (x - y) ** 2,
        FactorKind.COUNT: lambda x, y: ((x - y) / (x + y)) ** 2 if x + y else 0.0,
    }
    for kind, distance in twins.items():
        assert rating_alpha(ratings, kind) == pytest.approx(alpha_twin(ratings, distance)), kind
    assert rating_alpha(ratings, FactorKind.ORDINAL_0_3) == pytest.approx(
        krippendorff.alpha(ratings, level_of_measurement="ordinal")
    )


def test_alpha_without_shared_units_or_variation_is_undefined():
    assert math.isnan(rating_alpha([[1, NAN], [NAN, 2]], FactorKind.RATIO))
    assert math.isnan(rating_alpha([[3, 3], [3, 3]], FactorKind.RATIO))


def test_the_agreeing_share_is_over_pairs_of_annotators():
    ratings = [[1, 2.0, NAN, math.inf, math.inf], [1, 3, 1, math.inf, 1], [2, 3, NAN, NAN, 1]]
    assert agreeing_share(ratings).tolist() == pytest.approx(
        [1 / 3, 1 / 3, NAN, 1, 1 / 3], nan_ok=True
    )
    assert agreeing_share([[0.1 + 0.2], [0.3]]).tolist() == [0]
    assert agreeing_share([[0.1 + 0.2], [0.3]], 1e-9).tolist() == [1]


def test_a_mean_by_prompt_has_the_standard_error_of_clusters():
    values = np.array([1.0, 2, 4, 0, 3, 5, 1, NAN])
    prompts = ["a", "a", "b", "c", "d", "d", "e", "e"]
    found = mean_by_prompt(values, prompts, bounds=(-math.inf, math.inf))
    mean = 16 / 7
    residuals = [3 - 2 * mean, 4 - mean, 0 - mean, 8 - 2 * mean, 1 - mean]
    assert found.estimate == pytest.approx(mean)
    assert found.se == pytest.approx(math.sqrt(5 / 4 * sum(r**2 for r in residuals)) / 7)
    assert found.prompts == 5
    assert found.low < mean < found.high


def test_weights_are_hajeks_and_bounds_hold():
    found = mean_by_prompt([1, 0, 1, 1, 0, 1], range(6), weights=[1, 2, 1, 1, 3, 4])
    assert found.estimate == pytest.approx(7 / 12)
    assert (found.low, found.high) >= (0, 0)
    assert found.high <= 1
    sums, sizes = prompt_sums([1, NAN, 3], ["b", "a", "b"], weights=[2, 5, 1])
    assert (sums.tolist(), sizes.tolist()) == ([0, 5], [0, 3])


def test_few_prompts_have_no_interval():
    found = mean_by_prompt([1, 0, 1], ["a", "b", "c"])
    assert math.isnan(found.low)
    assert found.note.item() is Note.FEW_PROMPTS
