"""Which pairs people are asked to label, so that what they say can be weighted back to all pairs.

Poisson sampling with permanent random numbers (Ohlsson 1995): a pair's number depends on the seed
and its id alone, and it is drawn when its key, the number over its rate, is at most a threshold.
Its probability is then `min(1, threshold * rate)`, known before anybody looks. Raising the
threshold adds pairs and takes none away, and queues of one seed overlap as much as they can. This
module owns the numbers, the rates and the thresholds; it knows no study and no queue.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]

FLOOR = 0.2
"""A targeted draw gives no pair less than this share of the probability of a random draw."""
MIN_LABELS = 20
"""With fewer labels an extractor's error is assumed, not estimated."""
ASSUMED_ERROR = 0.5
"""Assumed standard deviation of an extractor's error, in standard deviations of its values.

A quarter of the variance is then error: a reliability of .75, common among ratings by models.
"""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_LEAST_WEIGHT = 1e-6


def permanent_numbers(seed: int, ids: Sequence[str], *, stream: int = 0) -> Floats:
    """Give every id its random number in [0, 1), `[N]`: the same in any order and any company.

    Streams are independent of each other. The bytes of an id (UTF-8) go through SplitMix64's mixer
    (Steele, Lea, Flood 2014) eight at a time, after the seed, the stream and the id's length.
    """
    encoded = [name.encode() for name in ids]
    if not encoded:
        return np.zeros(0)
    lengths = np.array([len(name) for name in encoded], dtype=np.uint64)
    width = max(1, -(-int(lengths.max()) // 8))
    words = np.array(encoded, dtype=f"S{8 * width}").view("<u8").reshape(-1, width)
    start = _mixed(np.array([seed & 0xFFFFFFFFFFFFFFFF], dtype=np.uint64))
    state = _mixed(_mixed(start ^ np.uint64(stream)) ^ lengths)
    for place in range(width):
        # Padding must not count, or an id's number would depend on the longest id beside it.
        state = np.where(lengths > 8 * place, _mixed(state ^ words[:, place]), state)
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53


def keys(numbers: Floats, rates: Floats) -> Floats:
    """What the threshold is held against: the permanent number over the rate, `[N]`."""
    return numbers / rates


def probabilities(rates: Floats, threshold: float = 1.0) -> Floats:
    """Inclusion probabilities `min(1, threshold * rate)`, `[N]`."""
    return np.minimum(1.0, threshold * rates)


def random_rates(population: int, size: float) -> Floats:
    """Rates of a draw in which all pairs have the probability `size / N`, `[N]`."""
    return np.full(population, size / population)


def targeted_rates(weights: npt.ArrayLike, size: float, *, floor: float = FLOOR) -> Floats:
    """Rates proportional to weights of at least 0, with an expected total of `size`: `[N]`.

    No probability is under `floor * size / N`. Rates are not capped (a rate above 1 is a
    probability of 1, reached early in the order of drawing); the scale solves
    `sum min(1, rate) = size` exactly. Weights that are all 0 give a random draw.
    """
    given = np.asarray(weights, dtype=np.float64)
    largest = float(given.max())
    # A weight of 0 has a rate above the floor only when nothing else is left to draw.
    raised = np.maximum(given, largest * _LEAST_WEIGHT) if largest > 0 else np.ones_like(given)
    lowest = floor * size / len(given)
    return np.maximum(_scale(raised, size, lowest) * raised, lowest)


def threshold_for(rates: Floats, size: float) -> float:
    """The threshold under which the expected number of drawn pairs is `size`, at most N."""
    return _scale(rates, size, 0.0)


def expected_sign_error(
    difference: npt.ArrayLike, error: float, *, tie: float, resolution: float
) -> Floats:
    """Expected squared error of the automatic sign of a factor's difference, `[N]`, in [0, 4].

    `error` is the standard deviation of the extractor's error in one value, so that the true
    difference is the automatic one plus Normal(0, 2 error^2). True differences within `tie` are a
    sign of 0, and so are automatic ones within `resolution`.
    """
    d = np.asarray(difference, dtype=np.float64)
    if error == 0:
        return np.zeros_like(d)
    spread = error * np.sqrt(2.0)
    above, below = special.ndtr((d - tie) / spread), special.ndtr((-d - tie) / spread)
    same = 1.0 - above - below
    sign = np.where(np.abs(d) <= resolution, 0.0, np.sign(d))
    expected = above * (1 - sign) ** 2 + below * (1 + sign) ** 2 + same * sign**2
    return np.asarray(np.maximum(expected, 0.0), dtype=np.float64)


def draw_weights(expected_errors: Sequence[Floats]) -> Floats:
    """The root of the expected squared error, averaged over a queue's factors: `[N]`.

    The variance of the correction term is the sum of `e^2 (1 - pi) / pi`; for a given expected
    total it is smallest with pi proportional to the root of the expected `e^2` (Zrnic and Candes
    2024, arXiv 2403.03208).
    """
    return np.asarray(np.sqrt(np.mean(expected_errors, axis=0)), dtype=np.float64)


def assumed_error(values: npt.ArrayLike) -> float:
    """The error assumed of an extractor with few labels, from its automatic values."""
    return ASSUMED_ERROR * float(np.std(np.asarray(values, dtype=np.float64)))


def estimated_error(errors: npt.ArrayLike) -> float | None:
    """Standard deviation of automatic minus human values; None for fewer than `MIN_LABELS`."""
    found = np.asarray(errors, dtype=np.float64)
    return float(np.std(found, ddof=1)) if len(found) >= MIN_LABELS else None


def _scale(weights: Floats, size: float, floor: float) -> float:
    """The least c with `sum min(1, max(c w, floor)) = size`, for positive w.

    The sum is piecewise linear in c: a weight adds its slope from `floor / w` to `1 / w`.
    """
    if size >= len(weights):
        return float(1.0 / weights.min())
    ordered = np.sort(weights)[::-1]
    starts, ends = floor / ordered, 1.0 / ordered
    edges = np.sort(np.concatenate([starts, ends]))
    first, last = 0, len(edges) - 1
    low, high = float(edges[0]), float(edges[-1])
    while last - first > 1:
        middle = (first + last) // 2
        if _total(ordered, edges[middle], floor) < size:
            first, low = middle, float(edges[middle])
        else:
            last, high = middle, float(edges[middle])
    # Between neighbouring edges the sum is a line, so this is exact.
    total_low, total_high = _total(ordered, low, floor), _total(ordered, high, floor)
    return low + (high - low) * (size - total_low) / (total_high - total_low)


def _total(weights: Floats, scale: float, floor: float) -> float:
    return float(np.clip(scale * weights, floor, 1.0).sum())


def _mixed(state: Words) -> Words:
    z = state + _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
