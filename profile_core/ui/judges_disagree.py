"""The view "disagreements": pairs on which a judge differs, each opening where it can be mended."""

from __future__ import annotations

import streamlit as st

from profile_core.analysis.judge_disagreements import (
    Difference,
    Disagreement,
    DisagreementOrder,
    disagreements,
)
from profile_core.analysis.planes import load
from profile_core.analysis.reference import reference
from profile_core.analysis.scorecard import judge_names
from profile_core.errors import PredicateError
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.ui import asked, columns_help, filters, frame, router, tables

_PAGE = 25
_ONLY = {
    "every difference": None,
    "opposite choices": Difference.OPPOSITE,
    "flipped with the order": Difference.FLIPPED,
    "a tie of one of them": Difference.TIE,
}
_ORDERS = {
    "the judge's confidence": DisagreementOrder.CONFIDENCE,
    "flipped first": DisagreementOrder.FLIPPED,
    "difference in length": DisagreementOrder.LENGTH,
    "as imported": DisagreementOrder.IMPORT,
}


def draw(study: Study) -> None:
    """Draw the view."""
    lead = reference(load(study))
    judges = [name for name in judge_names(study) if not (lead and lead.source.name == name)]
    if not judges:
        frame.empty(
            "Here stand the pairs on which a judge differs from the reference.",
            "No judge but the reference has given a verdict yet.",
        )
        router.link("data", "Import verdicts", {"view": "Import"})
        return
    chosen = filters.bar(study, "judges")
    key = filters.parameter("judges", "judge")
    asked.tell([asked.remark(key, "judge", judges, f"{judges[0]} is shown")])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        judge = st.selectbox("Judge", judges, key=key, bind="query-params", width=320)
        only = st.selectbox("Show", list(_ONLY), key=filters.parameter("judges", "only"), width=220)
        order = st.selectbox(
            "Order by", list(_ORDERS), key=filters.parameter("judges", "order"), width=220
        )
        page = st.number_input("Page", 1, key=filters.parameter("judges", "page"), width=110)
    try:
        found = disagreements(
            study,
            judge,
            where=chosen.where,
            only=_ONLY[only],
            order=_ORDERS[order],
            limit=_PAGE,
            offset=(int(page) - 1) * _PAGE,
        )
    except PredicateError as error:
        columns_help.refused(error, load(study).wide)
        return
    stand_in = ", a stand-in for people," if found.is_stand_in else ""
    parts = [
        f"{numbers.count(found.counts.get(kind, 0))} {words}"
        for words, kind in _ONLY.items()
        if kind is not None
    ]
    frame.state(
        f"{judge} and {found.against}{stand_in} both answered "
        f"{numbers.counted(found.compared, 'pair')}: {numbers.listed(parts)}."
    )
    if not found.rows:
        frame.empty("No pair fits.", "Show every difference, or go back a page.")
        return
    tables.table(
        [
            tables.Column("Pair"),
            tables.Column(judge),
            tables.Column(found.against),
            tables.Column("Longer by", is_number=True, help="Words of a minus words of b"),
            tables.Column("The judge's reason"),
            tables.Column(""),
        ],
        [_row(row) for row in found.rows],
        caption=f"Page {int(page)} of {-(-found.found // _PAGE)}; "
        f"{numbers.counted(found.found, 'pair')}.",
    )


def _row(row: Disagreement) -> list[tables.Cell]:
    flipped = " (flipped)" if row.judge.flipped else ""
    confidence = row.judge.probability
    sure = "" if confidence is None else f", P(a) {numbers.decimal(confidence)}"
    reasons = [verdict.reason for verdict in row.judge.verdicts if verdict.reason]
    return [
        tables.Link(row.prompt, "browse", (("pair", row.pair_id),)),
        f"{row.judge.choice or 'no choice'}{flipped}{sure}",
        str(row.against.choice or "no choice"),
        numbers.decimal(row.length_difference, 0, signed=True),
        reasons[0][:300] if reasons else numbers.NONE,
        tables.Link("correct", "annotate", (("pair", row.pair_id),)),
    ]
