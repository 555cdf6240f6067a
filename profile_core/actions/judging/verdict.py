"""A verdict as a model gives it, by the place a response was shown in, and how it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from profile_core.actions.runner import Item
from profile_core.judges.answers import Shown
from profile_core.judges.asking import Failure, FailureKind
from profile_core.store import verdicts
from profile_core.store.study import Cursor
from profile_core.types import Choice, Order, VerdictStatus


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


def status_of(failure: Failure) -> VerdictStatus:
    """Tell an answer that is no verdict from a call that brought no answer."""
    invalid = failure.kind in (FailureKind.FORM, FailureKind.EMPTY, FailureKind.TRUNCATED)
    return VerdictStatus.INVALID if invalid else VerdictStatus.FAILED


def put(
    cursor: Cursor, item: Item, source: str, run_id: str, found: Verdict | VerdictStatus
) -> None:
    """Write a source's verdict on what a call shows, or why there is none."""
    verdict = found if isinstance(found, Verdict) else None
    verdicts.put(
        cursor,
        item.about,
        source,
        order_of(item),
        item.repeat,
        status=VerdictStatus.VALID if isinstance(found, Verdict) else found,
        choice=verdict.choice if verdict else None,
        probability=verdict.probability if verdict else None,
        reason=verdict.reason if verdict else None,
        run_id=run_id,
    )
