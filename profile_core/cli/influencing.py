"""The command `influence`."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path

import click

from profile_core.analysis.influence import Influence, InfluenceRow
from profile_core.analysis.influence import influence as compute
from profile_core.cli.output import (
    chance,
    count,
    decimals,
    interval,
    print_csv,
    print_json,
    print_table,
)
from profile_core.cli.verb import (
    Verb,
    format_option,
    labels_option,
    listed,
    say,
    study_option,
    where_option,
)
from profile_core.errors import ProfileError
from profile_core.store.study import Study
from profile_core.types import LabelSet, Setting, Variant

_KEYS = tuple(field.name for field in fields(InfluenceRow))


@click.command(cls=Verb)
@study_option
@click.option("--source", "sources", multiple=True, metavar="S…", help="Sources; else all.")
@click.option("--factor", "factors", multiple=True, metavar="F…", help="Factors; else all.")
@click.option(
    "--setting",
    type=click.Choice([setting.value for setting in Setting]),
    help="One setting; else both.",
)
@where_option
@labels_option
@click.option(
    "--blind-only",
    is_flag=True,
    help="Of the drawn labels, use those alone that were given without the automatic value.",
)
@click.option(
    "--variant",
    type=click.Choice([variant.value for variant in Variant]),
    default=Variant.TAU14.value,
    help="The statistic.",
)
@click.option("--by", metavar="COLUMN", help="Split the rows by a column of the pair view.")
@click.option(
    "--engine", type=click.Choice(["local", "spark"]), default="local", help="What computes it."
)
@format_option
def influence(
    path: Path,
    sources: tuple[str, ...],
    factors: tuple[str, ...],
    setting: str | None,
    where: str | None,
    labels: str,
    blind_only: bool,
    variant: str,
    by: str | None,
    engine: str,
    output: str,
) -> None:
    """Show how much each factor weighs in each source's preferences."""
    if engine == "spark":
        raise ProfileError("the engine spark is not built yet; `--engine local` computes the same")
    with Study.open(path) as study:
        found = compute(
            study,
            labels=LabelSet(labels),
            where=where,
            sources=sources,
            factors=listed(factors),
            settings=[Setting(setting)] if setting else (),
            variant=Variant(variant),
            by=by,
            blind_only=blind_only,
        )
    if found.reason:
        say(f"no rows: {found.reason}")
    if output == "json":
        print_json(
            {
                "study": str(path),
                "labels": found.labels,
                "where": found.where,
                "variant": found.variant,
                "rows": [asdict(row) for row in found.rows],
            }
        )
    elif output == "csv":
        print_csv([asdict(row) for row in found.rows], _KEYS)
    elif found.rows:
        _print_rows(found, by)


def _print_rows(found: Influence, by: str | None) -> None:
    headers = ["setting", "source", "factor"] + ([by] if by else [])
    print_table(
        (
            *headers,
            f"{found.variant} [95 %]",
            "se",
            "C",
            "D",
            "T",
            "missing",
            "pairs",
            "prompts",
            "p",
            "q",
            "extractor",
            "note",
        ),
        [
            [
                row.setting.value,
                row.source,
                row.factor,
                *([row.group or ""] if by else []),
                interval(row.tau, row.low, row.high),
                decimals(row.se, 3),
                *map(
                    count,
                    (
                        row.concordant,
                        row.discordant,
                        row.tied,
                        row.missing,
                        row.pairs,
                        row.prompts,
                    ),
                ),
                chance(row.p),
                chance(row.q),
                row.extractor,
                row.note,
            ]
            for row in found.rows
        ],
        left=len(headers),
    )
