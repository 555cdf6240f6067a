"""The SQL that fills `pair_wide`, in chunks of pairs so that memory stays bounded."""

from __future__ import annotations

import duckdb

from profile_core.store.choices import pair_choice
from profile_core.store.columns import Role
from profile_core.store.rows import number
from profile_core.store.wide_table import WideTable
from profile_core.types import LabelSet

CHUNK = 100_000
"""Pairs a statement: a pivot of 30 factors over all of a million pairs takes 3 GB."""

META_FIELDS = """
SELECT field, coalesce(
    bool_and(TRY_CAST(found AS DOUBLE) IS NOT NULL) FILTER (found IS NOT NULL), FALSE)
FROM (
    SELECT field, json_extract_string(meta, '$."' || field || '"') AS found
    FROM (SELECT meta, unnest(json_keys(meta)) AS field FROM prompt WHERE meta IS NOT NULL)
    WHERE field NOT LIKE '%"%')
GROUP BY field"""
"""Each metadata field of prompts, and whether all its values are numbers."""

# One extractor a factor: the user's choice, else the one with values for most responses, then
# the newest, then by name.
_ACTIVE = """
SELECT factor, extractor, factor_version FROM (
    SELECT held.factor, held.extractor, held.factor_version,
        row_number() OVER (PARTITION BY held.factor ORDER BY
            (chosen.extractor IS NOT NULL) DESC, held.responses DESC, held.newest DESC,
            held.extractor) AS place
    FROM (
        SELECT factor, extractor, factor_version, count(value) AS responses,
            max(created_at) AS newest
        FROM factor_value GROUP BY ALL HAVING count(value) > 0) AS held
    JOIN (SELECT factor, max(version) AS version FROM factor GROUP BY factor) AS defined
        ON defined.factor = held.factor AND defined.version = held.factor_version
    LEFT JOIN active_extractor AS chosen
        ON chosen.factor = held.factor AND chosen.extractor = held.extractor) AS ranked
WHERE place = 1"""

# Prompt ids are hashes, so the order by prompt is a random order of prompts.
_PLACES = """
CREATE OR REPLACE TEMP TABLE pair_place AS
SELECT CAST(row_number() OVER (ORDER BY prompt_id, setting, seq) - 1 AS INTEGER) AS pair_no,
    CAST(dense_rank() OVER (ORDER BY prompt_id) - 1 AS INTEGER) AS prompt_no, *
FROM pair"""

_CHUNK_PLACES = """
CREATE OR REPLACE TEMP TABLE chunk_place AS
SELECT * FROM pair_place WHERE pair_no >= $first AND pair_no < $first + $size"""

_CHUNK_RESPONSES = """
CREATE OR REPLACE TEMP TABLE chunk_response AS
SELECT response_a AS response_id FROM chunk_place
UNION SELECT response_b FROM chunk_place"""

_AUTOMATIC_VALUES = """
SELECT response_id, factor, value
FROM factor_value
SEMI JOIN chunk_response USING (response_id)
JOIN active_value_source USING (factor, extractor, factor_version)"""

# A correction to `not applicable` is a null that overrides, so a plain coalesce would lose it.
_CORRECTED_VALUES = f"""
SELECT coalesce(correct.response_id, measured.response_id) AS response_id,
    coalesce(correct.factor, measured.factor) AS factor,
    CASE WHEN correct.response_id IS NOT NULL THEN correct.value ELSE measured.value END AS value
FROM ({_AUTOMATIC_VALUES}) AS measured
FULL JOIN (SELECT * FROM corrected_value SEMI JOIN chunk_response USING (response_id)) AS correct
    USING (response_id, factor)"""

_VALUES = {LabelSet.AUTOMATIC: _AUTOMATIC_VALUES, LabelSet.CORRECTED: _CORRECTED_VALUES}

_CHUNK_PREFERENCES = "(SELECT * FROM standing_preference SEMI JOIN chunk_place USING (pair_id))"

_ROWS = """
WITH value AS ({values}),
response_wide AS (SELECT response_id{value_columns} FROM value GROUP BY response_id),
choice_wide AS (SELECT pair_id{choice_columns} FROM ({choices}) GROUP BY pair_id)
SELECT pair.pair_no, pair.prompt_no, pair.seq, pair.response_a, pair.response_b,
    pair.pair_id, pair.prompt_id, pair.dataset, prompt.task,
    coalesce(prompt.scenario, tag.scenario) AS scenario, pair.setting,
    side_a.generator AS generator_a, side_b.generator AS generator_b,
    side_a.score_level AS score_level_a, side_b.score_level AS score_level_b{selected}
FROM chunk_place AS pair
JOIN prompt USING (prompt_id)
LEFT JOIN standing_tag AS tag ON tag.prompt_id = pair.prompt_id
JOIN response AS side_a ON side_a.response_id = pair.response_a
JOIN response AS side_b ON side_b.response_id = pair.response_b
LEFT JOIN response_wide AS value_a ON value_a.response_id = pair.response_a
LEFT JOIN response_wide AS value_b ON value_b.response_id = pair.response_b
LEFT JOIN choice_wide USING (pair_id)
ORDER BY pair.pair_no"""


def choose_extractors(cursor: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Settle whose values of each factor are used: extractor by factor, in order of factors.

    The choice stays in a temporary table of the cursor, where `write` finds it.
    """
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE active_value_source AS {_ACTIVE}")
    return dict(
        cursor.execute(
            "SELECT factor, extractor FROM active_value_source ORDER BY factor"
        ).fetchall()
    )


def extractors_in_force(cursor: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, int]]:
    """Settle the same without a trace: by factor, its extractor and its definition's version."""
    rows = cursor.execute(_ACTIVE).fetchall()
    return {factor: (extractor, version) for factor, extractor, version in rows}


def write(
    cursor: duckdb.DuckDBPyConnection, table: WideTable, meta_is_number: dict[str, bool]
) -> None:
    """Make the table anew; the caller owns the transaction and has chosen the extractors."""
    rows = _rows(table, meta_is_number)
    cursor.execute(_PLACES)
    pairs = number(cursor, "SELECT count(*) FROM pair_place")
    for first in range(0, max(pairs, 1), CHUNK):
        cursor.execute(_CHUNK_PLACES, {"first": first, "size": CHUNK})
        cursor.execute(_CHUNK_RESPONSES)
        if first == 0:
            cursor.execute(f"CREATE OR REPLACE TABLE {table.name} AS {rows}")
        else:
            cursor.execute(f"INSERT INTO {table.name} {rows}")
    for temporary in ("pair_place", "chunk_place", "chunk_response", "active_value_source"):
        cursor.execute(f"DROP TABLE {temporary}")


def _rows(table: WideTable, meta_is_number: dict[str, bool]) -> str:
    values, choices, selected = [], [], []
    for column in table.columns:
        if column.role is Role.META:
            path = _literal(f'$."{column.of}"')
            kind = "DOUBLE" if meta_is_number[column.of] else "VARCHAR"
            selected.append(
                f'CAST(json_extract_string(prompt.meta, {path}) AS {kind}) AS "{column.name}"'
            )
    for place, factor in enumerate(table.factors):
        values.append(f"max(value) FILTER (factor = {_literal(factor.name)}) AS value_{place}")
        selected.append(f'value_a.value_{place} AS "{factor.column_a}"')
        selected.append(f'value_b.value_{place} AS "{factor.column_b}"')
    for source in table.sources:
        if source.choice:
            is_source = f"source_id = {_literal(source.source_id)}"
            choices.append(f"max(choice) FILTER ({is_source}) AS {source.choice}")
            choices.append(f"max(probability) FILTER ({is_source}) AS {source.probability}")
            selected += [source.choice, str(source.probability)]
    return _ROWS.format(
        values=_VALUES[table.labels],
        value_columns="".join(f", {part}" for part in values),
        choices=pair_choice(_CHUNK_PREFERENCES),
        choice_columns="".join(f", {part}" for part in choices),
        selected="".join(f", {part}" for part in selected),
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
