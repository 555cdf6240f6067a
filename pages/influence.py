"""Influence: which factors each source's preferences go with, and how sure that is."""

import streamlit as st

from profile_core.analysis import titles
from profile_core.analysis.headline import Headline
from profile_core.analysis.planes import StudyPlanes
from profile_core.errors import PredicateError
from profile_core.types import Variant
from profile_core.ui import (
    asked,
    columns_help,
    filters,
    frame,
    influence_dots,
    influence_groups,
    influence_pairs,
    influence_view,
    resources,
    router,
)
from profile_core.ui.influence_view import VARIANT_HELP, VARIANTS

router.enter(__file__)

_VIEWS = ("dots", "by group", "factors together")


def main() -> None:
    study = resources.study()
    frame.head(
        "Influence", "Which factors each source's preferences go with, and how sure that is."
    )
    chosen = filters.bar(study, "influence")
    planes = influence_view.planes_of(study, chosen.labels)
    answer = st.container()
    variant, sources, factors, view = _controls(planes)
    try:
        found = influence_view.rows_of(study, chosen.labels, chosen.where, variant)
    except PredicateError as error:
        columns_help.refused(error, planes.wide)
        return
    shown = influence_view.choose(found, planes, sources, factors)
    with answer:
        filters.state(chosen, found.pairs, found.all_pairs)
        if not found.rows:
            _empty(found.reason or "")
            return
        if view == "dots":
            finding = titles.finding(shown.series, shown.factors)
            influence_view.answer(finding)
            frame.note(Headline(shown.reference, ()).reference_sentence)
    if view == "by group":
        influence_groups.groups(study, shown, planes, chosen)
    elif view == "factors together":
        influence_groups.together(study, shown, chosen)
    else:
        influence_dots.dots(shown, planes, chosen)
        influence_pairs.pairs_behind(shown, chosen)
        influence_pairs.everything(shown)
        influence_dots.figures(shown, planes, finding)


def _controls(planes: StudyPlanes) -> tuple[Variant, list[str], list[str], str]:
    names = sorted({entry.source.name for entry in planes.sources})
    known = [factor.name for factor in planes.factors]
    views, variants = asked.one_of(_VIEWS), asked.one_of(list(VARIANTS))
    asked.tell(
        asked.remark(influence_view.key(key), what, options, instead, why)
        for key, what, options, instead, why in (
            ("sources", "source", names, "it is left out", asked.NOT_IN_STUDY),
            ("factors", "factor", known, "it is left out", asked.NOT_IN_STUDY),
            ("view", "view", list(_VIEWS), f"the {_VIEWS[0]} are shown", views),
            ("variant", "statistic", list(VARIANTS), f"{next(iter(VARIANTS))} is shown", variants),
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="influence-controls"):
        view = st.segmented_control(
            "View",
            _VIEWS,
            default=_VIEWS[0],
            required=True,
            key=influence_view.key("view"),
            bind="query-params",
        )
        sources = st.multiselect(
            "Sources",
            names,
            key=influence_view.key("sources"),
            bind="query-params",
            placeholder="The reference and the models",
            max_selections=6,
            width=300,
        )
        factors = st.multiselect(
            "Factors",
            known,
            key=influence_view.key("factors"),
            bind="query-params",
            placeholder="The taxonomy's, then the strongest",
            width=300,
        )
        variant = st.selectbox(
            "Statistic",
            list(VARIANTS),
            key=influence_view.key("variant"),
            bind="query-params",
            help=VARIANT_HELP,
            width=120,
        )
    return VARIANTS[variant], sources, factors, view


def _empty(reason: str) -> None:
    frame.empty(
        "Here stands how much each factor weighs in each source's preferences.",
        f"There is nothing to show: {reason}.",
    )
    router.link("data", "Go to the data page")


main()
