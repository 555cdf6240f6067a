"""An address opens its page inside the app, also on a server that nobody has visited yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.conftest import ROOT, StartApp

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
LINKS = '[data-testid="stTopNavLink"]'


def names_of_pages(page: Any) -> set[str]:
    page.wait_for_selector(LINKS)
    return {
        link.strip().lower().replace(" ", "_") for link in page.locator(LINKS).all_inner_texts()
    }


@pytest.mark.parametrize("stem", PAGES)
def test_a_cold_deep_link_shows_its_page_inside_the_app(
    stem: str, page: Any, start_app: StartApp, demo_copy: Path
) -> None:
    address = start_app(demo_copy)
    page.goto(f"{address}/{stem}")
    page.wait_for_selector(f'{LINKS}[aria-current="page"]')
    page.wait_for_selector(".pf-page h1")
    assert names_of_pages(page) == set(PAGES)
    assert urlsplit(page.url).path == f"/{stem}"
    current = page.inner_text(f'{LINKS}[aria-current="page"]')
    assert current.strip().lower().replace(" ", "_") == stem
    assert page.locator(".pf-page").count() == 1
    assert page.locator(".pf-problem, [data-testid=stException]").count() == 0


def test_a_cold_deep_link_keeps_its_parameters(
    page: Any, start_app: StartApp, demo_copy: Path
) -> None:
    page.goto(f"{start_app(demo_copy)}/data?view=Export&export=study-parquet")
    page.wait_for_selector("text=The whole study as Parquet")
    assert parse_qs(urlsplit(page.url).query) == {"view": ["Export"], "export": ["study-parquet"]}


def test_the_bare_address_opens_the_overview(page: Any, demo_app: str) -> None:
    page.goto(demo_app)
    page.wait_for_selector("text=What it says so far")
    assert urlsplit(page.url).path == "/overview"


def test_links_between_pages_keep_their_parameters(page: Any, demo_app: str) -> None:
    page.goto(f"{demo_app}/overview")
    page.get_by_role("link", name="Look at the health of the data").click()
    # The overview names the finding, too, so its words alone do not tell that the page changed.
    page.wait_for_url("**/data?**")
    page.wait_for_selector("text=Pairs of two identical texts")
    assert parse_qs(urlsplit(page.url).query) == {"view": ["Health"]}
    page.get_by_role("link", name="open 3 pairs").click()
    page.wait_for_url("**/browse?where=*")
    assert "pair_id IN (" in parse_qs(urlsplit(page.url).query)["where"][0]
