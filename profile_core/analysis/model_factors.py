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
from profile_core.analysis.source_models import KEPT_COMPLETE, Differences, differences
from profile_core.stats.intervals import ratio
from profile_core.stats.thin_products import crossed
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
    title = {factor.name: numbers.inline(factor.title) for factor in study_planes.factors}
    every = differences(study_planes)
    places = [every.factors.index(name) for name in candidates]
    valued = every.known[rows][:, places].sum(axis=0)
    likeness, differs = _likeness(every, rows[:: max(len(rows) // _COMPARED, 1)], places)
    chosen: list[str] = []
    left_out: list[LeftOut] = []
    for k, name in enumerate(candidates):
        if name in entry.source.derived_from:
            left_out.append(LeftOut(name, "the preference was derived from it"))
            continue
        if valued[k] < KEPT_COMPLETE * len(rows):
            of = numbers.counted(len(rows), "decided pair")
            left_out.append(
                LeftOut(name, f"only {numbers.count(int(valued[k]))} of {of} have values of it")
            )
            continue
        if not differs[k]:
            left_out.append(LeftOut(name, "it never differs where the source decided"))
            continue
        twin = max(chosen, key=lambda other: abs(likeness[k, candidates.index(other)]), default="")
        alike = float(likeness[k, candidates.index(twin)]) if twin else 0.0
        if abs(alike) >= NEAR:
            how = "nearly the same as" if alike > 0 else "nearly the opposite of"
            said = numbers.decimal(alike)
            left_out.append(LeftOut(name, f"{how} {title[twin]} (correlation {said})", twin))
        elif len(chosen) == most:
            said = f"{numbers.counted(len(rows), 'pair')} of {numbers.counted(prompts, 'prompt')}"
            left_out.append(LeftOut(name, f"{said} carry no more than {most}"))
        else:
            chosen.append(name)
    return tuple(chosen), tuple(left_out)


def _likeness(
    every: Differences, rows: npt.NDArray[np.int64], places: list[int]
) -> tuple[npt.NDArray[np.float64], Bools]:
    """Correlate differences ``[K, K]``, uncentred as in the model, and tell which differ at all."""
    x = np.nan_to_num(every.x[rows][:, places])
    known = every.known[rows][:, places].astype(x.dtype)
    sizes = crossed(x**2, known)
    return np.nan_to_num(ratio(crossed(x, x), np.sqrt(sizes * sizes.T))), x.any(axis=0)
