"""Alignment: how near each model’s taste is to the reference’s, in both settings."""

import streamlit as st

from profile_core.analysis.planes import StudyPlanes
from profile_core.errors import NotEstimable, PredicateError
from profile_core.ui import (
    alignment_answer,
    alignment_controls,
    alignment_differences,
    alignment_groups,
    alignment_levels,
    alignment_settings,
    alignment_similarity,
    alignment_view,
    columns_help,
    filters,
    frame,
    influence_labels,
    influence_view,
    resources,
    router,
)
from profile_core.ui.alignment_controls import DIFFERENCES, GROUPS, SCATTER, SIMILARITY
from profile_core.ui.alignment_view import Shown
from profile_core.ui.filters import Filter

router.enter(__file__)


def main() -> None:
    frame.head(
        "Alignment",
        "How near each model’s taste is to the reference’s, when it judges and when it writes.",
    )
    chosen = filters.bar(resources.study(), "alignment")
    planes = influence_view.planes_of(resources.study(), chosen.labels)
    alignment_controls.remarks(planes)
    try:
        _alignment(planes, chosen)
    except PredicateError as error:
        columns_help.refused(error, planes.wide)
    except NotEstimable as error:
        influence_labels.refused(error, chosen.labels)


def _alignment(planes: StudyPlanes, chosen: Filter) -> None:
    answer = st.container()
    controls = st.container(horizontal=True, vertical_alignment="bottom", key="alignment-controls")
    with controls:
        reference = alignment_controls.reference(planes)
    found = alignment_view.alignment_of(planes.study, chosen, reference)
    with answer:
        filters.state(chosen, found.pairs, found.all_pairs)
    if not found.rows:
        _empty(found.reason or "")
        return
    with controls:
        asked = alignment_controls.views(alignment_view.models(found), planes)
    shown = alignment_view.choose(found, planes, chosen, asked.model, asked.factors)
    with answer:
        alignment_answer.draw(shown)
        alignment_answer.distances(shown, chosen)
    _view(asked.view, shown, chosen, reference)


def _view(view: str, shown: Shown, chosen: Filter, reference: str | None) -> None:
    if view == DIFFERENCES:
        alignment_differences.draw(shown, chosen)
    elif view == SCATTER:
        alignment_differences.scatter(shown, chosen)
    elif view == SIMILARITY:
        alignment_similarity.draw(shown, chosen)
    elif view == GROUPS:
        alignment_groups.draw(shown, chosen, reference)
    else:
        alignment_settings.draw(shown, chosen)
        alignment_levels.draw(shown, chosen)


def _empty(reason: str) -> None:
    frame.empty(
        "Here stands how near each model’s taste is to people’s.",
        f"There is nothing to show: {reason}.",
    )
    router.link("data", "Go to the data page")


main()
