"""The view "runs": what was asked of which model, what it cost, and going on with what is left."""

from __future__ import annotations

import streamlit as st

from profile_core.actions import resuming
from profile_core.actions.runner import Asking
from profile_core.errors import ProfileError
from profile_core.judges import credentials
from profile_core.store import run_ledger
from profile_core.store.run_ledger import LedgerRow
from profile_core.store.runs import RunStatus
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.ui import filters, frame, judges_terms, router, tables, work
from profile_core.ui import judges_tasks as tasks

_SECONDS = 1.0
_KEPT = "Every answer is kept; you can go on from there again."
_CAN_GO_ON = (RunStatus.CANCELLED, RunStatus.STOPPED, RunStatus.BROKEN, RunStatus.FAILED)


def draw(study: Study) -> None:
    """Draw the view; figures follow while a run is under way."""
    with study.cursor() as cursor:
        is_empty = not run_ledger.rows(cursor)
    if is_empty:
        frame.empty(
            "Here stand the runs that asked a model: what they did, cost, and left open.",
            "There is none yet.",
        )
        router.link("judges", "Ask a model", {filters.parameter("judges", "view"): "ask a model"})
        return
    st.fragment(_table, run_every=_SECONDS if work.is_busy() else None)(study)
    _go_on(study)


def _table(study: Study) -> None:
    with study.cursor() as cursor:
        rows = run_ledger.rows(cursor)
    tables.table(
        [
            tables.Column("Begun"),
            tables.Column("What"),
            tables.Column("Model"),
            tables.Column("Rubric"),
            tables.Column("Items", is_number=True),
            tables.Column("Done", is_number=True, help="Items with a result, once it ended"),
            tables.Column("Calls", is_number=True),
            tables.Column("Failed calls", help="By kind; asked again when the run goes on"),
            tables.Column("Cost", is_number=True, help="US dollars, as far as it is known"),
            tables.Column("Status"),
        ],
        [_row(row) for row in rows],
        caption="Newest first; times are UTC. A call whose process ended before its answer counts "
        "as a cost unknown.",
    )


def _row(row: LedgerRow) -> list[tables.Cell]:
    failed = ", ".join(f"{kind} {numbers.count(n)}" for kind, n in row.failed.items())
    return [
        f"{row.started_at:%d %b %H:%M}" if row.started_at else numbers.NONE,
        row.verb,
        row.model,
        row.rubric or numbers.NONE,
        numbers.count(row.planned),
        numbers.NONE if row.done is None else numbers.count(row.done),
        numbers.count(row.calls),
        failed or "none",
        _cost(row),
        row.status,
    ]


def _cost(row: LedgerRow) -> str:
    if not row.calls:
        return numbers.NONE
    if row.cost_unknown == row.calls:
        return "unknown"
    unknown = f" and {numbers.count(row.cost_unknown)} unknown" if row.cost_unknown else ""
    return f"{row.cost:.4f}{unknown}"


def _go_on(study: Study) -> None:
    with study.cursor() as cursor:
        rows = run_ledger.rows(cursor)
    open_runs = {
        f"{row.verb}, {row.model}, begun {row.started_at:%d %b %H:%M:%S}": row
        for row in rows
        if row.status in _CAN_GO_ON or (row.done is not None and row.done < row.planned)
    }
    if not open_runs or work.is_busy():
        return
    frame.section(
        "Go on with a run",
        "Only what has no answer yet is asked, with the same model, rubric and settings.",
    )
    chosen = st.selectbox("Run", list(open_runs), key="judges.resume", width=480)
    row = open_runs[chosen]
    try:
        settings = resuming.settings_of(study, row.run_id)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            remembered = resuming.asking_of(study, row.run_id)
            terms = judges_terms.fields(settings.spec, f"judges.resume.{row.run_id}.", remembered)
        judges_terms.show(judges_terms.estimate(study, settings, terms.concurrency), settings)
        if not st.button("Go on", type="primary"):
            return
        asking = Asking(
            credentials.find(settings.spec),
            terms.caps,
            terms.concurrency,
            in_batches=row.is_in_batches,
        )
    except ProfileError as error:
        frame.problem(error)
        return
    title = f"Going on with {settings.spec.model}"
    work.start(title, tasks.work(study, settings, asking, resume=row.run_id), kept=_KEPT)
