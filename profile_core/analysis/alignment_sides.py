"""Sources prepared for comparison: joint estimates over the same prompts, column by column.

Every side has the same factors in the same order and the same clusters as rows, whatever the label
set, so that any two can be compared; `choose` says over which factors. Estimates come from the same
place as a what-if's, and are kept there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.planes import PlaneSource
from profile_core.analysis.scenario_estimates import Estimates as Found
from profile_core.analysis.scenario_estimates import SourceEstimates
from profile_core.stats import alignment as stats
from profile_core.stats.correlation import Correlations, cross_fitted
from profile_core.stats.intervals import ratio, t_interval
from profile_core.stats.joint import Sums
from profile_core.stats.multiplicity import holm
from profile_core.stats.planes import count_bits
from profile_core.store.wide_table import WideSource

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Side:
    """One source in its setting, over K factors and G clusters."""

    entry: PlaneSource
    place: int
    """In the planes."""
    pairs: int
    """Pairs that it decided strictly, within the filter."""
    prompts: int
    estimates: stats.Estimates
    rows: dict[str, InfluenceRow]
    """By factor."""
    sums: tuple[Sums, Sums] | None = None
    """``s`` and ``n`` ``[G, K]``; None for estimates from drawn labels, which are no sums."""
    learned: Ints | None = None
    """Prompts ``[K]`` with a reviewed pair, for drawn labels."""

    @property
    def name(self) -> str:
        """The source's name."""
        return self.entry.source.name

    @property
    def model(self) -> str:
        """The model behind it, or its own name."""
        return self.entry.source.model or self.name

    def over(self, places: Ints) -> stats.Estimates:
        """Give the estimates of some factors."""
        found = self.estimates
        return stats.Estimates(
            found.tau[places],
            found.influence[:, places],
            found.used[:, places],
            found.has_interval[places],
        )


def sides(found: Found) -> tuple[Side, ...]:
    """Prepare every source that decided a pair, in the planes' order."""
    planes, clusters = found.study_planes.planes, found.study_planes.clusters
    prepared = []
    for place in found.entries:
        strict = planes.prefers_a[place] | planes.prefers_b[place]
        if found.kept.mask is not None:
            strict = strict & found.kept.mask
        pairs = int(count_bits(strict))
        if pairs:
            prompts = clusters.prompts_with(strict, clusters.runs.sums(strict))
            prepared.append(_side(found, place, pairs, prompts))
    return tuple(prepared)


def is_part_of(source: WideSource, majority: WideSource) -> bool:
    """Tell whether a source is one of the people whose majority is the other."""
    return majority.is_majority and source.kind is majority.kind and not source.is_majority


def choose(*compared: Side) -> Ints:
    """Places of the factors that have an interval on every side."""
    return np.flatnonzero(
        np.logical_and.reduce([side.estimates.has_interval for side in compared])
    ).astype(np.int64)


def halves(source: Side, reference: Side, places: Ints) -> Correlations | None:
    """Cross-fitted correlations over some factors; None for what cannot be estimated on half."""
    if source.sums is None or reference.sums is None:
        return None
    s, n = (sums[:, places] for sums in source.sums)
    reference_s, reference_n = (sums[:, places] for sums in reference.sums)
    return cross_fitted(s, n, reference_s, reference_n)


def compare(first: Side, second: Side) -> stats.Gap:
    """First minus second, factor by factor, joint where prompts are shared.

    Estimates from drawn labels learn their error from the prompts with a reviewed pair alone, so
    their t has no more degrees of freedom than the side with the fewest of these allows.
    """
    found = stats.gap_between(first.estimates, second.estimates)
    learned = [side.learned for side in (first, second) if side.learned is not None]
    if not learned:
        return found
    degrees = np.minimum(found.degrees, np.maximum(np.minimum.reduce(learned) - 1, 1))
    low, high, p = t_interval(found.difference, found.se, degrees, bounds=(-2.0, 2.0))
    return stats.Gap(found.difference, found.se, low, high, p, holm(p), degrees)


def _side(found: Found, place: int, pairs: int, prompts: int) -> Side:
    entry = found.study_planes.sources[place]
    rows = {
        row.factor: row
        for row in found.rows
        if (row.setting, row.source) == (entry.setting, entry.source.name)
    }
    item = next((each for each in found.sources if each.entry == entry), None)
    if item is not None and item.is_counted:
        s, n = item.s.T, item.n.T
        return Side(entry, place, pairs, prompts, stats.estimates(s, n), rows, (s, n))
    estimates, learned = _drawn(found, item, rows)
    return Side(entry, place, pairs, prompts, estimates, rows, learned=learned)


def _drawn(
    found: Found, item: SourceEstimates | None, rows: dict[str, InfluenceRow]
) -> tuple[stats.Estimates, Ints]:
    """Estimates from drawn labels, with empty columns for factors that no draw is about."""
    shape = (found.study_planes.clusters.number, len(found.factors))
    tau, influence = np.full(shape[1], np.nan), np.zeros(shape)
    used, learned = np.zeros(shape, dtype=np.bool_), np.zeros(shape[1], dtype=np.int64)
    if item is not None and item.learned is not None:
        places = [found.factors.index(name) for name in item.factors]
        own = item.joint(item.factors)
        scale = np.sqrt(ratio(item.learned, item.learned - 1))
        tau[places], learned[places] = own.tau, item.learned
        influence[:, places] = own.influence.T * scale
        used[:, places] = own.used.T
    told = np.array([name in rows and rows[name].se is not None for name in found.factors])
    return stats.Estimates(tau, influence, used, told.astype(np.bool_)), learned
