"""How often two sources choose alike, counted over bit planes: rate with interval, and kappa."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from profile_core.analysis.planes import StudyPlanes
from profile_core.stats import joint
from profile_core.stats.agreement import cohens_kappa
from profile_core.stats.counterfactual import as_share
from profile_core.stats.intervals import ratio_intervals
from profile_core.stats.planes import Planes, Words, count_bits, preferences


@dataclass(frozen=True, slots=True)
class Agreed:
    """Over the pairs that both decided strictly; NaN where there is none."""

    rate: float
    low: float
    high: float
    kappa: float
    """Cohen's."""
    pairs: int


def agreed(study_planes: StudyPlanes, first: int, second: int, mask: Words | None) -> Agreed:
    """Compare the sources at two places in the planes, within a mask; intervals by prompt.

    The rate is the second source's influence on the first, taken as if it were a factor, on the
    scale from 0 to 1.
    """
    planes = study_planes.planes
    for_a, for_b = planes.prefers_a[[second]], planes.prefers_b[[second]]
    both = Planes(
        planes.prompt_starts,
        for_a,
        for_b,
        for_a | for_b,
        planes.prefers_a[[first]],
        planes.prefers_b[[first]],
    )
    sums = joint.joint_sums(both, study_planes.clusters, mask)
    share = as_share(ratio_intervals(joint.moments_of(sums)))
    own_a, own_b = preferences(both, mask)
    table = np.zeros((3, 3), dtype=np.int64)
    for row, own in enumerate((own_a, own_b)):
        for column, other in enumerate((for_a, for_b)):
            table[row, column] = count_bits((own & other)[0])
    return Agreed(
        float(share.estimate[0, 0]),
        float(share.low[0, 0]),
        float(share.high[0, 0]),
        float(cohens_kappa(table)),
        int(table.sum()),
    )
