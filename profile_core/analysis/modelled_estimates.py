"""Influence with factors held equal by a conditional model, one source at a time.

The model explains a source's strict choices by the differences of all factors of the scenario;
then the equalised differences are set to 0 and every other stays as it is
(`stats.counterfactual`). Pairs must have a value of every column, so a factor that few pairs have
would empty the model: the equalised ones come first, then the others by how many pairs have them,
as long as at least half of the pairs with the equalised ones stay complete. The rest, and what
settles every choice by itself, is left out of the model and the table, and said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from profile_core.analysis.influence import InfluenceRow, Table, rows_of
from profile_core.analysis.planes import PlaneSource, StudyPlanes
from profile_core.analysis.scenario_pairs import Kept
from profile_core.analysis.what_if_rows import ModelRow
from profile_core.stats import joint as joints
from profile_core.stats import planes as bits
from profile_core.stats.conditional import Logistic, fit
from profile_core.stats.counterfactual import modelled_sums
from profile_core.stats.intervals import Intervals, ratio_intervals
from profile_core.stats.joint import JointSums
from profile_core.stats.multiplicity import benjamini_hochberg
from profile_core.text import numbers

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

KEPT_COMPLETE = 0.5
"""The share of pairs with the equalised factors that must stay when another factor enters."""
COLLINEAR = 30.0
"""A condition number above which coefficients say little one by one (Belsley et al. 1980)."""


@dataclass(frozen=True, slots=True)
class Modelled:
    """One source's modelled influences: rows, and sums by cluster of the model's factors."""

    entry: PlaneSource
    model: ModelRow
    rows: tuple[InfluenceRow, ...]
    s: Floats
    n: Floats


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


def modelled(
    study_planes: StudyPlanes,
    kept: Kept,
    place: int,
    factors: Sequence[str],
    equalised: Sequence[str],
) -> Modelled:
    """Fit the model of the source at a place in the planes and hold the equalised factors equal."""
    entry, planes = study_planes.sources[place], study_planes.planes
    chosen = kept.chosen(planes)
    data = model_data(study_planes, chosen, place, factors, equalised)
    weight = kept.weight(planes)
    weights = None if weight is None else weight[data.rows]
    prompts = planes.prompt_of[data.rows]
    data, model, separated = fitted(data, prompts, weights, equalised)
    described = _described(study_planes, entry, data, model, separated, equalised)
    if model is None:
        nothing = np.zeros((0, study_planes.clusters.number))
        return Modelled(entry, described, (), nothing, nothing)

    names = [factor.name for factor in study_planes.factors]
    places = [names.index(name) for name in data.factors]
    signs = np.column_stack([bits.signs(planes, k)[data.rows] for k in places])
    neutral = range(len(equalised))
    sums = modelled_sums(model, data.x, signs, prompts, neutral, weights=weights)
    s, n = (np.zeros((len(places), planes.prompts)) for _ in range(2))
    s[:, sums.prompts], n[:, sums.prompts] = sums.s.T, sums.n.T
    counted = np.count_nonzero(n, axis=-1)
    s, n = study_planes.clusters.of_prompts(s), study_planes.clusters.of_prompts(n)
    cells = linearised(JointSums(s[None], n[None], counted[None]))
    direction = np.where(data.chosen_a, 1.0, -1.0)[:, None] * signs
    strict = len(data.rows) + data.incomplete
    concordant, discordant, tied = (
        (direction == sign).sum(axis=0, dtype=np.int64)[None] for sign in (1.0, -1.0, 0.0)
    )
    table = Table(
        cells,
        benjamini_hochberg(cells.p),
        concordant,
        discordant,
        tied,
        strict - concordant - discordant - tied,
    )
    extractors = [study_planes.extractors[k] for k in places]
    rows = tuple(rows_of([entry], data.factors, extractors, table))
    return Modelled(entry, described, rows, s, n)


def model_data(
    study_planes: StudyPlanes,
    chosen: Bools,
    place: int,
    factors: Sequence[str],
    equalised: Sequence[str] = (),
) -> ModelData:
    """Choose the columns and complete pairs of the model of the source at a place."""
    planes = study_planes.planes
    for_a, for_b = (
        bits.unpack(rows[place], planes.pairs) for rows in (planes.prefers_a, planes.prefers_b)
    )
    strict = np.flatnonzero((for_a | for_b) & chosen)
    known = {name: ~np.isnan(study_planes.arrays.difference(name)[strict]) for name in factors}
    columns, complete = _columns(known, len(strict), equalised)
    rows = strict[complete]
    x = (
        np.column_stack([study_planes.arrays.difference(name)[rows] for name in columns])
        if columns
        else np.zeros((len(rows), 0))
    )
    return ModelData(
        columns,
        tuple(name for name in factors if name not in columns),
        rows,
        x,
        for_a[rows],
        len(strict) - len(rows),
    )


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
    while len(data.rows) and data.factors:
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


def linearised(sums: JointSums) -> Intervals:
    """Intervals of linearised sums, which have no exact test where there are few prompts."""
    cells = ratio_intervals(joints.moments_of(sums))
    return replace(cells, p=np.where(np.isnan(cells.se), np.nan, cells.p))


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


def titled(study_planes: StudyPlanes, names: Sequence[str]) -> str:
    """List factors by their titles, for a sentence."""
    titles = {factor.name: numbers.inline(factor.title) for factor in study_planes.factors}
    return numbers.listed([titles[name] for name in names])


def _described(
    study_planes: StudyPlanes,
    entry: PlaneSource,
    data: ModelData,
    model: Logistic | None,
    separated: tuple[str, ...],
    equalised: Sequence[str],
) -> ModelRow:
    notes = []
    if not len(data.rows):
        notes.append(
            f"no model, for no decided pair has a value of {titled(study_planes, equalised)}"
            if data.incomplete
            else "no model, for no pair is decided"
        )
    elif separated:
        notes.append(
            f"wherever there is a difference in {titled(study_planes, separated)}, the choice can "
            "be told without error, so "
            + ("the model is without" if model else "no model tells what weighs")
        )
    if model:
        notes += _collinearity(study_planes, data, model, equalised)
    return ModelRow(
        setting=entry.setting,
        source=entry.source.name,
        factors=data.factors if model else (),
        left_out=data.left_out,
        pairs=len(data.rows),
        incomplete=data.incomplete,
        prompts=model.prompts if model else 0,
        condition_number=model.condition_number if model else None,
        separated=separated,
        note="; ".join(notes),
    )


def _collinearity(
    study_planes: StudyPlanes, data: ModelData, model: Logistic, equalised: Sequence[str]
) -> list[str]:
    aliased = [data.factors[k] for k in model.aliased]
    never = [name for name in aliased if name in equalised]
    twins = [
        name
        for k, name in zip(model.aliased, aliased, strict=True)
        if name not in equalised and model.scale[k] > 0
    ]
    notes = []
    if never:
        notes.append(f"no difference to hold equal in {titled(study_planes, never)}")
    if twins:
        notes.append(f"not to be told from other factors: {titled(study_planes, twins)}")
    if model.condition_number > COLLINEAR:
        notes.append(
            f"factors go together closely (condition number {model.condition_number:.0f}), so that "
            "what is held equal is hard to tell from what goes with it"
        )
    return notes
