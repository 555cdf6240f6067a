"""How verdicts become a choice: majorities, repeats, orders, flips and abstentions."""

from __future__ import annotations

import pytest

from profile_core.stats.verdicts import Combined, Verdict, combine_verdicts, majority
from profile_core.types import Choice, Order, VerdictStatus

A, B, TIE = Choice.A, Choice.B, Choice.TIE
AB, BA = Order.AB, Order.BA


@pytest.mark.parametrize(
    ("votes", "choice"),
    [
        ([A, A, B], A),
        ([A, B, TIE], TIE),
        ([A, A, TIE, TIE, B], TIE),
        ([TIE, TIE, A], TIE),
        ([A, B], TIE),
        ([B, None, None], B),
        ([A, A, A, B, B, TIE, TIE], A),
        ([None], None),
        ([], None),
    ],
)
def test_a_majority_beats_the_other_side_and_the_ties_or_is_a_tie(votes, choice):
    assert majority(votes) is choice


def valid(order, *choices):
    return [Verdict(order, VerdictStatus.VALID, choice) for choice in choices]


def unusable(order, status=VerdictStatus.INVALID):
    return [Verdict(order, status)]


@pytest.mark.parametrize(
    ("verdicts", "choice", "flipped"),
    [
        (valid(AB, A) + valid(BA, A), A, False),
        (valid(AB, TIE) + valid(BA, TIE), TIE, False),
        (valid(AB, A) + valid(BA, B), TIE, True),
        (valid(AB, A) + valid(BA, TIE), TIE, True),
        (valid(BA, B), B, None),
        (valid(None, B), B, None),
        (valid(AB, A) + unusable(BA), None, None),
        (valid(AB, A) + unusable(BA, VerdictStatus.FAILED), None, None),
        (unusable(AB, VerdictStatus.ABSTAINED), None, None),
        ([], None, None),
    ],
)
def test_two_orders_must_agree(verdicts, choice, flipped):
    assert combine_verdicts(verdicts) == Combined(choice, flipped)


@pytest.mark.parametrize(
    ("verdicts", "choice", "flipped"),
    [
        (valid(AB, A, A, B) + valid(BA, A), A, False),
        (valid(AB, A, B) + valid(BA, A), TIE, True),
        (valid(AB, A, B) + valid(BA, B, A), TIE, False),
        (valid(AB, A, A) + unusable(AB) + valid(BA, A), A, False),
        (valid(AB, A, B, TIE), TIE, None),
    ],
)
def test_repeats_count_by_their_mode_within_an_order(verdicts, choice, flipped):
    assert combine_verdicts(verdicts) == Combined(choice, flipped)
