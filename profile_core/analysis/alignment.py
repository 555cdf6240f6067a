"""How near each source's taste is to the reference's, and to its own in the other setting.

Sources are compared by the influences of factors on their choices: the debiased distance first, raw
and cross-fitted correlations beside it, then factor by factor; a model's two settings by their gap.
Everything is joint over prompts, so that pairs which two sources share are not counted as evidence
of likeness. This module makes the rows; `alignment_sides` prepares the estimates, `manipulation`
checks score levels, `alignment_sentences` puts it in words.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from profile_core.analysis import alignment_parts, conditions, scenario_estimates
from profile_core.analysis.alignment_parts import Question
from profile_core.analysis.alignment_rows import (
    Alignment,
    AlignmentRow,
    Basis,
    FactorRow,
    GapRow,
    LevelCheck,
    LevelShare,
    LevelTau,
    NearerRow,
)
from profile_core.analysis.alignment_sentences import sentences
from profile_core.analysis.alignment_sides import sides
from profile_core.analysis.influence import why_empty
from profile_core.analysis.manipulation import manipulation
from profile_core.analysis.planes import load
from profile_core.analysis.reference import Reference
from profile_core.analysis.reference import reference as find_reference
from profile_core.analysis.scenario import Scenario
from profile_core.analysis.scenario_estimates import Estimates
from profile_core.stats.planes import Words
from profile_core.store.study import Study
from profile_core.types import LabelSet, SourceKind

__all__ = [
    "Alignment",
    "AlignmentRow",
    "Basis",
    "FactorRow",
    "GapRow",
    "LevelCheck",
    "LevelShare",
    "LevelTau",
    "NearerRow",
    "alignment",
    "sentences",
]


def alignment(
    study: Study,
    *,
    reference: str | None = None,
    where: str | None = None,
    labels: LabelSet = LabelSet.AUTOMATIC,
    by: str | None = None,
) -> Alignment:
    """Compare all sources with the reference, over the pairs that a filter keeps.

    With `by`, once for each value of a column of the pair view, both sides measured within it.
    Estimates from drawn labels enter by their own influence values; they have no cross-fitted
    correlation, which would need them estimated on half the prompts. Judges that were asked about
    one factor alone have no row. Raises UnknownName, PredicateError, or NotEstimable where a label
    set needs drawn labels and there are none.
    """
    study_planes = load(study, labels)
    standard = find_reference(study_planes, reference)
    every = scenario_estimates.estimates(study, Scenario(where=where, labels=labels))
    parts = [
        alignment_parts.part(Question(standard, _evaluations(every), group, in_group), found)
        for group, in_group, found in _groups(study, every, where, labels, by)
        if standard
    ]
    rows = tuple(row for part in parts for row in part.rows)
    return Alignment(
        reference=standard,
        rows=rows,
        gaps=tuple(row for part in parts for row in part.gaps),
        nearer=tuple(row for part in parts for row in part.nearer),
        factors=tuple(row for part in parts for row in part.factors),
        manipulation=manipulation(every, standard),
        labels=labels,
        where=where,
        by=by,
        pairs=every.kept.pairs,
        all_pairs=study_planes.planes.pairs,
        reason=None if rows else _why_empty(every, standard, by),
    )


def _groups(
    study: Study, every: Estimates, where: str | None, labels: LabelSet, by: str | None
) -> Iterator[tuple[str | None, str | None, Estimates]]:
    if by is None:
        yield None, None, every
        return
    for value, _ in every.study_planes.groups(by):
        in_group = conditions.equals(by, value)
        scenario = Scenario(where=conditions.all_of([where, in_group]), labels=labels)
        yield value, in_group, scenario_estimates.estimates(study, scenario)


def _evaluations(found: Estimates) -> dict[str, str]:
    """Choose by whose choices a model is seen: its source of most strict pairs, then by name."""
    chosen: dict[str, str] = {}
    known = [
        side
        for side in sides(found)
        if side.entry.source.kind is SourceKind.JUDGE and not side.entry.source.is_of_one_factor
    ]
    for side in sorted(known, key=lambda side: (-side.pairs, side.name)):
        chosen.setdefault(side.model, side.name)
    return chosen


def _why_empty(found: Estimates, standard: Reference | None, by: str | None) -> str:
    study_planes = found.study_planes
    if not found.kept.pairs or not study_planes.factors or not found.entries:
        kept = _kept(found)
        return why_empty(study_planes, found.entries, kept, found.kept.mask is not None)
    if standard is None:
        return (
            "nobody has chosen between two responses, so there is no reference: give preferences "
            "on the annotate page, import some, or run a judge"
        )
    among = " among the pairs that the filter keeps" if found.kept.mask is not None else ""
    deciding = [side.entry.source for side in sides(found)]
    if standard.source not in deciding:
        return f"the reference {standard.source.name} has no strict preference{among}"
    if by is not None and len(deciding) > 1:
        return f"no pair that the reference {standard.source.name} decided has a value of {by}"
    return (
        f"nobody but the reference {standard.source.name} has a strict preference{among}: run a "
        "judge, or generate responses at score levels"
    )


def _kept(found: Estimates) -> Words:
    every = np.bitwise_or.reduce(list(found.study_planes.setting_masks.values()))
    kept: Words = every if found.kept.mask is None else every & found.kept.mask
    return kept
