"""Agreement on numbers: of several people with each other, and of an extractor with people.

Values are numbers on a factor's scale, NaN where nobody gave one. Kappa is the quadratically
weighted one in the form that any numbers allow; alpha is Krippendorff's for the scale at hand.
Choices between two responses are in `agreement`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Literal

import krippendorff
import numpy as np
import numpy.typing as npt

from profile_core.stats.intervals import Intervals, moments, ratio, ratio_intervals
from profile_core.types import FactorKind

Floats = npt.NDArray[np.float64]

_Level = Literal["nominal", "ordinal", "interval", "ratio"]
_LEVELS: dict[FactorKind, _Level] = {
    FactorKind.BOOLEAN: "nominal",
    FactorKind.ORDINAL_1_5: "ordinal",
    FactorKind.ORDINAL_0_3: "ordinal",
    FactorKind.COUNT: "ratio",
    FactorKind.RATIO: "interval",
    FactorKind.NUMBER: "interval",
}
"""A count has a zero that means none, and 1 against 2 is more than 101 against 102; a ratio's
upper end is as firm as its lower one, so only its distances count."""


def weighted_kappa(
    first: npt.ArrayLike, second: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> float:
    """Quadratically weighted kappa (Cohen 1968) of two raters, `[N]` each; NaN pairs are left out.

    `1 - E(x - y)^2 / E_ind(x - y)^2` with the expectation under independence of the same margins,
    which for categories is Cohen's kappa with quadratic weights (and for two values the plain one),
    and for any numbers Lin's (1989) concordance correlation. Weights are those of units, such as
    inverse probabilities. NaN where both raters give one and the same value throughout.
    """
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    w = np.ones_like(x) if weights is None else np.asarray(weights, dtype=np.float64)
    both = ~(np.isnan(x) | np.isnan(y))
    if not both.any():
        return float("nan")
    x, y, w = x[both], y[both], w[both] / w[both].sum()
    mean_x, mean_y = float(w @ x), float(w @ y)
    independent = float(w @ (x - mean_x) ** 2 + w @ (y - mean_y) ** 2) + (mean_x - mean_y) ** 2
    if independent <= 1e-24 * max(1.0, mean_x**2):
        return float("nan")
    return 1.0 - float(w @ (x - y) ** 2) / independent


def mean_pairwise_kappa(
    ratings: npt.ArrayLike, kappa: Callable[[Floats, Floats], float] = weighted_kappa
) -> float:
    """Mean kappa over pairs of annotators (Light 1971), of `[annotators, units]`.

    Each pair of annotators counts by the units it shares; NaN where none has a kappa. `kappa`
    takes two annotators' values, NaN where one gave none.
    """
    values = np.asarray(ratings, dtype=np.float64)
    total = shared = 0.0
    for first, second in combinations(values, 2):
        units = int((~np.isnan(first) & ~np.isnan(second)).sum())
        found = kappa(first, second) if units > 1 else float("nan")
        if not np.isnan(found):
            total, shared = total + units * found, shared + units
    return total / shared if shared else float("nan")


def rating_alpha(ratings: npt.ArrayLike, kind: FactorKind) -> float:
    """Krippendorff's alpha of `[annotators, units]` on the scale of a factor.

    NaN where no unit has two values, or where all values are the same.
    """
    values = np.asarray(ratings, dtype=np.float64)
    shared = values[:, (~np.isnan(values)).sum(axis=0) > 1]
    if len(np.unique(shared[~np.isnan(shared)])) < 2:
        return float("nan")
    return float(krippendorff.alpha(shared, level_of_measurement=_LEVELS[kind]))


def agreeing_share(ratings: npt.ArrayLike, resolution: float = 0.0) -> Floats:
    """Share of a unit's pairs of annotators that gave the same value, `[units]`.

    Values are the same when they differ by no more than `resolution`; infinity (not applicable)
    is the same as itself only. NaN for a unit with fewer than two values.
    """
    values = np.asarray(ratings, dtype=np.float64)
    agreed, pairs = np.zeros(values.shape[1]), np.zeros(values.shape[1])
    for first, second in combinations(values, 2):
        both = ~(np.isnan(first) | np.isnan(second))
        pairs += both
        with np.errstate(invalid="ignore"):
            agreed += both & ((first == second) | (np.abs(first - second) <= resolution))
    return ratio(agreed, pairs)


def mean_by_prompt(
    values: npt.ArrayLike,
    prompts: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Intervals:
    """Weighted mean of `[N]` values with an interval clustered by prompt; NaN values are left out.

    Prompts are any sortable ids. With inverse probabilities as weights it is Hajek's estimate.
    """
    sums, sizes = prompt_sums(values, prompts, weights=weights)
    return ratio_intervals(moments(sums, sizes), bounds=bounds)


def prompt_sums(
    values: npt.ArrayLike, prompts: npt.ArrayLike, *, weights: npt.ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Weighted sums of values and sums of weights of each prompt, `[G]` each, prompts sorted.

    A NaN value adds to neither.
    """
    found = np.asarray(values, dtype=np.float64)
    w = np.ones_like(found) if weights is None else np.asarray(weights, dtype=np.float64)
    w = np.where(np.isnan(found), 0.0, w)
    names, codes = np.unique(np.asarray(prompts), return_inverse=True)
    columns = (w * np.nan_to_num(found), w)
    sums, sizes = (np.bincount(codes, column, len(names)).astype(float) for column in columns)
    return sums, sizes
