"""The way from a number to its pairs: the address of browse that shows exactly these.

The page's own filters go with it, in the words of the filter bar.
"""

from __future__ import annotations

from profile_core.analysis import conditions
from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.relations import Relation
from profile_core.ui.filters import Filter


def params(
    row: InfluenceRow, relation: Relation, chosen: Filter, by: str | None = None
) -> dict[str, str]:
    """Name the pairs of a relation behind an influence, under the filters of its page.

    `by` is the column whose group the row is of.
    """
    in_group = conditions.equals(by, row.group) if by and row.group is not None else None
    return chosen.address("browse", in_group) | {
        "setting": str(row.setting),
        "source": row.source,
        "factor": row.factor,
        "relation": str(relation),
    }
