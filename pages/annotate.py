"""Annotate: label factors, facts and preferences, and see what the labels are worth."""

import streamlit as st

from profile_core.ui import (
    annotate_adjudicate,
    annotate_agreement,
    annotate_audit,
    annotate_desk,
    annotate_home,
    asked,
    frame,
    identity,
    resources,
    router,
)
from profile_core.ui.annotate_home import PAIR, QUEUE, VIEW

router.enter(__file__)

_VIEWS = {
    "queues": annotate_home.draw,
    "agreement": annotate_agreement.draw,
    "disagreements": annotate_adjudicate.draw,
    "audit": annotate_audit.draw,
}


def main() -> None:
    asked.take_over({"queue": QUEUE, "pair": PAIR, "view": VIEW})
    study = resources.study()
    queue_id, pair_id = st.query_params.get(QUEUE), st.query_params.get(PAIR)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        frame.head("Annotate", annotate_home.purpose(study, queue_id, pair_id))
        if queue_id or pair_id:
            router.link("annotate", "All queues")
    if not annotate_home.has_pairs(study):
        frame.empty(
            "Here pairs are labelled.",
            "The study has none yet: import preferences, or responses with score levels.",
        )
        router.link("data", "Import data", {"view": "Import"})
        return
    annotator = identity.annotator()
    if annotator is None:
        return
    if queue_id or pair_id:
        annotate_desk.draw(study, annotate_desk.Work(annotator, queue_id, pair_id))
        return
    options = list(_VIEWS)
    unknown = asked.remark(VIEW, "view", options, f"{options[0]} are shown", asked.one_of(options))
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        view = st.segmented_control(
            "View",
            options,
            default=options[0],
            required=True,
            key=VIEW,
            bind="query-params",
            label_visibility="collapsed",
        )
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            identity.line(annotator)
    asked.tell([unknown])
    _VIEWS[view](study, annotator)


main()
