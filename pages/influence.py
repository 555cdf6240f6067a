"""Influence: which factors each source's preferences go with, and how sure that is."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from profile_core.analysis import titles
from profile_core.analysis.headline import Headline
from profile_core.analysis.planes import StudyPlanes
from profile_core.errors import NotEstimable, PredicateError
from profile_core.ui import (
    columns_help,
    filters,
    frame,
    influence_controls,
    influence_dose,
    influence_dots,
    influence_groups,
    influence_label_table,
    influence_labels,
    influence_model,
    influence_pairs,
    influence_view,
    resources,
    router,
)
from profile_core.ui.filters import Filter
from profile_core.ui.influence_controls import (
    CORRECTIONS,
    DOSES,
    DOTS,
    EQUAL,
    GROUPS,
    TOGETHER,
    Asked,
)

router.enter(__file__)


def main() -> None:
    frame.head(
        "Influence", "Which factors each source's preferences go with, and how sure that is."
    )
    chosen = filters.bar(resources.study(), "influence")
    planes = influence_view.planes_of(resources.study(), chosen.labels)
    answer = st.container()
    asked = influence_controls.draw(planes, chosen)
    try:
        if asked.view == CORRECTIONS:
            _corrections(planes, chosen, asked, answer)
        else:
            _influence(planes, chosen, asked, answer)
    except PredicateError as error:
        columns_help.refused(error, planes.wide)
    except NotEstimable as error:
        influence_labels.refused(error, chosen.labels)


def _influence(planes: StudyPlanes, chosen: Filter, asked: Asked, answer: DeltaGenerator) -> None:
    study = planes.study
    found = influence_view.rows_of(
        study, chosen.labels, chosen.where, asked.variant, blind_only=asked.blind_only
    )
    shown = influence_view.choose(
        found, planes, asked.sources, asked.factors, blind_only=asked.blind_only
    )
    finding = titles.finding(shown.series, shown.factors)
    with answer:
        filters.state(chosen, found.pairs, found.all_pairs)
        if not found.rows:
            _empty(found.reason or "")
            return
        if asked.view == DOTS:
            influence_view.answer(finding)
            frame.note(Headline(shown.reference, ()).reference_sentence)
    if asked.view == GROUPS:
        influence_groups.groups(study, shown, planes, chosen)
    elif asked.view == TOGETHER:
        influence_groups.together(study, shown, chosen)
    elif asked.view == EQUAL:
        influence_model.draw(study, shown, planes, chosen, asked.factors)
    elif asked.view == DOSES:
        influence_dose.draw(study, shown, planes, chosen)
    else:
        influence_dots.dots(shown, planes, chosen)
        influence_pairs.pairs_behind(shown, chosen)
        influence_pairs.everything(shown)
        influence_dots.figures(shown, planes, finding)


def _corrections(planes: StudyPlanes, chosen: Filter, asked: Asked, answer: DeltaGenerator) -> None:
    study = planes.study
    with answer:
        found = influence_labels.compare(study, planes, chosen, asked)
        if found is None:
            return
        pairs = found.shown.found
        filters.state(replace(chosen, labels=found.labels), pairs.pairs, pairs.all_pairs)
        if not found.panels:
            frame.empty(
                "Nothing to compare.",
                "No labelled factor has pairs here: take a filter back, or choose other factors.",
            )
            return
        influence_view.answer(influence_labels.finding(found))
    influence_labels.draw(found, planes, chosen)
    frame.section("The numbers, and the labels behind them")
    if series := influence_label_table.source(found):
        influence_label_table.table(found, series, planes, chosen)
        influence_label_table.blind(study, found, series, chosen)
        influence_label_table.how_many_more(study, found, series, chosen)
    influence_labels.figures(found, planes)


def _empty(reason: str) -> None:
    frame.empty(
        "Here stands how much each factor weighs in each source's preferences.",
        f"There is nothing to show: {reason}.",
    )
    router.link("data", "Go to the data page")


main()
