"""The export view of the data page: a format, which part of the study, and where it goes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from profile_core.actions.export import export
from profile_core.formats.registry import FORMATS
from profile_core.formats.spec import ExportOptions, Written
from profile_core.jobs import Progress
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.ui import cached, filters, frame, resources, work

_DOWNLOAD, _PATH = "Download", "Path on this computer"
_FILE_TYPES = ("csv", "json", "parquet")
_KEPT = "The study is unchanged."


@dataclass(frozen=True, slots=True)
class Packed:
    """An export that waits to be downloaded, as one file; its folder goes with it."""

    file: Path
    folder: TemporaryDirectory[str]
    written: Written


def draw(study: Study) -> None:
    """Draw the view."""
    _ready()
    writers = {entry.name: entry for entry in FORMATS.values() if entry.write}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Format", list(writers), key="export", bind="query-params", width=240)
        chosen = writers[name]
        file_type = "csv"
        if name == "tables":
            file_type = st.selectbox("As", _FILE_TYPES, key="as", bind="query-params", width=140)
        ending = ""
        if chosen.endings:
            ending = st.selectbox(
                "As", chosen.endings, key="ending", bind="query-params", width=140
            )
    frame.note(f"{chosen.what[:1].upper()}{chosen.what[1:]}.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        where = st.text_input(
            "Condition",
            key=filters.parameter("data", "where"),
            bind="query-params",
            placeholder="every pair",
            help=filters.WHERE_HELP,
            width=480,
        )
        labels = filters.labels("data")
    options = ExportOptions(where.strip() or None, labels, file_type)
    if chosen.asks_annotators:
        options = _asked(study, options)
    goes = st.segmented_control(
        "To", (_DOWNLOAD, _PATH), default=_DOWNLOAD, required=True, key="to", bind="query-params"
    )
    if goes == _DOWNLOAD:
        if st.button("Prepare the download", type="primary", disabled=work.is_busy()):
            work.start(
                f"Exporting {name}", lambda p: _pack(study, name, ending, options, p), kept=_KEPT
            )
        return
    path = resources.typed_path(
        st.text_input("Path of a new folder or file", key="target", width=640)
    )
    if path and ending and not path.suffix:
        path = path.with_name(f"{path.name}{ending}")
    if st.button("Export", type="primary", disabled=work.is_busy() or path is None) and path:
        work.start(
            f"Exporting {name} to {path.name}",
            lambda p: export(study, name, path, options, progress=p),
            kept=_KEPT,
        )


def _asked(study: Study, options: ExportOptions) -> ExportOptions:
    """Ask which factors annotators elsewhere label, and whether they see automatic values."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        factors = st.multiselect(
            "Factors to label",
            sorted({covered.factor for covered in cached.info(study).factors}),
            key="label-factors",
            placeholder="every factor that no rule measures",
            width=480,
        )
        blind = st.checkbox(
            "Blind",
            key="label-blind",
            help="Leave the automatic values out of what annotators see. Who wrote a response, and "
            "what judges prefer, is left out in any case.",
        )
    return replace(options, factors=tuple(factors), blind=blind)


def _pack(
    study: Study, name: str, ending: str, options: ExportOptions, progress: Progress
) -> Packed:
    folder = TemporaryDirectory(prefix="profile-export-")
    target = Path(folder.name) / f"{study.path.stem}-{name}{ending}"
    written = export(study, name, target, options, progress=progress)
    if target.is_dir():
        target = Path(shutil.make_archive(str(target), "zip", target))
    return Packed(target, folder, written)


def _ready() -> None:
    """Draw what waits to be downloaded, the newest first."""
    for job in work.finished(Packed)[:1]:
        packed: Packed = job.result
        frame.done(
            f"{packed.file.name} is ready: "
            f"{numbers.counted(packed.written.records, 'record')}, "
            f"{numbers.size(packed.file.stat().st_size)}."
        )
        with packed.file.open("rb") as content:
            st.download_button("Download it", content, packed.file.name, type="primary")
