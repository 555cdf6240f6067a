"""The verb import: a file or folder into a study, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from profile_core.errors import ProfileError
from profile_core.formats import registry
from profile_core.formats.spec import ImportOptions, Reader
from profile_core.jobs import Progress
from profile_core.store.ingest import Ingest, Ingested
from profile_core.store.study import Study

_NOTHING = ImportOptions()


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
    progress = progress or Progress()
    progress.start(f"reading {path.name}")
    try:
        with study.writing() as cursor:
            ingest = Ingest(cursor, path.name)
            for batch in read(path, options, cursor):
                ingest.write(batch)
                progress.advance(len(batch.pairs) or len(batch.responses))
            ingested = ingest.finish()
            if dry_run:
                raise _UndoneOnPurpose
    except _UndoneOnPurpose:
        pass
    return ingested


class _UndoneOnPurpose(Exception):
    """Ends the transaction of a dry run."""
