"""The origin view of the data page: data sets, runs, the study's file, and copies of it."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from profile_core.analysis.conditions import equals
from profile_core.jobs import Progress
from profile_core.store import provenance
from profile_core.store.provenance import Dataset, Run
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.ui import frame, router, tables, text, work


def draw(study: Study) -> None:
    """Draw the view."""
    with study.cursor() as cursor:
        datasets, runs = provenance.datasets(cursor), provenance.runs(cursor)
    frame.section("Data sets", "What was imported, and when first; times are UTC.")
    if datasets:
        _datasets(datasets)
    else:
        frame.empty("Nothing was imported yet.")
    frame.section("Runs", "Who measured, judged or wrote what here, the newest first.")
    if runs:
        _runs(runs)
    else:
        frame.empty("Nothing was run yet.")
    _file(study)


def _datasets(datasets: tuple[Dataset, ...]) -> None:
    tables.table(
        [
            tables.Column("Data set"),
            tables.Column("Prompts", is_number=True),
            tables.Column("Responses", is_number=True),
            tables.Column("Pairs to judge", is_number=True),
            tables.Column("Pairs of score levels", is_number=True),
            tables.Column("First import"),
        ],
        [
            [
                tables.Link(item.name, "browse", (("where", equals("dataset", item.name)),)),
                numbers.count(item.prompts),
                numbers.count(item.responses),
                numbers.count(item.pairs),
                numbers.count(item.generation_pairs),
                _time(item.first_import),
            ]
            for item in datasets
        ],
        caption="A name opens the pairs that the data set brought.",
    )


def _runs(runs: tuple[Run, ...]) -> None:
    tables.table(
        [
            tables.Column("Run"),
            tables.Column("Model"),
            tables.Column("Done", is_number=True),
            tables.Column("Planned", is_number=True),
            tables.Column("Status"),
            tables.Column("Started"),
            tables.Column("Ended"),
        ],
        [
            [
                run.verb,
                run.model or "rules",
                numbers.count(run.done),
                numbers.count(run.planned),
                run.status,
                _time(run.started_at),
                _time(run.finished_at),
            ]
            for run in runs
        ],
        caption="A run that was stopped kept what it had done.",
    )


def _file(study: Study) -> None:
    frame.section(
        "The study's file",
        "Everything stands in one file. Before this software changes its layout, it makes a copy.",
    )
    versions = study.versions()
    text.facts(
        (
            ("File", str(study.path.resolve())),
            ("Size", numbers.size(study.path.stat().st_size)),
            ("Changes to data", numbers.count(versions.data)),
            ("Corrections", numbers.count(versions.corrections)),
        )
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Copy the study", disabled=work.is_busy(), help="A whole study, beside this."):
            work.start(
                "Copying the study", lambda p: _copy(study, p), kept="The study is unharmed."
            )
        router.link("data", "Snapshot as Parquet", {"view": "Export", "export": "study-parquet"})


def _copy(study: Study, progress: Progress) -> object:
    progress.start("copying")
    return study.back_up()


def _time(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment else numbers.NONE
