"""The way from a number to its pairs: the address of browse that shows exactly these.

The page's own filters go with it, in the words of the filter bar.
"""

from __future__ import annotations

from dataclasses import replace

from profile_core.analysis import conditions
from profile_core.analysis.browse import LabelState
from profile_core.analysis.drawn_influence import DRAWN_SETS
from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.label_effect import EffectRow
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.relations import Relation
from profile_core.types import Choice, LabelSet
from profile_core.ui.filters import Filter

_STRICT = (Choice.A.value, Choice.B.value)


def params(
    row: InfluenceRow, relation: Relation, chosen: Filter, by: str | None = None
) -> dict[str, str]:
    """Name the pairs of a relation behind an influence, under the filters of its page.

    `by` is the column whose group the row is of.
    """
    in_group = conditions.equals(by, row.group) if by and row.group is not None else None
    drawn = {"labelled": str(LabelState.REVIEWED)}
    is_reviewed = chosen.labels is LabelSet.REVIEWED_ONLY
    return (
        chosen.address("browse", in_group)
        | (drawn if is_reviewed else {})
        | {
            "setting": str(row.setting),
            "source": row.source,
            "factor": row.factor,
            "relation": str(relation),
        }
    )


def labelled(
    row: EffectRow, planes: StudyPlanes, chosen: Filter, labels: LabelSet
) -> dict[str, str]:
    """Name the pairs whose labels a comparison rests on: those drawn and reviewed that the source
    decided, or, for corrected values, those that people changed.
    """
    entries = (entry.source for entry in planes.sources if entry.setting is row.setting)
    columns = [entry.choice for entry in entries if entry.name == row.source and entry.choice]
    decided = conditions.any_of(conditions.one_of(column, _STRICT) for column in columns)
    is_drawn = labels in DRAWN_SETS
    address = replace(chosen, labels=labels).address("browse", decided)
    return address | {
        "setting": str(row.setting),
        "source": row.source,
        "factor": row.factor,
        "labelled": str(LabelState.REVIEWED if is_drawn else LabelState.CHANGED),
    }
