"""How far annotators agree, factor by factor and on the pairs' preferences, and where they do not.

Only what annotators gave themselves counts; an adjudication settles a disagreement and is no
further vote. Who said what is left out of the list of disagreements, so that it can be settled
blind to names.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.errors import UnknownName
from profile_core.stats import ratings
from profile_core.stats.agreement import ABSTAINED, coded, cohens_kappa, confusion
from profile_core.store import factors as factor_store
from profile_core.store import label_table
from profile_core.store.label_table import LabelRow, PreferenceRow
from profile_core.store.labels import LabelAction
from profile_core.store.study import Study
from profile_core.types import Choice, Factor, FactorKind

Floats = npt.NDArray[np.float64]

PREFERENCE = "preference"
"""What stands for the pair's preference where a factor is named."""


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """Agreement of annotators on one factor, or on preferences; None for what cannot be told."""

    factor: str | None
    """None for the preference between the two responses."""
    annotators: int
    labels: int
    units: int
    """Responses (or pairs) that somebody labelled."""
    shared: int
    """Those with labels of two annotators or more: all the rest is over them."""
    alpha: float | None
    """Krippendorff's, on the factor's scale; nominal for preferences and yes or no."""
    kappa: float | None
    """Mean over pairs of annotators, weighted by shared units; quadratically weighted kappa for
    factors, plain with ties as a category for preferences."""
    exact: float | None
    """Mean share of a shared unit's pairs of annotators that say the same."""
    exact_low: float | None
    exact_high: float | None
    prompts: int
    disputed: int
    """Shared units on which not all say the same, adjudicated or not."""
    note: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A value (or a preference) that annotators gave differently; without their names."""

    factor: str | None
    """None for the preference between the two responses."""
    response_id: str | None
    pair_id: str
    """The pair to open: for a value, one that the response is in."""
    values: tuple[float | Choice | None, ...]
    """What was said, sorted; None for not applicable."""
    automatic: float | None
    adjudicated: bool


@dataclass(frozen=True, slots=True)
class _Ratings:
    """What annotators said of units, as the statistics take it: `[annotators, units]`."""

    units: tuple[Hashable, ...]
    prompts: tuple[str, ...]
    said: Floats
    """NaN where nothing was said, infinity for not applicable."""


def agreement(study: Study, factor: str | None = None) -> tuple[AgreementRow, ...]:
    """Agreement of each factor that has labels, by name, and of preferences where there are any.

    `factor` keeps one; `PREFERENCE` keeps preferences. Intervals are clustered by prompt. Raises
    UnknownName.
    """
    rows = []
    for defined, labels in _labels_by_factor(study, factor):
        table = _of_labels(labels)
        rows.append(_row(defined.name, table, defined.resolution, defined.kind))
    choices = _choices(study, factor)
    if choices:
        rows.append(_row(None, _of_choices(choices), 0.0, None))
    return tuple(rows)


def disagreements(
    study: Study, factor: str | None = None, *, settled: bool = False
) -> list[Disagreement]:
    """List what annotators disagree on, the widest apart first, factor by factor.

    Preferences come last. What was adjudicated is left out, unless `settled`.
    """
    found: list[Disagreement] = []
    for defined, labels in _labels_by_factor(study, factor):
        found += _value_disagreements(study, defined, labels, settled=settled)
    return found + _preference_disagreements(_choices(study, factor), settled=settled)


def _labels_by_factor(study: Study, factor: str | None) -> list[tuple[Factor, list[LabelRow]]]:
    if factor == PREFERENCE:
        return []
    with study.cursor() as cursor:
        defined = factor_store.current(cursor)
        if factor is not None and factor not in defined:
            raise UnknownName("factor", factor, [*defined, PREFERENCE])
        labels = label_table.labels(cursor, factor)
    groups = defaultdict(list)
    for row in labels:
        groups[row.factor].append(row)
    return [(defined[name], rows) for name, rows in sorted(groups.items())]


def _choices(study: Study, factor: str | None) -> list[PreferenceRow]:
    if factor not in (None, PREFERENCE):
        return []
    with study.cursor() as cursor:
        return label_table.preferences(cursor)


def _given(labels: Iterable[LabelRow]) -> list[LabelRow]:
    return [row for row in labels if row.action in (LabelAction.ACCEPT, LabelAction.CORRECT)]


def _of_labels(labels: Sequence[LabelRow]) -> _Ratings:
    given = _given(labels)
    return _ratings(
        {row.response_id: row.prompt_id for row in given},
        {
            (row.annotator, row.response_id): math.inf if row.value is None else row.value
            for row in given
        },
    )


def _of_choices(choices: Sequence[PreferenceRow]) -> _Ratings:
    given = [row for row in choices if not row.is_adjudicated]
    return _ratings(
        {row.pair_id: row.prompt_id for row in given},
        {(row.annotator, row.pair_id): float(coded([row.choice])[0]) for row in given},
    )


def _ratings(prompts: Mapping[str, str], said: Mapping[tuple[str, str], float]) -> _Ratings:
    places = {unit: place for place, unit in enumerate(prompts)}
    annotators = {name: place for place, name in enumerate(sorted({name for name, _ in said}))}
    table = np.full((len(annotators), len(places)), np.nan)
    for (annotator, unit), value in said.items():
        table[annotators[annotator], places[unit]] = value
    return _Ratings(tuple(places), tuple(prompts.values()), table)


def _row(
    factor: str | None, table: _Ratings, resolution: float, kind: FactorKind | None
) -> AgreementRow:
    share = ratings.agreeing_share(table.said, resolution)
    exact = ratings.mean_by_prompt(share, table.prompts)
    numbers = np.where(np.isinf(table.said), np.nan, table.said)
    if kind is None:
        alpha = ratings.rating_alpha(numbers, FactorKind.BOOLEAN)
        kappa = ratings.mean_pairwise_kappa(numbers, _choice_kappa)
    else:
        alpha = ratings.rating_alpha(numbers, kind)
        kappa = ratings.mean_pairwise_kappa(numbers)
    return AgreementRow(
        factor=factor,
        annotators=len(table.said),
        labels=int((~np.isnan(table.said)).sum()),
        units=len(table.units),
        shared=int((~np.isnan(share)).sum()),
        alpha=_known(alpha),
        kappa=_known(kappa),
        exact=_known(exact.estimate),
        exact_low=_known(exact.low),
        exact_high=_known(exact.high),
        prompts=int(exact.prompts),
        disputed=int((share < 1).sum()),
        note=str(exact.note),
    )


def _choice_kappa(first: Floats, second: Floats) -> float:
    codes = (np.nan_to_num(said, nan=ABSTAINED).astype(np.int8) for said in (first, second))
    return float(cohens_kappa(confusion(*codes), ties=True))


def _value_disagreements(
    study: Study, factor: Factor, labels: Sequence[LabelRow], *, settled: bool
) -> list[Disagreement]:
    by_response: dict[str, list[LabelRow]] = defaultdict(list)
    for row in labels:
        by_response[row.response_id].append(row)
    disputed = []
    for response_id, rows in by_response.items():
        values = [row.value for row in _given(rows)]
        adjudicated = any(row.action is LabelAction.ADJUDICATE for row in rows)
        if _differ(values, factor.resolution) and (settled or not adjudicated):
            disputed.append((response_id, values, rows[-1].automatic, adjudicated))
    with study.cursor() as cursor:
        pairs = label_table.pair_of(cursor, [response_id for response_id, *_ in disputed])
    disputed.sort(key=lambda item: (-_spread(item[1]), item[0]))
    return [
        Disagreement(
            factor=factor.name,
            response_id=response_id,
            pair_id=pairs[response_id],
            values=tuple(sorted(values, key=lambda value: (value is None, value or 0.0))),
            automatic=automatic,
            adjudicated=adjudicated,
        )
        for response_id, values, automatic, adjudicated in disputed
        if response_id in pairs
    ]


def _preference_disagreements(
    choices: Sequence[PreferenceRow], *, settled: bool
) -> list[Disagreement]:
    by_pair: dict[str, list[PreferenceRow]] = defaultdict(list)
    for row in choices:
        by_pair[row.pair_id].append(row)
    found = []
    for pair_id, rows in by_pair.items():
        said = sorted(row.choice for row in rows if not row.is_adjudicated)
        adjudicated = any(row.is_adjudicated for row in rows)
        if len(set(said)) > 1 and (settled or not adjudicated):
            found.append(Disagreement(None, None, pair_id, tuple(said), None, adjudicated))
    # Opposite sides are further apart than a side and a tie.
    return sorted(
        found, key=lambda item: (not {Choice.A, Choice.B} <= {*item.values}, item.pair_id)
    )


def _differ(values: Sequence[float | None], resolution: float) -> bool:
    numbers = [value for value in values if value is not None]
    mixed = 0 < len(numbers) < len(values)
    return mixed or (len(numbers) > 1 and max(numbers) - min(numbers) > resolution)


def _spread(values: Sequence[float | None]) -> float:
    """How far apart; a number against 'not applicable' is furthest."""
    numbers = [value for value in values if value is not None]
    return math.inf if len(numbers) < len(values) else max(numbers) - min(numbers)


def _known(value: float | npt.NDArray[np.float64]) -> float | None:
    return None if np.isnan(value) else float(value)
