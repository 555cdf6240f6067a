"""What a conditional model of a source is fitted to: which columns, which pairs.

The model explains a source's strict choices by the differences of factors. Pairs must have a value
of every column, so a factor that few pairs have would empty it: the equalised ones come first, then
the others by how many pairs have them, as long as at least half of the pairs with the equalised
ones stay complete. The rest, and what settles every choice by itself, is left out and said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from profile_core.analysis.planes import StudyPlanes
from profile_core.stats import planes as bits
from profile_core.stats.conditional import Logistic, fit
from profile_core.stats.design import LARGE
from profile_core.text import numbers

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

KEPT_COMPLETE = 0.5
"""The share of pairs with the equalised factors that must stay when another factor enters."""
_CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class Differences:
    """All factors' differences, a minus b, a row for each pair."""

    factors: tuple[str, ...]
    x: npt.NDArray[np.floating]
    """``[pairs, F]``, in single precision where there are many, as `stats.design` has them."""
    known: Bools
    """``[pairs, F]``: both values are there."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self.x.nbytes + self.known.nbytes


@dataclass(frozen=True, slots=True)
class ModelData:
    """The pairs that a source's model is fitted to."""

    factors: tuple[str, ...]
    """Columns: the equalised first, then the others in the planes' order."""
    left_out: tuple[str, ...]
    rows: npt.NDArray[np.int64]
    """Places of the complete pairs with a strict choice."""
    x: npt.NDArray[np.floating]
    """``[N, K]``, a minus b."""
    chosen_a: Bools
    incomplete: int


def model_data(
    study_planes: StudyPlanes,
    chosen: Bools,
    place: int,
    factors: Sequence[str],
    equalised: Sequence[str] = (),
) -> ModelData:
    """Choose the columns and complete pairs of the model of the source at a place."""
    planes, every = study_planes.planes, differences(study_planes)
    for_a, for_b = (
        bits.unpack(rows[place], planes.pairs) for rows in (planes.prefers_a, planes.prefers_b)
    )
    strict = np.flatnonzero((for_a | for_b) & chosen)
    known = every.known[strict]
    columns, complete = _columns(
        {name: known[:, every.factors.index(name)] for name in factors}, len(strict), equalised
    )
    rows = strict[complete]
    x = every.x[rows]
    if columns != every.factors:
        x = x[:, [every.factors.index(name) for name in columns]]
    return ModelData(
        columns,
        tuple(name for name in factors if name not in columns),
        rows,
        x,
        for_a[rows],
        len(strict) - len(rows),
    )


def differences(study_planes: StudyPlanes) -> Differences:
    """Lay the differences of all factors side by side, once for a state of the study."""

    def made() -> Differences:
        names = tuple(factor.name for factor in study_planes.factors)
        columns = [study_planes.arrays.difference(name) for name in names]
        pairs = study_planes.planes.pairs
        x = np.empty((pairs, len(names)), np.float32 if pairs * len(names) >= LARGE else np.float64)
        for start in range(0, pairs, _CHUNK):  # a column at a time would miss the cache
            part = slice(start, start + _CHUNK)
            x[part] = np.stack([column[part] for column in columns], axis=1)
        return Differences(names, x, ~np.isnan(x))

    found: Differences = study_planes.results.get("differences", made)
    return found


def fitted(
    data: ModelData,
    prompts: npt.NDArray[np.integer],
    weights: Floats | None = None,
    equalised: Sequence[str] = (),
) -> tuple[ModelData, Logistic | None, tuple[str, ...]]:
    """Fit, leaving out what settles the choices until nothing does; None where nothing is left.

    The equalised factors stay as long as anything else can go instead. Gives the data as it was
    fitted, the model, and the factors that were left out, or that leave no model.
    """
    separated: tuple[str, ...] = ()
    while data.x.any():  # without a difference there is nothing to fit
        model = fit(data.x, data.chosen_a, prompts, weights=weights)
        if not model.separated:
            return data, model, separated
        out = [k for k in model.separated if data.factors[k] not in equalised]
        names = tuple(data.factors[k] for k in out or model.separated)
        separated += names
        if not out:
            break
        keep = [k for k in range(len(data.factors)) if k not in out]
        data = replace(
            data,
            factors=tuple(data.factors[k] for k in keep),
            left_out=data.left_out + names,
            x=data.x[:, keep],
        )
    return data, None, separated


def titled(study_planes: StudyPlanes, names: Sequence[str]) -> str:
    """List factors by their titles, for a sentence."""
    titles = {factor.name: numbers.inline(factor.title) for factor in study_planes.factors}
    return numbers.listed([titles[name] for name in names])


def _columns(
    known: Mapping[str, Bools], strict: int, equalised: Sequence[str]
) -> tuple[tuple[str, ...], Bools]:
    complete = np.ones(strict, dtype=np.bool_)
    for name in equalised:
        complete &= known[name]
    least = KEPT_COMPLETE * np.count_nonzero(complete)
    entered = set(equalised)
    others = [name for name in known if name not in entered]
    coverage = {name: np.count_nonzero(complete & known[name]) for name in others}
    for name in sorted(others, key=lambda name: -coverage[name]):
        joined = complete & known[name]
        if 0 < least <= np.count_nonzero(joined):
            complete = joined
            entered.add(name)
    return (*equalised, *(name for name in others if name in entered)), complete
