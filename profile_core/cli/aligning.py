"""The command `alignment`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from profile_core.analysis.alignment import Alignment, sentences
from profile_core.analysis.alignment import alignment as compute
from profile_core.analysis.headline import Headline
from profile_core.analysis.planes import load
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
    say,
    study_option,
    where_option,
)
from profile_core.store.study import Study
from profile_core.types import Factor, LabelSet

_ROWS = (
    "source",
    "model",
    "setting",
    "distance",
    "distance_low",
    "distance_high",
    "spearman",
    "spearman_cross_fitted",
    "kendall",
    "pearson",
    "agreement",
    "kappa",
    "factors",
    "pairs",
    "prompts",
)
_GAPS = ("model", "factor", "difference", "low", "high", "p", "p_holm")
_NEARER = ("model", "d2_difference", "low", "high")
_FACTORS = (
    "source",
    "setting",
    "factor",
    "tau",
    "reference_tau",
    "difference",
    "low",
    "high",
    "p",
    "q",
)
_LARGEST = 5
"""Factors a source that the table shows; all of them stand in the JSON."""


@click.command(cls=Verb)
@study_option
@click.option(
    "--reference",
    metavar="SOURCE",
    help="Whom the others are compared with; else people, if any.",
)
@where_option
@labels_option
@click.option("--by", metavar="COLUMN", help="Once for each value of a column of the pair view.")
@format_option
def alignment(
    path: Path, reference: str | None, where: str | None, labels: str, by: str | None, output: str
) -> None:
    """Show how near each source is to the reference, when it judges and when it writes.

    CSV holds the distances, a row a source and setting; JSON also the gaps between a model's two
    settings and every factor.
    """
    with Study.open(path) as study:
        found = compute(study, reference=reference, where=where, labels=LabelSet(labels), by=by)
        factors = {factor.name: factor for factor in load(study, LabelSet(labels)).factors}
    say(Headline(found.reference, ()).reference_sentence)
    if found.reason:
        say(f"no rows: {found.reason}")
    if output == "json":
        print_json(_record(found, path))
    elif output == "csv":
        print_csv(_records(found, found.rows, _ROWS), _keys(found, _ROWS))
    elif found.rows:
        _print(found, factors)


def _record(found: Alignment, path: Path) -> dict[str, Any]:
    return {
        "study": str(path),
        "reference": found.reference.source.name if found.reference else None,
        "reference_is_stand_in": found.reference is not None and found.reference.is_stand_in,
        "rows": _records(found, found.rows, _ROWS),
        "gaps": _records(found, found.gaps, _GAPS),
        "nearer": _records(found, found.nearer, _NEARER),
        "factors": _records(found, found.factors, _FACTORS),
    }


def _records(found: Alignment, rows: Sequence[Any], keys: Sequence[str]) -> list[dict[str, Any]]:
    return [{key: getattr(row, key) for key in _keys(found, keys)} for row in rows]


def _keys(found: Alignment, keys: Sequence[str]) -> tuple[str, ...]:
    """The keys, with the group where rows are split by one."""
    return (*keys, "group") if found.by else tuple(keys)


def _print(found: Alignment, factors: dict[str, Factor]) -> None:
    for model, said in sentences(found, factors):
        click.echo(f"{model}: {said}")
    for check in found.manipulation:
        click.echo(check.sentence)
    _print_distances(found)
    _print_nearer(found)
    _print_gaps(found)
    _print_factors(found)
    say(
        "distance: debiased, in units of tau, 0 is the same taste. rho raw is biased (noise pulls "
        "it to 0, shared pairs push it up): compare by the distance. Tables show what can be told "
        "apart; --format json has everything."
    )


def _print_distances(found: Alignment) -> None:
    _section("Distance from the reference")
    by = [found.by] if found.by else []
    print_table(
        (
            *by,
            "source",
            "setting",
            "distance [95 %]",
            "rho cross-fitted",
            "rho raw",
            "agreement [95 %]",
            "kappa",
            "factors",
            "pairs",
            "prompts",
            "note",
        ),
        [
            [
                *([row.group or ""] if by else []),
                row.source,
                row.setting.value,
                interval(row.distance, row.distance_low, row.distance_high),
                decimals(row.spearman_cross_fitted),
                decimals(row.spearman),
                interval(row.agreement, row.agreement_low, row.agreement_high),
                decimals(row.kappa),
                count(row.factors),
                count(row.pairs),
                count(row.prompts),
                row.warning,
            ]
            for row in found.rows
        ],
        left=2 + len(by),
    )


def _print_nearer(found: Alignment) -> None:
    rows = [row for row in found.nearer if row.d2_difference is not None]
    if not rows:
        return
    _section("Which setting is nearer: D2 of generation − D2 of evaluation")
    by = [found.by] if found.by else []
    print_table(
        (*by, "model", "difference [95 %]", "factors", "nearer"),
        [
            [
                *([row.group or ""] if by else []),
                row.model,
                interval(row.d2_difference, row.low, row.high),
                count(row.factors),
                _nearer(row.low, row.high),
            ]
            for row in rows
        ],
        left=1 + len(by),
    )


def _nearer(low: float | None, high: float | None) -> str:
    if low is not None and low > 0:
        return "evaluation"
    return "generation" if high is not None and high < 0 else "cannot be told"


def _print_gaps(found: Alignment) -> None:
    called = [row for row in found.gaps if row.is_called]
    if not found.gaps:
        return
    tested = sum(row.p_holm is not None for row in found.gaps)
    _section(f"Gaps between a model's two settings: {len(called)} of {tested} tested")
    if not called:
        return
    by = [found.by] if found.by else []
    print_table(
        (*by, "model", "factor", "generation", "evaluation", "gap [95 %]", "p", "p (Holm)"),
        [
            [
                *([row.group or ""] if by else []),
                row.model,
                row.factor,
                decimals(row.generation_tau),
                decimals(row.evaluation_tau),
                interval(row.difference, row.low, row.high),
                chance(row.p),
                chance(row.p_holm),
            ]
            for row in sorted(
                called, key=lambda row: (row.group or "", row.model, -abs(row.difference or 0.0))
            )
        ],
        left=2 + len(by),
    )


def _print_factors(found: Alignment) -> None:
    shown = []
    for row in found.rows:
        own = [
            item
            for item in found.factors
            if (item.source, item.setting, item.group) == (row.source, row.setting, row.group)
            and item.is_told
        ]
        shown += sorted(own, key=lambda item: -abs(item.difference or 0.0))[:_LARGEST]
    told = sum(row.is_told for row in found.factors)
    tested = sum(row.q is not None for row in found.factors)
    _section(f"Factors weighed otherwise than by the reference: {told} of {tested} tested")
    if not shown:
        return
    by = [found.by] if found.by else []
    print_table(
        (
            *by,
            "source",
            "setting",
            "factor",
            "tau",
            "reference",
            "difference [95 %]",
            "q",
            "pairs",
            "prompts",
            "note",
        ),
        [
            [
                *([row.group or ""] if by else []),
                row.source,
                row.setting.value,
                row.factor,
                decimals(row.tau),
                decimals(row.reference_tau),
                interval(row.difference, row.low, row.high),
                chance(row.q),
                count(row.pairs),
                count(row.prompts),
                row.note,
            ]
            for row in shown
        ],
        left=3 + len(by),
    )
    if told > len(shown):
        say(f"the {_LARGEST} largest of each source; all {told} are in --format json")


def _section(title: str) -> None:
    click.echo(f"\n{title}")
