"""The pairs on which a judge chose otherwise than the reference, or than another source.

A list for reading: what each chose, how surely, whether the shown order decided it, and why. Two
strict opposite choices are the disagreements that agreement counts; where a tie is part of it,
the list says whether it is a tie that a judge called or one that its two orders made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from profile_core.analysis import judging
from profile_core.analysis.example import Chosen
from profile_core.analysis.planes import StudyPlanes, load
from profile_core.analysis.reference import reference as find_reference
from profile_core.analysis.relations import unpacked
from profile_core.errors import NotEstimable
from profile_core.stats.agreement import Codes
from profile_core.stats.judge_bias import strict
from profile_core.store import desk_preferences, judge_answers, pair_lists
from profile_core.store import factors as factor_store
from profile_core.store.judge_answers import FLIPPED, NOT_BOTH
from profile_core.store.pair_reader import PairReader
from profile_core.store.study import Study
from profile_core.store.wide_table import WideSource
from profile_core.types import Choice, SourceKind

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_CHOICES = (Choice.A, Choice.B, Choice.TIE)


class Difference(StrEnum):
    """How two choices differ; every pair of the list has one of these."""

    OPPOSITE = "opposite choices"
    FLIPPED = "one follows the shown order"
    TIE = "one calls it a tie"


class DisagreementOrder(StrEnum):
    """What comes first."""

    CONFIDENCE = "the judge's confidence"
    FLIPPED = "flips"
    LENGTH = "difference in length"
    IMPORT = "import order"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A pair on which the two chose differently."""

    pair_no: int
    pair_id: str
    prompt: str
    """Its first 200 characters."""
    beginning: str
    """The first 200 characters of the source text; where there is none, of response a."""
    task: str | None
    difference: Difference
    judge: Chosen
    against: Chosen
    reference: Choice | None
    """What the reference chose; where the judge is held against it, the same as `against`."""
    length_difference: float | None
    """Length of a minus length of b, in words."""
    own: Choice | None
    """What the person who reads the list has chosen at the desk; None where nobody is named."""


@dataclass(frozen=True, slots=True)
class Disagreements:
    """One page of the list, and how much there is."""

    judge: str
    against: str
    is_stand_in: bool
    """The judge is held against the reference, and that is a judge."""
    compared: int
    """Pairs on which both chose, ties included."""
    counts: Mapping[Difference, int]
    """Pairs of the whole list by how the choices differ, before `only`."""
    found: int
    """Pairs of the list, after `only`."""
    rows: tuple[Disagreement, ...]
    meaning: str = ""
    """What agreement means, where the judge was asked about one factor alone; else empty."""


def disagreements(
    study: Study,
    judge: str,
    *,
    against: str | None = None,
    where: str | None = None,
    only: Difference | None = None,
    order: DisagreementOrder = DisagreementOrder.CONFIDENCE,
    reader: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Disagreements:
    """List the pairs on which a judge differs from the reference, or from the source `against`.

    Both must have chosen, a tie being a choice. Confidence is ``|2 P(a) - 1|`` of the judge's
    answers, where it gave probabilities; equals and pairs without go by the order of import.
    `reader` names the person at the desk whose own choices the rows tell.
    Raises UnknownName, PredicateError, or NotEstimable where there is nobody to differ from.
    """
    planes = load(study)
    first = judging.judge_named(planes, judge)
    second, is_stand_in = _other(planes, first, against)
    with study.cursor() as cursor:
        flips = [
            judge_answers.flips(cursor, planes.wide, source.source_id)
            if source.kind is SourceKind.JUDGE
            else np.full(planes.planes.pairs, NOT_BOTH, dtype=np.int8)
            for source in (first, second)
        ]
    chosen = [judging.choices(planes, source) for source in (first, second)]
    compared = (chosen[0] >= 0) & (chosen[1] >= 0) & unpacked(planes, planes.mask(where))
    kinds = _kinds(chosen, flips, compared)
    listed = kinds[only] if only else np.logical_or.reduce(list(kinds.values()))
    ordered = _ordered(planes, first, flips, order, np.flatnonzero(listed))
    with study.cursor() as cursor:
        defined = factor_store.current(cursor)
    return Disagreements(
        judge=first.name,
        against=second.name,
        is_stand_in=is_stand_in,
        compared=int(compared.sum()),
        counts={kind: int(mask.sum()) for kind, mask in kinds.items()},
        found=len(ordered),
        rows=_rows(planes, (first, second), flips, kinds, ordered[offset : offset + limit], reader),
        meaning=judging.what_agreement_means(first, defined),
    )


def _other(planes: StudyPlanes, judge: WideSource, against: str | None) -> tuple[WideSource, bool]:
    found = find_reference(planes, against)
    # Where there is a judge, there is a reference, if only itself.
    if found is None or found.source == judge:
        raise NotEstimable(
            f"{judge.name} cannot differ from itself: name another source to hold it against"
            if against
            else f"{judge.name} is itself the reference: name a source to hold it against"
        )
    return found.source, against is None and found.is_stand_in


def _kinds(chosen: list[Codes], flips: list[Codes], compared: Bools) -> dict[Difference, Bools]:
    differs = compared & (chosen[0] != chosen[1])
    opposite = differs & strict(chosen[0]) & strict(chosen[1])
    flipped = differs & ~opposite & ((flips[0] == FLIPPED) | (flips[1] == FLIPPED))
    return {
        Difference.OPPOSITE: opposite,
        Difference.FLIPPED: flipped,
        Difference.TIE: differs & ~opposite & ~flipped,
    }


def _ordered(
    planes: StudyPlanes,
    judge: WideSource,
    flips: list[Codes],
    order: DisagreementOrder,
    places: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    keys = [pair_lists.import_order(planes.study, planes.wide).astype(np.float64)]
    match order:
        case DisagreementOrder.CONFIDENCE:
            keys.append(-np.abs(2 * _probabilities(planes, judge) - 1))
        case DisagreementOrder.FLIPPED:
            keys.append(-np.maximum(flips[0], flips[1]).astype(np.float64))
        case DisagreementOrder.LENGTH:
            keys.append(-np.abs(judging.length_differences(planes)))
    # NaN is the last of all in a sort, as it should be here.
    return places[np.lexsort([key[places] for key in keys])]


def _rows(
    planes: StudyPlanes,
    sources: tuple[WideSource, WideSource],
    flips: list[Codes],
    kinds: Mapping[Difference, Bools],
    places: npt.NDArray[np.int64],
    reader: str | None,
) -> tuple[Disagreement, ...]:
    if not len(places):
        return ()
    summaries = pair_lists.summaries(planes.study, planes.wide, places)
    with planes.study.cursor() as cursor:
        said = judge_answers.said(
            cursor,
            [summary.pair_id for summary in summaries],
            [source.source_id for source in sources],
        )
    standard = find_reference(planes)
    expected = judging.choices(planes, standard.source) if standard else None
    own = _own(planes, reader)
    chosen = [judging.choices(planes, source) for source in sources]
    given = [_probabilities(planes, source) for source in sources]
    lengths = judging.length_differences(planes)

    def side(which: int, place: int, pair_id: str) -> Chosen:
        flip = int(flips[which][place])
        return Chosen(
            source=sources[which],
            choice=_CHOICES[chosen[which][place]],
            probability=judging.number(given[which][place]),
            flipped=None if flip == NOT_BOTH else flip == FLIPPED,
            verdicts=said.get((pair_id, sources[which].source_id), ()),
        )

    return tuple(
        Disagreement(
            pair_no=place,
            pair_id=summary.pair_id,
            prompt=summary.prompt,
            beginning=summary.beginning,
            task=summary.task,
            difference=next(kind for kind, mask in kinds.items() if mask[place]),
            judge=side(0, place, summary.pair_id),
            against=side(1, place, summary.pair_id),
            reference=_choice(expected, place),
            length_difference=judging.number(lengths[place]),
            own=_choice(own, place),
        )
        for place, summary in zip(places.tolist(), summaries, strict=True)
    )


def _own(planes: StudyPlanes, reader: str | None) -> Codes | None:
    if reader is None:
        return None
    named = desk_preferences.source_of(reader)
    sources = [source for source in planes.wide.sources if source.source_id == named]
    return judging.choices(planes, sources[0]) if sources else None


def _probabilities(planes: StudyPlanes, source: WideSource) -> Floats:
    return PairReader(planes.study, planes.wide).probabilities(source)


def _choice(codes: Codes | None, place: int) -> Choice | None:
    return None if codes is None or codes[place] < 0 else _CHOICES[codes[place]]
