"""Responses a second that `extract` measures and stores, all rules, on one core.

Run as `python -m tests.benchmarks.bench_extract_study`. Exits 1 under the bar.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from profile_core.actions.extract import extract
from profile_core.store.ingest import Ingest
from profile_core.store.records import Batch
from profile_core.store.study import Study
from tests.benchmarks.bench_extract import subjects

BAR = 2_000
RESPONSES = 20_000


def main() -> int:
    """Time one whole run into a new study file."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with (
        tempfile.TemporaryDirectory() as folder,
        Study.open(Path(folder) / "study.duckdb", create=True) as study,
    ):
        batch = Batch("benchmark")
        for subject in subjects(RESPONSES):
            prompt = batch.add_prompt(
                subject.prompt, source_text=subject.source_text, task=subject.task
            )
            batch.add_response(prompt, subject.text)
        with study.writing() as cursor:
            ingest = Ingest(cursor, "benchmark")
            ingest.write(batch)
            ingest.finish()
        begin = time.perf_counter()
        extract(study)
        pace = RESPONSES / (time.perf_counter() - begin)
    print(f"extract, storage included  {pace:8,.0f} responses/s (bar {BAR:,})")
    return 0 if pace >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
