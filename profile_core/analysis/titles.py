"""The sentences that stand above and beside charts, written from the numbers.

They must be true whatever the data: a factor is named only where its influence can be told from
none (q at most 0.05 over all factors of its source), with the direction of its tau, and the
sentence speaks of what choices go with, never of what causes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from profile_core.analysis.influence import DERIVED, InfluenceRow
from profile_core.stats.intervals import MIN_PROMPTS, SMALL_PROMPTS
from profile_core.stats.ppi import Remark
from profile_core.text import numbers
from profile_core.types import Factor, Setting, SourceKind

SIGNIFICANT = 0.05
_NAMED = 3
_LISTED = 6
_NOT_ESTIMATED = {
    "no estimate": "not all drawable",
    str(Remark.NOTHING_REVIEWED): "no reviewed pair",
    str(Remark.NOTHING_COUNTED): "none counts",
}
"""Why an influence from drawn labels does not exist, and how that is said in a few words."""


@dataclass(frozen=True, slots=True)
class Series:
    """The rows of one source in one setting."""

    setting: Setting
    source: str
    kind: SourceKind
    rows: tuple[InfluenceRow, ...]

    @property
    def told(self) -> tuple[InfluenceRow, ...]:
        """The rows that can be told from no influence, the strongest first.

        What a preference was derived from is left out: it agrees by construction.
        """
        found = (row for row in self.rows if is_told(row) and DERIVED not in row.note)
        return tuple(sorted(found, key=lambda row: (-abs(row.tau or 0.0), row.factor)))


def is_told(row: InfluenceRow) -> bool:
    """Tell whether an influence is distinguishable from none."""
    return row.q is not None and row.q <= SIGNIFICANT and bool(row.tau)


def is_small(row: InfluenceRow) -> bool:
    """Tell whether an influence rests on so few prompts that it is shown pale."""
    return row.prompts < SMALL_PROMPTS


def absence(row: InfluenceRow) -> str:
    """Say in a few words why a row has no number worth showing; empty where it has one."""
    if row.tau is None:
        for reason, short in _NOT_ESTIMATED.items():
            if reason in row.note:
                return short
    if row.pairs == 0:
        return "no values"
    if row.tau is None:
        has_difference = row.concordant + row.discordant > 0
        return "no probabilities" if has_difference else "no pair differs"
    return f"too few prompts ({row.prompts})" if row.prompts < MIN_PROMPTS else ""


def finding(series: Sequence[Series], factors: Mapping[str, Factor]) -> str:
    """Say in one or two sentences what the choices of a chart's series go with.

    First what all of them share, if anything; then one or two series in words, more in numbers.
    """
    series = [item for item in series if item.rows]
    if not series:
        return "Nothing can be told yet: no source has an influence among these pairs."
    if len(series) > 2:
        return f"{_shared(series, factors)}{_counted(series, factors)}"
    said = zip(series, _named(series), strict=True)
    return f"{'; '.join(_clause(item, who, factors) for item, who in said)}."


def finding_by_group(
    series: Series, groups: Sequence[str], by: str, factors: Mapping[str, Factor]
) -> str:
    """Say group by group how many of the shown factors the choices of one series go with."""
    parts = []
    for group in groups[:_LISTED]:
        rows = tuple(row for row in series.rows if row.group == group)
        told = Series(series.setting, series.source, series.kind, rows).told
        strongest = f" (strongest: {_strongest(told[0], factors)})" if told else ""
        parts.append(f"{len(told) or 'none'} in {group}{strongest}")
    more = len(groups) - len(parts)
    rest = f" Not listed: {numbers.counted(more, 'more group')}." if more else ""
    shown = numbers.counted(len({row.factor for row in series.rows}), "factor")
    listed = "; ".join(parts)
    return f"By {by}, of {shown} {_choices(series)} go with: {listed}.{rest}"


def finding_together(first: Factor, second: Factor, tau: float, same: int, opposite: int) -> str:
    """Say which two factors go together most, from their agreement in sign."""
    both = same + opposite
    how = ("more", same) if same >= opposite else ("less", opposite)
    return (
        f"{first.title} and {numbers.inline(second.title)} go together most "
        f"(τ-b {numbers.decimal(tau)}): the response with more of one has {how[0]} of the other "
        f"in {numbers.count(how[1])} of the {numbers.counted(both, 'pair')} where both differ."
    )


def how_to_read(reference: str | None, is_stand_in: bool, shows_reference_bar: bool) -> str:
    """Explain the dot plot in the words of its caption."""
    bar = ""
    if reference and shows_reference_bar:
        what = "a stand-in: a model, not people" if is_stand_in else "the reference"
        bar = f" Bar: {reference}, {what}."
    return (
        "τ is above 0 where the preferred response has more of the factor; lines are 95 % "
        f"intervals, clustered by prompt.{bar} Hollow: not distinguishable from no influence "
        "(q above 0.05). Pale: 5 to 29 prompts. Click a mark to read the pairs that make it."
    )


def alternative(series: Sequence[Series], factors: Mapping[str, Factor], shown: int) -> str:
    """Describe a dot plot of some factors for somebody who does not see it."""
    who = numbers.listed(list(dict.fromkeys(item.source for item in series)))
    return (
        f"Dot plot, from −1 to 1, of the influence of {numbers.counted(shown, 'factor')} on {who}. "
        f"{finding(series, factors)} Every number is in the table below."
    )


def _shared(series: Sequence[Series], factors: Mapping[str, Factor]) -> str:
    """Name the factors that every series goes with in the same direction."""
    least: dict[tuple[str, bool], float] = {}
    for row in series[0].told:
        mark = (row.factor, (row.tau or 0.0) > 0)
        same = [
            abs(other.tau or 0.0)
            for item in series
            for other in item.told
            if (other.factor, (other.tau or 0.0) > 0) == mark
        ]
        if len(same) == len(series):
            least[mark] = min(same)
    if not least:
        return ""
    marks = sorted(least, key=lambda mark: -least[mark])
    others = len(marks) - len(marks[:_NAMED])
    return f"All {len(series)} shown go {_with(marks[:_NAMED], others, factors)}. "


def _counted(series: Sequence[Series], factors: Mapping[str, Factor]) -> str:
    of = numbers.counted(max(len(item.rows) for item in series), "factor")
    listed = series[:_LISTED]
    told = [item for item in listed if item.told]
    silent = _named([item for item in listed if not item.told])
    rest = f" Not listed: {len(series) - _LISTED} more series." if len(series) > _LISTED else ""
    if not told:
        return f"None of {of} shown can be told from chance in {numbers.listed(silent)}.{rest}"
    parts = [
        f"{who} go with {len(item.told)}{'' if place else f' of {of}'} "
        f"(strongest: {_strongest(item.told[0], factors)})"
        for place, (who, item) in enumerate(zip(_named(told), told, strict=True))
    ]
    if silent:
        parts.append(f"{numbers.listed(silent)} with none that can be told from chance")
    return f"{'; '.join(parts)}.{rest}"


def _named(series: Sequence[Series]) -> list[str]:
    """Say whose choices each is, by `its` where the one before is of the same source."""
    before: Sequence[Series | None] = [None, *series]
    return [
        _choices(item) if last is None else _again(item, last)
        for last, item in zip(before, series, strict=False)
    ]


def _strongest(row: InfluenceRow, factors: Mapping[str, Factor]) -> str:
    return (
        f"{'more' if (row.tau or 0.0) > 0 else 'less'} {numbers.inline(factors[row.factor].title)}"
    )


def _clause(item: Series, who: str, factors: Mapping[str, Factor]) -> str:
    told = item.told
    if not any(row.q is not None for row in item.rows):
        return f"{who} are too few to tell what they go with"
    if not told:
        of = numbers.counted(len(item.rows), "factor")
        return f"{who} go with none of {of} shown in a way that can be told from chance"
    marks = [(row.factor, (row.tau or 0.0) > 0) for row in told[:_NAMED]]
    return f"{who} go {_with(marks, len(told) - len(marks), factors)}"


def _with(marks: Sequence[tuple[str, bool]], others: int, factors: Mapping[str, Factor]) -> str:
    more = [numbers.inline(factors[factor].title) for factor, is_more in marks if is_more]
    less = [numbers.inline(factors[factor].title) for factor, is_more in marks if not is_more]
    said = [f"with more {numbers.listed(more)}"] if more else []
    said += [f"with less {numbers.listed(less)}"] if less else []
    rest = f", and with {numbers.counted(others, 'other factor')} shown" if others else ""
    return f"{' and '.join(said)}{rest}"


def _again(item: Series, before: Series) -> str:
    is_same = before.source == item.source and _is_writing(item)
    return "its higher score levels" if is_same else _choices(item)


def _is_writing(item: Series) -> bool:
    return item.setting is Setting.GENERATION


def _choices(item: Series) -> str:
    if _is_writing(item):
        return f"{item.source}’s higher score levels"
    return f"{item.source}’s choices"
