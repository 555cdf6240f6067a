"""Which pair or response of a study an id in a file means: the study's own id, or the data's.

An id that the data gave may occur in several data sets; it then means none until one is named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from profile_core.types import SourceKind

_PAIRS = """
SELECT asked.key, pair_id, dataset, TRUE FROM asked JOIN pair ON pair_id = asked.key
WHERE setting = 'evaluation' AND coalesce(dataset = $dataset, TRUE)
UNION ALL
SELECT asked.key, pair_id, dataset, FALSE FROM asked JOIN pair ON row_key = asked.key
WHERE setting = 'evaluation' AND coalesce(dataset = $dataset, TRUE)"""

_RESPONSES = """
SELECT asked.key, response_id, dataset, TRUE
FROM asked JOIN response ON response_id = asked.key JOIN prompt USING (prompt_id)
WHERE coalesce(dataset = $dataset, TRUE)
UNION ALL
SELECT asked.key, response_id, dataset, FALSE
FROM asked JOIN response ON response.external_id = asked.key JOIN prompt USING (prompt_id)
WHERE coalesce(dataset = $dataset, TRUE)"""


@dataclass(frozen=True, slots=True)
class Meant:
    """What an id may mean: one id of the study if it is known and clear."""

    ids: tuple[str, ...]
    datasets: tuple[str, ...]


def pairs(
    cursor: duckdb.DuckDBPyConnection, keys: Iterable[str], dataset: str | None
) -> dict[str, Meant]:
    """Find evaluation pairs by their id, else by their row key; what is not there is left out."""
    return _found(cursor, _PAIRS, keys, dataset)


def responses(
    cursor: duckdb.DuckDBPyConnection, keys: Iterable[str], dataset: str | None
) -> dict[str, Meant]:
    """Find responses by their id, else by the data's; what is not there is left out."""
    return _found(cursor, _RESPONSES, keys, dataset)


def sources(
    cursor: duckdb.DuckDBPyConnection, names: Iterable[str]
) -> list[tuple[str, SourceKind]]:
    """List the study's sources that have one of some names, with their kinds."""
    rows = cursor.execute(
        "SELECT name, kind FROM source WHERE list_contains($names, name) ORDER BY ALL",
        {"names": list(names)},
    ).fetchall()
    return [(name, SourceKind(kind)) for name, kind in rows]


def _found(
    cursor: duckdb.DuckDBPyConnection, query: str, keys: Iterable[str], dataset: str | None
) -> dict[str, Meant]:
    asked = pa.table({"key": pa.array(dict.fromkeys(keys), pa.string())})
    cursor.register("asked", asked)
    try:
        rows = cursor.execute(query, {"dataset": dataset}).fetchall()
    finally:
        cursor.unregister("asked")
    own = {key: (identity, name) for key, identity, name, is_own in rows if is_own}
    others: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, identity, name, is_own in rows:
        if not is_own and key not in own:
            others[key].append((identity, name))
    found = {key: [match] for key, match in own.items()} | others
    return {
        key: Meant(
            tuple(identity for identity, _ in matches), tuple(sorted({name for _, name in matches}))
        )
        for key, matches in found.items()
    }
