"""Asks feedback-forensics for its strengths on made-up pairs and compares tau_14 with them.

    python -m tests.benchmarks.feedback_forensics_parity PYTHON

PYTHON is the interpreter of an environment with feedback-forensics 0.5.0. Prints the figures that
`tests/test_stats_feedback_forensics.py` keeps as constants, and exits with 1 if any differs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from profile_core.stats.planes import Planes, assemble, pack_factor, pack_source
from profile_core.stats.tau import influence

from .feedback_forensics_child import made_up_pairs

PAIRS, FACTORS, SEED = 400, 8, 20


def ask(
    python: str, pairs: int, factors: int, seed: int, repeats: int
) -> tuple[list[float], float]:
    """Strengths by feedback-forensics, and the median seconds of a warm table."""
    child = Path(__file__).with_name("feedback_forensics_child.py")
    arguments = [python, str(child), *map(str, (pairs, factors, seed, repeats))]
    answer = subprocess.run(arguments, check=True, capture_output=True, text=True)
    found = json.loads(answer.stdout.splitlines()[-1])
    return found["strengths"], found["seconds"]


def as_planes(
    choices: npt.ArrayLike, signs: Iterable[npt.ArrayLike], *, per_prompt: int = 1
) -> Planes:
    """The same pairs as bit planes, in prompts of a few pairs each."""
    preferred = np.asarray(choices)
    starts = np.append(np.arange(0, len(preferred), per_prompt), len(preferred))
    return assemble(
        starts,
        [pack_factor(values, np.zeros(len(preferred))) for values in signs],
        [pack_source(preferred > 0, preferred < 0)],
    )


def main() -> int:
    """Print both columns; 1 if they differ."""
    strengths, _ = ask(sys.argv[1], PAIRS, FACTORS, SEED, 1)
    taus = influence(as_planes(*made_up_pairs(PAIRS, FACTORS, SEED))).tau[0]
    for strength, tau in zip(strengths, taus, strict=True):
        print(f"strength {strength!r:>24}   tau_14 {float(tau)!r:>24}   apart {tau - strength:.1e}")
    return int(not np.allclose(strengths, taus, rtol=0, atol=1e-12))


if __name__ == "__main__":
    sys.exit(main())
