"""How often each source prefers the response with more of a factor, by how much more it has.

An influence counts only which response has more. A factor may help in small doses and harm in
large ones; here that shows. All sources have the same bins, so that they can be compared, and
only strict choices count, so that a share's pairs are those of the influence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.analysis import conditions
from profile_core.analysis.planes import StudyPlanes, load
from profile_core.analysis.relations import factor_place
from profile_core.analysis.titles import SIGNIFICANT
from profile_core.stats import dose
from profile_core.stats import planes as bits
from profile_core.stats.multiplicity import benjamini_hochberg
from profile_core.store.study import Study
from profile_core.types import LabelSet, Setting

Floats = npt.NDArray[np.float64]

BINS = 5


@dataclass(frozen=True, slots=True)
class Dose:
    """A bin of differences: from its smallest to its largest, over all sources."""

    low: float
    high: float
    opens: str
    """A condition that leaves the pairs of the bin."""


@dataclass(frozen=True, slots=True)
class Share:
    """How often a source prefers the response with more; None for what does not exist."""

    dose: int
    """Which of the doses."""
    share: float | None
    """In [0, 1]."""
    low: float | None
    high: float | None
    q: float | None
    """Against a half, Benjamini-Hochberg over the curve."""
    more: int
    """Pairs on which it prefers the one with more."""
    less: int
    prompts: int

    @property
    def is_told(self) -> bool:
        """Whether the share is distinguishable from a half."""
        return self.q is not None and self.q <= SIGNIFICANT and self.share != 0.5


@dataclass(frozen=True, slots=True)
class Curve:
    """One source's shares, from the smallest dose on; bins without a pair are left out."""

    setting: Setting
    source: str
    shares: tuple[Share, ...]
    equal: int
    """Decided pairs where both responses have the same amount."""
    missing: int
    """Decided pairs where a value is missing."""


@dataclass(frozen=True, slots=True)
class DoseResponse:
    """One factor over sources."""

    factor: str
    doses: tuple[Dose, ...]
    curves: tuple[Curve, ...]


def dose_response(
    study: Study,
    factor: str,
    series: Sequence[tuple[Setting, str]],
    *,
    labels: LabelSet = LabelSet.AUTOMATIC,
    where: str | None = None,
    bins: int = BINS,
) -> DoseResponse:
    """Compute the shares of some sources, each in a setting, over the pairs that a filter keeps.

    The bins hold about equally many of the pairs that any of them decided; equal differences stay
    together, so that there may be fewer. Raises UnknownName or PredicateError.
    """
    study_planes = load(study, labels)
    place = factor_place(study_planes, factor)
    difference = study_planes.arrays.difference(factor)
    preferred = {
        (entry.setting, entry.source.name): _preferred(study_planes, number, where)
        for number, entry in enumerate(study_planes.sources)
        if (entry.setting, entry.source.name) in series
    }
    decided = np.zeros(len(difference), dtype=np.bool_)
    for choice in preferred.values():
        decided |= ~np.isnan(choice)
    prompts, resolution = study_planes.planes.prompt_of, study_planes.factors[place].resolution
    pooled = dose.dose_response(
        difference[decided],
        np.ones(np.count_nonzero(decided)),
        prompts[decided],
        bins=bins,
        resolution=resolution,
    )
    edges = pooled.low[1:]
    columns = study_planes.wide.factors[place]
    return DoseResponse(
        factor,
        tuple(
            Dose(
                float(pooled.low[k]),
                float(pooled.high[k]),
                _opens(f"abs({columns.column_a} - {columns.column_b})", edges, k),
            )
            for k in range(len(pooled.low))
        ),
        tuple(
            _curve(key, difference, preferred[key], prompts, edges, resolution)
            for key in series
            if key in preferred and len(pooled.low)
        ),
    )


def _preferred(study_planes: StudyPlanes, place: int, where: str | None) -> Floats:
    """1 where a source strictly prefers a, 0 for b, NaN elsewhere and outside the filter."""
    planes = study_planes.planes
    mask = study_planes.mask(where)
    sides = [
        bits.unpack(rows[place] if mask is None else rows[place] & mask, planes.pairs)
        for rows in (planes.prefers_a, planes.prefers_b)
    ]
    return np.where(sides[0], 1.0, np.where(sides[1], 0.0, np.nan))


def _curve(
    key: tuple[Setting, str],
    difference: npt.NDArray[np.floating],
    preferred: Floats,
    prompts: npt.NDArray[np.integer],
    edges: Floats,
    resolution: float,
) -> Curve:
    decided = ~np.isnan(preferred)
    found = dose.dose_response(
        difference[decided],
        preferred[decided],
        prompts[decided],
        bins=edges.tolist(),
        resolution=resolution,
    )
    cells = found.share
    q = benjamini_hochberg(cells.p)
    shares = []
    for k, pairs in enumerate(found.pairs):
        more = round(float(cells.estimate[k]) * int(pairs))
        shares.append(
            Share(
                dose=int(np.searchsorted(edges, found.low[k], side="right")),
                share=_number(cells.estimate[k]),
                low=_number(cells.low[k]),
                high=_number(cells.high[k]),
                q=_number(q[k]),
                more=more,
                less=int(pairs) - more,
                prompts=int(cells.prompts[k]),
            )
        )
    return Curve(*key, tuple(shares), found.equal, found.missing)


def _opens(amount: str, edges: Floats, k: int) -> str:
    bounds = [
        f"{amount} >= {conditions.literal(float(edges[k - 1]))}" if k else None,
        f"{amount} < {conditions.literal(float(edges[k]))}" if k < len(edges) else None,
    ]
    return conditions.all_of(bounds) or f"{amount} > 0"


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
