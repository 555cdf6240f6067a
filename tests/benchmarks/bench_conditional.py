"""How fast is the conditional model? Medians, and ratios to statsmodels and scipy.

    python -m tests.benchmarks.bench_conditional [--pairs N] [--baseline-pairs N]

First 1 million pairs x 30 factors, 5 pairs a prompt: preparing the differences, fitting them from
nothing, fitting again from the coefficients of a fit to half of the pairs (warm), and modelled
influence with its intervals. Then the same, beside statsmodels (the same estimates and clustered
errors) and scipy (L-BFGS on the same likelihood, coefficients alone); what they find must agree.
Every time is the median of warm runs over data in memory. Targets: 1 s prepared and fitted from
nothing, 0.3 s warm; exits with 1 if one is missed.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import optimize
from statsmodels import api

from profile_core.stats.conditional import fit, refit
from profile_core.stats.counterfactual import modelled_influence
from profile_core.stats.design import design
from profile_core.stats.folds import held_out
from profile_core.stats.win_rates import length_controlled

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

REFIT_S, WARM_S = 1.0, 0.3
FACTORS = 30


def main() -> int:
    """Run everything; 1 if a target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--baseline-pairs", type=int, default=1_000_000)
    options = parser.parse_args()
    reached = large(options.pairs)
    beside(options.baseline_pairs)
    return int(not all(reached))


def large(pairs: int) -> list[bool]:
    """Full size; whether each target is reached."""
    x, chosen_a, prompts = made_up_pairs(pairs)
    print(f"{pairs:,} pairs x {FACTORS} factors, {len(np.unique(prompts)):,} prompts")
    prepared = design(x, prompts)
    half = slice(0, pairs // 2)
    start = fit(x[half], chosen_a[half], prompts[half]).slopes
    report("prepare the differences", seconds(lambda: design(x, prompts)))
    whole = seconds(lambda: fit(x, chosen_a, prompts))
    report("prepare and fit, from nothing", whole, REFIT_S)
    report("fit what is prepared, from nothing", seconds(lambda: refit(prepared, chosen_a)))
    warm = seconds(lambda: refit(prepared, chosen_a, start=start))
    report("fit what is prepared, warm", warm, WARM_S)
    model, signs = refit(prepared, chosen_a), np.sign(x)
    modelled = seconds(lambda: modelled_influence(model, x, signs, prompts, neutral=(0,)))
    report("modelled influence with intervals", modelled)
    report("held-out scores, 5 folds", seconds(lambda: held_out(x, chosen_a, prompts), runs=1))
    controlled = seconds(lambda: length_controlled(chosen_a, x[:, 0], prompts))
    report("length-controlled win rate", controlled)
    print(
        f"  {'peak memory of this process':44s}"
        f" {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:9.2f} GB"
    )
    return [whole <= REFIT_S, warm <= WARM_S]


def beside(pairs: int) -> None:
    """Ratios to statsmodels and scipy on the same data in the same run."""
    x, chosen_a, prompts = made_up_pairs(pairs)
    scaled = x / np.sqrt((x**2).mean(axis=0))
    y = chosen_a.astype(float)
    print(f"\n{pairs:,} pairs x {FACTORS} factors, {len(np.unique(prompts)):,} prompts")
    own = seconds(lambda: fit(x, chosen_a, prompts))
    report("prepare and fit, from nothing", own)
    model = fit(x, chosen_a, prompts)

    def by_statsmodels() -> object:
        return api.Logit(y, scaled).fit(disp=0, cov_type="cluster", cov_kwds={"groups": prompts})

    def by_scipy() -> optimize.OptimizeResult:
        def loss(beta: Floats) -> tuple[float, Floats]:
            logit = scaled @ beta
            p = 1 / (1 + np.exp(-logit))
            return float(np.logaddexp(0, logit).sum() - y @ logit), scaled.T @ (p - y)

        return optimize.minimize(
            loss, np.zeros(FACTORS), jac=True, method="L-BFGS-B", options={"ftol": 1e-14}
        )

    other = by_statsmodels()
    np.testing.assert_allclose(model.coefficients, other.params, atol=1e-6)
    np.testing.assert_allclose(model.se, other.bse, rtol=1e-4)
    np.testing.assert_allclose(model.coefficients, by_scipy().x, atol=1e-3)
    report("statsmodels: Logit, clustered errors", seconds(by_statsmodels, runs=2), against=own)
    report("scipy: L-BFGS, no errors", seconds(by_scipy, runs=2), against=own)


def made_up_pairs(pairs: int, seed: int = 0) -> tuple[Floats, Bools, npt.NDArray[np.int64]]:
    """Counts and ratios with effects of about .2 a root mean square, 5 pairs a prompt."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(pairs, FACTORS))
    x[:, : FACTORS // 3] = np.rint(3 * x[:, : FACTORS // 3])
    slopes = random.normal(size=FACTORS) * 0.2 / np.sqrt((x**2).mean(axis=0))
    chosen_a = random.random(pairs) < 1 / (1 + np.exp(-x @ slopes))
    return x, chosen_a, np.arange(pairs) // 5


def seconds(work: Callable[[], object], runs: int = 5) -> float:
    """Median seconds of some runs after a first one."""
    if runs > 1:
        work()
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def report(
    what: str, taken: float, target: float | None = None, *, against: float | None = None
) -> None:
    """Print a line, with a target or a ratio if there is one."""
    note = ""
    if target is not None:
        note = f"  target {target:g} s: {'reached' if taken <= target else 'MISSED'}"
    if against is not None:
        note = f"  {taken / against:.1f} times as long"
    print(f"  {what:44s} {taken:9.3f} s{note}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
