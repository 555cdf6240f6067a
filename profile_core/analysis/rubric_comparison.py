"""Two judges on the same pairs: two rubric versions of a model, or any two.

Each measure is a paired difference, first minus second, over the pairs that it is defined on for
both, so that neither judge is favoured by easier pairs. Where they differ from each other, pair by
pair, is `judge_disagreements`' with `against`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.analysis import judging
from profile_core.analysis.judging import number
from profile_core.analysis.planes import load
from profile_core.analysis.reference import reference as find_reference
from profile_core.analysis.relations import unpacked
from profile_core.errors import NotEstimable
from profile_core.stats.agreement import confusion
from profile_core.stats.judge_bias import paired_shares, strict
from profile_core.store import judge_answers
from profile_core.store.judge_answers import FLIPPED, NOT_BOTH
from profile_core.store.study import Study

Bools = npt.NDArray[np.bool_]

IS_REFERENCE = "one of the two is the reference"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of both judges over the same pairs; numbers that do not exist are None."""

    first: float | None
    second: float | None
    difference: float | None
    """First minus second, in [-1, 1]."""
    low: float | None
    high: float | None
    p: float | None
    pairs: int
    prompts: int
    note: str
    """Why there is no interval or no number, or why it is to be read with care."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two judges side by side."""

    first: str
    second: str
    reference: str
    is_stand_in: bool
    """The reference is a judge, in want of people."""
    agreement: Measure
    """With the reference, over the pairs that all three decided strictly."""
    flip_rate: Measure
    """Over the pairs that both answered in both orders."""
    longer_excess: Measure
    """Over the pairs of agreement whose responses differ in length."""
    choices: tuple[tuple[int, int, int], ...]
    """Pairs by the first's choice (rows: a, b, tie) and by the second's."""
    first_alone: int
    """Pairs of agreement on which the first chose as the reference and the second did not."""
    second_alone: int

    @property
    def same(self) -> int:
        """Pairs on which both chose alike, ties included."""
        return sum(row[place] for place, row in enumerate(self.choices))

    @property
    def different(self) -> int:
        """Pairs on which they chose differently."""
        return sum(map(sum, self.choices)) - self.same


def compare(
    study: Study,
    first: str,
    second: str,
    *,
    reference: str | None = None,
    where: str | None = None,
) -> Comparison:
    """Compare two judges over the pairs that a filter keeps.

    Differences, intervals clustered by prompt and p are `stats.judge_bias.paired_shares`'. The
    lean on length of each is relative to the reference's, which cancels in the difference. With one
    of the two as the reference, agreement has no number. Raises UnknownName, PredicateError, or
    NotEstimable where the two are one.
    """
    planes = load(study)
    one, two = (judging.judge_named(planes, name) for name in (first, second))
    standard = find_reference(planes, reference)
    # Where there is a judge, there is a reference.
    if one == two or standard is None:
        raise NotEstimable(f"{first} cannot be compared with itself: name two judges")
    kept = unpacked(planes, planes.mask(where))
    prompts = planes.planes.prompt_of
    ours, theirs, expected = (
        judging.choices(planes, source) for source in (one, two, standard.source)
    )
    with study.cursor() as cursor:
        flips = [
            judge_answers.flips(cursor, planes.wide, source.source_id) for source in (one, two)
        ]
    longer = judging.longer(planes)
    decided = kept & strict(ours) & strict(theirs) & strict(expected)
    right, also_right = ours == expected, theirs == expected
    agreement = _measure(right, also_right, decided, prompts)
    if standard.source in (one, two):
        agreement = _without_number(agreement)
    return Comparison(
        first=first,
        second=second,
        reference=standard.source.name,
        is_stand_in=standard.is_stand_in,
        agreement=agreement,
        flip_rate=_measure(
            flips[0] == FLIPPED,
            flips[1] == FLIPPED,
            kept & (flips[0] != NOT_BOTH) & (flips[1] != NOT_BOTH),
            prompts,
        ),
        longer_excess=_measure(
            ours == longer,
            theirs == longer,
            decided & strict(longer),
            prompts,
            less=expected == longer,
        ),
        choices=tuple(
            (int(a), int(b), int(tie)) for a, b, tie in confusion(ours[kept], theirs[kept])
        ),
        first_alone=int((decided & right & ~also_right).sum()),
        second_alone=int((decided & also_right & ~right).sum()),
    )


def _measure(
    first: Bools,
    second: Bools,
    counted: Bools,
    prompts: npt.NDArray[np.int32],
    *,
    less: Bools | None = None,
) -> Measure:
    """Measure two shares over the counted pairs, each less a third one if that is given."""
    found = paired_shares(first, second, counted, prompts)
    pairs = int(counted.sum())
    base = 0.0 if less is None or not pairs else float(less[counted].mean())
    return Measure(
        first=float(first[counted].mean()) - base if pairs else None,
        second=float(second[counted].mean()) - base if pairs else None,
        difference=number(found.estimate),
        low=number(found.low),
        high=number(found.high),
        p=number(found.p),
        pairs=pairs,
        prompts=int(found.prompts),
        note=str(found.note.item()),
    )


def _without_number(measure: Measure) -> Measure:
    return Measure(None, None, None, None, None, None, measure.pairs, measure.prompts, IS_REFERENCE)
