"""The logistic model: parity with statsmodels, separation, collinearity, large designs, folds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels import api

from profile_core.errors import NotEstimable
from profile_core.stats import design as designs
from profile_core.stats import newton
from profile_core.stats.conditional import (
    complete_cases,
    contributions,
    fit,
    logits,
    probabilities,
    refit,
)
from profile_core.stats.design import design
from profile_core.stats.folds import COIN, fold_of, held_out


def pairs(seed=0, size=600, prompts=90, slopes=(0.8, -0.02, 3.0, 0.0)):
    """Differences on very different scales, choices by the model, prompts of uneven sizes."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(size, len(slopes))) * [1.0, 40.0, 0.1, 1.0][: len(slopes)]
    x[:, 1] = np.rint(x[:, 1])
    x[:, 2] += 0.05 * x[:, 0]
    prompt = random.integers(0, prompts, size) * 7
    return x, random.random(size) < 1 / (1 + np.exp(-x @ slopes)), prompt


def statsmodels_fit(x, y, prompt, weights=None):
    """The same model there, on columns divided by their root mean square."""
    share = np.ones(len(x)) if weights is None else weights
    scaled = x / np.sqrt(share @ x**2 / share.sum())
    return api.GLM(
        y.astype(float), scaled, family=api.families.Binomial(), var_weights=weights
    ).fit(cov_type="cluster", cov_kwds={"groups": prompt}, tol=1e-14, maxiter=100)


@pytest.mark.parametrize("seed", range(4))
def test_coefficients_and_clustered_errors_are_those_of_statsmodels(seed):
    x, y, prompt = pairs(seed)
    found, other = fit(x, y, prompt), statsmodels_fit(x, y, prompt)
    np.testing.assert_allclose(found.coefficients, other.params, rtol=1e-8)
    np.testing.assert_allclose(found.se, other.bse, rtol=1e-8)
    np.testing.assert_allclose(found.covariance, other.cov_params(), rtol=1e-7, atol=1e-12)
    assert found.log_likelihood == pytest.approx(other.llf, rel=1e-10)
    assert (found.pairs, found.prompts) == (600, len(set(prompt)))


@pytest.mark.filterwarnings("ignore:cov_type not fully supported")
def test_ties_and_weights_are_those_of_statsmodels():
    x, y, prompt = pairs(5)
    random = np.random.default_rng(0)
    choice = np.where(random.random(len(y)) < 0.2, 0.5, y)
    weights = random.uniform(0.2, 3.0, len(y))
    found, other = (
        fit(x, choice, prompt, weights=weights),
        statsmodels_fit(x, choice, prompt, weights),
    )
    np.testing.assert_allclose(found.coefficients, other.params, rtol=1e-8)
    np.testing.assert_allclose(found.se, other.bse, rtol=1e-7)


def test_intervals_and_p_come_from_t_with_one_degree_fewer_than_prompts():
    x, y, prompt = pairs(1, size=60, prompts=12)
    found = fit(x, y, prompt)
    half = stats.t.ppf(0.975, found.prompts - 1) * found.se
    np.testing.assert_allclose(found.high - found.low, 2 * half)
    np.testing.assert_allclose(
        found.p, 2 * stats.t.sf(np.abs(found.coefficients / found.se), found.prompts - 1)
    )


def test_influence_values_give_the_covariance():
    x, y, prompt = pairs(2)
    found = fit(x, y, prompt)
    groups = found.prompts
    assert found.prompt_ids.tolist() == sorted(set(prompt))
    np.testing.assert_allclose(
        found.influence.T @ found.influence * groups / (groups - 1), found.covariance, rtol=1e-10
    )
    np.testing.assert_allclose(found.influence.sum(axis=0), 0, atol=1e-9)


def test_a_pair_of_weight_two_is_the_pair_twice():
    x, y, prompt = pairs(3)
    weights = np.random.default_rng(1).integers(0, 3, len(y))
    times = np.repeat(np.arange(len(y)), weights)
    weighted, repeated = fit(x, y, prompt, weights=weights), fit(x[times], y[times], prompt[times])
    np.testing.assert_allclose(weighted.coefficients, repeated.coefficients, rtol=1e-9)
    np.testing.assert_allclose(weighted.scale, repeated.scale, rtol=1e-12)
    np.testing.assert_allclose(weighted.vif, repeated.vif, rtol=1e-9)
    assert weighted.prompts == repeated.prompts


def test_a_and_b_may_change_places_and_pairs_their_order():
    x, y, prompt = pairs(4)
    random = np.random.default_rng(2)
    turned, order = random.random(len(y)) < 0.5, random.permutation(len(y))
    found = fit(x, y, prompt)
    other = fit(np.where(turned[:, None], -x, x)[order], (y ^ turned)[order], prompt[order])
    for name in ("coefficients", "se", "influence", "vif"):
        np.testing.assert_allclose(getattr(other, name), getattr(found, name), atol=1e-10)


def test_units_of_a_factor_change_only_its_scale_and_slope():
    x, y, prompt = pairs(6)
    found, other = fit(x, y, prompt), fit(x * [1, 1000, 1, 1], y, prompt)
    np.testing.assert_allclose(other.coefficients, found.coefficients, rtol=1e-9)
    np.testing.assert_allclose(other.slopes * [1, 1000, 1, 1], found.slopes, rtol=1e-9)


def test_contributions_add_up_to_the_logit():
    x, y, prompt = pairs(7)
    found = fit(x, y, prompt)
    parts = contributions(found, x)
    np.testing.assert_allclose(parts.sum(axis=1), logits(found, x), rtol=1e-12)
    np.testing.assert_allclose(contributions(found, x[3]), parts[3])
    np.testing.assert_allclose(probabilities(found, x), 1 / (1 + np.exp(-parts.sum(axis=1))))
    np.testing.assert_allclose(
        logits(found, x, neutral=(0, 2)), parts[:, [1, 3]].sum(axis=1), atol=1e-12
    )


def test_a_factor_that_never_differs_or_repeats_others_is_left_out_and_said():
    x, y, prompt = pairs(8)
    wide = np.column_stack([x, np.zeros(len(y)), x[:, 0] - 2 * x[:, 1], x[:, 3]])
    found, plain = fit(wide, y, prompt), fit(x, y, prompt)
    assert found.aliased == (4, 5, 6)
    np.testing.assert_allclose(found.coefficients[:4], plain.coefficients, rtol=1e-9)
    assert np.isnan(found.coefficients[4:]).all()
    assert np.isnan(found.se[4:]).all()
    np.testing.assert_allclose(logits(found, wide), logits(plain, x), rtol=1e-9)


def test_collinearity_is_shown():
    random = np.random.default_rng(0)
    x = random.normal(size=(4000, 3))
    x[:, 1] = x[:, 0] + 0.1 * x[:, 1]
    found = fit(x, random.random(4000) < 0.5, np.arange(4000))
    for k in range(3):
        rest = np.delete(x, k, axis=1)
        left = x[:, k] - rest @ np.linalg.lstsq(rest, x[:, k], rcond=None)[0]
        assert found.vif[k] == pytest.approx((x[:, k] @ x[:, k]) / (left @ left))
    scaled = x / np.sqrt((x**2).mean(axis=0))
    assert found.condition_number == pytest.approx(np.linalg.cond(scaled))


def separable(x, y):
    """Whether a linear programme finds a direction that separates (Konis 2007)."""
    turned = (2 * y - 1)[:, None] * x
    answer = optimize.linprog(
        -turned.sum(axis=0), A_ub=-turned, b_ub=np.zeros(len(x)), bounds=[(-1, 1)] * x.shape[1]
    )
    return answer.fun < -1e-7


@pytest.mark.parametrize("seed", range(40))
def test_separation_is_found_where_a_linear_programme_finds_it(seed):
    random = np.random.default_rng(seed)
    factors = random.integers(2, 7)
    size = int(random.integers(2, 5) * factors)
    x = np.rint(random.normal(size=(size, factors)))
    x[:, 0] *= random.random(size) < 0.2
    y = random.random(size) < 1 / (1 + np.exp(-x @ random.normal(size=factors)))
    kept = [k for k in range(factors) if x[:, k].any()]
    found = fit(x, y, np.arange(size))
    assert bool(found.separated) == separable(x[:, kept], y)


def test_a_factor_that_alone_foretells_every_choice_is_named():
    x, y, prompt = pairs(9)
    x[:, 3] = 0.0
    x[:8, 3] = np.where(y[:8], 2.0, -1.0)
    found = fit(x, y, prompt)
    assert found.separated == (3,)
    assert np.isnan(found.coefficients).all()
    with pytest.raises(NotEstimable, match="leave them out"):
        probabilities(found, x)
    assert fit(x[:, :3], y, prompt).separated == ()


def test_factors_that_separate_only_together_are_named_together():
    random = np.random.default_rng(3)
    x = random.normal(size=(300, 4))
    y = x[:, 1] + 0.7 * x[:, 2] > 0
    assert set(fit(x, y, np.arange(300)).separated) >= {1, 2}


@pytest.mark.filterwarnings("ignore::RuntimeWarning:statsmodels")
def test_a_strong_effect_with_far_outliers_is_not_taken_for_separation():
    x, y, prompt = pairs(10)
    x[0], y[0] = x[0] * 60, True
    x[0, 0] = 60.0
    found = fit(x, y, prompt)
    assert found.separated == ()
    np.testing.assert_allclose(found.coefficients, statsmodels_fit(x, y, prompt).params, rtol=1e-7)


def test_fewer_than_five_prompts_have_no_interval():
    x, y, _ = pairs(11)
    found = fit(x, y, np.arange(len(y)) % 4)
    assert np.isfinite(found.coefficients).all()
    assert np.isnan(found.se).all()
    assert np.isnan(found.p).all()


@pytest.mark.parametrize("start", [[0.9, -0.01, 2.0, 0.1], [900.0, -900.0, 900.0, 900.0]])
def test_any_start_leads_to_the_same_maximum(start):
    x, y, prompt = pairs(12)
    prepared = design(x, prompt)
    cold, warm = refit(prepared, y), refit(prepared, y, start=start)
    np.testing.assert_allclose(warm.coefficients, cold.coefficients, rtol=1e-9)
    assert refit(prepared, y, start=cold.slopes).iterations <= 2


@pytest.fixture
def _everything_is_large(monkeypatch):
    monkeypatch.setattr(designs, "LARGE", 1)
    monkeypatch.setattr(newton, "_FIRST_ROWS", 500)


@pytest.mark.usefixtures("_everything_is_large")
def test_a_large_design_in_single_precision_is_within_a_millionth():
    x, y, prompt = pairs(13, size=6000, prompts=700)
    assert design(x, prompt).columns.dtype == np.float32
    found, other = fit(x, y, prompt), statsmodels_fit(x, y, prompt)
    np.testing.assert_allclose(found.coefficients, other.params, atol=1e-6)
    np.testing.assert_allclose(found.se, other.bse, rtol=1e-5)


@pytest.mark.usefixtures("_everything_is_large")
def test_separation_is_found_in_a_large_design_too():
    x, y, prompt = pairs(14, size=6000, prompts=700)
    x[:, 3] = 0.0
    x[:8, 3] = np.where(y[:8], 2.0, -1.0)
    assert fit(x, y, prompt).separated == (3,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.full((3, 1), np.nan)}, "leave out the pairs"),
        ({"x": np.ones(3)}, "pairs x factors"),
        ({"chosen_a": [1, 0, 2]}, "in \\[0, 1\\]"),
        ({"chosen_a": [True]}, "one a pair"),
        ({"prompts": [1, 2]}, "one a pair"),
        ({"prompts": ["a", "b", "c"]}, "whole number"),
        ({"weights": [1, -1, 1]}, "0 or more"),
        ({"weights": [0, 0, 0]}, "no pair"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, message):
    given = {"x": np.ones((3, 1)), "chosen_a": [True, False, True], "prompts": [0, 1, 2]}
    with pytest.raises(ValueError, match=message):
        fit(**(given | change))


def test_complete_cases_lack_nothing():
    x = np.array([[1.0, 2.0], [np.nan, 1.0], [0.0, -1.0]])
    assert complete_cases(x).tolist() == [True, False, True]


def test_held_out_scores_are_those_of_a_loop_over_folds():
    x, y, prompt = pairs(15)
    found = held_out(x, y, prompt, folds=4, seed=3)
    fold = fold_of(prompt, 4, 3)
    surprise, right = [], []
    for k in range(4):
        p = probabilities(fit(x[fold != k], y[fold != k], prompt[fold != k]), x[fold == k])
        chosen = y[fold == k]
        surprise.extend(-np.log(np.where(chosen, p, 1 - p)))
        right.extend((p > 0.5) == chosen)
    assert found.log_loss == pytest.approx(np.mean(surprise), rel=1e-9)
    assert found.accuracy == np.mean(right)
    assert (found.pairs, found.folds, found.separated) == (600, 4, 0)


def test_a_prompt_is_in_one_fold_and_folds_are_even():
    prompt = np.random.default_rng(0).integers(0, 83, 1000)
    fold = fold_of(prompt, 5, seed=1)
    by_prompt = [set(fold[prompt == p]) for p in range(83) if (prompt == p).any()]
    assert all(len(folds) == 1 for folds in by_prompt)
    sizes = np.bincount([next(iter(folds)) for folds in by_prompt])
    assert sizes.max() - sizes.min() <= 1
    assert (fold_of(prompt, 5, seed=1) == fold).all()
    assert (fold_of(prompt, 5, seed=2) != fold).any()


def test_choices_at_random_are_not_foretold():
    random = np.random.default_rng(4)
    x = random.normal(size=(2000, 3))
    found = held_out(x, random.random(2000) < 0.5, np.arange(2000))
    assert found.log_loss == pytest.approx(COIN, abs=0.01)
    assert found.log_loss > COIN


def test_copies_of_a_pair_within_a_prompt_do_not_flatter():
    random = np.random.default_rng(5)
    x = np.repeat(random.normal(size=(80, 15)), 6, axis=0)
    y = np.repeat(random.random(80) < 0.5, 6)
    by_prompt = held_out(x, y, np.repeat(np.arange(80), 6))
    by_row = held_out(x, y, np.arange(480))
    assert by_prompt.accuracy < 0.6 < by_row.accuracy


def test_folds_without_a_model_are_counted():
    x = np.array([[1.0], [2.0], [1.0], [-1.0], [3.0], [1.0]])
    y = np.array([True, True, True, True, True, True])
    found = held_out(x, y, np.arange(6), folds=6)
    assert found.separated == 1
    assert found.pairs == 5


def test_one_prompt_cannot_be_held_out():
    with pytest.raises(ValueError, match="two prompts"):
        held_out(np.ones((3, 1)), [True, False, True], [1, 1, 1])
