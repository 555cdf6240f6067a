"""The verb export: a study, or the part that a filter keeps, into files of a format."""

from __future__ import annotations

from pathlib import Path

from profile_core.errors import ProfileError
from profile_core.formats import registry
from profile_core.formats.spec import ExportOptions, Written
from profile_core.jobs import Progress
from profile_core.store.study import Study

_EVERYTHING = ExportOptions()


def export(
    study: Study,
    format_name: str,
    path: Path,
    options: ExportOptions = _EVERYTHING,
    *,
    progress: Progress | None = None,
) -> Written:
    """Write a study to a path in a registered format.

    Raises UnknownName for the format, and what the format's writer raises.
    """
    chosen = registry.get(format_name, "export")
    if chosen.write is None:
        raise ProfileError(f"the format {format_name} is for import only")
    if progress:
        progress.start(f"writing {path.name}")
    return chosen.write(study, path, options)
