"""The command line: `profile-core COMMAND`, a thin face over actions and analysis.

One module a group of commands; `verb` is what they share, `output` how results are printed. JSON
alone goes to stdout, messages and progress to stderr. Nothing here decides anything about data.
"""

from __future__ import annotations

import click

import profile_core
from profile_core.cli import (
    aligning,
    app,
    auditing,
    exporting,
    importing,
    influencing,
    listing,
    modelling,
    queueing,
    reporting,
    running,
    scorecard,
    studying,
    what_if,
)

_COMMANDS = (
    app.app,
    app.demo,
    importing.formats,
    importing.import_,
    studying.info,
    running.extract,
    modelling.generate,
    modelling.judge,
    listing.runs,
    influencing.influence,
    aligning.alignment,
    what_if.what_if,
    reporting.report,
    scorecard.scorecard,
    auditing.audit,
    queueing.queue,
    exporting.export,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(profile_core.__version__, prog_name="profile-core")
def main() -> None:
    """Why one answer is preferred over another, factor by factor."""


for _command in _COMMANDS:
    main.add_command(_command)
