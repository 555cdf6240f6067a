"""How far a judge leans on length, and how two judges compare: shares over the same pairs.

Choices are coded as in `agreement`. The intervals are those of influence, clustered by prompt.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from profile_core.stats.agreement import Codes, sums_by_prompt
from profile_core.stats.intervals import Intervals, moments, paired_difference, ratio_intervals

Bools = npt.NDArray[np.bool_]


def strict(choices: Codes) -> Bools:
    """Where a source prefers a or b; not where it calls a tie or abstains."""
    return np.isin(choices, (0, 1))


def longer_excess(
    judge: Codes, reference: Codes, longer: Codes, prompts: npt.ArrayLike
) -> tuple[Intervals, int]:
    """How much more often a judge prefers the longer response than the reference does.

    ``mean(judge = longer) - mean(reference = longer)``, over the pairs that both decided strictly
    and whose responses differ in length; with their number. ``longer`` is 0 where a is longer, 1
    where b is, and -1 where they are equally long or a length is missing: such pairs are left out,
    never counted for either. In [-1, 1], the interval clustered by prompt, p against 0. A judge's
    share of longer choices says nothing by itself, because people like longer answers too (Saito
    et al. 2023, arXiv:2310.10076; Zheng et al. 2023, arXiv:2306.05685).
    """
    counted = strict(judge) & strict(reference) & strict(longer)
    lean = (judge == longer).astype(np.int64) - (reference == longer)
    sums = sums_by_prompt(np.stack([lean * counted, counted], axis=-1).astype(np.int64), prompts)
    return ratio_intervals(moments(sums[:, 0], sums[:, 1])), int(counted.sum())


def paired_shares(first: Bools, second: Bools, counted: Bools, prompts: npt.ArrayLike) -> Intervals:
    """Difference of two shares over the same pairs, first minus second, in [-1, 1].

    ``mean(first) - mean(second)`` over the counted pairs, ``[pairs]`` each: McNemar's comparison
    (1947) with the variance of the differences of prompts' sums, so that pairs of one prompt need
    not be independent (Obuchowski 1998, Statistics in Medicine 17:1495).
    """
    columns = np.stack([first & counted, second & counted, counted], axis=-1).astype(np.int64)
    sums = sums_by_prompt(columns, prompts)
    found = paired_difference(sums[:, 0], sums[:, 2], sums[:, 1], sums[:, 2])
    return replace(found, low=np.clip(found.low, -1, 1), high=np.clip(found.high, -1, 1))
