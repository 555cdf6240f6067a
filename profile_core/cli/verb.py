"""What commands share: errors in one line, the options that many take, and opening the study."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from profile_core.errors import ProfileError
from profile_core.store.study import IN_MEMORY, Study
from profile_core.types import LabelSet

_Function = TypeVar("_Function", bound=Callable[..., Any])

DEFAULT_STUDY = Path("study.duckdb")
_DEBUG = "profile_core.debug"


class Verb(click.Command):
    """A command whose errors are one line on stderr and exit code 1, unless `--debug` is given.

    Where it takes no arguments, an option that may be repeated also takes several values in a
    row: `--source human gpt-4` is `--source human --source gpt-4`.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.params.append(
            click.Option(
                ["--debug"],
                is_flag=True,
                expose_value=False,
                callback=_note_debug,
                help="Show the traceback of an error.",
            )
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Spread the values of repeatable options, then parse as usual."""
        if not any(isinstance(param, click.Argument) for param in self.params):
            repeatable = {name for param in self.params if _repeats(param) for name in param.opts}
            args = list(_spread(args, repeatable))
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, turning errors into one line."""
        try:
            return super().invoke(ctx)
        except (ProfileError, OSError) as error:
            if ctx.meta.get(_DEBUG) or isinstance(error, BrokenPipeError):
                raise
            raise click.ClickException(_one_line(error)) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if ctx.meta.get(_DEBUG):
                raise
            raise click.ClickException(
                f"unexpected {type(error).__name__}: {_one_line(error)} "
                "(--debug shows where; please report it)"
            ) from error


def study_option(function: _Function) -> _Function:
    """Add `--study`, the path of the study."""
    return click.option(
        "--study",
        "path",
        type=click.Path(path_type=Path),
        envvar="PROFILE_STUDY",
        default=DEFAULT_STUDY,
        metavar="FILE",
        help="The study; else $PROFILE_STUDY, else study.duckdb here.",
    )(function)


def format_option(function: _Function) -> _Function:
    """Add `--format` for what a command reports."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(["table", "json", "csv"]),
        default="table",
        help="How the result is printed.",
    )(function)


def where_option(function: _Function) -> _Function:
    """Add `--where`, a filter over the pair view."""
    return click.option(
        "--where",
        metavar="PREDICATE",
        help="Keep the pairs for which this is true; `info --columns` lists what it may speak of.",
    )(function)


def labels_option(function: _Function) -> _Function:
    """Add `--labels`, the label set in force."""
    return click.option(
        "--labels",
        type=click.Choice([labels.value for labels in LabelSet]),
        default=LabelSet.AUTOMATIC.value,
        help="Which factor values are used.",
    )(function)


def listed(values: Sequence[str]) -> tuple[str, ...]:
    """Read `a,b` and repeated options as one list."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def assignments(values: Sequence[str], option: str) -> dict[str, str]:
    """Read `NAME=VALUE,...` and repeated options as one mapping; wrong usage is exit code 2."""
    found: dict[str, str] = {}
    for part in (part.strip() for value in values for part in value.split(",")):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not (name and sign and value):
            raise click.BadParameter(f"{part!r} is not NAME=VALUE", param_hint=option)
        if found.setdefault(name, value) != value:
            raise click.BadParameter(f"{name!r} is given twice", param_hint=option)
    return found


def say(message: str) -> None:
    """Tell the person something, on stderr."""
    click.echo(message, err=True)


@contextmanager
def study_to_write(path: Path, *, dry_run: bool = False) -> Iterator[Study]:
    """Open a study, made if it is not there; what was made for a failed command is removed.

    A dry run on a study that is not there works on one in memory.
    """
    is_new = not path.exists()
    if is_new and dry_run:
        path = IN_MEMORY
    kept = False
    try:
        with Study.open(path, create=True) as study:
            yield study
            kept = True
    finally:
        if is_new and not kept and path != IN_MEMORY:
            path.unlink(missing_ok=True)


def _note_debug(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        ctx.meta[_DEBUG] = True


def _repeats(param: click.Parameter) -> bool:
    return isinstance(param, click.Option) and param.multiple


def _spread(args: Sequence[str], repeatable: set[str]) -> Iterator[str]:
    option, is_first = "", False
    for arg in args:
        if arg.startswith("-"):
            option, is_first = (arg, True) if arg in repeatable else ("", False)
        elif option and not is_first:
            yield option
        else:
            is_first = False
        yield arg


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
