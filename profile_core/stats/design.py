"""The differences that a conditional model is fitted to, prepared once for many fits.

Each column is divided by its root mean square and never centred: a choice model must say the
opposite when a and b change places, which any shift would break. Preparing costs as much as a
fit, so a design is kept where only the choices or the start change. This module owns scale,
collinearity and grouping; `newton` and `conditional` fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.stats.prompt_sums import PromptGroups
from profile_core.stats.thin_products import chunks, gram

Floats = npt.NDArray[np.float64]
AnyFloats = npt.NDArray[np.floating]

LARGE = 4_000_000
"""From so many numbers on, columns are kept in single precision; coefficients differ by < 1e-6."""
_ALIASED = 1e-10
"""A column is a combination of earlier ones if so little of its square is left."""


@dataclass(frozen=True, slots=True)
class Design:
    """Scaled differences ``[N, K]`` with what is true of them whatever the choices."""

    columns: AnyFloats
    """Divided by ``scale``; columns left out (see ``aliased``) are not among them."""
    kept: npt.NDArray[np.intp]
    """Places of these columns among the K."""
    aliased: tuple[int, ...]
    """Columns left out: always 0, or a linear combination of earlier columns."""
    scale: Floats
    """Root mean square of each difference, ``[K]``; 0 where the factor never differs."""
    condition_number: float
    """Of the scaled columns (Belsley, Kuh and Welsch 1980): above 30, read with care."""
    vif: Floats
    """Variance inflation, uncentred, ``[K]``; NaN for columns left out."""
    groups: PromptGroups
    weights: Floats | None

    @property
    def pairs(self) -> int:
        """Pairs with a weight above 0."""
        return len(self.columns) if self.weights is None else int((self.weights > 0).sum())


def design(
    x: npt.ArrayLike, prompts: npt.ArrayLike, *, weights: npt.ArrayLike | None = None
) -> Design:
    """Scale differences ``x [N, K]`` (a minus b) and look for columns that say the same.

    ``prompts [N]`` are whole numbers, in any order; ``weights [N]`` count a pair more than once.
    ValueError for missing values: leave out pairs that lack one (complete cases) and count them.
    """
    raw = np.asarray(x)
    if raw.ndim != 2:
        raise ValueError("differences must be pairs x factors")
    if raw.dtype.kind != "f":
        raw = raw.astype(np.float64)
    groups = PromptGroups.of(prompts)
    weight = None if weights is None else np.asarray(weights, dtype=np.float64)
    if len(groups.order) != len(raw) or (weight is not None and weight.shape != (len(raw),)):
        raise ValueError("prompts and weights must be one a pair")
    if weight is not None and not (weight >= 0).all():
        raise ValueError("weights must be 0 or more")
    total = float(len(raw) if weight is None else weight.sum())
    if not total:
        raise ValueError("there is no pair to fit")

    products = _products(raw, weight) / total
    scale = np.sqrt(np.diagonal(products))
    if not np.isfinite(scale).all():
        raise ValueError("missing or infinite differences: leave out the pairs that have them")
    unit = np.where(scale > 0, scale, 1.0)
    correlation = products / np.outer(unit, unit)
    kept = _independent(correlation)
    inverse = np.linalg.inv(correlation[np.ix_(kept, kept)])
    vif = np.full(len(scale), np.nan)
    vif[kept] = np.diagonal(inverse)
    spread = np.linalg.eigvalsh(correlation[np.ix_(kept, kept)])
    return Design(
        _scaled(raw, kept, unit),
        kept,
        tuple(int(k) for k in np.setdiff1d(np.arange(len(scale)), kept)),
        scale,
        float(np.sqrt(spread[-1] / spread[0])) if len(kept) else 1.0,
        vif,
        groups,
        weight,
    )


def _products(raw: AnyFloats, weights: Floats | None) -> Floats:
    found = np.zeros((raw.shape[1], raw.shape[1]))
    for rows in chunks(raw):
        part = raw[rows].astype(np.float64, copy=False)
        if weights is not None:
            part = part * np.sqrt(weights[rows])[:, None]
        found += gram(part)
    return found


def _independent(correlation: Floats) -> npt.NDArray[np.intp]:
    """Columns of which something is left when earlier ones are taken out."""
    kept: list[int] = []
    for k in range(len(correlation)):
        own = correlation[k, k]
        if kept:
            shared = correlation[kept, k]
            own -= shared @ np.linalg.solve(correlation[np.ix_(kept, kept)], shared)
        if own > _ALIASED:
            kept.append(k)
    return np.array(kept, dtype=np.intp)


def _scaled(raw: AnyFloats, kept: npt.NDArray[np.intp], unit: Floats) -> AnyFloats:
    dtype = np.float32 if raw.size >= LARGE else np.float64
    everything = len(kept) == raw.shape[1]
    columns = np.empty((len(raw), len(kept)), dtype)
    for rows in chunks(raw):
        np.divide(
            raw[rows] if everything else raw[rows, kept],
            unit[kept],
            out=columns[rows],
            casting="same_kind",
        )
    return columns
