"""Factor influence of a study's sources: the rows that the page, the command and links show."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.analysis import drawn_influence
from profile_core.analysis.drawn_influence import DRAWN_SETS, DrawnCell, DrawnStudy
from profile_core.analysis.planes import PlaneSource, StudyPlanes, load
from profile_core.errors import NotEstimable, UnknownName
from profile_core.stats import planes as bits
from profile_core.stats.intervals import Intervals
from profile_core.stats.multiplicity import benjamini_hochberg
from profile_core.stats.planes import Words
from profile_core.stats.tau import influence as influence_table
from profile_core.stats.tau import soft_tau
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import LabelSet, Setting, Variant

DERIVED = "part of the derived preference"


@dataclass(frozen=True, slots=True)
class InfluenceRow:
    """The influence of one factor on one source; numbers that do not exist are None."""

    setting: Setting
    source: str
    factor: str
    group: str | None
    """The value of the column that rows are split by."""
    extractor: str
    """Whose values of the factor were used."""
    tau: float | None
    """In [-1, 1]; positive where the source prefers more of the factor."""
    se: float | None
    low: float | None
    high: float | None
    concordant: int
    discordant: int
    tied: int
    """Pairs whose responses have the same amount of the factor."""
    missing: int
    """Pairs that the source decided, but where a value is missing or not applicable."""
    pairs: int
    prompts: int
    p: float | None
    q: float | None
    """Benjamini-Hochberg over all factors of the setting, source and group."""
    note: str


@dataclass(frozen=True, slots=True)
class Influence:
    """An influence table and what it was computed from."""

    labels: LabelSet
    where: str | None
    variant: Variant
    rows: tuple[InfluenceRow, ...]
    pairs: int
    """Pairs left by the filter, in the settings asked for."""
    all_pairs: int
    reason: str | None
    """Why there are no rows, if there are none."""


def influence(
    study: Study,
    *,
    labels: LabelSet = LabelSet.AUTOMATIC,
    where: str | None = None,
    sources: Sequence[str] = (),
    factors: Sequence[str] = (),
    settings: Sequence[Setting] = (),
    variant: Variant = Variant.TAU14,
    by: str | None = None,
    blind_only: bool = False,
) -> Influence:
    """Compute the influence of factors on sources, over the pairs that a filter keeps.

    Empty `sources`, `factors` and `settings` mean all. A source's name takes all its kinds. q is
    always over all factors with values, whichever of them are asked for. `blind_only` leaves out
    labels given in sight of the automatic values, for label sets of drawn labels; the others do
    not ask how labels were given. Raises UnknownName, PredicateError, or NotEstimable where a
    label set needs drawn labels and there are none.
    """
    study_planes = load(study, labels)
    chosen_factors(study_planes, factors)
    drawn: DrawnStudy | None = None
    if labels in DRAWN_SETS:
        drawn = drawn_influence.prepare(study, labels, factors=factors, blind_only=blind_only)
        study_planes = drawn.base
    elif blind_only:
        raise NotEstimable(
            f"blind labels alone make no label set `{labels}`: choose one of "
            f"{numbers.listed([f'`{item}`' for item in DRAWN_SETS], 'or')}"
        )
    settings = tuple(settings) or tuple(Setting)
    entries = chosen_sources(study_planes, sources, settings)
    wanted = chosen_factors(study_planes, factors)
    mask = study_planes.mask(where)
    rows = tuple(
        row
        for group, group_mask in _groups(study_planes, mask, by)
        for row in (
            _drawn_rows(drawn, entries, wanted, group, group_mask, variant)
            if drawn
            else _rows(study_planes, entries, wanted, group, group_mask, variant)
        )
    )
    in_settings = np.bitwise_or.reduce([study_planes.setting_masks[item] for item in settings])
    kept = in_settings if mask is None else in_settings & mask
    return Influence(
        labels=labels,
        where=where,
        variant=variant,
        rows=tuple(sorted(rows, key=row_order)),
        pairs=int(bits.count_bits(kept)),
        all_pairs=int(bits.count_bits(in_settings)),
        reason=None if rows else why_empty(study_planes, entries, kept, mask is not None),
    )


def row_order(row: InfluenceRow) -> tuple[object, ...]:
    """Sort rows: evaluation first, then by source, group and factor."""
    return (row.setting != Setting.EVALUATION, row.source, row.group or "", row.factor)


def chosen_sources(
    study_planes: StudyPlanes, names: Sequence[str], settings: Sequence[Setting]
) -> list[int]:
    """Find the places of sources in some settings, by name; all of them without names.

    Raises UnknownName.
    """
    known = {entry.source.name for entry in study_planes.sources}
    for name in names:
        if name not in known:
            raise UnknownName("source", name, known)
    return [
        place
        for place, entry in enumerate(study_planes.sources)
        if entry.setting in settings and (not names or entry.source.name in names)
    ]


def chosen_factors(study_planes: StudyPlanes, names: Sequence[str]) -> set[str]:
    """Check names of factors that have values; all of these without names. Raises UnknownName."""
    known = {factor.name for factor in study_planes.factors}
    for name in names:
        if name not in known:
            raise UnknownName("factor with values", name, known)
    return set(names) or known


def _groups(
    study_planes: StudyPlanes, mask: Words | None, by: str | None
) -> Iterator[tuple[str | None, Words | None]]:
    if by is None:
        yield None, mask
        return
    for value, group_mask in study_planes.groups(by):
        yield value, group_mask if mask is None else group_mask & mask


def _drawn_rows(
    drawn: DrawnStudy,
    entries: Sequence[int],
    wanted: set[str],
    group: str | None,
    mask: Words | None,
    variant: Variant,
) -> Iterator[InfluenceRow]:
    for cells in drawn_influence.cells(drawn, entries, mask, variant=variant):
        yield from (row for row in drawn_rows(drawn, cells, group) if row.factor in wanted)


def drawn_rows(
    drawn: DrawnStudy, cells: Sequence[DrawnCell], group: str | None = None
) -> Iterator[InfluenceRow]:
    """Make rows of one source's estimates from drawn labels; q is over these."""
    extractors = {
        factor.name: extractor
        for factor, extractor in zip(
            drawn.automatic.factors, drawn.automatic.extractors, strict=True
        )
    }
    p = [cell.estimate.p if cell.estimate else math.nan for cell in cells]
    for cell, q in zip(cells, benjamini_hochberg(p), strict=True):
        entry = drawn.base.sources[cell.source]
        yield _drawn_row(entry, cell, float(q), extractors[cell.factor], group)


def _drawn_row(
    entry: PlaneSource, cell: DrawnCell, q: float, extractor: str, group: str | None
) -> InfluenceRow:
    found = cell.estimate
    remark = str(found.remark) if found else ""
    return InfluenceRow(
        setting=entry.setting,
        source=entry.source.name,
        factor=cell.factor,
        group=group,
        extractor=extractor,
        tau=_number(found.tau) if found else None,
        se=_number(found.se) if found else None,
        low=_number(found.low) if found else None,
        high=_number(found.high) if found else None,
        concordant=cell.concordant,
        discordant=cell.discordant,
        tied=cell.tied,
        missing=cell.missing,
        pairs=cell.concordant + cell.discordant + cell.tied,
        prompts=found.prompts if found else 0,
        p=_number(found.p) if found else None,
        q=_number(q),
        note=_note(entry, cell.factor, "; ".join(part for part in (cell.note, remark) if part)),
    )


def _rows(
    study_planes: StudyPlanes,
    entries: Sequence[int],
    wanted: set[str],
    group: str | None,
    mask: Words | None,
    variant: Variant,
) -> Iterator[InfluenceRow]:
    if not entries or not study_planes.factors:
        return
    table = _table(study_planes, entries, mask, variant)
    factors = tuple(factor.name for factor in study_planes.factors)
    sources = [study_planes.sources[place] for place in entries]
    rows = rows_of(sources, factors, study_planes.extractors, table, group)
    yield from (row for row in rows if row.factor in wanted)


@dataclass(frozen=True, slots=True)
class Table:
    """Estimates and counts of sources and factors, ``[S, F]`` each."""

    cells: Intervals
    q: npt.NDArray[np.float64]
    concordant: npt.NDArray[np.int64]
    discordant: npt.NDArray[np.int64]
    tied: npt.NDArray[np.int64]
    missing: npt.NDArray[np.int64]

    @property
    def pairs(self) -> npt.NDArray[np.int64]:
        """Counted pairs."""
        return self.concordant + self.discordant + self.tied


def rows_of(
    sources: Sequence[PlaneSource],
    factors: Sequence[str],
    extractors: Sequence[str],
    table: Table,
    group: str | None = None,
) -> Iterator[InfluenceRow]:
    """Make rows of a table; a factor that no pair of a source could have has none."""
    for s, entry in enumerate(sources):
        for f, factor in enumerate(factors):
            counted = int(table.pairs[s, f])
            if counted + int(table.missing[s, f]) == 0:
                continue
            yield InfluenceRow(
                setting=entry.setting,
                source=entry.source.name,
                factor=factor,
                group=group,
                extractor=extractors[f],
                tau=_number(table.cells.estimate[s, f]),
                se=_number(table.cells.se[s, f]),
                low=_number(table.cells.low[s, f]),
                high=_number(table.cells.high[s, f]),
                concordant=int(table.concordant[s, f]),
                discordant=int(table.discordant[s, f]),
                tied=int(table.tied[s, f]),
                missing=int(table.missing[s, f]),
                pairs=counted,
                prompts=int(table.cells.prompts[s, f]),
                p=_number(table.cells.p[s, f]),
                q=_number(table.q[s, f]),
                note=_note(entry, factor, table.cells.note[s, f]),
            )


def _table(
    study_planes: StudyPlanes, entries: Sequence[int], mask: Words | None, variant: Variant
) -> Table:
    planes = study_planes.planes.restricted(sources=list(entries))
    if variant is not Variant.SOFT:
        found = influence_table(planes, mask, variant=variant)
        cells = Intervals(
            found.tau, found.se, found.low, found.high, found.p, found.prompts, found.note
        )
        return Table(cells, found.q, found.concordant, found.discordant, found.tied, found.missing)
    found_counts = bits.counts(planes, mask)
    cells = _soft_cells(study_planes, entries, mask)
    return Table(
        cells,
        benjamini_hochberg(cells.p),
        found_counts.concordant,
        found_counts.discordant,
        found_counts.tied,
        found_counts.missing,
    )


def _soft_cells(study_planes: StudyPlanes, entries: Sequence[int], mask: Words | None) -> Intervals:
    """Soft tau `[S, F]`; a source without probabilities has no estimate."""
    planes = study_planes.planes
    kept = np.ones(planes.pairs, dtype=bool) if mask is None else bits.unpack(mask, planes.pairs)
    more, less = bits.unpack(planes.greater, planes.pairs), bits.unpack(planes.less, planes.pairs)
    defined = bits.unpack(planes.defined, planes.pairs)
    sign = np.where(defined, more.astype(np.float64) - less, np.nan)
    rows = []
    for place in entries:
        probability = study_planes.probabilities(study_planes.sources[place].source)
        rows.append(soft_tau(np.where(kept, probability, np.nan), sign, planes.prompt_starts))
    stacked = (
        np.stack([getattr(row, name) for row in rows])
        for name in ("estimate", "se", "low", "high", "p", "prompts", "note")
    )
    return Intervals(*stacked)


def _note(entry: PlaneSource, factor: str, note: str) -> str:
    derived = DERIVED if factor in entry.source.derived_from else ""
    return "; ".join(part for part in (derived, str(note)) if part)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def why_empty(
    study_planes: StudyPlanes, entries: Sequence[int], kept: Words, is_filtered: bool
) -> str:
    """Say why there is no row, and what would give one."""
    if not study_planes.planes.pairs:
        return (
            "the study has no pairs: import preferences, or responses with score levels, and "
            "influence will have rows"
        )
    if not study_planes.factors:
        return "no factor has values yet: run `extract`"
    if not entries:
        return (
            "nobody has preferred anything in this setting: import or give preferences, or run "
            "a judge"
        )
    if not int(bits.count_bits(kept)):
        return "the filter keeps no pair" if is_filtered else "no pair is of this setting"
    among = "the pairs that the filter keeps" if is_filtered else "the pairs"
    return f"no source has a strict preference among {among}"
