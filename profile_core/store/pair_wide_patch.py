"""Bringing the table of corrected values up to date by the labels since, instead of anew.

A label moves a value or two of the pairs that its response is in, so the rows of these pairs are
changed in place: a pair keeps its number, and whoever reads the table meanwhile reads the same
pairs. What is changed depends on the present labels alone, so that doing it twice, or for more
pairs than needed, does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from profile_core.store.wide_table import WideFactor, WideTable

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST = 50_000
"""Values: where more may have changed, making the table anew takes no longer."""

_RESPONSES = """
WITH moved AS (
    SELECT act_id FROM act WHERE seq > $since
    UNION SELECT undoes FROM act WHERE seq > $since AND undoes IS NOT NULL)
SELECT DISTINCT factor, response_id FROM correction WHERE act_id IN (SELECT act_id FROM moved)"""

_PAIRS = """
WITH changed AS (
    SELECT unnest(CAST($factors AS VARCHAR[])) AS factor,
        unnest(CAST($responses AS VARCHAR[])) AS response_id)
SELECT factor, pair_no FROM {table} JOIN changed ON response_a = response_id
UNION SELECT factor, pair_no FROM {table} JOIN changed ON response_b = response_id"""

# A label `not applicable` is a null that overrides, so a plain coalesce would lose it.
_UPDATE = """
UPDATE {table} AS wide
SET "{column}" = CASE WHEN human.response_id IS NULL THEN measured."{column}" ELSE human.value END
FROM {automatic} AS measured
LEFT JOIN (SELECT response_id, value FROM corrected_value WHERE factor = $factor) AS human
    ON human.response_id = measured.{response}
WHERE wide.pair_no = measured.pair_no
    AND measured.{response} IN (SELECT unnest(CAST($responses AS VARCHAR[])))"""

_VALUES = """
SELECT CAST("{a}" AS DOUBLE) AS a, CAST("{b}" AS DOUBLE) AS b FROM {table}
WHERE pair_no IN (SELECT unnest(CAST($pairs AS BIGINT[]))) ORDER BY pair_no"""


@dataclass(frozen=True, slots=True)
class Changed:
    """The values that labels may have changed since a point in the log of acts."""

    responses: dict[str, list[str]]
    """By factor, those that the table has."""

    @property
    def values(self) -> int:
        """How many they are."""
        return sum(map(len, self.responses.values()))


def changed(cursor: duckdb.DuckDBPyConnection, wide: WideTable, since: int) -> Changed:
    """Find the values that may have changed since `correction_seq` was at `since`."""
    known = {factor.name for factor in wide.factors}
    found: dict[str, list[str]] = {}
    for factor, response_id in cursor.execute(_RESPONSES, {"since": since}).fetchall():
        if factor in known:
            found.setdefault(factor, []).append(response_id)
    return Changed(found)


def patch(
    cursor: duckdb.DuckDBPyConnection, wide: WideTable, automatic: WideTable, what: Changed
) -> None:
    """Write the present values into the table; the caller owns the transaction.

    `automatic` is the table of automatic values for the same data version, whose pairs have the
    same numbers.
    """
    for factor in wide.factors:
        responses = what.responses.get(factor.name)
        if not responses:
            continue
        for column, side in ((factor.column_a, "response_a"), (factor.column_b, "response_b")):
            query = _UPDATE.format(
                table=wide.name, automatic=automatic.name, column=column, response=side
            )
            cursor.execute(query, {"factor": factor.name, "responses": responses})


def pairs(cursor: duckdb.DuckDBPyConnection, wide: WideTable, what: Changed) -> dict[str, Ints]:
    """Find the pairs that the changed values belong to: by factor, their sorted numbers."""
    rows = cursor.execute(
        _PAIRS.format(table=wide.name),
        {
            "factors": [name for name, ids in what.responses.items() for _ in ids],
            "responses": [response for ids in what.responses.values() for response in ids],
        },
    ).fetchall()
    found: dict[str, list[int]] = {}
    for factor, pair_no in rows:
        found.setdefault(factor, []).append(pair_no)
    return {factor: np.array(sorted(numbers)) for factor, numbers in found.items()}


def values(
    cursor: duckdb.DuckDBPyConnection, wide: WideTable, factor: WideFactor, pair_nos: Ints
) -> tuple[Floats, Floats]:
    """Read a factor's values of both responses in some pairs, `[n]` each, in their order.

    `pair_nos` are sorted; NaN where there is no value.
    """
    query = _VALUES.format(table=wide.name, a=factor.column_a, b=factor.column_b)
    found = cursor.execute(query, {"pairs": pair_nos.tolist()}).fetchnumpy()
    return _plain(found["a"]), _plain(found["b"])


def _plain(column: object) -> Floats:
    if isinstance(column, np.ma.MaskedArray):
        return np.asarray(column.filled(np.nan), dtype=np.float64)
    return np.asarray(column, dtype=np.float64)
