"""Running commands as a person would, and holding them to the rules that all commands keep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from profile_core.cli import main

ROOT = Path(__file__).resolve().parents[1]
IMPORT_KEYS = [
    "prompts",
    "responses",
    "pairs",
    "preferences",
    "factor_values",
    "invalid",
    "duplicates",
    "already_present",
    "warnings",
]
ROW_KEYS = [
    "setting",
    "source",
    "factor",
    "group",
    "extractor",
    "tau",
    "se",
    "low",
    "high",
    "concordant",
    "discordant",
    "tied",
    "missing",
    "pairs",
    "prompts",
    "p",
    "q",
    "note",
]
RUN_KEYS = [
    "run",
    "model",
    "rubric",
    "planned",
    "cached",
    "done",
    "failed",
    "calls",
    "input_tokens",
    "output_tokens",
    "cost",
    "cost_unknown",
    "seconds",
    "status",
]
ESTIMATE_KEYS = [
    "items",
    "cached",
    "calls",
    "estimated_input_tokens",
    "estimated_output_tokens",
    "estimated_cost_low",
    "estimated_cost_high",
    "estimated_seconds",
]


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def ok(*args: object) -> Result:
    result = run(*args)
    assert result.exit_code == 0, result.stderr
    return result


def as_json(*args: object) -> Any:
    """What a command prints as JSON; nothing else may stand on stdout."""
    return json.loads(ok(*args, "--format", "json").stdout)


def refused(*args: object) -> str:
    """The one line that a user's error is told in."""
    result = run(*args)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    return result.stderr


def refused_with_notes(*args: object) -> str:
    """The line of a user's error, after others on stderr."""
    result = run(*args)
    assert result.exit_code == 1
    assert result.stdout == ""
    return result.stderr.splitlines()[-1]
