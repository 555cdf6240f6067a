"""Sitting down at the labelling desk in a browser: what its journeys share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from profile_core.annotation import queues
from profile_core.store.study import Study
from profile_core.types import Asks, Mode, QueueKind

FACTORS = ("coherence", "fluency", "intent_align")
CELLS = 2 * len(FACTORS)


def draw_queue(
    path: Path,
    *,
    factors: Sequence[str] = FACTORS,
    mode: Mode | None = None,
    asks: Asks = Asks.FACTORS,
    where: str | None = None,
    size: int = 40,
) -> str:
    """Draw a queue of some demo pairs and give its id."""
    with Study.open(path) as study:
        queue = queues.draw(
            study,
            kind=QueueKind.RANDOM,
            size=size,
            factors=() if asks is Asks.PREFERENCE else factors,
            mode=mode,
            asks=asks,
            where=where,
        )
    return queue.queue_id


def sit_down(page: Any, address: str, queue_id: str, name: str = "Ann") -> None:
    """Open a queue and say who one is; comes back when the first item is there."""
    page.goto(f"{address}/annotate?queue={queue_id}")
    page.get_by_label("Your name or initials").fill(name)
    page.keyboard.press("Enter")
    settled(page)


def settled(page: Any) -> str:
    """Wait until an item is on the desk and everything is saved; gives the item's id."""
    page.wait_for_function(
        "() => { const desk = document.querySelector('.pf-desk');"
        " return desk && desk.dataset.item && desk.dataset.unsaved === '0'; }"
    )
    return item(page)


def item(page: Any) -> str:
    """The id of the item on the screen."""
    return str(page.locator(".pf-desk").get_attribute("data-item"))


def press(page: Any, *keys: str) -> None:
    """Press keys one after the other, each as soon as the one before is saved."""
    for key in keys:
        page.keyboard.press(key)
        settled(page)


def press_on(page: Any, key: str) -> str:
    """Press a key that finishes the item, and wait for the next one."""
    before = item(page)
    page.keyboard.press(key)
    return another(page, before)


def another(page: Any, before: str) -> str:
    """Wait until an item other than this one is on the desk; gives its id."""
    page.wait_for_function(
        "before => { const now = document.querySelector('.pf-desk')?.dataset.item;"
        " return now !== undefined && now !== before; }",
        arg=before,
    )
    return settled(page)


def said(page: Any) -> str:
    """What the desk says of the last thing that was saved."""
    return str(page.locator(".pf-desk [role=status]").text_content())


def own_values(page: Any) -> list[str]:
    """What stands under "Yours" for the response that is seen."""
    return [str(words) for words in page.locator(".pf-desk-cells td:last-child").all_inner_texts()]


def cell(page: Any) -> tuple[str, str]:
    """The cell that a value would be given for: its response and its factor."""
    response = page.locator(".pf-desk-sides [aria-pressed=true]").inner_text()
    return response[: len("Response 1")], page.locator(".pf-desk-which b").inner_text()


def rows(path: Path, query: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Read from a study that no app holds open."""
    with Study.open(path) as study:
        return [tuple(row) for row in study.cursor().execute(query, list(parameters)).fetchall()]
