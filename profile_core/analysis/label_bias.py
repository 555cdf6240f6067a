"""By how much automatic values exceed people's in the drawn pairs, side by side.

The mean is weighted like the estimate from drawn labels, so that it speaks of all its pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from profile_core.analysis.drawn_influence import DrawnCell
from profile_core.stats.intervals import Floats, moments, ratio_intervals
from profile_core.store.drawn import DrawnLabels
from profile_core.types import Choice

Values = tuple[Floats, Floats]
"""Of a and of b, `[pairs]` each; NaN where there is none."""


@dataclass(frozen=True, slots=True)
class SideBias:
    """The mean of automatic minus people's values in one response of the pairs."""

    side: Choice
    mean: float
    low: float | None
    high: float | None

    @property
    def is_told(self) -> bool:
        """Whether the 95 % interval excludes 0."""
        return self.low is not None and self.high is not None and self.low * self.high > 0


def biases(cell: DrawnCell, labels: DrawnLabels, automatic: Values) -> tuple[SideBias, ...]:
    """Estimate the bias in a and in b; a side where no value can be compared is left out.

    `sum w (automatic - human) / sum w` with w = 1/pi over the reviewed pairs of the cell where both
    values exist, with the cluster-robust interval of `stats.intervals`. `automatic` are the
    factor's values of both responses of all pairs of the study.
    """
    reviewed = cell.pair_no[cell.pairs.reviewed]
    place = np.searchsorted(labels.pair_no, reviewed)
    weight = 1.0 / cell.pairs.probability[cell.pairs.reviewed]
    _, prompt = np.unique(cell.pairs.prompt[cell.pairs.reviewed], return_inverse=True)
    found = []
    for side, measured, human in (
        (Choice.A, automatic[0], labels.a),
        (Choice.B, automatic[1], labels.b),
    ):
        error = measured[reviewed] - human[place]
        counted = ~np.isnan(error)
        if not counted.any():
            continue
        total = np.bincount(prompt, weights=np.where(counted, weight * error, 0.0))
        size = np.bincount(prompt, weights=np.where(counted, weight, 0.0))
        cells = ratio_intervals(moments(total, size), bounds=(-np.inf, np.inf))
        low, high = float(cells.low), float(cells.high)
        bounds = (None, None) if np.isnan(low) else (low, high)
        found.append(SideBias(side, float(cells.estimate), *bounds))
    return tuple(found)
