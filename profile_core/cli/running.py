"""The command `extract`, and the flags that every run takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

import click

from profile_core.actions.extract import extract as run_extract
from profile_core.actions.runs import Estimate, RunSummary
from profile_core.cli import progress
from profile_core.cli.output import NONE, count, decimals, print_csv, print_json, print_table
from profile_core.cli.verb import Verb, format_option, listed, study_option, where_option
from profile_core.errors import ProfileError
from profile_core.factors.rules import EXTRACTOR
from profile_core.store.study import Study

_Function = TypeVar("_Function", bound=Callable[..., Any])


def run_flags(function: _Function) -> _Function:
    """Add the flags of a run; those about model calls mean nothing where no model is asked."""
    for option in reversed(
        (
            where_option,
            click.option("--limit", type=click.IntRange(min=1), help="At most so many items."),
            click.option("--max-cost", type=float, help="Stop at this cost, in US dollars."),
            click.option("--max-calls", type=int, help="Stop after so many calls."),
            click.option("--concurrency", type=int, help="Calls at the same time."),
            click.option("--batch", is_flag=True, help="Use the provider's batches."),
            click.option("--resume", metavar="RUN", help="Go on with a run that was broken off."),
            click.option("--dry-run", is_flag=True, help="Estimate the run; do nothing."),
        )
    ):
        function = option(function)
    return function


@click.command(cls=Verb)
@study_option
@click.option("--factors", multiple=True, metavar="A,B", help="Factors to measure; else all.")
@click.option(
    "--taxonomy", type=click.Choice(["profile", "dissection"]), help="Factors of one taxonomy."
)
@click.option(
    "--extractor", default=EXTRACTOR, metavar="rules|llm:SPEC", help="Who measures; rules."
)
@run_flags
@format_option
def extract(
    path: Path,
    factors: tuple[str, ...],
    taxonomy: str | None,
    extractor: str,
    where: str | None,
    limit: int | None,
    dry_run: bool,
    output: str,
    **model_flags: object,
) -> None:
    """Measure factors in responses, where a value is missing or stale."""
    _check_extractor(extractor)
    with progress.shown() as shown, Study.open(path) as study:
        result = run_extract(
            study,
            factors=listed(factors),
            taxonomy=taxonomy,
            where=where,
            limit=limit,
            dry_run=dry_run,
            progress=shown,
        )
    print_run(result, output)


def print_run(result: RunSummary | Estimate, output: str) -> None:
    """Print a run's summary, or its estimate."""
    record = asdict(result)
    if output == "json":
        print_json(record)
    elif output == "csv":
        if isinstance(result, RunSummary):
            record["failed"] = sum(result.failed.values())
        print_csv([record], [field.name for field in fields(result)])
    else:
        print_table(
            ("estimate" if isinstance(result, Estimate) else "run", ""),
            [[name.replace("_", " "), _cell(value)] for name, value in record.items()],
        )


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{kind} {number}" for kind, number in value.items()) or "0"
    if isinstance(value, float):
        return decimals(value)
    if isinstance(value, int):
        return count(value)
    return NONE if value is None else str(value)


def _check_extractor(extractor: str) -> None:
    if extractor.startswith("llm:"):
        raise ProfileError(
            "extraction by a model is not in this version; `--extractor rules` measures without one"
        )
    if extractor != EXTRACTOR:
        raise click.BadParameter(f"{extractor!r} is neither rules nor llm:SPEC")
