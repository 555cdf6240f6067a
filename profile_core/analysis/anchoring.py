"""Do people follow the automatic label they see? Estimates from blind labels beside those from all.

A label given in sight of the automatic value inherits some of it. Where a queue was also labelled
blind, its estimate stands beside that of all labels, with their difference, paired by prompt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from profile_core.analysis import drawn_influence
from profile_core.analysis.drawn_influence import DrawnCell
from profile_core.analysis.influence import chosen_factors, chosen_sources
from profile_core.analysis.label_effect import NOTHING, SIGNIFICANT, Value, drawn_value, paired
from profile_core.analysis.planes import load
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import LabelSet, Setting


@dataclass(frozen=True, slots=True)
class AnchoringRow:
    """The influence of one factor on one source from all drawn labels, and from blind ones."""

    setting: Setting
    source: str
    factor: str
    title: str
    everyone: Value
    """From all labels, the blind ones among them."""
    blind: Value
    difference: Value
    """All minus blind."""
    p: float | None
    reviewed: int
    blind_reviewed: int
    note: str
    """What the blind estimate rests on, or why there is none."""

    def sentence(self) -> str:
        """Say how far the two are apart; true whatever the data."""
        name = numbers.inline(self.title)
        if self.difference.tau is None:
            return f"For {name} blind labels cannot be compared with all: {self.note}."
        if self.p is None:
            told = "too few prompts are reviewed blind to tell whether that is chance"
        elif self.p <= SIGNIFICANT:
            told = "more than chance"
        else:
            told = "which cannot be told from chance"
        return (
            f"The influence of {name} is {self.blind} by blind labels and {self.everyone} by all: "
            f"a difference of {self.difference}, {told}."
        )


def anchoring(
    study: Study,
    *,
    labels: LabelSet = LabelSet.PREDICTION_POWERED,
    where: str | None = None,
    sources: Sequence[str] = (),
    factors: Sequence[str] = (),
    settings: Sequence[Setting] = (),
) -> tuple[AnchoringRow, ...]:
    """Compare estimates from all drawn labels with those from blind queues' blind labels alone.

    Rows are of the factors that have both. Raises UnknownName, PredicateError, or NotEstimable
    where nothing was drawn, or nothing to be labelled blind.
    """
    chosen_factors(load(study), factors)
    everyone = drawn_influence.prepare(study, labels, factors=factors)
    blind = drawn_influence.prepare(study, labels, factors=factors, blind_only=True)
    mask = everyone.base.mask(where)
    chosen = chosen_sources(everyone.base, sources, tuple(settings) or tuple(Setting))
    titles = {factor.name: factor.title for factor in everyone.automatic.factors}
    alone = {
        (cell.source, cell.factor): cell
        for cells in drawn_influence.cells(blind, chosen, mask)
        for cell in cells
    }
    rows = []
    for cells in drawn_influence.cells(everyone, chosen, mask):
        for cell in cells:
            other = alone.get((cell.source, cell.factor))
            if other is None or (factors and cell.factor not in factors):
                continue
            entry = everyone.base.sources[cell.source]
            difference, p = _difference(cell, other, everyone.base.planes.prompts)
            rows.append(
                AnchoringRow(
                    setting=entry.setting,
                    source=entry.source.name,
                    factor=cell.factor,
                    title=titles[cell.factor],
                    everyone=drawn_value(cell),
                    blind=drawn_value(other),
                    difference=difference,
                    p=p,
                    reviewed=cell.reviewed,
                    blind_reviewed=other.reviewed,
                    note=other.note,
                )
            )
    return tuple(rows)


def _difference(cell: DrawnCell, other: DrawnCell, prompts: int) -> tuple[Value, float | None]:
    first, second = cell.estimate, other.estimate
    if first is None or second is None or np.isnan(first.tau) or np.isnan(second.tau):
        return NOTHING, None
    influence = np.zeros(prompts)
    influence[first.prompt] += first.influence
    influence[second.prompt] -= second.influence
    return paired(first.tau - second.tau, influence, min(first.prompts, second.prompts))
