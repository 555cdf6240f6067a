"""Pairs a second that `table` imports from JSON Lines with responses of 150 words.

Run as `python -m tests.benchmarks.bench_import [PAIRS]`. The baseline does what any script would:
`json.loads` on each line and `csv.writer` into a file, with no ids, no checks and no study.
Reading is file to batches, on one core; the import is file to a committed study. The best of three
counts, since other work on the machine only ever adds time. Exits 1 under the bar.
"""

from __future__ import annotations

import csv
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from profile_core.actions.imports import import_file
from profile_core.formats import table
from profile_core.formats.spec import ImportOptions
from profile_core.store.study import IN_MEMORY, Study

BAR = 20_000
PAIRS = 100_000
ROUNDS = 3
_WORDS = 150
_SYLLABLES = ("ba", "co", "di", "fu", "ga", "le", "mi", "no", "pe", "ru", "sa", "to", "ve", "zi")


def write_pairs(path: Path, pairs: int) -> None:
    """Write pairs as people have them: prompt, two responses, two models, a winner, a task."""
    source = random.Random(20)
    words = ["".join(source.choices(_SYLLABLES, k=source.randint(1, 4))) for _ in range(5_000)]
    with path.open("w", encoding="utf-8") as file:
        for number in range(pairs):
            row = {
                "id": f"pair-{number}",
                "prompt": " ".join(source.choices(words, k=20)),
                "response_a": " ".join(source.choices(words, k=_WORDS)),
                "response_b": " ".join(source.choices(words, k=_WORDS)),
                "model_a": source.choice(("alpha", "beta", "gamma")),
                "model_b": source.choice(("alpha", "beta", "gamma")),
                "winner": source.choice(("model_a", "model_b", "tie")),
                "task": "helpful_response",
            }
            file.write(json.dumps(row) + "\n")


def rewrite(path: Path, target: Path) -> None:
    """Do the baseline's work."""
    with (
        path.open(encoding="utf-8") as file,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out)
        for line in file:
            writer.writerow(json.loads(line).values())


def read(path: Path) -> None:
    """Read into batches and let them go."""
    with Study.open(IN_MEMORY, create=True) as study:
        for _ in table.read(path, ImportOptions(), study.cursor()):
            pass


def import_into_new_study(path: Path, study_path: Path) -> None:
    """Import into a study file that is not there yet."""
    study_path.unlink(missing_ok=True)
    with Study.open(study_path, create=True) as study:
        import_file(study, "table", path)


def best_seconds(work: Callable[[], None]) -> float:
    """Time some work as often as ROUNDS says; give the shortest time."""
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def main() -> int:
    """Print pairs a second, each against the baseline."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pairs.jsonl"
        write_pairs(path, pairs)
        megabytes = path.stat().st_size / 1e6
        print(f"{pairs:,} pairs of two responses of {_WORDS} words, {megabytes:,.0f} MB")
        baseline = best_seconds(lambda: rewrite(path, Path(folder) / "rows.csv"))
        paces = {
            "json.loads + csv.writer (baseline)": baseline,
            "table: file to batches": best_seconds(lambda: read(path)),
            "table: file to committed study": best_seconds(
                lambda: import_into_new_study(path, Path(folder) / "study.duckdb")
            ),
        }
    for name, seconds in paces.items():
        print(f"{name:36} {pairs / seconds:9,.0f} pairs/s  {seconds / baseline:5.2f} x baseline")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    pace = pairs / seconds
    print(f"the bar is {BAR:,} pairs/s: {'met' if pace >= BAR else 'missed'}")
    return 0 if pace >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
