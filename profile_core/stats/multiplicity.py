"""Adjusting p values for the number of tests made.

NaN stands for a test that was not made: it stays NaN and does not count as one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """False-discovery-rate q values along the last axis (Benjamini and Hochberg 1995).

    ``[..., tests] -> [..., tests]``: q is the smallest rate at which the test is a discovery.
    """
    values, order, ranks, tests = _sorted(p)
    scaled = np.where(np.isnan(values), np.inf, values * tests / ranks)
    stepped = np.minimum.accumulate(scaled[..., ::-1], axis=-1)[..., ::-1]
    return _restored(stepped, values, order)


def holm(p: npt.ArrayLike) -> Floats:
    """Family-wise adjusted p values along the last axis (Holm 1979), ``[..., tests]``."""
    values, order, ranks, tests = _sorted(p)
    stepped = np.maximum.accumulate(values * (tests - ranks + 1), axis=-1)
    return _restored(stepped, values, order)


def _sorted(p: npt.ArrayLike) -> tuple[Floats, npt.NDArray[np.intp], Floats, Floats]:
    """Values in rising order with NaN last, their places, their ranks, and the tests made."""
    raw = np.asarray(p, dtype=np.float64)
    order = np.argsort(raw, axis=-1, kind="stable")
    values = np.take_along_axis(raw, order, axis=-1)
    ranks = np.arange(1, raw.shape[-1] + 1, dtype=np.float64)
    tests = (~np.isnan(raw)).sum(axis=-1, keepdims=True).astype(np.float64)
    return values, order, ranks, tests


def _restored(stepped: Floats, values: Floats, order: npt.NDArray[np.intp]) -> Floats:
    adjusted = np.where(np.isnan(values), np.nan, np.minimum(stepped, 1.0))
    result = np.empty_like(adjusted)
    np.put_along_axis(result, order, adjusted, axis=-1)
    return result
