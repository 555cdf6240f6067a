"""The weights of sources' conditional models, on the same factors for all, so that they compare.

A coefficient depends on what else is in the model. So one set of factors is chosen for all sources,
no more than the smallest of them carries, each known for most of its pairs; a source that carries
too few has no weights.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from profile_core.analysis import model_factors
from profile_core.analysis.model_factors import PAIRS_EACH, PROMPTS_EACH
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.shown import taxonomy_order
from profile_core.errors import NotEstimable
from profile_core.stats import planes as bits
from profile_core.stats.conditional import complete_cases, fit
from profile_core.stats.intervals import MIN_PROMPTS
from profile_core.stats.planes import Words

Floats = npt.NDArray[np.float64]

KNOWN = 0.5
"""The share of its decided pairs that must have a value of a factor in a source's model."""
LEAST = 4
"""A source whose pairs carry fewer factors is not described by weights."""


def columns(
    study_planes: StudyPlanes, places: Sequence[int], mask: Words | None
) -> tuple[str, ...]:
    """Choose the factors of the models of the sources at some places."""
    able = [place for place in places if _carried(study_planes, place, mask) >= LEAST]
    if not able:
        return ()
    decided = np.logical_or.reduce([_decided(study_planes, place, mask) for place in able])
    known = [
        factor
        for k, factor in enumerate(study_planes.factors)
        if all(_coverage(study_planes, place, k, mask) >= KNOWN for place in able)
    ]
    candidates = [factor.name for factor in sorted(known, key=taxonomy_order)]
    chosen, _ = model_factors.choose(
        study_planes, study_planes.sources[able[0]], candidates, decided
    )
    return chosen[: min(_carried(study_planes, place, mask) for place in able)]


def weights(
    study_planes: StudyPlanes, place: int, names: Sequence[str], mask: Words | None
) -> Floats:
    """Coefficients ``[K]`` of a source's model, each for one root mean square of its differences.

    Over the pairs with a value of each. NaN for a factor that too few pairs have a value of or that
    settles every choice by itself, and for all where there is no model.
    """
    row = np.full(len(names), np.nan)
    if _carried(study_planes, place, mask) < LEAST:
        return row
    rows = np.flatnonzero(_decided(study_planes, place, mask))
    x = np.column_stack([study_planes.arrays.difference(name)[rows] for name in names])
    kept = np.flatnonzero((~np.isnan(x)).mean(axis=0) >= KNOWN)
    complete = complete_cases(x[:, kept])
    rows, x = rows[complete], x[complete]
    for_a = bits.unpack(study_planes.planes.prefers_a[place], study_planes.planes.pairs)[rows]
    prompts = study_planes.planes.prompt_of[rows]
    while len(kept) and len(np.unique(prompts)) >= MIN_PROMPTS:
        try:
            model = fit(x[:, kept], for_a, prompts)
        except NotEstimable:  # a model that does not settle describes nobody
            return row
        if not model.separated:
            row[kept] = model.coefficients
            return row
        kept = np.delete(kept, model.separated)
    return row


def _decided(study_planes: StudyPlanes, place: int, mask: Words | None) -> npt.NDArray[np.bool_]:
    planes = study_planes.planes
    strict = planes.prefers_a[place] | planes.prefers_b[place]
    return bits.unpack(strict if mask is None else strict & mask, planes.pairs)


def _coverage(study_planes: StudyPlanes, place: int, factor: int, mask: Words | None) -> float:
    """Share of a source's decided pairs with a value of a factor."""
    decided = bits.pack(_decided(study_planes, place, mask))
    valued = decided & study_planes.planes.defined[factor]
    return float(bits.count_bits(valued) / bits.count_bits(decided))


def _carried(study_planes: StudyPlanes, place: int, mask: Words | None) -> int:
    """How many factors a source's decided pairs and prompts carry in a model."""
    rows = np.flatnonzero(_decided(study_planes, place, mask))
    prompts = len(np.unique(study_planes.planes.prompt_of[rows]))
    return min(len(rows) // PAIRS_EACH, prompts // PROMPTS_EACH)
