"""What if: change what is counted, and see which conclusions stand."""

import streamlit as st

from profile_core.analysis.drawn_influence import DRAWN_SETS
from profile_core.analysis.planes import StudyPlanes
from profile_core.errors import NotEstimable, PredicateError, ProfileError
from profile_core.types import LabelSet
from profile_core.ui import (
    columns_help,
    filters,
    frame,
    influence_labels,
    influence_view,
    resources,
    router,
    what_if_alongside,
    what_if_beside,
    what_if_compare,
    what_if_compose,
    what_if_pair,
    what_if_quick,
    what_if_saved,
    what_if_state,
    what_if_view,
)
from profile_core.ui.filters import Filter
from profile_core.ui.what_if_state import BEFORE_AFTER, ONE_PAIR, SAVED

router.enter(__file__)


def main() -> None:
    study = resources.study()
    frame.head("What if", "Change what is counted, and see which conclusions stand.")
    try:
        what_if_state.take_over(study)
    except ProfileError as error:
        frame.problem(error, "The study is shown as it stands.")
    view = what_if_quick.view()
    planes = influence_view.planes_of(study, LabelSet.AUTOMATIC)
    if not planes.planes.pairs or not planes.sources:
        _empty()
        return
    if view == SAVED:
        _saved()
        return
    what_if_quick.questions(study, planes)
    explore(filters.bar(study, what_if_state.PAGE), view)


@st.fragment
def explore(chosen: Filter, view: str) -> None:
    with frame.shown_errors():
        planes = influence_view.planes_of(resources.study(), chosen.labels)
        try:
            _explore(planes, chosen, view)
        except PredicateError as error:
            columns_help.refused(error, planes.wide)
        except NotEstimable as error:
            if chosen.labels in DRAWN_SETS:
                influence_labels.refused(error, chosen.labels)
            else:
                frame.problem(error, "Nothing was changed; take something of the scenario back.")


def _explore(planes: StudyPlanes, chosen: Filter, view: str) -> None:
    answer = st.container(key="what-if-answer" if view == BEFORE_AFTER else "what-if-prediction")
    scenario, baseline = what_if_compose.draw(planes, chosen)
    if view == ONE_PAIR:
        what_if_pair.draw(planes, scenario, answer)
        return
    shown = what_if_view.show(planes, scenario, baseline)
    with answer:
        what_if_compare.answer(shown)
    if not shown.series:
        return
    if shown.panels:
        what_if_compare.chart(shown)
    what_if_compare.table(shown)
    whole = what_if_alongside.draw(planes, scenario, baseline)
    if shown.panels:
        what_if_compare.files(shown, whole)


def _saved() -> None:
    """Draw the list, and below it the scenario on the page, which would be lost undrawn."""
    study = resources.study()
    if saved := what_if_saved.manage(study):
        what_if_beside.draw(influence_view.planes_of(study, LabelSet.AUTOMATIC), saved)
    frame.section("The scenario on this page", "Save it here; it stays while you look at others.")
    chosen = filters.bar(study, what_if_state.PAGE)
    what_if_compose.draw(influence_view.planes_of(study, chosen.labels), chosen)


def _empty() -> None:
    frame.empty(
        "Here stands what would change if other pairs, labels or weights were counted.",
        "There is nothing to compare: the study has no choices yet.",
    )
    router.link("data", "Go to the data page")


main()
