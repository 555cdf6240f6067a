"""What matters with the others held equal: each source's conditional model on the influence page.

Owns how the models are drawn and read; `analysis.conditional_model` fits them. On charts a weight
stands as what it makes of one typical difference, in percent, so that every source has one scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from profile_core import charts
from profile_core.analysis.conditional_model import ConditionalModel, conditional_model
from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.planes import StudyPlanes
from profile_core.store.study import Study, Versions
from profile_core.types import LabelSet, Setting
from profile_core.ui import (
    alignment_files,
    filters,
    frame,
    held_equal,
    influence_bayes,
    influence_dots,
    influence_model_table,
    influence_pairs,
    influence_view,
    looks,
)
from profile_core.ui.held_equal import Models
from profile_core.ui.influence_view import Shown

_CAPTION = (
    "How often the source would prefer the response with more of a factor by one typical "
    "difference (its root mean square), all other factors of the model being equal; 50 %: the "
    "factor says nothing. Lines are 95 % intervals, clustered by prompt. Hollow: not "
    "distinguishable from 50 % (q above 0.05 over the model’s factors). Pale: 5 to 29 prompts."
)


def draw(
    study: Study,
    shown: Shown,
    planes: StudyPlanes,
    chosen: filters.Filter,
    asked: Sequence[str],
) -> None:
    """Draw the models of the shown sources: their weights, and how far to trust them."""
    models = Models(_models(study, shown, chosen, asked), shown, held_equal.with_values(chosen))
    if not models.fitted:
        frame.empty(
            "Here stands what matters to each source with the other factors held equal.",
            _reasons(models),
        )
        return
    said = held_equal.finding(models)
    influence_view.answer(said)
    rows = [row for model in models.fitted for row in held_equal.as_rows(model, models.names)]
    event = st.altair_chart(
        _chart(rows, models, planes),
        theme=None,
        on_select="rerun",
        key="held-equal",
        alt=f"Dot plot, from 0 to 100 %. {said} Every number is in the table below.",
    )
    if row := influence_pairs.picked(event, rows):
        model = next(m for m in models.fitted if (m.setting, m.source) == (row.setting, row.source))
        influence_pairs.follow_click(event, rows, held_equal.within(models.chosen, model))
    frame.note(f"{_CAPTION} Click a mark to read the pairs that speak for it.")
    if chosen.labels is not models.chosen.labels:
        frame.note(f"By {models.chosen.labels} values: {chosen.labels} labels have none.")
    influence_model_table.trust(models)
    sampled = influence_bayes.known(study, models)
    influence_model_table.weights(models, sampled)
    influence_bayes.draw(study, models, planes, sampled)
    _figures(rows, models, planes, said)


def _models(
    study: Study, shown: Shown, chosen: filters.Filter, asked: Sequence[str]
) -> tuple[ConditionalModel, ...]:
    versions, labels = study.versions(), held_equal.with_values(chosen).labels
    where, factors = chosen.where, tuple(asked)
    return tuple(
        fitted(study.key, versions, item.setting, item.source, labels, where, factors, study)
        for item in shown.series
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def fitted(
    key: str,
    versions: Versions,
    setting: Setting,
    source: str,
    labels: LabelSet,
    where: str | None,
    factors: tuple[str, ...],
    _study: Study,
) -> ConditionalModel:
    """A model, fitted once for each state of the study and each question."""
    return conditional_model(_study, setting, source, labels=labels, where=where, factors=factors)


def _reasons(models: Models) -> str:
    parts = [f"{m.source} ({m.setting}): {m.reason}" for m in models.found]
    return f"There is no model. {'; '.join(parts)}." if parts else "No source is shown."


def _chart(
    rows: Sequence[InfluenceRow],
    models: Models,
    planes: StudyPlanes,
    *,
    is_dark: bool | None = None,
    width: charts.Width = "container",
    title: str = "",
    caption: Sequence[str] = (),
) -> Any:
    colour = looks.colours(planes.sources, is_dark)
    factors = models.shown.factors
    sources = [name for name in models.shown.sources if any(row.source == name for row in rows)]
    return charts.dot_plot(
        [_mark(mark) for mark in influence_view.marks(rows, factors, colour)],
        looks.look(is_dark),
        panels=[(name, colour[name]) for name in sources],
        rows=[factors[name].title for name in models.names],
        reference={},
        measure=charts.PREFERRED,
        width=width,
        title=title,
        caption=caption,
    )


def _mark(mark: charts.Mark) -> charts.Mark:
    return replace(mark, value=held_equal.percent(mark.tau, mark.low, mark.high))


def _figures(rows: Sequence[InfluenceRow], models: Models, planes: StudyPlanes, said: str) -> None:
    caption = [line for text in (said, _CAPTION) for line in influence_dots.wrapped(text)]
    alignment_files.offer(
        "held-equal",
        lambda: _chart(
            rows,
            models,
            planes,
            is_dark=False,
            width=alignment_files.WIDTH,
            title="With the others held equal",
            caption=caption,
        ),
        [
            {"source": model.source, "setting": str(model.setting), **asdict(weight)}
            for model in models.fitted
            for weight in model.weights
        ],
    )
