"""The command `audit`: how far an extractor's values can be trusted."""

from __future__ import annotations

from pathlib import Path

import click

from profile_core.annotation.audit import AuditRow
from profile_core.annotation.audit import audit as compute
from profile_core.cli.output import count, decimals, interval, print_csv, print_json, print_table
from profile_core.cli.verb import Verb, format_option, say, study_option
from profile_core.store.study import Study

_KEYS = (
    "factor",
    "extractor",
    "reviewed",
    "accepted",
    "acceptance",
    "exact",
    "kappa",
    "bias",
    "bias_low",
    "bias_high",
    "blind_reviewed",
    "blind_exact",
)


@click.command(cls=Verb)
@study_option
@click.option("--factor", metavar="F", help="One factor; else all with labels.")
@click.option("--extractor", metavar="E", help="One extractor; else all with labels.")
@format_option
def audit(path: Path, factor: str | None, extractor: str | None, output: str) -> None:
    """Hold automatic factor values against what people say of them.

    Bias is automatic minus human. Where every label comes from a queue, shares and means are
    weighted by one over the pair's probability of having been drawn.
    """
    with Study.open(path) as study:
        rows = compute(study, factor, extractor)
    if not rows:
        say(
            "no rows: nobody has labelled an automatic value yet; `queue draw` and the annotate "
            "page are where that begins"
        )
    if output == "json":
        print_json({"study": str(path), "rows": [_record(row) for row in rows]})
    elif output == "csv":
        print_csv([_record(row) for row in rows], _KEYS)
    elif rows:
        _print_rows(rows)


def _record(row: AuditRow) -> dict[str, object]:
    return {key: getattr(row, key) for key in _KEYS}


def _print_rows(rows: tuple[AuditRow, ...]) -> None:
    print_table(
        (
            "factor",
            "extractor",
            "reviewed",
            "accepted",
            "acceptance",
            "exact",
            "kappa",
            "bias [95 %]",
            "blind",
            "blind exact",
            "weighted",
            "note",
        ),
        [
            [
                row.factor,
                row.extractor,
                count(row.reviewed),
                count(row.accepted),
                decimals(row.acceptance),
                decimals(row.exact),
                decimals(row.kappa),
                interval(row.bias, row.bias_low, row.bias_high),
                count(row.blind_reviewed),
                decimals(row.blind_exact),
                "yes" if row.is_weighted else "no",
                row.note,
            ]
            for row in rows
        ],
        left=2,
    )
