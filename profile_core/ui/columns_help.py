"""What a condition may speak of: shown where one was refused, and on demand."""

from __future__ import annotations

import streamlit as st

from profile_core.errors import PredicateError
from profile_core.store.wide_table import WideTable
from profile_core.ui import frame, tables


def refused(error: PredicateError, wide: WideTable) -> None:
    """Say why a condition does not work, with every column it could name."""
    frame.problem(error, "Nothing was changed; correct the condition above, or clear it.")
    with st.expander("Columns that a condition can name"):
        listed(wide)


def listed(wide: WideTable) -> None:
    """List every column with what it stands for."""
    tables.table(
        [tables.Column("Column"), tables.Column("What it stands for")],
        [[column.name, column.means] for column in wide.columns],
        caption="Text needs 'single quotes'; numbers need none.",
    )
