"""The measurements view of the data page: measuring by rule, and whose values are used."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from profile_core.actions.extract import extract
from profile_core.actions.runs import Estimate
from profile_core.analysis.health import lacking
from profile_core.analysis.overview import Coverage, StudyInfo
from profile_core.store.pair_wide import set_active_extractor
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.ui import cached, frame, tables, work


def draw(study: Study) -> None:
    """Draw the view."""
    info = cached.info(study)
    _measure(study, info)
    _choose(study, info)
    _coverage(study, info)


def _measure(study: Study, info: StudyInfo) -> None:
    frame.section(
        "Measure by rule",
        "Length, wording, layout and the like are counted by rules: no key, no cost, and the same "
        "values each time. Only what is missing or out of date is measured.",
    )
    if not info.counts["response"]:
        frame.empty("There are no responses to measure yet.", "Import some first.")
        return
    if work.is_busy():
        frame.note("Wait for the work above, or cancel it; what it has measured is kept.")
        return
    planned = extract(study, dry_run=True)
    assert isinstance(planned, Estimate)
    open_ = planned.items - planned.cached
    if not open_:
        frame.state(f"All {numbers.counted(planned.items, 'response')} are measured.")
        return
    seconds = numbers.duration(planned.estimated_seconds or 0)
    frame.state(
        f"{numbers.counted(open_, 'response')} of {numbers.count(planned.items)} lack a value: "
        f"about {seconds}."
    )
    if st.button("Measure", type="primary"):
        work.start(
            "Measuring by rule",
            lambda progress: extract(study, progress=progress),
            kept="What was measured is kept; measuring again goes on from there.",
        )


def _choose(study: Study, info: StudyInfo) -> None:
    by_factor: dict[str, list[Coverage]] = {}
    for entry in info.factors:
        by_factor.setdefault(entry.factor, []).append(entry)
    several = {name: entries for name, entries in by_factor.items() if len(entries) > 1}
    if not several:
        return
    frame.section(
        "Whose values are used",
        "These factors were measured more than once. Influence uses one extractor's values of a "
        "factor, never a mixture.",
    )
    with st.container(horizontal=True):
        for name, entries in several.items():
            extractors = [entry.extractor for entry in entries]
            chosen = st.selectbox(
                name,
                extractors,
                index=next((n for n, entry in enumerate(entries) if entry.is_active), 0),
                key=f"extractor-{name}-{info.data_version}",
                disabled=work.is_busy(),
                width=240,
            )
            if not any(entry.is_active and entry.extractor == chosen for entry in entries):
                set_active_extractor(study, name, chosen)
                st.rerun()


def _coverage(study: Study, info: StudyInfo) -> None:
    frame.section("Who measured what")
    if not info.factors:
        frame.empty("No factor has values yet.", "Measure by rule, or import ratings.")
        return
    responses = info.counts["response"]
    whole = [entry for entry in info.factors if entry.is_active and entry.values == responses]
    partial = [entry for entry in info.factors if entry not in whole]
    if whole:
        frame.note(
            f"Every one of {numbers.counted(responses, 'response')} has a value of "
            f"{numbers.listed([entry.factor for entry in whole])}."
        )
    if partial:
        opens = lacking(study)
        tables.table(
            _COLUMNS,
            [_row(entry, opens) for entry in partial],
            caption="The others, and measurements that are not used. A name opens the pairs in "
            "which a response has no value that applies.",
        )


_COLUMNS = (
    tables.Column("Factor"),
    tables.Column("Extractor", help="What measured it"),
    tables.Column("Used", help="Whether influence uses these values"),
    tables.Column("Values", is_number=True),
    tables.Column("Does not apply", is_number=True),
    tables.Column("Out of date", is_number=True),
    tables.Column("Missing", is_number=True),
)


def _row(entry: Coverage, opens: Mapping[str, str]) -> list[tables.Cell]:
    where = opens.get(entry.factor) if entry.is_active else None
    return [
        tables.Link(entry.factor, "browse", (("where", where),)) if where else entry.factor,
        entry.extractor,
        "yes" if entry.is_active else "no",
        numbers.count(entry.values),
        numbers.count(entry.not_applicable),
        numbers.count(entry.stale),
        numbers.count(entry.missing),
    ]
