"""The verb demo: the embedded demo as a study, complete or not there at all."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from profile_core.actions.extract import extract
from profile_core.actions.imports import read_into
from profile_core.errors import StudyError, StudyLocked, StudyTooNew
from profile_core.formats import demo
from profile_core.jobs import Progress
from profile_core.store.study import Study


def make_demo(path: Path, *, force: bool = False, progress: Progress | None = None) -> Study:
    """Make the demo study at a path, with every rule factor measured, and open it.

    It is made in a folder beside the path and moved there at the end. Raises StudyError where
    something is at the path, which `force` replaces if it is a study that nobody holds open.
    """
    path = Path(path)
    if path.exists():
        _check_replaceable(path, force)
    elif not path.parent.is_dir():
        raise StudyError(f"there is no folder {path.parent} for the study {path.name}.")
    with TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        made = Path(folder) / path.name
        with Study.open(made, create=True) as study:
            fill_with_demo(study, progress)
        os.replace(made, path)
    return Study.open(path)


def fill_with_demo(study: Study, progress: Progress | None = None) -> None:
    """Import the embedded demo into a study and measure what rules can measure."""
    read_into(study, demo.read, demo.DEMO_PATH, progress=progress)
    extract(study, progress=progress)


def _check_replaceable(path: Path, force: bool) -> None:
    if not force:
        raise StudyError(f"{path} is there already. Choose another path, or replace it: --force.")
    try:
        Study.open(path).close()
    except (StudyLocked, StudyTooNew):
        raise
    except StudyError as error:
        raise StudyError(f"{error} Only a study is replaced; {path} was left alone.") from error
