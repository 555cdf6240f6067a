"""The commands that ask a model: `judge` and `generate`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from profile_core.actions import generate as generating
from profile_core.actions import judge as judging
from profile_core.actions import rubrics
from profile_core.actions.generate import LEVEL_WORDS, Generating
from profile_core.actions.judge import ORDERS, Judging
from profile_core.cli import progress
from profile_core.cli.running import (
    asking,
    concurrency,
    print_estimate,
    print_run,
    run_flags,
    tell_how_it_ended,
)
from profile_core.cli.verb import Verb, format_option, listed, study_option
from profile_core.judges.spec import parse as parse_spec
from profile_core.store.study import Study

_Function = TypeVar("_Function", bound=Callable[..., Any])
_LEVELS = re.compile(r"([1-5])-([1-5])")


def model_option(function: _Function) -> _Function:
    """Add `--model` and `--temperature`."""
    model = click.option(
        "--model",
        required=True,
        metavar="SPEC",
        help="openai:MODEL, anthropic:MODEL or compatible:ENDPOINT/MODEL.",
    )
    temperature = click.option(
        "--temperature", type=click.FloatRange(0, 2), help="Else the provider's default."
    )
    return model(temperature(function))


@click.command(cls=Verb)
@study_option
@model_option
@click.option(
    "--rubric",
    default="overall",
    metavar="NAME[@VERSION]",
    help="What is asked: overall, or factors (which response has more of each).",
)
@click.option(
    "--factors",
    multiple=True,
    metavar="A,B",
    help="What a rubric per factor asks about; else PROFILE's factors that no rule measures.",
)
@click.option(
    "--orders", type=click.Choice(list(ORDERS)), default="both", help="Which is shown first."
)
@click.option("--repeats", type=click.IntRange(min=1), default=1, help="Times each is asked.")
@run_flags
@format_option
def judge(
    path: Path,
    model: str,
    temperature: float | None,
    rubric: str,
    factors: tuple[str, ...],
    orders: str,
    repeats: int,
    where: str | None,
    limit: int | None,
    dry_run: bool,
    output: str,
    **flags: Any,
) -> None:
    """Ask a model which response of each pair is better, or has more of each factor."""
    spec = parse_spec(model)
    with progress.shown() as shown, Study.open(path) as study:
        settings = Judging(
            spec,
            rubrics.find(study, rubric),
            orders,
            repeats,
            where,
            limit,
            temperature,
            listed(factors),
        )
        if dry_run:
            print_estimate(judging.estimated(study, settings, concurrency(flags)), spec, output)
            return
        summary = judging.judge(
            study, settings, asking(spec, flags), resume=flags["resume"], progress=shown
        )
    print_run(summary, output)
    tell_how_it_ended(summary)


@click.command(cls=Verb)
@study_option
@model_option
@click.option(
    "--levels", default="1-5", metavar="1-5|best", help="Score levels, or one best answer."
)
@click.option("--rubric", metavar="NAME[@VERSION]", help="What is asked; else level or best.")
@run_flags
@format_option
def generate(
    path: Path,
    model: str,
    temperature: float | None,
    levels: str,
    rubric: str | None,
    where: str | None,
    limit: int | None,
    dry_run: bool,
    output: str,
    **flags: Any,
) -> None:
    """Have a model answer the prompts, at score levels or as well as it can."""
    spec, wanted = parse_spec(model), _levels(levels)
    with progress.shown() as shown, Study.open(path) as study:
        chosen = rubrics.find(study, rubric or ("level" if wanted else "best"))
        settings = Generating(spec, chosen, wanted, where, limit, temperature)
        if dry_run:
            print_estimate(generating.estimated(study, settings, concurrency(flags)), spec, output)
            return
        summary = generating.generate(
            study, settings, asking(spec, flags), resume=flags["resume"], progress=shown
        )
    print_run(summary, output)
    tell_how_it_ended(summary)


def _levels(text: str) -> tuple[int, ...]:
    if text == "best":
        return ()
    span = _LEVELS.fullmatch(text)
    if span:
        return tuple(range(int(span[1]), int(span[2]) + 1))
    parts = text.split(",")
    if not all(part.strip().isdigit() and int(part) in LEVEL_WORDS for part in parts):
        raise click.BadParameter(f"{text!r} is neither best nor levels such as 1-5 or 1,3,5")
    return tuple(sorted({int(part) for part in parts}))
