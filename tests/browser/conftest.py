"""Driving the app in headless Chromium: a server of its own for each study, on a free port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from profile_core.actions.demo import make_demo

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = "PROFILE_REQUIRE_BROWSER"
_SECONDS_TO_START = 30.0

StartApp = Callable[[Path], str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


def missing(what: str) -> None:
    """Skip, or fail where the browser's tests must run."""
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{what}, and {REQUIRED} is 1")
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running headless Chromium (a Playwright `Browser`)."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing("there is no chromium on this machine")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"], headless=True
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A fresh page in a context of its own."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000})
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def start_app() -> Iterator[StartApp]:
    """Start the app on a study's path; gives the app's address, and stops it afterwards."""
    with ExitStack() as running:
        yield lambda study: running.enter_context(app_on(study))


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo study; no app may open it, so that each has a copy of its own."""
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    make_demo(path).close()
    return path


@pytest.fixture
def demo_copy(demo_file: Path, tmp_path: Path) -> Path:
    """A demo study of the test's own."""
    return Path(shutil.copy(demo_file, tmp_path / "demo.duckdb"))


@pytest.fixture(scope="session")
def demo_app(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app that shows the demo; for tests that change nothing."""
    study = Path(shutil.copy(demo_file, tmp_path_factory.mktemp("shown") / "demo.duckdb"))
    with app_on(study) as address:
        yield address


@contextmanager
def app_on(study: Path, *flags: str, port: int | None = None) -> Iterator[str]:
    """Run the app on a study's path, with flags of Streamlit's own; gives its address."""
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}", *flags],
        cwd=ROOT,
        env={**os.environ, "PROFILE_STUDY": str(study)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + _SECONDS_TO_START
    try:
        while not _answers(f"{address}/_stcore/health"):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail("the app did not start")
            time.sleep(0.1)
        yield address
    finally:
        _stop(process)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=1) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
