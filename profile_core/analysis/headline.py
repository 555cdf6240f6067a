"""What a study says so far, in sentences that stay true whatever the data.

A sentence names only influences that can be told from none (q at most 0.05 over all factors of
its source), the strongest first, and says how many there are beside them. It speaks of what a
preference goes with, not of what causes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from profile_core.analysis import conditions
from profile_core.analysis.influence import DERIVED, InfluenceRow, influence
from profile_core.analysis.planes import StudyPlanes, load
from profile_core.analysis.reference import Reference, reference
from profile_core.analysis.titles import is_told
from profile_core.stats.intervals import MIN_PROMPTS
from profile_core.stats.planes import count_bits
from profile_core.store.study import Study
from profile_core.store.wide_table import WideFactor, WideSource
from profile_core.text import numbers
from profile_core.types import Factor, LabelSet, Setting, SourceKind

_NAMED = 3
_LATER = ("dissection", "rules")
"""Taxonomies that the sentences turn to where the others have no estimate."""
_SUBJECTS = {
    SourceKind.HUMAN: "What people prefer here",
    SourceKind.GOLD: "What is labelled better",
    SourceKind.JUDGE: "When it judges, its preference",
    SourceKind.GENERATOR: "When it writes, its higher score",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One number that a sentence rests on."""

    text: str
    """The factor, its influence and the 95 % interval."""
    pairs: int
    prompts: int
    where: str
    """Opens exactly its pairs: decided by the source, with a value in both responses."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one source's preferences go with, in one setting."""

    setting: Setting
    source: WideSource
    sentence: str
    evidence: tuple[Evidence, ...]
    strict_pairs: int
    """Pairs that the source decided."""


@dataclass(frozen=True, slots=True)
class Headline:
    """The findings of a study by source: the reference first, then who decided most pairs."""

    reference: Reference | None
    findings: tuple[Finding, ...]
    left_out: int = 0
    """People whose majority is among the sources, and speaks for them."""
    of_one_factor: int = 0
    """Judges that were asked about one factor alone, of whose taste nothing can be said."""

    @property
    def reference_sentence(self) -> str:
        """Say whom the others are compared with, and plainly when that is a stand-in."""
        if self.reference is None:
            return "Nobody has chosen between two responses yet, so there is no reference."
        name, decided = self.reference.source.name, self.reference.strict_pairs
        pairs = numbers.counted(decided, "decided pair")
        if self.reference.is_stand_in:
            only = (
                ", and asked about one factor alone"
                if self.reference.source.is_of_one_factor
                else ""
            )
            return (
                f"No people have chosen in this study. Where a reference is needed, the judge "
                f"{name} ({pairs}) is used as a stand-in: a model, not people{only}."
            )
        if self.reference.source.kind is SourceKind.GOLD:
            return f"The reference is {name} ({pairs}): labels that came with the data set."
        what = "the majority of the people" if self.reference.source.is_majority else "people"
        return f"The reference is {name} ({pairs}): {what} who chose in this study."


def headline(study: Study, labels: LabelSet = LabelSet.AUTOMATIC) -> Headline:
    """Say what the study's influences show; empty where it has none."""
    study_planes = load(study, labels)
    found = reference(study_planes)
    factors = {factor.name: factor for factor in study_planes.factors}
    columns = {factor.name: factor for factor in study_planes.wide.factors}
    rows: dict[tuple[Setting, str], list[InfluenceRow]] = defaultdict(list)
    for row in influence(study, labels=labels).rows:
        rows[row.setting, row.source].append(row)
    spoken_for = _spoken_for(study_planes)
    of_one_factor = {
        entry.source.source_id for entry in study_planes.sources if entry.source.is_of_one_factor
    }
    findings = [
        _finding(entry.setting, entry.source, own, factors, columns, strict)
        for entry, strict in zip(study_planes.sources, _strict(study_planes), strict=True)
        if entry.source.source_id not in spoken_for | of_one_factor
        and (own := rows[entry.setting, entry.source.name])
    ]
    judged = {item.source.name: item.strict_pairs for item in findings if item.source.choice}
    findings.sort(
        key=lambda item: (
            found is None or item.source.name != found.source.name,
            -judged.get(item.source.name, 0),
            item.source.name,
            item.setting != Setting.EVALUATION,
        )
    )
    return Headline(found, tuple(findings), len(spoken_for), len(of_one_factor))


def _spoken_for(study_planes: StudyPlanes) -> set[str]:
    """Name the people beside a majority."""
    people = [
        entry.source for entry in study_planes.sources if entry.source.kind is SourceKind.HUMAN
    ]
    if not any(source.is_majority for source in people):
        return set()
    return {source.source_id for source in people if not source.is_majority}


def _strict(study_planes: StudyPlanes) -> list[int]:
    planes = study_planes.planes
    return [
        int(count_bits(planes.prefers_a[place] | planes.prefers_b[place]))
        for place in range(len(study_planes.sources))
    ]


def _finding(
    setting: Setting,
    source: WideSource,
    rows: Sequence[InfluenceRow],
    factors: Mapping[str, Factor],
    columns: Mapping[str, WideFactor],
    strict: int,
) -> Finding:
    rows = _of_interest(rows, factors)
    told = sorted(
        filter(is_told, rows),
        key=lambda row: -abs(row.tau or 0.0),
    )
    named = told[:_NAMED]
    return Finding(
        setting=setting,
        source=source,
        sentence=_sentence(source.kind, named, len(told), strict, rows, factors),
        evidence=tuple(_evidence(row, source, factors[row.factor], columns) for row in named),
        strict_pairs=strict,
    )


def _of_interest(
    rows: Sequence[InfluenceRow], factors: Mapping[str, Factor]
) -> Sequence[InfluenceRow]:
    """Choose whose words to speak in: two taxonomies say the same thing twice.

    Surface measures and proxies come last, and what a preference was derived from never.
    """
    rows = [row for row in rows if DERIVED not in row.note]
    first = [row for row in rows if factors[row.factor].taxonomy not in _LATER]
    second = [row for row in rows if factors[row.factor].taxonomy in _LATER[:1]]
    chosen = (
        group for group in (first, second) if any(row.prompts >= MIN_PROMPTS for row in group)
    )
    return next(chosen, rows)


def _sentence(
    kind: SourceKind,
    named: Sequence[InfluenceRow],
    told: int,
    strict: int,
    rows: Sequence[InfluenceRow],
    factors: Mapping[str, Factor],
) -> str:
    subject = _SUBJECTS[kind]
    if not named:
        tellable = sum(row.prompts >= MIN_PROMPTS for row in rows)
        if not tellable:
            pairs = numbers.counted(strict, "pair")
            return f"{subject} cannot be told apart by factors: too little is decided ({pairs})."
        return (
            f"{subject} goes with none of {numbers.counted(tellable, 'factor')} in a way that "
            "can be told from chance."
        )
    more = [numbers.inline(factors[row.factor].title) for row in named if (row.tau or 0.0) > 0]
    less = [numbers.inline(factors[row.factor].title) for row in named if (row.tau or 0.0) < 0]
    goes_with = [f"with more {numbers.listed(more)}"] if more else []
    goes_with += [f"with less {numbers.listed(less)}"] if less else []
    others = told - len(named)
    rest = f", and with {numbers.counted(others, 'other factor')}" if others else ""
    return f"{subject} goes {' and '.join(goes_with)}{rest}."


def _evidence(
    row: InfluenceRow, source: WideSource, factor: Factor, columns: Mapping[str, WideFactor]
) -> Evidence:
    column = columns[row.factor]
    decided = (
        conditions.one_of(source.choice, ("a", "b"))
        if source.choice
        else conditions.all_of(
            [
                conditions.equals("setting", Setting.GENERATION.value),
                conditions.equals("generator_a", source.name),
            ]
        )
    )
    valued = f"{column.column_a} IS NOT NULL AND {column.column_b} IS NOT NULL"
    return Evidence(
        text=f"{factor.title} {numbers.with_interval(row.tau, row.low, row.high)}",
        pairs=row.pairs,
        prompts=row.prompts,
        where=conditions.all_of([decided, valued]) or "",
    )
