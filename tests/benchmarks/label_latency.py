"""From key to next item at the labelling desk, in headless Chromium on the demo study.

Run by `python -m tests.benchmarks.label_latency [ITEMS]`: it draws a queue, finishes that many
items (60 unless told) by keyboard alone, and prints the time from each key press to the moment at
which the next item's id stands in the page, as the page's own clock has it. No mouse is used; the
page must not jump. Bars: median at most 100 ms, 95th percentile at most 250 ms.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from profile_core.actions.demo import make_demo
from profile_core.annotation import queues
from profile_core.store.study import Study
from profile_core.types import Asks, QueueKind
from tests.browser.conftest import app_on

ITEMS = 60
MEDIAN, PERCENTILE_95 = 100.0, 250.0
"""Milliseconds."""

WATCH = """() => {
  const desk = () => document.querySelector(".pf-desk");
  window.pressed = null;
  window.latencies = [];
  window.scrolled = 0;
  let item = desk()?.dataset.item;
  document.addEventListener("keydown", (event) => {
    window.pressed = event.timeStamp;
  }, true);
  document.querySelector("[data-testid=stMain]").addEventListener("scroll", () => {
    window.scrolled += 1;
  });
  new MutationObserver(() => {
    const now = desk()?.dataset.item;
    if (now === undefined || now === item) return;
    item = now;
    if (window.pressed !== null) window.latencies.push(performance.now() - window.pressed);
    window.pressed = null;
  }).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-item"],
  });
}"""
"""Notes when a key went down, and when another item stood in the page after it."""


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.duckdb"
        make_demo(path).close()
        review = _draw(path, wanted, Asks.FACTORS)
        prefer = _draw(path, wanted, Asks.PREFERENCE)
        with app_on(path) as address, _chromium() as browser:
            for name, queue_id, keys in (
                ("review, A accepts an item", review, "aaaa"),
                ("preference, 1 2 0 or X", prefer, "120x"),
            ):
                _tell(name, *measure(browser, f"{address}/annotate?queue={queue_id}", keys, wanted))


def measure(browser: Any, address: str, keys: str, wanted: int) -> tuple[list[float], int]:
    """Finish items by keys in turn; gives the latencies in milliseconds and how often it jumped."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Your name or initials").fill("Ann")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pf-desk[data-item]")
    page.wait_for_timeout(500)
    page.evaluate(WATCH)
    for number in range(wanted):
        page.keyboard.press(keys[number % len(keys)])
        page.wait_for_function("n => window.latencies.length > n", arg=number)
    found, scrolled = page.evaluate("[window.latencies, window.scrolled]")
    context.close()
    return found, scrolled


def _tell(name: str, latencies: list[float], scrolled: int) -> None:
    median = statistics.median(latencies)
    high = statistics.quantiles(latencies, n=20)[-1]
    verdict = "met" if median <= MEDIAN and high <= PERCENTILE_95 else "MISSED"
    print(
        f"{name}: {len(latencies)} items, median {median:.0f} ms, 95th percentile {high:.0f} ms, "
        f"longest {max(latencies):.0f} ms, the page moved {scrolled} times: {verdict}"
    )


def _draw(path: Path, wanted: int, asks: Asks) -> str:
    """Draw a queue with more items than are needed, whatever the draw comes to."""
    factors = ["coherence", "fluency", "intent_align"] if asks is Asks.FACTORS else []
    with Study.open(path) as study:
        queue = queues.draw(
            study, kind=QueueKind.RANDOM, size=wanted + 60, factors=factors, asks=asks
        )
    return queue.queue_id


class _chromium:
    """A running headless Chromium, for a `with`."""

    def __enter__(self) -> Any:
        from playwright.sync_api import sync_playwright

        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"], headless=True
        )
        return self._browser

    def __exit__(self, *_: object) -> None:
        self._browser.close()
        self._playwright.stop()


if __name__ == "__main__":
    main()
