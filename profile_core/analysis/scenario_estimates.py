"""The influences of a scenario, with what each prompt contributes to them.

Four ways lead to the same form: counts over bit planes (perhaps weighted), soft tau from
probabilities, a conditional model where factors are equalised by one, and estimates from drawn
labels. Each gives rows, as the influence page has them, and sums by cluster, from which any two
scenarios of a study are compared (`stats.joint`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from profile_core.analysis import drawn_influence, scenario_pairs
from profile_core.analysis.drawn_influence import DRAWN_SETS, DrawnStudy
from profile_core.analysis.influence import (
    InfluenceRow,
    Table,
    chosen_factors,
    chosen_sources,
    drawn_rows,
    row_order,
    rows_of,
)
from profile_core.analysis.modelled_estimates import Modelled, modelled
from profile_core.analysis.planes import PlaneSource, StudyPlanes, load
from profile_core.analysis.scenario import Scenario
from profile_core.analysis.scenario_pairs import Kept
from profile_core.analysis.what_if_rows import ModelRow
from profile_core.errors import NotEstimable
from profile_core.stats import joint as joints
from profile_core.stats import planes as bits
from profile_core.stats.intervals import ratio_intervals
from profile_core.stats.joint import Joint, JointSums, Sums
from profile_core.stats.multiplicity import benjamini_hochberg
from profile_core.store.study import Study
from profile_core.types import Setting, Variant

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SourceEstimates:
    """One source's estimates of some factors, as sums by cluster ``[F, C]``."""

    entry: PlaneSource
    factors: tuple[str, ...]
    s: Sums
    n: Sums
    is_counted: bool
    """Ratios of counts, rather than linearised estimates of a model or of drawn labels."""
    learned: npt.NDArray[np.int64] | None = None
    """Prompts with a reviewed pair, for drawn labels."""

    def joint(self, factors: Sequence[str]) -> Joint:
        """Give the estimates and influences of some of its factors, in their order."""
        places = [self.factors.index(name) for name in factors]
        s, n = self.s, self.n
        learned = self.learned
        if places != list(range(len(self.factors))):
            s, n = s[places], n[places]
            learned = None if learned is None else learned[places]
        found = joints.joint(s, n)
        if self.is_counted:
            return found
        return replace(found, s=None, n=None, learned=learned)


@dataclass(frozen=True, slots=True)
class Estimates:
    """A scenario's estimates."""

    study_planes: StudyPlanes
    """Those whose values its filter speaks of."""
    kept: Kept
    entries: tuple[int, ...]
    """Places of its sources in the planes."""
    factors: tuple[str, ...]
    """Those that are not dropped, in the planes' order."""
    rows: tuple[InfluenceRow, ...]
    sources: tuple[SourceEstimates, ...]
    models: tuple[ModelRow, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes that its sums take."""
        return sum(item.s.nbytes + item.n.nbytes for item in self.sources) + 1


def estimates(study: Study, scenario: Scenario) -> Estimates:
    """Compute a scenario's influences, once for a state of the study.

    Raises UnknownName, PredicateError, or NotEstimable for what cannot be combined.
    """
    study_planes = load(study, scenario.labels)
    # Drawn labels may change under planes of automatic values, which do not know of them.
    drawn = study.versions() if scenario.labels in DRAWN_SETS else None
    found: Estimates = study_planes.results.get(
        (scenario, drawn), lambda: _estimated(study, study_planes, scenario)
    )
    return found


def _estimated(study: Study, study_planes: StudyPlanes, scenario: Scenario) -> Estimates:
    _check(study_planes, scenario)
    drawn: DrawnStudy | None = None
    if scenario.labels in DRAWN_SETS:
        drawn = drawn_influence.prepare(study, scenario.labels)
        study_planes = drawn.base
    kept = scenario_pairs.kept(study_planes, scenario)
    entries = tuple(chosen_sources(study_planes, scenario.sources, tuple(Setting)))
    factors = tuple(
        factor.name for factor in study_planes.factors if factor.name not in scenario.dropped
    )
    empty = Estimates(study_planes, kept, entries, factors, (), (), (), kept.warnings)
    if not entries or not factors:
        return empty
    if drawn:
        return _drawn(empty, drawn, scenario.variant)
    if scenario.modelled:
        return _modelled(empty, scenario)
    return _counted(empty, scenario.variant)


def _check(study_planes: StudyPlanes, scenario: Scenario) -> None:
    chosen_factors(study_planes, [*scenario.dropped, *(e.factor for e in scenario.equalised)])
    if scenario.modelled and scenario.variant is not Variant.TAU14:
        raise NotEstimable(
            "equalising by a model is defined for tau14 alone: leave out the variant, or give "
            f"{scenario.modelled[0]} a band to match pairs instead"
        )
    if scenario.labels in DRAWN_SETS:
        if scenario.modelled:
            raise NotEstimable(
                f"the model behind {scenario.modelled[0]} held equal needs a value on every pair: "
                "use automatic or corrected labels, or give the factor a band"
            )
        if scenario.weights:
            raise NotEstimable(
                f"weights cannot be combined with {scenario.labels.value} labels, which weigh "
                "pairs themselves: use automatic or corrected labels"
            )


def _counted(found: Estimates, variant: Variant) -> Estimates:
    """Count over the planes; soft tau, from probabilities."""
    study_planes = found.study_planes
    names = [factor.name for factor in study_planes.factors]
    places = [names.index(name) for name in found.factors]
    planes = study_planes.planes.restricted(
        _all_or(found.entries, len(study_planes.sources)), _all_or(places, len(names))
    )
    if variant is Variant.SOFT:
        sums = _soft(found, planes)
    elif found.kept.parts is None:
        tied = variant is Variant.TAU14
        sums = joints.joint_sums(planes, study_planes.clusters, found.kept.mask, tied=tied)
    else:
        tied = variant is Variant.TAU14
        sums = joints.weighted_sums(planes, study_planes.clusters, found.kept.parts, tied=tied)
    counts = bits.counts(planes, found.kept.mask)
    cells = ratio_intervals(joints.moments_of(sums))
    table = Table(
        cells,
        benjamini_hochberg(cells.p),
        counts.concordant,
        counts.discordant,
        counts.tied,
        counts.missing,
    )
    sources = [study_planes.sources[place] for place in found.entries]
    extractors = [study_planes.extractors[place] for place in places]
    rows = rows_of(sources, found.factors, extractors, table)
    return replace(
        found,
        rows=tuple(sorted(rows, key=row_order)),
        sources=tuple(
            SourceEstimates(entry, found.factors, sums.s[i], sums.n[i], True)
            for i, entry in enumerate(sources)
        ),
    )


def _all_or(places: Sequence[int], number: int) -> Sequence[int] | slice:
    """Give a slice where all are wanted, which copies nothing."""
    return slice(None) if list(places) == list(range(number)) else list(places)


def _soft(found: Estimates, planes: bits.Planes) -> JointSums:
    """Sum soft tau's terms; a source without probabilities has none."""
    clusters = found.study_planes.clusters
    shape = (len(found.entries), len(found.factors))
    s, n = (np.zeros((*shape, clusters.number)) for _ in range(2))
    prompts = np.zeros(shape, dtype=np.int64)
    chosen, weight = found.kept.chosen(planes), found.kept.weight(planes)
    margins = [
        np.where(
            chosen,
            2 * found.study_planes.probabilities(found.study_planes.sources[place].source) - 1,
            np.nan,
        )
        for place in found.entries
    ]
    for k in range(shape[1]):
        signs = bits.signs(planes, k)
        for i, margin in enumerate(margins):
            s[i, k], n[i, k], prompts[i, k] = joints.soft_sums(
                clusters, margin, signs, planes.prompt_starts, weight
            )
    return JointSums(s, n, prompts)


def _modelled(found: Estimates, scenario: Scenario) -> Estimates:
    results: list[Modelled] = [
        modelled(found.study_planes, found.kept, place, found.factors, scenario.modelled)
        for place in found.entries
    ]
    return replace(
        found,
        rows=tuple(sorted((row for one in results for row in one.rows), key=row_order)),
        sources=tuple(
            SourceEstimates(
                one.entry, (*one.model.factors, *one.model.represented), one.s, one.n, False
            )
            for one in results
            if one.rows
        ),
        models=tuple(one.model for one in results),
    )


def _drawn(found: Estimates, drawn: DrawnStudy, variant: Variant) -> Estimates:
    """Write estimates from drawn labels as sums that have their ratio and influences."""
    clusters, prompts = found.study_planes.clusters, found.study_planes.planes.prompts
    rows: list[InfluenceRow] = []
    sources = []
    for each in drawn_influence.cells(drawn, found.entries, found.kept.mask, variant=variant):
        cells = [cell for cell in each if cell.factor in found.factors]
        rows += drawn_rows(drawn, cells)
        told = [
            (cell.factor, cell.estimate)
            for cell in cells
            if cell.estimate and not np.isnan(cell.estimate.tau)
        ]
        s, n = (np.zeros((len(told), prompts)) for _ in range(2))
        for k, (_, one) in enumerate(told):
            n[k, one.prompt] = 1.0
            s[k, one.prompt] = one.tau + one.influence * len(one.prompt)
        if cells:
            sources.append(
                SourceEstimates(
                    drawn.base.sources[cells[0].source],
                    tuple(factor for factor, _ in told),
                    clusters.of_prompts(s),
                    clusters.of_prompts(n),
                    False,
                    np.array([one.prompts for _, one in told], dtype=np.int64),
                )
            )
    return replace(found, rows=tuple(sorted(rows, key=row_order)), sources=tuple(sources))
