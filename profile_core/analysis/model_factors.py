"""Which factors a conditional model holds against each other, and why one is left out.

Two columns that say the same share one weight between them in any way the noise likes, and a
model of many factors on few pairs explains the noise. So, unless somebody names the factors, a
model takes those that the influence page shows, the first of each set of near-duplicates, and no
more than its pairs and prompts can carry. This module chooses; `conditional_model` fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.analysis.planes import PlaneSource, StudyPlanes
from profile_core.analysis.source_models import KEPT_COMPLETE
from profile_core.text import numbers

Bools = npt.NDArray[np.bool_]

NEAR = 0.9
"""Differences that correlate so closely inflate each other's variance fivefold."""
PAIRS_EACH, PROMPTS_EACH = 10, 3
"""So many decided pairs, and prompts, to each factor (Peduzzi et al. 1996, for the pairs)."""
_COMPARED = 200_000
"""Pairs that near-duplicates are looked for in: a correlation is exact enough long before."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A factor that is not in a model, and why."""

    factor: str
    reason: str
    twin: str | None = None
    """The factor of the model that it says nearly the same as, if that is why."""


def choose(
    study_planes: StudyPlanes,
    entry: PlaneSource,
    candidates: Sequence[str],
    decided: Bools,
) -> tuple[tuple[str, ...], tuple[LeftOut, ...]]:
    """Choose a source's factors from candidates, the more wanted first, by its decided pairs.

    Leaves out what its preference was derived from, what half of the pairs have no value of, what
    never differs, near-duplicates of an earlier candidate, and what comes after as many factors as
    the pairs and prompts carry.
    """
    rows = np.flatnonzero(decided)
    prompts = len(np.unique(study_planes.planes.prompt_of[rows]))
    most = max(min(len(rows) // PAIRS_EACH, prompts // PROMPTS_EACH), 1)
    compared = rows[:: max(len(rows) // _COMPARED, 1)]
    title = {factor.name: numbers.inline(factor.title) for factor in study_planes.factors}
    chosen: list[str] = []
    left_out: list[LeftOut] = []
    for name in candidates:
        if name in entry.source.derived_from:
            left_out.append(LeftOut(name, "the preference was derived from it"))
            continue
        difference = study_planes.arrays.difference(name)[compared].astype(np.float64)
        has_value = int((~np.isnan(study_planes.arrays.difference(name)[rows])).sum())
        if has_value < KEPT_COMPLETE * len(rows):
            of = numbers.counted(len(rows), "decided pair")
            left_out.append(
                LeftOut(name, f"only {numbers.count(has_value)} of {of} have values of it")
            )
            continue
        if not np.nan_to_num(difference).any():
            left_out.append(LeftOut(name, "it never differs where the source decided"))
            continue
        twin, likeness = _nearest(study_planes, difference, chosen, compared)
        if abs(likeness) >= NEAR:
            how = "nearly the same as" if likeness > 0 else "nearly the opposite of"
            said = numbers.decimal(likeness)
            left_out.append(LeftOut(name, f"{how} {title[twin]} (correlation {said})", twin))
        elif len(chosen) == most:
            said = f"{numbers.counted(len(rows), 'pair')} of {numbers.counted(prompts, 'prompt')}"
            left_out.append(LeftOut(name, f"{said} carry no more than {most}"))
        else:
            chosen.append(name)
    return tuple(chosen), tuple(left_out)


def _nearest(
    study_planes: StudyPlanes,
    difference: npt.NDArray[np.float64],
    chosen: Sequence[str],
    rows: npt.NDArray[np.int64],
) -> tuple[str, float]:
    """The chosen factor whose differences correlate most with some, uncentred as in the model."""
    nearest, largest = "", 0.0
    for name in chosen:
        other = study_planes.arrays.difference(name)[rows].astype(np.float64)
        both = ~(np.isnan(difference) | np.isnan(other))
        size = float(np.linalg.norm(difference[both]) * np.linalg.norm(other[both]))
        likeness = float(difference[both] @ other[both]) / size if size else 0.0
        if abs(likeness) > abs(largest):
            nearest, largest = name, likeness
    return nearest, largest
