"""What each source's model makes of one pair, and what it would if a factor were otherwise.

A contribution is a model's weight times the pair's difference, in log odds for a; they add up
exactly to the logit. A model knows nothing beyond the factors: what it predicts for a pair is what
the source would choose among many pairs that differ so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from profile_core.analysis import scenario_pairs
from profile_core.analysis.planes import StudyPlanes, load
from profile_core.analysis.scenario import Scenario
from profile_core.analysis.scenario_models import ScenarioModel, scenario_model
from profile_core.analysis.source_models import titled
from profile_core.errors import NotEstimable, ProfileError, UnknownName
from profile_core.stats import planes as bits
from profile_core.stats.conditional import Logistic
from profile_core.stats.conditional import contributions as contributions_of
from profile_core.stats.intervals import MIN_PROMPTS, t_interval
from profile_core.stats.planes import Words
from profile_core.store import pair_lists
from profile_core.store.pair_lists import CODE_A, CODE_B, CODE_TIE
from profile_core.store.pair_reader import PairReader
from profile_core.store.study import Study
from profile_core.types import Choice, Setting, SourceKind

Floats = npt.NDArray[np.float64]

_CHOICES = {CODE_A: Choice.A, CODE_B: Choice.B, CODE_TIE: Choice.TIE}
_SIDES = (Choice.A, Choice.B)


@dataclass(frozen=True, slots=True)
class Change:
    """Another value of a factor in one response of the pair."""

    factor: str
    side: Choice
    value: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one factor adds to the log odds that a is preferred."""

    factor: str
    weight: float
    """Log odds for each unit of difference."""
    difference: float | None
    """a minus b as it is; None where a value is missing, which adds nothing."""
    contribution: float
    changed_difference: float | None
    changed_contribution: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """The probability that a is preferred, with its 95 % interval."""

    logit: float
    p: float
    low: float | None
    high: float | None

    @property
    def leans(self) -> Choice | None:
        """The response it speaks for; None where that cannot be said.

        It is said where the interval excludes one half and the percentage is not 50.
        """
        if self.low is None or self.high is None or round(100 * self.p) == 50:
            return None
        if self.low <= 0.5 <= self.high:
            return None
        return Choice.A if self.p > 0.5 else Choice.B


@dataclass(frozen=True, slots=True)
class JudgeView:
    """One source's model on the pair, as it is and as changed."""

    setting: Setting
    source: str
    kind: SourceKind
    chose: Choice | None
    """What the source really chose."""
    as_is: Prediction | None
    """None where there is no model, or one of too few prompts to predict from."""
    changed: Prediction | None
    contributions: tuple[Contribution, ...]
    """In the model's order."""
    pairs: int
    """Pairs that the model was fitted to."""
    prompts: int
    note: str

    @property
    def turns(self) -> bool:
        """Whether the change moves the predicted choice to the other response."""
        if self.as_is is None or self.changed is None:
            return False
        return (self.as_is.p - 0.5) * (self.changed.p - 0.5) < 0


def one_pair(
    study: Study,
    pair_id: str,
    changes: Sequence[Change] = (),
    *,
    scenario: Scenario | None = None,
) -> tuple[JudgeView, ...]:
    """Predict each source's choice on a pair, before and after some changes of its values.

    Models are fitted to the pairs that the scenario keeps, by the factors it does not drop. For a
    pair of a generator's own levels there is that generator's model alone. Raises UnknownName for
    a pair or factor that is not there.
    """
    scenario = scenario or Scenario()
    study_planes = load(study, scenario.labels)
    pair_no = pair_lists.pair_number(study, study_planes.wide, pair_id)
    if pair_no is None:
        raise ProfileError(f"there is no pair {pair_id!r} in this study")
    values = PairReader(study, study_planes.wide).values_of(pair_no)
    for change in changes:
        if change.factor not in values:
            raise UnknownName("factor with values", change.factor, values)
        if change.side not in _SIDES or not math.isfinite(change.value):
            raise NotEstimable(f"a change is of response a or b and to a number: {change}")
    changed = {name: list(both) for name, both in values.items()}
    for change in changes:
        changed[change.factor][_SIDES.index(change.side)] = change.value
    before = {name: a - b for name, (a, b) in values.items()}
    after = {name: a - b for name, (a, b) in changed.items()}
    return tuple(
        _view(study_planes, source_model(study, scenario, place), place, pair_no, before, after)
        for place in _sources(study_planes, pair_no)
    )


def source_model(study: Study, scenario: Scenario, place: int) -> ScenarioModel:
    """Fit the model of the source at a place in the planes, once for a state of the study."""
    study_planes = load(study, scenario.labels)

    def made() -> ScenarioModel:
        kept = scenario_pairs.kept(study_planes, scenario)
        factors = [f.name for f in study_planes.factors if f.name not in scenario.dropped]
        return scenario_model(study_planes, kept, place, factors)

    found: ScenarioModel = study_planes.results.get(("source model", scenario, place), made)
    return found


def _sources(study_planes: StudyPlanes, pair_no: int) -> list[int]:
    """Find whom to ask: everybody who judges, or the generator whose own levels the pair is of."""
    is_generation = _has(study_planes.setting_masks[Setting.GENERATION], pair_no)
    own = study_planes.planes.prefers_a | study_planes.planes.prefers_b
    return [
        place
        for place, entry in enumerate(study_planes.sources)
        if (entry.setting is Setting.GENERATION) is is_generation
        and (not is_generation or _has(own[place], pair_no))
    ]


def _has(plane: Words, pair_no: int) -> bool:
    return bool(plane[pair_no // bits.WORD] >> np.uint64(pair_no % bits.WORD) & np.uint64(1))


def _chose(study_planes: StudyPlanes, place: int, pair_no: int) -> Choice | None:
    source = study_planes.sources[place].source
    if source.choice:
        return _CHOICES.get(int(study_planes.arrays.choices(source)[pair_no]))
    is_a = _has(study_planes.planes.prefers_a[place], pair_no)
    return Choice.A if is_a else Choice.B


def _view(
    study_planes: StudyPlanes,
    own: ScenarioModel,
    place: int,
    pair_no: int,
    before: Mapping[str, float],
    after: Mapping[str, float],
) -> JudgeView:
    entry, model, factors = own.entry, own.model, own.data.factors
    notes: list[str] = []
    contributions: tuple[Contribution, ...] = ()
    as_is = changed = None
    if own.separated:
        notes.append(f"without what settles every choice: {titled(study_planes, own.separated)}")
    if model is None:
        notes.append(own.reason or "no model can be fitted to its choices")
    elif model.prompts < MIN_PROMPTS:
        notes.append(f"too few prompts to predict from ({model.prompts})")
    else:
        old, new = (
            np.array([side[name] for name in factors], dtype=np.float64) for side in (before, after)
        )
        missing = [name for name, value in zip(factors, old, strict=True) if np.isnan(value)]
        if missing:
            notes.append(f"no value here, so no difference: {titled(study_planes, missing)}")
        as_is, changed = _predicted(model, old), _predicted(model, new)
        contributions = _contributions(factors, model, old, new)
    return JudgeView(
        setting=entry.setting,
        source=entry.source.name,
        kind=entry.source.kind,
        chose=_chose(study_planes, place, pair_no),
        as_is=as_is,
        changed=changed,
        contributions=contributions,
        pairs=model.pairs if model else 0,
        prompts=model.prompts if model else 0,
        note="; ".join(notes),
    )


def _predicted(model: Logistic, difference: Floats) -> Prediction:
    """Predict with the interval that the coefficients' covariance gives the logit."""
    x = np.nan_to_num(difference)
    logit = float(contributions_of(model, x[None])[0].sum())
    used = ~np.isnan(model.coefficients)
    scaled = x[used] / model.scale[used]
    variance = float(scaled @ model.covariance[np.ix_(used, used)] @ scaled)
    low, high, _ = t_interval(
        logit, math.sqrt(max(variance, 0.0)), model.prompts - 1, bounds=(-np.inf, np.inf)
    )
    bounds = [None if math.isnan(bound) else float(special.expit(bound)) for bound in (low, high)]
    return Prediction(logit, float(special.expit(logit)), bounds[0], bounds[1])


def _contributions(
    factors: Sequence[str], model: Logistic, old: Floats, new: Floats
) -> tuple[Contribution, ...]:
    was, would_be = contributions_of(model, np.nan_to_num(np.stack([old, new])))
    return tuple(
        Contribution(
            factor=factor,
            weight=float(model.slopes[k]),
            difference=None if np.isnan(old[k]) else float(old[k]),
            contribution=float(was[k]),
            changed_difference=None if np.isnan(new[k]) else float(new[k]),
            changed_contribution=float(would_be[k]),
        )
        for k, factor in enumerate(factors)
    )
