"""The formats `tables` and `study-parquet`: a study as one file a table, in a folder.

`tables` gives what people open (CSV, JSON or Parquet), with the pair view beside the tables, and
the labels and preferences that stand beside the log of what people gave; `study-parquet` gives
everything, so that other engines, or a later study, can read it.
"""

from __future__ import annotations

from pathlib import Path

from profile_core.errors import UnknownName
from profile_core.formats import kept, targets
from profile_core.formats.kept import OF_RESPONSE
from profile_core.formats.spec import ExportOptions, Format, Written
from profile_core.store.rows import number
from profile_core.store.study import Study
from profile_core.store.wide_table import WideTable

_VIEW = "pair_view"
_OF_PROMPT = "prompt_id IN (SELECT prompt_id FROM kept_pair)"
_OF_PAIR = "pair_id IN (SELECT pair_id FROM kept_pair)"
_ALL = "TRUE"

# The tables of a study, and which of their rows belong to the pairs that a filter keeps.
_TABLES = {
    "prompt": _OF_PROMPT,
    "response": OF_RESPONSE,
    "pair": _OF_PAIR,
    "source": _ALL,
    "preference": _OF_PAIR,
    "factor": _ALL,
    "factor_value": OF_RESPONSE,
    "fact": OF_RESPONSE,
    "fact_label": f"fact_id IN (SELECT fact_id FROM fact WHERE {OF_RESPONSE})",
    "correction": OF_RESPONSE,
    "fact_event": OF_RESPONSE,
    "act": _ALL,
    "queue": _ALL,
    "queue_pair": _OF_PAIR,
    "guideline": _ALL,
    "pinned_example": OF_RESPONSE,
    "scenario": _ALL,
    "run": _ALL,
    "rubric": _ALL,
    "prompt_tag": _OF_PROMPT,
}
# What people gave is a log with undone events in it; these views give what stands.
_VIEWS = {
    "standing_label": OF_RESPONSE,
    "standing_preference": _OF_PAIR,
    "standing_tag": _OF_PROMPT,
}
_INNER_TABLES = {"call": _ALL, "active_extractor": _ALL, "meta": _ALL}

_FILE_TYPES = {
    "csv": "FORMAT csv, HEADER",
    "json": "FORMAT json, ARRAY",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}


def write_tables(study: Study, path: Path, options: ExportOptions) -> Written:
    """Write the study's tables and its pair view; raise ProfileError where that cannot be done."""
    return _write(study, path, options, _TABLES | _VIEWS, options.file_type)


def write_study(study: Study, path: Path, options: ExportOptions) -> Written:
    """Write every table as Parquet."""
    return _write(study, path, options, _TABLES | _INNER_TABLES, "parquet")


def _write(
    study: Study, path: Path, options: ExportOptions, tables: dict[str, str], file_type: str
) -> Written:
    if file_type not in _FILE_TYPES:
        raise UnknownName("file type", file_type, _FILE_TYPES)
    with (
        targets.new_folder(path, _OURS) as part,
        # One transaction, so that all files show the study in the same state.
        kept.pairs(study, options) as (cursor, wide),
    ):
        queries = _queries(wide, tables, is_filtered=bool(options.where))
        records = 0
        for name, query in queries.items():
            target = str(part / f"{name}.{file_type}").replace("'", "''")
            records += number(cursor, f"COPY ({query}) TO '{target}' ({_FILE_TYPES[file_type]})")
    return Written(tuple(path / f"{name}.{file_type}" for name in queries), records)


def _queries(wide: WideTable, tables: dict[str, str], *, is_filtered: bool) -> dict[str, str]:
    start = kept.start(wide)
    shown = ", ".join(f'"{name}"' for name in wide.column_names)
    queries = {
        name: f"{start} SELECT * FROM {name} WHERE {condition}" if is_filtered else f"FROM {name}"
        for name, condition in tables.items()
    }
    view = f"{start} SELECT {shown} FROM kept_pair ORDER BY seq"
    return queries | {_VIEW: view}


_OURS = {
    f"{name}.{file_type}"
    for name in (*_TABLES, *_VIEWS, *_INNER_TABLES, _VIEW)
    for file_type in _FILE_TYPES
}
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
