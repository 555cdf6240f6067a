"""The way from a number to its pairs: the address of browse that shows exactly these.

The page's own filters go with it, in the words of the filter bar.
"""

from __future__ import annotations

import streamlit as st

from profile_core.analysis import conditions
from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.relations import Relation
from profile_core.types import LabelSet

_FILTERS = ("task", "scenario", "generator", "labels")


def params(
    row: InfluenceRow, relation: Relation, *, by: str | None = None
) -> tuple[tuple[str, str], ...]:
    """Name the pairs of a relation behind an influence, under the filters of this page."""
    found = {
        name: str(value)
        for name in _FILTERS
        if (value := st.session_state.get(name)) and value != LabelSet.AUTOMATIC
    }
    in_group = conditions.equals(by, row.group) if by and row.group is not None else None
    where = conditions.all_of([st.session_state.get("where"), in_group])
    if where:
        found["where"] = where
    found |= {
        "setting": str(row.setting),
        "source": row.source,
        "factor": row.factor,
        "relation": str(relation),
    }
    return tuple(found.items())
