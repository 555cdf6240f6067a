"""Draws of pairs: numbers, rates and thresholds, against slow twins and by frequency."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from profile_core.stats import drawing

MASK = (1 << 64) - 1
IDS = [f"{number:020x}" for number in range(4_000)]


def mixed(state: int) -> int:
    z = (state + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def number_of(seed: int, name: str, stream: int = 0) -> float:
    text = name.encode()
    state = mixed(mixed(mixed(seed & MASK) ^ stream) ^ len(text))
    for start in range(0, len(text), 8):
        word = text[start : start + 8]
        state = mixed(state ^ int.from_bytes(word.ljust(8, b"\0"), "little"))
    return (state >> 11) / 2**53


def solved(weights, size, floor):
    """The scale by a general root finder."""
    lowest = floor * size / len(weights)
    return optimize.brentq(
        lambda c: np.clip(c * weights, lowest, 1).sum() - size, 0, 2 / weights.min(), xtol=1e-13
    )


def test_the_mixer_is_splitmix64():
    # The first outputs of the generator seeded with 1234567, as published with its source.
    state, outputs = 1234567, []
    for _ in range(2):
        outputs.append(mixed(state))
        state = (state + 0x9E3779B97F4A7C15) & MASK
    assert outputs == [6457827717110365317, 3203168211198807973]


@pytest.mark.parametrize("seed", [0, 7, -1, 2**63])
def test_permanent_numbers_are_those_of_the_slow_twin(seed):
    names = ["", "a", "pair-12", "8 bytes.", "0f" * 10, "é" * 9]
    found = drawing.permanent_numbers(seed, names, stream=3)
    assert found.tolist() == [number_of(seed, name, 3) for name in names]


def test_permanent_numbers_never_change_between_versions():
    # A change here would redraw every queue that is enlarged later.
    found = drawing.permanent_numbers(0, ["0123456789abcdef0123"])
    assert found.tolist() == [0.03956980964867063]


def test_a_pairs_number_depends_neither_on_order_nor_on_company():
    found = dict(zip(IDS, drawing.permanent_numbers(5, IDS), strict=True))
    shuffled = np.random.default_rng(0).permutation(IDS[:50]).tolist()
    beside = ["a much longer name than the ids have", *shuffled]
    assert drawing.permanent_numbers(5, beside)[1:].tolist() == [found[name] for name in shuffled]
    assert len(drawing.permanent_numbers(5, [])) == 0


def test_permanent_numbers_are_uniform_and_seeds_and_streams_are_independent():
    columns = [
        drawing.permanent_numbers(0, IDS),
        drawing.permanent_numbers(1, IDS),
        drawing.permanent_numbers(0, IDS, stream=1),
        drawing.permanent_numbers(1, IDS, stream=1),
    ]
    for numbers in columns:
        assert numbers.min() >= 0
        assert numbers.max() < 1
        assert stats.kstest(numbers, "uniform").pvalue > 0.001
    correlations = np.corrcoef(columns)[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() < 4 / np.sqrt(len(IDS))


def test_a_random_draw_gives_every_pair_the_same_probability():
    assert drawing.probabilities(drawing.random_rates(400, 100)).tolist() == [0.25] * 400


def test_targeted_rates_worked_by_hand():
    # Weights 8, 1, 1 and an expected total of 2: the first is certain, the others share the rest.
    rates = drawing.targeted_rates([8, 1, 1], 2)
    assert drawing.probabilities(rates) == pytest.approx([1, 0.5, 0.5])
    # 16, 2, 1, 1 and a total of 1: c = 1/20, and no floor (.05) is reached.
    assert drawing.targeted_rates([16, 2, 1, 1], 1) == pytest.approx([0.8, 0.1, 0.05, 0.05])
    # 10, 1, 0, 0 and a total of 1: the floor holds the last two at .05, the others share .9.
    rates = drawing.targeted_rates([10, 1, 0, 0], 1)
    assert rates == pytest.approx([0.9 * 10 / 11, 0.9 / 11, 0.05, 0.05])


@pytest.mark.parametrize("seed", range(8))
def test_expected_totals_are_the_size_and_no_rate_is_under_the_floor(seed):
    draw = np.random.default_rng(seed)
    weights = draw.gamma(0.3, size=500) ** 2 + 1e-3
    size = int(draw.integers(1, 500))
    rates = drawing.targeted_rates(weights, size)
    pi = drawing.probabilities(rates)
    assert pi.sum() == pytest.approx(size, rel=1e-12)
    assert pi.min() >= 0.2 * size / 500
    free = (pi < 1) & (pi > 0.2 * size / 500 * (1 + 1e-9))
    ratios = pi[free] / weights[free]
    assert ratios == pytest.approx(solved(weights, size, 0.2))


def test_doubtless_pairs_are_drawn_more_only_when_all_doubtful_ones_are():
    weights = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    assert drawing.probabilities(drawing.targeted_rates(weights, 2))[2:].tolist() == pytest.approx(
        [0.2 * 2 / 6] * 4
    )
    assert drawing.probabilities(drawing.targeted_rates(weights, 4)) == pytest.approx(
        [1, 1, 0.5, 0.5, 0.5, 0.5], rel=1e-5
    )
    assert drawing.targeted_rates(np.zeros(8), 2).tolist() == [0.25] * 8
    assert (drawing.probabilities(drawing.targeted_rates(weights, 6)) == 1).all()


def test_frequencies_of_drawing_are_the_probabilities():
    names = IDS[:60]
    rates = drawing.targeted_rates(np.linspace(0, 3, 60) ** 2, 20)
    pi = drawing.probabilities(rates)
    sets = 3_000
    drawn = sum(
        (drawing.keys(drawing.permanent_numbers(seed, names), rates) <= 1).astype(int)
        for seed in range(sets)
    )
    errors = np.sqrt(pi * (1 - pi) / sets)
    assert np.abs(drawn / sets - pi).max() <= (4 * errors + 1e-12).max()
    assert (np.abs(drawn / sets - pi) <= 4.5 * errors + 1e-12).all()


def test_inverse_probability_weights_recover_the_total():
    rates = drawing.targeted_rates(np.random.default_rng(0).gamma(1, size=len(IDS)), 400)
    pi = drawing.probabilities(rates)
    totals = [
        (1 / pi[drawing.keys(drawing.permanent_numbers(seed, IDS), rates) <= 1]).sum()
        for seed in range(200)
    ]
    se = np.sqrt(((1 - pi) / pi).sum() / 200)
    assert abs(np.mean(totals) - len(IDS)) < 4 * se


def test_enlarging_a_draw_takes_no_pair_away_and_keeps_the_floor():
    draw = np.random.default_rng(3)
    rates = drawing.targeted_rates(draw.gamma(0.5, size=len(IDS)), 300)
    keys = drawing.keys(drawing.permanent_numbers(3, IDS), rates)
    before = keys <= 1
    for size in (300, 301, 1_000, 3_999, 4_000):
        threshold = drawing.threshold_for(rates, size)
        pi = drawing.probabilities(rates, threshold)
        after = keys <= threshold
        assert pi.sum() == pytest.approx(size, rel=1e-12)
        assert pi.min() >= 0.2 * size / len(IDS) * (1 - 1e-12)
        assert not (before & ~after).any()
        assert abs(after.sum() - size) <= 4 * np.sqrt((pi * (1 - pi)).sum()) + 1e-9
        before = after
    assert before.all()


def test_the_threshold_of_the_first_size_is_one():
    rates = drawing.targeted_rates(np.arange(1.0, 50.0), 12)
    assert drawing.threshold_for(rates, 12) == pytest.approx(1)


@pytest.mark.parametrize("difference", [-3.0, -0.4, 0.0, 1.0, 2.5])
@pytest.mark.parametrize("tie", [0.0, 0.5])
def test_the_expected_error_of_a_sign_is_its_integral(difference, tie):
    error = 0.8
    sign = 0 if difference == 0 else np.copysign(1, difference)

    def integrand(true):
        truth = 0 if abs(true) <= tie else np.copysign(1, true)
        return (truth - sign) ** 2 * stats.norm.pdf(true, difference, error * np.sqrt(2))

    found = drawing.expected_sign_error([difference], error, tie=tie, resolution=0)[0]
    expected = integrate.quad(integrand, -12, 12, points=[-tie, tie], limit=400)[0]
    assert found == pytest.approx(expected, abs=1e-7)


def test_close_pairs_are_in_more_doubt_than_clear_ones_and_a_perfect_extractor_in_none():
    doubt = drawing.expected_sign_error([4.0, 2.0, 1.0], 0.7, tie=0.5, resolution=0)
    assert (np.diff(doubt) > 0).all()
    assert drawing.expected_sign_error([0.0, 1.0], 0.0, tie=0.5, resolution=0).tolist() == [0, 0]
    # A difference within the resolution counts as none, so that half the squared error is gone.
    near, equal = drawing.expected_sign_error([1e-12, 0], 0.1, tie=0, resolution=1e-9)
    assert near == equal == pytest.approx(1)
    weights = drawing.draw_weights([np.array([1.0, 0.0]), np.array([3.0, 0.0])])
    assert weights.tolist() == [pytest.approx(np.sqrt(2)), 0]


def test_an_extractors_error_is_estimated_from_twenty_labels_on():
    errors = np.arange(20.0)
    assert drawing.estimated_error(errors[:19]) is None
    assert drawing.estimated_error(errors) == pytest.approx(np.std(errors, ddof=1))
    assert drawing.assumed_error([1, 3, 5]) == pytest.approx(np.std([1, 3, 5]) / 2)
