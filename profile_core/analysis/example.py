"""One pair with everything that is known about it, put together for a reader.

A source's choice and a factor's difference make the pair's z in that influence (+1 concordant,
-1 discordant, 0 tied), by the same rule and the same values as the influence itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from profile_core.analysis.planes import StudyPlanes, load
from profile_core.errors import UnknownName
from profile_core.factors.atomic import COUNTED
from profile_core.store import examples, pair_lists, prompt_tags
from profile_core.store.examples import CorrectionRow, FactRow, PairRow, ResponseRow, Verdict
from profile_core.store.prompt_tags import Said
from profile_core.store.study import Study
from profile_core.store.wide_table import WideSource
from profile_core.text.tokens import Span
from profile_core.types import Choice, Factor, LabelSet, Setting, SourceKind


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of a factor a response has; None where it has no value or the factor has none."""

    automatic: float | None
    correction: CorrectionRow | None
    in_force: float | None
    """The one that the label set uses."""


@dataclass(frozen=True, slots=True)
class FactorPair:
    """A factor in both responses of a pair."""

    factor: Factor
    extractor: str
    a: Amount
    b: Amount

    @property
    def difference(self) -> float | None:
        """a minus b, under the label set in force."""
        a, b = self.a.in_force, self.b.in_force
        return None if a is None or b is None else a - b

    @property
    def more(self) -> Choice | None:
        """Which response has more of it; `tie` for the same amount, None where a value is missing.

        Values that differ by no more than the factor's resolution are the same amount.
        """
        difference = self.difference
        if difference is None:
            return None
        if abs(difference) <= self.factor.resolution:
            return Choice.TIE
        return Choice.A if difference > 0 else Choice.B


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a source chose on a pair, and the answers it rests on."""

    source: WideSource
    choice: Choice | None
    probability: float | None
    """That a is preferred."""
    flipped: bool | None
    """Whether the shown order changed the answer; None where not both orders have one."""
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A pair with its texts, choices and factor values."""

    pair: PairRow
    labels: LabelSet
    factors: tuple[FactorPair, ...]
    chosen: tuple[Chosen, ...]
    """The sources that chose, or were asked, on this pair."""
    tags: tuple[Said, ...]
    """What is said of the prompt: its scenario and properties, and by whom."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a factor's values in a response rest on: stretches of its text, or facts."""

    spans: tuple[Span, ...] = ()
    facts: tuple[FactRow, ...] = ()

    counts: tuple[FactRow, ...] = ()
    """The facts that make the factor's value: of hallucination, those without support."""

    @property
    def located(self) -> tuple[tuple[str, Span], ...]:
        """Every stretch with a key, as `text.spans.split_by_spans` takes them."""
        keyed = [(str(place), span) for place, span in enumerate(self.spans)]
        keyed += [(fact.fact_id, fact.span) for fact in self.counts if fact.span is not None]
        return tuple(keyed)


def z(choice: Choice | None, factor: FactorPair) -> int | None:
    """The pair's z in the influence of a factor on whoever chose so; None where it has no part."""
    if choice not in (Choice.A, Choice.B) or factor.more is None:
        return None
    if factor.more is Choice.TIE:
        return 0
    return 1 if factor.more is choice else -1


def example(study: Study, pair_id: str, labels: LabelSet = LabelSet.AUTOMATIC) -> Example:
    """Read a pair; raises UnknownName for an id that the study does not have."""
    planes = load(study, labels)
    pair_no = pair_lists.pair_number(study, planes.wide, pair_id)
    if pair_no is None:
        raise UnknownName("pair", pair_id, ())
    with study.cursor() as cursor:
        pair = examples.read_pair(cursor, pair_id, pair_no)
        values = examples.wide_row(cursor, load(study).wide, pair_no)
        corrections = {
            (row.response_id, row.factor): row
            for row in examples.corrections(cursor, pair.a.response_id, pair.b.response_id)
        }
        tags = prompt_tags.of_prompt(cursor, pair.prompt_id)
    return Example(
        pair=pair,
        labels=labels,
        factors=tuple(
            FactorPair(
                factor,
                wide.extractor,
                _amount(values.get(wide.column_a), pair.a, factor, corrections, labels),
                _amount(values.get(wide.column_b), pair.b, factor, corrections, labels),
            )
            for factor, wide in zip(planes.factors, planes.wide.factors, strict=True)
        ),
        chosen=_chosen(study, planes, pair),
        tags=tags,
    )


def evidence(study: Study, pair: PairRow, factor: FactorPair) -> tuple[Evidence, Evidence]:
    """Read what a factor's automatic values rest on, in a and in b."""
    first, second = pair.a.response_id, pair.b.response_id
    with study.cursor() as cursor:
        spans = examples.evidence_spans(cursor, first, second, factor.factor.name, factor.extractor)
        facts = [] if spans else examples.facts(cursor, first, second, factor.extractor)
    first_evidence, second_evidence = (
        _evidence(factor.factor.name, spans.get(response, ()), facts, response)
        for response in (first, second)
    )
    return first_evidence, second_evidence


def _evidence(
    factor: str, spans: tuple[Span, ...], facts: Sequence[FactRow], response: str
) -> Evidence:
    own = tuple(fact for fact in facts if fact.response_id == response)
    label, holds = COUNTED.get(factor, ("", True))
    counts = [fact for fact in own if not label or label in (fact.holds if holds else fact.fails)]
    return Evidence(spans, own, tuple(counts))


def _amount(
    automatic: float | None,
    response: ResponseRow,
    factor: Factor,
    corrections: dict[tuple[str, str], CorrectionRow],
    labels: LabelSet,
) -> Amount:
    if automatic is not None and math.isnan(automatic):
        automatic = None
    correction = corrections.get((response.response_id, factor.name))
    if correction is not None and labels is LabelSet.CORRECTED:
        return Amount(automatic, correction, correction.value)
    return Amount(automatic, correction, automatic)


def _chosen(study: Study, planes: StudyPlanes, pair: PairRow) -> tuple[Chosen, ...]:
    with study.cursor() as cursor:
        verdicts = examples.verdicts(cursor, pair.pair_id)
        decided = {row.source_id: row for row in examples.decided(cursor, pair.pair_id)}
    found = []
    for entry in planes.sources:
        source = entry.source
        if source.source_id in decided:
            row = decided[source.source_id]
            own = tuple(verdict for verdict in verdicts if verdict.source_id == source.source_id)
            found.append(Chosen(source, row.choice, row.probability, row.flipped, own))
        elif _wrote(source, pair):
            level_a, level_b = pair.a.score_level or 0, pair.b.score_level or 0
            choice = Choice.A if level_a > level_b else Choice.B
            found.append(Chosen(source, choice, None, None, ()))
    return tuple(sorted(found, key=lambda item: (_rank(item.source), item.source.name)))


def _wrote(source: WideSource, pair: PairRow) -> bool:
    return (
        source.kind is SourceKind.GENERATOR
        and pair.setting is Setting.GENERATION
        and source.name == pair.a.generator
    )


def _rank(source: WideSource) -> int:
    """People first, their majority before each of them."""
    if source.kind is SourceKind.HUMAN:
        return 0 if source.is_majority else 1
    return 2 if source.kind is SourceKind.GOLD else 3
