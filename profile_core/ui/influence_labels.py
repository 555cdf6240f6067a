"""What corrections change: each influence by automatic labels and by people's, as arrows.

Owns what is drawn of it and how that is read; the numbers and sentences are `label_effect`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from profile_core import charts
from profile_core.analysis import label_effect
from profile_core.analysis.label_effect import EffectRow
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.titles import Series
from profile_core.errors import NotEstimable
from profile_core.stats.intervals import MIN_PROMPTS, SMALL_PROMPTS
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.types import LabelSet, Setting, Variant
from profile_core.ui import (
    cached,
    filters,
    frame,
    influence_dots,
    influence_pairs,
    influence_view,
    looks,
    pair_links,
    router,
)
from profile_core.ui.influence_controls import Asked
from profile_core.ui.influence_view import Shown

_PANELS = 3
_EXPORT_WIDTH = 860

Key = tuple[Setting, str, str]


@dataclass(frozen=True, slots=True)
class Effects:
    """What the view draws: rows by setting, source and factor, and which of them are shown."""

    labels: LabelSet
    """Those that the automatic ones are compared with."""
    blind_only: bool
    shown: Shown
    rows: Mapping[Key, EffectRow]

    def of(self, series: Series) -> list[EffectRow]:
        """The shown rows of a source in a setting, from top to bottom."""
        keys = [(series.setting, series.source, name) for name in self.shown.names]
        return [self.rows[key] for key in keys if key in self.rows]

    @property
    def panels(self) -> list[Series]:
        """The series of the chart: those with a second value worth showing, or else the first."""
        found = [
            series
            for series in self.shown.series
            if any(not absence(row) for row in self.of(series))
        ]
        return (found or self.shown.series)[:_PANELS]


def compare(
    study: Study,
    planes: StudyPlanes,
    chosen: filters.Filter,
    asked: Asked,
) -> Effects | None:
    """Compare the automatic labels with the chosen ones, or with the best that can be estimated.

    Where nothing can be compared, says why and what to do instead, and gives None.
    """
    if not cached.labels(study).labels:
        frame.empty(
            "Here stands what people’s labels change of each influence, before and after.",
            "Nobody has labelled a factor value yet.",
        )
        router.link("annotate", "Check the automatic labels")
        return None
    is_open = chosen.labels is LabelSet.AUTOMATIC
    labels = LabelSet.PREDICTION_POWERED if is_open else chosen.labels
    blind_only = asked.blind_only
    try:
        rows = _rows(study, labels, chosen.where, blind_only)
    except NotEstimable as error:
        refused(error, labels)
        if not is_open or blind_only:
            return None
        frame.note("Until then, this compares with the corrected values, whoever gave them.")
        labels = LabelSet.CORRECTED
        rows = _rows(study, labels, chosen.where, blind_only)
    by_key = {(row.setting, row.source, row.factor): row for row in rows}
    shown = _choose(study, planes, chosen, asked, by_key)
    return Effects(labels, blind_only, shown, by_key)


def refused(error: NotEstimable, labels: LabelSet) -> None:
    """Say why a label set cannot be estimated, and offer the way to what it lacks."""
    # The reason is written for commands, too: here a link takes the place of the command's name.
    reason = str(error).replace(" with `queue draw`", "").replace("`", "")
    frame.empty(f"Here stand influences by {labels} labels.", f"{reason[:1].upper()}{reason[1:]}")
    router.link("annotate", "Draw a queue", {filters.parameter("annotate", "view"): "queues"})


def finding(found: Effects) -> str:
    """Say what the comparison comes to."""
    return label_effect.finding([row for series in found.panels for row in found.of(series)])


def draw(found: Effects, planes: StudyPlanes, chosen: filters.Filter) -> None:
    """Draw the arrows; a click on one leaves for its pairs."""
    rows = [row for series in found.panels for row in found.of(series)]
    event = st.altair_chart(
        _arrow_plot(found, planes),
        theme=None,
        on_select="rerun",
        key="arrows",
        alt=_alternative(found, rows),
    )
    if row := influence_pairs.picked(event, rows):
        router.go("browse", pair_links.labelled(row, planes, chosen, found.labels))
    more = len(found.shown.series) - len(found.panels)
    frame.note(
        f"{_caption(found)} Click an arrow’s head to read the labelled pairs."
        + (f" {numbers.count(more)} more in the table below, by source." if more else "")
    )
    if chosen.labels is LabelSet.AUTOMATIC and found.labels is not LabelSet.CORRECTED:
        frame.note(
            f"The automatic labels are compared with {found.labels} ones, which make the most of "
            "every label; choose another set under Labels to compare with that."
        )


def figures(found: Effects, planes: StudyPlanes) -> None:
    """Offer the arrows as a file, light and with their finding, as a paper takes them."""
    texts = (finding(found), _caption(found))
    said = [line for text in texts for line in influence_dots.wrapped(text)]

    def chart() -> Any:
        return _arrow_plot(
            found,
            planes,
            is_dark=False,
            width=_EXPORT_WIDTH,
            title="What people’s labels change",
            caption=said,
        )

    with st.container(horizontal=True):
        st.download_button(
            "Figure as SVG", lambda: charts.svg(chart()), "corrections.svg", "image/svg+xml"
        )
        st.download_button(
            "Figure as PNG", lambda: charts.png(chart()), "corrections.png", "image/png"
        )


def _rows(
    study: Study, labels: LabelSet, where: str | None, blind_only: bool
) -> tuple[EffectRow, ...]:
    return _computed(study.key, study.versions(), labels, where, blind_only, study)


@st.cache_resource(max_entries=16, show_spinner=False)
def _computed(
    key: str,
    versions: Versions,
    labels: LabelSet,
    where: str | None,
    blind_only: bool,
    _study: Study,
) -> tuple[EffectRow, ...]:
    return label_effect.effect(_study, labels=labels, where=where, blind_only=blind_only)


def _choose(
    study: Study,
    planes: StudyPlanes,
    chosen: filters.Filter,
    asked: Asked,
    rows: Mapping[Key, EffectRow],
) -> Shown:
    """Choose as the other views do, among what labels touch unless it is asked for by name."""
    touched = {key for key, row in rows.items() if row.reviewed or row.difference.tau}
    kept = touched if touched and not asked.factors else rows.keys()
    automatic = influence_view.rows_of(study, LabelSet.AUTOMATIC, chosen.where, Variant.TAU14)
    found = tuple(row for row in automatic.rows if (row.setting, row.source, row.factor) in kept)
    found_there = replace(automatic, rows=found)
    return influence_view.choose(found_there, planes, asked.sources, asked.factors)


def _arrow_plot(
    found: Effects,
    planes: StudyPlanes,
    *,
    is_dark: bool | None = None,
    width: charts.Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> Any:
    colour = looks.colours(planes.sources, is_dark)
    panels = found.panels
    shown = {row.factor: row.title for series in panels for row in found.of(series)}
    return charts.arrow_plot(
        [_arrow(row, colour[series.source]) for series in panels for row in found.of(series)],
        looks.look(is_dark),
        panels=[(series.source, str(series.setting), colour[series.source]) for series in panels],
        rows=[shown[name] for name in found.shown.names if name in shown],
        header=f"automatic → {found.labels}",
        width=width,
        title=title,
        caption=caption,
    )


def _arrow(row: EffectRow, colour: str) -> charts.Arrow:
    return charts.Arrow(
        factor=row.factor,
        title=row.title,
        source=row.source,
        setting=str(row.setting),
        before=row.before.tau,
        before_low=row.before.low,
        before_high=row.before.high,
        after=row.after.tau,
        after_low=row.after.low,
        after_high=row.after.high,
        is_told=row.is_told,
        is_small=row.prompts < SMALL_PROMPTS,
        absence=absence(row),
        colour=colour,
        before_value=str(row.before),
        after_value=str(row.after),
        difference=signed(row),
        labels=reviewed(row),
    )


def absence(row: EffectRow) -> str:
    """Say in a few words why there is no second value worth showing; empty where there is one."""
    if row.after.tau is not None:
        return f"too few prompts ({row.prompts})" if row.prompts < MIN_PROMPTS else ""
    if row.cell and row.cell.outside:
        return "not all drawable"
    return "no reviewed pair" if row.reviewed == 0 else "none counts"


def signed(row: EffectRow) -> str:
    """Write the difference with its sign and interval."""
    found = row.difference
    value = numbers.decimal(found.tau, signed=True)
    if found.low is None or found.high is None:
        return value
    return f"{value} [{numbers.decimal(found.low)}, {numbers.decimal(found.high)}]"


def reviewed(row: EffectRow) -> str:
    """Write how many reviewed pairs the second value rests on."""
    if row.reviewed is None or row.drawn is None:
        return numbers.NONE
    return f"{numbers.count(row.reviewed)} of {numbers.count(row.drawn)} drawn"


def _caption(found: Effects) -> str:
    return (
        "Grey bar and band: τ by automatic labels with its 95 % interval, clustered by prompt. "
        f"Arrow: to τ by {found.labels} labels; line: its interval. Hollow: the two cannot be told "
        "apart (q above 0.05). A dot: no change. Pale: 5 to 29 prompts."
    )


def _alternative(found: Effects, rows: Sequence[EffectRow]) -> str:
    who = numbers.listed(list(dict.fromkeys(row.source for row in rows)))
    factors = numbers.counted(len({row.factor for row in rows}), "factor")
    return (
        f"Arrow plot, from −1 to 1, of the influence of {factors} on {who}, by automatic labels "
        f"and by {found.labels} labels. {finding(found)} Every number is in the table "
        "below."
    )
