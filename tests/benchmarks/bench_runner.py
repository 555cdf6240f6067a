"""How close a run of many calls comes to the ideal: `python -m tests.benchmarks.bench_runner`.

A server on loopback answers each call after 200 ms; with 16 calls under way, 2,000 calls take
25 s at best. Prints the time as a ratio to that, and exits with 1 above 1.25. The server is a
process of its own.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

from profile_core.actions.judge import judge
from profile_core.store.study import Study
from tests.judge_runs import asking, fill, judging, some_verdict
from tests.model_server import model_server, says

CALLS, CONCURRENCY, SECONDS = 2_000, 16, 0.2
BAR = 1.25


def main() -> int:
    ideal = CALLS / CONCURRENCY * SECONDS
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
    process.start()
    with (
        tempfile.TemporaryDirectory() as folder,
        Study.open(Path(folder) / "runs.duckdb", create=True) as study,
    ):
        fill(study, CALLS // 2)
        summary = judge(study, judging(), asking(ours.recv(), concurrency=CONCURRENCY))
    ours.send("stop")
    process.join()
    assert summary.done == CALLS // 2, summary
    share = summary.seconds / ideal
    print(
        f"{CALLS:,} calls of {SECONDS:.1f} s, {CONCURRENCY} at once: {summary.seconds:.1f} s, "
        f"{share:.2f} times the ideal {ideal:.0f} s"
    )
    return int(share > BAR)


def _serve(pipe: Connection) -> None:
    with model_server(says(some_verdict, after=SECONDS)) as server:
        pipe.send(server.address)
        pipe.recv()


if __name__ == "__main__":
    raise SystemExit(main())
