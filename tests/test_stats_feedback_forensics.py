"""tau_14 is the strength of Feedback Forensics: figures of version 0.5.0 on made-up pairs.

`tests/benchmarks/feedback_forensics_parity.py` made them and makes them again.
"""

from __future__ import annotations

import numpy as np

from profile_core.stats.tau import influence
from tests.benchmarks.feedback_forensics_child import made_up_pairs
from tests.benchmarks.feedback_forensics_parity import FACTORS, PAIRS, SEED, as_planes

STRENGTHS = [-0.5475, -0.26, -0.23, -0.27, 0.0825, 0.22, -0.055, -0.165]


def test_tau14_is_the_strength_of_feedback_forensics_on_the_same_pairs():
    taus = influence(as_planes(*made_up_pairs(PAIRS, FACTORS, SEED))).tau[0]
    np.testing.assert_allclose(taus, STRENGTHS, rtol=0, atol=1e-12)
