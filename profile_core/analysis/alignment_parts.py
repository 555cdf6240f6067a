"""The rows of one group of an alignment: every source beside the reference, and beside itself.

`alignment` asks for them, once for all pairs or once a group. Whatever is compared is joint over
prompts; `alignment_sides` prepared it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from profile_core.analysis import alignment_pairs
from profile_core.analysis.agreeing import Agreed, agreed
from profile_core.analysis.alignment_rows import AlignmentRow, FactorRow, GapRow, NearerRow
from profile_core.analysis.alignment_sides import (
    Side,
    choose,
    compare,
    halves,
    is_part_of,
    sides,
)
from profile_core.analysis.influence import DERIVED
from profile_core.analysis.reference import Reference
from profile_core.analysis.scenario_estimates import Estimates
from profile_core.stats.alignment import MIN_FACTORS, distance_between, nearer_between
from profile_core.stats.correlation import correlations
from profile_core.stats.intervals import SMALL_PROMPTS
from profile_core.stats.multiplicity import benjamini_hochberg
from profile_core.text import numbers
from profile_core.types import Setting


@dataclass(frozen=True, slots=True)
class Question:
    """What the rows of a group have in common."""

    reference: Reference
    evaluations: dict[str, str]
    """By model, the source by whose choices it is seen when it judges."""
    group: str | None
    in_group: str | None
    """The group as a condition."""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a group."""

    rows: tuple[AlignmentRow, ...] = ()
    gaps: tuple[GapRow, ...] = ()
    nearer: tuple[NearerRow, ...] = ()
    factors: tuple[FactorRow, ...] = ()


def part(asked: Question, found: Estimates) -> Part:
    """Compare the sources of one group; nothing where the reference decided no pair of it."""
    prepared = sorted(sides(found), key=lambda side: (side.entry.setting, side.name))
    standard = next(
        (
            side
            for side in prepared
            if side.entry.setting is Setting.EVALUATION
            and side.entry.source == asked.reference.source
        ),
        None,
    )
    if standard is None:
        return Part()
    others = [
        side for side in prepared if side is not standard and not side.entry.source.is_of_one_factor
    ]
    both = [
        (generation, evaluation)
        for generation in prepared
        for evaluation in prepared
        if generation.entry.setting is Setting.GENERATION
        and evaluation.entry.setting is Setting.EVALUATION
        and asked.evaluations.get(generation.model) == evaluation.name
    ]
    return Part(
        tuple(_row(asked, found, side, standard) for side in others),
        tuple(row for pair in both for row in _gaps(asked, found, *pair)),
        tuple(
            _nearer(asked, generation, evaluation, standard)
            for generation, evaluation in both
            if evaluation is not standard
        ),
        tuple(row for side in others for row in _factors(asked, found, side, standard)),
    )


def _row(asked: Question, found: Estimates, side: Side, standard: Side) -> AlignmentRow:
    places = choose(side, standard)
    own, other = side.over(places), standard.over(places)
    far, raw = distance_between(own, other), correlations(own.tau, other.tau)
    fitted = halves(side, standard, places) if len(places) >= MIN_FACTORS else None
    is_judging = side.entry.setting is Setting.EVALUATION
    alike = (
        agreed(found.study_planes, side.place, standard.place, found.kept.mask)
        if is_judging
        else None
    )
    return AlignmentRow(
        source=side.name,
        model=side.entry.source.model,
        setting=side.entry.setting,
        distance=_number(far.root),
        distance_low=_number(far.root_low),
        distance_high=_number(far.root_high),
        spearman=_number(raw.spearman),
        spearman_cross_fitted=_number(fitted.spearman) if fitted else None,
        kendall=_number(raw.kendall),
        pearson=_number(raw.pearson),
        agreement=_number(alike.rate) if alike else None,
        kappa=_number(alike.kappa) if alike else None,
        factors=len(places),
        pairs=side.pairs,
        prompts=side.prompts,
        group=asked.group,
        kind=side.entry.source.kind,
        agreement_low=_number(alike.low) if alike else None,
        agreement_high=_number(alike.high) if alike else None,
        agreement_pairs=alike.pairs if alike else 0,
        d2=_number(far.d2),
        d2_se=_number(far.se),
        warning=_warning(side, standard, len(places), alike),
        where=alignment_pairs.decided(found.study_planes, side.entry, asked.in_group),
    )


def _warning(side: Side, standard: Side, factors: int, alike: Agreed | None) -> str:
    said = []
    if factors < MIN_FACTORS:
        said.append(
            f"no distance: {numbers.counted(factors, 'factor')} with an interval on both sides"
        )
    if is_part_of(side.entry.source, standard.entry.source):
        said.append("one of those whose majority is the reference")
    if alike and not alike.pairs:
        said.append("shares no pair with the reference: the pairs differ, perhaps not the taste")
    for whose, each in (("", side), ("reference: ", standard)):
        if each.prompts < SMALL_PROMPTS:
            said.append(f"{whose}{numbers.counted(each.prompts, 'prompt')}: read with care")
        if derived := each.entry.source.derived_from:
            said.append(f"{whose}derived from {numbers.listed(list(derived))}")
    return "; ".join(said)


def _factors(asked: Question, found: Estimates, side: Side, standard: Side) -> Iterator[FactorRow]:
    between = compare(side, standard)
    q = benjamini_hochberg(between.p)
    for k, factor in enumerate(found.factors):
        own, other = side.rows.get(factor), standard.rows.get(factor)
        pairs, reference_pairs = (row.pairs if row else 0 for row in (own, other))
        if not pairs and not reference_pairs:
            continue
        yield FactorRow(
            source=side.name,
            setting=side.entry.setting,
            factor=factor,
            tau=_number(side.estimates.tau[k]),
            reference_tau=_number(standard.estimates.tau[k]),
            difference=_number(between.difference[k]),
            low=_number(between.low[k]),
            high=_number(between.high[k]),
            p=_number(between.p[k]),
            q=_number(q[k]),
            group=asked.group,
            se=_number(between.se[k]),
            pairs=pairs,
            prompts=own.prompts if own else 0,
            reference_pairs=reference_pairs,
            reference_prompts=other.prompts if other else 0,
            note=_note(("", side), ("reference: ", standard), factor=factor),
            where=alignment_pairs.decided(found.study_planes, side.entry, asked.in_group, factor),
        )


def _gaps(
    asked: Question, found: Estimates, generation: Side, evaluation: Side
) -> Iterator[GapRow]:
    between = compare(generation, evaluation)
    for k in np.flatnonzero(~np.isnan(between.difference)):
        factor = found.factors[k]
        yield GapRow(
            model=generation.model,
            factor=factor,
            difference=_number(between.difference[k]),
            low=_number(between.low[k]),
            high=_number(between.high[k]),
            p=_number(between.p[k]),
            p_holm=_number(between.p_holm[k]),
            group=asked.group,
            generation=generation.name,
            evaluation=evaluation.name,
            generation_tau=_number(generation.estimates.tau[k]),
            evaluation_tau=_number(evaluation.estimates.tau[k]),
            se=_number(between.se[k]),
            degrees=_number(between.degrees[k]),
            note=_note(("generation: ", generation), ("evaluation: ", evaluation), factor=factor),
        )


def _nearer(asked: Question, generation: Side, evaluation: Side, standard: Side) -> NearerRow:
    places = choose(generation, evaluation, standard)
    found = nearer_between(*(side.over(places) for side in (generation, evaluation, standard)))
    return NearerRow(
        model=generation.model,
        d2_difference=_number(found.d2_difference),
        low=_number(found.low),
        high=_number(found.high),
        group=asked.group,
        generation=generation.name,
        evaluation=evaluation.name,
        factors=len(places),
    )


def _note(*compared: tuple[str, Side], factor: str) -> str:
    """Say of each side why it has no interval, or why it is to be read with care."""
    said = []
    for whose, side in compared:
        row = side.rows.get(factor)
        note = row.note if row else "no pair to count"
        if factor in side.entry.source.derived_from and DERIVED not in note:
            note = "; ".join(part for part in (DERIVED, note) if part)
        if note:
            said.append(f"{whose}{note}")
    return "; ".join(said)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
