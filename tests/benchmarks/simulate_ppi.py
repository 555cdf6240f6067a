"""Do prediction-powered intervals cover what they should, and are they as narrow as promised?

    python -m tests.benchmarks.simulate_ppi [--data FOLDER] [--draws 2000] [--seed 0]

The population are the pairs of SummEval-OP (folder `summeval_op`) that differ in the sum of all
annotators' 21 ratings, the higher preferred: 2,442 of 2,496. (Means of the ratings would make it
2,458, but 16 of these differ by rounding alone.) Each draw takes 200 of the 32 products with
replacement, each taken one a cluster of its own, and reviews 20 % of the pairs:

- `equal`: every pair with a probability of .2;
- `targeted`: with unequal ones as a targeted queue has them, from the automatic values alone;
- `prefix`: the same, stopped after exactly that many pairs, as a queue is that people are still
  working on (the next pair's key is the threshold).

An extractor labels all pairs. `systematic`: z is by faithfulness, z_hat by faithfulness less the
length in standard deviations. `informative`: z by the number of words, z_hat by that plus
Normal(0, 4). `useless`: z by the number of words, z_hat by random numbers.

Bars: intervals cover the tau of the whole population in 93.5-96.5 % of the draws; automatic values
alone do in under 60 % where they err systematically; the informative extractor's intervals are at
least 20 % narrower than those of the reviewed pairs alone, the useless one's at most 2 % wider.
Exits with 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from profile_core.stats import drawing
from profile_core.stats.ppi import Pairs, prediction_powered, reviewed_only

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "summeval_op"
DRAWS, CLUSTERS, SHARE = 2000, 200, 0.2
COVERAGE = (0.935, 0.965)
EXTRACTORS = ("systematic", "informative", "useless")
DESIGNS = ("equal", "targeted", "prefix")
NOISE = 4.0
_DIMENSIONS = ("fl", "co", "re", "fa", "ac", "sc", "sp")


@dataclass(frozen=True, slots=True)
class Summaries:
    """Rated summaries, one entry each; those of a product together."""

    product: Ints
    total: Ints
    """Sum of all ratings."""
    faithfulness: Floats
    words: Floats

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """Places of both summaries of each pair of a product whose totals differ, `[N]` each."""
        sides = [
            pair
            for product in np.unique(self.product)
            for pair in itertools.combinations(np.flatnonzero(self.product == product), 2)
            if self.total[pair[0]] != self.total[pair[1]]
        ]
        a, b = np.array(sides, dtype=np.int64).T
        return a, b


@dataclass(frozen=True, slots=True)
class Case:
    """All pairs of a population, labelled twice and with rates of drawing, grouped by product."""

    extractor: str
    design: str
    starts: Ints
    z: Floats
    z_hat: Floats
    rates: Floats


@dataclass(frozen=True, slots=True)
class Outcome:
    """How often intervals covered the population's tau, and how wide they were."""

    extractor: str
    design: str
    tau: float
    automatic: float
    correlation: float
    coverage: float
    reviewed_coverage: float
    naive_coverage: float
    width: float
    reviewed_width: float
    power: float

    @property
    def relative_width(self) -> float:
        """Width over that of the reviewed pairs alone."""
        return self.width / self.reviewed_width

    def misses(self, slack: float = 0.0) -> list[str]:
        """The bars that this outcome misses, in words; `slack` widens those of coverage."""
        found = []
        if not COVERAGE[0] - slack <= self.coverage <= COVERAGE[1] + slack:
            found.append(f"coverage {self.coverage:.4f}")
        if self.extractor == "systematic" and self.naive_coverage >= 0.6:
            found.append(f"naive covers {self.naive_coverage:.2f}")
        if self.extractor == "informative" and self.relative_width > 0.8:
            found.append(f"only {1 - self.relative_width:.0%} narrower")
        if self.extractor == "useless" and self.relative_width > 1.02:
            found.append(f"{self.relative_width - 1:.1%} wider")
        return found


def read(folder: Path = DATA) -> Summaries:
    """Read the ratings of SummEval-OP."""
    product, total, faithfulness, words = [], [], [], []
    lines = (folder / "summeval-op-detailed.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        row = json.loads(line)
        for place, text in enumerate(row["summaries"]):
            product.append(number)
            total.append(sum(sum(row[name][place]) for name in _DIMENSIONS))
            faithfulness.append(sum(row["fa"][place]) / 3)
            words.append(len(text.split()))
    return Summaries(
        np.array(product), np.array(total), np.array(faithfulness), np.array(words, dtype=float)
    )


def cases(summaries: Summaries, *, seed: int = 0) -> list[Case]:
    """Label the pairs of a population by every extractor, and set the rates of every design."""
    random = np.random.default_rng([seed, 0])
    words, shape = summaries.words, summaries.words.shape
    length = (words - words.mean()) / words.std()
    values = {
        "systematic": (summaries.faithfulness, summaries.faithfulness - length),
        "informative": (words, words + random.normal(0, NOISE, shape)),
        "useless": (words, random.random(shape)),
    }
    a, b = summaries.pairs
    side = np.sign(summaries.total[a] - summaries.total[b])
    starts = np.flatnonzero(np.diff(summaries.product[a], prepend=-1))
    found = []
    for extractor, design in itertools.product(EXTRACTORS, DESIGNS):
        true, automatic = values[extractor]
        rates = drawing.random_rates(len(a), SHARE * len(a))
        if design != "equal":
            doubt = drawing.expected_sign_error(
                automatic[a] - automatic[b],
                drawing.assumed_error(automatic),
                tie=0.5 if extractor != "systematic" else 0.0,
                resolution=1e-9,
            )
            rates = drawing.targeted_rates(drawing.draw_weights([doubt]), SHARE * len(a))
        found.append(
            Case(
                extractor,
                design,
                np.append(starts, len(a)),
                side * _sign(true[a] - true[b]),
                side * _sign(automatic[a] - automatic[b]),
                rates,
            )
        )
    return found


def simulate(case: Case, *, draws: int = DRAWS, clusters: int = CLUSTERS, seed: int = 0) -> Outcome:
    """Draw products and reviews again and again, and take the three intervals of each."""
    number = EXTRACTORS.index(case.extractor) * len(DESIGNS) + DESIGNS.index(case.design)
    random = np.random.default_rng([seed, 1, number])
    tau = float(case.z.mean())
    covered, widths, powers = np.zeros((draws, 3), dtype=bool), np.zeros((draws, 2)), []
    for place in range(draws):
        pairs = draw(case, clusters, random)
        found = prediction_powered(pairs)
        reviewed = reviewed_only(pairs)
        naive = reviewed_only(all_automatic(pairs))
        covered[place] = [item.low <= tau <= item.high for item in (found, reviewed, naive)]
        widths[place] = found.high - found.low, reviewed.high - reviewed.low
        powers.append(found.power)
    coverage, width = covered.mean(axis=0), widths.mean(axis=0)
    return Outcome(
        case.extractor,
        case.design,
        tau,
        float(case.z_hat.mean()),
        float(np.corrcoef(case.z, case.z_hat)[0, 1]),
        *(float(share) for share in coverage),
        *(float(mean) for mean in width),
        float(np.mean(powers)),
    )


def draw(case: Case, clusters: int, random: np.random.Generator) -> Pairs:
    """Take products with replacement, each a cluster of its own, and review some of the pairs."""
    taken = random.integers(0, len(case.starts) - 1, clusters)
    sizes = np.diff(case.starts)[taken]
    place = np.concatenate(
        [np.arange(case.starts[product], case.starts[product + 1]) for product in taken]
    )
    rates = case.rates[place]
    key, threshold = drawing.keys(random.random(len(place)), rates), 1.0
    if case.design == "prefix":
        threshold = float(np.partition(key, round(SHARE * len(place)))[round(SHARE * len(place))])
    return Pairs(
        prompt=np.repeat(np.arange(clusters), sizes),
        z_hat=case.z_hat[place],
        m_hat=np.ones(len(place)),
        z=case.z[place],
        m=np.ones(len(place)),
        reviewed=key < threshold,
        probability=drawing.probabilities(rates, threshold),
    )


def all_automatic(pairs: Pairs) -> Pairs:
    """Take the automatic labels for the truth."""
    everything = np.ones(len(pairs.prompt))
    return Pairs(
        pairs.prompt,
        *(pairs.z_hat, pairs.m_hat, pairs.z_hat, pairs.m_hat),
        reviewed=everything.astype(bool),
        probability=everything,
    )


def _sign(difference: Floats) -> Floats:
    return np.where(np.abs(difference) <= 1e-9, 0.0, np.sign(difference))


def table(
    chosen: list[Case], *, draws: int, seed: int = 0, say: Callable[[str], None] = print
) -> int:
    """Print one line a case; the number of cases that miss a bar."""
    say(
        "extractor    design     pi         tau  automatic  corr(z, z_hat)  covers  reviewed-only"
        "  automatic  width  reviewed-only  ratio  lambda"
    )
    missed = 0
    for case in chosen:
        found = simulate(case, draws=draws, seed=seed)
        misses = found.misses()
        missed += bool(misses)
        pi = drawing.probabilities(case.rates)
        span = f"{pi.min():.2f}-{pi.max():.2f}" if case.design != "equal" else f"{SHARE:.2f}"
        say(
            f"{case.extractor:11s}  {case.design:9s}  {span:9s}  {found.tau:5.3f}"
            f"  {found.automatic:9.3f}  {found.correlation:14.3f}  {found.coverage:6.4f}"
            f"  {found.reviewed_coverage:13.4f}  {found.naive_coverage:9.4f}  {found.width:5.3f}"
            f"  {found.reviewed_width:13.3f}  {found.relative_width:5.3f}  {found.power:6.2f}"
            f"  {', '.join(misses)}"
        )
    return missed


def main() -> int:
    """Print the table; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    began = time.perf_counter()
    summaries = read(options.data)
    print(f"{len(summaries.pairs[0]):,} pairs of {len(np.unique(summaries.product))} products")
    missed = table(cases(summaries, seed=options.seed), draws=options.draws, seed=options.seed)
    print(
        f"{options.draws:,} draws a line, seed {options.seed}: {missed} outside the bars,"
        f" {time.perf_counter() - began:.0f} s"
    )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
