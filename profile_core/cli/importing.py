"""The commands `formats` and `import`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from profile_core.actions.imports import import_file
from profile_core.cli import progress
from profile_core.cli.output import count, print_csv, print_json, print_table
from profile_core.cli.verb import (
    Verb,
    assignments,
    format_option,
    say,
    study_option,
    study_to_write,
)
from profile_core.formats import registry, table
from profile_core.formats.spec import ImportOptions
from profile_core.formats.table.fields import MEANINGS
from profile_core.store.ingest import Ingested
from profile_core.types import SourceKind

_FORMAT_KEYS = ("name", "direction", "what", "reads", "example")
_IMPORT_KEYS = (
    "prompts",
    "responses",
    "pairs",
    "preferences",
    "factor_values",
    "invalid",
    "duplicates",
    "already_present",
    "warnings",
)

# Formats of what people said bring nothing else.
_LABEL_KEYS = ("corrections", "preferences", "already_present")

_ADDED = (
    *("prompts", "responses", "pairs", "preferences", "factor_values"),
    *("generation_pairs", "facts", "corrections"),
)
_WIDTH = max(map(len, MEANINGS)) + 2
_MAP_HELP = "\n".join(
    (
        "\b",
        "Fields of --map, for the format table (a.0.b is a column within a column):",
        *(f"  {field:<{_WIDTH}}{meaning}" for field, meaning in MEANINGS.items()),
        "",
        "\b",
        "Example:",
        "  profile-core import table pairs.csv --map prompt=question,choice.kim=verdict",
        "  --kind kim=human --values a=left,b=right,tie=equal",
    )
)


@click.command(cls=Verb)
@format_option
def formats(output: str) -> None:
    """List the formats that files are read from and written to."""
    records = [
        {key: getattr(entry, key) for key in _FORMAT_KEYS} for entry in registry.FORMATS.values()
    ]
    if output == "json":
        print_json(records)
    elif output == "csv":
        print_csv(records, _FORMAT_KEYS)
    else:
        shown = ("name", "direction", "what", "reads")
        print_table(shown, [[record[key] for key in shown] for record in records])
        click.echo("\nAn example of each:")
        for record in records:
            click.echo(f"  {record['example']}")


@click.command("import", cls=Verb, epilog=_MAP_HELP)
@click.argument("format_name", metavar="FORMAT")
@click.argument("file", metavar="PATH", type=click.Path(path_type=Path))
@study_option
@click.option("--dataset", metavar="NAME", help="Name of the data set; else the file's stem.")
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="FIELD=COLUMN,…",
    help="Columns by field, below; or annotators: ID=NAME,…",
)
@click.option("--values", multiple=True, metavar="a=1,b=2,tie=0", help="Words of the choices.")
@click.option("--kind", multiple=True, metavar="NAME=KIND", help="human, judge or gold, by source.")
@click.option("--dry-run", is_flag=True, help="Say what would be imported; write nothing.")
@format_option
def import_(
    format_name: str,
    file: Path,
    path: Path,
    dataset: str | None,
    mapping: tuple[str, ...],
    values: tuple[str, ...],
    kind: tuple[str, ...],
    dry_run: bool,
    output: str,
) -> None:
    """Import a file or folder into a study, which is made if it is not there."""
    chosen = registry.get(format_name, "import")
    options = ImportOptions(
        dataset,
        assignments(mapping, "--map"),
        assignments(values, "--values"),
        _kinds(kind),
    )
    if format_name == table.FORMAT.name:
        _show_mapping(file, options)
    with progress.shown() as shown, study_to_write(path, dry_run=dry_run) as study:
        ingested = import_file(study, format_name, file, options, dry_run=dry_run, progress=shown)
    _report(ingested, output, path, dry_run, brings_labels=chosen.read_labels is not None)


def _kinds(given: tuple[str, ...]) -> dict[str, SourceKind]:
    known = {kind.value for kind in SourceKind} - {SourceKind.GENERATOR.value}
    kinds = assignments(given, "--kind")
    for name, kind in kinds.items():
        if kind not in known:
            raise click.BadParameter(
                f"{name}={kind}: the kind is human, judge or gold", param_hint="--kind"
            )
    return {name: SourceKind(kind) for name, kind in kinds.items()}


def _show_mapping(file: Path, options: ImportOptions) -> None:
    preview = table.preview(file, options, limit=0)
    for field, column in preview.mapping.columns.items():
        told = "as told" if field in options.mapping else "guessed"
        say(f"  {field} = {column} ({told})")
    for source in preview.sources:
        say(f"  source {source.name} ({source.kind}): {source.meaning}")
    if preview.unused:
        say(f"  not used: {', '.join(preview.unused)}")


def _report(
    ingested: Ingested, output: str, path: Path, dry_run: bool, *, brings_labels: bool
) -> None:
    for warning in ingested.warnings:
        say(f"note: {warning}")
    keys = (*_IMPORT_KEYS, "corrections") if brings_labels else _IMPORT_KEYS
    record = {key: asdict(ingested)[key] for key in keys}
    if output == "json":
        print_json(record)
    elif output == "csv":
        print_csv([{**record, "warnings": "; ".join(ingested.warnings)}], keys)
    else:
        shown = asdict(ingested)
        del shown["warnings"]
        if brings_labels:
            shown = {key: shown[key] for key in _LABEL_KEYS}
        else:
            del shown["corrections"]
        print_table(
            ("would be added" if dry_run else "added", ""),
            [[name.replace("_", " "), count(number)] for name, number in shown.items()],
        )
    say(_outcome(ingested, path, dry_run))


def _outcome(ingested: Ingested, path: Path, dry_run: bool) -> str:
    if ingested.already_present and not any(getattr(ingested, name) for name in _ADDED):
        return f"nothing new: all {count(ingested.already_present)} rows were already there"
    return f"dry run: nothing was written to {path}" if dry_run else f"written to {path}"
