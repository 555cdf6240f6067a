"""Where exports go: a file or folder that appears whole or not at all.

What is written goes beside its place and is moved there when it is complete. An earlier export is
replaced; anything else that lies there is left alone and told.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from profile_core.errors import ProfileError
from profile_core.store.ids import event_id


@contextmanager
def new_folder(path: Path, ours: Collection[str]) -> Iterator[Path]:
    """Give a folder to write in, which becomes `path` at the end.

    `ours` are the paths, relative to the folder, of every file that an export may have written.
    """
    _check_parent(path)
    if path.exists() and not path.is_dir():
        raise ProfileError(f"{path} is a file; name a folder to write in.")
    foreign = sorted(set(_files(path)) - set(ours)) if path.exists() else []
    if foreign:
        raise ProfileError(
            f"{path} holds {foreign[0]!r}, which is no part of an export: name another folder."
        )
    part = _beside(path)
    part.mkdir()
    try:
        yield part
        _move_folder(part, path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def new_file(path: Path, is_ours: Callable[[Path], bool]) -> Iterator[Path]:
    """Give a file to write, which becomes `path` at the end.

    `is_ours` tells whether what lies at the path is an earlier export.
    """
    _check_parent(path)
    if path.is_dir():
        raise ProfileError(f"{path} is a folder; name a file to write.")
    if path.exists() and not is_ours(path):
        raise ProfileError(f"{path} is there already, and is no earlier export: name another file.")
    part = _beside(path)
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _check_parent(path: Path) -> None:
    if not path.parent.is_dir():
        raise ProfileError(f"there is no folder {path.parent} to write {path.name} in.")


def _files(folder: Path) -> Iterator[str]:
    """Name what a folder holds: files at any depth, and folders that hold nothing."""
    for item in folder.rglob("*"):
        if not item.is_dir() or not any(item.iterdir()):
            yield item.relative_to(folder).as_posix()


def _move_folder(part: Path, path: Path) -> None:
    """Put the written folder in its place; an earlier one goes only when it is there."""
    if not path.exists():
        os.replace(part, path)
        return
    old = _beside(path)
    os.replace(path, old)
    os.replace(part, path)
    shutil.rmtree(old, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{event_id()}")
