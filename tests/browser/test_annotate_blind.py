"""Blind work: nothing automatic, nobody's choice and nobody's name comes to the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from profile_core.store.study import Study
from profile_core.types import Asks, Mode
from tests.browser.conftest import app_on
from tests.browser.desk_page import (
    FACTORS,
    draw_queue,
    item,
    press,
    press_on,
    rows,
    said,
    settled,
    sit_down,
)

Frames = list[bytes]


@pytest.fixture
def frames(page: Any) -> Frames:
    """Everything that the server sends to the page over its websocket."""
    received: Frames = []

    def listen(socket: Any) -> None:
        socket.on(
            "framereceived",
            lambda data: received.append(data if isinstance(data, bytes) else data.encode()),
        )

    page.on("websocket", listen)
    return received


def names_of_models(path: Path) -> set[str]:
    """Generators and sources of the study, as they might stand in a page."""
    with Study.open(path) as study:
        found = study.cursor().execute(
            "SELECT generator FROM response WHERE generator IS NOT NULL "
            "UNION SELECT model FROM response WHERE model IS NOT NULL "
            "UNION SELECT name FROM source"
        )
        return {row[0] for row in found.fetchall()}


def test_a_blind_item_tells_nothing_until_it_is_finished(
    page: Any, frames: Frames, demo_copy: Path
) -> None:
    models = names_of_models(demo_copy)
    queue = draw_queue(demo_copy, factors=(*FACTORS, "novel_words"), mode=Mode.BLIND)
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        first = item(page)
        press(page, "3", "2", "4", "n", "5", "5", "5")
        received = b"".join(frames)
        assert first.encode() in received
        for word in ('"automatic":', "imported:", "extractor", "<mark", *models):
            assert word.encode() not in received, word
        content = page.content()
        assert "<mark" not in content
        assert not [name for name in models if name in content]
        heads = page.locator(".pf-desk-cells thead th").all_inner_texts()
        assert heads == ["Factor", "Yours"]
        assert page.get_by_role("button", name="Accept all").count() == 0
        press_on(page, "x")
        # Finished, so it may be compared with what was measured.
        assert press_on(page, "[") == first
        heads = page.locator(".pf-desk-cells thead th").all_inner_texts()
        assert heads == ["Factor", "Automatic", "Yours"]
    modes = rows(demo_copy, "SELECT DISTINCT mode, action FROM standing_label ORDER BY action")
    assert modes == [("blind", "cannot_tell"), ("blind", "correct")]


def test_a_preference_is_stored_in_the_studys_order_whatever_was_shown(
    page: Any, frames: Frames, demo_copy: Path
) -> None:
    models = names_of_models(demo_copy)
    queue = draw_queue(demo_copy, asks=Asks.PREFERENCE)
    answers = []
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        for keys in ("1", "2", "0", "x", "1", "2", "1", "2"):
            texts = page.locator(".pf-item-text").all_inner_texts()
            answers.append((item(page), keys, *texts))
            press_on(page, keys)
        received = b"".join(frames)
        assert not [name for name in models if name.encode() in received]
        answers.append((item(page), "+2", *page.locator(".pf-item-text").all_inner_texts()))
        page.keyboard.press("m")
        page.keyboard.type("It answers the question.")
        page.keyboard.press("Enter")
        page.keyboard.press("+")
        page.keyboard.press("+")
        press_on(page, "2")
        assert said(page).endswith("item 9, response 2 is better, clearly")
    stored = {
        row[0]: row[1:]
        for row in rows(
            demo_copy,
            "SELECT pair_id, choice, status, shown_order, strength, reason, a.text, b.text "
            "FROM preference JOIN pair USING (pair_id) "
            "JOIN response AS a ON a.response_id = response_a "
            "JOIN response AS b ON b.response_id = response_b WHERE source_id = 'human:Ann'",
        )
    }
    assert len(stored) == len(answers)
    orders = set()
    for pair_id, keys, left, right in answers:
        choice, status, order, strength, reason, text_a, text_b = stored[pair_id]
        orders.add(order)
        shown = (text_a, text_b) if order == "ab" else (text_b, text_a)
        assert [" ".join(text.split()) for text in shown] == [
            " ".join(text.split()) for text in (left, right)
        ]
        chosen = {"1": order[0], "2": order[1], "0": "tie", "x": None}[keys[-1]]
        assert (choice, status) == (chosen, "valid" if chosen else "abstained")
        assert (strength, reason) == (
            (2, "It answers the question.") if keys == "+2" else (None, None)
        )
    assert orders == {"ab", "ba"}


def test_five_fast_choices_are_one_choice(page: Any, demo_copy: Path) -> None:
    queue = draw_queue(demo_copy, asks=Asks.PREFERENCE)
    with app_on(demo_copy) as address:
        sit_down(page, address, queue)
        first = item(page)
        page.evaluate(
            "() => { for (const key of '11021') document.body.dispatchEvent("
            "new KeyboardEvent('keydown', { key, bubbles: true })); }"
        )
        page.wait_for_function(
            "before => document.querySelector('.pf-desk').dataset.item !== before", arg=first
        )
        settled(page)
        press_on(page, "u")
        assert item(page) == first
        press_on(page, "0")
    assert rows(
        demo_copy,
        "SELECT pair_id, choice FROM standing_preference WHERE source_id = 'human:Ann'",
    ) == [(first, "tie")]
