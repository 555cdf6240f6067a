"""Win rates of generators under a scenario, as each source sees them, and with length held equal.

A generator's pairs are those in which the other response is somebody else's. Ties count half.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from profile_core.analysis.judging import LENGTH
from profile_core.analysis.planes import StudyPlanes
from profile_core.analysis.scenario_estimates import Estimates
from profile_core.analysis.what_if_rows import WinRate
from profile_core.errors import PredicateError
from profile_core.stats import planes as bits
from profile_core.stats import win_rates as rates
from profile_core.store.pair_lists import CODE_TIE, NO_CHOICE
from profile_core.types import Setting

_SHARE = {0: 1.0, 1: 0.0, CODE_TIE: 0.5, NO_CHOICE: np.nan}
"""How much of a pair response a wins, by the code of the choice."""


def win_rates(found: Estimates) -> tuple[WinRate, ...]:
    """Rate every generator by every source that judges; none where the study has too many."""
    study_planes = found.study_planes
    try:
        names, first, second = _generators(study_planes)
    except PredicateError:
        return ()
    rows = np.flatnonzero(found.kept.chosen(study_planes.planes) & (first != second))
    weight = found.kept.weight(study_planes.planes)
    has_length = any(factor.name == LENGTH for factor in study_planes.factors)
    longer = study_planes.arrays.difference(LENGTH)[rows] if has_length else None
    prompts = study_planes.planes.prompt_of[rows]
    return tuple(
        row
        for place in found.entries
        if study_planes.sources[place].setting is Setting.EVALUATION
        for row in _of_source(
            study_planes,
            place,
            names,
            rates.win_rates(
                first[rows],
                second[rows],
                _preferred(study_planes, place)[rows],
                prompts,
                length_difference=longer,
                weights=None if weight is None else weight[rows],
            ),
            rows,
            (first, second),
        )
    )


def _of_source(
    study_planes: StudyPlanes,
    place: int,
    names: list[str],
    found: tuple[rates.WinRate, ...],
    rows: npt.NDArray[np.int64],
    sides: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
) -> Iterator[WinRate]:
    source = study_planes.sources[place].source
    tied = study_planes.arrays.choices(source)[rows] == CODE_TIE
    for item in found:
        own = (sides[0][rows] == item.generator) | (sides[1][rows] == item.generator)
        equal = item.controlled
        yield WinRate(
            source=source.name,
            kind=source.kind,
            generator=names[item.generator],
            rate=_number(item.raw.estimate),
            low=_number(item.raw.low),
            high=_number(item.raw.high),
            controlled=_number(equal.estimate) if equal else None,
            controlled_low=_number(equal.low) if equal else None,
            controlled_high=_number(equal.high) if equal else None,
            pairs=item.pairs,
            ties=int((tied & own).sum()),
            prompts=int(item.raw.prompts),
            controlled_pairs=item.controlled_pairs,
            note="; ".join(part for part in (str(item.raw.note.item()), item.reason) if part),
        )


def _preferred(study_planes: StudyPlanes, place: int) -> npt.NDArray[np.float64]:
    codes = study_planes.arrays.choices(study_planes.sources[place].source)
    share = np.full(len(codes), np.nan)
    for code, value in _SHARE.items():
        share[codes == code] = value
    return share


def _generators(
    study_planes: StudyPlanes,
) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Number the generators by name; -1 where a response has none. PredicateError if too many."""
    sides = [study_planes.arrays.groups(column) for column in ("generator_a", "generator_b")]
    names = sorted({name for side in sides for name, _ in side})
    coded = []
    for side in sides:
        codes = np.full(study_planes.planes.pairs, -1, dtype=np.int64)
        for name, mask in side:
            codes[bits.unpack(mask, study_planes.planes.pairs)] = names.index(name)
        coded.append(codes)
    return names, coded[0], coded[1]


def _number(value: npt.ArrayLike) -> float | None:
    plain = float(np.asarray(value))
    return None if math.isnan(plain) else plain
