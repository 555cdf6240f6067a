"""From key to next item at the labelling desk, in headless Chromium on the demo study.

Run by `python -m tests.benchmarks.label_latency [N]`: it draws queues, presses N keys (60 unless
told) one after the other without a mouse, and prints the time from each press to the moment at
which the next item's id (or, label by label, the acknowledgement that the label is stored) stands
in the page, as the page's own clock has it. The page must not move. Bars: median at most 100 ms,
95th percentile at most 250 ms.
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

WATCH = """(mark) => {
  const desk = () => document.querySelector(".pf-desk");
  window.pressed = null;
  window.latencies = [];
  window.scrolled = 0;
  let seen = desk()?.dataset[mark];
  document.addEventListener("keydown", (event) => {
    window.pressed = event.timeStamp;
  }, true);
  document.querySelector("[data-testid=stMain]").addEventListener("scroll", () => {
    window.scrolled += 1;
  });
  new MutationObserver(() => {
    const now = desk()?.dataset[mark];
    if (now === undefined || now === seen) return;
    seen = now;
    if (window.pressed !== null) window.latencies.push(performance.now() - window.pressed);
    window.pressed = null;
  }).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: [`data-${mark}`],
  });
}"""
"""Notes when a key went down, and when the desk's mark was another one after it."""


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.duckdb"
        make_demo(path).close()
        review = _draw(path, wanted, Asks.FACTORS)
        prefer = _draw(path, wanted, Asks.PREFERENCE)
        with app_on(path) as address, _chromium() as browser:
            for name, queue_id, keys, mark in (
                ("review, A to the next item", review, "a", "item"),
                ("review, a digit to its label being stored", review, "54321", "acked"),
                ("preference, 1 2 0 or X to the next item", prefer, "120x", "item"),
            ):
                address_of = f"{address}/annotate?queue={queue_id}"
                _tell(name, *measure(browser, address_of, keys, wanted, mark))


def measure(
    browser: Any, address: str, keys: str, wanted: int, mark: str
) -> tuple[list[float], int]:
    """Press keys in turn; gives the latencies in milliseconds and how often the page moved."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Your name or initials").fill("Ann")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pf-desk[data-item]")
    page.wait_for_timeout(500)
    page.evaluate(WATCH, mark)
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
        f"{name}: {len(latencies)} presses, median {median:.0f} ms, 95th percentile {high:.0f} ms, "
        f"longest {max(latencies):.0f} ms, the page moved {scrolled} times: {verdict}"
    )


def _draw(path: Path, wanted: int, asks: Asks) -> str:
    """Draw a queue with more items than are needed, whatever the draw comes to."""
    factors = ["coherence", "fluency", "intent_align"] if asks is Asks.FACTORS else []
    with Study.open(path) as study:
        queue = queues.draw(
            study, kind=QueueKind.RANDOM, size=2 * wanted + 60, factors=factors, asks=asks
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
