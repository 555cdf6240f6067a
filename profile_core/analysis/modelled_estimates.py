"""Influence with factors held equal by a conditional model, one source at a time.

The equalised differences are set to 0 in the source's model (`scenario_models`) and every other
stays as it is (`stats.counterfactual`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from profile_core.analysis.influence import InfluenceRow, Table, rows_of
from profile_core.analysis.planes import PlaneSource, StudyPlanes
from profile_core.analysis.scenario_models import ScenarioModel, scenario_model
from profile_core.analysis.scenario_pairs import Kept
from profile_core.analysis.source_models import differences, titled
from profile_core.analysis.what_if_rows import ModelRow
from profile_core.stats import joint as joints
from profile_core.stats.counterfactual import modelled_sums
from profile_core.stats.intervals import Intervals, ratio_intervals
from profile_core.stats.joint import JointSums
from profile_core.stats.multiplicity import benjamini_hochberg

Floats = npt.NDArray[np.float64]


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
    own = scenario_model(study_planes, kept, place, factors, equalised)
    described = _described(study_planes, own, factors, equalised)
    data, model, clusters = own.data, own.model, study_planes.clusters
    if model is None:
        nothing = np.zeros((0, clusters.number))
        return Modelled(own.entry, described, (), nothing, nothing)

    shown = (*data.factors, *own.represented)
    signs = _signs(study_planes, own)
    neutral = range(len(equalised))
    sums = modelled_sums(model, data.x, signs, own.prompts, neutral, weights=own.weights)
    s, n = (np.zeros((len(shown), study_planes.planes.prompts)) for _ in range(2))
    s[:, sums.prompts], n[:, sums.prompts] = sums.s.T, sums.n.T
    counted = np.count_nonzero(n, axis=-1)
    s, n = clusters.of_prompts(s), clusters.of_prompts(n)
    cells = linearised(JointSums(s[None], n[None], counted[None]))
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
        len(data.rows) + data.incomplete - concordant - discordant - tied,
    )
    names = [factor.name for factor in study_planes.factors]
    extractors = [study_planes.extractors[names.index(name)] for name in shown]
    rows = tuple(rows_of([own.entry], shown, extractors, table))
    return Modelled(own.entry, described, rows, s, n)


def _signs(study_planes: StudyPlanes, own: ScenarioModel) -> npt.NDArray[np.floating]:
    """Signs of the differences of the columns, then of what they represent, ``[N, F]``.

    0 where they are within what counts as equal, NaN where a represented factor has no value.
    """
    every, x = differences(study_planes), own.data.x
    if own.represented:
        places = [every.factors.index(name) for name in own.represented]
        x = np.hstack([x, every.x[own.data.rows][:, places]])
    resolution = {factor.name: factor.resolution for factor in study_planes.factors}
    signs: npt.NDArray[np.floating] = np.sign(x)
    for k, name in enumerate((*own.data.factors, *own.represented)):
        if resolution[name]:
            signs[np.abs(x[:, k]) <= resolution[name], k] = 0.0
    return signs


def linearised(sums: JointSums) -> Intervals:
    """Intervals of linearised sums, which have no exact test where there are few prompts."""
    cells = ratio_intervals(joints.moments_of(sums))
    return replace(cells, p=np.where(np.isnan(cells.se), np.nan, cells.p))


def _described(
    study_planes: StudyPlanes,
    own: ScenarioModel,
    factors: Sequence[str],
    equalised: Sequence[str],
) -> ModelRow:
    data, model = own.data, own.model
    columns = data.factors if model else ()
    there = {*columns, *own.represented}
    return ModelRow(
        setting=own.entry.setting,
        source=own.entry.source.name,
        factors=columns,
        represented=own.represented,
        held=own.held,
        left_out=tuple(name for name in factors if name not in there),
        needs=own.needs,
        pairs=len(data.rows),
        incomplete=data.incomplete,
        prompts=model.prompts if model else 0,
        condition_number=_number(model.condition_number) if model else None,
        separated=own.separated,
        unmoved=tuple(data.factors[k] for k in model.aliased if data.factors[k] in equalised)
        if model
        else (),
        note="" if model else _why_none(study_planes, own, equalised),
    )


def _why_none(study_planes: StudyPlanes, own: ScenarioModel, equalised: Sequence[str]) -> str:
    if own.reason:
        return own.reason
    if not len(own.data.rows):
        if not own.data.incomplete:
            return "no pair is decided"
        return f"no decided pair has a value of {titled(study_planes, equalised)}"
    settling = own.separated or tuple(equalised)
    return f"{titled(study_planes, settling)} alone tells the choices apart without error"


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
