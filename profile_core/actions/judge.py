"""The verb judge: ask a model about pairs, in both orders: which response is better, or has more.

What an answer means is `judging`'s business: a verdict overall, or one for each of some factors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from profile_core.actions.judging import by_factor
from profile_core.actions.judging.by_factor import FactorsMeaning
from profile_core.actions.judging.overall import OverallMeaning
from profile_core.actions.judging.verdict import Judge
from profile_core.actions.model_runs import ModelRun, Stages, carry_out, estimate, recorded
from profile_core.actions.runner import Asking, Item, Meaning
from profile_core.actions.runs import Estimate, RunSummary
from profile_core.errors import NotEstimable, ProfileError, UnknownName
from profile_core.jobs import Progress
from profile_core.judges.answers import FORMS
from profile_core.judges.asking import Request
from profile_core.judges.rubric import Rubric, RubricKind, render
from profile_core.judges.spec import ModelSpec
from profile_core.store import pair_wide, predicate, shown_pairs
from profile_core.store.shown_pairs import ShownPair
from profile_core.store.study import Study
from profile_core.types import Factor, Order

VERB = "judge"
ORDERS = {"both": (Order.AB, Order.BA), "ab": (Order.AB,), "ba": (Order.BA,)}
KINDS = (RubricKind.PAIRWISE, RubricKind.PAIRWISE_FACTORS)
"""The kinds of rubric that ask for verdicts."""


@dataclass(frozen=True, slots=True)
class Judging:
    """Who judges which pairs, and how."""

    spec: ModelSpec
    rubric: Rubric
    orders: str = "both"
    repeats: int = 1
    where: str | None = None
    limit: int | None = None
    """Counts pairs that are asked about, the same ones each time."""
    temperature: float | None = None
    factors: tuple[str, ...] = ()
    """For a rubric per factor; none named: see `by_factor.choose`."""

    def __post_init__(self) -> None:
        if self.rubric.kind not in KINDS:
            raise ProfileError(f"rubric {self.rubric} is for {self.rubric.kind}, not for verdicts")
        if self.factors and not self.is_by_factor:
            raise ProfileError(
                f"rubric {self.rubric} asks which response is better, not about factors: name "
                "none, or use a rubric per factor such as `factors`"
            )
        if self.orders not in ORDERS:
            raise UnknownName("order", self.orders, ORDERS)
        if self.repeats < 1:
            raise ProfileError("--repeats must be 1 or more")

    @property
    def is_by_factor(self) -> bool:
        """Whether each factor has a verdict of its own."""
        return self.rubric.kind is RubricKind.PAIRWISE_FACTORS

    @property
    def judge(self) -> str:
        """How the judge is named as a source; a factor's judge has its name added."""
        return f"{self.spec.model}/{self.rubric}"


def judge(
    study: Study,
    judging: Judging,
    asking: Asking,
    *,
    resume: str | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """Get verdicts on evaluation pairs; what the study has an answer for is not asked again.

    Raises PredicateError, UnknownName, NotEstimable where no pair is left, ProfileError for a run
    that cannot be resumed so, and Cancelled.
    """
    record = recorded(study, resume, VERB) if resume else None
    plan = _Plan.of(study, judging)

    def stages(at: Stages) -> None:
        at.ask("judging pairs", plan.items, plan.meaning(at.run_id))

    return carry_out(
        study,
        plan.run,
        stages,
        asking,
        planned=len(plan.pairs),
        resume=record,
        progress=progress or Progress(),
    )


def estimated(study: Study, judging: Judging, concurrency: int) -> Estimate:
    """Tell what judging would take."""
    plan = _Plan.of(study, judging)
    if not plan.factors:
        return estimate(study, plan.items, concurrency)
    likely = by_factor.LIKELY_TOKENS * len(plan.factors)
    return estimate(study, plan.items, concurrency, likely_output=likely)


def planned(study: Study, judging: Judging) -> list[Item]:
    """The calls that judging stands for, those that were made before too."""
    return _Plan.of(study, judging).items


@dataclass(frozen=True, slots=True)
class _Plan:
    judging: Judging
    factors: tuple[Factor, ...]
    """Those asked about; none for a verdict overall."""
    pairs: tuple[ShownPair, ...]

    @classmethod
    def of(cls, study: Study, judging: Judging) -> _Plan:
        factors: tuple[Factor, ...] = ()
        if judging.is_by_factor:
            factors = by_factor.choose(study, judging.rubric, judging.factors)
        return cls(judging, factors, tuple(_pairs(study, judging, factors)))

    @property
    def run(self) -> ModelRun:
        """What makes two runs the same."""
        judging = self.judging
        parameters: dict[str, object] = {
            "orders": judging.orders,
            "repeats": judging.repeats,
            "where": judging.where,
            "limit": judging.limit,
            "temperature": judging.temperature,
        }
        if self.factors:
            parameters["factors"] = {factor.name: factor.version for factor in self.factors}
        return ModelRun(VERB, judging.spec, str(judging.rubric), parameters)

    @property
    def items(self) -> list[Item]:
        """The calls to be made, pair by pair."""
        return [
            Item(pair.pair_id, self._request(pair, order), order.value, repeat)
            for pair in self.pairs
            for order in ORDERS[self.judging.orders]
            for repeat in range(self.judging.repeats)
        ]

    def meaning(self, run_id: str) -> Meaning[Any]:
        """What the answers mean."""
        name, model = self.judging.judge, self.judging.spec.model
        if not self.judging.is_by_factor:
            return OverallMeaning(Judge(name, model, run_id))
        asked = {
            pair.pair_id: [factor.name for factor in by_factor.applying(self.factors, pair)]
            for pair in self.pairs
        }
        judges = by_factor.judges(name, model, set().union(*asked.values()), run_id)
        return FactorsMeaning(judges, asked)

    def _request(self, pair: ShownPair, order: Order) -> Request:
        """The very messages that a judge gets for a pair in an order."""
        judging = self.judging
        first, second = (pair.a, pair.b) if order is Order.AB else (pair.b, pair.a)
        fields: dict[str, str | None] = {
            "prompt": pair.prompt,
            "source": pair.source_text,
            "response_a": first,
            "response_b": second,
        }
        if judging.is_by_factor:
            fields["factors"] = by_factor.described(by_factor.applying(self.factors, pair))
        return Request(
            spec=judging.spec,
            messages=render(judging.rubric, fields),
            form=FORMS[judging.rubric.kind],
            max_tokens=judging.rubric.max_tokens,
            temperature=judging.temperature,
        )


def _pairs(study: Study, judging: Judging, factors: tuple[Factor, ...]) -> list[ShownPair]:
    wide = pair_wide.ensure(study)
    checked = predicate.parse(judging.where or "", wide.column_names)
    tasks = by_factor.tasks_of(factors) if factors else None
    with study.cursor() as cursor:
        kept = predicate.select_pair_numbers(cursor, wide.name, checked)
        found = shown_pairs.read(cursor, wide, kept, judging.limit, tasks=tasks)
    if not found:
        why = "there is no evaluation pair to judge, or the filter keeps none"
        raise NotEstimable(
            why if tasks is None else f"{why} of the factors' tasks ({', '.join(tasks)})"
        )
    return found
