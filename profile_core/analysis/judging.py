"""What the views of judges share: who judges, what was chosen, which response is longer."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from profile_core.analysis.planes import StudyPlanes
from profile_core.errors import UnknownName
from profile_core.stats import planes as bits
from profile_core.stats.agreement import Codes
from profile_core.store import pair_lists
from profile_core.store.pair_reader import PairReader
from profile_core.store.wide_table import WideSource
from profile_core.text import numbers
from profile_core.types import Factor, SourceKind

Floats = npt.NDArray[np.float64]

LENGTH = "length"
"""The factor that says which response is longer."""

_MADE_HERE = re.compile(
    r"(?P<model>.+)/(?P<rubric>[a-z][a-z0-9-]*@\d+)(?:/(?P<factor>[a-z][a-z0-9_]*))?"
)


def judges(planes: StudyPlanes) -> tuple[WideSource, ...]:
    """List the study's judges, imported ones too, by name."""
    found = [entry.source for entry in planes.sources if entry.source.kind is SourceKind.JUDGE]
    return tuple(sorted(found, key=lambda source: source.name))


def judge_named(planes: StudyPlanes, name: str) -> WideSource:
    """Find a judge; raises UnknownName."""
    found = {source.name: source for source in judges(planes)}
    if name not in found:
        raise UnknownName("judge", name, found)
    return found[name]


def rubric_of(judge: str) -> str | None:
    """Read the rubric from the name `MODEL/RUBRIC@VERSION[/FACTOR]`; None for other names."""
    found = _MADE_HERE.fullmatch(judge)
    return found["rubric"] if found else None


def factor_of(judge: WideSource) -> str | None:
    """Name the one factor that a judge was asked about; None for one that was asked overall."""
    return judge.derived_from[0] if judge.is_of_one_factor else None


def what_agreement_means(judge: WideSource, factors: Mapping[str, Factor]) -> str:
    """Say what to make of the agreement of a judge of one factor; empty for one overall."""
    factor = factor_of(judge)
    if factor is None:
        return ""
    title = numbers.inline(factors[factor].title) if factor in factors else factor
    return (
        f"{judge.name} was asked which response has more {title}, not which is better: its "
        f"agreement is how often having more of it goes with the reference's choice."
    )


def choices(planes: StudyPlanes, source: WideSource) -> Codes:
    """What a source chose on each pair, `[pairs]`, coded as in `stats.agreement`."""
    codes = pair_lists.choices(planes.study, planes.wide, [str(source.choice)])
    return np.asarray(codes[0])


def longer(planes: StudyPlanes) -> Codes:
    """Which response is longer, `[pairs]`: 0 for a, 1 for b, -1 for equal ones or no values."""
    names = [factor.name for factor in planes.factors]
    if LENGTH not in names:
        return np.full(planes.planes.pairs, -1, dtype=np.int8)
    place = names.index(LENGTH)
    a, b = (
        bits.unpack(rows[place], planes.planes.pairs)
        for rows in (planes.planes.greater, planes.planes.less)
    )
    return np.where(a, 0, np.where(b, 1, -1)).astype(np.int8)


def length_differences(planes: StudyPlanes) -> Floats:
    """Length of a minus length of b in words, `[pairs]`; NaN where a value is missing."""
    found = [factor for factor in planes.wide.factors if factor.name == LENGTH]
    if not found:
        return np.full(planes.planes.pairs, np.nan)
    a, b = PairReader(planes.study, planes.wide).factor_values(found[0])
    return a - b


def number(value: npt.ArrayLike) -> float | None:
    """Make a plain number of one that numpy computed; None where it does not exist."""
    plain = float(np.asarray(value))
    return None if math.isnan(plain) else plain


def share(part: int, whole: int) -> float | None:
    """Divide counts; None where there is nothing to divide by."""
    return part / whole if whole else None
