"""How near each source is to the reference under a scenario: distance, rank and agreement.

The same statistics as the alignment page, over whatever a scenario makes of influences: weighted,
matched or modelled. Distances are from joint influences of prompts, so a source that shares pairs
with the reference gains nothing by it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.reference import reference as find_reference
from profile_core.analysis.scenario import Scenario
from profile_core.analysis.scenario_estimates import Estimates, SourceEstimates, estimates
from profile_core.analysis.what_if_rows import AlignmentRow
from profile_core.stats import alignment as compared
from profile_core.stats import joint as joints
from profile_core.stats.alignment import distance_between
from profile_core.stats.correlation import MIN_FACTORS, correlations
from profile_core.stats.counterfactual import as_share
from profile_core.stats.intervals import Intervals, ratio, ratio_intervals
from profile_core.stats.planes import Planes, count_bits, preferences
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import Setting


@dataclass(frozen=True, slots=True)
class Aligned:
    """The rows, and whom they are compared with."""

    reference: str | None = None
    is_stand_in: bool = False
    rows: tuple[AlignmentRow, ...] = ()


def align(study: Study, scenario: Scenario, found: Estimates, name: str | None = None) -> Aligned:
    """Compare a scenario's sources with the reference, which has no row itself.

    A reference that is not among the scenario's sources is estimated for it. Raises UnknownName.
    """
    planes = found.study_planes
    reference = find_reference(planes, name)
    if reference is None:
        return Aligned()
    place = next(
        k
        for k, entry in enumerate(planes.sources)
        if entry.source == reference.source and entry.setting is Setting.EVALUATION
    )
    of_reference = found
    if place not in found.entries:
        of_reference = estimates(study, scenario.with_(sources=(reference.source.name,)))
    own = _of(of_reference, place)
    rows = [
        _row(found, of_reference, entry, place, _of(found, entry), own)
        for entry in found.entries
        if entry != place and not planes.sources[entry].source.is_of_one_factor
    ]
    return Aligned(reference.source.name, reference.is_stand_in, tuple(rows))


def _of(found: Estimates, place: int) -> SourceEstimates | None:
    entry = found.study_planes.sources[place]
    return next((item for item in found.sources if item.entry == entry), None)


def _row(
    found: Estimates,
    of_reference: Estimates,
    place: int,
    reference: int,
    item: SourceEstimates | None,
    standard: SourceEstimates | None,
) -> AlignmentRow:
    entry = found.study_planes.sources[place]
    told = _with_interval(found, place) & _with_interval(of_reference, reference)
    factors = [name for name in found.factors if name in told]
    far = near = None
    if item and standard and len(factors) >= MIN_FACTORS:
        first, second = _compared(item, factors), _compared(standard, factors)
        near, far = correlations(first.tau, second.tau), distance_between(first, second)
    agreed, pairs = _agreement(found, place, reference)
    shared = entry.setting is Setting.EVALUATION
    few = f"{numbers.counted(len(factors), 'factor')} with an interval on both sides"
    return AlignmentRow(
        setting=entry.setting,
        source=entry.source.name,
        distance=_number(far.root) if far else None,
        distance_low=_number(far.root_low) if far else None,
        distance_high=_number(far.root_high) if far else None,
        spearman=_number(near.spearman) if near else None,
        kendall=_number(near.kendall) if near else None,
        pearson=_number(near.pearson) if near else None,
        agreement=_number(agreed.estimate[0, 0]) if shared else None,
        agreement_low=_number(agreed.low[0, 0]) if shared else None,
        agreement_high=_number(agreed.high[0, 0]) if shared else None,
        factors=len(factors),
        pairs=pairs,
        prompts=int(agreed.prompts[0, 0]),
        note="" if far else f"no distance: {few}",
    )


def _with_interval(found: Estimates, place: int) -> set[str]:
    entry = found.study_planes.sources[place]
    return {
        row.factor
        for row in found.rows
        if (row.setting, row.source) == (entry.setting, entry.source.name) and row.se is not None
    }


def _compared(item: SourceEstimates, factors: list[str]) -> compared.Estimates:
    """Scale influences by the clusters that each estimate learns from."""
    found = item.joint(factors)
    clusters = found.used.sum(axis=1) if found.learned is None else found.learned
    scale = np.sqrt(ratio(clusters, clusters - 1))
    told = np.ones(len(factors), dtype=np.bool_)
    return compared.Estimates(found.tau, found.influence.T * scale, found.used.T, told)


def _agreement(found: Estimates, place: int, reference: int) -> tuple[Intervals, int]:
    """Share of alike choices: the influence of the reference's choice, taken as if a factor."""
    study_planes: StudyPlanes = found.study_planes
    planes, kept = study_planes.planes, found.kept
    for_a, for_b = planes.prefers_a[[reference]], planes.prefers_b[[reference]]
    both = Planes(
        planes.prompt_starts,
        for_a,
        for_b,
        for_a | for_b,
        planes.prefers_a[[place]],
        planes.prefers_b[[place]],
    )
    if kept.parts is None:
        sums = joints.joint_sums(both, study_planes.clusters, kept.mask)
    else:
        sums = joints.weighted_sums(both, study_planes.clusters, kept.parts)
    first, second = preferences(both, kept.mask)
    pairs = int(count_bits((first[0] | second[0]) & both.defined[0]))
    return as_share(ratio_intervals(joints.moments_of(sums))), pairs


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
