"""Dose and response: how often each source prefers more of one factor, by how much more it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from profile_core import charts
from profile_core.analysis import conditions, dose_sentences
from profile_core.analysis import shown as shown_order
from profile_core.analysis.dose_response import Curve, Dose, DoseResponse, Share, dose_response
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.relations import Relation
from profile_core.stats.intervals import MIN_PROMPTS, SMALL_PROMPTS
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.types import Factor, LabelSet, Setting
from profile_core.ui import (
    alignment_files,
    filters,
    frame,
    held_equal,
    influence_dots,
    influence_view,
    looks,
    router,
    tables,
)
from profile_core.ui.influence_view import Shown

_ABOUT_MOST = 0.9
_CAPTION = (
    "Pairs by how much more of the factor one response has; bins hold about equally many of the "
    "decided pairs, and are the same for all. Height: how often the one with more is preferred, "
    "with its 95 % interval, clustered by prompt; ties are left out. Hollow: not distinguishable "
    "from 50 % (q above 0.05 over the source’s bins). Pale: 5 to 29 prompts. A rising line: the "
    "more, the better; one that turns: a dose that τ cannot show."
)


def draw(study: Study, shown: Shown, planes: StudyPlanes, chosen: filters.Filter) -> None:
    """Draw one factor's curves for the shown sources."""
    names = {name: shown.factors[name] for name in shown.names}
    factor = st.selectbox(
        "Factor",
        list(names),
        index=_most_told(shown),
        key=influence_view.key("factor"),
        bind="query-params",
        width=240,
    )
    if not factor:
        return
    counted = held_equal.with_values(chosen)
    found = _computed(
        study.key,
        study.versions(),
        factor,
        tuple((item.setting, item.source) for item in shown.series),
        counted.labels,
        chosen.where,
        study,
    )
    if not any(curve.shares for curve in found.curves):
        frame.empty(
            f"No pair tells of {numbers.inline(names[factor].title)} here.",
            "The shown sources decided no pair in which it differs.",
        )
        return
    said = dose_sentences.finding(found, names[factor])
    influence_view.answer(said)
    event = st.altair_chart(
        _chart(found, names[factor], planes),
        theme=None,
        on_select="rerun",
        key="doses",
        alt=f"Dose-response plot, from 0 to 100 %. {said} Every number is in the table below.",
    )
    _follow(event, found, names[factor], counted)
    frame.note(f"{_CAPTION} Click a mark to read its pairs.")
    if chosen.labels is not counted.labels:
        frame.note(f"By {counted.labels} values: {chosen.labels} labels have none.")
    frame.section("The numbers, and the pairs behind them")
    _table(found, names[factor], counted)
    _figures(found, names[factor], planes, said)


@st.cache_resource(max_entries=32, show_spinner=False)
def _computed(
    key: str,
    versions: Versions,
    factor: str,
    series: tuple[tuple[Setting, str], ...],
    labels: LabelSet,
    where: str | None,
    _study: Study,
) -> DoseResponse:
    return dose_response(_study, factor, series, labels=labels, where=where)


def _chart(
    found: DoseResponse,
    factor: Factor,
    planes: StudyPlanes,
    *,
    is_dark: bool | None = None,
    width: charts.Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> Any:
    colour = looks.colours(planes.sources, is_dark)
    bins = [dose_sentences.amount(dose, factor) for dose in found.doses]
    return charts.dose_plot(
        [
            charts.DosePoint(
                source=curve.source,
                setting=str(curve.setting),
                bin=bins[share.dose],
                share=100 * (share.share or 0.0),
                low=None if share.low is None else 100 * share.low,
                high=None if share.high is None else 100 * share.high,
                is_told=share.is_told,
                is_small=share.prompts < SMALL_PROMPTS,
                colour=colour[curve.source],
                value=_preferred(share),
                pairs=f"{share.more} prefer it, {share.less} do not",
            )
            for curve in found.curves
            for share in curve.shares
            if share.share is not None and share.prompts >= MIN_PROMPTS
        ],
        looks.look(is_dark),
        bins=bins,
        axis=f"difference in {dose_sentences.measured(factor)}",
        width=width,
        title=title,
        caption=caption,
    )


def _most_told(shown: Shown) -> int:
    """The place of a factor in which most decided pairs differ, of the first taxonomy if may be."""
    differing = dict.fromkeys(shown.names, 0)
    for row in shown.rows:
        differing[row.factor] += row.concordant + row.discordant
    enough = _ABOUT_MOST * max(differing.values())
    candidates = [name for name in shown.names if differing[name] >= enough]
    first = min(candidates, key=lambda name: shown_order.taxonomy_order(shown.factors[name]))
    return shown.names.index(first)


def _table(found: DoseResponse, factor: Factor, chosen: filters.Filter) -> None:
    curves = {f"{curve.source} · {curve.setting}": curve for curve in found.curves}
    of = st.selectbox(
        "Source", list(curves), key=influence_view.key("of"), bind="query-params", width=320
    )
    curve = curves[of or next(iter(curves))]
    tables.table(
        [
            tables.Column("Difference"),
            tables.Column("Prefers more", is_number=True, help="Share of these pairs"),
            tables.Column("For more", is_number=True, help="Pairs"),
            tables.Column("For less", is_number=True, help="Pairs"),
            tables.Column("Prompts", is_number=True),
            tables.Column("q", is_number=True, help="Benjamini-Hochberg over the source’s bins"),
        ],
        [
            [
                dose_sentences.amount(found.doses[share.dose], factor),
                _preferred(share),
                _count(found, curve, share, Relation.CONCORDANT, chosen),
                _count(found, curve, share, Relation.DISCORDANT, chosen),
                numbers.count(share.prompts),
                numbers.probability(share.q),
            ]
            for share in curve.shares
        ],
        caption="Every count opens its pairs.",
    )
    if curve.equal or curve.missing:
        frame.note(
            f"In no bin: {numbers.counted(curve.equal, 'decided pair')} with the same amount, "
            f"{numbers.count(curve.missing)} without a value."
        )


def _preferred(share: Share) -> str:
    if share.prompts < MIN_PROMPTS:
        return f"too few prompts ({share.prompts})"
    bounds = (share.share, share.low, share.high)
    at, low, high = (None if value is None else 100 * value for value in bounds)
    return f"{numbers.with_interval(at, low, high, 0)} %"


def _count(
    found: DoseResponse, curve: Curve, share: Share, relation: Relation, chosen: filters.Filter
) -> tables.Cell:
    count = share.more if relation is Relation.CONCORDANT else share.less
    if not count:
        return numbers.count(count)
    params = _params(found.factor, found.doses[share.dose], curve, relation, chosen)
    return tables.Link(numbers.count(count), "browse", tuple(params.items()))


def _params(
    factor: str, dose: Dose, curve: Curve, relation: Relation, chosen: filters.Filter
) -> dict[str, str]:
    where = conditions.all_of([chosen.fields.get("where"), dose.opens])
    narrowed = replace(chosen, fields={**chosen.fields, "where": where or ""})
    return {
        **narrowed.address("browse"),
        "setting": str(curve.setting),
        "source": curve.source,
        "factor": factor,
        "relation": str(relation),
    }


def _follow(event: Any, found: DoseResponse, factor: Factor, chosen: filters.Filter) -> None:
    """Leave for the pairs of the clicked mark, those for more or for less, whichever are more.

    What comes back from the browser is only compared with the curves, never used as it is.
    """
    points = [point for clicked in event.selection.values() for point in clicked]
    for curve in found.curves:
        for share in curve.shares:
            dose = found.doses[share.dose]
            key = (str(curve.setting), curve.source, dose_sentences.amount(dose, factor))
            if any((p.get("setting"), p.get("source"), p.get("group")) == key for p in points):
                side = Relation.CONCORDANT if share.more >= share.less else Relation.DISCORDANT
                router.go("browse", _params(found.factor, dose, curve, side, chosen))


def _figures(found: DoseResponse, factor: Factor, planes: StudyPlanes, said: str) -> None:
    caption = [line for text in (said, _CAPTION) for line in influence_dots.wrapped(text)]
    alignment_files.offer(
        "dose-response",
        lambda: _chart(
            found,
            factor,
            planes,
            is_dark=False,
            width=alignment_files.WIDTH,
            title=f"{factor.title}: dose and response",
            caption=caption,
        ),
        [
            {
                "source": curve.source,
                "setting": str(curve.setting),
                "factor": found.factor,
                "from": found.doses[share.dose].low,
                "to": found.doses[share.dose].high,
                "share": share.share,
                "low": share.low,
                "high": share.high,
                "q": share.q,
                "more": share.more,
                "less": share.less,
                "prompts": share.prompts,
            }
            for curve in found.curves
            for share in curve.shares
        ],
    )
