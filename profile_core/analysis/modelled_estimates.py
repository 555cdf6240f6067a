"""Influence with factors held equal by a conditional model, one source at a time.

The equalised differences are set to 0 in the source's model (`source_models`) and every other stays
as it is (`stats.counterfactual`); what the model leaves out is not in the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from profile_core.analysis.influence import InfluenceRow, Table, rows_of
from profile_core.analysis.planes import PlaneSource, StudyPlanes
from profile_core.analysis.scenario_pairs import Kept
from profile_core.analysis.source_models import ModelData, fitted, model_data, titled
from profile_core.analysis.what_if_rows import ModelRow
from profile_core.stats import joint as joints
from profile_core.stats.conditional import Logistic
from profile_core.stats.counterfactual import modelled_sums
from profile_core.stats.intervals import Intervals, ratio_intervals
from profile_core.stats.joint import JointSums
from profile_core.stats.multiplicity import benjamini_hochberg

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

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
    signs = _signs(study_planes, data)
    neutral = range(len(equalised))
    sums = modelled_sums(model, data.x, signs, prompts, neutral, weights=weights)
    s, n = (np.zeros((len(places), planes.prompts)) for _ in range(2))
    s[:, sums.prompts], n[:, sums.prompts] = sums.s.T, sums.n.T
    counted = np.count_nonzero(n, axis=-1)
    s, n = study_planes.clusters.of_prompts(s), study_planes.clusters.of_prompts(n)
    cells = linearised(JointSums(s[None], n[None], counted[None]))
    strict = len(data.rows) + data.incomplete
    more, less, chosen_a = signs > 0, signs < 0, data.chosen_a[:, None]
    concordant, discordant, tied = (
        found.sum(axis=0, dtype=np.int64)[None]
        for found in (
            (more & chosen_a) | (less & ~chosen_a),
            (more & ~chosen_a) | (less & chosen_a),
            signs == 0,
        )
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


def _signs(study_planes: StudyPlanes, data: ModelData) -> npt.NDArray[np.floating]:
    """Signs of the differences, 0 where they are within what counts as equal."""
    resolution = {factor.name: factor.resolution for factor in study_planes.factors}
    signs: npt.NDArray[np.floating] = np.sign(data.x)
    for k, name in enumerate(data.factors):
        if resolution[name]:
            signs[np.abs(data.x[:, k]) <= resolution[name], k] = 0.0
    return signs


def linearised(sums: JointSums) -> Intervals:
    """Intervals of linearised sums, which have no exact test where there are few prompts."""
    cells = ratio_intervals(joints.moments_of(sums))
    return replace(cells, p=np.where(np.isnan(cells.se), np.nan, cells.p))


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
