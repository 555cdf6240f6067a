"""Runs inside an environment that has feedback-forensics: its strengths and its times, as JSON.

    PYTHON feedback_forensics_child.py PAIRS FACTORS SEED REPEATS

Called by `feedback_forensics_parity` and `bench_influence` with that environment's interpreter, so
nothing of PROFILE is imported here, and the made-up data come from the standard library's generator
alone: the same in every environment.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time

SIGNS = {1: "text_a", -1: "text_b", 0: "Not applicable"}


def made_up_pairs(pairs: int, factors: int, seed: int) -> tuple[list[int], list[list[int]]]:
    """Choices (+1 a, -1 b) and, per factor, signs of a minus b that lean to the choice or away."""
    draw = random.Random(seed)
    choices = [1 if draw.random() < 0.55 else -1 for _ in range(pairs)]
    signs = []
    for k in range(factors):
        tied, lean = 0.05 + 0.7 * k / factors, 0.2 + 0.6 * draw.random()
        signs.append(
            [
                0 if draw.random() < tied else choice if draw.random() < lean else -choice
                for choice in choices
            ]
        )
    return choices, signs


def main() -> None:
    """Print strengths and the median seconds of a warm table."""
    pairs, factors, seed, repeats = map(int, sys.argv[1:])
    # Only the strength is asked for: by default the package computes three further metrics.
    os.environ["FF_AVAIL_METRICS"] = '["strength"]'
    import pandas as pd
    from feedback_forensics.app.metrics import compute_annotator_metrics

    choices, signs = made_up_pairs(pairs, factors, seed)
    names = [f"factor {k}" for k in range(factors)]
    columns = {"preferred": choices} | dict(zip(names, signs, strict=True))
    votes = pd.DataFrame(
        {
            # Categories are what the package's own loader makes of votes.
            name: pd.Series([SIGNS[value] for value in values], dtype="category")
            for name, values in columns.items()
        }
    )
    metadata = {name: {"annotator_in_row_name": name} for name in names}
    seconds, metrics = [], {}
    for _ in range(repeats + 1):
        began = time.perf_counter()
        metrics = compute_annotator_metrics(votes, metadata, names, "preferred")["metrics"]
        seconds.append(time.perf_counter() - began)
    strengths = [metrics["strength"][name]["strength"] for name in names]
    print(json.dumps({"strengths": strengths, "seconds": statistics.median(seconds[1:])}))


if __name__ == "__main__":
    main()
