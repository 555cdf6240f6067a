"""Judges: ask models to judge, measure or write; what it costs, and whom to trust."""

import streamlit as st

from profile_core.ui import (
    filters,
    frame,
    judges_ask,
    judges_compare,
    judges_disagree,
    judges_rubrics,
    judges_runs,
    judges_scorecard,
    resources,
    router,
)

router.enter(__file__)

_VIEWS = {
    "ask a model": judges_ask.draw,
    "runs": judges_runs.draw,
    "scorecard": judges_scorecard.draw,
    "disagreements": judges_disagree.draw,
    "compare": judges_compare.draw,
    "rubrics": judges_rubrics.draw,
}

frame.head("Judges", "Ask models to judge, measure or write; see what it costs, and whom to trust.")
view = st.segmented_control(
    "View",
    list(_VIEWS),
    default="ask a model",
    required=True,
    key=filters.parameter("judges", "view"),
    bind="query-params",
    label_visibility="collapsed",
)
_VIEWS[view](resources.study())
