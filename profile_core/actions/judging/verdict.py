"""A verdict as a model gives it, by the place a response was shown in, and how it is kept.

A call that failed on its way to the model or back says nothing of the judge, so it leaves no
verdict: a model that was never reached is no judge of the study. Only where the judge did answer
about the same pair, in the other order or another time, is it kept that this order was asked for
in vain, so that the pair abstains instead of resting on one order alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from profile_core.actions.runner import Item
from profile_core.judges.answers import Shown
from profile_core.judges.asking import Failure, FailureKind
from profile_core.store import verdicts
from profile_core.store.records import source_id
from profile_core.store.study import Cursor
from profile_core.types import Choice, Order, SourceKind, VerdictStatus


@dataclass(frozen=True, slots=True)
class Verdict:
    """A choice in terms of the pair, wherever its responses were shown."""

    choice: Choice
    reason: str
    probability: float | None = None
    """That a is preferred."""


def order_of(item: Item) -> Order:
    """The order that a call shows its pair in."""
    return Order(item.part or Order.AB)


def chosen(shown: Shown, order: Order) -> Choice:
    """Turn a place into a choice."""
    if shown is Shown.TIE:
        return Choice.TIE
    return Choice.A if (shown is Shown.FIRST) is (order is Order.AB) else Choice.B


_OF_THE_JUDGE = {
    FailureKind.FORM: VerdictStatus.INVALID,
    FailureKind.EMPTY: VerdictStatus.INVALID,
    FailureKind.TRUNCATED: VerdictStatus.INVALID,
    FailureKind.REFUSAL: VerdictStatus.FAILED,
}
"""The failures that the model itself answered with; all others happened on the way."""


@dataclass(slots=True)
class Judge:
    """Who judges in a run: a source of the study from its first answer on."""

    name: str
    model: str
    run_id: str
    derived_from: Sequence[str] = ()
    """The factors that its choices follow from."""
    _is_source: bool = False
    _answered: set[str] = field(default_factory=set)
    """The pairs with an answer in this run, from the ledger too."""
    _in_vain: dict[str, list[Item]] = field(default_factory=dict)
    """By pair, the calls that failed on their way before there was an answer about it."""

    def put(self, cursor: Cursor, item: Item, verdict: Verdict) -> None:
        """Write the verdict on what a call shows."""
        self._put(cursor, item, VerdictStatus.VALID, verdict)
        self._answer(cursor, item)

    def put_failure(self, cursor: Cursor, item: Item, failure: Failure) -> None:
        """Write that there is none, as far as that says something of the judge."""
        status = _OF_THE_JUDGE.get(failure.kind)
        if status is not None:
            self._put(cursor, item, status)
            self._answer(cursor, item)
        elif item.about in self._answered:
            self._put_in_vain(cursor, item)
        else:
            self._in_vain.setdefault(item.about, []).append(item)

    def has_valid(self, cursor: Cursor, item: Item) -> bool:
        """Tell whether it has a valid verdict on what a call shows."""
        return self._has(cursor, item, VerdictStatus.VALID)

    def _answer(self, cursor: Cursor, item: Item) -> None:
        self._answered.add(item.about)
        for failed in self._in_vain.pop(item.about, ()):
            self._put_in_vain(cursor, failed)

    def _put_in_vain(self, cursor: Cursor, item: Item) -> None:
        """Keep that a call failed; what is known from before stays."""
        if not self._has(cursor, item, *VerdictStatus):
            self._put(cursor, item, VerdictStatus.FAILED)

    def _has(self, cursor: Cursor, item: Item, *statuses: VerdictStatus) -> bool:
        source = source_id(SourceKind.JUDGE, self.name)
        return verdicts.has(cursor, item.about, source, order_of(item), item.repeat, statuses)

    def _put(
        self, cursor: Cursor, item: Item, status: VerdictStatus, verdict: Verdict | None = None
    ) -> None:
        if not self._is_source:
            verdicts.add_judge(cursor, self.name, self.model, self.derived_from)
            self._is_source = True
        verdicts.put(
            cursor,
            item.about,
            source_id(SourceKind.JUDGE, self.name),
            order_of(item),
            item.repeat,
            status=status,
            choice=verdict.choice if verdict else None,
            probability=verdict.probability if verdict else None,
            reason=verdict.reason if verdict else None,
            run_id=self.run_id,
        )
