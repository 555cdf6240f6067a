"""What matters to a source with the other factors held equal: its model, ready to be shown.

One logistic model a source and setting, of its strict choices on the differences of some factors
(`stats.conditional`), over the pairs that a filter keeps and that have a value of each. What is
left out is said: pairs without a value, near-duplicates, factors that settle every choice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from profile_core.analysis import conditions, model_factors, shown
from profile_core.analysis.influence import influence
from profile_core.analysis.model_factors import LeftOut
from profile_core.analysis.planes import PlaneSource, StudyPlanes, load
from profile_core.analysis.source_models import ModelData, fitted, model_data
from profile_core.errors import NotEstimable, UnknownName
from profile_core.stats import planes as bits
from profile_core.stats.conditional import Logistic
from profile_core.stats.folds import HeldOut, held_out
from profile_core.stats.intervals import MIN_PROMPTS
from profile_core.stats.multiplicity import benjamini_hochberg
from profile_core.store.study import Study
from profile_core.types import Choice, LabelSet, Setting

_STRICT = (Choice.A.value, Choice.B.value)


@dataclass(frozen=True, slots=True)
class FactorWeight:
    """A factor's weight in a model; numbers that do not exist are None."""

    factor: str
    coefficient: float | None
    """Log odds for having more of it by one typical difference, the others equal."""
    low: float | None
    high: float | None
    p: float | None
    q: float | None
    """Benjamini-Hochberg over the model's factors."""
    typical: float
    """The root mean square of its differences."""
    slope: float
    """Log odds for each unit of difference."""
    vif: float | None
    """How many times collinearity makes the variance of its weight larger."""
    concordant: int
    discordant: int
    tied: int


@dataclass(frozen=True, slots=True)
class ConditionalModel:
    """A source's model over some pairs, or why there is none."""

    setting: Setting
    source: str
    weights: tuple[FactorWeight, ...]
    left_out: tuple[LeftOut, ...]
    pairs: int
    """Strict choices it was fitted to."""
    incomplete: int
    """Strict choices left out, because a factor's value is missing."""
    prompts: int
    condition_number: float | None
    """Of the differences: above 30, weights of single factors say little."""
    held_out: HeldOut | None
    """How well it foretells choices on prompts that it has not seen."""
    opens: str | None
    """A condition that, with the filter, leaves its pairs."""
    reason: str
    """Why there is no model; empty where there is one."""
    rows: npt.NDArray[np.int64] = field(compare=False, repr=False)
    """Places of its pairs."""


def conditional_model(
    study: Study,
    setting: Setting,
    source: str,
    *,
    labels: LabelSet = LabelSet.AUTOMATIC,
    where: str | None = None,
    factors: Sequence[str] = (),
) -> ConditionalModel:
    """Fit a source's model over the pairs that a filter keeps.

    Without `factors` it takes those that the influence page shows under the same filter, as
    `model_factors` thins them out; with them, all that can be fitted. Label sets without values of
    their own take those that their filters speak of (`planes.load`). Raises UnknownName or
    PredicateError.
    """
    study_planes = load(study, labels)
    place = place_of(study_planes, setting, source)
    entry, planes = study_planes.sources[place], study_planes.planes
    chosen = _kept(study_planes, where)
    decided = chosen & bits.unpack(planes.prefers_a[place] | planes.prefers_b[place], planes.pairs)
    _check(study_planes, factors)
    wanted, left_out = tuple(factors), tuple[LeftOut, ...]()
    if not factors:
        rows = influence(study, labels=study_planes.wide.labels, where=where).rows
        candidates = shown.choose_factors(rows, study_planes.factors)
        wanted, left_out = model_factors.choose(study_planes, entry, candidates, decided)

    data = model_data(study_planes, chosen, place, wanted)
    complete = data.factors
    left_out += tuple(
        LeftOut(name, "too few pairs have it and the others") for name in data.left_out
    )
    prompts = planes.prompt_of[data.rows]
    number = len(np.unique(prompts))
    if reason := _too_little(decided, data, number):
        return _without_model(entry, data, number, left_out, reason)
    try:
        data, model, separated = fitted(data, prompts)
    except NotEstimable as error:
        return _without_model(entry, data, number, left_out, str(error))
    left_out += tuple(LeftOut(name, "it settles every choice") for name in separated)
    if model is None:
        settled = "its choices can be told without error, which leaves no finite weight"
        return _without_model(entry, data, number, left_out, settled)
    twins = {k: model.scale[k] > 0 for k in model.aliased}
    left_out += tuple(
        LeftOut(data.factors[k], "the other factors make it up" if is_twin else "it never differs")
        for k, is_twin in twins.items()
    )
    return ConditionalModel(
        setting,
        source,
        _weights(study_planes, data, model),
        left_out,
        model.pairs,
        data.incomplete,
        model.prompts,
        model.condition_number,
        _held_out(data, prompts),
        _opens(study_planes, entry, complete, decided),
        "",
        data.rows,
    )


def place_of(study_planes: StudyPlanes, setting: Setting, source: str) -> int:
    """Find a source in the planes; raises UnknownName."""
    for place, entry in enumerate(study_planes.sources):
        if entry.setting is setting and entry.source.name == source:
            return place
    known = [e.source.name for e in study_planes.sources if e.setting is setting]
    raise UnknownName(f"source of {setting}", source, known)


def _kept(study_planes: StudyPlanes, where: str | None) -> npt.NDArray[np.bool_]:
    mask, pairs = study_planes.mask(where), study_planes.planes.pairs
    return np.ones(pairs, dtype=np.bool_) if mask is None else bits.unpack(mask, pairs)


def _check(study_planes: StudyPlanes, factors: Sequence[str]) -> None:
    known = {factor.name for factor in study_planes.factors}
    for name in factors:
        if name not in known:
            raise UnknownName("factor with values", name, known)


def _too_little(decided: npt.NDArray[np.bool_], data: ModelData, prompts: int) -> str:
    if not decided.any():
        return "it decided none of these pairs"
    if not data.factors or not len(data.rows):
        return "no factor that could be in it has values here"
    if prompts < MIN_PROMPTS:
        return f"too few prompts ({prompts})"
    return ""


def _weights(
    study_planes: StudyPlanes, data: ModelData, model: Logistic
) -> tuple[FactorWeight, ...]:
    names = [factor.name for factor in study_planes.factors]
    q, slopes = benjamini_hochberg(model.p), model.slopes
    direction = np.where(data.chosen_a, 1.0, -1.0)
    found = []
    for k, name in enumerate(data.factors):
        if k in model.aliased:
            continue
        z = direction * bits.signs(study_planes.planes, names.index(name))[data.rows]
        found.append(
            FactorWeight(
                name,
                _number(model.coefficients[k]),
                _number(model.low[k]),
                _number(model.high[k]),
                _number(model.p[k]),
                _number(q[k]),
                float(model.scale[k]),
                float(slopes[k]),
                _number(model.vif[k]),
                *(int(np.count_nonzero(z == sign)) for sign in (1, -1, 0)),
            )
        )
    return tuple(found)


def _held_out(data: ModelData, prompts: npt.NDArray[np.integer]) -> HeldOut | None:
    try:
        found = held_out(data.x, data.chosen_a, prompts)
    except NotEstimable:  # one fold does not settle: no score is better than a partial one
        return None
    return found if found.pairs else None


def _opens(
    study_planes: StudyPlanes,
    entry: PlaneSource,
    factors: Sequence[str],
    decided: npt.NDArray[np.bool_],
) -> str | None:
    """Write the condition for strict choices with a value of every factor of the model."""
    columns = {factor.name: factor for factor in study_planes.wide.factors}
    lacking = [
        name for name in factors if np.isnan(study_planes.arrays.difference(name)[decided]).any()
    ]
    return conditions.all_of(
        [
            conditions.one_of(entry.source.choice, _STRICT) if entry.source.choice else None,
            *(
                f"{column} IS NOT NULL"
                for name in lacking
                for column in (columns[name].column_a, columns[name].column_b)
            ),
        ]
    )


def _without_model(
    entry: PlaneSource,
    data: ModelData,
    prompts: int,
    left_out: tuple[LeftOut, ...],
    reason: str,
) -> ConditionalModel:
    return ConditionalModel(
        entry.setting,
        entry.source.name,
        (),
        left_out,
        0,
        data.incomplete,
        prompts,
        None,
        None,
        None,
        reason,
        data.rows[:0],
    )


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
