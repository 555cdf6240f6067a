"""The desk's keys: one list for each kind of work, from which buttons, help and tests are made.

C and R belong to Streamlit, and the facts view has its own letters while it is open.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from profile_core.annotation.desk import Item
from profile_core.types import Asks
from profile_core.ui.annotate_events import Desk


@dataclass(frozen=True, slots=True)
class Key:
    """A key, what it does, and the words on its button where it has one of its own."""

    key: str
    does: str
    button: str = ""
    shown: str = ""
    """How the key is written, where that is not its capital."""


_SKIP = Key("s", "Skip this item: it counts as not answered", "Skip")
_FLAG = Key("f", "Flag this item for whoever leads the work", "Flag")
_UNDO = Key("u", "Undo your latest step; again for the one before", "Undo")
_GUIDELINE = Key("g", "Open or close the guideline of the factor", "Guideline")
_BACK = Key("[", "Go back to your item before this one", "Back", "[")
_ON = Key("]", "Go on to your next item, without finishing this one", "On", "]")
_HELP = Key("h", "Show or hide these keys", "Keys")
_DONE = Key("v", "Finish this item as it stands", "Done")
_REOPEN = Key("o", "Take this item up again", "Reopen")
_SCROLL = Key("page", "Scroll the text", shown="Page ↑ ↓")

_NOTE = Key("m", "Write a note")
_FACTS = Key("t", "Open the facts that a ratio rests on")
_CLOSE_FACTS = Key("t", "Go back to the factors", "Back to factors")
_OTHER = Key("b", "Turn to the other response", "Other response")

_ACCEPT_ALL = Key("a", "Accept all automatic values that are left in this item", "Accept all")
_FACTORS = (
    Key("move", "Go to another factor, or to the other response", shown="↑ ↓ ← →"),
    Key("digit", "Give a rating, or begin a number", shown="0 … 9"),
    Key("step", "Count one more or one less; Enter saves", shown="+ −"),
    Key("n", "Not applicable"),
    Key("x", "Can't tell"),
    _NOTE,
    _FACTS,
    _SCROLL,
)
_ACCEPT = Key("enter", "Accept the automatic value of the factor", shown="Enter")
_PREFERENCE = (
    Key("digit", "Response 1, neither, or response 2 is better", shown="1 0 2"),
    Key("step", "Say first how strongly", shown="− +"),
    _SCROLL,
    Key("m", "Write a reason first"),
    Key("x", "Can't tell which is better", "Can't tell"),
)


def keys(held: Desk) -> tuple[Key, ...]:
    """List the keys that work on what lies on the desk, in the order of help."""
    item = held.item
    if item is None:
        return (_UNDO, _BACK, _HELP)
    own: tuple[Key, ...] = _PREFERENCE
    if held.asks is Asks.FACTORS:
        own = (*((_ACCEPT_ALL, _ACCEPT) if item.is_revealed else ()), *_FACTORS)
    elif held.asks is Asks.FACTS:
        own = (_OTHER, _NOTE, *(() if item.asks is Asks.FACTS else (_CLOSE_FACTS,)))
    end = (_REOPEN,) if item.state.is_finished else (_DONE,) if _can_finish(item) else ()
    guideline = (_GUIDELINE,) if held.asks is Asks.FACTORS else ()
    # The facts view undoes by itself, in step with what is on its screen.
    undo = () if held.asks is Asks.FACTS else (_UNDO,)
    steps = (_BACK, _ON) if held.work.queue_id is not None else ()
    return (*own, *end, _SKIP, _FLAG, *undo, *guideline, *steps, _HELP)


def _can_finish(item: Item) -> bool:
    """Tell whether an item that is open is said in full, as after it was taken up again."""
    if item.asks is Asks.PREFERENCE:
        return item.preference is not None
    return item.asks is Asks.FACTS or all(cell.label for cell in item.cells)


def as_data(found: tuple[Key, ...]) -> list[dict[str, Any]]:
    """Write keys for the controls in the browser."""
    return [asdict(key) for key in found]
