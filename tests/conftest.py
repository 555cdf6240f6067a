"""What all tests share: where the real data lies, if it is there at all."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets beside the repository; the test skips where it is absent."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("the public data sets are not beside the repository")
    return folder


@pytest.fixture(autouse=True)
def _nobody_is_known_by_a_cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's test runner, by which `app_driver` opens pages, has a mock for cookies."""
    if "tests.app_driver" in sys.modules:
        monkeypatch.setattr("profile_core.ui.identity._from_cookie", lambda: None)


@pytest.fixture(autouse=True)
def _no_finished_work_is_left_for_the_next_test() -> Iterator[None]:
    """Pages of one process share a queue of work, whose endings they show."""
    yield
    resources = sys.modules.get("profile_core.ui.resources")
    if resources is not None:
        for job in resources.jobs().all():
            resources.jobs().forget(job.job_id)
