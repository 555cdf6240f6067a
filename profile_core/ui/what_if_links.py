"""From a number of a what-if to its pairs: the address of browse that shows exactly these.

A scenario goes along as one condition over the pair view, so that a link works where its sliders
are not.
"""

from __future__ import annotations

from profile_core.analysis import conditions
from profile_core.analysis.browse import LabelState
from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.what_if_rows import AlignmentRow, Side, WinRate
from profile_core.types import Choice, LabelSet, Setting
from profile_core.ui import filters

_STRICT = (Choice.A.value, Choice.B.value)


def kept(side: Side, *narrower: str | None) -> dict[str, str]:
    """Name a scenario's pairs, narrowed further."""
    labels = filters.VALUES_OF.get(side.scenario.labels, side.scenario.labels)
    address = {
        "where": conditions.all_of([side.opens, *narrower]) or "",
        "labels": "" if labels is LabelSet.AUTOMATIC else labels.value,
    }
    return {name: value for name, value in address.items() if value}


def counted(side: Side, row: InfluenceRow, planes: StudyPlanes) -> dict[str, str]:
    """Name the pairs that an influence counts: decided strictly, with the values it needs."""
    if side.scenario.labels is LabelSet.REVIEWED_ONLY:
        return {
            **kept(side),
            "setting": str(row.setting),
            "source": row.source,
            "factor": row.factor,
            "labelled": str(LabelState.REVIEWED),
        }
    model = next(
        (m for m in side.models if (m.setting, m.source) == (row.setting, row.source)), None
    )
    needed = {row.factor, *(model.needs if model else ())}
    # A source may judge and write under one name; score levels decide every pair of its own.
    decided = _decided(planes, row.source) if row.setting is Setting.EVALUATION else None
    has_values = [
        f"{column} IS NOT NULL"
        for factor in planes.wide.factors
        if factor.name in needed
        for column in (factor.column_a, factor.column_b)
    ]
    return {
        **kept(side, decided, *has_values),
        "setting": str(row.setting),
        "source": row.source,
        "factor": row.factor,
    }


def compared(side: Side, row: AlignmentRow, planes: StudyPlanes) -> dict[str, str]:
    """Name the pairs that a source and the reference both decided strictly."""
    if row.setting is Setting.GENERATION:
        return {**kept(side), "setting": str(row.setting), "source": row.source}
    both = [_decided(planes, name) for name in (row.source, side.reference) if name]
    return {**kept(side, *both), "setting": str(row.setting), "source": row.source}


def won(side: Side, row: WinRate, planes: StudyPlanes) -> dict[str, str]:
    """Name the pairs of one generator against others on which a source chose."""
    name = conditions.literal(row.generator)
    against = [
        f"{own} = {name} AND ({other} IS NULL OR {other} <> {name})"
        for own, other in (("generator_a", "generator_b"), ("generator_b", "generator_a"))
    ]
    chose = conditions.any_of(f"{column} IS NOT NULL" for column in _columns(planes, row.source))
    return {
        **kept(side, conditions.any_of(against), chose),
        "setting": str(Setting.EVALUATION),
        "source": row.source,
    }


def _decided(planes: StudyPlanes, source: str) -> str | None:
    columns = _columns(planes, source)
    return conditions.any_of(conditions.one_of(column, _STRICT) for column in columns)


def _columns(planes: StudyPlanes, source: str) -> list[str]:
    return [
        entry.source.choice
        for entry in planes.sources
        if entry.source.name == source and entry.source.choice
    ]
