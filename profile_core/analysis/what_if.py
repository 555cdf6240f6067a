"""What would be, under a scenario: its influences beside a baseline's, and what changed.

Made of parts that a page may keep apart. The influences of a scenario are computed once for a
state of the study, so a baseline costs nothing while only the other side changes; differences
reuse both. Alignment and win rates cost more than the rest and are computed where asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from profile_core.analysis import scenario_pairs, what_if_sentence
from profile_core.analysis.influence import InfluenceRow, why_empty
from profile_core.analysis.scenario import Scenario
from profile_core.analysis.scenario_alignment import align
from profile_core.analysis.scenario_estimates import Estimates, SourceEstimates, estimates
from profile_core.analysis.scenario_win_rates import win_rates as rate
from profile_core.analysis.source_models import titled
from profile_core.analysis.what_if_rows import DifferenceRow, ModelRow, Side, WhatIf
from profile_core.stats.intervals import MIN_PROMPTS, SMALL_PROMPTS, Note
from profile_core.stats.joint import difference
from profile_core.stats.multiplicity import benjamini_hochberg
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import SourceKind

AS_IT_IS = Scenario()
"""The study without any change: the usual baseline."""
_NAMED = 3
UNCHANGED = "the same on both sides"
HELD = "held equal on one side"


def what_if(
    study: Study,
    scenario: Scenario,
    *,
    baseline: Scenario = AS_IT_IS,
    alignment: bool = True,
    win_rates: bool = True,
    reference: str | None = None,
) -> WhatIf:
    """Set a scenario beside a baseline, by default the study as it stands.

    Differences are result minus baseline, paired by prompt over the prompts of both
    (`stats.joint`). Raises UnknownName, PredicateError or NotEstimable.
    """
    before = side(study, baseline, alignment=alignment, win_rates=win_rates, reference=reference)
    after = side(study, scenario, alignment=alignment, win_rates=win_rates, reference=reference)
    changes = differences(study, scenario, baseline)
    titles = {
        factor.name: factor.title for factor in estimates(study, scenario).study_planes.factors
    }
    return WhatIf(
        before,
        after,
        changes,
        what_if_sentence.sentence(before, after, _independent(study, scenario, changes), titles),
        tuple(dict.fromkeys((*before.warnings, *after.warnings))),
    )


def _independent(
    study: Study, scenario: Scenario, changes: Sequence[DifferenceRow]
) -> tuple[DifferenceRow, ...]:
    """Leave out people whose majority is among the sources, and speaks for them."""
    sources = [entry.source for entry in estimates(study, scenario).study_planes.sources]
    people = [source for source in sources if source.kind is SourceKind.HUMAN]
    if not any(source.is_majority for source in people):
        return tuple(changes)
    members = {source.name for source in people if not source.is_majority}
    return tuple(row for row in changes if row.source not in members)


def side(
    study: Study,
    scenario: Scenario,
    *,
    alignment: bool = False,
    win_rates: bool = False,
    reference: str | None = None,
) -> Side:
    """Compute one scenario: influences, and where asked for alignment and win rates.

    Raises UnknownName, PredicateError or NotEstimable.
    """
    found = estimates(study, scenario)
    planes = found.study_planes
    made = Side(
        scenario=scenario,
        rows=found.rows,
        pairs=found.kept.pairs,
        all_pairs=planes.planes.pairs,
        prompts=found.kept.prompts,
        factors=found.factors,
        models=found.models,
        warnings=(*_too_few(found), *found.warnings, *_of_models(found)),
        reason=None if found.rows else _why_no_rows(found),
        opens=scenario_pairs.opens(planes, scenario),
    )
    if alignment:
        compared = align(study, scenario, found, reference)
        made = replace(
            made,
            reference=compared.reference,
            reference_is_stand_in=compared.is_stand_in,
            alignment=compared.rows,
        )
    if win_rates:
        made = replace(made, win_rates=rate(found))
    return made


def differences(
    study: Study, scenario: Scenario, baseline: Scenario = AS_IT_IS
) -> tuple[DifferenceRow, ...]:
    """Subtract the baseline's influences from a scenario's, wherever both have a row.

    q is over the factors of a setting and source. Raises as `what_if` does.
    """
    before, after = estimates(study, baseline), estimates(study, scenario)
    while before.study_planes.versions.data != after.study_planes.versions.data:
        # the data changed between the two
        before, after = estimates(study, baseline), estimates(study, scenario)
    known = {_key(item): item for item in before.sources}
    return tuple(
        row
        for item in after.sources
        if (own := known.get(_key(item)))
        for row in _rows(
            item, own, after, before, _held(scenario, after, item) ^ _held(baseline, before, own)
        )
    )


def _key(item: SourceEstimates) -> tuple[str, str]:
    return item.entry.setting.value, item.entry.source.source_id


def _rows(
    after: SourceEstimates,
    before: SourceEstimates,
    result: Estimates,
    baseline: Estimates,
    held: set[str],
) -> Iterator[DifferenceRow]:
    entry = after.entry
    new, old = (
        {
            row.factor: row
            for row in side.rows
            if (row.setting, row.source) == (entry.setting, entry.source.name)
        }
        for side in (result, baseline)
    )
    both = [
        name
        for name in sorted(after.factors)
        if name in new and name in old and name in before.factors
    ]
    found = difference(after.joint(both), before.joint(both))
    for k, (factor, q) in enumerate(zip(both, benjamini_hochberg(found.p), strict=True)):
        estimate = _number(found.estimate[k])
        yield DifferenceRow(
            setting=entry.setting,
            source=entry.source.name,
            factor=factor,
            difference=estimate,
            low=_number(found.low[k]),
            high=_number(found.high[k]),
            p=_number(found.p[k]),
            q=_number(q),
            se=_number(found.se[k]),
            baseline=old[factor].tau,
            result=new[factor].tau,
            prompts=new[factor].prompts,
            baseline_prompts=old[factor].prompts,
            note=HELD
            if factor in held
            else _note(found.note[k], estimate, new[factor], old[factor]),
            is_held=factor in held,
        )


def _held(scenario: Scenario, side: Estimates, item: SourceEstimates) -> set[str]:
    """Name the factors whose influence on a source a scenario fixes by itself."""
    of_model = {
        name
        for model in side.models
        if (model.setting, model.source) == (item.entry.setting, item.entry.source.name)
        for name in model.held
    }
    return of_model | {each.factor for each in scenario.equalised}


def _note(note: Note, estimate: float | None, new: InfluenceRow, old: InfluenceRow) -> str:
    if note is Note.NO_VARIANCE and estimate == 0:
        return UNCHANGED
    if note is Note.NONE and min(new.prompts, old.prompts) < MIN_PROMPTS:
        return f"one side has only {numbers.counted(min(new.prompts, old.prompts), 'prompt')}"
    return str(note)


def _too_few(found: Estimates) -> Iterator[str]:
    """Guard: say when a scenario leaves too little to conclude from."""
    pairs, prompts = found.kept.pairs, found.kept.prompts
    if not pairs or prompts >= SMALL_PROMPTS:
        return
    left = f"only {numbers.counted(pairs, 'pair')} of {numbers.counted(prompts, 'prompt')} left"
    if prompts < MIN_PROMPTS:
        yield f"{left}: too few for any interval"
    else:
        yield f"{left}: read every number with care"


def _of_models(found: Estimates) -> Iterator[str]:
    """Say what the models leave out or cannot tell: at most one line a kind over all sources."""
    models = [model for model in found.models if model.factors]
    for model in found.models:
        if not model.factors:
            yield f"no model of {_whose([model])}: {model.note}"
    if not models:
        return
    covered = sorted(len(model.factors) + len(model.represented) for model in models)
    if covered[0] < len(found.factors):
        most = "" if covered[0] == covered[-1] else f" to {covered[-1]}"
        yield (
            f"modelled influences are of {covered[0]}{most} of "
            f"{numbers.counted(len(found.factors), 'factor')}: the others have too few values, or "
            "are more than the pairs carry"
        )
    settling = [model for model in models if model.separated]
    if settling:
        names = dict.fromkeys(name for model in settling for name in model.separated)
        few = (
            titled(found.study_planes, [*names])
            if len(names) <= _NAMED
            else numbers.counted(len(names), "factor")
        )
        yield (
            f"left out of models, for a difference settles the choice: {few} ({_whose(settling)})"
        )
    unmoved = [model for model in models if model.unmoved]
    if unmoved:
        names = dict.fromkeys(name for model in unmoved for name in model.unmoved)
        yield (
            f"no difference to hold equal in {titled(found.study_planes, [*names])} "
            f"({_whose(unmoved)})"
        )
    close = [model for model in models if model.is_close]
    if close:
        yield (
            "factors go together closely, so that what is held equal is hard to tell from what "
            f"goes with it ({_whose(close)})"
        )


def _whose(models: Sequence[ModelRow]) -> str:
    if len(models) > _NAMED:
        return f"{len(models)} sources"
    return numbers.listed([f"{model.source}, {model.setting}" for model in models])


def _why_no_rows(found: Estimates) -> str:
    if not found.factors and found.study_planes.factors:
        return "the scenario drops every factor"
    if found.kept.pairs and found.models:
        return "no source has a model: " + "; ".join(
            sorted({model.note for model in found.models if model.note})
        )
    kept, planes = found.kept.mask, found.study_planes
    is_filtered = kept is not None
    if kept is None:
        kept = np.bitwise_or.reduce(list(planes.setting_masks.values()))
    return why_empty(planes, found.entries, kept, is_filtered)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
