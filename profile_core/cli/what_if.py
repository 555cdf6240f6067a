"""The command `what-if`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from profile_core.analysis import saved_scenarios
from profile_core.analysis.scenario import (
    Scenario,
    as_record,
    in_words,
    parse_equalised,
    parse_weights,
)
from profile_core.analysis.what_if import what_if as compute
from profile_core.analysis.what_if_rows import DifferenceRow, Side, WhatIf
from profile_core.cli.output import chance, count, interval, print_csv, print_json, print_table
from profile_core.cli.verb import Verb, format_option, listed, say, study_option, where_option
from profile_core.store.study import Study
from profile_core.types import LabelSet, Variant

_KEYS = ("setting", "source", "factor", "difference", "low", "high", "p", "q")


@click.command("what-if", cls=Verb)
@study_option
@where_option
@click.option(
    "--labels",
    type=click.Choice([labels.value for labels in LabelSet]),
    help="Which factor values are used; automatic if nothing else is said.",
)
@click.option(
    "--equalise",
    multiple=True,
    metavar="F[:BAND]",
    help="Hold a factor equal: pairs within BAND of each other, or without one by a model.",
)
@click.option("--drop", multiple=True, metavar="F", help="Leave a factor out.")
@click.option("--source", "sources", multiple=True, metavar="S…", help="Sources; else all.")
@click.option(
    "--variant",
    type=click.Choice([variant.value for variant in Variant]),
    help="The statistic; tau14 if nothing else is said.",
)
@click.option("--weights", metavar="COLUMN=VALUE:W,…", help="Multiply the pairs of some values.")
@click.option("--scenario", "name", metavar="NAME", help="Begin with a saved scenario.")
@click.option("--save", metavar="NAME", help="Save the scenario under a name.")
@click.option("--describe", metavar="TEXT", help="What it is for; with --save or --scenario.")
@click.option("--replace", is_flag=True, help="With --save: take the place of one so named.")
@click.option("--list", "is_list", is_flag=True, help="List the saved scenarios instead.")
@click.option("--delete", metavar="NAME", help="Delete a saved scenario instead.")
@format_option
def what_if(
    path: Path,
    where: str | None,
    labels: str | None,
    equalise: tuple[str, ...],
    drop: tuple[str, ...],
    sources: tuple[str, ...],
    variant: str | None,
    weights: str | None,
    name: str | None,
    save: str | None,
    describe: str | None,
    replace: bool,
    is_list: bool,
    delete: str | None,
    output: str,
) -> None:
    """Set a scenario beside the study as it stands, and tell what changes."""
    if describe is not None and not (save or name):
        raise click.UsageError("--describe needs --save NAME or --scenario NAME")
    if replace and not save:
        raise click.UsageError("--replace needs --save NAME")
    given: dict[str, Any] = {
        "where": where,
        "labels": LabelSet(labels) if labels else None,
        "equalised": tuple(parse_equalised(text) for text in listed(equalise)),
        "dropped": listed(drop),
        "sources": sources,
        "variant": Variant(variant) if variant else None,
        "weights": parse_weights(weights) if weights else None,
    }
    given = {key: value for key, value in given.items() if value}
    with Study.open(path) as study:
        if delete:
            _delete(study, delete)
        elif is_list:
            _list(study, output)
        else:
            _show(study, path, _scenario(study, name, given), name, save, describe, replace, output)


def _scenario(study: Study, name: str | None, given: dict[str, Any]) -> Scenario:
    """Take the saved scenario, if one is named, with what is given instead of its own."""
    start = saved_scenarios.find(study, name).scenario if name else Scenario()
    return start.with_(**given)


def _show(
    study: Study,
    path: Path,
    scenario: Scenario,
    name: str | None,
    save: str | None,
    describe: str | None,
    replace: bool,
    output: str,
) -> None:
    found = compute(study, scenario, alignment=False, win_rates=False)
    if save:
        made = saved_scenarios.save(
            study, save, scenario, description=describe or "", replace=replace
        )
        say(f"saved the scenario {made.name!r}")
    elif name and describe is not None:
        saved_scenarios.describe(study, saved_scenarios.find(study, name).id, describe)
    for warning in found.warnings:
        say(warning)
    if output == "json":
        print_json(
            {
                "study": str(path),
                "scenario": as_record(scenario),
                "baseline": _side(found.baseline),
                "result": _side(found.result),
                "differences": [_record(row) for row in found.differences],
                "sentence": found.sentence,
            }
        )
    elif output == "csv":
        print_csv([_record(row) for row in found.differences], _KEYS)
    else:
        _print(found)


def _side(side: Side) -> dict[str, Any]:
    rows = [asdict(row) for row in side.rows]
    return {"rows": rows, "pairs": side.pairs, "prompts": side.prompts}


def _record(row: DifferenceRow) -> dict[str, Any]:
    return {key: getattr(row, key) for key in _KEYS}


def _print(found: WhatIf) -> None:
    say(f"scenario: {in_words(found.result.scenario)}")
    say(found.sentence)
    if not found.differences:
        return
    new, old = (
        {(row.setting, row.source, row.factor): row for row in side.rows}
        for side in (found.result, found.baseline)
    )
    rows = []
    for row in found.differences:
        key = (row.setting, row.source, row.factor)
        rows.append(
            [
                row.setting.value,
                row.source,
                row.factor,
                interval(old[key].tau, old[key].low, old[key].high),
                interval(new[key].tau, new[key].low, new[key].high),
                interval(row.difference, row.low, row.high),
                chance(row.p),
                chance(row.q),
                count(new[key].pairs),
                count(row.prompts),
                row.note,
            ]
        )
    print_table(
        (
            "setting",
            "source",
            "factor",
            "baseline [95 %]",
            "scenario [95 %]",
            "difference [95 %]",
            "p",
            "q",
            "pairs",
            "prompts",
            "note",
        ),
        rows,
        left=3,
    )


def _list(study: Study, output: str) -> None:
    kept = saved_scenarios.saved(study)
    records = [
        {
            "name": item.name,
            "description": item.description,
            "scenario": as_record(item.scenario),
            "created": item.created.isoformat(timespec="seconds"),
        }
        for item in kept
    ]
    if output == "json":
        print_json(records)
    elif output == "csv":
        print_csv(
            [
                {**record, "scenario": in_words(item.scenario)}
                for record, item in zip(records, kept, strict=True)
            ],
            ("name", "description", "scenario", "created"),
        )
    elif kept:
        print_table(
            ("name", "scenario", "description"),
            [[item.name, in_words(item.scenario), item.description] for item in kept],
            left=3,
        )
    else:
        say("no scenario is saved: --save NAME keeps one")


def _delete(study: Study, name: str) -> None:
    found = saved_scenarios.find(study, name)
    saved_scenarios.delete(study, found.id)
    say(f"deleted the scenario {found.name!r}")
