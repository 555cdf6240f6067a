"""Which sources have alike tastes, all with all: by influences, or by the weights of their models.

One matrix over all pairs can hide that two sources agree in one scenario and differ in another, so
the least and the greatest likeness over the values of a column stand beside it. Likeness here is a
correlation of estimates and inherits its biases (`stats.correlation`): a way to look, not a test.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from profile_core.analysis import alignment_pairs, conditions, scenario_estimates, source_weights
from profile_core.analysis.alignment_sides import Side, sides
from profile_core.analysis.drawn_influence import DRAWN_SETS
from profile_core.analysis.scenario import Scenario
from profile_core.analysis.scenario_estimates import Estimates
from profile_core.errors import NotEstimable
from profile_core.stats import similarity as stats
from profile_core.stats.correlation import Coefficient
from profile_core.store.study import Study
from profile_core.types import LabelSet, Setting

Floats = npt.NDArray[np.float64]
Matrix = tuple[tuple[float | None, ...], ...]


class By(StrEnum):
    """What a source is described by."""

    TAU = "tau"
    """Its influences."""
    WEIGHTS = "weights"
    """The coefficients of its conditional model, on the same factors for every source."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A source in the setting it prefers in."""

    setting: Setting
    name: str
    where: str
    """Opens the pairs that it decided, within the filter."""
    pairs: int


@dataclass(frozen=True, slots=True)
class Similarity:
    """How alike sources are; every matrix is ``[S][S]`` in the order of `sources`."""

    sources: tuple[Compared, ...]
    matrix: Matrix
    """None where two have under 2 factors in common, or one is the same on all of them."""
    order: tuple[int, ...]
    """Places that put similar sources side by side."""
    factors: tuple[tuple[int, ...], ...]
    """Factors that each two are compared over."""
    low: Matrix
    """The least likeness over the groups; None without two groups in which both can be compared."""
    high: Matrix
    parts: tuple[tuple[int, ...], ...]
    """Groups in which both can be compared."""
    groups: tuple[tuple[str, Matrix], ...]
    """The matrix of each group, by the value of the column."""
    by: By
    kind: Coefficient
    over: str | None
    columns: tuple[str, ...]
    """The factors that sources are described by."""
    reason: str | None
    """Why there is nothing to compare, if there is not."""


def similarity(
    study: Study,
    *,
    where: str | None = None,
    labels: LabelSet = LabelSet.AUTOMATIC,
    by: By | str = By.TAU,
    kind: Coefficient | str = Coefficient.SPEARMAN,
    over: str | None = None,
) -> Similarity:
    """Compare all sources with each other, over the pairs that a filter keeps.

    Influences enter where they have an interval. `over` is a column of the pair view whose values
    the spread is over. Judges that were asked about one factor alone are left out. Raises
    UnknownName, PredicateError, or NotEstimable for weights from drawn labels.
    """
    by, kind = By(by), Coefficient(kind)
    if by is By.WEIGHTS and labels in DRAWN_SETS:
        raise NotEstimable(
            f"a model needs a value on every pair, which `{labels}` labels do not give: compare by "
            "tau, or use `automatic` or `corrected`"
        )
    found = scenario_estimates.estimates(study, Scenario(where=where, labels=labels))
    compared = _compared(found)
    keys = [side.place for side in compared]
    columns = (
        found.factors
        if by is By.TAU
        else source_weights.columns(found.study_planes, keys, found.kept.mask)
    )
    rows = _described(found, compared, where, keys, by, columns)
    matrix = stats.similarity(rows, kind)
    groups = []
    for value, in_group, part in _groups(study, found, where, labels, over):
        described = _described(part, _compared(part), in_group, keys, by, columns)
        groups.append((value, stats.similarity(described, kind)))
    spread = stats.spread(np.array([each for _, each in groups] or np.zeros((0, *matrix.shape))))
    has_spread = (spread.parts > 1) & ~np.eye(len(keys), dtype=np.bool_)
    known = ~np.isnan(rows)
    return Similarity(
        sources=tuple(
            Compared(
                side.entry.setting,
                side.name,
                alignment_pairs.decided(found.study_planes, side.entry, None),
                side.pairs,
            )
            for side in compared
        ),
        matrix=_matrix(matrix),
        order=tuple(stats.clustered_order(matrix).tolist()),
        factors=_counts(known.astype(np.int64) @ known.T.astype(np.int64)),
        low=_matrix(np.where(has_spread, spread.low, np.nan)),
        high=_matrix(np.where(has_spread, spread.high, np.nan)),
        parts=_counts(spread.parts),
        groups=tuple((value, _matrix(each)) for value, each in groups),
        by=by,
        kind=kind,
        over=over,
        columns=columns,
        reason=_why_empty(compared, columns),
    )


def _compared(found: Estimates) -> list[Side]:
    """Sources that decided a pair: evaluation first, then by name."""
    known = [side for side in sides(found) if not side.entry.source.is_of_one_factor]
    return sorted(known, key=lambda side: (side.entry.setting, side.name))


def _groups(
    study: Study, found: Estimates, where: str | None, labels: LabelSet, over: str | None
) -> Iterator[tuple[str, str | None, Estimates]]:
    if over is None:
        return
    for value, _ in found.study_planes.groups(over):
        in_group = conditions.all_of([where, conditions.equals(over, value)])
        scenario = Scenario(where=in_group, labels=labels)
        yield value, in_group, scenario_estimates.estimates(study, scenario)


def _described(
    found: Estimates,
    compared: Sequence[Side],
    where: str | None,
    keys: Sequence[int],
    by: By,
    columns: tuple[str, ...],
) -> Floats:
    """What each source is described by ``[S, K]``, NaN where it has no such number."""
    rows = np.full((len(keys), len(columns)), np.nan)
    for side in compared:
        if side.place not in keys:
            continue
        rows[keys.index(side.place)] = (
            np.where(side.estimates.has_interval, side.estimates.tau, np.nan)
            if by is By.TAU
            else source_weights.weights(found.study_planes, side.place, columns, where)
        )
    return rows


def _matrix(values: Floats) -> Matrix:
    return tuple(
        tuple(None if math.isnan(value) else float(value) for value in row) for row in values
    )


def _counts(values: npt.NDArray[np.int64]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(value) for value in row) for row in values)


def _why_empty(compared: Sequence[Side], columns: Sequence[str]) -> str | None:
    if len(compared) < 2:
        return "fewer than two sources have decided a pair here"
    return None if columns else "no factor has values, or too few pairs to fit a model to"
