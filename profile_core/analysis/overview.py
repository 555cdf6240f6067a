"""What a study holds: the command `info` and the overview page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import profile_core
from profile_core.factors.rules import EXTRACTOR, rule_factors, rule_version
from profile_core.store import census, pair_wide_rows
from profile_core.store.census import GeneratorCount, SourceCount, TaskCount, ValueCount
from profile_core.store.study import Study


@dataclass(frozen=True, slots=True)
class Coverage:
    """For how many of the study's responses an extractor has a value of a factor.

    The four counts add up to the responses.
    """

    factor: str
    extractor: str
    is_active: bool
    """Whether its values are the ones in use."""
    values: int
    not_applicable: int
    stale: int
    """Measured under an older definition, or by an older version of the extractor."""
    missing: int


@dataclass(frozen=True, slots=True)
class StudyInfo:
    """An overview of a study."""

    study: str
    version: str
    """Of this software."""
    counts: dict[str, int]
    """Rows by table."""
    tasks: tuple[TaskCount, ...]
    sources: tuple[SourceCount, ...]
    generators: tuple[GeneratorCount, ...]
    factors: tuple[Coverage, ...]
    """By factor and extractor, the active one first; factors without values are not among them."""
    data_version: int
    correction_seq: int


def info(study: Study) -> StudyInfo:
    """Count what a study holds."""
    versions = study.versions()
    with study.cursor() as cursor:
        counts = census.table_counts(cursor)
        return StudyInfo(
            study=str(study.path),
            version=profile_core.__version__,
            counts=counts,
            tasks=census.tasks(cursor),
            sources=census.sources(cursor),
            generators=census.generators(cursor),
            factors=_coverage(
                census.values(cursor), pair_wide_rows.choose_extractors(cursor), counts["response"]
            ),
            data_version=versions.data,
            correction_seq=versions.corrections,
        )


def _coverage(
    found: Iterable[ValueCount], active: dict[str, str], responses: int
) -> tuple[Coverage, ...]:
    by_extractor: defaultdict[tuple[str, str], list[ValueCount]] = defaultdict(list)
    for entry in found:
        by_extractor[entry.factor, entry.extractor].append(entry)
    rows = []
    for (factor, extractor), entries in by_extractor.items():
        fresh = [entry for entry in entries if not _is_stale(entry)]
        valued = sum(entry.values for entry in fresh)
        not_applicable = sum(entry.not_applicable for entry in fresh)
        all_values = sum(entry.values + entry.not_applicable for entry in entries)
        rows.append(
            Coverage(
                factor=factor,
                extractor=extractor,
                is_active=active.get(factor) == extractor,
                values=valued,
                not_applicable=not_applicable,
                stale=all_values - valued - not_applicable,
                missing=responses - all_values,
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.factor, not row.is_active, row.extractor)))


def _is_stale(entry: ValueCount) -> bool:
    if not entry.is_current:
        return True
    is_rule = entry.extractor == EXTRACTOR and entry.factor in rule_factors()
    return is_rule and entry.extractor_version != rule_version(entry.factor)
