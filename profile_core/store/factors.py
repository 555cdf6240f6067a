"""Factor definitions in a study: the built-in taxonomies, and what files and users add."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import duckdb

from profile_core.types import Factor, FactorKind

_CURRENT = """
SELECT factor, title, kind, definition, taxonomy, level_1, level_2, unit, higher_means,
    applies_to, needs, version, stands_for
FROM factor
QUALIFY row_number() OVER (PARTITION BY factor ORDER BY version DESC) = 1
ORDER BY factor"""

_INSERT = """
INSERT INTO factor
SELECT $name, $title, $taxonomy, $level_1, $level_2, $kind, $unit, $higher_means, $applies_to,
    $needs, $definition, $version, $stands_for, $now"""


def current(cursor: duckdb.DuckDBPyConnection) -> dict[str, Factor]:
    """Read the current version of every factor, by name."""
    return {
        row[0]: Factor(
            name=row[0],
            title=row[1],
            kind=FactorKind(row[2]),
            definition=row[3],
            taxonomy=row[4],
            level_1=row[5],
            level_2=row[6],
            unit=row[7],
            higher_means=row[8],
            applies_to=tuple(row[9]),
            needs=tuple(row[10]),
            version=row[11],
            stands_for=row[12],
        )
        for row in cursor.execute(_CURRENT).fetchall()
    }


def add_missing(cursor: duckdb.DuckDBPyConnection, factors: Iterable[Factor]) -> int:
    """Add the factors whose name is new to the study; the study's own definitions stand."""
    factors = tuple(factors)
    if not factors:
        return 0
    known = current(cursor)
    new = [factor for factor in factors if factor.name not in known]
    _insert(cursor, new)
    return len(new)


def newer(cursor: duckdb.DuckDBPyConnection, factors: Iterable[Factor]) -> tuple[Factor, ...]:
    """Of some factors, those that are new or of a higher version than the study's."""
    known = current(cursor)
    return tuple(
        factor
        for factor in factors
        if factor.name not in known or known[factor.name].version < factor.version
    )


def add_newer(cursor: duckdb.DuckDBPyConnection, factors: Iterable[Factor]) -> None:
    """Add the newer ones; older versions are kept, and values measured under them are stale."""
    _insert(cursor, newer(cursor, factors))


def _insert(cursor: duckdb.DuckDBPyConnection, factors: Iterable[Factor]) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    for factor in factors:
        cursor.execute(
            _INSERT,
            {
                "name": factor.name,
                "title": factor.title,
                "taxonomy": factor.taxonomy,
                "level_1": factor.level_1,
                "level_2": factor.level_2,
                "kind": factor.kind,
                "unit": factor.unit,
                "higher_means": factor.higher_means,
                "applies_to": list(factor.applies_to),
                "needs": list(factor.needs),
                "definition": factor.definition,
                "version": factor.version,
                "stands_for": factor.stands_for,
                "now": now,
            },
        )
