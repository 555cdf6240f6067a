"""How far annotators agree, factor by factor and on preferences: a table for who leads the work."""

from __future__ import annotations

import streamlit as st

from profile_core.annotation import agreement as rows_of
from profile_core.annotation.agreement import PREFERENCE, AgreementRow
from profile_core.store import labels
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.ui import filters, frame, rating_words, router, tables

VIEW = filters.parameter("annotate", "view")
"""The name in the address of the view that is shown."""
DISPUTED_FACTOR = filters.parameter("annotate", "disputed")
"""The name in the address of the factor that disagreements are listed of."""
SETTLED = filters.parameter("annotate", "settled")
"""The name in the address that says whether settled disagreements are listed, too."""
PREFERENCES = "preferences"
"""What preferences are called where a factor is chosen."""


def draw(study: Study, annotator: str) -> None:
    """Draw the table, or say what is missing for one."""
    rows = found(study)
    shared = [row for row in rows if row.shared]
    if not shared:
        _empty(rows)
        return
    titles = {name: factor.title for name, factor in labels.in_force(study).factors.items()}
    units = sum(row.shared for row in shared)
    disputed = sum(row.disputed for row in shared)
    frame.state(
        f"{numbers.counted(units, 'value')} that two annotators or more gave; on "
        f"{numbers.count(disputed)} they differ."
    )
    tables.table(
        [
            tables.Column("Factor"),
            tables.Column("Annotators", is_number=True),
            tables.Column("Labels", is_number=True),
            tables.Column("Shared", is_number=True, help="Labelled by two annotators or more"),
            tables.Column("α", is_number=True, help="Krippendorff's, on the factor's scale"),
            tables.Column(
                "κ", is_number=True, help="Mean over pairs of annotators; quadratic weights"
            ),
            tables.Column(
                "Same value",
                is_number=True,
                help="Mean share of two annotators who say the same, with a 95 % interval",
            ),
            tables.Column("Disputed"),
            tables.Column("Note"),
        ],
        [_row(row, titles) for row in rows],
        caption=(
            "α and κ: 1 is perfect agreement, 0 what chance alone gives. "
            "All but the counts are over shared values; intervals are by prompt."
        ),
    )


def found(study: Study) -> tuple[AgreementRow, ...]:
    """Agreement on every factor and on preferences, computed once for a state of the study."""
    return _rows(study.key, study.versions(), study)


@st.cache_data(max_entries=4, show_spinner=False)
def _rows(key: str, versions: Versions, _study: Study) -> tuple[AgreementRow, ...]:
    return rows_of.agreement(_study)


def _row(row: AgreementRow, titles: dict[str, str]) -> list[tables.Cell]:
    name = row.factor or PREFERENCE
    disputed: tables.Cell = "none" if row.shared else numbers.NONE
    if row.disputed:
        chosen = PREFERENCES if row.factor is None else row.factor
        disputed = tables.Link(
            numbers.count(row.disputed),
            "annotate",
            ((VIEW, "disagreements"), (DISPUTED_FACTOR, chosen), (SETTLED, "true")),
        )
    return [
        "Preference" if row.factor is None else titles.get(name, name),
        numbers.count(row.annotators),
        numbers.count(row.labels),
        numbers.count(row.shared),
        numbers.decimal(row.alpha),
        numbers.decimal(row.kappa),
        numbers.with_interval(row.exact, row.exact_low, row.exact_high),
        disputed,
        rating_words.carries(row.note, row.prompts) if row.shared else "nothing shared yet",
    ]


def _empty(rows: tuple[AgreementRow, ...]) -> None:
    labelled = numbers.counted(sum(row.labels for row in rows), "label")
    state = f"There are {labelled}, but" if rows else "There are no labels:"
    frame.empty(
        "Here stands how far annotators agree on each factor, and on preferences.",
        f"{state} no two people have labelled the same thing yet. Draw a queue whose pairs go in "
        "part to two annotators or more.",
    )
    router.link("annotate", "Draw a queue", {VIEW: "queues"})
