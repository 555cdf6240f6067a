"""What the influence page can be asked for beyond the filter bar."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from profile_core.analysis.drawn_influence import DRAWN_SETS
from profile_core.analysis.planes import StudyPlanes
from profile_core.types import LabelSet, Variant
from profile_core.ui import asked, filters, influence_view

DOTS, GROUPS, TOGETHER, EQUAL, DOSES, CORRECTIONS = (
    "dots",
    "by group",
    "factors together",
    "others held equal",
    "dose-response",
    "what corrections change",
)
VIEWS = (DOTS, GROUPS, TOGETHER, EQUAL, DOSES, CORRECTIONS)
_OF_TAU = (DOTS, GROUPS, TOGETHER)
"""The views whose numbers, or whose choice of factors, depend on the statistic."""
VARIANTS = {
    "τ14": Variant.TAU14,
    "τ13": Variant.TAU13,
    "soft τ": Variant.SOFT,
}
VARIANT_HELP = (
    "τ14: pairs with the same amount count, as 0. τ13: they are left out. "
    "Soft τ: weighs each pair by the source's probability, where it gave one."
)
_BLIND_HELP = (
    "Leaves out labels that were given in sight of the automatic values, since people tend to "
    "accept what they see."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the controls say; no sources or factors means those a reader is likely to want."""

    view: str
    sources: list[str]
    factors: list[str]
    variant: Variant
    blind_only: bool


def draw(planes: StudyPlanes, chosen: filters.Filter) -> Asked:
    """Draw the controls, and say what a link asks of them in vain."""
    names = sorted({entry.source.name for entry in planes.sources})
    known = [factor.name for factor in planes.factors]
    asked.tell(_remarks(names, known))
    view = st.segmented_control(
        "View",
        VIEWS,
        default=DOTS,
        required=True,
        key=influence_view.key("view"),
        bind="query-params",
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="influence-controls"):
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
        variant = _variant() if view in _OF_TAU else Variant.TAU14
        blind_only = _may_be_blind(view, chosen.labels) and st.toggle(
            "Blind labels only",
            key=influence_view.key("blind"),
            bind="query-params",
            help=_BLIND_HELP,
        )
    return Asked(view, sources, factors, variant, blind_only)


def _variant() -> Variant:
    chosen = st.selectbox(
        "Statistic",
        list(VARIANTS),
        key=influence_view.key("variant"),
        bind="query-params",
        help=VARIANT_HELP,
        width=120,
    )
    return VARIANTS[chosen]


def _may_be_blind(view: str, labels: LabelSet) -> bool:
    """Tell whether the labels are drawn ones, of which blind ones can be told from others."""
    return labels in DRAWN_SETS or (view == CORRECTIONS and labels is LabelSet.AUTOMATIC)


def _remarks(names: list[str], known: list[str]) -> list[str]:
    views, variants = asked.one_of(VIEWS), asked.one_of(list(VARIANTS))
    return [
        asked.remark(influence_view.key(key), what, options, instead, why)
        for key, what, options, instead, why in (
            ("sources", "source", names, "it is left out", asked.NOT_IN_STUDY),
            ("factors", "factor", known, "it is left out", asked.NOT_IN_STUDY),
            ("view", "view", list(VIEWS), f"the {DOTS} are shown", views),
            ("variant", "statistic", list(VARIANTS), f"{next(iter(VARIANTS))} is shown", variants),
        )
    ]
