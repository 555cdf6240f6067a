"""Whether a generator's score levels are real: do others prefer what it wrote for a higher one?

Generation takes the higher level as preferred. That says something only where the levels show. It
is checked by choices between the generator's own responses of different levels; where there are too
few, by the tau of rated factors against the level. Labels do not enter the first way at all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from profile_core.analysis import conditions
from profile_core.analysis.alignment_rows import TOLD, Basis, LevelCheck, LevelShare, LevelTau
from profile_core.analysis.alignment_sides import is_part_of
from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.level_sentences import in_words
from profile_core.analysis.planes import PlaneSource, StudyPlanes
from profile_core.analysis.reference import Reference
from profile_core.analysis.scenario_estimates import Estimates
from profile_core.stats import joint
from profile_core.stats.counterfactual import as_share
from profile_core.stats.intervals import Intervals, ratio_intervals
from profile_core.stats.joint import JointSums
from profile_core.stats.multiplicity import benjamini_hochberg
from profile_core.stats.planes import Planes, Words, count_bits, preferences
from profile_core.types import FactorKind, Setting

ENOUGH = 30
"""Judged pairs within a generator; with fewer, rated factors stand in."""
_RATINGS = (FactorKind.ORDINAL_1_5, FactorKind.ORDINAL_0_3)
_MEASURED = "rules"
"""The extractor that counts and computes; what it gives on a scale of ratings is no rating."""


def manipulation(found: Estimates, reference: Reference | None) -> tuple[LevelCheck, ...]:
    """Check every generator that has pairs of different score levels, within the filter.

    By the reference's choices where it decided at least 30 such pairs, else by all sources' choices
    together where they decided 30 pairs, else by rated factors. Shares of choices have intervals by
    prompt and a two-sided p against one half. People whose majority is among the sources are not
    counted beside it.
    """
    study_planes = found.study_planes
    generators = sorted(
        entry.source.name
        for place in found.entries
        if (entry := study_planes.sources[place]).setting is Setting.GENERATION
        and any(row.source == entry.source.name for row in _of_generation(found))
    )
    if not generators:
        return ()
    levels = _Levels.of(study_planes)
    judges = _judges(study_planes, found.entries)
    return tuple(_check(found, reference, levels, judges, name) for name in generators)


@dataclass(frozen=True, slots=True)
class _Levels:
    """Pairs by how far their score levels are apart: row 0 all distances, then one a row."""

    distances: tuple[int | None, ...]
    a_higher: Words
    b_higher: Words

    @classmethod
    def of(cls, study_planes: StudyPlanes) -> _Levels:
        """Read the levels of all pairs."""
        a_levels, b_levels = (
            [(round(float(value)), mask) for value, mask in study_planes.groups(column)]
            for column in ("score_level_a", "score_level_b")
        )
        apart: dict[int, Words] = {}
        for (level_a, of_a), (level_b, of_b) in product(a_levels, b_levels):
            both = of_a & of_b
            apart[level_a - level_b] = apart.get(level_a - level_b, both) | both
        nothing = np.zeros(study_planes.planes.prefers_a.shape[1], dtype=np.uint64)
        distances = sorted({abs(step) for step, mask in apart.items() if step and mask.any()})
        above, below = (
            np.array([apart.get(sign * step, nothing) for step in distances], dtype=np.uint64)
            for sign in (1, -1)
        )
        above, below = (rows.reshape(len(distances), len(nothing)) for rows in (above, below))
        return cls(
            (None, *distances),
            np.vstack([np.bitwise_or.reduce(above, axis=0)[None], above]),
            np.vstack([np.bitwise_or.reduce(below, axis=0)[None], below]),
        )


def _judges(study_planes: StudyPlanes, entries: Sequence[int]) -> list[int]:
    """Places of those who chose, without people that a majority speaks for.

    Nor are those counted who were asked about one factor alone: they said which has more of it.
    """
    sources = [study_planes.sources[place] for place in entries]
    return [
        place
        for place, entry in zip(entries, sources, strict=True)
        if entry.setting is Setting.EVALUATION
        and not entry.source.is_of_one_factor
        and not any(is_part_of(entry.source, other.source) for other in sources)
    ]


def _check(
    found: Estimates,
    reference: Reference | None,
    levels: _Levels,
    judges: Sequence[int],
    generator: str,
) -> LevelCheck:
    shares = _shares(found, levels, judges, generator)
    rated = _rated(found, generator)
    own = reference.source.name if reference else None
    overall = {share.source: share for share in shares if share.level_distance is None}
    judged = overall[None].pairs if None in overall else 0
    is_by_reference = own in overall and own is not None and overall[own].pairs >= ENOUGH
    deciding = overall[own] if is_by_reference else overall.get(None)
    if deciding is not None and deciding.pairs >= ENOUGH:
        basis, is_real = Basis.JUDGED, _shows(deciding)
    elif rated:
        deciding, basis, is_real = None, Basis.RATED, _shows_in(rated)
    else:
        deciding, basis, is_real = None, Basis.NOTHING, None
    titles = {factor.name: factor.title for factor in found.study_planes.factors}
    return LevelCheck(
        generator=generator,
        basis=basis,
        is_real=is_real,
        sentence=in_words(generator, basis, is_real, deciding, judged, rated, titles),
        deciding=deciding.source if deciding else None,
        judged_pairs=judged,
        shares=shares,
        rated=rated,
    )


def _shows(share: LevelShare) -> bool | None:
    """Whether the higher level is preferred; None where too few prompts can tell."""
    if share.low is not None:
        return share.low > 0.5
    if share.p is not None and share.share is not None and share.p <= TOLD:
        return share.share > 0.5
    return None


def _shows_in(rated: Sequence[LevelTau]) -> bool | None:
    """Whether any rated factor goes with the level; None where too few prompts can tell."""
    if any(row.q is not None and row.q <= TOLD for row in rated):
        return True
    return False if any(row.low is not None for row in rated) else None


def _shares(
    found: Estimates, levels: _Levels, judges: Sequence[int], generator: str
) -> tuple[LevelShare, ...]:
    """Shares of all judges together and of each, over all distances and by distance."""
    if not judges:
        return ()
    study_planes = found.study_planes
    mask = study_planes.mask(_within(generator))
    assert mask is not None
    mask = mask if found.kept.mask is None else mask & found.kept.mask
    planes = Planes(
        study_planes.planes.prompt_starts,
        levels.a_higher,
        levels.b_higher,
        levels.a_higher | levels.b_higher,
        study_planes.planes.prefers_a[list(judges)],
        study_planes.planes.prefers_b[list(judges)],
    )
    sums = joint.joint_sums(planes, study_planes.clusters, mask)
    for_a, for_b = preferences(planes, mask)
    counted = (for_a | for_b)[:, None] & planes.defined
    together = np.bitwise_or.reduce(counted, axis=0)
    clusters = study_planes.clusters
    pooled = JointSums(
        sums.s.sum(axis=0, dtype=np.int64)[None],
        sums.n.sum(axis=0, dtype=np.int64)[None],
        np.array(
            [[clusters.prompts_with(row, clusters.runs.sums(row)) for row in together]],
            dtype=np.int64,
        ),
    )
    rows = _rows(pooled, together[None], [None], levels, study_planes, judges, generator)
    entries = [study_planes.sources[place] for place in judges]
    rows += _rows(sums, counted, entries, levels, study_planes, judges, generator)
    return tuple(rows)


def _rows(
    sums: JointSums,
    counted: Words,
    entries: Sequence[PlaneSource | None],
    levels: _Levels,
    study_planes: StudyPlanes,
    judges: Sequence[int],
    generator: str,
) -> list[LevelShare]:
    cells: Intervals = as_share(ratio_intervals(joint.moments_of(sums)))
    choices = sums.n.sum(axis=-1, dtype=np.int64)
    pairs: npt.NDArray[np.int64] = count_bits(counted)
    found = []
    for i, entry in enumerate(entries):
        of = [entry] if entry else [study_planes.sources[place] for place in judges]
        for d, step in enumerate(levels.distances):
            if not choices[i, d]:
                continue
            found.append(
                LevelShare(
                    source=entry.source.name if entry else None,
                    level_distance=step,
                    share=_number(cells.estimate[i, d]),
                    low=_number(cells.low[i, d]),
                    high=_number(cells.high[i, d]),
                    p=_number(cells.p[i, d]),
                    choices=int(choices[i, d]),
                    pairs=int(pairs[i, d]),
                    prompts=int(cells.prompts[i, d]),
                    note=str(cells.note[i, d]),
                    where=_where(of, step, generator),
                )
            )
    return found


def _where(entries: Sequence[PlaneSource], step: int | None, generator: str) -> str:
    """Open the pairs of a share."""
    chosen = conditions.any_of(
        conditions.one_of(entry.source.choice, ("a", "b"))
        for entry in entries
        if entry.source.choice
    )
    apart = (
        "score_level_a <> score_level_b"
        if step is None
        else f"abs(score_level_a - score_level_b) = {step}"
    )
    return conditions.all_of([_within(generator), apart, chosen]) or ""


def _within(generator: str) -> str:
    both = [conditions.equals(f"generator_{side}", generator) for side in ("a", "b")]
    is_evaluation = conditions.equals("setting", Setting.EVALUATION.value)
    return " AND ".join([is_evaluation, *both])


def _of_generation(found: Estimates) -> list[InfluenceRow]:
    return [row for row in found.rows if row.setting is Setting.GENERATION]


def _rated(found: Estimates, generator: str) -> tuple[LevelTau, ...]:
    """Rated factors against the level, the strongest first."""
    ratings = {factor.name for factor in found.study_planes.factors if factor.kind in _RATINGS}
    rows = [
        row
        for row in _of_generation(found)
        if row.source == generator
        and row.factor in ratings
        and row.extractor != _MEASURED
        and row.pairs
    ]
    q = benjamini_hochberg([math.nan if row.p is None else row.p for row in rows])
    taus = [
        LevelTau(
            row.factor,
            row.tau,
            row.low,
            row.high,
            row.p,
            _number(adjusted),
            row.pairs,
            row.prompts,
            row.note,
        )
        for row, adjusted in zip(rows, q, strict=True)
    ]
    return tuple(sorted(taus, key=lambda row: (-abs(row.tau or 0.0), row.factor)))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
