"""Conditions that open the pairs behind an alignment's numbers, whatever the filter beside them."""

from __future__ import annotations

from profile_core.analysis import conditions
from profile_core.analysis.planes import PlaneSource, StudyPlanes
from profile_core.types import Setting


def decided(
    planes: StudyPlanes, entry: PlaneSource, in_group: str | None, factor: str | None = None
) -> str:
    """Open the pairs that a source decided strictly; with a factor, those it is counted on."""
    if entry.source.choice:
        chosen = conditions.one_of(entry.source.choice, ("a", "b"))
    else:
        own = conditions.equals("generator_a", entry.source.name)
        is_generation = conditions.equals("setting", Setting.GENERATION.value)
        chosen = f"{is_generation} AND {own} AND score_level_a <> score_level_b"
    return conditions.all_of([in_group, chosen, _valued(planes, factor)]) or ""


def _valued(planes: StudyPlanes, factor: str | None) -> str | None:
    found = [item for item in planes.wide.factors if item.name == factor]
    return next(
        (f"{item.column_a} IS NOT NULL AND {item.column_b} IS NOT NULL" for item in found), None
    )
