"""From several verdicts on a pair to the one choice that counts.

A verdict's choice is in terms of the pair (`a` is response a, wherever it was shown). Judges are
asked in both orders because a choice that follows the order is no preference; people are several,
and their majority is the group's choice. This module owns these two rules and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from profile_core.types import Choice, Order, VerdictStatus


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer of a judge to one pair; an order that is not known is None."""

    order: Order | None
    status: VerdictStatus
    choice: Choice | None = None


@dataclass(frozen=True, slots=True)
class Combined:
    """What a judge's verdicts on a pair amount to."""

    choice: Choice | None
    """None where the judge abstained: nothing asked, or an asked order without a valid answer."""
    flipped: bool | None
    """Whether the two orders disagree; None unless both are valid."""


def majority(votes: Iterable[Choice | None]) -> Choice | None:
    """A group's choice: strictly more votes for a side than for the other and than for tie.

    Anything else is a tie; abstentions (None) are no votes, and without a vote there is no choice.
    """
    return _modal(vote for vote in votes if vote is not None)


def combine_verdicts(verdicts: Iterable[Verdict]) -> Combined:
    """One choice from the verdicts of one judge on one pair, repeats and orders together.

    Repeats of an order give its modal choice (no single mode: tie); unusable answers among them
    are passed over as long as one is valid. Orders that agree give that choice; orders that differ,
    strict against tie too, give a tie; an asked order without any valid answer is an abstention.
    """
    valid: dict[Order | None, list[Choice]] = {}
    for verdict in verdicts:
        answers = valid.setdefault(verdict.order, [])
        if verdict.status is VerdictStatus.VALID and verdict.choice is not None:
            answers.append(verdict.choice)
    by_order = {order: _modal(answers) for order, answers in valid.items()}

    forward, backward = by_order.get(Order.AB), by_order.get(Order.BA)
    flipped = None if forward is None or backward is None else forward is not backward
    choices = set(by_order.values())
    if not choices or None in choices:
        return Combined(None, flipped)
    return Combined(choices.pop() if len(choices) == 1 else Choice.TIE, flipped)


def _modal(votes: Iterable[Choice]) -> Choice | None:
    """The single most frequent choice; a tie where several are; None without a vote."""
    ranked = Counter(votes).most_common(2)
    if not ranked:
        return None
    if len(ranked) == 2 and ranked[0][1] == ranked[1][1]:
        return Choice.TIE
    return ranked[0][0]
