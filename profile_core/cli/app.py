"""The commands `app` and `demo`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from profile_core.actions.demo import make_demo
from profile_core.cli import progress
from profile_core.cli.verb import DEFAULT_STUDY, Verb, say
from profile_core.errors import ProfileError
from profile_core.store.study import Study

_PACKAGE = Path(__file__).resolve().parents[1]
_STUDY_VARIABLE = "PROFILE_STUDY"


@click.command(cls=Verb)
@click.argument("study", metavar="STUDY", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the study that is there.")
def demo(study: Path, force: bool) -> None:
    """Make the embedded demo study, with all rule factors measured."""
    with progress.shown() as shown:
        make_demo(study, force=force, progress=shown).close()
    say(f"made the demo study {study}; it holds no human labels (profile-core info tells more)")


@click.command(cls=Verb)
@click.argument(
    "study",
    metavar="[STUDY]",
    type=click.Path(path_type=Path),
    envvar=_STUDY_VARIABLE,
    default=DEFAULT_STUDY,
)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port to listen on; else 8501, or the next free."
)
@click.option("--host", default="127.0.0.1", help="Address to listen on; this machine only.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def app(study: Path, port: int | None, host: str, no_browser: bool) -> None:
    """Open a study in the browser; where there is none, the demo is made there first."""
    script = app_script()
    if study.exists():
        Study.open(study).close()
    else:
        say(f"there is no study at {study}, so the demo is made there")
        with progress.shown() as shown:
            make_demo(study, progress=shown).close()
    os.environ[_STUDY_VARIABLE] = str(study.resolve())
    _serve(script, port, host, no_browser)


def app_script() -> Path:
    """Find app.py: beside the package in a checkout, within it when installed from a wheel."""
    places = (_PACKAGE.parent / "app.py", _PACKAGE / "_app" / "app.py")
    for place in places:
        if place.is_file() and (place.parent / "pages").is_dir():
            return place
    raise ProfileError(f"the app's files are not installed: {places[-1]} is missing")


def _serve(script: Path, port: int | None, host: str, no_browser: bool) -> None:
    """Give the process to Streamlit, which reads .streamlit/ beside the script by itself."""
    # slow to import, and no other command needs it
    streamlit = import_module("streamlit.web.cli")
    sys.argv = [
        "streamlit",
        "run",
        str(script),
        *([f"--server.port={port}"] if port else []),
        f"--server.address={host}",
        f"--server.headless={str(no_browser).lower()}",
        "--server.showEmailPrompt=false",
    ]
    streamlit.main()
