"""How far an extractor's values can be trusted, by what people made of them.

A value counts once, with the human value in force (adjudicated first, else the latest), against
the automatic value that the person was given. Where every value came from a draw with a stored
probability, shares and means are weighted by one over it, so that they speak of all pairs that
could have been drawn and not of the doubtful ones that a targeted draw prefers.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from profile_core.errors import UnknownName
from profile_core.stats import ratings
from profile_core.stats.intervals import paired_difference
from profile_core.store import factors as factor_store
from profile_core.store import label_table
from profile_core.store.label_table import LabelRow
from profile_core.store.labels import LabelAction
from profile_core.store.study import Study
from profile_core.types import Factor, Mode

Floats = npt.NDArray[np.float64]


class Split(StrEnum):
    """What audit rows may be split by."""

    EXTRACTOR_VERSION = "extractor_version"
    GENERATOR = "generator"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One factor of one extractor; shares in [0, 1], None for what cannot be told."""

    factor: str
    extractor: str
    group: str | None
    """The version or generator that the row is of, where rows are split."""
    reviewed: int
    """Values with a human value in force, given in whichever mode."""
    accepted: int
    """Those whose value in force was accepted as shown."""
    acceptance: float | None
    """Share of accepts among values in force that were given in review, where one can accept."""
    exact: float | None
    """Share of reviewed values that people have just as the extractor has; 'not applicable' on
    both sides is the same, on one side it is not."""
    kappa: float | None
    """Quadratically weighted, over values that are numbers on both sides."""
    bias: float | None
    """Mean of automatic minus human, over the same."""
    bias_low: float | None
    bias_high: float | None
    blind_reviewed: int
    """Standing labels that were given blind, by each annotator; adjudicated or not."""
    blind_exact: float | None
    review_exact: float | None
    """The same share among standing labels given in review."""
    anchoring: float | None
    """`review_exact` minus `blind_exact`: how far people take what they are shown."""
    anchoring_low: float | None
    anchoring_high: float | None
    cannot_tell: int
    prompts: int
    is_weighted: bool
    """Whether drawn probabilities differ, so that plain counts give other shares."""
    note: str


def audit(
    study: Study,
    factor: str | None = None,
    extractor: str | None = None,
    by: Split | str | None = None,
) -> tuple[AuditRow, ...]:
    """Hold automatic values against people's, a row for each factor and extractor that has labels.

    Intervals are clustered by prompt. Raises UnknownName for a factor that the study does not
    have, or an extractor whose values nobody labelled; ValueError for another split.
    """
    split = None if by is None else Split(by)
    with study.cursor() as cursor:
        defined = factor_store.current(cursor)
        if factor is not None and factor not in defined:
            raise UnknownName("factor", factor, defined)
        labels = label_table.labels(cursor, factor)
    groups: dict[tuple[str, str, str | None], list[LabelRow]] = defaultdict(list)
    for row in labels:
        if row.extractor is not None:
            group = None if split is None else getattr(row, split.value)
            groups[row.factor, row.extractor, group].append(row)
    known = {name for _, name, _ in groups}
    if extractor is not None and groups and extractor not in known:
        raise UnknownName("extractor with labels", extractor, known)
    return tuple(
        _row(defined[key[0]], key[1], key[2], rows)
        for key, rows in sorted(groups.items(), key=lambda item: [part or "" for part in item[0]])
        if extractor in (None, key[1])
    )


def _row(factor: Factor, extractor: str, group: str | None, rows: Sequence[LabelRow]) -> AuditRow:
    used = [row for row in rows if row.is_in_force]
    weights = _weights(used)
    exact = _exact(used, factor.resolution)
    may_accept = np.array([row.mode is Mode.REVIEW for row in used], dtype=bool)
    accepted = np.array([row.action is LabelAction.ACCEPT for row in used], dtype=bool)
    automatic = np.array([_value(row.automatic) for row in used], dtype=np.float64)
    human = np.array([_value(row.value) for row in used], dtype=np.float64)
    prompts = [row.prompt_id for row in used]
    bias = ratings.mean_by_prompt(
        automatic - human, prompts, weights=weights, bounds=(-math.inf, math.inf)
    )
    own = [row for row in rows if row.action in (LabelAction.ACCEPT, LabelAction.CORRECT)]
    shown, blind = (_in_mode(own, mode, factor.resolution) for mode in (Mode.REVIEW, Mode.BLIND))
    difference = paired_difference(*shown, *blind)
    return AuditRow(
        factor=factor.name,
        extractor=extractor,
        group=group,
        reviewed=len(used),
        accepted=int(accepted.sum()),
        acceptance=_mean(np.where(may_accept, accepted, np.nan), weights),
        exact=_mean(exact, weights),
        kappa=_known(ratings.weighted_kappa(automatic, human, weights)),
        bias=_known(bias.estimate),
        bias_low=_known(bias.low),
        bias_high=_known(bias.high),
        blind_reviewed=sum(row.mode is Mode.BLIND for row in own),
        blind_exact=_share(*blind),
        review_exact=_share(*shown),
        anchoring=_known(difference.estimate),
        anchoring_low=_known(difference.low),
        anchoring_high=_known(difference.high),
        cannot_tell=sum(row.action is LabelAction.CANNOT_TELL for row in rows),
        prompts=len(set(prompts)),
        is_weighted=bool(len(weights) and weights.max() > weights.min()),
        note=str(bias.note),
    )


def _in_mode(rows: Sequence[LabelRow], mode: Mode, resolution: float) -> tuple[Floats, Floats]:
    """Exact labels and labels of each prompt, those of one mode; the prompts of all rows."""
    exact = np.where([row.mode is mode for row in rows], _exact(rows, resolution), np.nan)
    weights = _weights([row for row in rows if row.mode is mode])
    spread = np.ones(len(rows))
    spread[~np.isnan(exact)] = weights
    return ratings.prompt_sums(exact, [row.prompt_id for row in rows], weights=spread)


def _weights(rows: Sequence[LabelRow]) -> Floats:
    """One over the probability of each, if all were drawn; else all the same."""
    if any(row.probability is None for row in rows):
        return np.ones(len(rows))
    return np.array([1.0 / row.probability for row in rows if row.probability], dtype=np.float64)


def _exact(rows: Sequence[LabelRow], resolution: float) -> Floats:
    return np.array(
        [
            float(row.automatic == row.value)
            if row.automatic is None or row.value is None
            else float(abs(row.automatic - row.value) <= resolution)
            for row in rows
        ],
        dtype=np.float64,
    )


def _mean(values: Floats, weights: Floats) -> float | None:
    given = ~np.isnan(values)
    return float(np.average(values[given], weights=weights[given])) if given.any() else None


def _share(sums: Floats, sizes: Floats) -> float | None:
    return float(sums.sum() / sizes.sum()) if sizes.sum() else None


def _value(value: float | None) -> float:
    return math.nan if value is None else value


def _known(value: float | npt.NDArray[np.float64]) -> float | None:
    return None if np.isnan(value) else float(value)
