"""The verb import: a file or folder into a study, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol, TypeVar

from profile_core.errors import ProfileError
from profile_core.formats import registry
from profile_core.formats.spec import ImportOptions, Reader
from profile_core.jobs import Progress
from profile_core.store.ingest import Ingest, Ingested
from profile_core.store.outside_labels import Outside, OutsideImport
from profile_core.store.records import Batch
from profile_core.store.study import Counter, Study

_NOTHING = ImportOptions()

_Part = TypeVar("_Part")
_Part_contra = TypeVar("_Part_contra", contravariant=True)


def import_file(
    study: Study,
    format_name: str,
    path: Path,
    options: ImportOptions = _NOTHING,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Ingested:
    """Import a path in a registered format; a dry run is a real one that is undone.

    Raises UnknownName for the format, and ImportRefused for the file, with nothing written.
    """
    chosen = registry.get(format_name, "import")
    if chosen.read_labels:
        # What people said moves the counters that it asks for, and none if it was there.
        return _run(
            study, None, OutsideImport, chosen.read_labels, _said, path, options, dry_run, progress
        )
    if chosen.read is None:
        raise ProfileError(f"the format {format_name} is for export only")
    return read_into(study, chosen.read, path, options, dry_run=dry_run, progress=progress)


def read_into(
    study: Study,
    read: Reader,
    path: Path,
    options: ImportOptions = _NOTHING,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Ingested:
    """Write what a reader reads in one transaction; what `import_file` does, for any reader."""
    return _run(study, Counter.DATA, Ingest, read, _rows, path, options, dry_run, progress)


class _Import(Protocol[_Part_contra]):
    """An import in progress: it takes the parts of a file, and tells at the end what it added."""

    def write(self, part: _Part_contra, /) -> None: ...

    def finish(self) -> Ingested: ...


def _run(
    study: Study,
    counter: Counter | None,
    begin: Callable[[Any, str], _Import[_Part]],
    read: Callable[[Path, ImportOptions, Any], Iterator[_Part]],
    size: Callable[[_Part], int],
    path: Path,
    options: ImportOptions,
    dry_run: bool,
    progress: Progress | None,
) -> Ingested:
    progress = progress or Progress()
    progress.start(f"reading {path.name}")
    try:
        with study.writing(counter) as cursor:
            running = begin(cursor, path.name)
            for part in read(path, options, cursor):
                running.write(part)
                progress.advance(size(part))
            ingested = running.finish()
            if dry_run:
                raise _UndoneOnPurpose
    except _UndoneOnPurpose:
        pass
    return ingested


def _rows(batch: Batch) -> int:
    return len(batch.pairs) or len(batch.responses)


def _said(part: Outside) -> int:
    return len(part.labels) + len(part.preferences)


class _UndoneOnPurpose(Exception):
    """Ends the transaction of a dry run."""
