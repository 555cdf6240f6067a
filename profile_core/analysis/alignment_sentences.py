"""What an alignment says of each model, in words that stay true whatever the data.

Near and far are said by the interval of the distance, never by the estimate alone. A factor is
named only where it can be told from the reference (q at most 0.05), and one that a preference was
derived from never: it agrees by construction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from profile_core.analysis.alignment_rows import Alignment, AlignmentRow, FactorRow
from profile_core.analysis.influence import DERIVED
from profile_core.analysis.reference import Reference
from profile_core.stats.intervals import SMALL_PROMPTS
from profile_core.text import numbers
from profile_core.types import Factor, Setting, SourceKind

NEAR = 0.1
"""Two tastes are called much alike where the distance's upper bound is at most this."""
SLIGHT = 0.1
"""A tau smaller than this is said to lean neither way."""
_STAND_IN = "a stand-in for people"
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


def leaning(row: FactorRow) -> str:
    """Say how a source's taste for a factor differs; `{}` is where the factor's title stands.

    By both signs, since less of a dislike is no liking. Two signs are opposite only where neither
    tau is slight: near 0 a sign is noise, and then the larger tau says which side is meant.
    """
    tau, other = row.tau or 0.0, row.reference_tau or 0.0
    if tau * other < 0 and min(abs(tau), abs(other)) >= SLIGHT:
        return "leans the other way on {}"
    if max(tau, other, key=abs) > 0:
        return "leans towards {} " + ("more" if tau > other else "less")
    return "shuns {} " + ("more" if tau < other else "less")


@dataclass(frozen=True, slots=True)
class _Whom:
    """Whom a model's taste is compared with, as its sentences name it."""

    does: str
    """After "it weighs factors as"."""
    taste: str
    """After "its taste cannot be told from"."""


_OWN = _Whom("in its own judging", "its own judging")


def _whom(reference: Reference, is_again: bool) -> _Whom:
    """Name the reference, and the first time as a stand-in where it is one."""
    name = reference.source.name
    if reference.source.is_majority:
        return _Whom("people do", "that of people")
    if reference.source.kind is SourceKind.GOLD:
        return _Whom(f"the labels of {name} do", f"that of the labels of {name}")
    if reference.is_stand_in and not is_again:
        return _Whom(f"{name} ({_STAND_IN}) does", f"that of {name}, {_STAND_IN}")
    return _Whom(f"{name} does", f"that of {name}")


def _is_own(reference: Reference, model: str) -> bool:
    """Tell whether the reference is this model as a judge."""
    source = reference.source
    return source.kind is SourceKind.JUDGE and (source.model or source.name) == model


def _said(
    found: Alignment,
    model: str,
    rows: Mapping[Setting, AlignmentRow],
    factors: Mapping[str, Factor],
) -> str:
    reference = found.reference
    assert reference is not None
    is_own = _is_own(reference, model)
    clauses: list[str] = []
    for setting in (Setting.EVALUATION, Setting.GENERATION):
        if row := rows.get(setting):
            is_again = bool(clauses)
            who = _OWN if is_own else _whom(reference, is_again)
            if setting is Setting.GENERATION and row.source in found.unreal:
                clauses.append(_unreal(row))
            else:
                clauses.append(_clause(found, row, who, factors))
    parts = [f"{clause[0].upper()}{clause[1:]}." for clause in clauses]
    if is_own:
        parts[0] = f"{reference.source.name} is the reference, {_STAND_IN}; {clauses[0]}."
    parts.append(_gap(found, model))
    if Setting.GENERATION in rows:
        parts.append(_levels(found, rows[Setting.GENERATION].source))
    return " ".join(part for part in parts if part)


def _unreal(row: AlignmentRow) -> str:
    """Withhold what the writing of a generator would say, where its levels are not real."""
    distance = "" if row.distance_low is None else f" ({_distance(row)})"
    return (
        "its score levels are not real for this generator as far as the check tells, so its "
        f"writing says nothing of its taste{distance}"
    )


def _distance(row: AlignmentRow) -> str:
    said = f"distance {numbers.with_interval(row.distance, row.distance_low, row.distance_high)}"
    if row.prompts < SMALL_PROMPTS:
        said += f", only {numbers.counted(row.prompts, 'prompt')}"
    return said


def _clause(found: Alignment, row: AlignmentRow, who: _Whom, factors: Mapping[str, Factor]) -> str:
    when = f"{_WHEN[row.setting]}{_way(found, row)}"
    if row.distance_low is None or row.distance_high is None:
        return (
            f"{when}, whether it weighs factors as {who.does} cannot be told: "
            f"{'only one' if row.factors else 'no'} factor can be compared"
        )
    told, said = _told(found, row), _distance(row)
    most = f": most of all, {_leaning(told[0], factors)}" if told else ""
    on = numbers.counted(len(told), "factor")
    if row.is_told:
        how = "nearly, but not quite, as" if row.distance_high <= NEAR else "otherwise than"
        rest = most or ", though no single factor can be told apart"
        return f"{when}, it weighs factors {how} {who.does} ({said}){rest}"
    if row.distance_high <= NEAR:
        but = f", though it can be told apart on {on}{most}" if told else ""
        return f"{when}, it weighs factors much as {who.does} ({said}){but}"
    but = f"; on {on} it differs{most}" if told else ""
    return f"{when}, over all factors its taste cannot be told from {who.taste} ({said}){but}"


def _way(found: Alignment, row: AlignmentRow) -> str:
    """Name the source, where the model judges in several ways, as the reference among them."""
    if row.setting is Setting.GENERATION:
        return ""
    assert found.reference is not None
    if _is_own(found.reference, row.model or row.source):
        return f" as {row.source}"
    ways = [
        other for other in found.rows if (other.model, other.setting) == (row.model, row.setting)
    ]
    if len(ways) < 2:
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
    what = leaning(most).format(numbers.inline(factors[most.factor].title))
    return f"it {what} ({difference} [{low}, {high}])"


def _gap(found: Alignment, model: str) -> str:
    """Compare a model's settings, unless that is said already or its writing says nothing."""
    assert found.reference is not None
    tested = [row for row in found.gaps if row.model == model and row.p_holm is not None]
    if not tested or tested[0].generation in found.unreal:
        return ""
    if tested[0].evaluation == found.reference.source.name:
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
    if check is None or check.is_real is not None:
        return ""
    return "Whether its score levels are real could not be checked."
