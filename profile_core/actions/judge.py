"""The verb judge: ask a model which response of a pair is better, in both orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from profile_core.actions.model_runs import ModelRun, Stages, carry_out, estimate, recorded
from profile_core.actions.runner import Asking, Item
from profile_core.actions.runs import Estimate, RunSummary
from profile_core.errors import NotEstimable, ProfileError, UnknownName
from profile_core.jobs import Progress
from profile_core.judges.answers import FORMS, PairVerdict, Shown
from profile_core.judges.asking import Failure, FailureKind, Request
from profile_core.judges.forms import formed
from profile_core.judges.rubric import Rubric, RubricKind, render
from profile_core.judges.spec import ModelSpec
from profile_core.store import pair_wide, predicate, shown_pairs, verdicts
from profile_core.store.calls import StoredAnswer
from profile_core.store.shown_pairs import ShownPair
from profile_core.store.study import Cursor, Study
from profile_core.types import Choice, Order, VerdictStatus

VERB = "judge"
ORDERS = {"both": (Order.AB, Order.BA), "ab": (Order.AB,), "ba": (Order.BA,)}


@dataclass(frozen=True, slots=True)
class Judging:
    """Who judges which pairs, and how."""

    spec: ModelSpec
    rubric: Rubric
    orders: str = "both"
    repeats: int = 1
    where: str | None = None
    limit: int | None = None
    """Counts pairs, the same ones each time."""
    temperature: float | None = None

    def __post_init__(self) -> None:
        if self.rubric.kind is not RubricKind.PAIRWISE:
            raise ProfileError(f"rubric {self.rubric} is for {self.rubric.kind}, not for verdicts")
        if self.orders not in ORDERS:
            raise UnknownName("order", self.orders, ORDERS)
        if self.repeats < 1:
            raise ProfileError("--repeats must be 1 or more")

    @property
    def judge(self) -> str:
        """How the judge is named as a source."""
        return f"{self.spec.model}/{self.rubric}"

    @property
    def run(self) -> ModelRun:
        """What makes two runs the same."""
        parameters = {
            "orders": self.orders,
            "repeats": self.repeats,
            "where": self.where,
            "limit": self.limit,
            "temperature": self.temperature,
        }
        return ModelRun(VERB, self.spec, str(self.rubric), parameters)


def judge(
    study: Study,
    judging: Judging,
    asking: Asking,
    *,
    resume: str | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """Get verdicts on evaluation pairs; what the study has an answer for is not asked again.

    Raises PredicateError, NotEstimable where no pair is left, ProfileError for a run that cannot
    be resumed so, and Cancelled.
    """
    record = recorded(study, resume, VERB) if resume else None
    pairs = _pairs(study, judging)
    with study.writing(None) as cursor:
        source = verdicts.add_judge(cursor, judging.judge, judging.spec.model)

    def stages(at: Stages) -> None:
        at.ask("judging pairs", items(pairs, judging), _Verdicts(source, at.run_id))

    return carry_out(
        study,
        judging.run,
        stages,
        asking,
        planned=len(pairs),
        resume=record,
        progress=progress or Progress(),
    )


def estimated(study: Study, judging: Judging, concurrency: int) -> Estimate:
    """Tell what judging would take."""
    return estimate(study, planned(study, judging), concurrency)


def planned(study: Study, judging: Judging) -> list[Item]:
    """The calls that judging stands for, those that were made before too."""
    return items(_pairs(study, judging), judging)


def items(pairs: Sequence[ShownPair], judging: Judging) -> list[Item]:
    """The calls to be made, pair by pair."""
    return [
        Item(pair.pair_id, request(pair, judging, order), order.value, repeat)
        for pair in pairs
        for order in ORDERS[judging.orders]
        for repeat in range(judging.repeats)
    ]


def request(pair: ShownPair, judging: Judging, order: Order) -> Request:
    """The very messages that a judge gets for a pair in an order."""
    first, second = (pair.a, pair.b) if order is Order.AB else (pair.b, pair.a)
    fields = {
        "prompt": pair.prompt,
        "source": pair.source_text,
        "response_a": first,
        "response_b": second,
    }
    return Request(
        spec=judging.spec,
        messages=render(judging.rubric, fields),
        form=FORMS[judging.rubric.kind],
        max_tokens=judging.rubric.max_tokens,
        temperature=judging.temperature,
    )


def _pairs(study: Study, judging: Judging) -> list[ShownPair]:
    wide = pair_wide.ensure(study)
    checked = predicate.parse(judging.where or "", wide.column_names)
    with study.cursor() as cursor:
        kept = predicate.select_pair_numbers(cursor, wide.name, checked)
        found = shown_pairs.read(cursor, wide, kept, judging.limit)
    if not found:
        raise NotEstimable("there is no evaluation pair to judge, or the filter keeps none")
    return found


@dataclass(frozen=True, slots=True)
class _Verdict:
    choice: Choice
    probability: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """What an answer means: a verdict of this judge, in the order shown."""

    source: str
    run_id: str

    def read(self, item: Item, answer: StoredAnswer) -> _Verdict | Failure:
        found = formed(PairVerdict, answer.answer)
        if isinstance(found, Failure):
            return found
        order = Order(item.part or Order.AB)
        return _Verdict(
            _choice(found.verdict, order), _probability(answer.first, order), found.reason
        )

    def write(self, cursor: Cursor, item: Item, meant: _Verdict) -> None:
        self._put(cursor, item, VerdictStatus.VALID, meant)

    def write_failure(self, cursor: Cursor, item: Item, failure: Failure) -> None:
        invalid = failure.kind in (FailureKind.FORM, FailureKind.EMPTY, FailureKind.TRUNCATED)
        self._put(cursor, item, VerdictStatus.INVALID if invalid else VerdictStatus.FAILED, None)

    def _put(
        self,
        cursor: Cursor,
        item: Item,
        status: VerdictStatus,
        meant: _Verdict | None,
    ) -> None:
        verdicts.put(
            cursor,
            item.about,
            self.source,
            Order(item.part or Order.AB),
            item.repeat,
            status=status,
            choice=meant.choice if meant else None,
            probability=meant.probability if meant else None,
            reason=meant.reason if meant else None,
            run_id=self.run_id,
        )


def _choice(shown: Shown, order: Order) -> Choice:
    if shown is Shown.TIE:
        return Choice.TIE
    return Choice.A if (shown is Shown.FIRST) is (order is Order.AB) else Choice.B


def _probability(first: float | None, order: Order) -> float | None:
    """P(a) from P(first)."""
    if first is None:
        return None
    return first if order is Order.AB else 1 - first
