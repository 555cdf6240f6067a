"""A slider's step at a million pairs: how long from a new band to new rows and differences?

Run: `python -m tests.benchmarks.bench_what_if [--pairs 1000000] [--factors 30] [--quick]`. The
study is that of `bench_study`, used as the page does: the baseline is there, only the band changes.
The target is tau_14 with intervals and differences in 100 ms; the soft, weighted and modelled
variants, alignment and win rates have their own figures. Beside it, in the same run, the same step
in pandas: filter the frame, count by value, group by prompt. Exits with 1 if the target is missed.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from profile_core.analysis.planes import load
from profile_core.analysis.scenario import Equalised, Scenario, Weights
from profile_core.analysis.what_if import AS_IT_IS, differences, side
from profile_core.stats import planes as bits
from profile_core.store.study import Study
from profile_core.types import Variant

from .bench_study import SOURCES, build, once, peak_gigabytes

STEP_MS = 100.0
FILTER = "task = 'summarization'"
_WIDEST = 4.0
"""Nine in ten pairs are left: nearly as much to count as there is."""
_steps = itertools.count()


def main() -> int:
    """Build the study, then time steps; 1 if the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--factors", type=int, default=30)
    parser.add_argument("--quick", action="store_true", help="The step alone, and pandas.")
    parser.add_argument("--study", type=Path, help="Keep the study here, for the next run.")
    arguments = parser.parse_args()
    print(f"{arguments.pairs:,} pairs x {arguments.factors} factors x {SOURCES} sources")
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.study or Path(folder) / "bench.duckdb"
        if not path.exists():
            builder = multiprocessing.get_context("spawn").Process(
                target=build, args=(path, arguments.pairs, arguments.factors)
            )
            builder.start()
            builder.join()
        with Study.open(path) as study:
            return use(study, arguments.quick)


def use(study: Study, is_quick: bool) -> int:
    """Time the step and its variants; 1 if the target is missed."""
    once("load the planes", lambda: load(study))
    once("the baseline, once", lambda: side(study, AS_IT_IS))
    once("the first step, which reads the factor's values", lambda: step(study, banded(0)))
    rows = median("a step: rows with intervals", bands(lambda s: side(study, s)))
    whole = median("a step: rows, intervals and differences", bands(lambda s: step(study, s)))
    median("the same within a filter", bands(lambda s: step(study, s.with_(where=FILTER))))
    median("tau_13", bands(lambda s: step(study, s.with_(variant=Variant.TAU13))))
    pandas = in_pandas(study, _WIDEST)
    print(f"pandas / step: {pandas / whole:.0f} times (rows alone: {pandas / rows:.0f})")
    if not is_quick:
        variants(study)
    print(f"peak memory of using: {peak_gigabytes():.2f} GB")
    print(f"target {STEP_MS:.0f} ms: {'reached' if whole <= STEP_MS else 'MISSED'}")
    return int(whole > STEP_MS)


def variants(study: Study) -> None:
    """Time what costs more, each by itself."""
    weights = Weights("task", (("summarization", 2.0),))
    median("weighted", bands(lambda s: step(study, s.with_(weights=weights))))
    soft = bands(lambda s: step(study, s.with_(variant=Variant.SOFT)))
    median("soft (no probabilities: the arithmetic alone)", soft, repeats=3)
    model = (Equalised("factor_1"),)
    modelled = bands(lambda s: step(study, s.with_(equalised=(*s.equalised, *model))))
    median("modelled, refitted for all sources", modelled, repeats=3)
    whole = Scenario(equalised=model)
    once("modelled over all pairs, first", lambda: step(study, whole))
    median("alignment of a step", bands(lambda s: side(study, s, alignment=True)), repeats=5)
    once("win rates of a step", lambda: side(study, banded(1), win_rates=True))


def banded(band: float) -> Scenario:
    """The scenario of a slider: pairs matched on one factor."""
    return Scenario(equalised=(Equalised("factor_0", band),))


def bands(work: Callable[[Scenario], object]) -> Callable[[], object]:
    """Do the work for a band that was never asked for before, so that no cache answers."""
    return lambda: work(banded(_WIDEST - next(_steps) * 1e-6))


def step(study: Study, scenario: Scenario) -> object:
    """What the page needs to redraw."""
    return side(study, scenario), differences(study, scenario)


def in_pandas(study: Study, band: float) -> float:
    """The obvious way, over a frame in memory: tau and clustered standard error of every cell."""
    study_planes = load(study)
    planes = study_planes.planes
    data = {"prompt": planes.prompt_of}
    for k in range(len(study_planes.factors)):
        data[f"f{k}"] = bits.signs(planes, k).astype(np.int8)
    for i in range(len(planes.prefers_a)):
        for_a, for_b = (
            bits.unpack(rows[i], planes.pairs) for rows in (planes.prefers_a, planes.prefers_b)
        )
        data[f"s{i}"] = for_a.astype(np.int8) - for_b
    data["apart"] = np.abs(study_planes.arrays.difference("factor_0"))
    frame = pd.DataFrame(data)
    began = time.perf_counter()
    kept = frame[frame["apart"] <= band]
    for i in range(len(planes.prefers_a)):
        strict = kept[kept[f"s{i}"] != 0]
        for k in range(len(study_planes.factors)):
            z = (strict[f"s{i}"] * strict[f"f{k}"]).astype(int)
            sums = z.groupby(strict["prompt"]).agg(["sum", "size"])
            rest = sums["sum"] - z.mean() * sums["size"]
            prompts = len(sums)
            float(np.sqrt(prompts / (prompts - 1) * (rest**2).sum()) / len(z))
    found = (time.perf_counter() - began) * 1000
    print(f"the same step in pandas, without q and differences: {found:.0f} ms", flush=True)
    return found


def median(what: str, work: Callable[[], object], repeats: int = 9) -> float:
    """Time calls after a first one, print and return the median in milliseconds."""
    work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    found = statistics.median(times) * 1000
    print(f"{what}: {found:.1f} ms", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
