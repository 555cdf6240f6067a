"""Is a gap between generation and evaluation found where there is one, and only there?

    python -m tests.benchmarks.simulate_gap [--sets 2000] [--seed 0]

A reference and a model judge 1,000 pairs of 500 prompts, and the model writes responses at five
levels to 30 or 100 prompts, ten pairs each: other prompts, or some of those judged (`shared`). Ten
factors go together, prompts have tastes of their own, the model and the reference tend to decide
alike on a pair. Marginally every tau is what was planted: the same in all three, or .3 more in
generation on three of the factors.

- `called`: sets in which `gap` calls one (Holm over ten factors);
- `raw lower`: sets in which the raw rank correlation with the reference is lower for generation
  than for evaluation, and `by .1`: by that or more. A gap is often read off from it; see how often
  it would be with equal tastes, and that weak tastes (`strength`: all taus times .4) make it worse;
- `rho gen`, `rho eval`: these correlations on average. Without noise both were 1;
- `D2`: the squared distance of generation from the reference as planted, as estimated on average,
  and what it would be on average without taking noise off; `covers`: how often the interval has the
  planted one; the same for evaluation (planted: 0) and for the difference of both (`nearer`);
- `rejects`: two-sided tests of what is 0, at .01, .05 and .10: the influence in generation of the
  factor without any, the paired difference of model and reference, and the gap before Holm.

Bars: with equal tastes called in at most 6.5 %, with unequal ones in at least 95 %; intervals of D2
cover in 93.5 % or more, and in at most 98.5 % where the distance is not 0; its mean and the rates
of rejection are within four Monte-Carlo errors of what they should be (with 30 prompts at .01: at
most .02, for a t test of so few and discrete sums is approximate). Exits with 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from profile_core.stats import alignment
from profile_core.stats.correlation import Coefficient, correlate
from profile_core.stats.intervals import moments, paired_difference, ratio_intervals

Floats = npt.NDArray[np.float64]
Sums = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]

SETS = 2000
LEVELS = (0.01, 0.05, 0.10)
MOST_CALLED, LEAST_CALLED = 0.065, 0.95
COVERAGE = (0.935, 0.985)
RAW_MARGIN = 0.1

TAUS = np.array([-0.25, -0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15, 0.25, 0.4])
NO_INFLUENCE = int(np.flatnonzero(TAUS == 0)[0])
MORE = (1, 4, 7)
"""The factors that have more influence in generation, where it is planted."""
JUDGED_PROMPTS, JUDGED_PAIRS = 500, 2
SCORES = 5
TIED = 0.25
"""Differences up to this are ties: a fifth of the pairs."""
TOGETHER = 0.3
"""Correlation of two factors' differences."""
PROMPT_SD, SLOPE_SD = 0.5, 0.2
"""How much prompts differ: in how a pair is judged, and in what a step of the score does."""
ALIKE = 0.6
"""Share of a pair's variance that the model's and the reference's judgement have in common."""


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table."""

    prompts: int
    """With generated responses."""
    shared: bool
    planted: float
    strength: float = 1.0

    @property
    def evaluation(self) -> Floats:
        """Influence in evaluation by factor, the model's and the reference's."""
        return self.strength * TAUS

    @property
    def generation(self) -> Floats:
        """Influence in generation by factor."""
        taus = self.evaluation
        taus[list(MORE)] += self.planted
        return taus

    @property
    def d2(self) -> float:
        """The squared distance of generation from the reference."""
        return float(((self.generation - self.evaluation) ** 2).mean())


@dataclass(frozen=True, slots=True)
class Data:
    """Sums of one set, rows being the same prompts."""

    generation: Sums
    evaluation: Sums
    reference: Sums


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of tests rejected at each level, and their Monte-Carlo errors."""

    test: str
    share: Floats
    error: Floats

    @classmethod
    def of(cls, test: str, p: Floats) -> Rates:
        """Of p values ``[sets, tests]``; the tests of one set are not independent."""
        levels = np.array(LEVELS)
        by_set = (p[:, :, None] <= levels).mean(axis=1)
        errors = by_set.std(axis=0, ddof=1) / np.sqrt(len(p))
        return cls(test, by_set.mean(axis=0), np.maximum(errors, _binomial(levels, p.size)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of all sets of a case."""

    case: Case
    called: float
    raw_lower: float
    raw_much_lower: float
    rho_generation: float
    rho_evaluation: float
    d2: float
    d2_error: float
    naive_d2: float
    covers: float
    evaluation_covers: float
    nearer_covers: float
    rates: tuple[Rates, ...]

    def misses(self, slack: float = 0.0) -> list[str]:
        """The bars that this outcome misses, in words; `slack` widens those of coverage."""
        found = []
        if self.case.planted and self.called < LEAST_CALLED:
            found.append(f"only {self.called:.3f} called")
        if not self.case.planted and self.called > MOST_CALLED:
            found.append(f"{self.called:.3f} called")
        if abs(self.d2 - self.case.d2) > 4 * self.d2_error:
            found.append(f"mean D2 {self.d2:.4f}")
        most = COVERAGE[1] if self.case.planted else 1.0
        for name, coverage, highest in (
            ("D2", self.covers, most),
            ("D2 of evaluation", self.evaluation_covers, 1.0),
            ("nearer", self.nearer_covers, most),
        ):
            if not COVERAGE[0] - slack <= coverage <= highest + slack:
                found.append(f"{name} covers {coverage:.4f}")
        for rates in self.rates:
            for level, share, error in zip(LEVELS, rates.share, rates.error, strict=True):
                few = self.case.prompts == 30 and level == 0.01
                if share > 0.02 if few else abs(share - level) > 4 * error:
                    found.append(f"{rates.test} rejects {share:.4f} at {level}")
        return found


EQUAL = tuple(Case(prompts, shared, 0.0) for prompts in (30, 100) for shared in (False, True))
WEAK = tuple(Case(prompts, False, 0.0, strength=0.4) for prompts in (30, 100))
UNEQUAL = tuple(Case(case.prompts, case.shared, 0.3) for case in EQUAL)


def simulate(case: Case, *, sets: int = SETS, seed: int = 0) -> Outcome:
    """Draw data sets of a case again and again, and take every statistic of each."""
    random = np.random.default_rng(
        [seed, case.prompts, case.shared, int(100 * case.planted), int(100 * case.strength)]
    )
    same = case.generation == case.evaluation
    called, rho, d2, covered, p = [], [], [], [], []
    for _ in range(sets):
        data = draw(case, random)
        generation, evaluation, reference = (
            alignment.estimates(*sums)
            for sums in (data.generation, data.evaluation, data.reference)
        )
        gap = alignment.gap_between(generation, evaluation)
        called.append(gap.called)
        rho.append(
            [
                correlate(side.tau, reference.tau, Coefficient.SPEARMAN)
                for side in (generation, evaluation)
            ]
        )
        own = alignment.distance_between(generation, reference)
        other = alignment.distance_between(evaluation, reference)
        nearer = alignment.nearer_between(generation, evaluation, reference)
        d2.append([own.d2, float(((generation.tau - reference.tau) ** 2).mean())])
        covered.append(
            [
                own.low <= case.d2 <= own.high,
                other.low <= 0 <= other.high,
                nearer.low <= case.d2 <= nearer.high,
            ]
        )
        p.append(
            [
                ratio_intervals(moments(*data.generation)).p[[NO_INFLUENCE]],
                paired_difference(*data.evaluation, *data.reference).p,
                gap.p[same],
            ]
        )
    rhos, d2s = np.array(rho), np.array(d2)
    tests = ("tau", "paired", "gap")
    if case.planted:
        tests = tests[1:]
        p = [each[1:] for each in p]
    return Outcome(
        case,
        float(np.mean(called)),
        float((rhos[:, 0] < rhos[:, 1]).mean()),
        float((rhos[:, 0] <= rhos[:, 1] - RAW_MARGIN).mean()),
        *(float(mean) for mean in rhos.mean(axis=0)),
        float(d2s[:, 0].mean()),
        float(d2s[:, 0].std(ddof=1) / np.sqrt(sets)),
        float(d2s[:, 1].mean()),
        *(float(share) for share in np.mean(covered, axis=0)),
        tuple(
            Rates.of(test, np.array(values))
            for test, values in zip(tests, zip(*p, strict=True), strict=True)
        ),
    )


def draw(case: Case, random: np.random.Generator) -> Data:
    """One data set: the model's two settings and the reference's judgements, as sums."""
    judged = JUDGED_PROMPTS
    prompts = judged if case.shared else judged + case.prompts
    own = _normals(random, prompts)

    common = _normals(random, judged, JUDGED_PAIRS)
    judgements = []
    for _ in range(2):
        noise = np.sqrt(ALIKE) * common + np.sqrt(1 - ALIKE) * _normals(random, *common.shape[:2])
        latent = PROMPT_SD * own[:judged, None] + np.sqrt(1 - PROMPT_SD**2) * noise + _centres(case)
        judgements.append(_sums(latent, slice(0, judged), prompts))

    written = slice(0, case.prompts) if case.shared else slice(judged, None)
    slope = _slopes(case) + SLOPE_SD * own[written]
    noise = _normals(random, case.prompts, SCORES) / np.sqrt(2)
    values = slope[:, None] * np.arange(SCORES)[:, None] + noise
    low, high = np.triu_indices(SCORES, k=1)
    generation = _sums(values[:, high] - values[:, low], written, prompts)
    return Data(generation, *judgements)


def _normals(random: np.random.Generator, *shape: int) -> Floats:
    """Standard normals ``[..., factors]``, any two factors correlated."""
    each = random.standard_normal((*shape, len(TAUS)))
    return np.sqrt(TOGETHER) * random.standard_normal((*shape, 1)) + np.sqrt(1 - TOGETHER) * each


def _sums(difference: Floats, rows: slice, prompts: int) -> Sums:
    """Sums ``[prompts, factors]`` of differences ``[rows, pairs, factors]``, 0 in other rows."""
    s, n = (np.zeros((prompts, difference.shape[-1]), dtype=np.int64) for _ in range(2))
    s[rows] = (difference > TIED).sum(axis=1) - (difference < -TIED).sum(axis=1)
    n[rows] = difference.shape[1]
    return s, n


def _expected(centre: Floats, sd: float) -> Floats:
    """The mean of z where the difference is normal."""
    return special.ndtr((centre - TIED) / sd) - special.ndtr((-centre - TIED) / sd)


@functools.cache
def _centres(case: Case) -> Floats:
    """The means of differences with which judged pairs have the taus of evaluation."""
    return _solved(lambda centre: _expected(centre, 1.0), case.evaluation)


@functools.cache
def _slopes(case: Case) -> Floats:
    """What a step of the score does on average, so that ten pairs have the taus of generation."""
    steps = [high - low for low, high in itertools.combinations(range(SCORES), 2)]

    def tau(slope: Floats) -> Floats:
        means = [_expected(step * slope, float(np.hypot(1, step * SLOPE_SD))) for step in steps]
        return np.asarray(np.mean(means, axis=0))

    return _solved(tau, case.generation)


def _solved(rising: Callable[[Floats], Floats], goal: Floats) -> Floats:
    """Where a rising function has these values, by halving."""
    low, high = np.full_like(goal, -5.0), np.full_like(goal, 5.0)
    for _ in range(50):
        middle = (low + high) / 2
        below = rising(middle) < goal
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return low


def _binomial(share: Floats, tests: int) -> Floats:
    """The standard error of a share among independent tests."""
    return np.sqrt(share * (1 - share) / tests)


def table(
    cases: Iterable[Case], *, sets: int = SETS, seed: int = 0, say: Callable[[str], None] = print
) -> int:
    """Print a line a case, then one a test; the number of cases that miss a bar."""
    say(
        "prompts  shared  planted  strength  called  raw lower  by .1  rho gen  rho eval      D2"
        "    mean  naive  covers  covers eval  nearer"
    )
    outcomes = []
    for case in cases:
        found = simulate(case, sets=sets, seed=seed)
        outcomes.append(found)
        say(
            f"{case.prompts:7d}  {'yes' if case.shared else 'no':6s}  {case.planted:7.1f}"
            f"  {case.strength:8.1f}  {found.called:6.4f}  {found.raw_lower:9.3f}"
            f"  {found.raw_much_lower:5.3f}  {found.rho_generation:7.3f}"
            f"  {found.rho_evaluation:8.3f}  {case.d2:6.4f} {found.d2:7.4f} {found.naive_d2:6.4f}"
            f"  {found.covers:6.4f}  {found.evaluation_covers:11.4f}  {found.nearer_covers:6.4f}"
            f"  {', '.join(found.misses())}"
        )
    say(
        "prompts  shared  planted  strength  test    p<=.01"
        "            p<=.05            p<=.10  (4 errors)"
    )
    for found in outcomes:
        case = found.case
        for rates in found.rates:
            shares = "  ".join(
                f"{share:.4f} +- {4 * error:.4f}"
                for share, error in zip(rates.share, rates.error, strict=True)
            )
            say(
                f"{case.prompts:7d}  {'yes' if case.shared else 'no':6s}  {case.planted:7.1f}"
                f"  {case.strength:8.1f}  {rates.test:6s}  {shares}"
            )
    return sum(bool(found.misses()) for found in outcomes)


def main() -> int:
    """Print the tables; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sets", type=int, default=SETS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    began = time.perf_counter()
    missed = table(EQUAL + WEAK + UNEQUAL, sets=options.sets, seed=options.seed)
    print(
        f"{options.sets:,} sets a line, seed {options.seed}: {missed} outside the bars,"
        f" {time.perf_counter() - began:.0f} s"
    )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
