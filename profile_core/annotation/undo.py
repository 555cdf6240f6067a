"""Taking back what an annotator did, one act at a time, by an act that says so.

Nothing is deleted: an act that another one undoes counts for nothing in any table or state
(`store.acts`). What can be undone is read from the log, so it works after a restart, too.
"""

from __future__ import annotations

from dataclasses import dataclass

from profile_core.annotation import facts
from profile_core.annotation.items import checked_annotator
from profile_core.store import desk_acts, desk_log, labels, queues
from profile_core.store.acts import Act, Action, acting
from profile_core.store.study import Counter, Study


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, and the item that it belonged to."""

    action: Action
    queue_id: str | None
    pair_id: str | None
    sentence: str
    """For the annotator: what no longer counts, and where."""
    labelled: tuple[tuple[str, str], ...] = ()
    """Response and factor of each label that was taken back."""


def undo(study: Study, annotator: str, *, act_id: str | None = None) -> Undone | None:
    """Take back the annotator's latest act that stands, or the one named; None where there is none.

    A view, an assignment and an undoing are not undone.
    """
    annotator = checked_annotator(annotator)
    while True:
        with study.cursor() as cursor:
            act = desk_acts.latest_undoable(cursor, annotator, act_id)
            if act is None:
                return None
            moved_data = desk_acts.moved_data(cursor, act.act_id)
            labelled = desk_acts.labelled(cursor, act.act_id)
        try:
            with acting(
                study,
                annotator,
                Action.UNDO,
                queue_id=act.queue_id,
                pair_id=act.pair_id,
                response_id=act.response_id,
                mode=act.mode,
                undoes=act.act_id,
                counter=Counter.DATA if moved_data else Counter.CORRECTIONS,
            ) as (cursor, undoing):
                if desk_acts.times_undone(cursor, act.act_id) > 1:
                    raise _UndoneMeanwhile
                if act.action is Action.FACTS:
                    facts.settle(cursor, undoing, act)
        except _UndoneMeanwhile:
            continue
        sentence = f"Undone: {_what(study, act, labelled)}{_where(study, act)}."
        return Undone(act.action, act.queue_id, act.pair_id, sentence, labelled)


class _UndoneMeanwhile(Exception):
    """Another window of the same annotator was faster."""


def _what(study: Study, act: Act, labelled: tuple[tuple[str, str], ...]) -> str:
    named = {
        Action.FACTS: "a change of facts",
        Action.PREFER: "your preference",
        Action.SAVE: "finishing as it stands",
        Action.SKIP: "skipping",
        Action.FLAG: "the flag",
        Action.REOPEN: "reopening",
        Action.TAG: "what kind of request the prompt is",
    }
    if act.action in named:
        return named[act.action]
    known = labels.in_force(study).factors
    names = dict.fromkeys(factor for _, factor in labelled)
    titles = [known[name].title if name in known else name for name in names]
    if act.action is Action.ADJUDICATE:
        return f"the adjudication of {_listed(titles) if titles else 'a preference'}"
    return f"your {'label' if len(titles) == 1 else 'labels'} of {_listed(titles)}"


def _where(study: Study, act: Act) -> str:
    if act.pair_id is None:
        return ""
    if act.queue_id is None:
        return f", on pair {act.pair_id}"
    with study.cursor() as cursor:
        queue = queues.read_queue(cursor, act.queue_id)
        place = desk_log.read_pair(cursor, act.pair_id, act.queue_id).place
    item = f"pair {act.pair_id}" if place is None else f"item {place + 1}"
    return f", on {item} of the queue “{queue.name}”"


def _listed(names: list[str], limit: int = 3) -> str:
    shown = names[:limit]
    if len(names) > limit:
        shown.append(f"{len(names) - limit} more")
    return " and ".join([*([", ".join(shown[:-1])] if shown[1:] else []), *shown[-1:]])
