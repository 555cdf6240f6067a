"""Conditional models as the influence page takes them: as rows, shares and filters of its own.

A weight stands as what it makes of one typical difference, from -1 (never preferred) to 1
(always), so that every source has one scale and the page's charts and links fit. Draws nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from profile_core.analysis import conditions, titles
from profile_core.analysis.conditional_model import ConditionalModel, FactorWeight
from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.titles import Series
from profile_core.text import numbers
from profile_core.types import LabelSet
from profile_core.ui import filters
from profile_core.ui.influence_view import Shown


@dataclass(frozen=True, slots=True)
class Models:
    """The models that the view shows, with the filter by which their pairs are opened."""

    found: tuple[ConditionalModel, ...]
    shown: Shown
    chosen: filters.Filter

    @property
    def fitted(self) -> list[ConditionalModel]:
        """Those that there are."""
        return [model for model in self.found if not model.reason]

    @property
    def names(self) -> list[str]:
        """The factors of any of them, from top to bottom."""
        used = {weight.factor for model in self.found for weight in model.weights}
        named = [name for name in self.shown.names if name in used]
        return [*named, *sorted(used - set(named))]


def finding(models: Models) -> str:
    """Say what choices go with when the other factors are held equal."""
    series = [
        Series(
            model.setting,
            model.source,
            models.shown.kinds[model.setting, model.source],
            tuple(as_rows(model, models.names)),
        )
        for model in models.fitted
    ]
    parts = [
        titles.finding([item], models.shown.factors).removesuffix(".")
        for item in series
        if item.told
    ]
    silent = [f"{item.source} ({item.setting})" for item in series if not item.told]
    if silent:
        parts.append(f"no factor can be told from chance in {numbers.listed(silent)}")
    return f"With the other factors of its model held equal, {'; '.join(parts)}."


def as_rows(model: ConditionalModel, names: Sequence[str]) -> list[InfluenceRow]:
    """Write weights as rows that the page's charts, sentences and links take.

    Their `tau` is how often more is preferred, from -1 (never) to 1 (always).
    """
    weights = {weight.factor: weight for weight in model.weights}
    return [_as_row(model, weights[name]) for name in names if name in weights]


def share(coefficient: float | None) -> float | None:
    """Turn log odds into a share; None stays None."""
    return None if coefficient is None else 1 / (1 + math.exp(-coefficient))


def within(chosen: filters.Filter, model: ConditionalModel) -> filters.Filter:
    """Narrow the page's filter to the pairs of a model."""
    where = conditions.all_of([chosen.fields.get("where"), model.opens])
    return replace(chosen, fields={**chosen.fields, "where": where or ""})


def with_values(chosen: filters.Filter) -> filters.Filter:
    """Take the label set by whose values pairs are counted, for one that has none of its own."""
    labels = filters.VALUES_OF.get(chosen.labels, chosen.labels)
    told = "" if labels is LabelSet.AUTOMATIC else str(labels)
    return replace(chosen, labels=labels, fields={**chosen.fields, "labels": told})


def percent(tau: float | None, low: float | None, high: float | None) -> str:
    """Write a place between -1 and 1 as a share in percent, with its interval."""
    at, least, most = (None if value is None else 50 + 50 * value for value in (tau, low, high))
    return f"{numbers.with_interval(at, least, most, 0)} %"


def _as_row(model: ConditionalModel, weight: FactorWeight) -> InfluenceRow:
    tau, low, high = (
        None if at is None else 2 * (share(at) or 0.0) - 1
        for at in (weight.coefficient, weight.low, weight.high)
    )
    return InfluenceRow(
        setting=model.setting,
        source=model.source,
        factor=weight.factor,
        group=None,
        extractor="",
        tau=tau,
        se=None,
        low=low,
        high=high,
        concordant=weight.concordant,
        discordant=weight.discordant,
        tied=weight.tied,
        missing=0,
        pairs=model.pairs,
        prompts=model.prompts,
        p=weight.p,
        q=weight.q,
        note="",
    )
