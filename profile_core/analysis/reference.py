"""Whom the other sources are compared with, when nobody says."""

from __future__ import annotations

from dataclasses import dataclass

from profile_core.analysis.planes import StudyPlanes
from profile_core.errors import UnknownName
from profile_core.stats.planes import count_bits
from profile_core.store.wide_table import WideSource
from profile_core.types import Setting, SourceKind


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference source; a stand-in is a judge, in want of people."""

    source: WideSource
    is_stand_in: bool
    strict_pairs: int


def reference(study_planes: StudyPlanes, name: str | None = None) -> Reference | None:
    """Find the reference source; None where nobody has chosen between two responses.

    Without a name: the human majority with the most strict pairs, else the human source with the
    most, else gold, else the judge with the most, as a stand-in. Ties go by name. A judge that was
    asked about one factor alone says nothing of which response is better: it stands in only where
    there is no other source to choose between two responses. A person who gave every verdict in
    sight of others' is no independent measure of these: they are the reference only where nobody
    else chooses between two responses, or where they are named.
    """
    found = []
    for place, entry in enumerate(study_planes.sources):
        if entry.setting is Setting.EVALUATION:
            planes = study_planes.planes
            strict = int(count_bits(planes.prefers_a[place] | planes.prefers_b[place]))
            found.append((_rank(entry.source), -strict, entry.source.name, entry.source))
    if name is not None:
        found = [entry for entry in found if entry[2] == name]
        if not found:
            known = [e.source.name for e in study_planes.sources if e.setting is Setting.EVALUATION]
            raise UnknownName("source of evaluation", name, known)
    found = [entry for entry in found if not entry[3].saw_others] or found
    found = [entry for entry in found if not entry[3].is_of_one_factor] or found
    found = [entry for entry in found if entry[1] < 0] or found
    if not found:
        return None
    _, negated, _, source = min(found, key=lambda entry: entry[:3])
    return Reference(source, source.kind is SourceKind.JUDGE, -negated)


def _rank(source: WideSource) -> int:
    if source.kind is SourceKind.HUMAN:
        return 0 if source.is_majority else 1
    return 2 if source.kind is SourceKind.GOLD else 3
