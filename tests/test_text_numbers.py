"""Numbers in words: two decimals, a true minus sign, and no false zeros."""

from __future__ import annotations

import math

import pytest

from profile_core.text import numbers


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.3456, "0.35"),
        (-0.1249, "−0.12"),
        (0.0, "0.00"),
        (-0.001, "0.00"),
        (1.0, "1.00"),
        (None, "–"),
        (math.nan, "–"),
    ],
)
def test_decimals_have_a_true_minus_and_no_negative_zero(value: float | None, written: str) -> None:
    assert numbers.decimal(value) == written


def test_a_sign_is_written_when_asked_for() -> None:
    assert numbers.decimal(0.35, signed=True) == "+0.35"
    assert numbers.decimal(-0.35, signed=True) == "−0.35"
    assert numbers.decimal(0.001, signed=True) == "0.00"


def test_an_interval_follows_its_value() -> None:
    assert numbers.with_interval(0.3456, 0.2446, 0.4466) == "0.35 [0.24, 0.45]"
    assert numbers.with_interval(-0.1, -0.2, 0.0) == "−0.10 [−0.20, 0.00]"
    assert numbers.with_interval(0.5, None, None) == "0.50"
    assert numbers.with_interval(None, 0.1, 0.2) == "–"


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.0, "< 0.001"), (0.0009, "< 0.001"), (0.0321, "0.032"), (1.0, "1.000"), (None, "–")],
)
def test_a_p_is_never_nought(value: float | None, written: str) -> None:
    assert numbers.probability(value) == written


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [(1, 3, "33 %"), (1, 1000, "< 1 %"), (999, 1000, "> 99 %"), (0, 5, "0 %"), (5, 5, "100 %")],
)
def test_shares_near_the_ends_are_not_rounded_onto_them(
    part: int, whole: int, written: str
) -> None:
    assert numbers.percent(part, whole) == written


def test_a_share_of_nothing_is_none() -> None:
    assert numbers.percent(0, 0) == "–"


def test_counts_take_their_noun_along() -> None:
    assert numbers.counted(1, "pair") == "1 pair"
    assert numbers.counted(12345, "pair") == "12,345 pairs"
    assert numbers.counted(2, "pair to judge", "pairs to judge") == "2 pairs to judge"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.2, "1 s"), (59.4, "59 s"), (60, "1 min"), (130, "2 min 10 s"), (3900, "1 h 5 min")],
)
def test_durations_use_two_units_at_most(seconds: float, written: str) -> None:
    assert numbers.duration(seconds) == written


@pytest.mark.parametrize(
    ("size", "written"), [(10, "1 kB"), (950_000, "950 kB"), (5_300_000, "5.3 MB"), (2e9, "2.0 GB")]
)
def test_sizes_are_decimal(size: int, written: str) -> None:
    assert numbers.size(size) == written


def test_names_are_listed_as_in_a_sentence() -> None:
    assert [numbers.listed(list("abc")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
