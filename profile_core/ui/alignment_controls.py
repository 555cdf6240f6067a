"""What the alignment page can be asked for beyond the filter bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from profile_core.analysis.planes import StudyPlanes
from profile_core.types import Setting
from profile_core.ui import asked, filters

SETTINGS, DIFFERENCES, SCATTER, SIMILARITY, GROUPS = (
    "two settings",
    "differences",
    "scatter",
    "similarity",
    "by group",
)
VIEWS = (SETTINGS, DIFFERENCES, SCATTER, SIMILARITY, GROUPS)
_OF_ONE_MODEL = (SETTINGS, DIFFERENCES, SCATTER)
_VIEW_HELP = (
    "Two settings: each factor on the reference, when the model judges, and when it writes. "
    "Differences: which factors it weighs otherwise than the reference. Scatter: all of them at "
    "once. Similarity: every source with every other. By group: by task, scenario and so on."
)
_REFERENCE_HELP = (
    "Whom the others are compared with. Without a choice: the people’s majority, else gold labels, "
    "else the judge with the most decided pairs, as a stand-in."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the controls say; no factors means those a reader is likely to want."""

    view: str
    model: str
    factors: list[str]


def key(name: str) -> str:
    """Name one of the page's own widgets in its address."""
    return filters.parameter("alignment", name)


def reference(planes: StudyPlanes) -> str | None:
    """Draw the choice of the reference; None for the usual one."""
    return st.selectbox(
        "Reference",
        _judging(planes),
        index=None,
        key=key("reference"),
        bind="query-params",
        placeholder="As usual",
        help=_REFERENCE_HELP,
        width=180,
    )


def remarks(planes: StudyPlanes) -> None:
    """Say what a link asks of the controls in vain; to be called before they are drawn."""
    known = [factor.name for factor in planes.factors]
    models = {entry.source.model or entry.source.name for entry in planes.sources}
    asked.tell(
        [
            asked.remark(key("reference"), "reference", _judging(planes), "the usual one is taken"),
            asked.remark(
                key("view"), "view", VIEWS, f"the {SETTINGS} are shown", asked.one_of(VIEWS)
            ),
            asked.remark(key("model"), "model", models, "another is shown"),
            asked.remark(key("factors"), "factor", known, "it is left out"),
        ]
    )


def views(models: Sequence[str], planes: StudyPlanes) -> Asked:
    """Draw the choice of the view, and of what it shows."""
    known = [factor.name for factor in planes.factors]
    view = st.segmented_control(
        "View",
        VIEWS,
        default=SETTINGS,
        required=True,
        key=key("view"),
        bind="query-params",
        help=_VIEW_HELP,
    )
    model = models[0]
    if view in _OF_ONE_MODEL and len(models) > 1:
        model = st.selectbox("Model", models, key=key("model"), bind="query-params", width=230)
    factors = _factors(known) if view in _OF_ONE_MODEL else []
    return Asked(view or SETTINGS, model, factors)


def _factors(known: list[str]) -> list[str]:
    return st.multiselect(
        "Factors",
        known,
        key=key("factors"),
        bind="query-params",
        placeholder="The usual ones",
        width=210,
    )


def _judging(planes: StudyPlanes) -> list[str]:
    """List who may be the reference: whoever chose between two responses."""
    entries = [entry for entry in planes.sources if entry.setting is Setting.EVALUATION]
    return sorted({entry.source.name for entry in entries})
