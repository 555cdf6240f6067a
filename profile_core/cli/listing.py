"""The command `runs`: what was asked of which model, what it cost, and which run can go on."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path

import click

from profile_core.cli.output import (
    NONE,
    Record,
    count,
    decimals,
    print_csv,
    print_json,
    print_table,
)
from profile_core.cli.verb import Verb, format_option, study_option
from profile_core.store import run_ledger
from profile_core.store.run_ledger import LedgerRow
from profile_core.store.study import Study

_HEADERS = ("run", "begun", "what", "model", "items", "done", "calls", "failed", "cost", "status")


@click.command(cls=Verb)
@study_option
@format_option
def runs(path: Path, output: str) -> None:
    """List the runs that asked a model, newest first; `--resume RUN` goes on with one."""
    with Study.open(path) as study, study.cursor() as cursor:
        rows = run_ledger.rows(cursor)
    if output == "json":
        print_json({"runs": [_record(row) for row in rows]})
    elif output == "csv":
        records = [{**_record(row), "failed": sum(row.failed.values())} for row in rows]
        print_csv(records, [field.name for field in fields(LedgerRow)])
    else:
        print_table(_HEADERS, [_cells(row) for row in rows], left=4)


def _record(row: LedgerRow) -> Record:
    begun = row.started_at and row.started_at.isoformat(timespec="seconds")
    return {**asdict(row), "started_at": begun, "status": row.status.value}


def _cells(row: LedgerRow) -> list[str]:
    is_unknown = 0 < row.calls == row.cost_unknown
    return [
        row.run_id,
        f"{row.started_at:%Y-%m-%d %H:%M}" if row.started_at else NONE,
        row.verb,
        row.model,
        count(row.planned),
        count(row.done),
        count(row.calls),
        count(sum(row.failed.values())),
        "unknown" if is_unknown else decimals(row.cost),
        row.status.value,
    ]
