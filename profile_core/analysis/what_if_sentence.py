"""What a scenario changes, in words that stay true whatever the data.

A change is named only where the difference can be told from none (q at most 0.05); of the others
the sentence says that nothing can be told, never that nothing changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.titles import is_told
from profile_core.analysis.what_if_rows import DifferenceRow, Side
from profile_core.stats.intervals import MIN_PROMPTS
from profile_core.text import numbers
from profile_core.types import Setting

_NAMED = 3
_DOES = {Setting.EVALUATION: ", choosing", Setting.GENERATION: ", writing"}


def sentence(
    baseline: Side, result: Side, changes: Sequence[DifferenceRow], titles: Mapping[str, str]
) -> str:
    """Say what changed and what did not; `titles` are the factors' by name."""
    if result.reason:
        return f"Nothing can be said: {result.reason}."
    left = (
        f"{numbers.count(result.pairs)} of {numbers.counted(result.all_pairs, 'pair')} "
        f"({numbers.counted(result.prompts, 'prompt')})"
    )
    if result.prompts < MIN_PROMPTS:
        return f"Too little is left to tell whether anything changes: {left}."
    if baseline.scenario == result.scenario:
        return f"Both sides are the same, {left}."
    if all(row.difference is None for row in changes):
        return f"Over {left} no influence exists on both sides, so nothing can be compared."
    return f"Over {left}, {_changes(changes, baseline, result, titles)}"


def _changes(
    changes: Sequence[DifferenceRow], baseline: Side, result: Side, titles: Mapping[str, str]
) -> str:
    changes = [row for row in changes if row.difference is not None and not row.is_held]
    if not changes:
        return "nothing is left to compare but what is held equal."
    tested = [row for row in changes if row.q is not None]
    told = sorted(
        (row for row in changes if row.is_told), key=lambda row: -abs(row.difference or 0.0)
    )
    of = numbers.counted(len(changes), "influence")
    if not tested:
        if all(row.difference == 0 for row in changes):
            return f"{'it stays' if len(changes) == 1 else 'all'} as before: {of} unchanged."
        return f"no interval tells whether any of {of} changes."
    if not told:
        return f"none of {of} changes in a way that can be told from chance."
    is_mixed = len({row.setting for row in changes}) > 1
    named = "; ".join(_named(row, titles, is_mixed) for row in told[:_NAMED])
    more = f"; and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    rest = len(changes) - len(told)
    others = (
        f" For the other {rest} no change can be told from chance."
        if rest > 1
        else " For the other one no change can be told from chance."
        if rest
        else ""
    )
    turned = _turned(told, baseline, result)
    sign = (
        f" {numbers.counted(len(turned), 'influence')} change{'s' if len(turned) == 1 else ''} "
        "sign."
        if turned
        else ""
    )
    verb = "changes:" if len(told) == 1 else "change, most of all"
    return f"{len(told)} of {of} {verb} {named}{more}.{sign}{others}"


def _named(row: DifferenceRow, titles: Mapping[str, str], is_mixed: bool) -> str:
    who = f"{row.source}{_DOES[row.setting] if is_mixed else ''}"
    by = numbers.with_interval(row.difference, row.low, row.high)
    return (
        f"{numbers.inline(titles.get(row.factor, row.factor))} ({who}) from "
        f"{numbers.decimal(row.baseline)} to {numbers.decimal(row.result)} (by {by})"
    )


def _turned(told: Sequence[DifferenceRow], baseline: Side, result: Side) -> list[DifferenceRow]:
    """Find the changes from a clear sign to the other clear one."""
    before, after = (
        {(row.setting, row.source, row.factor): row for row in side.rows}
        for side in (baseline, result)
    )
    keys = {(row.setting, row.source, row.factor): row for row in told}
    return [row for key, row in keys.items() if _sign(before[key]) * _sign(after[key]) < 0]


def _sign(row: InfluenceRow) -> int:
    """Give the sign of an influence that can be told from none, else 0."""
    if not is_told(row) or row.tau is None:
        return 0
    return 1 if row.tau > 0 else -1
