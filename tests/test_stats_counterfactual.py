"""Modelled influence and win rates: exact derivatives, planted effects, the published formula."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize
from statsmodels import api

from profile_core.errors import NotEstimable
from profile_core.stats.conditional import fit, probabilities
from profile_core.stats.counterfactual import modelled_influence, modelled_rate, modelled_sums
from profile_core.stats.intervals import (
    Note,
    influence_values,
    moments,
    paired_difference,
    ratio_intervals,
)
from profile_core.stats.win_rates import controlled, length_controlled, win_rate, win_rates
from tests.benchmarks.simulate_modelled import SETS, Case, simulate, truth


def pairs(seed=0, size=400, prompts=60):
    random = np.random.default_rng(seed)
    x = random.normal(size=(size, 3)) * [1.0, 5.0, 1.0]
    x[:, 1] += 3 * x[:, 0]
    x[:, 2] = np.rint(x[:, 2])
    y = random.random(size) < 1 / (1 + np.exp(-x @ [0.6, 0.2, -0.3]))
    return x, y, random.integers(0, prompts, size)


def some_signs(x, seed=0):
    """Signs of the factors, some missing, and of one that is not in the model."""
    random = np.random.default_rng(seed)
    signs = np.column_stack([np.sign(x), random.integers(-1, 2, len(x))])
    signs[random.random(len(x)) < 0.1, 0] = np.nan
    return signs


def test_the_estimate_is_the_mean_of_signs_times_predicted_margins():
    x, y, prompt = pairs()
    signs = some_signs(x)
    model = fit(x, y, prompt)
    found = modelled_influence(model, x, signs, prompt, neutral=(1,))
    margin = 2 * probabilities(model, x * [1, 0, 1]) - 1
    np.testing.assert_allclose(
        found.estimate, np.nanmean(signs * margin[:, None], axis=0), rtol=1e-9
    )


@pytest.mark.parametrize("neutral", [(), (1,), (0, 2)])
def test_a_prompts_influence_is_the_derivative_by_its_weight(neutral):
    x, y, prompt = pairs(1)
    signs = some_signs(x)

    def tau(weights):
        model = fit(x, y, prompt, weights=weights)
        return modelled_sums(model, x, signs, prompt, neutral, weights=weights)

    whole = tau(np.ones(len(x)))
    found = influence_values(whole.s, whole.n)
    own_margin = 2 * probabilities(fit(x, y, prompt), x, neutral) - 1
    for place in (0, 7, 31):
        mine = prompt == whole.prompts[place]
        up, down = (tau(1 + step * mine) for step in (1e-4, -1e-4))
        slope = (up.s.sum(axis=0) / up.n.sum(axis=0) - down.s.sum(axis=0) / down.n.sum(axis=0)) / (
            2e-4
        )
        # The part that goes through the coefficients carries their correction for K.
        z = np.nan_to_num(signs) * own_margin[:, None]
        estimate, total = whole.s.sum(axis=0) / whole.n.sum(axis=0), whole.n.sum(axis=0)
        direct = (z - estimate * ~np.isnan(signs))[mine].sum(axis=0) / total
        corrected = direct + (slope - direct) * np.sqrt((len(x) - 1) / (len(x) - 3))
        np.testing.assert_allclose(found[place], corrected, rtol=1e-4, atol=1e-9)


def test_with_nothing_held_equal_a_model_of_signs_gives_back_the_raw_tau_and_its_error():
    x, y, prompt = pairs(2)
    signs = np.sign(x)
    found = modelled_influence(fit(signs, y, prompt), signs, signs, prompt)
    z = signs * (2 * y - 1)[:, None]
    by_prompt = np.array([z[prompt == g].sum(axis=0) for g in np.unique(prompt)])
    sizes = np.array([[(prompt == g).sum()] * 3 for g in np.unique(prompt)])
    raw = ratio_intervals(moments(by_prompt, sizes))
    np.testing.assert_allclose(found.estimate, raw.estimate, rtol=1e-9)
    np.testing.assert_allclose(found.se, raw.se, rtol=0.02)


def test_a_modelled_tau_less_the_raw_one_is_paired_by_prompt():
    x, y, prompt = pairs(3)
    signs = np.sign(x)
    model = fit(x, y, prompt)
    sums = modelled_sums(model, x, signs, prompt, neutral=(1,))
    z = signs * (2 * y - 1)[:, None]
    raw = np.array([z[prompt == g].sum(axis=0) for g in sums.prompts])
    found = paired_difference(sums.s, sums.n, raw, sums.n)
    alone = [ratio_intervals(moments(s, sums.n)).se for s in (sums.s, raw)]
    assert (found.se[[0, 2]] < np.hypot(*alone)[[0, 2]]).all()


def test_weights_are_pairs_counted_more_than_once():
    x, y, prompt = pairs(4)
    weights = np.random.default_rng(0).integers(0, 3, len(x))
    weights[prompt == 3] = 0
    times = np.repeat(np.arange(len(x)), weights)
    signs = some_signs(x)
    model = fit(x, y, prompt, weights=weights)
    found = modelled_influence(model, x, signs, prompt, (1,), weights=weights)
    twin = fit(x[times], y[times], prompt[times])
    other = modelled_influence(twin, x[times], signs[times], prompt[times], (1,))
    np.testing.assert_allclose(found.estimate, other.estimate, rtol=1e-9)
    # The correction for K counts pairs, of which repeating makes more.
    np.testing.assert_allclose(found.se, other.se, rtol=5e-3)
    assert (found.prompts == other.prompts).all()


def test_other_pairs_than_the_models_are_refused():
    x, y, prompt = pairs(5)
    model = fit(x, y, prompt)
    with pytest.raises(ValueError, match="must be those"):
        modelled_sums(model, x[:9], np.sign(x[:9]), prompt[:9])


def test_fewer_than_five_prompts_have_neither_interval_nor_p():
    x, y, _ = pairs(6)
    prompt = np.arange(len(x)) % 4
    found = modelled_influence(fit(x, y, prompt), x, np.sign(x), prompt, (1,))
    assert np.isfinite(found.estimate).all()
    assert np.isnan(found.low).all()
    assert np.isnan(found.p).all()
    assert set(found.note) == {Note.FEW_PROMPTS}


@pytest.mark.parametrize(
    "case", [Case(0.0, 100, 4), Case(0.8, 200, 1), Case(0.8, 200, 4, 7)], ids=str
)
def test_modelled_equalising_covers_the_planted_direct_effect(case):
    found = simulate(case)
    assert found.misses(SETS) == []
    assert found.raw < 0.7


def test_the_planted_effect_is_what_a_large_sample_shows():
    random = np.random.default_rng(0)
    d = random.normal(size=2_000_000)
    f = 0.3 * d + np.sqrt(1 - 0.09) * random.normal(size=len(d))
    shown = np.mean(np.sign(d) * (2 / (1 + np.exp(-0.8 * d - 0.5 * f)) - 1))
    assert truth(0.8) == pytest.approx(shown, abs=1e-3)


def matches(seed=0, size=500):
    """Wins, losses and ties of one generator, longer on the whole than the others."""
    random = np.random.default_rng(seed)
    longer = random.normal(60, 200, size)
    p = 1 / (1 + np.exp(-0.3 - 1.2 * np.tanh(longer / 200)))
    won = (random.random(size) < p).astype(float)
    won[random.random(size) < 0.15] = 0.5
    return won, np.rint(longer), random.integers(0, 120, size)


def published(won, longer):
    """The published regression, by another optimiser, each row once a win and once a loss."""
    x = np.column_stack([np.ones(len(won)), np.tanh(longer / np.std(longer, ddof=1))])

    def loss(beta):
        logit = x @ beta
        return np.sum(won * np.logaddexp(0, -logit) + (1 - won) * np.logaddexp(0, logit))

    theta, _phi = optimize.minimize(loss, np.zeros(2), method="BFGS", options={"gtol": 1e-8}).x
    return 1 / (1 + np.exp(-theta))


@pytest.mark.parametrize("seed", range(5))
def test_the_length_controlled_rate_is_the_published_formula(seed):
    won, longer, prompt = matches(seed)
    found = length_controlled(won, longer, prompt)
    assert found.estimate == pytest.approx(published(won, longer), abs=1e-6)
    assert found.low < found.estimate < found.high
    assert found.estimate < won.mean()


def test_the_length_controlled_interval_is_that_of_theta():
    won, longer, prompt = matches(7)
    x = np.column_stack([np.ones(len(won)), np.tanh(longer / np.std(longer, ddof=1))])
    other = api.GLM(won, x, family=api.families.Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": prompt}, tol=1e-14
    )
    found = length_controlled(won, longer, prompt)
    p = 1 / (1 + np.exp(-other.params[0]))
    assert found.estimate == pytest.approx(p, rel=1e-8)
    assert found.se == pytest.approx(p * (1 - p) * other.bse[0], rel=1e-8)


def test_without_a_difference_of_length_nothing_is_controlled():
    won, _, prompt = matches(1)
    found = length_controlled(won, np.zeros(len(won)), prompt)
    raw = win_rate(won, prompt)
    assert found.estimate == pytest.approx(won.mean())
    assert raw.estimate == pytest.approx(won.mean())
    assert found.se == pytest.approx(raw.se)


def test_any_factor_can_be_held_equal_and_the_others_keep_their_values():
    won, longer, prompt = matches(2)
    other = np.random.default_rng(9).normal(0.5, 1, len(won))
    both = np.column_stack([longer, other])
    x = np.column_stack([np.ones(len(won)), np.tanh(both / both.std(axis=0, ddof=1))])
    model = fit(x, won, prompt)
    found = controlled(won, both, prompt, neutral=(0,))
    assert found.estimate == pytest.approx(probabilities(model, x * [1, 0, 1]).mean())
    everything = controlled(won, both, prompt, neutral=())
    assert everything.estimate == pytest.approx(won.mean(), abs=1e-9)
    assert modelled_rate(model, x, prompt, (1,)).se == pytest.approx(float(found.se))


def test_a_win_rate_counts_ties_half_and_clusters_by_prompt():
    won = np.array([1, 1, 0.5, 0, 1, 1, 0, 0.5])
    prompt = np.array([0, 0, 1, 1, 2, 3, 4, 4])
    found = win_rate(won, prompt)
    assert found.estimate == 5 / 8
    # By hand: S - rate n of the prompts is .75, -.75, .375, .375, -.75.
    square = 3 * 0.75**2 + 2 * 0.375**2
    assert found.se == pytest.approx(np.sqrt(5 / 4 * square) / 8)
    assert found.prompts == 5


def test_every_generator_gets_its_rate_with_pairs_turned_towards_it():
    first = np.array([0, 0, 1, 2, 0, -1, 1, 1])
    second = np.array([1, 2, 0, 0, 0, 0, 2, 1])
    preferred = np.array([1, 0, 0, 0.5, 1, 0, np.nan, 1])
    found = win_rates(first, second, preferred, np.arange(8))
    assert [item.generator for item in found] == [0, 1, 2]
    # 0: beats 1, loses to 2, beats 1 (as b), ties with 2 (as b), beats one unknown (as b).
    assert found[0].pairs == 5
    assert found[0].raw.estimate == pytest.approx(3.5 / 5)
    assert found[1].pairs == 2
    assert found[1].raw.estimate == 0
    assert found[2].raw.estimate == pytest.approx(0.75)
    assert found[0].controlled is None
    assert found[0].reason == ""


def test_the_table_of_generators_has_the_controlled_twin_of_each():
    won, longer, prompt = matches(3)
    turned = np.arange(len(won)) % 2 == 0
    missing = np.arange(len(won)) % 10 == 3
    difference = np.where(missing, np.nan, np.where(turned, longer, -longer))
    found = win_rates(
        np.where(turned, 4, 6),
        np.where(turned, 6, 4),
        np.where(turned, won, 1 - won),
        prompt,
        length_difference=difference,
    )
    assert [item.generator for item in found] == [4, 6]
    assert found[0].raw.estimate == pytest.approx(won.mean())
    assert (found[0].pairs, found[0].controlled_pairs) == (500, 450)
    expected = length_controlled(won[~missing], longer[~missing], prompt[~missing])
    assert found[0].controlled.estimate == pytest.approx(float(expected.estimate))
    assert found[0].controlled.estimate + found[1].controlled.estimate == pytest.approx(1)


def test_a_generator_that_always_wins_has_no_controlled_rate_and_the_reason_says_so():
    _, longer, prompt = matches(4)
    sides = np.zeros(500, int), np.ones(500, int)
    found = win_rates(*sides, np.ones(500), prompt, length_difference=longer)
    assert [item.reason for item in found] == ["every pair is won", "every pair is lost"]
    assert found[0].controlled is None
    with pytest.raises(NotEstimable):
        length_controlled(np.ones(500), longer, prompt)
    unknown = win_rates(*sides, np.ones(500), prompt, length_difference=np.full(500, np.nan))
    assert unknown[0].reason == "no pair has the lengths of both responses"


def test_a_rate_without_interval_is_the_bare_share():
    found = win_rate([1, 0, 1], [0, 1, 2])
    assert found.estimate == pytest.approx(2 / 3)
    assert np.isnan(found.se)
    assert found.note.item() is Note.FEW_PROMPTS
