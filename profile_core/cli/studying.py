"""The command `info`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from profile_core.analysis.overview import Coverage, StudyInfo
from profile_core.analysis.overview import info as study_info
from profile_core.cli.output import NONE, Record, count, print_csv, print_json, print_table
from profile_core.cli.verb import Verb, format_option, study_option
from profile_core.store import pair_wide
from profile_core.store.census import TaskCount
from profile_core.store.study import Study
from profile_core.store.wide_table import WideTable

_SOURCE_KEYS = ("name", "kind", "model", "preferences")
_COLUMN_KEYS = ("name", "means")
_LONG_KEYS = ("what", "name", "measure", "value")


@click.command(cls=Verb)
@study_option
@click.option("--columns", is_flag=True, help="List the columns that a filter may speak of.")
@format_option
def info(path: Path, columns: bool, output: str) -> None:
    """Say what a study holds."""
    with Study.open(path) as study:
        if columns:
            _print_columns(pair_wide.ensure(study), output)
        else:
            _print_info(study_info(study), output)


def _print_columns(wide: WideTable, output: str) -> None:
    records = [{key: getattr(column, key) for key in _COLUMN_KEYS} for column in wide.columns]
    if output == "json":
        print_json(records)
    elif output == "csv":
        print_csv(records, _COLUMN_KEYS)
    else:
        print_table(_COLUMN_KEYS, [[record["name"], record["means"]] for record in records])


def _print_info(found: StudyInfo, output: str) -> None:
    if output == "json":
        print_json(_as_json(found))
    elif output == "csv":
        print_csv(_long(found), _LONG_KEYS)
    else:
        _print_tables(found)


def _as_json(found: StudyInfo) -> Record:
    return {
        "study": found.study,
        "version": found.version,
        "counts": found.counts,
        "tasks": {task.name: _numbers(task) for task in found.tasks},
        "sources": [
            {key: getattr(source, key) for key in _SOURCE_KEYS} for source in found.sources
        ],
        "factors": {entry.factor: _coverage(entry) for entry in found.factors if entry.is_active},
        "data_version": found.data_version,
        "correction_seq": found.correction_seq,
    }


def _numbers(task: TaskCount) -> Record:
    return {key: value for key, value in asdict(task).items() if key != "name"}


def _coverage(entry: Coverage) -> Record:
    return {
        "extractor": entry.extractor,
        "values": entry.values,
        "not_applicable": entry.not_applicable,
        "stale": entry.stale,
        "missing": entry.missing,
    }


def _long(found: StudyInfo) -> Iterator[Record]:
    """One number a row, the only table that holds all of it."""
    record = _as_json(found)
    for what in ("study", "version", "data_version", "correction_seq"):
        yield dict(zip(_LONG_KEYS, (what, "", "", record[what]), strict=True))
    for name, number in found.counts.items():
        yield dict(zip(_LONG_KEYS, ("table", name, "rows", number), strict=True))
    named = {
        "task": record["tasks"].items(),
        "source": [(source["name"], source) for source in record["sources"]],
        "factor": record["factors"].items(),
    }
    for what, entries in named.items():
        for name, measures in entries:
            for measure, value in measures.items():
                if measure != "name":
                    yield dict(zip(_LONG_KEYS, (what, name, measure, value), strict=True))


def _print_tables(found: StudyInfo) -> None:
    click.echo(f"{found.study} (PROFILE {found.version}, data version {found.data_version})\n")
    print_table(
        ("holds", "rows"),
        [[name.replace("_", " "), count(number)] for name, number in found.counts.items()],
    )
    _section(
        ("task", "prompts", "responses", "evaluation pairs", "generation pairs"),
        [[task.name or NONE, *map(count, _numbers(task).values())] for task in found.tasks],
    )
    _section(
        ("source", "kind", "model", "preferences", "pairs", "invalid"),
        [
            [
                source.name,
                source.kind.value,
                source.model or NONE,
                count(source.preferences),
                count(source.pairs),
                count(source.invalid),
            ]
            for source in found.sources
        ],
    )
    _section(
        ("generator", "model", "responses", "prompts", "levels"),
        [
            [
                generator.name or NONE,
                generator.model or NONE,
                count(generator.responses),
                count(generator.prompts),
                count(generator.levels),
            ]
            for generator in found.generators
        ],
    )
    _section(
        ("factor", "extractor", "in use", "values", "not applicable", "stale", "missing"),
        [
            [
                entry.factor,
                entry.extractor,
                "yes" if entry.is_active else "no",
                count(entry.values),
                count(entry.not_applicable),
                count(entry.stale),
                count(entry.missing),
            ]
            for entry in found.factors
        ],
    )


def _section(headers: tuple[str, ...], rows: list[list[str]]) -> None:
    if rows:
        click.echo()
        print_table(headers, rows)
