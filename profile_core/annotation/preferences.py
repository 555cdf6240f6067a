"""A person's preference between the two responses of a pair, given at the desk.

Each annotator is a human source from their first preference on, and so is the group that they
form together (`store.desk_preferences`).
"""

from __future__ import annotations

from profile_core.annotation import items
from profile_core.annotation.items import Item, checked_annotator
from profile_core.errors import ProfileError
from profile_core.store import desk_log, desk_preferences
from profile_core.store.acts import Action, acting
from profile_core.store.study import Study
from profile_core.types import Asks, Choice, Mode

STRENGTHS = (1, 2, 3)
"""Slightly, clearly, by far."""


def prefer(
    study: Study,
    annotator: str,
    item: Item,
    choice: Choice | None,
    *,
    strength: int | None = None,
    reason: str | None = None,
) -> Item:
    """Record whom an annotator prefers, and give the item anew; None says "can't tell".

    A choice is of the stored a or b, whatever the order shown. Raises ProfileError, and records
    nothing, for a strength that does not fit, an item that asks something else, or a name under
    which preferences were imported.
    """
    annotator = checked_annotator(annotator)
    if item.asks is not Asks.PREFERENCE:
        raise ProfileError(f"this item asks about {item.asks}, not for a preference.")
    if strength is not None and (strength not in STRENGTHS or choice in (None, Choice.TIE)):
        raise ProfileError(
            f"a preference for a or b can have the strength 1, 2 or 3; found {strength} for "
            f"{choice or 'can’t tell'}: leave it out."
        )
    with study.cursor() as cursor:
        desk_log.read_pair(cursor, item.pair_id)
    with acting(
        study,
        annotator,
        Action.PREFER,
        queue_id=item.queue_id,
        pair_id=item.pair_id,
        # What was said in sight of the other sources' choices is not blind.
        mode=Mode.REVIEW if item.is_revealed else item.mode,
        shown_order=item.shown_order,
    ) as (cursor, act):
        desk_preferences.add_sources(cursor, annotator)
        desk_preferences.write(
            cursor,
            act,
            choice,
            source_id=desk_preferences.source_of(annotator),
            strength=strength,
            reason=(reason or "").strip() or None,
        )
    return items.read_again(study, annotator, item)
