"""The command `extract`, and the flags that every run takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

import click

from profile_core.actions import extract_model as model
from profile_core.actions.extract import extract as run_extract
from profile_core.actions.extract_model import Measuring
from profile_core.actions.runner import CONCURRENCY, Asking
from profile_core.actions.runs import Estimate, RunSummary
from profile_core.actions.spending import Caps
from profile_core.cli import progress
from profile_core.cli.output import (
    NONE,
    Record,
    count,
    decimals,
    print_csv,
    print_json,
    print_table,
)
from profile_core.cli.verb import Verb, format_option, listed, say, study_option, where_option
from profile_core.errors import ProfileError
from profile_core.factors.rules import EXTRACTOR
from profile_core.judges import credentials
from profile_core.judges.spec import ModelSpec
from profile_core.judges.spec import parse as parse_spec
from profile_core.store.runs import RunStatus
from profile_core.store.study import Study

_Function = TypeVar("_Function", bound=Callable[..., Any])
_MODEL = "llm:"
_NAMES = {"cached": "answered before", "cost_unknown": "calls of unknown cost"}
"""What a table calls a key, where its own name would not be understood."""


def run_flags(function: _Function) -> _Function:
    """Add the flags of a run; those about model calls mean nothing where no model is asked."""
    for option in reversed(
        (
            where_option,
            click.option("--limit", type=click.IntRange(min=1), help="At most so many items."),
            click.option("--max-cost", type=float, help="Stop at this cost, in US dollars."),
            click.option("--max-calls", type=int, help="Stop after so many calls."),
            click.option(
                "--concurrency", type=click.IntRange(1, 64), help="Calls at the same time; else 8."
            ),
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
    **flags: Any,
) -> None:
    """Measure factors in responses, where a value is missing or stale."""
    if extractor.startswith(_MODEL):
        _by_model(path, extractor, factors, taxonomy, where, limit, dry_run, output, flags)
        return
    if extractor != EXTRACTOR:
        raise click.BadParameter(f"{extractor!r} is neither rules nor llm:SPEC")
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


def _by_model(
    path: Path,
    extractor: str,
    factors: tuple[str, ...],
    taxonomy: str | None,
    where: str | None,
    limit: int | None,
    dry_run: bool,
    output: str,
    flags: dict[str, Any],
) -> None:
    spec = parse_spec(extractor.removeprefix(_MODEL))
    settings = Measuring(spec, listed(factors), taxonomy, where, limit)
    with progress.shown() as shown, Study.open(path) as study:
        if dry_run:
            print_estimate(model.estimated(study, settings, concurrency(flags)), spec, output)
            return
        summary = model.extract(
            study, settings, asking(spec, flags), resume=flags["resume"], progress=shown
        )
    print_run(summary, output)
    tell_how_it_ended(summary)


def asking(spec: ModelSpec, flags: dict[str, Any]) -> Asking:
    """Read the flags of a run that asks a model; raises MissingKey."""
    caps = Caps(flags["max_cost"], flags["max_calls"])
    return Asking(credentials.find(spec), caps, concurrency(flags), in_batches=bool(flags["batch"]))


def concurrency(flags: dict[str, Any]) -> int:
    """How many calls may be under way."""
    return flags["concurrency"] or CONCURRENCY


def tell_how_it_ended(summary: RunSummary) -> None:
    """Say on stderr what has no answer and how to ask again; exit with 1 where a run failed."""
    if summary.failed:
        kinds = ", ".join(f"{kind} {number:,}" for kind, number in summary.failed.items())
        without = sum(summary.failed.values())
        say(f"{without:,} of {summary.planned:,} items have no result, by kind of failure: {kinds}")
    if summary.failed or summary.status != RunStatus.DONE:
        say(f"to ask again about what has no answer: the same command with --resume {summary.run}")
    if summary.is_failure:
        say(f"the run {summary.status}")
        raise click.exceptions.Exit(1)


def print_estimate(found: Estimate, spec: ModelSpec, output: str) -> None:
    """Print an estimate, which needs no key; warn on stderr where the run itself would lack one."""
    print_run(found, output)
    try:
        credentials.find(spec)
    except ProfileError as error:
        say(f"this was only estimated, and the run itself cannot begin: {error}")


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
            [[_NAMES.get(name, name.replace("_", " ")), _cell(record, name)] for name in record],
        )


def _cell(record: Record, name: str) -> str:
    value = record[name]
    if name == "cost" and 0 < record["calls"] == record["cost_unknown"]:
        return "unknown"
    if isinstance(value, dict):
        return ", ".join(f"{kind} {number}" for kind, number in value.items()) or "0"
    if isinstance(value, float):
        return decimals(value)
    if isinstance(value, int):
        return count(value)
    return NONE if value is None else str(value)
