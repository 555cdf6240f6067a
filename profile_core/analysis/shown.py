"""What a chart shows when there is more than it can hold: which factors and sources, in what order.

The rest stands in the table; nothing is left out of a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.reference import Reference
from profile_core.store.wide_table import WideSource
from profile_core.types import Factor, Setting, SourceKind

FACTORS, SOURCES = 12, 4
"""As many as a chart holds and stays readable."""

_TAXONOMIES = ("profile", "imported", "dissection", "rules")


def taxonomy_order(factor: Factor) -> tuple[int, str]:
    """Sort factors: the study's taxonomies first, surface measures and proxies last."""
    known = factor.taxonomy in _TAXONOMIES
    return (_TAXONOMIES.index(factor.taxonomy) if known else 1, factor.title.casefold())


def choose_factors(
    rows: Iterable[InfluenceRow], factors: Iterable[Factor], limit: int = FACTORS
) -> list[str]:
    """Choose factors that have pairs: those of the first taxonomy, then the strongest of the rest.

    Strong is what can be told from none (q at most 0.05) somewhere, by its largest |tau|.
    """
    defined = {factor.name: factor for factor in factors}
    strength: dict[str, tuple[bool, float]] = {}
    rows = tuple(rows)
    for row in [row for row in rows if row.pairs] or rows:
        told = row.q is not None and row.q <= 0.05
        found = (told, abs(row.tau or 0.0))
        strength[row.factor] = max(strength.get(row.factor, found), found)
    first = sorted(
        (name for name in strength if defined[name].taxonomy == _TAXONOMIES[0]),
        key=lambda name: strength[name],
        reverse=True,
    )
    rest = sorted(
        (name for name in strength if name not in first),
        key=lambda name: strength[name],
        reverse=True,
    )
    return [*first, *rest][:limit]


def choose_sources(
    sources: Iterable[WideSource],
    rows: Iterable[InfluenceRow],
    reference: Reference | None,
    limit: int = SOURCES,
) -> list[str]:
    """Choose names of sources that have rows: the reference, then models, then other people.

    Among equals, those of most counted pairs come first; judges of one factor alone are the last
    of all. The people of a majority that is the reference are left out: it is made of them.
    """
    sources = tuple(sources)
    of_one_factor = {source.name for source in sources if source.is_of_one_factor}
    pairs: dict[str, int] = {}
    for row in rows:
        pairs[row.source] = max(pairs.get(row.source, 0), row.pairs)
    is_person = {
        source.name: source.kind in (SourceKind.HUMAN, SourceKind.GOLD) for source in sources
    }
    first = reference.source.name if reference else None
    if reference and reference.source.is_majority:
        pairs = {name: n for name, n in pairs.items() if name == first or not is_person.get(name)}
    names = sorted(
        pairs,
        key=lambda name: (
            name != first,
            name in of_one_factor,
            is_person.get(name, False),
            -pairs[name],
            name,
        ),
    )
    return names[:limit]


def in_order(names: Sequence[str], rows: Iterable[InfluenceRow], lead: str | None) -> list[str]:
    """Order factors by the leading source's tau in evaluation, highest first, else by any tau.

    Factors that it has no tau for come last, in the order given.
    """
    leading: dict[str, float] = {}
    for row in sorted(rows, key=lambda row: row.setting is Setting.EVALUATION):
        if row.tau is not None and (lead is None or row.source == lead):
            leading[row.factor] = row.tau
    return sorted(names, key=lambda name: -leading.get(name, -2.0))
