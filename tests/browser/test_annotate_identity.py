"""Who sits at the desk: a name that is remembered, or what a trusted proxy says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.browser.conftest import app_on
from tests.browser.desk_page import (
    CELLS,
    draw_queue,
    item,
    own_values,
    press,
    press_on,
    rows,
    settled,
    sit_down,
)
from tests.browser.header_proxy import header_proxy


def test_a_name_is_asked_for_once_in_a_browser(page: Any, demo_copy: Path) -> None:
    with app_on(demo_copy) as address:
        page.goto(f"{address}/annotate")
        page.get_by_role("button", name="Begin").click()
        page.get_by_text("Type a name or initials first").wait_for()
        page.get_by_label("Your name or initials").fill("  Zoë   Ørsted; a=b ")
        page.keyboard.press("Enter")
        page.get_by_text("You are Zoë Ørsted; a=b.").wait_for()
        page.wait_for_function("document.cookie.includes('profile_annotator')")
        page.goto(f"{address}/annotate")
        page.get_by_text("You are Zoë Ørsted; a=b.").wait_for()
        page.get_by_role("button", name="Not you?").click()
        page.get_by_label("Your name or initials").fill("Ben")
        page.keyboard.press("Enter")
        page.get_by_text("You are Ben.").wait_for()


def test_two_people_at_once_never_see_or_overwrite_each_other(
    chromium: Any, demo_copy: Path
) -> None:
    queue = draw_queue(demo_copy)
    people = ("Xenia", "Yorick")
    seen: dict[str, list[str]] = {name: [] for name in people}
    contexts = [chromium.new_context(viewport={"width": 1440, "height": 1000}) for _ in people]
    try:
        with app_on(demo_copy) as address:
            pages = dict(zip(people, (context.new_page() for context in contexts), strict=True))
            for name, page in pages.items():
                sit_down(page, address, queue, name)
            for _ in range(5):
                for name, page in pages.items():
                    assert own_values(page) == ["to do"] * 3
                    seen[name].append(item(page))
                    page.keyboard.press("5" if name == "Xenia" else "1")
                for page in pages.values():
                    settled(page)
                    press_on(page, "a")
            for name, page in pages.items():
                assert (name in page.content(), people[name == "Xenia"] in page.content()) == (
                    True,
                    False,
                )
    finally:
        for context in contexts:
            context.close()
    assert not set(seen["Xenia"]) & set(seen["Yorick"])
    for name in people:
        own = rows(
            demo_copy,
            "SELECT DISTINCT act.pair_id FROM standing_label JOIN act USING (act_id) "
            "WHERE standing_label.annotator = ?",
            name,
        )
        assert {row[0] for row in own} == set(seen[name])
    counts = rows(
        demo_copy,
        "SELECT annotator, count(*) FROM standing_label GROUP BY annotator ORDER BY annotator",
    )
    assert counts == [(name, 5 * CELLS) for name in people]


def test_a_trusted_proxys_header_names_the_annotator(page: Any, demo_copy: Path) -> None:
    queue = draw_queue(demo_copy)
    mapping = json.dumps({"X-Forwarded-User": "name"})
    with app_on(demo_copy, f"--server.trustedUserHeaders={mapping}") as address:
        with header_proxy(address, {"X-Forwarded-User": "carol@example.org"}) as proxied:
            page.goto(f"{proxied}/annotate?queue={queue}")
            settled(page)
            press(page, "2")
            assert "carol@example.org" in page.inner_text(".pf-desk-line")
            page.goto(f"{proxied}/annotate")
            page.get_by_text("You are carol@example.org.").wait_for()
            assert page.get_by_role("button", name="Not you?").count() == 0
        # Round the proxy nobody is known, and no name that is typed or kept would be believed.
        page.context.add_cookies(
            [{"name": "profile_annotator", "value": "carol%40example.org", "url": address}]
        )
        page.goto(f"{address}/annotate?queue={queue}")
        page.get_by_text("set up to be told by a proxy who you are").wait_for()
        assert page.locator(".pf-desk, input").count() == 0
    assert rows(demo_copy, "SELECT DISTINCT annotator FROM standing_label") == [
        ("carol@example.org",)
    ]
