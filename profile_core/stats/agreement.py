"""Agreement of sources with each other, and of factors with each other.

Choices are coded 0 (a), 1 (b), 2 (tie) and -1 (abstained), one a pair. Rates come with the same
cluster-robust intervals as influence. This module owns the agreement statistics; distances and
correlations of influence vectors are not here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import krippendorff
import numpy as np
import numpy.typing as npt

from profile_core.stats.intervals import Intervals, moments, ratio, ratio_intervals
from profile_core.stats.planes import Planes, Words, count_bits
from profile_core.types import Choice

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

ABSTAINED = -1
_CODES = {Choice.A: 0, Choice.B: 1, Choice.TIE: 2, None: ABSTAINED}


@dataclass(frozen=True, slots=True)
class FactorAgreement:
    """How far factors go together, ``[F, F]``, over pairs on which both are defined."""

    concordant: Ints
    """Both differ, in the same direction."""
    discordant: Ints
    tau: Floats
    """(C - D) over the geometric mean of the pairs on which either differs; 1 on the diagonal."""


def coded(choices: Iterable[Choice | str | None]) -> Codes:
    """Code choices as 0 (a), 1 (b), 2 (tie), -1 (None); ValueError for anything else."""
    return np.array(
        [_CODES[None if choice is None else Choice(choice)] for choice in choices], dtype=np.int8
    )


def agreement_rate(first: Codes, second: Codes, prompts: npt.ArrayLike) -> Intervals:
    """Share of pairs with the same choice, where both are strict; ``[pairs]`` each.

    Interval clustered by prompt, in [0, 1]; p is two-sided against one half.
    """
    strict = (first >= 0) & (first < 2) & (second >= 0) & (second < 2)
    agreed = np.where(first == second, 1, -1) * strict
    both = np.stack([agreed, strict], axis=-1).astype(np.int64)
    sums = sums_by_prompt(both, prompts)
    # On the scale from -1 (never) to 1 (always), where 0 is one half and a sign test makes sense.
    found = ratio_intervals(moments(sums[:, 0], sums[:, 1]))
    return replace(
        found,
        estimate=(1 + found.estimate) / 2,
        se=found.se / 2,
        low=(1 + found.low) / 2,
        high=(1 + found.high) / 2,
    )


def confusion(first: Codes, second: Codes) -> Ints:
    """Pairs by choice of the first (rows a, b, tie) and of the second source: ``[3, 3]``."""
    both = (first >= 0) & (second >= 0)
    cells = first[both].astype(np.int64) * 3 + second[both]
    return np.bincount(cells, minlength=9).reshape(3, 3)


def confusion_by_prompt(first: Codes, second: Codes, prompts: npt.ArrayLike) -> Ints:
    """The confusion table of each prompt, ``[G, 3, 3]``: what a bootstrap of kappa resamples."""
    both = (first >= 0) & (second >= 0)
    cells = np.where(both, first.astype(np.int64) * 3 + second, 0)
    one_hot = np.eye(9, dtype=np.int64)[cells] * both[:, None]
    return sums_by_prompt(one_hot, prompts).reshape(-1, 3, 3)


def cohens_kappa(table: npt.ArrayLike, *, ties: bool = False) -> Floats:
    """Chance-corrected agreement (Cohen 1960) of confusion tables ``[..., 3, 3]``.

    Ties are left out, or with ``ties`` are a third category. NaN where chance agreement is certain.
    """
    size = 3 if ties else 2
    pairs = np.asarray(table, dtype=np.float64)[..., :size, :size]
    total = pairs.sum(axis=(-2, -1))
    observed = ratio(np.trace(pairs, axis1=-2, axis2=-1), total)
    chance = ratio((pairs.sum(axis=-1) * pairs.sum(axis=-2)).sum(axis=-1), total**2)
    return ratio(observed - chance, 1 - chance)


def krippendorff_alpha(choices: npt.ArrayLike, *, ties: bool = True) -> float:
    """Krippendorff's nominal alpha of ``[annotators, pairs]`` coded choices.

    Ties are a category of their own unless ``ties`` is False, which leaves them out. NaN where no
    pair has two choices, or where only one category occurs and chance agreement is certain.
    """
    codes = np.asarray(choices, dtype=np.float64)
    codes = np.where((codes < 0) | ((codes == 2) & (not ties)), np.nan, codes)
    shared = codes[:, (~np.isnan(codes)).sum(axis=0) > 1]
    if len(np.unique(shared[~np.isnan(shared)])) < 2:
        return float("nan")
    return float(krippendorff.alpha(shared, level_of_measurement="nominal"))


def factor_agreement(planes: Planes, mask: Words | None = None) -> FactorAgreement:
    """Kendall's tau_b form over the signs of two factors' differences, for all pairs of factors.

    It is not centred: swapping a and b of any pair changes nothing. NaN where a factor never
    differs while the other is defined.
    """
    greater, less, defined = (
        plane if mask is None else plane & mask
        for plane in (planes.greater, planes.less, planes.defined)
    )
    factors = len(greater)
    concordant, discordant, differing = (np.zeros((factors, factors), np.int64) for _ in range(3))
    differs = greater | less
    for k in range(factors):
        # Factor k differs and the other is defined: by row k.
        differing[k] = [int(count_bits(differs[k] & defined[other])) for other in range(factors)]
        for other in range(k, factors):
            same = (greater[k] & greater[other]) | (less[k] & less[other])
            opposite = (greater[k] & less[other]) | (less[k] & greater[other])
            concordant[k, other] = concordant[other, k] = int(count_bits(same))
            discordant[k, other] = discordant[other, k] = int(count_bits(opposite))
    scale = np.sqrt(differing.astype(np.float64) * differing.T)
    return FactorAgreement(concordant, discordant, ratio(concordant - discordant, scale))


def sums_by_prompt(values: npt.NDArray[np.int64], prompts: npt.ArrayLike) -> Ints:
    """Sum rows ``[pairs, K]`` by prompt, any sortable ids in any order: ``[G, K]``."""
    found, codes = np.unique(np.asarray(prompts), return_inverse=True)
    columns = [np.bincount(codes, weights=column, minlength=len(found)) for column in values.T]
    return np.stack(columns, axis=-1).astype(np.int64)
