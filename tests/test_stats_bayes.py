"""The Bayesian weights: an independent sampler agrees, and without the extra there is a cure."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from profile_core.errors import Cancelled, ProfileError
from profile_core.stats import bayes

needs_numpyro = pytest.mark.skipif(not bayes.installed(), reason="the extra bayes is not there")


def choices(seed=0, pairs=400, weights=(0.5, -0.15, 0.0)):
    random = np.random.default_rng(seed)
    signs = random.integers(-1, 2, (pairs, len(weights))).astype(float)
    return signs, random.random(pairs) < 1 / (1 + np.exp(-signs @ weights))


def log_posterior(weights, signs, chosen, scale):
    logit = weights @ signs.T
    return (
        np.where(chosen, logit, 0.0).sum(axis=1)
        - np.logaddexp(0, logit).sum(axis=1)
        - np.abs(weights).sum(axis=1) / scale
    )


def metropolis(signs, chosen, scale=0.1, chains=200, steps=4000, seed=1):
    """Sample by a random walk (Metropolis et al. 1953): ``[steps, chains, K]``, half discarded."""
    random = np.random.default_rng(seed)
    at = random.laplace(0, scale, (chains, signs.shape[1]))
    height = log_posterior(at, signs, chosen, scale)
    kept = np.empty((steps // 2, *at.shape))
    for step in range(steps):
        proposed = at + random.normal(0, 0.1, at.shape)
        proposed_height = log_posterior(proposed, signs, chosen, scale)
        moves = np.log(random.random(chains)) < proposed_height - height
        at = np.where(moves[:, None], proposed, at)
        height = np.where(moves, proposed_height, height)
        if step >= steps - len(kept):
            kept[step - steps + len(kept)] = at
    return kept


@needs_numpyro
def test_an_independent_sampler_finds_the_same_posterior():
    signs, chosen = choices()
    found = bayes.posterior(signs, chosen, draws=4000)
    walk = metropolis(signs, chosen)
    by_chain = walk.mean(axis=0)
    error = np.hypot(found.error, by_chain.std(axis=0, ddof=1) / np.sqrt(len(by_chain)))
    assert (np.abs(found.mean - by_chain.mean(axis=0)) < 4 * error).all()
    spread = walk.reshape(-1, 3).std(axis=0)
    quantiles = np.quantile(walk.reshape(-1, 3), [0.025, 0.975], axis=0)
    # A tail quantile's own error is about 2.7 sd / sqrt(draws).
    allowed = 4 * 2.7 * spread / np.sqrt(found.effective)
    assert (np.abs(np.array([found.low, found.high]) - quantiles) < allowed).all()
    assert (found.r_hat < 1.01).all()
    assert found.divergences == 0


@needs_numpyro
def test_a_and_b_may_change_places():
    signs, chosen = choices(1)
    turned = np.arange(len(signs)) % 2 == 0
    there = bayes.posterior(signs, chosen, draws=400, warmup=200)
    back = bayes.posterior(
        np.where(turned[:, None], -signs, signs), chosen ^ turned, draws=400, warmup=200
    )
    np.testing.assert_allclose(there.mean, back.mean, atol=1e-6)
    assert (there.pairs, there.draws) == (400, 400)


@needs_numpyro
def test_weights_are_shown_as_percentages_with_their_interval():
    signs, chosen = choices(2)
    found = bayes.posterior(signs, chosen, draws=400, warmup=200)
    mean, low, high = found.shown
    np.testing.assert_allclose(mean, 100 / (1 + np.exp(-found.mean)))
    assert (low < mean).all()
    assert (mean < high).all()


@needs_numpyro
def test_progress_is_told_and_a_stop_is_heard():
    signs, chosen = choices(3)
    told = []
    bayes.posterior(
        signs, chosen, draws=2000, warmup=100, on_block=lambda *where: told.append(where)
    )
    assert told == [(0, 600), (100, 600), (350, 600), (600, 600)]

    def stop(done, total):
        if done >= 350:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        bayes.posterior(signs, chosen, draws=2000, warmup=100, on_block=stop)


def test_without_the_extra_the_error_names_the_cure(monkeypatch):
    whole = importlib.import_module

    def absent(name, *rest):
        if name.startswith(("numpyro", "jax")):
            raise ImportError(name)
        return whole(name, *rest)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(ProfileError, match=r"pip install 'profile-core\[bayes\]'"):
        bayes.posterior(*choices())


@needs_numpyro
def test_missing_signs_are_refused():
    signs, chosen = choices()
    signs[0, 0] = np.nan
    with pytest.raises(ValueError, match="missing signs"):
        bayes.posterior(signs, chosen)


def test_mirrored_pairs_share_a_pattern_and_equal_ones_have_none():
    rows, wins, pairs = bayes._patterns(
        np.array([[1.0, 0], [-1.0, 0], [0, 0]]), np.array([True, False, True])
    )
    assert rows.tolist() == [[1, 0]]
    assert wins.tolist() == [2]
    assert pairs.tolist() == [2]
