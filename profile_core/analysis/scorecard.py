"""The scorecard of a study's judges: can one be trusted, what does it lean on, what does it take?

Every number is of one judge and of the pairs that it was asked about; agreement and the lean on
length are also of the reference. Whom judges differ from, pair by pair, is `judge_disagreements`'.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np

from profile_core.analysis import judging
from profile_core.analysis.judging import number, share
from profile_core.analysis.planes import StudyPlanes, load
from profile_core.analysis.reference import Reference
from profile_core.analysis.reference import reference as find_reference
from profile_core.judges.spec import parse
from profile_core.stats.agreement import Codes, agreement_rate, cohens_kappa, confusion
from profile_core.stats.intervals import Note
from profile_core.stats.judge_bias import longer_excess, strict
from profile_core.store import judge_answers
from profile_core.store.judge_answers import Answers, PairAnswers, Taken
from profile_core.store.study import Study
from profile_core.store.wide_table import WideSource

APART = "no pair that it and the reference both decided"


@dataclass(frozen=True, slots=True)
class ScorecardRow:
    """One judge; numbers that do not exist are None. The reference is not compared with itself."""

    judge: str
    rubric: str | None
    """`NAME@VERSION`, where the judge's name says it."""
    pairs: int
    """Pairs that it was asked about, in whatever order and with whatever success."""
    agreement: float | None
    """Share of the pairs that it and the reference decided strictly on which they chose alike."""
    low: float | None
    high: float | None
    kappa: float | None
    """Cohen's, over the same pairs: 0 is chance, 1 is always."""
    flip_rate: float | None
    """Share of pairs answered in both orders whose answer follows the order, a tie included."""
    first_share: float | None
    """Share of its strict answers that chose what was shown first; 0.5 if orders are balanced and
    do not matter."""
    tie_share: float | None
    """Share of its valid answers that call a tie."""
    invalid_share: float | None
    """Share of all answers without a verdict: invalid ones and failures."""
    longer_excess: float | None
    """Share of choices of the longer response minus the reference's, over the same pairs."""
    cost: float | None
    """US dollars an answer."""
    seconds: float | None
    """Seconds an answer."""

    model: str | None
    factor: str | None
    """The one factor that it was asked which response has more of; None if asked overall."""
    is_reference: bool
    compared: int
    """Pairs that agreement is of."""
    prompts: int
    """Prompts of these, which the interval is clustered by."""
    note: str
    """Why there is no interval, or why it is to be read with care."""
    longer_low: float | None
    longer_high: float | None
    longer_pairs: int
    """Pairs that the lean on length is of."""
    both_orders: int
    """Pairs that the flip rate is of."""
    answers: int
    """Answers asked for, each order and repeat by itself."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All judges of a study, the one that agrees most first; those of one factor come last."""

    reference: str | None
    is_stand_in: bool
    """The reference is a judge, in want of people."""
    rows: tuple[ScorecardRow, ...]


def judge_names(study: Study) -> tuple[str, ...]:
    """Name the study's judges, imported ones too, in alphabetical order."""
    return tuple(source.name for source in judging.judges(load(study)))


def scorecard(study: Study, *, reference: str | None = None) -> Scorecard:
    """Score every judge of a study; raises UnknownName for a reference that is not there.

    Agreement (with cluster-robust interval) and Cohen's kappa are over pairs that judge and
    reference both decided strictly, a judge's two orders taken together first (differing orders
    are a tie). Flip rate, after the consistency of Zheng et al. 2023 (arXiv:2306.05685): pairs
    whose two orders differ / pairs whose two orders are both valid. Shares of answers count each
    order and repeat by itself: first shown / strict answers of known order; ties / valid answers;
    invalid and failed / asked. The lean on length: `stats.judge_bias.longer_excess`. Cost and
    seconds: sums over all calls of the ledger that have the number, failed ones included, per
    answered call that has it; calls that a crash broke off are unknown and in neither. A judge of
    one factor has an equal share of what calls about several took; its agreement is how often
    having more of the factor goes with the reference's choice.
    """
    planes = load(study)
    found = find_reference(planes, reference)
    judges = judging.judges(planes)
    with study.cursor() as cursor:
        answers = judge_answers.answers(cursor)
        pairs = [judge_answers.pair_answers(cursor, judge.source_id) for judge in judges]
        taken = _taken(judge_answers.taken(cursor))
    standard = judging.choices(planes, found.source) if found else None
    longer = judging.longer(planes)
    rows = [
        _row(
            judge,
            _compare(planes, judge, found, standard, longer),
            answers.get(judge.source_id, Answers()),
            asked_about,
            taken.get(judge.name, []),
        )
        for judge, asked_about in zip(judges, pairs, strict=True)
    ]
    return Scorecard(
        reference=found.source.name if found else None,
        is_stand_in=found is not None and found.is_stand_in,
        rows=tuple(sorted(rows, key=_best_first)),
    )


def in_words(card: Scorecard) -> str:
    """Say whom the judges are compared with, and whether that is a stand-in."""
    if card.reference is None:
        return "Nobody has chosen between two responses, so there is nothing to compare with."
    if card.is_stand_in:
        return (
            f"Compared with the judge {card.reference}, a stand-in for people: agreement with it "
            "is not agreement with people."
        )
    return f"Compared with {card.reference}."


def of_factors_in_words(card: Scorecard) -> str:
    """Say what the agreement of judges of one factor means; empty where there is none."""
    named = next((row for row in card.rows if row.factor), None)
    if named is None:
        return ""
    return (
        f"A judge of one factor, such as {named.judge}, was asked which response has more of it, "
        "not which is better: its agreement is how often having more of the factor goes with the "
        "reference's choice."
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    """A judge beside the reference."""

    is_reference: bool = False
    agreement: float | None = None
    low: float | None = None
    high: float | None = None
    kappa: float | None = None
    pairs: int = 0
    prompts: int = 0
    note: str = ""
    excess: float | None = None
    excess_low: float | None = None
    excess_high: float | None = None
    longer_pairs: int = 0


def _compare(
    planes: StudyPlanes,
    judge: WideSource,
    reference: Reference | None,
    standard: Codes | None,
    longer: Codes,
) -> _Compared:
    if reference is None or standard is None:
        return _Compared()
    if judge == reference.source:
        return _Compared(is_reference=True)
    chosen, prompts = judging.choices(planes, judge), planes.planes.prompt_of
    agreement = agreement_rate(chosen, standard, prompts)
    excess, longer_pairs = longer_excess(chosen, standard, longer, prompts)
    return _Compared(
        agreement=number(agreement.estimate),
        low=number(agreement.low),
        high=number(agreement.high),
        kappa=number(cohens_kappa(confusion(chosen, standard))),
        pairs=int((strict(chosen) & strict(standard)).sum()),
        prompts=int(agreement.prompts),
        note=APART if agreement.note.item() is Note.NO_PAIR else str(agreement.note.item()),
        excess=number(excess.estimate),
        excess_low=number(excess.low),
        excess_high=number(excess.high),
        longer_pairs=longer_pairs,
    )


def _row(
    judge: WideSource,
    compared: _Compared,
    answers: Answers,
    pairs: PairAnswers,
    taken: list[Taken],
) -> ScorecardRow:
    return ScorecardRow(
        judge=judge.name,
        rubric=judging.rubric_of(judge.name),
        pairs=pairs.pairs,
        agreement=compared.agreement,
        low=compared.low,
        high=compared.high,
        kappa=compared.kappa,
        flip_rate=share(pairs.flipped, pairs.both_orders),
        first_share=share(answers.first, answers.placed),
        tie_share=share(answers.ties, answers.valid),
        invalid_share=share(answers.unusable, answers.asked),
        longer_excess=compared.excess,
        cost=_each([(entry.cost, entry.priced) for entry in taken]),
        seconds=_each([(entry.seconds, entry.timed) for entry in taken]),
        model=judge.model,
        factor=judging.factor_of(judge),
        is_reference=compared.is_reference,
        compared=compared.pairs,
        prompts=compared.prompts,
        note=compared.note,
        longer_low=compared.excess_low,
        longer_high=compared.excess_high,
        longer_pairs=compared.longer_pairs,
        both_orders=pairs.both_orders,
        answers=answers.asked,
    )


def _taken(found: list[Taken]) -> dict[str, list[Taken]]:
    """Put the runs' sums by the name that their judge has as a source, shared among factors."""
    by_judge: defaultdict[str, list[Taken]] = defaultdict(list)
    for entry in found:
        judge = f"{parse(entry.model).model}/{entry.rubric}"
        if not entry.factors:
            by_judge[judge].append(entry)
        for factor in entry.factors:
            by_judge[f"{judge}/{factor}"].append(_share_of(entry))
    return by_judge


def _share_of(entry: Taken) -> Taken:
    """What calls about several factors took for one of them."""
    cost, seconds = (
        None if whole is None else whole / len(entry.factors)
        for whole in (entry.cost, entry.seconds)
    )
    return replace(entry, cost=cost, seconds=seconds)


def _each(sums: list[tuple[float | None, int]]) -> float | None:
    """A sum for each of what it is shared by; None where nobody knows it."""
    whole = sum(count for _, count in sums)
    return sum(total or 0.0 for total, _ in sums) / whole if whole else None


def _best_first(row: ScorecardRow) -> tuple[bool, float, str]:
    agreement = np.inf if row.agreement is None else -row.agreement
    return (row.factor is not None, agreement, row.judge)
