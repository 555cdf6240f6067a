"""The command `export`."""

from __future__ import annotations

from pathlib import Path

import click

from profile_core.actions.export import export as write_out
from profile_core.cli import progress
from profile_core.cli.output import count, print_csv, print_json, print_table
from profile_core.cli.verb import (
    Verb,
    format_option,
    labels_option,
    listed,
    study_option,
    where_option,
)
from profile_core.errors import ProfileError
from profile_core.formats import registry
from profile_core.formats.spec import ExportOptions
from profile_core.store.study import Study
from profile_core.types import LabelSet


@click.command(cls=Verb)
@click.argument("format_name", metavar="FORMAT")
@click.argument("target", metavar="PATH", type=click.Path(path_type=Path))
@study_option
@where_option
@labels_option
@click.option(
    "--as",
    "file_type",
    type=click.Choice(["csv", "json", "parquet"]),
    default="csv",
    help="Type of the files, where the format leaves a choice.",
)
@click.option(
    "--factors",
    multiple=True,
    metavar="a,b",
    help="What annotators elsewhere are asked; else every factor that no rule measures.",
)
@click.option(
    "--blind", is_flag=True, help="Do not show annotators elsewhere the automatic values."
)
@format_option
def export(
    format_name: str,
    target: Path,
    path: Path,
    where: str | None,
    labels: str,
    file_type: str,
    factors: tuple[str, ...],
    blind: bool,
    output: str,
) -> None:
    """Write a study, or the part that a filter keeps, to PATH."""
    chosen = registry.get(format_name, "export")
    if (factors or blind) and not chosen.asks_annotators:
        raise ProfileError(f"--factors and --blind say what annotators see: not for {format_name}.")
    options = ExportOptions(where, LabelSet(labels), file_type, listed(factors), blind)
    with progress.shown() as shown, Study.open(path) as study:
        done = write_out(study, format_name, target, options, progress=shown)
    written = [str(file) for file in done.written]
    if output == "json":
        print_json({"written": written, "records": done.records})
    elif output == "csv":
        print_csv(
            [{"written": file, "records": done.records} for file in written],
            ("written", "records"),
        )
    else:
        print_table(("written",), [[file] for file in written])
        click.echo(f"{count(done.records)} records")
