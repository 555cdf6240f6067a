"""What may be wrong with a study's data: what was looked for, how often it was found, and where.

Nothing is mended here and nothing is dropped: a reader decides what a finding means. Each one
carries the condition that opens its pairs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from profile_core.analysis import conditions
from profile_core.analysis.overview import Coverage
from profile_core.store import health as rows
from profile_core.store import pair_wide
from profile_core.store.health import Finding
from profile_core.store.study import Study
from profile_core.store.wide_table import WideTable
from profile_core.types import VerdictStatus


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked for."""

    title: str
    found: int
    of: int
    unit: str
    """What is counted, in the singular."""
    means: str
    """Why it matters and what to do, in one sentence."""
    where: str | None = None
    """Opens its pairs, or the first ones; None where nothing was found or no pair is concerned."""
    pairs: int = 0
    """How many pairs it concerns in all."""
    opens_all: bool = True
    """False where the condition opens the first pairs only."""


def health(study: Study, coverage: Iterable[Coverage]) -> tuple[Check, ...]:
    """Examine a study, given how its factors are covered; about a second at a million pairs."""
    wide = pair_wide.ensure(study)
    with study.cursor() as cursor:
        return (
            _named(
                "Rows that repeat an earlier pair",
                "pair",
                "They count as pairs of their own; leave them out by a filter if that is not "
                "meant.",
                rows.repeated_pairs(cursor),
            ),
            _condition(
                "Pairs on which nobody has a choice",
                "pair",
                "They take no part in influence until somebody prefers one of the two.",
                rows.pairs_without_preference(cursor),
                _nobody_chose(wide),
            ),
            _named(
                "Pairs of two identical texts",
                "pair",
                "No factor can differ in them; a strict preference there is noise.",
                rows.identical_pairs(cursor),
            ),
            _named(
                "Responses without text",
                "response",
                "They are kept and measured as empty texts.",
                rows.empty_responses(cursor),
            ),
            _condition(
                "Responses of an unknown generator",
                "response",
                "They can be judged, but tell nothing about how a model writes: map a column to "
                "the generator when importing.",
                rows.responses_of_nobody(cursor),
                "generator_a IS NULL OR generator_b IS NULL "
                "OR generator_a = '' OR generator_b = ''",
            ),
            *_answers(rows.unusable_answers(cursor)),
            _named(
                "Facts whose quote is not in the response",
                "fact",
                "They count like the others, but cannot be shown in the text.",
                rows.unlocated_quotes(cursor),
            ),
            _stale(coverage),
        )


def lacking(study: Study) -> dict[str, str]:
    """Name, for each factor in use, the pairs in which a response has no value that applies."""
    return {
        factor.name: f"{factor.column_a} IS NULL OR {factor.column_b} IS NULL"
        for factor in pair_wide.ensure(study).factors
    }


def _named(title: str, unit: str, means: str, finding: Finding) -> Check:
    return Check(
        title=title,
        found=finding.found,
        of=finding.of,
        unit=unit,
        means=means,
        where=conditions.one_of("pair_id", finding.pair_ids) if finding.pair_ids else None,
        pairs=finding.pairs,
        opens_all=len(finding.pair_ids) == finding.pairs,
    )


def _condition(title: str, unit: str, means: str, finding: Finding, where: str | None) -> Check:
    opens = where if finding.pairs else None
    return Check(title, finding.found, finding.of, unit, means, opens, finding.pairs)


def _nobody_chose(wide: WideTable) -> str | None:
    choices = [source.choice for source in wide.sources if source.choice]
    return conditions.all_of(
        ["setting = 'evaluation'", *(f"{choice} IS NULL" for choice in choices)]
    )


_ANSWERS = {
    VerdictStatus.INVALID: ("Unusable answers of", "They were kept and count as no choice."),
    VerdictStatus.FAILED: ("Failed answers of", "Nothing came back; run the judge again on them."),
    VerdictStatus.ABSTAINED: ("Abstentions of", "No choice was made; they count as none."),
}


def _answers(counts: Iterable[rows.AnswerCount]) -> Iterable[Check]:
    for count in counts:
        title, means = _ANSWERS[VerdictStatus(count.status)]
        yield Check(
            title=f"{title} {count.source}",
            found=count.answers,
            of=count.of,
            unit="answer",
            means=means,
            where=conditions.one_of("pair_id", count.pair_ids),
            pairs=count.pairs,
            opens_all=len(count.pair_ids) == count.pairs,
        )


def _stale(coverage: Iterable[Coverage]) -> Check:
    coverage = tuple(coverage)
    return Check(
        title="Values of an earlier version",
        found=sum(entry.stale for entry in coverage),
        of=sum(entry.values + entry.not_applicable + entry.stale for entry in coverage),
        unit="value",
        means="The rule or the definition has changed since: measure again.",
    )
