"""The answer to a rubric that asks which response is better: one verdict of one judge."""

from __future__ import annotations

from dataclasses import dataclass

from profile_core.actions.judging.verdict import Judge, Verdict, chosen, order_of
from profile_core.actions.runner import Item
from profile_core.judges.answers import PairVerdict
from profile_core.judges.asking import Failure
from profile_core.judges.forms import formed
from profile_core.store.calls import StoredAnswer
from profile_core.store.study import Cursor
from profile_core.types import Order


@dataclass(frozen=True, slots=True)
class OverallMeaning:
    """What an answer means: a verdict of this judge, in the order shown."""

    judge: Judge

    def read(self, item: Item, answer: StoredAnswer) -> Verdict | Failure:
        """Read the verdict, with P(a) where the model's tokens tell it."""
        found = formed(PairVerdict, answer.answer)
        if isinstance(found, Failure):
            return found
        order = order_of(item)
        probability = _probability(answer.first, order)
        return Verdict(chosen(found.verdict, order), found.reason, probability)

    def write(self, cursor: Cursor, item: Item, meant: Verdict) -> None:
        """Write the verdict."""
        self.judge.put(cursor, item, meant)

    def write_failure(self, cursor: Cursor, item: Item, failure: Failure) -> None:
        """Write that there is none, as far as that says something of the judge."""
        self.judge.put_failure(cursor, item, failure)


def _probability(first: float | None, order: Order) -> float | None:
    """P(a) from P(first)."""
    if first is None:
        return None
    return first if order is Order.AB else 1 - first
