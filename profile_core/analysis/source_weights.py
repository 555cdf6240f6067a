"""The weights of sources' conditional models, on the same factors for all, so that they compare.

A coefficient depends on what else is in the model. So one set of factors is chosen for all sources,
no more than the smallest of them carries, each known for most of its pairs; a source that carries
too few has no weights. What was fitted is kept with the planes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from profile_core.analysis import model_factors, source_models
from profile_core.analysis.model_factors import PAIRS_EACH, PROMPTS_EACH
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.shown import taxonomy_order
from profile_core.analysis.source_models import KEPT_COMPLETE
from profile_core.errors import NotEstimable
from profile_core.stats import planes as bits
from profile_core.stats.intervals import MIN_PROMPTS
from profile_core.stats.planes import Words, count_bits

Floats = npt.NDArray[np.float64]

LEAST = 4
"""A source whose pairs carry fewer factors is not described by weights."""
_COMPARED = 50_000
"""Pairs that near-duplicates among the factors are looked for in."""


def columns(
    study_planes: StudyPlanes, places: Sequence[int], mask: Words | None
) -> tuple[str, ...]:
    """Choose the factors of the models of the sources at some places."""
    able = [place for place in places if _carried(study_planes, place, mask) >= LEAST]
    if not able:
        return ()
    planes = study_planes.planes
    strict = [_decided(study_planes, place, mask) for place in able]
    known = [
        factor
        for factor, defined in zip(study_planes.factors, planes.defined, strict=True)
        if all(count_bits(own & defined) >= KEPT_COMPLETE * count_bits(own) for own in strict)
    ]
    together = np.flatnonzero(bits.unpack(np.bitwise_or.reduce(strict), planes.pairs))
    compared = np.zeros(planes.pairs, dtype=np.bool_)
    compared[together[:: max(len(together) // _COMPARED, 1)]] = True
    chosen, _ = model_factors.choose(
        study_planes,
        study_planes.sources[able[0]],
        [factor.name for factor in sorted(known, key=taxonomy_order)],
        compared,
    )
    return chosen[: min(_carried(study_planes, place, mask) for place in able)]


def weights(
    study_planes: StudyPlanes, place: int, names: tuple[str, ...], where: str | None
) -> Floats:
    """Coefficients ``[K]`` of a source's model, each for one root mean square of its differences.

    Over the pairs with a value of each that a filter keeps. NaN for a factor that too few pairs
    have a value of or that settles every choice by itself, and for all where there is no model.
    """
    found: Floats = study_planes.results.get(
        ("weights", place, names, where), lambda: _fitted(study_planes, place, names, where)
    )
    return found


def _fitted(
    study_planes: StudyPlanes, place: int, names: tuple[str, ...], where: str | None
) -> Floats:
    row, mask = np.full(len(names), np.nan), study_planes.mask(where)
    if _carried(study_planes, place, mask) < LEAST:
        return row
    chosen = bits.unpack(_decided(study_planes, place, mask), study_planes.planes.pairs)
    data = source_models.model_data(study_planes, chosen, place, names)
    prompts = study_planes.planes.prompt_of[data.rows]
    if len(np.unique(prompts)) < MIN_PROMPTS:
        return row
    try:
        data, model, _ = source_models.fitted(data, prompts)
    except NotEstimable:  # a model that does not settle describes nobody
        return row
    if model is not None:
        row[[names.index(name) for name in data.factors]] = model.coefficients
    return row


def _decided(study_planes: StudyPlanes, place: int, mask: Words | None) -> Words:
    planes = study_planes.planes
    strict: Words = planes.prefers_a[place] | planes.prefers_b[place]
    return strict if mask is None else strict & mask


def _carried(study_planes: StudyPlanes, place: int, mask: Words | None) -> int:
    """How many factors a source's decided pairs and prompts carry in a model."""
    strict, clusters = _decided(study_planes, place, mask), study_planes.clusters
    prompts = clusters.prompts_with(strict, clusters.runs.sums(strict))
    return min(int(count_bits(strict)) // PAIRS_EACH, prompts // PROMPTS_EACH)
