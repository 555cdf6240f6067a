"""Text from data is shown sign by sign, and nothing that it names is fetched."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from profile_core.actions.extract import extract
from profile_core.actions.imports import import_file
from profile_core.formats.spec import ImportOptions
from profile_core.store.study import Study
from tests.browser.conftest import app_on

ELSEWHERE = "http://elsewhere.invalid"
NASTY = {
    "html": f"<img src='{ELSEWHERE}/a.png' onerror='document.title=1'><b>bold</b> & &amp; <script>",
    "style": "<style>body{display:none}</style><form action=/x><input name=q></form>",
    "latex": r"$\frac{1}{2}$ and $$E=mc^2$$ and \(x\)",
    "markdown": f"![picture]({ELSEWHERE}/b.png) [link]({ELSEWHERE}) **bold** `code` # no heading",
    "streamlit": ":red[colour] :material/home: :smile: :streamlit: <- -> -- :blue-background[x]",
    "rtl": "العربية ثم English ثم עברית 123 (abc)",
    "spaces": "  two  spaces\n\n\tand a tab\nand lines   ",
}
HEADER = (
    "prompt",
    "response_a",
    "response_b",
    "choice.human",
    "reason.human",
    "generator_a",
    "generator_b",
    "task",
)


def nasty_name(kind: str) -> str:
    return NASTY[kind].replace("\n", " ").replace("\t", " ").replace(",", ";").strip()[:90]


@pytest.fixture(scope="module")
def nasty_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("nasty") / f"![x]({quote(ELSEWHERE, safe='')}) $x$.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for kind, text in NASTY.items():
            name = nasty_name(kind)
            writer.writerow(
                [f"Q {text}", f"A {text}", f"B other {text}", "a", text, name, f"{name} 2", name]
            )
    return path


@pytest.fixture(scope="module")
def nasty_app(nasty_csv: Path) -> Iterator[str]:
    path = nasty_csv.with_name("nasty.duckdb")
    with Study.open(path, create=True) as study:
        import_file(study, "table", nasty_csv, ImportOptions(dataset=nasty_name("markdown")))
        extract(study)
    with app_on(path) as address:
        yield address


def watch(page: Any, address: str) -> list[str]:
    """Collect the requests that leave the app's origin."""
    strays: list[str] = []
    own = urlsplit(address).netloc

    def look(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != own:
            strays.append(request.url)

    page.on("request", look)
    return strays


def shown_texts(page: Any) -> list[str]:
    """Every text that the page shows as such, white space and all."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.pf-text, bdi')].map(element => element.textContent)"
    )
    return found


def opened(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(".pf-page h1")
    page.wait_for_timeout(1_500)
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.locator(".pf-page h1").is_visible()


@pytest.mark.parametrize(
    "where",
    [
        "overview",
        "influence",
        "data?view=Import",
        "data?view=Export",
        "data?view=Health",
        "data?view=Measure",
        "data?view=Origin",
    ],
)
def test_no_page_fetches_what_a_text_names(where: str, page: Any, nasty_app: str) -> None:
    strays = watch(page, nasty_app)
    opened(page, f"{nasty_app}/{where}")
    assert strays == []
    assert page.title() != "1"


def test_names_are_shown_as_they_are(page: Any, nasty_app: str) -> None:
    opened(page, f"{nasty_app}/overview")
    shown = shown_texts(page)
    for kind in NASTY:
        assert nasty_name(kind) in shown


@pytest.mark.parametrize("kind", sorted(NASTY))
def test_responses_are_shown_sign_by_sign(kind: str, page: Any, nasty_app: str) -> None:
    strays = watch(page, nasty_app)
    condition = f"generator_a = '{nasty_name(kind).replace(chr(39), chr(39) * 2)}'"
    opened(page, f"{nasty_app}/browse?where={quote(condition)}")
    page.wait_for_selector(".pf-pair")
    shown = shown_texts(page)
    for text in (f"Q {NASTY[kind]}", f"A {NASTY[kind]}", f"B other {NASTY[kind]}"):
        assert text in shown
    assert strays == []


def test_the_preview_of_a_file_fetches_nothing(page: Any, nasty_app: str, nasty_csv: Path) -> None:
    strays = watch(page, nasty_app)
    opened(page, f"{nasty_app}/data?view=Import")
    page.set_input_files("input[type=file]", nasty_csv)
    page.wait_for_selector("text=The first rows")
    page.wait_for_timeout(1_000)
    assert strays == []
