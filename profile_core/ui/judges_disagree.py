"""The view "disagreements": pairs on which a judge differs, each mended where it stands."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from profile_core.analysis.judge_disagreements import (
    Difference,
    Disagreement,
    DisagreementOrder,
    Disagreements,
    disagreements,
)
from profile_core.analysis.planes import StudyPlanes, load
from profile_core.analysis.reference import reference
from profile_core.analysis.scorecard import judge_names
from profile_core.errors import PredicateError
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import Setting
from profile_core.ui import (
    asked,
    columns_help,
    filters,
    frame,
    identity,
    judges_mend,
    router,
    tables,
)
from profile_core.ui.text import inline

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
    planes = load(study)
    lead = reference(planes)
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
        judge = st.selectbox("Judge", judges, key=key, bind="query-params", width=240)
        against = _against(planes, judge, lead.source.name if lead else judge)
        only = st.selectbox("Show", list(_ONLY), key=filters.parameter("judges", "only"), width=200)
        order = st.selectbox(
            "Order by", list(_ORDERS), key=filters.parameter("judges", "order"), width=200
        )
        page = int(st.number_input("Page", 1, key=filters.parameter("judges", "page"), width=100))
    try:
        found = disagreements(
            study,
            judge,
            against=None if lead and against == lead.source.name else against,
            where=chosen.where,
            only=_ONLY[only],
            order=_ORDERS[order],
            reader=identity.known(),
            limit=_PAGE,
            offset=(page - 1) * _PAGE,
        )
    except PredicateError as error:
        columns_help.refused(error, planes.wide)
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
    if found.meaning:
        frame.note(found.meaning)
    _list(study, found, page, (judge, against, only, order, page, chosen.where))


def _against(planes: StudyPlanes, judge: str, standard: str) -> str:
    """Choose whom the judge is held against; the first verdict of a person changes no list."""
    names = {
        entry.source.name
        for entry in planes.sources
        if entry.setting is Setting.EVALUATION
        and (entry.source.name == standard or not entry.source.is_of_one_factor)
    } - {judge}
    if not names:
        return standard
    others = sorted(names, key=lambda name: (name != standard, name))
    key = filters.parameter("judges", "against")
    asked.tell([asked.remark(key, "source", others, f"{others[0]} is taken")])
    return str(
        st.selectbox(
            "Against",
            others,
            key=key,
            bind="query-params",
            help="The reference comes first.",
            width=200,
        )
    )


def _list(study: Study, found: Disagreements, page: int, listed: Hashable) -> None:
    pair_ids = [row.pair_id for row in found.rows]
    opened = judges_mend.opened(listed, pair_ids)
    if not found.rows:
        frame.empty("No pair fits.", "Show every difference, or go back a page.")
    else:
        frame.note(
            f"Page {page} of {-(-found.found // _PAGE)}; {numbers.counted(found.found, 'pair')}."
        )
    with st.container(key="differences", gap=None):
        if found.rows:
            _head(found)
        for place, row in enumerate(found.rows):
            is_open = opened is not None and opened.pair_id == row.pair_id
            if opened and opened.place == place and opened.pair_id not in pair_ids:
                judges_mend.draw(study, opened, pair_ids, None)
            with st.container(
                horizontal=True, vertical_alignment="center", key=f"difference-{row.pair_id}"
            ):
                _row(found, row)
                judges_mend.button(listed, row.pair_id, place, is_open=is_open)
            if opened and is_open:
                judges_mend.draw(study, opened, pair_ids, row)
        if opened and opened.place == len(pair_ids):
            judges_mend.draw(study, opened, pair_ids, None)


def _head(found: Disagreements) -> None:
    titles = ("Pair", found.judge, found.against, "Longer by", "The judge’s reason")
    cells = "".join(f"<span>{inline(title)}</span>" for title in titles)
    st.html(f'<div class="pf-difference pf-difference-head" aria-hidden="true">{cells}</div>')


def _row(found: Disagreements, row: Disagreement) -> None:
    flipped = " (flipped)" if row.judge.flipped else ""
    confidence = row.judge.probability
    sure = "" if confidence is None else f", P(a) {numbers.decimal(confidence)}"
    reasons = [verdict.reason for verdict in row.judge.verdicts if verdict.reason]
    longer = numbers.decimal(row.length_difference, 0, signed=True)
    cells = (
        ("Pair", _pair(row)),
        (found.judge, inline(f"{row.judge.choice or 'no choice'}{flipped}{sure}")),
        (found.against, inline(str(row.against.choice or "no choice"))),
        ("Longer by, words of a minus words of b", inline(longer)),
        ("The judge’s reason", inline(reasons[0][:300] if reasons else numbers.NONE)),
    )
    written = "".join(
        f'<div><span class="pf-unseen">{inline(title)}: </span>{cell}</div>'
        for title, cell in cells
    )
    st.html(f'<div class="pf-difference">{written}</div>')


def _pair(row: Disagreement) -> str:
    """Write what tells a pair from others, as HTML: prompts are often all alike."""
    prompt = tables.anchor(tables.Link(row.prompt, "browse", (("pair", row.pair_id),)))
    # In a line that is there anyway, so that a verdict moves nothing on the page.
    own = f"<b>Yours: {row.own}</b> · " if row.own else ""
    return (
        f'<span class="pf-difference-prompt">{prompt}</span>'
        f'<span class="pf-difference-beginning">{own}{inline(row.beginning)}</span>'
    )
