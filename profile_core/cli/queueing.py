"""The command `queue`: drawing pairs for people to label, and how far the queues are."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from profile_core.annotation import queues
from profile_core.annotation.progress import QueueProgress, progress
from profile_core.annotation.queues import Drawn
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
from profile_core.store import queues as store
from profile_core.store.study import Study
from profile_core.types import Asks, Mode, QueueKind

_KEYS = (
    "queue",
    "name",
    "kind",
    "asks",
    "mode",
    "factors",
    "where",
    "seed",
    "size",
    "population",
    "drawn",
    "complete",
    "prefix",
    "nonresponse",
    "items_left",
    "seconds_an_item",
    "seconds_left",
    "people",
)


@click.group()
def queue() -> None:
    """Draw pairs for people to label, and see how far they are."""


@queue.command(cls=Verb)
@study_option
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in QueueKind]),
    default=QueueKind.RANDOM.value,
    help="All pairs with the same probability, or those with doubtful values more often.",
)
@click.option("--size", type=int, required=True, metavar="N", help="Expected number of pairs.")
@click.option("--factors", multiple=True, metavar="a,b", help="The factors to be labelled.")
@where_option
@click.option("--seed", type=int, default=0, help="The same seed draws the same pairs.")
@click.option(
    "--asks",
    type=click.Choice([asks.value for asks in Asks]),
    default=Asks.FACTORS.value,
    help="What is asked about a pair.",
)
@click.option(
    "--mode",
    type=click.Choice([Mode.REVIEW.value, Mode.BLIND.value]),
    help="With the automatic value in view or not; else review, and blind for preferences.",
)
@click.option("--overlap", type=int, default=1, metavar="K", help="Annotators on a shared pair.")
@click.option(
    "--overlap-share", type=float, default=0.0, metavar="M", help="Share of pairs for K annotators."
)
@click.option(
    "--batch-size", type=int, default=queues.BATCH_SIZE, metavar="N", help="Pairs handed out."
)
@click.option("--name", help="A name of its own; else one that says what the queue is.")
@click.option("--enlarge", metavar="QUEUE", help="Draw more pairs into this queue, up to the size.")
@format_option
@click.pass_context
def draw(
    ctx: click.Context,
    path: Path,
    kind: str,
    size: int,
    factors: tuple[str, ...],
    where: str | None,
    seed: int,
    asks: str,
    mode: str | None,
    overlap: int,
    overlap_share: float,
    batch_size: int,
    name: str | None,
    enlarge: str | None,
    output: str,
) -> None:
    """Draw pairs under a filter with known probabilities, and keep them as a queue."""
    with Study.open(path) as study:
        if enlarge is not None:
            _refuse_beside_enlarge(ctx)
            made = queues.enlarge(study, queues.find(study, enlarge).queue_id, size)
        else:
            made = queues.draw(
                study,
                kind=QueueKind(kind),
                size=size,
                factors=listed(factors),
                where=where,
                seed=seed,
                asks=Asks(asks),
                mode=Mode(mode) if mode else None,
                overlap=overlap,
                overlap_share=overlap_share,
                batch_size=batch_size,
                name=name,
            )
        found = queues.drawn(study, made.queue_id)
    say(
        f"the queue {made.name!r} holds {found.drawn:,} of {made.population:,} pairs (each was "
        f"drawn by itself; {made.size:,} were expected). People find it on the annotate page."
    )
    _print_draw(found, output)


@queue.command("list", cls=Verb)
@study_option
@format_option
def list_(path: Path, output: str) -> None:
    """List the queues, and how far each is."""
    with Study.open(path) as study, study.cursor() as cursor:
        rows = [progress(study, entry.queue_id) for entry in store.all_queues(cursor)]
    if not rows:
        say("no queues yet: `queue draw` makes one")
    if output == "json":
        print_json({"study": str(path), "queues": [_record(row) for row in rows]})
    elif output == "csv":
        print_csv([_flat(row) for row in rows], _KEYS)
    elif rows:
        _print_rows(rows)


def _refuse_beside_enlarge(ctx: click.Context) -> None:
    """A queue is enlarged as it was drawn: whoever names other settings expects another queue."""
    beside = {"path", "size", "enlarge", "output"}
    given = [
        param.opts[0]
        for param in ctx.command.params
        if param.name
        and param.name not in beside
        and ctx.get_parameter_source(param.name) is click.core.ParameterSource.COMMANDLINE
    ]
    if given:
        raise ProfileError(
            f"--enlarge takes --size alone, for the queue keeps how it was drawn: leave out "
            f"{', '.join(given)}"
        )


def _print_draw(found: Drawn, output: str) -> None:
    made = found.queue
    if output == "json":
        print_json(
            {
                "queue": made.queue_id,
                "size": made.size,
                "probabilities": {"min": found.lowest, "max": found.highest},
            }
        )
    elif output == "csv":
        record = {
            "queue": made.queue_id,
            "size": made.size,
            "min": found.lowest,
            "max": found.highest,
        }
        print_csv([record], tuple(record))
    else:
        print_table(
            ("queue", "name", "size", "drawn", "population", "lowest p", "highest p"),
            [
                [
                    made.queue_id,
                    made.name,
                    count(made.size),
                    count(found.drawn),
                    count(made.population),
                    decimals(found.lowest, 4),
                    decimals(found.highest, 4),
                ]
            ],
            left=2,
        )


def _record(row: QueueProgress) -> Record:
    drawn = row.queue
    values = (
        drawn.queue_id,
        drawn.name,
        drawn.kind,
        drawn.asks,
        drawn.mode,
        list(drawn.factors),
        drawn.condition,
        drawn.seed,
        drawn.size,
        drawn.population,
        row.drawn,
        row.complete,
        row.prefix,
        row.nonresponse,
        row.items_left,
        row.seconds_an_item,
        row.seconds_left,
        [asdict(person) for person in row.people],
    )
    return dict(zip(_KEYS, values, strict=True))


def _flat(row: QueueProgress) -> Record:
    return {
        **_record(row),
        "factors": ",".join(row.queue.factors),
        "people": ",".join(person.annotator for person in row.people),
    }


def _print_rows(rows: list[QueueProgress]) -> None:
    print_table(
        (
            "name",
            "asks",
            "mode",
            "size",
            "drawn",
            "complete",
            "prefix",
            "no answer",
            "people",
            "s an item",
            "hours left",
            "queue",
        ),
        [
            [
                row.queue.name,
                row.queue.asks.value,
                row.queue.mode.value,
                count(row.queue.size),
                count(row.drawn),
                count(row.complete),
                count(row.prefix),
                NONE if row.nonresponse is None else f"{row.nonresponse:.0%}",
                count(len(row.people)),
                decimals(row.seconds_an_item, 1),
                decimals(None if row.seconds_left is None else row.seconds_left / 3600, 1),
                row.queue.queue_id,
            ]
            for row in rows
        ],
        left=3,
    )
