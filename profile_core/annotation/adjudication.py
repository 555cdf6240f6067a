"""Settling what annotators disagree on: an adjudicated value or choice wins everywhere.

The annotators' own labels stay as they are; an adjudication stands beside them, and a later one
takes its place. It can be undone like any act.
"""

from __future__ import annotations

from profile_core.annotation.items import checked_annotator
from profile_core.errors import ProfileError, UnknownName
from profile_core.store import desk_preferences, label_table, labels
from profile_core.store.acts import Act, Action, acting
from profile_core.store.labels import Entry, LabelAction
from profile_core.store.study import Counter, Study
from profile_core.types import Choice, Mode


def adjudicate_value(
    study: Study,
    annotator: str,
    response_id: str,
    factor: str,
    value: float | None,
    *,
    note: str | None = None,
) -> Act:
    """Settle the value of a factor in a response; None says that the factor does not apply.

    The value counts as drawn with the probability of the labels that it settles. Raises
    UnknownName, or ProfileError for a value off the factor's scale.
    """
    annotator = checked_annotator(annotator)
    used = labels.in_force(study)
    if factor not in used.factors:
        raise UnknownName("factor", factor, used.factors)
    value = labels.checked_value(used.factors[factor], value)
    with study.cursor() as cursor:
        pair_id = label_table.pair_of(cursor, [response_id]).get(response_id)
        if pair_id is None:
            raise ProfileError(f"the study has no pair with a response {response_id!r}")
        given = label_table.labels(cursor, factor, response_id=response_id)
        automatic = labels.automatic(cursor, used, [response_id], [factor])
    drawn = next((row for row in reversed(given) if row.probability is not None), None)
    with acting(
        study,
        annotator,
        Action.ADJUDICATE,
        pair_id=pair_id,
        response_id=response_id,
        mode=Mode.ADJUDICATION,
        note=note,
    ) as (cursor, act):
        entry = Entry(
            response_id,
            factor,
            LabelAction.ADJUDICATE,
            value,
            automatic.get((response_id, factor)),
            queue_kind=drawn.queue_kind if drawn else None,
            probability=drawn.probability if drawn else None,
            note=note,
        )
        labels.write(cursor, act, [entry])
    return act


def adjudicate_preference(
    study: Study,
    annotator: str,
    pair_id: str,
    choice: Choice,
    *,
    reason: str | None = None,
) -> Act:
    """Settle which response of a pair is preferred: the choice of the annotators as a group.

    Raises ProfileError for a pair on which nobody at the desk chose.
    """
    annotator = checked_annotator(annotator)
    with study.cursor() as cursor:
        chosen = {row.pair_id for row in label_table.preferences(cursor)}
    if pair_id not in chosen:
        raise ProfileError(f"nobody chose on the pair {pair_id!r}, so there is nothing to settle")
    with acting(
        study,
        annotator,
        Action.ADJUDICATE,
        pair_id=pair_id,
        mode=Mode.ADJUDICATION,
        note=reason,
        counter=Counter.DATA,
    ) as (cursor, act):
        desk_preferences.add_sources(cursor)
        desk_preferences.write(cursor, act, choice, source_id=desk_preferences.GROUP, reason=reason)
    return act
