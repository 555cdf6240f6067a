"""Sixteen people label at once, each in a browser session of their own, on the demo study.

Run by `python -m tests.benchmarks.sixteen_annotators [LABELS] [--kill]`: each gives that many
labels (100 unless told) by keyboard, each key as soon as the one before is acknowledged. With
`--kill` the app is killed (SIGKILL) in the middle. Checked afterwards, in the study's file: every
acknowledged label is there, under the name of who gave it, on the item that was on that person's
screen; and no act stands without its rows, nor a row without its act. Exit code 1 otherwise.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from profile_core.actions.demo import make_demo
from profile_core.annotation import queues
from profile_core.store.study import Study
from profile_core.types import QueueKind
from tests.browser.conftest import ROOT
from tests.browser.desk_page import FACTORS

PEOPLE = 16
SETTLED = (
    "() => { const desk = document.querySelector('.pf-desk');"
    " return desk && desk.dataset.item && desk.dataset.unsaved === '0'; }"
)


@dataclass
class Person:
    """Who labels, and what the desk acknowledged: how many labels on which pair."""

    name: str
    acknowledged: Counter[str] = field(default_factory=Counter)


def main() -> None:
    arguments = [word for word in sys.argv[1:] if word != "--kill"]
    labels, kills = int(arguments[0]) if arguments else 100, "--kill" in sys.argv
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.duckdb"
        make_demo(path).close()
        with Study.open(path) as study:
            queue = queues.draw(
                study, kind=QueueKind.RANDOM, size=600, factors=FACTORS, batch_size=10
            )
        started = time.monotonic()
        people = asyncio.run(_label_all(path, queue.queue_id, labels, kills))
        seconds = time.monotonic() - started
        wrong = _check(path, people, labels, kills)
    given = sum(person.acknowledged.total() for person in people)
    print(f"{PEOPLE} people, {given:,} labels acknowledged in {seconds:.0f} s", end="")
    print("; the app was killed in the middle" if kills else "")
    print("\n".join(wrong) or "all of them are stored, none crossed, no act is half")
    sys.exit(1 if wrong else 0)


async def _label_all(path: Path, queue_id: str, labels: int, kills: bool) -> list[Person]:
    from playwright.async_api import async_playwright

    app, address = _start(path)
    people = [Person(f"person {number:02}") for number in range(PEOPLE)]
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            tasks = [
                asyncio.create_task(_label(browser, address, queue_id, person, labels))
                for person in people
            ]
            if kills:
                while sum(person.acknowledged.total() for person in people) < labels * PEOPLE / 2:
                    await asyncio.sleep(0.05)
                app.send_signal(signal.SIGKILL)
                await asyncio.sleep(1.0)
                for task in tasks:
                    task.cancel()
            await asyncio.gather(*tasks, return_exceptions=kills)
            await browser.close()
    finally:
        app.kill()
        app.wait()
    return people


async def _label(browser: Any, address: str, queue_id: str, person: Person, labels: int) -> None:
    context = await browser.new_context(viewport={"width": 1200, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(180_000)
    await page.goto(f"{address}/annotate?queue={queue_id}")
    await page.get_by_label("Your name or initials").fill(person.name)
    await page.keyboard.press("Enter")
    await page.wait_for_function(SETTLED)
    chance = random.Random(person.name)
    while person.acknowledged.total() < labels:
        item = str(await page.locator(".pf-desk").get_attribute("data-item"))
        await page.keyboard.press(chance.choice("12345"))
        await page.wait_for_function(SETTLED)
        person.acknowledged[item] += 1
    await context.close()


def _start(path: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"],
        cwd=ROOT,
        env={**os.environ, "PROFILE_STUDY": str(path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            with urlopen(f"{address}/_stcore/health", timeout=1):
                return app, address
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the app did not start")


def _check(path: Path, people: list[Person], labels: int, kills: bool) -> list[str]:
    """Say what is not as it should be; the study is opened anew."""
    with Study.open(path) as study:
        cursor = study.cursor()
        stored = Counter(
            {
                (name, pair): count
                for name, pair, count in cursor.execute(
                    "SELECT correction.annotator, act.pair_id, count(*) "
                    "FROM correction JOIN act USING (act_id) "
                    "WHERE act.annotator = correction.annotator GROUP BY ALL"
                ).fetchall()
            }
        )
        orphans = cursor.execute(
            "SELECT (SELECT count(*) FROM correction WHERE act_id NOT IN (SELECT act_id FROM act)),"
            " (SELECT count(*) FROM act WHERE action = 'label'"
            " AND act_id NOT IN (SELECT act_id FROM correction))"
        ).fetchall()[0]
        shared = cursor.execute(
            "SELECT count(*) FROM (SELECT act.pair_id FROM correction JOIN act USING (act_id) "
            "GROUP BY act.pair_id HAVING count(DISTINCT act.annotator) > 1)"
        ).fetchall()[0][0]
    wrong = []
    for person in people:
        for item, count in person.acknowledged.items():
            held = sum(
                number
                for (name, pair), number in stored.items()
                if name == person.name and pair in item
            )
            if held < count or (not kills and held != count):
                wrong.append(f"{person.name}, {item}: {count} acknowledged, {held} stored")
    if orphans != (0, 0):
        wrong.append(f"{orphans[0]} labels without an act, {orphans[1]} acts without a label")
    if shared:
        wrong.append(f"{shared} pairs were labelled by more than one person, though one is wanted")
    total = sum(stored.values())
    if not kills and total != labels * PEOPLE:
        wrong.append(f"{total} labels stored, {labels * PEOPLE} given")
    if kills and total > sum(person.acknowledged.total() for person in people) + PEOPLE:
        wrong.append(f"{total} labels stored: more than one for each key press")
    return wrong


if __name__ == "__main__":
    main()
