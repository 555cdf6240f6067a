"""The formats `tables` and `study-parquet`: a study as one file a table, in a folder.

`tables` gives what people open (CSV, JSON or Parquet), with the pair view beside the tables;
`study-parquet` gives everything, so that other engines, or a later study, can read it.

The folder appears whole or not at all: files are written beside it and moved when all are there.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pyarrow as pa

from profile_core.errors import ProfileError, UnknownName
from profile_core.formats.spec import ExportOptions, Format, Written
from profile_core.store import pair_wide, predicate
from profile_core.store.ids import event_id
from profile_core.store.rows import number
from profile_core.store.study import Study
from profile_core.store.wide_table import WideTable

_VIEW = "pair_view"
_OF_PROMPT = "prompt_id IN (SELECT prompt_id FROM kept_pair)"
_OF_PAIR = "pair_id IN (SELECT pair_id FROM kept_pair)"
_OF_RESPONSE = "response_id IN (SELECT response_id FROM kept_response)"
_ALL = "TRUE"

# The tables of a study, and which of their rows belong to the pairs that a filter keeps.
_TABLES = {
    "prompt": _OF_PROMPT,
    "response": _OF_RESPONSE,
    "pair": _OF_PAIR,
    "source": _ALL,
    "preference": _OF_PAIR,
    "factor": _ALL,
    "factor_value": _OF_RESPONSE,
    "fact": _OF_RESPONSE,
    "fact_label": f"fact_id IN (SELECT fact_id FROM fact WHERE {_OF_RESPONSE})",
    "correction": _OF_RESPONSE,
    "scenario": _ALL,
    "run": _ALL,
}
_INNER_TABLES = {"call": _ALL, "active_extractor": _ALL, "meta": _ALL}

_KEPT = """
WITH kept_pair AS (SELECT * FROM {wide} SEMI JOIN kept USING (pair_no)),
kept_response AS (
    SELECT response_a AS response_id FROM kept_pair UNION SELECT response_b FROM kept_pair)
"""

_FILE_TYPES = {
    "csv": "FORMAT csv, HEADER",
    "json": "FORMAT json, ARRAY",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}


def write_tables(study: Study, path: Path, options: ExportOptions) -> Written:
    """Write the study's tables and its pair view; raise ProfileError where that cannot be done."""
    return _write(study, path, options, _TABLES, options.file_type)


def write_study(study: Study, path: Path, options: ExportOptions) -> Written:
    """Write every table as Parquet."""
    return _write(study, path, options, _TABLES | _INNER_TABLES, "parquet")


def _write(
    study: Study, path: Path, options: ExportOptions, tables: dict[str, str], file_type: str
) -> Written:
    if file_type not in _FILE_TYPES:
        raise UnknownName("file type", file_type, _FILE_TYPES)
    _check_target(path)
    wide = pair_wide.ensure(study, options.labels)
    queries = _queries(wide, tables, is_filtered=bool(options.where))
    part = _beside(path)
    part.mkdir()
    try:
        with study.cursor() as cursor:
            # One transaction, so that all files show the study in the same state.
            cursor.begin()
            kept = predicate.parse(options.where or "", wide.column_names)
            numbers = predicate.select_pair_numbers(cursor, wide.name, kept)
            cursor.register("kept", pa.table({"pair_no": numbers}))
            records = 0
            for name, query in queries.items():
                target = str(part / f"{name}.{file_type}").replace("'", "''")
                records += number(
                    cursor, f"COPY ({query}) TO '{target}' ({_FILE_TYPES[file_type]})"
                )
            cursor.rollback()
        _move(part, path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Written(tuple(path / f"{name}.{file_type}" for name in queries), records)


def _queries(wide: WideTable, tables: dict[str, str], *, is_filtered: bool) -> dict[str, str]:
    kept = _KEPT.format(wide=wide.name)
    shown = ", ".join(f'"{name}"' for name in wide.column_names)
    queries = {
        name: f"{kept} SELECT * FROM {name} WHERE {condition}" if is_filtered else f"FROM {name}"
        for name, condition in tables.items()
    }
    view = f"{kept} SELECT {shown} FROM kept_pair ORDER BY seq"
    return queries | {_VIEW: view}


def _check_target(path: Path) -> None:
    """Refuse a target that holds anything but an earlier export."""
    if not path.parent.is_dir():
        raise ProfileError(f"there is no folder {path.parent} to write {path.name} in.")
    if path.exists() and not path.is_dir():
        raise ProfileError(f"{path} is a file; name a folder to write the tables in.")
    ours = {
        f"{name}.{file_type}"
        for name in (*_TABLES, *_INNER_TABLES, _VIEW)
        for file_type in _FILE_TYPES
    }
    found = (item.name for item in path.iterdir()) if path.exists() else ()
    foreign = sorted(name for name in found if name not in ours)
    if foreign:
        raise ProfileError(
            f"{path} holds {foreign[0]!r}, which is no part of an export: name another folder."
        )


def _move(part: Path, path: Path) -> None:
    """Put the written folder in its place; an earlier export goes only when it is there."""
    if not path.exists():
        os.replace(part, path)
        return
    old = _beside(path)
    os.replace(path, old)
    os.replace(part, path)
    shutil.rmtree(old, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{event_id()}")


_TARGET = "a new folder, or one that an earlier export wrote"

FORMAT = Format(
    name="tables",
    what="the study's tables and its pair view, one CSV, JSON or Parquet file each",
    reads=_TARGET,
    example="profile-core export tables FOLDER --as parquet --study study.duckdb",
    write=write_tables,
)
STUDY_PARQUET = Format(
    name="study-parquet",
    what="the whole study as Parquet, one file a table",
    reads=_TARGET,
    example="profile-core export study-parquet FOLDER --study study.duckdb",
    write=write_study,
)
FORMATS = (FORMAT, STUDY_PARQUET)
