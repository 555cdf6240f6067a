"""The import view of the data page: what kind of data, where it lies, a trial run, the import."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from profile_core.actions.imports import import_file
from profile_core.errors import ProfileError
from profile_core.formats.registry import FORMATS
from profile_core.formats.spec import Format, ImportOptions
from profile_core.jobs import Progress
from profile_core.store.ingest import Ingested
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.ui import data_mapping, frame, resources, router, tables, work
from profile_core.ui.outcomes import Imported

_UPLOAD, _PATH = "Upload", "Path on this computer"
_FOLDER = "_uploaded_folder"
_NOTHING = "Nothing was imported; the study is as it was."


def draw(study: Study) -> None:
    """Draw the view."""
    _form(study)
    _last_outcome()


def _form(study: Study) -> None:
    readers = {entry.name: entry for entry in FORMATS.values() if entry.can_read}
    chosen = readers[_format(list(readers))]
    frame.note(f"{_sentence(chosen.what)} It reads {chosen.reads}.")
    path = _place()
    if path is None:
        return
    options = _options(chosen, path)
    if options is None:
        return
    with st.container(horizontal=True):
        trial = st.button(
            "Try it out",
            disabled=work.is_busy(),
            help="Reads the whole file and says what would be added, without writing anything.",
        )
        real = st.button("Import", type="primary", disabled=work.is_busy())
    if trial or real:
        keep = st.session_state.get(_FOLDER)
        verb = "Trying" if trial else "Importing"
        work.start(
            f"{verb} {path.name}",
            lambda progress: _import(study, chosen.name, path, options, trial, progress, keep),
            kept=_NOTHING,
        )


def _format(names: list[str]) -> str:
    chosen: str = st.selectbox(
        "Format",
        names,
        key="format",
        bind="query-params",
        width=320,
        help="`table` takes any CSV, JSON, JSONL or Parquet file; the others have a layout of "
        "their own.",
    )
    return chosen


def _place() -> Path | None:
    where = st.segmented_control(
        "From", (_UPLOAD, _PATH), default=_UPLOAD, required=True, key="from", bind="query-params"
    )
    if where == _UPLOAD:
        return _uploaded()
    typed = st.text_input(
        "Path of the file or folder", key="path", placeholder="~/data/pandalm", width=640
    )
    path = resources.typed_path(typed)
    if path is None:
        return None
    if not path.exists():
        frame.problem(
            ProfileError(f"there is nothing at {path}: check the spelling, or upload the file")
        )
        return None
    return path


def _uploaded() -> Path | None:
    """Put what was uploaded where an importer can read it; it goes when the import is done."""
    files = st.file_uploader(
        "File, or all files of one folder", accept_multiple_files=True, key="upload"
    )
    if not files:
        st.session_state.pop(_FOLDER, None)
        return None
    key = tuple(file.file_id for file in files)
    kept = st.session_state.get(_FOLDER)
    if kept is None or kept[0] != key:
        folder = TemporaryDirectory(prefix="profile-upload-")
        for file in files:
            (Path(folder.name) / Path(file.name).name).write_bytes(file.getbuffer())
        kept = st.session_state[_FOLDER] = (key, folder)
    place = Path(kept[1].name)
    return place / Path(files[0].name).name if len(files) == 1 else place


def _options(chosen: Format, path: Path) -> ImportOptions | None:
    dataset = st.text_input(
        "Name of the data set",
        value="" if chosen.adds_to_study else path.stem,
        key=f"dataset-{chosen.name}-{path}",
        width=320,
        placeholder="any" if chosen.adds_to_study else None,
        help="Needed only where several data sets of the study have the same ids."
        if chosen.adds_to_study
        else "Pairs are told apart by it; importing a file again under its name adds nothing.",
    )
    options = ImportOptions(dataset=dataset.strip() or None)
    if chosen.asks_annotators:
        return _with_names(options, path)
    if chosen.name != "table":
        return options
    mapped = data_mapping.draw(path, options)
    return replace(mapped, dataset=options.dataset) if mapped else None


def _with_names(options: ImportOptions, path: Path) -> ImportOptions | None:
    """Ask what annotators are called whom the file knows by an id; None where that is unclear."""
    typed = st.text_input(
        "Names of annotators",
        key=f"names-{path}",
        placeholder="7=anna, 12=ben",
        width=480,
        help="What the file calls each annotator, and the name in this study. Those left out keep "
        "the file's own, unless it is a mere number.",
    )
    names: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in typed.split(","))):
        key, sign, name = (piece.strip() for piece in part.partition("="))
        if not (key and sign and name) or key in names:
            frame.problem(
                ProfileError(f"{part!r} does not name an annotator: write it as 7=anna, each once")
            )
            return None
        names[key] = name
    return replace(options, mapping=names)


def _import(
    study: Study,
    format_name: str,
    path: Path,
    options: ImportOptions,
    is_trial: bool,
    progress: Progress,
    keep: object,
) -> Imported:
    """Run in the queue; `keep` holds the uploaded files there until this is done."""
    found = import_file(study, format_name, path, options, dry_run=is_trial, progress=progress)
    return Imported(path.name, is_trial, found)


def _last_outcome() -> None:
    """Draw the newest import's figures and warnings, and what to do now."""
    done = work.finished(Imported)
    if not done:
        return
    outcome: Imported = done[0].result
    frame.section(
        f"What importing {outcome.name} {'would add' if outcome.is_trial else 'added'}",
        "Nothing was written yet." if outcome.is_trial else "",
    )
    tables.table(
        [tables.Column("Rows"), tables.Column("Number", is_number=True)],
        [[name, numbers.count(value)] for name, value in _figures(outcome.ingested) if value],
        caption="By kind.",
    )
    if outcome.ingested.warnings:
        frame.note("What you should know about the file:")
        frame.warnings(outcome.ingested.warnings)
    if not outcome.is_trial:
        if outcome.ingested.responses:
            router.link("data", "Measure the responses", {"view": "Measure"})
        router.link("overview", "See what the study holds now")


def _figures(found: Ingested) -> list[tuple[str, int]]:
    return [
        ("Prompts", found.prompts),
        ("Responses", found.responses),
        ("Pairs to judge", found.pairs),
        ("Pairs of score levels", found.generation_pairs),
        ("Verdicts", found.preferences),
        ("Factor values", found.factor_values),
        ("Facts", found.facts),
        ("Labels by people", found.corrections),
        ("Answers that are no choice", found.invalid),
        ("Rows that repeat an earlier pair", found.duplicates),
        ("Rows that were there already", found.already_present),
    ]


def _sentence(phrase: str) -> str:
    return f"{phrase[:1].upper()}{phrase[1:]}."
