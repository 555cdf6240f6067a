"""The command `scorecard`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from profile_core.analysis import scorecard as scores
from profile_core.analysis.scorecard import Scorecard
from profile_core.cli.output import count, decimals, interval, print_csv, print_json, print_table
from profile_core.cli.verb import Verb, format_option, say, study_option
from profile_core.store.study import Study

_KEYS = (
    "judge",
    "rubric",
    "pairs",
    "agreement",
    "low",
    "high",
    "kappa",
    "flip_rate",
    "first_share",
    "tie_share",
    "invalid_share",
    "longer_excess",
    "cost",
    "seconds",
)


@click.command(cls=Verb)
@study_option
@click.option(
    "--reference", metavar="SOURCE", help="Whom judges are compared with; else people, if any."
)
@format_option
def scorecard(path: Path, reference: str | None, output: str) -> None:
    """Show whether the study's judges can be trusted, what they lean on, and what they take."""
    with Study.open(path) as study:
        card = scores.scorecard(study, reference=reference)
    say(
        scores.in_words(card)
        if card.rows
        else "The study has no judge: `profile-core judge` asks a model, `import verdicts` reads "
        "what others were asked."
    )
    if of_factors := scores.of_factors_in_words(card):
        say(of_factors)
    records = [{key: row[key] for key in _KEYS} for row in map(asdict, card.rows)]
    if output == "json":
        print_json({"rows": records})
    elif output == "csv":
        print_csv(records, _KEYS)
    elif card.rows:
        _print_rows(card)


def _print_rows(card: Scorecard) -> None:
    print_table(
        (
            "judge",
            "rubric",
            "pairs",
            "agreement [95 %]",
            "of pairs",
            "kappa",
            "flips",
            "first",
            "ties",
            "invalid",
            "longer",
            "cost",
            "seconds",
            "note",
        ),
        [
            [
                row.judge,
                row.rubric or "",
                count(row.pairs),
                interval(row.agreement, row.low, row.high),
                count(row.compared),
                *map(
                    decimals,
                    (
                        row.kappa,
                        row.flip_rate,
                        row.first_share,
                        row.tie_share,
                        row.invalid_share,
                        row.longer_excess,
                    ),
                ),
                decimals(row.cost, 5),
                decimals(row.seconds),
                "the reference" if row.is_reference else row.note,
            ]
            for row in card.rows
        ],
        left=2,
    )
