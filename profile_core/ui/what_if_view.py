"""What the what-if page draws: both sides, and what of them stands in the chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from profile_core.actions.what_if_figure import MOST_PANELS
from profile_core.analysis import shown as choosing
from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.reference import reference
from profile_core.analysis.scenario import Scenario
from profile_core.analysis.what_if import what_if
from profile_core.analysis.what_if_rows import DifferenceRow, Side, WhatIf
from profile_core.types import Factor, Setting

Series = tuple[Setting, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """Both sides, and what the chart has of them.

    What is drawn, and in which order, follows from the baseline, so that nothing jumps while a
    slider moves the scenario.
    """

    found: WhatIf
    planes: StudyPlanes
    """Of the scenario's labels: what its factors and sources are called."""
    factors: Mapping[str, Factor]
    names: list[str]
    """The factors of the chart, from top to bottom."""
    panels: list[Series]
    """None where the scenario leaves no source a pair."""
    series: list[Series]
    """Every source in a setting that has rows on either side."""

    def row(self, side: Side, series: Series, factor: str) -> InfluenceRow | None:
        """Find one side's influence."""
        return next(
            (
                row
                for row in side.rows
                if (row.setting, row.source, row.factor) == (*series, factor)
            ),
            None,
        )

    def change(self, series: Series, factor: str) -> DifferenceRow | None:
        """Find the difference of the two sides."""
        return next(
            (
                row
                for row in self.found.differences
                if (row.setting, row.source, row.factor) == (*series, factor)
            ),
            None,
        )


def show(planes: StudyPlanes, scenario: Scenario, baseline: Scenario) -> Shown:
    """Compute both sides and choose what to draw; raises as `analysis.what_if` does."""
    found = what_if(planes.study, scenario, baseline=baseline, alignment=False, win_rates=False)
    rows = found.baseline.rows or found.result.rows
    factors = {factor.name: factor for factor in planes.factors}
    lead = reference(planes)
    sources = list(scenario.sources) or choosing.choose_sources(
        [entry.source for entry in planes.sources], rows, lead
    )
    there = dict.fromkeys(
        (row.setting, row.source) for row in (*found.baseline.rows, *found.result.rows) if row.pairs
    )
    series = sorted(there, key=lambda item: (_place(sources, item[1]), str(item[0])))
    counted = {(row.setting, row.source) for row in found.result.rows if row.pairs}
    drawn = [item for item in series if item[1] in sources and item in counted][:MOST_PANELS]
    names = choosing.choose_factors(_chosen_from(found, rows, factors, drawn), factors.values())
    lead_name = lead.source.name if lead and lead.source.name in sources else None
    return Shown(
        found=found,
        planes=planes,
        factors=factors,
        names=choosing.in_order(names, rows, lead_name),
        panels=drawn,
        series=series,
    )


def _chosen_from(
    found: WhatIf,
    rows: Sequence[InfluenceRow],
    factors: Mapping[str, Factor],
    drawn: Sequence[Series],
) -> list[InfluenceRow]:
    """Take what the chart's factors are chosen from: of a model, only what is in it."""
    known = [row for row in rows if row.factor in factors]
    if not found.result.scenario.modelled:
        return known
    modelled = {row.factor for row in found.result.rows if (row.setting, row.source) in drawn}
    return [row for row in known if row.factor in modelled] or known


def series_name(series: Series) -> str:
    """Name a source in a setting in a list of choices."""
    return f"{series[1]} · {series[0]}"


def _place(names: list[str], name: str) -> int:
    return names.index(name) if name in names else len(names)
