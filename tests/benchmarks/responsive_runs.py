"""How fast the app answers while a run of 2,000 calls is under way, 16 at once, in Chromium.

Run by `python -m tests.benchmarks.responsive_runs`: it starts the app on the demo study and a model
server that answers after 200 ms, starts the run from the page, and turns pages in a second browser,
before the run and during it. A rerun lasts from the press to the next pair standing in the page, as
the page's own clock has it. Bar: a median of at most 300 ms during the run.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from profile_core.actions.demo import make_demo
from tests.benchmarks.label_latency import _chromium
from tests.browser.conftest import app_on
from tests.model_answers import in_form
from tests.model_server import model_server, says

TURNS, REPEATS, BAR = 30, 7, 300.0
"""144 pairs in two orders, seven times each: 2,016 calls."""

WATCH = """() => {
  window.latencies = [];
  window.pressed = null;
  const pair = () => [...document.querySelectorAll(".pf-text")].map((e) => e.innerText).join();
  let seen = pair();
  document.addEventListener("click", (event) => { window.pressed = event.timeStamp; }, true);
  new MutationObserver(() => {
    const now = pair();
    if (!now || now === seen) return;
    seen = now;
    if (window.pressed !== null) window.latencies.push(performance.now() - window.pressed);
    window.pressed = null;
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, _model() as address_of_model:
        os.environ["PROFILE_ENDPOINT_LOCAL_URL"] = f"{address_of_model}/v1"
        path = Path(folder) / "demo.duckdb"
        with make_demo(path) as study:
            [first] = study.cursor().execute("SELECT min(pair_id) FROM pair").fetchone() or ()
        with app_on(path) as address, _chromium() as browser:
            reader = browser.new_context().new_page()
            reader.goto(f"{address}/browse?pair={first}")
            _tell("before the run", _turn_pages(reader))
            runner = browser.new_context().new_page()
            runner.set_default_timeout(60_000)
            _start(runner, address)
            during = _turn_pages(reader)
            _tell("during the run", during)
            line = reader.locator(".pf-job").inner_text()
            print(f"the run's line, read from the second browser: {line.strip()}")
            reader.get_by_role("button", name="Cancel").click()
            reader.wait_for_selector("text=stopped")
    return int(statistics.median(during) > BAR)


def _start(page: Any, address: str) -> None:
    page.goto(f"{address}/judges?judges.model=compatible:local/small")
    page.get_by_role("spinbutton", name="Times each").fill(str(REPEATS))
    page.keyboard.press("Enter")
    page.get_by_role("spinbutton", name="At the same time").fill("16")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=2,016 calls")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_selector(".pf-job")


def _turn_pages(page: Any) -> list[float]:
    page.wait_for_selector(".pf-text")
    page.wait_for_timeout(1500)
    page.evaluate(WATCH)
    for number in range(TURNS):
        page.get_by_role("button", name="Next").first.click()
        page.wait_for_function("n => window.latencies.length > n", arg=number)
        page.wait_for_timeout(200)
    found: list[float] = page.evaluate("window.latencies")
    page.reload()
    return found


def _tell(when: str, latencies: list[float]) -> None:
    ordered = sorted(latencies)
    print(
        f"{when}: {len(ordered)} reruns, median {statistics.median(ordered):.0f} ms, 95th "
        f"percentile {ordered[int(0.95 * len(ordered))]:.0f} ms, longest {ordered[-1]:.0f} ms"
    )


@contextmanager
def _model() -> Iterator[str]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
    process.start()
    yield ours.recv()
    ours.send("stop")
    process.join()


def _serve(pipe: Connection) -> None:
    with model_server(says(in_form, after=0.2)) as server:
        pipe.send(server.address)
        pipe.recv()


if __name__ == "__main__":
    raise SystemExit(main())
