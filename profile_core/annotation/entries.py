"""From what an annotator says of an item's cells to what is stored, or why it cannot be.

Owns the checks: a label belongs to a cell of the item that was on the screen, its value is on the
factor's scale, and what is accepted is what was shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from profile_core.annotation.items import Cell, Item
from profile_core.errors import ProfileError, UnknownName
from profile_core.store import desk_log, labels
from profile_core.store.labels import Automatic, Entry, Label, LabelAction
from profile_core.store.study import Study
from profile_core.types import Factor


def checked(study: Study, item: Item, given: Sequence[Label]) -> list[Entry]:
    """Check labels against the item that they are for; of two for one cell the last one counts.

    Raises UnknownName for a cell, or a pair, that is not there, and ProfileError for the rest.
    """
    if not given:
        raise ProfileError("no label was given: choose a value for at least one factor.")
    cells = {(cell.response_id, cell.factor.name): cell for cell in item.cells}
    with study.cursor() as cursor:
        desk_log.read_pair(cursor, item.pair_id)
    automatic = _shown(cells) if item.is_revealed else _hidden(study, item)
    entries = {}
    for said in given:
        key = (said.response_id, said.factor)
        if key not in cells:
            responses = {response for response, _ in cells}
            if said.response_id not in responses:
                raise UnknownName("response of this item", said.response_id, responses)
            raise UnknownName("factor of this item", said.factor, item.factors)
        action, value = _said(cells[key], said)
        entries[key] = Entry(
            *key,
            action,
            value,
            automatic.get(key),
            item.pair.queue_kind,
            item.pair.probability,
            said.note or None,
        )
    return list(entries.values())


def _shown(cells: Mapping[tuple[str, str], Cell]) -> dict[tuple[str, str], Automatic]:
    """Take the automatic values from the screen: a label is given against what was seen there."""
    return {
        key: Automatic(cell.automatic, cell.extractor, cell.extractor_version)
        for key, cell in cells.items()
        if cell.has_automatic and cell.extractor is not None and cell.extractor_version is not None
    }


def _hidden(study: Study, item: Item) -> dict[tuple[str, str], Automatic]:
    used = labels.in_force(study)
    with study.cursor() as cursor:
        responses = {cell.response_id for cell in item.cells}
        return labels.automatic(cursor, used, responses, item.factors)


def _said(cell: Cell, said: Label) -> tuple[LabelAction, float | None]:
    """Settle what is said of a cell; the very value that is shown is accepted by giving it."""
    action, title = LabelAction(said.action), cell.factor.title
    if action is LabelAction.ACCEPT:
        if not cell.has_automatic:
            raise ProfileError(
                f"no automatic value of {title} is shown that could be accepted: give a value."
            )
        return action, cell.automatic
    if action is LabelAction.CORRECT:
        value = labels.checked_value(cell.factor, said.value)
        is_shown = cell.has_automatic and _is_same(cell.factor, value, cell.automatic)
        return (LabelAction.ACCEPT, cell.automatic) if is_shown else (action, value)
    if action is LabelAction.ADJUDICATE:
        raise ProfileError("a disagreement is settled by adjudication, not by a label at the desk.")
    if said.value is not None:
        raise ProfileError(
            f"“can't tell” goes without a value: leave out {said.value:g} of {title}."
        )
    return action, None


def _is_same(factor: Factor, first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) <= factor.resolution
