"""What people's labels change: influences before (automatic) and after, and whether it is chance.

Both are estimates over the same prompts, so their difference has the interval of a paired one: a
prompt's influence on the one less that on the other. The sentences say only what the interval
bears, and what they say of the automatic label is about its values, weighted like the estimate.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from profile_core.analysis import drawn_influence
from profile_core.analysis.drawn_influence import DRAWN_SETS, DrawnCell, DrawnStudy
from profile_core.analysis.influence import chosen_factors, chosen_sources
from profile_core.analysis.label_bias import SideBias, biases
from profile_core.analysis.planes import StudyPlanes, load
from profile_core.errors import NotEstimable
from profile_core.stats import further_draws
from profile_core.stats.clusters import cluster_sums
from profile_core.stats.intervals import (
    MIN_PROMPTS,
    SMALL_PROMPTS,
    Intervals,
    influence_values,
    moments,
    paired_difference,
    ratio_intervals,
    t_interval,
)
from profile_core.stats.multiplicity import benjamini_hochberg
from profile_core.stats.planes import Words
from profile_core.store.pair_reader import PairReader
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import LabelSet, Setting

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SIGNIFICANT = 0.05
_DOES = {Setting.EVALUATION: ", choosing", Setting.GENERATION: ", writing"}
_NAMED = 3
_NOTHING = 1e-12
"""Differences below this are rounding."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number with its 95 % interval; None for what does not exist."""

    tau: float | None
    low: float | None
    high: float | None

    def __str__(self) -> str:
        return numbers.with_interval(self.tau, self.low, self.high)


NOTHING = Value(None, None, None)


@dataclass(frozen=True, slots=True)
class EffectRow:
    """The influence of one factor on one source by automatic labels, and by people's."""

    labels: LabelSet
    """Those of `after`."""
    setting: Setting
    source: str
    factor: str
    title: str
    before: Value
    after: Value
    difference: Value
    """After minus before."""
    p: float | None
    """Two-sided, that there is no difference."""
    q: float | None
    """Benjamini-Hochberg over the factors of the setting and source."""
    reviewed: int | None
    """None for `corrected`, which asks for no draw; so are the next three."""
    drawn: int | None
    nonresponse: float | None
    power: float | None
    """lambda: how far the estimate relies on automatic labels."""
    prompts: int
    """Prompts that the second estimate learns from."""
    note: str
    bias: tuple[SideBias, ...] = ()
    """By how much the automatic values exceed people's, in a and in b."""
    cell: DrawnCell | None = field(default=None, repr=False, compare=False)

    @property
    def is_told(self) -> bool:
        """Whether the two influences can be told apart (q at most 0.05)."""
        return self.q is not None and self.q <= SIGNIFICANT and bool(self.difference.tau)

    def sentence(self) -> str:
        """Say what people's labels change here; true whatever the data."""
        name = numbers.inline(self.title)
        if self.after.tau is None or self.before.tau is None:
            return f"{self.title}: {self.note or 'there is no influence to compare'}."
        bias = _bias(self.bias, name)
        if self.is_told:
            moved = f"moves from {numbers.decimal(self.before.tau)} to {self.after}"
            if bias:
                return f"The automatic label {bias}; influence {moved}."
            return f"The influence of {name} {moved}."
        values = (
            f"{numbers.decimal(self.before.tau)} by automatic labels, {self.after} with people’s"
        )
        if self.p is not None:
            nothing = "nothing changed that can be told apart from chance"
        elif self.difference.tau == 0 and self.prompts >= MIN_PROMPTS:
            nothing = "nothing changed"
        else:
            nothing = "no interval tells whether anything changed"
        though = f"The automatic label {bias}, but" if bias else "For"
        return f"{though} {'in its influence ' if bias else f'{name} '}{nothing}: {values}."


@dataclass(frozen=True, slots=True)
class MoreLabels:
    """How many more drawn pairs would have to be reviewed."""

    needed: int | None
    """0 where the goal is reached; None where no number suffices, or none can be told."""
    half_width: float | None
    """Of the interval, as expected then."""
    reason: str
    goal: str

    @property
    def sentence(self) -> str:
        """Say it."""
        if self.needed:
            return f"About {numbers.counted(self.needed, 'more reviewed pair')} {self.goal}."
        return f"{self.reason[0].upper()}{self.reason[1:]}."


def effect(
    study: Study,
    *,
    labels: LabelSet = LabelSet.PREDICTION_POWERED,
    where: str | None = None,
    sources: Sequence[str] = (),
    factors: Sequence[str] = (),
    settings: Sequence[Setting] = (),
    blind_only: bool = False,
) -> tuple[EffectRow, ...]:
    """Compare influences by automatic labels with those by another label set.

    For the sets that need drawn labels, the rows are those of the factors that have some; for
    `corrected`, of every factor with values. The filter holds for automatic values before, and for
    the set's own values after. Raises UnknownName, PredicateError or NotEstimable.
    """
    if labels is LabelSet.AUTOMATIC:
        raise ValueError("automatic labels are what other label sets are compared with")
    settings = tuple(settings) or tuple(Setting)
    chosen_factors(load(study), factors)
    if labels in DRAWN_SETS:
        prepared = drawn_influence.prepare(study, labels, factors=factors, blind_only=blind_only)
        rows = list(_drawn_rows(prepared, where, sources, settings))
    elif blind_only:
        raise NotEstimable(f"blind labels alone make no label set `{labels}`")
    else:
        rows = list(_corrected_rows(study, where, sources, settings))
    wanted = set(factors)
    return tuple(row for row in _adjusted(rows) if not wanted or row.factor in wanted)


def finding(rows: Sequence[EffectRow]) -> str:
    """Say in one or two sentences what people's labels change in all."""
    told = sorted(
        (row for row in rows if row.is_told), key=lambda row: -abs(row.difference.tau or 0.0)
    )
    compared = sum(row.p is not None for row in rows)
    if len(rows) == 1:
        return rows[0].sentence()
    if not compared:
        return "Too little is reviewed to tell whether people’s labels change an influence."
    of = numbers.counted(compared, "influence")
    if compared < len(rows):
        of += " that can be compared"
    if not told:
        return f"People’s labels change none of {of} in a way that can be told apart from chance."
    is_mixed = len({row.setting for row in rows}) > 1
    named = "; ".join(
        f"{numbers.inline(row.title)} ({row.source}{_DOES[row.setting] if is_mixed else ''}) from "
        f"{numbers.decimal(row.before.tau)} to {row.after}"
        for row in told[:_NAMED]
    )
    rest = f"; and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    few = min(row.prompts for row in told[:_NAMED])
    care = f" With {few} prompts reviewed, read it with care." if few < SMALL_PROMPTS else ""
    return f"People’s labels move {len(told)} of {of}: {named}{rest}.{care}"


def more_labels(row: EffectRow, half_width: float | None = None) -> MoreLabels:
    """How many more reviewed pairs give the interval a half width, or settle the sign of tau.

    Counted beyond the pairs of the completed part of a draw, whether they are drawn already or
    not; the share of non-response is expected to stay.
    """
    goal = (
        "would tell the influence from none, if it is what it seems"
        if half_width is None
        else f"would narrow the interval to ±{numbers.decimal(half_width)}"
    )
    cell = row.cell
    if cell is None or cell.estimate is None:
        reason = row.note if cell else "labels that were not drawn say nothing of other pairs"
        return MoreLabels(None, None, reason, goal)
    found = further_draws.further_draws(
        cell.pairs,
        cell.estimate,
        half_width=half_width,
        response=1.0 - (cell.nonresponse or 0.0),
        frame=cell.frame,
    )
    width = None if math.isnan(found.half_width) else found.half_width
    return MoreLabels(found.needed, width, found.reason, goal)


def _bias(found: Sequence[SideBias], name: str) -> str:
    """Say what the automatic label does to a factor's values, where that is no chance."""
    sides = {
        word: [entry.side for entry in found if entry.is_told and (entry.mean > 0) is is_over]
        for word, is_over in (("overstates", True), ("understates", False))
    }
    return " and ".join(
        f"{word} {name}{f' in {where[0]}' if len(where) == 1 else ''}"
        for word, where in sides.items()
        if where
    )


def _drawn_rows(
    prepared: DrawnStudy, where: str | None, sources: Sequence[str], settings: Sequence[Setting]
) -> Iterator[EffectRow]:
    automatic = prepared.automatic
    before_mask, after_mask = automatic.mask(where), prepared.base.mask(where)
    chosen = chosen_sources(automatic, sources, settings)
    titles = {factor.name: factor.title for factor in automatic.factors}
    reader = PairReader(automatic.study, automatic.wide)
    values = {
        factor.name: reader.factor_values(factor)
        for factor in automatic.wide.factors
        if factor.name in prepared.drawn
    }
    for cells in drawn_influence.cells(prepared, chosen, after_mask):
        for cell in cells:
            entry = automatic.sources[cell.source]
            s, n = _sums(automatic, before_mask, cell.source, cell.factor)
            before = _value(ratio_intervals(moments(s, n)))
            found = cell.estimate
            difference, p = _drawn_difference(cell, s, n)
            yield EffectRow(
                labels=prepared.labels,
                setting=entry.setting,
                source=entry.source.name,
                factor=cell.factor,
                title=titles[cell.factor],
                before=before,
                after=drawn_value(cell),
                difference=difference,
                p=p,
                q=None,
                reviewed=cell.reviewed,
                drawn=cell.drawn,
                nonresponse=cell.nonresponse,
                power=_number(found.power) if found else None,
                prompts=found.prompts if found else 0,
                note=cell.note,
                bias=biases(cell, prepared.drawn[cell.factor], values[cell.factor]),
                cell=cell,
            )


def _corrected_rows(
    study: Study, where: str | None, sources: Sequence[str], settings: Sequence[Setting]
) -> Iterator[EffectRow]:
    automatic, corrected = load(study), load(study, LabelSet.CORRECTED)
    while automatic.versions.data != corrected.versions.data:  # the data changed between the two
        automatic, corrected = load(study), load(study, LabelSet.CORRECTED)
    masks = automatic.mask(where), corrected.mask(where)
    for source in chosen_sources(automatic, sources, settings):
        entry = automatic.sources[source]
        for factor in automatic.factors:
            before = _sums(automatic, masks[0], source, factor.name)
            after = _sums(corrected, masks[1], source, factor.name)
            if not before[1].any() and not after[1].any():
                continue
            found = paired_difference(*after, *before)
            value, p = _value(found), _number(float(found.p))
            yield EffectRow(
                labels=LabelSet.CORRECTED,
                setting=entry.setting,
                source=entry.source.name,
                factor=factor.name,
                title=factor.title,
                before=_value(ratio_intervals(moments(*before))),
                after=_value(ratio_intervals(moments(*after))),
                difference=value,
                p=p if value.low is not None else None,
                q=None,
                reviewed=None,
                drawn=None,
                nonresponse=None,
                power=None,
                prompts=int(found.prompts),
                note="counts every correction as it stands; pairs nobody looked at stay automatic",
            )


def drawn_value(cell: DrawnCell) -> Value:
    """Give a cell's estimate and interval."""
    found = cell.estimate
    if found is None:
        return NOTHING
    return Value(_number(found.tau), _number(found.low), _number(found.high))


def _drawn_difference(cell: DrawnCell, s: Ints, n: Ints) -> tuple[Value, float | None]:
    """The estimate less that of the automatic labels, paired by prompt, and its p."""
    found = cell.estimate
    if found is None or math.isnan(found.tau) or not n.any():
        return NOTHING, None
    influence = -influence_values(s, n)
    influence[found.prompt] += found.influence
    return paired(found.tau - float(s.sum() / n.sum()), influence, found.prompts)


def paired(difference: float, influence: Floats, prompts: int) -> tuple[Value, float | None]:
    """The interval of a difference from prompts' joint influences, and its p; neither if too few.

    `influence` is each prompt's on the one estimate less that on the other; `prompts` gives the
    degrees of freedom, as in `stats.intervals`.
    """
    square = float((influence**2).sum())
    if prompts < MIN_PROMPTS or square < _NOTHING**2:
        return Value(0.0 if abs(difference) < _NOTHING else difference, None, None), None
    se = math.sqrt(prompts / (prompts - 1) * square)
    low, high, p = t_interval(difference, se, prompts - 1, bounds=(-2.0, 2.0))
    return Value(difference, float(low), float(high)), float(p)


def _sums(
    study_planes: StudyPlanes, mask: Words | None, source: int, factor: str
) -> tuple[Ints, Ints]:
    """Per-prompt sums of one source and factor over all prompts, `[P]` each."""
    place = [item.name for item in study_planes.factors].index(factor)
    found = cluster_sums(study_planes.planes.restricted([source], [place]), mask)
    s, n = (np.zeros(study_planes.planes.prompts, dtype=np.int64) for _ in range(2))
    s[found.prompts], n[found.prompts] = found.s[:, 0, 0], found.n[:, 0, 0]
    return s, n


def _adjusted(rows: Sequence[EffectRow]) -> Iterator[EffectRow]:
    groups: dict[tuple[Setting, str], list[EffectRow]] = defaultdict(list)
    for row in rows:
        groups[row.setting, row.source].append(row)
    for group in groups.values():
        p = [math.nan if row.p is None else row.p for row in group]
        for row, q in zip(group, benjamini_hochberg(p), strict=True):
            yield replace(row, q=_number(float(q)))


def _value(cell: Intervals) -> Value:
    return Value(*(_number(float(item)) for item in (cell.estimate, cell.low, cell.high)))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
