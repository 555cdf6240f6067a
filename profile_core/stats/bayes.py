"""Weights of factors by Bayes' rule: the optional second opinion on what matters.

Li et al. 2024 (arXiv 2402.11296) regress the choice on the signs of differences under a prior that
draws small weights to 0. NumPyro samples; it is the optional extra `bayes`, imported only when
asked for. Here the posterior mean comes with its interval. Pairs count as independent, as in the
paper, so that intervals are too narrow where prompts have many pairs: `conditional` has the
clustered ones.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from profile_core.errors import ProfileError

Floats = npt.NDArray[np.float64]
OnBlock = Callable[[int, int], None]

PRIOR_SCALE = 0.1
_BLOCK = 250


@dataclass(frozen=True, slots=True)
class Posterior:
    """What the weights of K factors are likely to be; each array ``[K]``."""

    mean: Floats
    """Of the weight: log odds for having more of the factor."""
    low: Floats
    """2.5 % and 97.5 % of the posterior."""
    high: Floats
    error: Floats
    """Monte-Carlo standard error of the mean."""
    r_hat: Floats
    """Split potential scale reduction (Gelman and Rubin 1992): above 1.01, draw more."""
    effective: Floats
    """Effective number of draws."""
    pairs: int
    draws: int
    divergences: int

    @property
    def shown(self) -> tuple[Floats, Floats, Floats]:
        """``100/(1 + exp(-w))`` of mean, low and high: preferred so often, all else equal."""
        mean, low, high = (
            100 * np.asarray(special.expit(w)) for w in (self.mean, self.low, self.high)
        )
        return mean, low, high


def installed() -> bool:
    """Tell whether the optional extra is there."""
    return importlib.util.find_spec("numpyro") is not None


def posterior(
    signs: npt.ArrayLike,
    chosen_a: npt.ArrayLike,
    *,
    prior_scale: float = PRIOR_SCALE,
    draws: int = 4000,
    warmup: int = 1000,
    chains: int = 4,
    seed: int = 0,
    on_block: OnBlock | None = None,
) -> Posterior:
    """Sample ``w`` in ``logit p = sum_k w_k sgn(d_k)``, ``w_k ~ Laplace(0, prior_scale)``.

    ``signs [N, K]`` of a minus b without missing values, ``chosen_a [N]`` true where a is
    preferred. The No-U-Turn sampler (Hoffman and Gelman 2014) draws ``draws`` in all, after
    ``warmup`` in each of the ``chains``; the same seed gives the same result on the same machine.
    ``on_block(done, total)`` is called between blocks of steps and stops the work by raising.
    ProfileError where the extra is not installed.
    """
    jax, numpyro = _libraries()
    x, chosen = np.sign(np.asarray(signs, dtype=np.float64)), np.asarray(chosen_a, dtype=bool)
    if x.ndim != 2 or chosen.shape != (len(x),) or not x.size:
        raise ValueError("signs must be pairs x factors, and choices one a pair")
    if np.isnan(x).any():
        raise ValueError("missing signs: leave out the pairs that have them")

    patterns, wins, pairs = _patterns(x, chosen)
    data = {
        "patterns": jax.numpy.asarray(patterns, dtype=np.float32),
        "pairs": jax.numpy.asarray(pairs, dtype=np.int32),
    }

    def model(patterns: Any, pairs: Any, wins: Any) -> None:
        prior = numpyro.distributions.Laplace(0.0, prior_scale).expand([patterns.shape[1]])
        weight = numpyro.sample("weight", prior.to_event(1))
        choice = numpyro.distributions.Binomial(total_count=pairs, logits=patterns @ weight)
        numpyro.sample("wins", choice, obs=wins)

    each = -(-draws // chains)
    blocks = -(-each // _BLOCK)
    sampler = numpyro.infer.MCMC(
        numpyro.infer.NUTS(model),
        num_warmup=warmup,
        num_samples=-(-each // blocks),
        num_chains=chains,
        chain_method="vectorized",
        progress_bar=False,
    )
    data["wins"] = jax.numpy.asarray(wins, dtype=np.int32)
    say = on_block or (lambda done, total: None)
    total = warmup + each
    say(0, total)
    sampler.warmup(jax.random.PRNGKey(seed), **data)
    kept, divergences = [], 0
    for block in range(blocks):
        say(warmup + block * sampler.num_samples, total)
        sampler.run(sampler.post_warmup_state.rng_key, **data, extra_fields=("diverging",))
        kept.append(np.asarray(sampler.get_samples(group_by_chain=True)["weight"], np.float64))
        divergences += int(np.asarray(sampler.get_extra_fields()["diverging"]).sum())
        sampler.post_warmup_state = sampler.last_state
    say(total, total)
    return _summary(np.concatenate(kept, axis=1), len(x), divergences, numpyro)


def _libraries() -> tuple[Any, Any]:
    try:
        jax = importlib.import_module("jax")
        numpyro = importlib.import_module("numpyro")
        importlib.import_module("numpyro.infer")
    except ImportError as missing:
        raise ProfileError(
            "the Bayesian model needs an optional part: pip install 'profile-core[bayes]'"
        ) from missing
    return jax, numpyro


def _patterns(x: Floats, chosen: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Distinct rows of signs, how often a was preferred on each, and how often each occurs.

    A pair and its mirror say the same, so that half the patterns suffice; a pair without any
    difference says nothing of the weights.
    """
    telling = x.any(axis=1)
    x, chosen = x[telling], chosen[telling]
    first = np.argmax(x != 0, axis=1)
    turn = np.where(x[np.arange(len(x)), first] < 0, -1.0, 1.0)
    rows, place = np.unique(x * turn[:, None], axis=0, return_inverse=True)
    won = np.where(turn > 0, chosen, ~chosen)
    place = place.ravel()
    pairs = np.bincount(place, minlength=len(rows))
    wins = np.bincount(place, won, minlength=len(rows))
    return rows, wins.astype(np.float64), pairs.astype(np.float64)


def _summary(weights: Floats, pairs: int, divergences: int, numpyro: Any) -> Posterior:
    """From draws ``[chains, draws, K]``."""
    together = weights.reshape(-1, weights.shape[-1])
    low, high = np.quantile(together, [0.025, 0.975], axis=0)
    diagnostics = numpyro.diagnostics
    effective = np.asarray(diagnostics.effective_sample_size(weights), dtype=np.float64)
    return Posterior(
        together.mean(axis=0),
        low,
        high,
        together.std(axis=0, ddof=1) / np.sqrt(effective),
        np.asarray(diagnostics.split_gelman_rubin(weights), dtype=np.float64),
        effective,
        pairs,
        len(together),
        divergences,
    )
