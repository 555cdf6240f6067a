"""Long work is told at the top of every page: how far it is, how it ended, and what is safe."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from profile_core.errors import ImportRefused
from profile_core.jobs import Job, Progress
from profile_core.ui import resources
from tests.app_driver import open_page, shown
from tests.studies import empty_study


@pytest.fixture(autouse=True)
def study_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    path = tmp_path / "study.duckdb"
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    empty_study(path).close()
    forget_all()
    yield
    forget_all()


def forget_all() -> None:
    for job in resources.jobs().all():
        job.progress.cancel()
        ended(job)
        resources.jobs().forget(job.job_id)


def ended(job: Job) -> None:
    deadline = time.monotonic() + 10
    while job.is_active:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def submit(work: Callable[[Progress], object]) -> Job:
    return resources.jobs().submit("Counting sheep", work)


def test_work_under_way_stands_on_every_page_and_can_be_cancelled() -> None:
    half_way = threading.Event()

    def count(progress: Progress) -> None:
        progress.start("over the fence", 10)
        progress.advance(5)
        half_way.set()
        while True:
            progress.check()
            time.sleep(0.01)

    job = submit(count)
    half_way.wait(5)
    for page in ("overview", "browse", "influence", "data"):
        assert "Counting sheep: over the fence, 5 of 10" in shown(open_page(page))
    app = open_page("overview")
    next(button for button in app.button if button.label == "Cancel").click().run()
    ended(job)
    said = shown(open_page("browse"))
    assert "Counting sheep: stopped" in said
    assert "over the fence" not in said


def test_what_went_wrong_is_told_in_words() -> None:
    def fail(progress: Progress) -> None:
        raise ImportRefused("sheep.csv", "the wolf came", place="line 3")

    ended(submit(fail))
    said = shown(open_page("overview"))
    assert "sheep.csv, line 3: the wolf came. Nothing was imported." in said
    assert "Traceback" not in said


def test_a_defect_is_told_as_one() -> None:
    def fail(progress: Progress) -> None:
        raise KeyError("wolf")

    ended(submit(fail))
    assert "Counting sheep failed: KeyError: 'wolf'" in shown(open_page("overview"))


def test_an_end_that_was_read_can_be_dismissed() -> None:
    ended(submit(lambda progress: None))
    app = open_page("data")
    assert "Counting sheep: done" in shown(app)
    next(button for button in app.button if button.label == "Dismiss").click().run()
    assert "Counting sheep" not in shown(open_page("data"))


def test_markup_in_a_title_is_shown_as_it_is() -> None:
    ended(resources.jobs().submit("![x](http://elsewhere.invalid) <b>", lambda progress: None))
    app = open_page("data")
    assert "![x](http://elsewhere.invalid) <b>: done" in shown(app)
    assert not [element for element in app.markdown if "elsewhere" in element.value]
