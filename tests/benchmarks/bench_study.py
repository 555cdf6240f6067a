"""A million pairs in a study file: refresh, influence table, filter and intervals, memory.

Run: `python -m tests.benchmarks.bench_study [--pairs 1000000] [--factors 30]`. Everything goes the
way of the app: long tables, `pair_wide`, planes, `analysis.influence`. The baseline is the same
counts from one SQL statement over `pair_wide`, in the same run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from profile_core.analysis.influence import influence
from profile_core.analysis.planes import load
from profile_core.stats.planes import counts
from profile_core.store import pair_wide
from profile_core.store.study import Study
from profile_core.types import LabelSet

SOURCES = 5
FILTER = "task = 'summarization' AND factor_0_a > factor_0_b AND choice_judge_1 <> 'tie'"


def main() -> None:
    """Build the study, then time what the influence page and the command do."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--factors", type=int, default=30)
    arguments = parser.parse_args()
    print(f"{arguments.pairs:,} pairs x {arguments.factors} factors x {SOURCES} sources")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.duckdb"
        # In a process of its own, so that the memory of building is not that of using.
        builder = multiprocessing.get_context("spawn").Process(
            target=build, args=(path, arguments.pairs, arguments.factors)
        )
        builder.start()
        builder.join()
        use(path)


def build(path: Path, pairs: int, factors: int) -> None:
    """Fill a study and refresh its wide table."""
    with Study.open(path, create=True) as study:
        once("fill the long tables", lambda: fill(study, pairs, factors))
        once("refresh pair_wide", lambda: pair_wide.ensure(study))
    print(f"peak memory of building: {peak_gigabytes():.2f} GB")


def use(path: Path) -> None:
    """Time the table, with intervals and with a filter, against plain SQL."""
    with Study.open(path) as study:
        once("load the planes", lambda: load(study))
        planes = load(study).planes
        table = median("influence counts, warm", lambda: counts(planes))
        median("influence rows with intervals, warm", lambda: influence(study))
        median("the same with a filter", lambda: influence(study, where=FILTER))
        print(f"peak memory of using: {peak_gigabytes():.2f} GB")
        obvious = once("the same counts in one SQL statement", lambda: obvious_sql(study))
        print(f"SQL / planes: {obvious / table:.0f} times")


def fill(study: Study, pairs: int, factors: int) -> None:
    """Make prompts of four pairs, two responses a pair, values and choices at random."""
    with study.writing() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(
            "INSERT INTO prompt SELECT 'p' || i, 'bench', NULL, 'do ' || i, NULL, "
            "CASE WHEN i % 3 = 0 THEN 'summarization' ELSE 'document_qa' END, NULL, NULL "
            "FROM range(?) AS t(i)",
            [pairs // 4],
        )
        cursor.execute(
            "INSERT INTO response SELECT 'r' || i, 'p' || (i // 8), NULL, 'model', 'model', NULL, "
            "'text', NULL FROM range(?) AS t(i)",
            [2 * pairs],
        )
        cursor.execute(
            "INSERT INTO pair SELECT 'x' || i, 'p' || (i // 4), 'bench', i, 'evaluation', "
            "'r' || (2 * i), 'r' || (2 * i + 1), i FROM range(?) AS t(i)",
            [pairs],
        )
        for factor in range(factors):
            name = f"factor_{factor}"
            cursor.execute(
                "INSERT INTO factor SELECT $name, $name, 'bench', '', '', 'count', '', '', [], "
                "[], '', 1, NULL, TIMESTAMP '2026-01-01'",
                {"name": name},
            )
            cursor.execute(
                "INSERT INTO factor_value SELECT 'r' || i, $name, 'bench', '1', 1, "
                "floor(random() * 6), NULL, NULL, TIMESTAMP '2026-01-01' "
                "FROM range($responses) AS t(i)",
                {"name": name, "responses": 2 * pairs},
            )
        for source in range(SOURCES):
            name = f"judge:judge_{source}"
            cursor.execute(
                "INSERT INTO source SELECT $name, 'judge', $short, NULL, FALSE, NULL",
                {"name": name, "short": name.partition(":")[2]},
            )
            cursor.execute(
                "INSERT INTO preference (preference_id, pair_id, source_id, shown_order, repeat, "
                "status, choice, created_at) SELECT $name || i, 'x' || i, $name, 'ab', 0, 'valid', "
                "['a', 'b', 'tie'][1 + CAST(floor(random() * 2.2) AS INTEGER)], "
                "TIMESTAMP '2026-01-01' FROM range($pairs) AS t(i)",
                {"name": name, "pairs": pairs},
            )


def obvious_sql(study: Study) -> None:
    """Count every cell by an aggregate of its own, as one would write it first."""
    wide = pair_wide.ensure(study, LabelSet.AUTOMATIC)
    cells = [
        f"count(*) FILTER ({source.choice} = '{side}' AND "
        f"{factor.column_a} {comparison} {factor.column_b})"
        for source in wide.sources
        for factor in wide.factors
        for side, comparison in (("a", ">"), ("b", "<"), ("a", "<"), ("b", ">"))
    ]
    study.cursor().execute(f"SELECT {', '.join(cells)} FROM {wide.name}").fetchall()


def once(what: str, work: Callable[[], object]) -> float:
    """Time one call, print and return seconds."""
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    print(f"{what}: {seconds:.2f} s", flush=True)
    return seconds


def median(what: str, work: Callable[[], object], repeats: int = 9) -> float:
    """Time calls after a first one, print and return the median in seconds."""
    work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    seconds = statistics.median(times)
    print(f"{what}: {seconds * 1000:.1f} ms", flush=True)
    return seconds


def peak_gigabytes() -> float:
    """The process's highest resident memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


if __name__ == "__main__":
    main()
