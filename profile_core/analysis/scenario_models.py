"""The conditional model of a source under a scenario: columns chosen, fitted, and what is left out.

The equalised factors are always columns; of the others, in the order of the taxonomies, as many as
`model_factors` finds that the pairs and prompts carry. A factor that says nearly the same as a
column is represented by it: the model speaks for it too. What is neither has no modelled influence,
for its own weight would be taken off with it and be called an effect of equalising.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.analysis import model_factors
from profile_core.analysis.planes import PlaneSource, StudyPlanes
from profile_core.analysis.scenario_pairs import Kept
from profile_core.analysis.shown import taxonomy_order
from profile_core.analysis.source_models import ModelData, fitted, model_data
from profile_core.errors import NotEstimable
from profile_core.stats import planes as bits
from profile_core.stats.conditional import Logistic

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ScenarioModel:
    """A source's model, or why there is none."""

    entry: PlaneSource
    data: ModelData
    weights: Floats | None
    """Of its pairs."""
    prompts: npt.NDArray[np.int32]
    """Of its pairs."""
    model: Logistic | None
    needs: tuple[str, ...]
    """Factors that its pairs have a value of: its columns, and those that settled choices."""
    represented: tuple[str, ...]
    """Factors that say nearly the same as a column."""
    held: tuple[str, ...]
    """The equalised factors, and those that say nearly the same."""
    separated: tuple[str, ...]
    """Left out because they settle the choice, or what leaves no model."""
    reason: str
    """Why there is no model, where nothing else says it."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self.data.x.nbytes + self.data.rows.nbytes + self.prompts.nbytes + 1


def scenario_model(
    study_planes: StudyPlanes,
    kept: Kept,
    place: int,
    factors: Sequence[str],
    equalised: Sequence[str] = (),
) -> ScenarioModel:
    """Fit the model of the source at a place in the planes, on some of the factors named."""
    planes, entry = study_planes.planes, study_planes.sources[place]
    chosen, weight = kept.chosen(planes), kept.weight(planes)
    decided = chosen & bits.unpack(planes.prefers_a[place] | planes.prefers_b[place], planes.pairs)
    columns, twins = _columns(study_planes, entry, factors, equalised, decided)
    data = model_data(study_planes, chosen, place, columns, equalised)
    needs, prompts = data.factors, planes.prompt_of[data.rows]
    weights = None if weight is None else weight[data.rows]
    reason = ""
    model: Logistic | None = None
    separated: tuple[str, ...] = ()
    try:
        data, model, separated = fitted(data, prompts, weights, equalised)
        if model and equalised and set(data.factors) <= set(equalised):
            model, reason = None, "nothing but what is held equal is left in it"
    except NotEstimable as error:
        reason = str(error)
    there = set(data.factors) if model else set()
    return ScenarioModel(
        entry=entry,
        data=data,
        weights=weights,
        prompts=prompts,
        model=model,
        needs=needs,
        represented=tuple(name for name in factors if twins.get(name) in there),
        held=tuple(name for name in factors if name in equalised or twins.get(name) in equalised),
        separated=separated,
        reason=reason,
    )


def _columns(
    study_planes: StudyPlanes,
    entry: PlaneSource,
    factors: Sequence[str],
    equalised: Sequence[str],
    decided: npt.NDArray[np.bool_],
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Choose the columns, and name the column that stands for each near-duplicate."""
    others = [
        factor
        for factor in study_planes.factors
        if factor.name in factors and factor.name not in equalised
    ]
    wanted = [*equalised, *(factor.name for factor in sorted(others, key=taxonomy_order))]
    found, left_out = model_factors.choose(study_planes, entry, wanted, decided)
    entered = {*found, *equalised}
    twins = {item.factor: item.twin for item in left_out if item.twin}
    return tuple(name for name in factors if name in entered), {
        name: twin for name, twin in twins.items() if name not in equalised
    }
