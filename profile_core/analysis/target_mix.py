"""Weights that make a mix: what the pairs would say if tasks, say, came in other proportions."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from profile_core.analysis.planes import load
from profile_core.analysis.scenario import Weights
from profile_core.errors import NotEstimable, ProfileError, UnknownName
from profile_core.stats.planes import count_bits
from profile_core.store.study import Study
from profile_core.types import LabelSet, Setting


def target_mix(
    study: Study,
    column: str,
    shares: Mapping[str, float],
    *,
    where: str | None = None,
    labels: LabelSet = LabelSet.AUTOMATIC,
    setting: Setting | None = None,
) -> Weights:
    """Weigh pairs so that the values named come in the proportions given.

    The weight of value v is ``share_v / sum of shares * pairs of the values named / pairs of v``,
    so that these pairs count as many as before, all told; other values keep weight 1. The pairs
    are those of the filter and, if one is given, of the setting, whose mixes may differ. Raises
    UnknownName, or NotEstimable for a value that has a share and no pair.
    """
    total = math.fsum(shares.values())
    if not shares or not all(share >= 0 and math.isfinite(share) for share in shares.values()):
        raise ProfileError("a mix needs a share of 0 or more for each value")
    if total <= 0:
        raise ProfileError("a mix needs a share above 0")
    study_planes = load(study, labels)
    groups = dict(study_planes.groups(column))
    mask = study_planes.mask(where)
    if setting:
        own = study_planes.setting_masks[setting]
        mask = own if mask is None else mask & own
    pairs: dict[str, int] = {}
    for value, share in shares.items():
        if value not in groups:
            raise UnknownName(f"value of {column}", value, groups)
        pairs[value] = int(count_bits(groups[value] if mask is None else groups[value] & mask))
        if share and not pairs[value]:
            raise NotEstimable(f"no pair has {column} = {value!r} here, so none can weigh more")
    named = sum(pairs.values())
    return Weights(
        column,
        tuple(
            (value, float(np.divide(share / total * named, pairs[value])) if share else 0.0)
            for value, share in shares.items()
        ),
    )
