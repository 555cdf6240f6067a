"""One disagreement before the person who settles it: the text, what was said, and the answers.

Names are not shown, and neither is who wrote a text. Every button carries what it settles, so
that a press lands on what was on the screen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from itertools import zip_longest

import streamlit as st

from profile_core.annotation import adjudication, undo
from profile_core.annotation.agreement import Disagreement
from profile_core.annotation.items import shown_order
from profile_core.errors import ProfileError
from profile_core.factors.scale import scale_of
from profile_core.store import examples
from profile_core.store.acts import Action
from profile_core.store.examples import PairRow
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import Choice, Factor, Order
from profile_core.ui import annotate_review, filters, frame, router, text
from profile_core.ui.annotate_review import amount

_OWN_KEYS = "settle-own-keys"
# A number that is its own key need not be written twice on its button.
_STYLE = f'<style>.st-key-{_OWN_KEYS} [aria-label^="Shortcut"] {{ display: none; }}</style>'
_LETTERS = "ABDEFGHI"
"""Keys of values on scales without points, where a digit would be taken for the value."""
_SAID = "_settled"
_DONE = "_settled_ones"
BACK = "_dispute_again"
"""Where in the session the key of a disagreement stands that was taken back just now."""
_PROBLEM = "_settled_problem"


def draw(
    study: Study, annotator: str, dispute: Disagreement, factors: Mapping[str, Factor]
) -> None:
    """Draw a disagreement and the buttons that settle it."""
    with study.cursor() as cursor:
        pair = examples.read_pair(cursor, dispute.pair_id, 0)
    if dispute.factor is None:
        _preference(study, annotator, dispute, pair)
    else:
        _value(study, annotator, dispute, pair, factors[dispute.factor])


def key(dispute: Disagreement) -> str:
    """Name a disagreement: what it is about, and of which response or pair."""
    return f"{dispute.factor}:{dispute.response_id or dispute.pair_id}"


def told() -> None:
    """Say what was settled or undone last, or why it was not."""
    if problem := st.session_state.pop(_PROBLEM, None):
        frame.problem(problem, "Nothing was settled.")
    if said := st.session_state.pop(_SAID, None):
        frame.done(said)


def undo_button(study: Study, annotator: str) -> None:
    """Draw the button that takes back the person's latest act."""
    st.button("Undo", key="settle-undo", shortcut="U", on_click=_undo, args=(study, annotator))


def _value(
    study: Study, annotator: str, dispute: Disagreement, pair: PairRow, factor: Factor
) -> None:
    response = pair.a if pair.a.response_id == dispute.response_id else pair.b
    left, right = st.columns([7, 5], gap="large")
    with left:
        text.titled("Prompt", pair.prompt)
        text.titled("Response", response.text)
        if pair.source_text:
            text.titled("Source text", pair.source_text)
    with right:
        st.html(
            f'<div class="pf-head">{text.inline(factor.title)}</div>'
            f'<p class="pf-note">{text.inline(factor.definition)}</p>'
        )
        said = [None if isinstance(value, Choice) else value for value in dispute.values]
        entries = _counted([amount(factor, value) for value in said])
        if dispute.automatic is not None:
            entries.append(("automatic", amount(factor, dispute.automatic)))
        text.facts(entries)
        note = _note(dispute)
        settle = partial(_settle_value, study, annotator, dispute, factor, note)
        _answers(dispute, factor, settle)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Not applicable",
                key=f"settle-{key(dispute)}-none",
                shortcut="N",
                on_click=settle,
                args=(None,),
            )
            _end(study, annotator, dispute)


def _answers(dispute: Disagreement, factor: Factor, settle: partial[None]) -> None:
    """Draw every point of a short scale; of others the values that were said, and a field."""
    points = scale_of(factor.kind).points
    said = [value for value in dict.fromkeys(dispute.values) if isinstance(value, float)]
    offered = [float(point) for point in points] or said
    keys = [str(point) for point in points] or list(_LETTERS[: len(said)])
    words = [amount(factor, value) for value in offered]
    if words == keys:
        st.html(_STYLE)
    with st.container(horizontal=True, key=_OWN_KEYS if words == keys else None):
        for label, value, shortcut in zip_longest(words, offered, keys):
            st.button(
                label,
                key=f"settle-{key(dispute)}-{value!r}",
                shortcut=shortcut,
                on_click=settle,
                args=(value,),
            )
    if not points:
        _other_value(dispute, factor, settle)


def _other_value(dispute: Disagreement, factor: Factor, settle: partial[None]) -> None:
    scale = scale_of(factor.kind)
    name = f"settle-{key(dispute)}-other"
    with st.form(f"{name}-form", border=False):
        st.number_input(
            f"Another value: {scale}",
            value=None,
            min_value=float(scale.low) if scale.low > float("-inf") else None,
            max_value=float(scale.high) if scale.high < float("inf") else None,
            step=1.0 if scale.is_whole else 0.01,
            format="%.0f" if scale.is_whole else "%.2f",
            key=name,
        )
        st.form_submit_button("Settle at this value", on_click=_settle_typed, args=(name, settle))


def _preference(study: Study, annotator: str, dispute: Disagreement, pair: PairRow) -> None:
    order = shown_order(annotator, None, pair.pair_id)
    first, second = annotate_review.in_order(pair, order)
    text.titled("Prompt", pair.prompt)
    if pair.source_text:
        words_of_source = len(pair.source_text.split())
        with st.expander(f"Source text ({numbers.counted(words_of_source, 'word')})"):
            text.plain(pair.source_text)
    text.side_by_side(first.text, second.text, titles=annotate_review.SIDES)
    frame.section("Which is better?")
    words = _choices(order)
    text.facts(_counted([words[value] for value in dispute.values if isinstance(value, Choice)]))
    note = _note(dispute)
    settle = partial(_settle_preference, study, annotator, dispute, words, note)
    with st.container(horizontal=True):
        for shortcut, choice in zip("102", words, strict=True):
            st.button(
                words[choice].capitalize(),
                key=f"settle-{key(dispute)}-{choice}",
                shortcut=shortcut,
                on_click=settle,
                args=(choice,),
            )
    with st.container(horizontal=True, vertical_alignment="center"):
        _end(study, annotator, dispute)


def _choices(order: Order) -> dict[Choice, str]:
    """Say each choice in the order in which the texts stand on the screen."""
    first, second = (Choice.A, Choice.B) if order is Order.AB else (Choice.B, Choice.A)
    return {
        first: f"{annotate_review.SIDES[0]} is better",
        Choice.TIE: "neither is better",
        second: f"{annotate_review.SIDES[1]} is better",
    }


def _counted(said: list[str]) -> list[tuple[str, str]]:
    return [
        (words, numbers.counted(number, "annotator")) for words, number in Counter(said).items()
    ]


def _note(dispute: Disagreement) -> str:
    name = f"settle-{key(dispute)}-note"
    st.text_input("Why", key=name, placeholder="Kept in the history", max_chars=2000)
    return name


def _end(study: Study, annotator: str, dispute: Disagreement) -> None:
    """Draw what stands below the answers, where nothing moves when a sentence comes."""
    undo_button(study, annotator)
    router.link(
        "annotate",
        "Open the pair at the desk",
        {filters.parameter("annotate", "pair"): dispute.pair_id},
    )
    if dispute.adjudicated:
        frame.note("Settled already: another answer takes the place of the first.")
    told()


def _settle_typed(name: str, settle: partial[None]) -> None:
    typed = st.session_state.get(name)
    if typed is None:
        st.session_state[_PROBLEM] = ProfileError("type a value first")
        return
    settle(float(typed))


def _settle_value(
    study: Study,
    annotator: str,
    dispute: Disagreement,
    factor: Factor,
    note: str,
    value: float | None,
) -> None:
    try:
        adjudication.adjudicate_value(
            study,
            annotator,
            str(dispute.response_id),
            factor.name,
            value,
            note=_typed(note),
        )
    except ProfileError as error:
        st.session_state[_PROBLEM] = error
        return
    _settled(dispute, f"{factor.title} is {amount(factor, value)}")


def _settle_preference(
    study: Study,
    annotator: str,
    dispute: Disagreement,
    words: Mapping[Choice, str],
    note: str,
    choice: Choice,
) -> None:
    try:
        adjudication.adjudicate_preference(
            study, annotator, dispute.pair_id, choice, reason=_typed(note)
        )
    except ProfileError as error:
        st.session_state[_PROBLEM] = error
        return
    _settled(dispute, words[choice])


def _settled(dispute: Disagreement, what: str) -> None:
    """Say it of the one before, since the next has taken its place by then."""
    st.session_state[_SAID] = f"Settled the one before: {what}."
    st.session_state.setdefault(_DONE, []).append(key(dispute))


def _typed(name: str) -> str | None:
    return (st.session_state.get(name) or "").strip() or None


def _undo(study: Study, annotator: str) -> None:
    try:
        undone = undo.undo(study, annotator)
    except ProfileError as error:
        st.session_state[_PROBLEM] = error
        return
    st.session_state[_SAID] = undone.sentence if undone else "Nothing is left to undo."
    settled: list[str] = st.session_state.get(_DONE, [])
    if undone and undone.action is Action.ADJUDICATE and settled:
        st.session_state[BACK] = settled.pop()
