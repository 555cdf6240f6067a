"""The figure of a what-if, for the page and for the report alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from profile_core import charts
from profile_core.analysis import palette, shown, titles
from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.planes import PlaneSource
from profile_core.analysis.reference import Reference
from profile_core.analysis.what_if_rows import DifferenceRow, Side, WhatIf
from profile_core.charts import BeforeAfter, Look
from profile_core.text import numbers
from profile_core.types import Factor, Setting

MOST_PANELS = 3
"""Panels that stand side by side and stay readable."""
MOST_ROWS = 14
CAPTION = (
    "Above, grey: τ at the baseline; below, in the source's colour: in the scenario. Lines are "
    "95 % intervals, clustered by prompt. The way between is strong where the two can be told "
    "apart (q at most 0.05). Hollow: not distinguishable from no influence. Pale: 5 to 29 prompts."
)

Panel = tuple[Setting, str]
_Key = tuple[Setting, str, str]


def panels(
    found: WhatIf,
    sources: Iterable[PlaneSource],
    reference: Reference | None,
    most: int = MOST_PANELS,
) -> tuple[Panel, ...]:
    """Choose what to draw: the sources that the pages show first, in each of their settings."""
    known = dict.fromkeys((row.setting, row.source) for row in found.differences)
    names = shown.choose_sources(
        [entry.source for entry in sources], found.baseline.rows, reference
    )
    ordered = sorted(
        (panel for panel in known if panel[1] in names),
        key=lambda panel: (names.index(panel[1]), panel[0] is not Setting.EVALUATION),
    )
    return tuple(ordered[:most])


def rows(
    found: WhatIf, factors: Mapping[str, Factor], drawn: Sequence[Panel], most: int = MOST_ROWS
) -> tuple[str, ...]:
    """Choose the factors to draw: what a reader is likely to want, and whatever moved."""
    own = [row for row in found.differences if (row.setting, row.source) in drawn]
    moved = sorted((row for row in own if row.is_told), key=lambda row: -abs(row.difference or 0))
    usual = shown.choose_factors(found.baseline.rows, list(factors.values()))
    names = dict.fromkeys([*(row.factor for row in moved), *usual])
    known = {row.factor for row in own}
    return tuple([name for name in names if name in known][:most])


def figure(
    found: WhatIf,
    factors: Mapping[str, Factor],
    sources: Iterable[PlaneSource],
    look: Look,
    *,
    is_dark: bool,
    drawn: Sequence[Panel],
    names: Sequence[str],
    width: charts.Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> Any:
    """Draw a what-if: a panel each of `drawn`, a row each of `names`."""
    known = [entry.source for entry in sources]
    by_id = palette.source_colours(known)
    colours = {source.name: by_id[source.source_id].on(is_dark) for source in known}
    return charts.before_after(
        marks(found, factors, colours, drawn, names),
        look,
        panels=[(source, str(setting), colours[source]) for setting, source in drawn],
        rows=[factors[name].title for name in names],
        width=width,
        title=title,
        caption=caption,
    )


def marks(
    found: WhatIf,
    factors: Mapping[str, Factor],
    colours: Mapping[str, str],
    drawn: Sequence[Panel],
    names: Sequence[str],
) -> list[BeforeAfter]:
    """Turn the rows of a what-if into marks; a side without a number says why it has none."""
    before, after = (_by_key(side.rows) for side in (found.baseline, found.result))
    changes = {(row.setting, row.source, row.factor): row for row in found.differences}
    return [
        _mark(found, key, factors, colours, before.get(key), after.get(key), changes.get(key))
        for setting, source in drawn
        for name in names
        if (key := (setting, source, name)) in before or key in after
    ]


def absence(side: Side, panel: Panel, row: InfluenceRow | None, factor: str) -> str:
    """Say in a few words why a side has no number worth showing; empty where it has one."""
    if row is not None:
        return titles.absence(row)
    if factor not in side.factors:
        return "left out"
    is_modelled = any((model.setting, model.source) == panel for model in side.models)
    return "not in the model" if is_modelled else "no pairs"


def change_in_words(row: DifferenceRow | None) -> str:
    """Write a difference with its interval, `+0.13 [0.04, 0.22]`, or that it is no finding."""
    if row is None:
        return numbers.NONE
    if row.is_held:
        return "held equal"
    said = numbers.with_interval(row.difference, row.low, row.high)
    return f"+{said}" if (row.difference or 0.0) > 0 and not said.startswith("0.00") else said


def _by_key(own: Iterable[InfluenceRow]) -> dict[_Key, InfluenceRow]:
    return {(row.setting, row.source, row.factor): row for row in own}


def _mark(
    found: WhatIf,
    key: _Key,
    factors: Mapping[str, Factor],
    colours: Mapping[str, str],
    before: InfluenceRow | None,
    after: InfluenceRow | None,
    change: DifferenceRow | None,
) -> BeforeAfter:
    setting, source, factor = key
    return BeforeAfter(
        factor=factor,
        title=factors[factor].title,
        source=source,
        setting=str(setting),
        before=before.tau if before else None,
        before_low=before.low if before else None,
        before_high=before.high if before else None,
        after=after.tau if after else None,
        after_low=after.low if after else None,
        after_high=after.high if after else None,
        is_before_told=bool(before and titles.is_told(before)),
        is_after_told=bool(after and titles.is_told(after)),
        is_moved=bool(change and change.is_told),
        is_before_small=bool(before and titles.is_small(before)),
        is_after_small=bool(after and titles.is_small(after)),
        before_absence=absence(found.baseline, (setting, source), before, factor),
        after_absence=absence(found.result, (setting, source), after, factor),
        colour=colours[source],
        before_value=_value(before),
        after_value=_value(after),
        difference=change_in_words(change),
        q=numbers.probability(change.q if change else None),
    )


def _value(row: InfluenceRow | None) -> str:
    return numbers.with_interval(row.tau, row.low, row.high) if row else numbers.NONE
