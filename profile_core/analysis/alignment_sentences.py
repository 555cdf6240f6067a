"""What an alignment says of each model, in words that stay true whatever the data.

Near and far are said by the interval of the distance, never by the estimate alone. A factor is
named only where it can be told from the reference (q at most 0.05), and one that a preference was
derived from never: it agrees by construction.
"""

from __future__ import annotations

from collections.abc import Mapping

from profile_core.analysis.alignment_rows import Alignment, AlignmentRow, FactorRow
from profile_core.analysis.influence import DERIVED
from profile_core.analysis.reference import Reference
from profile_core.stats.intervals import SMALL_PROMPTS
from profile_core.text import numbers
from profile_core.types import Factor, Setting, SourceKind

NEAR = 0.1
"""Two tastes are called much alike where the distance's upper bound is at most this."""
_WHEN = {Setting.EVALUATION: "when it judges", Setting.GENERATION: "when it writes"}
_MODELS = (SourceKind.JUDGE, SourceKind.GENERATOR)


def sentences(found: Alignment, factors: Mapping[str, Factor]) -> tuple[tuple[str, str], ...]:
    """Say of every model, by name, how near it is to the reference in each setting.

    Models seen in both settings come first, then by pairs; nothing is said of people, and nothing
    where the alignment is by group. A model that judges in several ways is seen by the source of
    its most pairs.
    """
    if found.reference is None or found.by is not None:
        return ()
    by_model: dict[str, dict[Setting, AlignmentRow]] = {}
    for row in sorted(found.rows, key=lambda row: (-row.pairs, row.source)):
        if row.kind in _MODELS:
            by_model.setdefault(row.model or row.source, {}).setdefault(row.setting, row)
    names = sorted(
        by_model,
        key=lambda name: (
            -len(by_model[name]),
            -max(row.pairs for row in by_model[name].values()),
            name,
        ),
    )
    return tuple((name, _said(found, name, by_model[name], factors)) for name in names)


def whom(reference: Reference, *, is_again: bool = False) -> str:
    """Name the reference with its verb, and the first time as a stand-in where it is one."""
    name = reference.source.name
    if reference.source.is_majority:
        return "people do"
    if reference.source.kind is SourceKind.GOLD:
        return f"the labels of {name} do"
    is_explained = reference.is_stand_in and not is_again
    return f"{name} (a stand-in for people) does" if is_explained else f"{name} does"


def _said(
    found: Alignment,
    model: str,
    rows: Mapping[Setting, AlignmentRow],
    factors: Mapping[str, Factor],
) -> str:
    assert found.reference is not None
    clauses: list[str] = []
    for setting in (Setting.EVALUATION, Setting.GENERATION):
        if row := rows.get(setting):
            is_again = bool(clauses)
            who = whom(found.reference, is_again=is_again)
            clauses.append(_clause(found, row, who, factors, is_again))
    first = "; ".join(clauses)
    parts = [f"{first[0].upper()}{first[1:]}.", _gap(found, model)]
    if Setting.GENERATION in rows:
        parts.append(_levels(found, rows[Setting.GENERATION].source))
    return " ".join(part for part in parts if part)


def _clause(
    found: Alignment, row: AlignmentRow, who: str, factors: Mapping[str, Factor], is_again: bool
) -> str:
    when = f"{_WHEN[row.setting]}{_way(found, row)}"
    distance = numbers.with_interval(row.distance, row.distance_low, row.distance_high)
    said = distance if is_again else f"distance {distance}"
    if row.prompts < SMALL_PROMPTS:
        said += f", only {numbers.counted(row.prompts, 'prompt')}"
    if row.distance_low is None or row.distance_high is None:
        return (
            f"{when}, whether it weighs factors as {who} cannot be told: "
            f"{'only one' if row.factors else 'no'} factor can be compared"
        )
    told = _told(found, row)
    most = f": most of all, {_leaning(told[0], factors)}" if told else ""
    on = numbers.counted(len(told), "factor")
    if row.is_told:
        how = "nearly, but not quite, as" if row.distance_high <= NEAR else "otherwise than"
        rest = most or ", though no single factor can be told apart"
        return f"{when}, it weighs factors {how} {who} ({said}){rest}"
    if row.distance_high <= NEAR:
        but = f", though it can be told apart on {on}{most}" if told else ""
        return f"{when}, it weighs factors much as {who} ({said}){but}"
    but = f", but on {on} it does not{most}" if told else ""
    return f"{when}, whether it weighs factors as {who} cannot be told as a whole ({said}){but}"


def _way(found: Alignment, row: AlignmentRow) -> str:
    """Name the source, where the model judges in several ways."""
    ways = [
        other for other in found.rows if (other.model, other.setting) == (row.model, row.setting)
    ]
    if row.setting is Setting.GENERATION or len(ways) < 2:
        return ""
    return f" (as {row.source}, of {len(ways)} ways the one with the most pairs)"


def _told(found: Alignment, row: AlignmentRow) -> list[FactorRow]:
    """Give the differences that can be told from none, the largest first."""
    told = [
        item
        for item in found.factors
        if (item.source, item.setting) == (row.source, row.setting)
        and item.is_told
        and DERIVED not in item.note
    ]
    return sorted(told, key=lambda item: (-abs(item.difference or 0.0), item.factor))


def _leaning(most: FactorRow, factors: Mapping[str, Factor]) -> str:
    difference, low, high = (
        numbers.decimal(value, signed=True) for value in (most.difference, most.low, most.high)
    )
    return (
        f"it leans {'more' if (most.difference or 0.0) > 0 else 'less'} towards "
        f"{numbers.inline(factors[most.factor].title)} ({difference} [{low}, {high}])"
    )


def _gap(found: Alignment, model: str) -> str:
    tested = [row for row in found.gaps if row.model == model and row.p_holm is not None]
    if not tested:
        return ""
    called = sum(row.is_called for row in tested)
    of = numbers.counted(len(tested), "factor")
    if not called:
        return f"Its two settings can be told apart on none of {of}."
    said = f"Its two settings can be told apart on {called} of {of}"
    nearer = next((row for row in found.nearer if row.model == model), None)
    if nearer and nearer.low is not None and nearer.high is not None:
        if nearer.low > 0:
            return f"{said}, and its judging is the nearer one."
        if nearer.high < 0:
            return f"{said}, and its writing is the nearer one."
    return f"{said}."


def _levels(found: Alignment, generator: str) -> str:
    check = next((item for item in found.manipulation if item.generator == generator), None)
    if check is None or check.is_real:
        return ""
    if check.is_real is None:
        return "Whether its score levels are real could not be checked."
    return (
        "But its score levels are not real for this generator as far as the check tells, so its "
        "writing says nothing of its taste."
    )
