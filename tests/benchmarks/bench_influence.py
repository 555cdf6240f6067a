"""How fast is the influence table? Medians, peak memory, and ratios to named baselines.

    python -m tests.benchmarks.bench_influence [--feedback-forensics PYTHON] [--pairs N]

First 1 million pairs, 30 factors, 5 sources: the table of counts and tau, then the one with
intervals, p and q, over all pairs and over masks. Then 100,000 pairs, 25 factors, one source,
beside two baselines in pandas and, given the interpreter of an environment that has it, beside
feedback-forensics. Every time is the median of warm runs over data in memory: planes here, a
DataFrame of signs in pandas, categorical votes (its loader's own form) there; packing is timed
apart. Targets: 30 ms, 100 ms, 1.5 GB, 10 times faster; exits with 1 if one is missed.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from profile_core.stats.planes import (
    Floats,
    Planes,
    Words,
    assemble,
    counts,
    mask_from_bool,
    pack_factor,
    pack_source,
    prompt_order,
)
from profile_core.stats.tau import influence, tau14

from .feedback_forensics_child import made_up_pairs
from .feedback_forensics_parity import as_planes, ask

INTERVALS_MS, COUNTS_MS, PEAK_GB, FASTER = 100.0, 30.0, 1.5, 10.0


def main() -> int:
    """Run everything; 1 if a target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--feedback-forensics", metavar="PYTHON")
    parser.add_argument("--pairs", type=int, default=1_000_000)
    options = parser.parse_args()
    reached = [*large(options.pairs), *small(options.feedback_forensics)]
    return int(not all(reached))


def large(pairs: int, factors: int = 30, sources: int = 5) -> list[bool]:
    """The table at full size; whether each target is reached."""
    planes, half = made_up_planes(pairs, factors, sources)
    print(f"{pairs:,} pairs x {factors} factors x {sources} sources, {planes.prompts:,} prompts")
    table = milliseconds(lambda: table_of(planes))
    report("counts and tau, all pairs", table, COUNTS_MS)
    masked = milliseconds(lambda: table_of(planes, half))
    report("counts and tau, mask of half", masked, COUNTS_MS)
    full = milliseconds(lambda: influence(planes))
    report("with intervals, p, q, all pairs", full, INTERVALS_MS)
    both = milliseconds(lambda: influence(planes, half))
    report("with intervals, p, q, mask of half", both, INTERVALS_MS)
    fewer = mask_from_bool(np.arange(pairs) < pairs // 5)
    exact = milliseconds(lambda: influence(planes, fewer))
    report("the same, mask of a fifth, exact clusters", exact, INTERVALS_MS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"  {'peak memory of this process':44s} {peak:9.2f} GB")
    return [table <= COUNTS_MS, masked <= COUNTS_MS, both <= INTERVALS_MS, peak <= PEAK_GB]


def small(feedback_forensics: str | None, pairs: int = 100_000, factors: int = 25) -> list[bool]:
    """The table beside the baselines; whether it is enough faster than feedback-forensics."""
    choices, signs = made_up_pairs(pairs, factors, seed=1)
    values = np.array(signs, dtype=float)
    planes = as_planes(choices, values, per_prompt=5)
    packing = milliseconds(lambda: as_planes(choices, values, per_prompt=5))
    frame = pd.DataFrame(np.array(signs, dtype=np.int8).T)
    frame["choice"] = np.array(choices, dtype=np.int8)
    frame["prompt"] = planes.prompt_of
    print(f"\n{pairs:,} pairs x {factors} factors x 1 source, {planes.prompts:,} prompts")
    print(f"  {'packing the planes, once':44s} {packing:9.2f} ms")
    table = milliseconds(lambda: table_of(planes))
    report("counts and tau", table)
    full = milliseconds(lambda: influence(planes))
    report("with intervals, p, q", full)
    loop = milliseconds(lambda: pandas_taus(frame, factors), runs=3)
    report("pandas: value_counts a factor", loop, against=table)
    grouped = milliseconds(lambda: pandas_clusters(frame, factors), runs=3)
    report("pandas: groupby prompt a factor, se alone", grouped, against=full)
    taus = influence(planes).tau[0]
    assert np.allclose(pandas_taus(frame, factors), taus)
    if feedback_forensics is None:
        return []
    strengths, seconds = ask(feedback_forensics, pairs, factors, 1, 3)
    assert np.allclose(strengths, taus)
    report("feedback-forensics: strength table", seconds * 1000, against=table)
    report("  beside the table with intervals", seconds * 1000, against=full)
    report("  beside packing and the table", seconds * 1000, against=packing + table)
    return [seconds * 1000 >= FASTER * full]


def made_up_planes(pairs: int, factors: int, sources: int) -> tuple[Planes, Words]:
    """Prompts of 5 pairs on average, each with a taste; values missing in every third factor."""
    draw = np.random.default_rng(0)
    prompts = draw.integers(0, pairs // 5, pairs)
    order, starts = prompt_order(prompts)
    taste = draw.normal(size=pairs // 5).astype(np.float32)[prompts[order]]
    packed = []
    for k in range(factors):
        difference = draw.integers(-3, 4, pairs).astype(np.float64)
        if k % 3 == 0:
            difference[draw.random(pairs) < 0.1] = np.nan
        packed.append(pack_factor(difference, np.zeros(pairs)))
    chosen = []
    for _ in range(sources):
        lean = draw.standard_normal(pairs, dtype=np.float32) + taste
        chosen.append(pack_source(lean > 0.1, lean < -0.1))
    return assemble(starts, packed, chosen), mask_from_bool(draw.random(pairs) < 0.5)


def table_of(planes: Planes, mask: Words | None = None) -> Floats:
    """The table without intervals."""
    found = counts(planes, mask)
    return tau14(found.concordant, found.discordant, found.tied)


def pandas_taus(frame: pd.DataFrame, factors: int) -> list[float]:
    """The obvious way: sign products counted, factor by factor."""
    taus = []
    for k in range(factors):
        found = (frame["choice"] * frame[k]).value_counts()
        taus.append(float(tau14(found.get(1, 0), found.get(-1, 0), found.get(0, 0))))
    return taus


def pandas_clusters(frame: pd.DataFrame, factors: int) -> list[float]:
    """The obvious clustered standard error, factor by factor."""
    errors = []
    for k in range(factors):
        z = (frame["choice"] * frame[k]).astype(int)
        sums = z.groupby(frame["prompt"]).agg(["sum", "size"])
        rest = sums["sum"] - z.mean() * sums["size"]
        prompts = len(sums)
        errors.append(float(np.sqrt(prompts / (prompts - 1) * (rest**2).sum()) / len(z)))
    return errors


def milliseconds(run: Callable[[], object], runs: int = 15) -> float:
    """The median of warm runs."""
    run()
    times: list[float] = []
    for _ in range(runs):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def report(
    what: str, found: float, target: float | None = None, against: float | None = None
) -> None:
    """One line: a time, and its target or how many times longer it is than another."""
    beside = (
        f"target {target:.0f} ms" if target else f"{found / against:.0f} times" if against else ""
    )
    print(f"  {what:44s} {found:9.2f} ms  {beside}")


if __name__ == "__main__":
    sys.exit(main())
