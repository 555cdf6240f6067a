"""The command `report`."""

from __future__ import annotations

from pathlib import Path

import click

from profile_core.actions.report import Heading
from profile_core.actions.report import report as write
from profile_core.analysis import saved_scenarios
from profile_core.analysis.scenario import Scenario, in_words
from profile_core.analysis.what_if import what_if
from profile_core.cli.verb import Verb, say, study_option
from profile_core.store.study import Study


@click.command(cls=Verb)
@click.argument("target", metavar="PATH.html", type=click.Path(path_type=Path, dir_okay=False))
@study_option
@click.option(
    "--scenario", "name", metavar="NAME", help="A saved scenario; else the study as it stands."
)
def report(target: Path, path: Path, name: str | None) -> None:
    """Write a scenario beside the study as it stands to one HTML file, to send or to print."""
    with Study.open(path) as study:
        scenario, heading = Scenario(), Heading("The study as it stands")
        if name:
            kept = saved_scenarios.find(study, name)
            scenario, heading = kept.scenario, Heading(kept.name, kept.description)
        write(study, what_if(study, scenario), heading, target)
    say(f"wrote {target}: {in_words(scenario)}")
