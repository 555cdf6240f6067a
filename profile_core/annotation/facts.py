"""What annotators do to facts: add, reword, split, merge, delete and label them.

Each edit is one act: its events, and with them a label (`correct`) for every factor value that it
changed, given against the automatic value of the facts' extractor. The facts are read anew under
the writer's lock, so that an edit never rests on what another annotator has changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from profile_core.annotation import fact_edits
from profile_core.annotation.fact_edits import Part
from profile_core.annotation.fact_sheet import (
    PEOPLE,
    Done,
    Edited,
    Fact,
    FactSheet,
    ValueChange,
    changes,
    desk_of,
    facts,
    history,
    read_desk,
)
from profile_core.annotation.items import Item, checked_annotator, shown_order
from profile_core.store import desk_log, labels
from profile_core.store import facts as store
from profile_core.store.acts import Act, Action, acting
from profile_core.store.fact_fold import FactEvent, fold, of_act
from profile_core.store.facts import Cursor
from profile_core.store.labels import Entry, LabelAction
from profile_core.store.study import Study
from profile_core.text.tokens import Span
from profile_core.types import Mode

__all__ = (
    "PEOPLE", "Done", "Edited", "Fact", "FactSheet", "Part", "ValueChange", "add", "confirmed",
    "delete", "edit", "facts", "history", "merge", "set_label", "settle", "split",
)  # fmt: skip

_FROM_FACTS = (Action.FACTS, Action.UNDO)
"""Acts whose labels follow from facts; an undoing has labels only where it settled some."""

Plan = Callable[[fact_edits.Sheet], list[FactEvent]]
"""From the facts as the annotator sees them to what the edit consists of."""


def add(
    study: Study,
    annotator: str,
    sheet: FactSheet,
    text: str | None = None,
    *,
    quote: str | None = None,
    span: Span | None = None,
) -> FactSheet:
    """Add a fact from typed text, a typed quote, or words selected in the response (`span`).

    Without a text it reads as its quote. A quote that is not found is kept, without a span.
    """
    part = Part(text, quote, span)
    return _act(study, annotator, sheet, lambda seen: fact_edits.add(seen, part))


def edit(
    study: Study,
    annotator: str,
    sheet: FactSheet,
    fact_id: str,
    text: str | None = None,
    *,
    quote: str | None = None,
    span: Span | None = None,
) -> FactSheet:
    """Reword a fact, or give it other words to rest on; its labels stay.

    What is left out stays as it is; an empty quote takes the quote away.
    """
    part = Part(text, quote, span)
    return _act(study, annotator, sheet, lambda seen: fact_edits.edit(seen, fact_id, part))


def split(
    study: Study, annotator: str, sheet: FactSheet, fact_id: str, parts: Sequence[Part | str]
) -> FactSheet:
    """Split a fact into two or more, which inherit its labels, and its quote if without own."""
    made = [Part(part) if isinstance(part, str) else part for part in parts]
    return _act(study, annotator, sheet, lambda seen: fact_edits.split(seen, fact_id, made))


def merge(
    study: Study,
    annotator: str,
    sheet: FactSheet,
    fact_ids: Sequence[str],
    text: str | None = None,
    *,
    quote: str | None = None,
    span: Span | None = None,
) -> FactSheet:
    """Make one fact of two or more; it has the labels on which they agree."""
    part = Part(text, quote, span)
    return _act(study, annotator, sheet, lambda seen: fact_edits.merge(seen, fact_ids, part))


def delete(study: Study, annotator: str, sheet: FactSheet, fact_id: str) -> FactSheet:
    """Take a fact away."""
    return _act(study, annotator, sheet, lambda seen: fact_edits.delete(seen, fact_id))


def set_label(
    study: Study,
    annotator: str,
    sheet: FactSheet,
    fact_id: str,
    label: str,
    value: bool | None,
) -> FactSheet:
    """Say whether a label (`factors.atomic.FACT_LABELS`) holds for a fact; None: cannot tell."""
    return _act(study, annotator, sheet, lambda seen: fact_edits.label(seen, fact_id, label, value))


def confirmed(study: Study, item: Item) -> list[Entry]:
    """Give the labels that say: the facts of both responses are right as they stand.

    They are for whoever finishes an item of facts, to write within that act: one for each cell
    of which the annotator has not said this value already, or that it cannot be told.
    """
    desks = {cell.response_id: read_desk(study, cell.response_id) for cell in item.cells}
    now = {
        response_id: desk.values(desk.seen(None, Mode.REVIEW), Mode.REVIEW)
        for response_id, desk in desks.items()
    }
    entries = []
    for cell in item.cells:
        factor, said = cell.factor.name, cell.label
        if factor not in now[cell.response_id]:
            continue
        value = now[cell.response_id][factor]
        if said and (said.action is LabelAction.CANNOT_TELL or said.value == value):
            continue
        automatic = desks[cell.response_id].automatic.get(factor)
        is_same = automatic is not None and automatic.value == value
        entries.append(
            Entry(
                cell.response_id,
                factor,
                LabelAction.ACCEPT if is_same else LabelAction.CORRECT,
                value,
                automatic,
                item.pair.queue_kind,
                item.pair.probability,
                "facts confirmed as they stand",
            )
        )
    return entries


def settle(cursor: Cursor, act: Act, undone: Act) -> None:
    """Set values right after an edit of facts was taken back on which others had built.

    What they did since changed other facts than it would have now. Where a value in force came
    from facts, and is not what the facts now come to, the act (of undoing, whose transaction this
    is part of) gets a label that says so. Without anything since, nothing is written: what stood
    before the edit stands again.
    """
    for response_id, extractor in store.touched(cursor, undone.act_id):
        desk = desk_of(store.read(cursor, response_id), extractor)
        given = store.values_in_force(cursor, response_id)
        since = [event.act_id for event in desk.log.events]
        since += [label.act_id or "" for label in given.values() if label.action in _FROM_FACTS]
        if max(since, default="") < undone.act_id:
            continue
        now = desk.values(desk.seen(None, Mode.REVIEW), Mode.REVIEW)
        known = {name: automatic.value for name, automatic in desk.automatic.items()}
        known |= {factor: label.value for factor, label in given.items()}
        labels.write(
            cursor,
            act,
            [
                Entry(
                    response_id,
                    change.factor,
                    LabelAction.CORRECT,
                    change.new,
                    desk.automatic.get(change.factor),
                    note="facts as they stand after an edit was taken back",
                )
                for change in changes(known, now)
                if change.factor not in given or given[change.factor].action in _FROM_FACTS
            ],
        )


def _act(study: Study, annotator: str, sheet: FactSheet, plan: Plan) -> FactSheet:
    """Do one edit on the facts as they stand by now; nothing is kept if it is refused."""
    annotator = checked_annotator(annotator)
    pair_id, queue_id, mode = sheet.pair_id, sheet.queue_id, sheet.mode
    with acting(
        study,
        annotator,
        Action.FACTS,
        queue_id=queue_id,
        pair_id=pair_id,
        response_id=sheet.response_id,
        mode=mode,
        shown_order=shown_order(annotator, queue_id, pair_id) if pair_id else None,
    ) as (cursor, act):
        before = desk_of(store.read(cursor, sheet.response_id), sheet.extractor)
        seen = before.seen(annotator, mode)
        wish = plan(fact_edits.Sheet(sheet.response_id, before.text, seen))
        events = of_act(wish, act)
        store.append(cursor, sheet.extractor, events)
        after = before.with_events(events)
        made = after.sheet(fold(seen, events), mode, queue_id, pair_id)
        done = Done(
            act.act_id, fact_edits.sentence(events), changes(before.values(seen, mode), made.now)
        )
        draw = desk_log.read_pair(cursor, pair_id, queue_id) if pair_id and queue_id else None
        known, note = after.automatic, f"facts edited: {done.sentence}"
        entries = [
            Entry(
                sheet.response_id,
                change.factor,
                LabelAction.CORRECT,
                change.new,
                known.get(change.factor),
                draw.queue_kind if draw else None,
                draw.probability if draw else None,
                note,
            )
            for change in done.changes
        ]
        labels.write(cursor, act, entries)
    return replace(made, done=done)
