"""The study file's schema, as named steps in order; those applied are recorded in `meta`.

A step is never edited once released: a change of the schema is a new function at the end.
No table has an index or a key constraint: ids are content hashes, and the one writer
(`store.ingest`) inserts what is absent, which is far faster than an index at a million rows.
Texts are compressed by zstd at once: choosing a compression costs DuckDB a seventh of an import.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from profile_core.store.rows import number

Migration = Callable[[duckdb.DuckDBPyConnection], None]


def m001_initial(cursor: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of a study."""
    for statement in _M001:
        cursor.execute(statement)


_M001 = (
    """CREATE TABLE prompt (
        prompt_id VARCHAR, dataset VARCHAR, external_id VARCHAR,
        instruction VARCHAR, source_text VARCHAR USING COMPRESSION zstd,
        task VARCHAR, scenario VARCHAR, meta VARCHAR)""",
    """CREATE TABLE response (
        response_id VARCHAR, prompt_id VARCHAR, external_id VARCHAR, generator VARCHAR,
        model VARCHAR, score_level TINYINT, text VARCHAR USING COMPRESSION zstd,
        created_at TIMESTAMP)""",
    """CREATE TABLE pair (
        pair_id VARCHAR, prompt_id VARCHAR, dataset VARCHAR, row_key VARCHAR, setting VARCHAR,
        response_a VARCHAR, response_b VARCHAR, seq BIGINT)""",
    """CREATE TABLE source (
        source_id VARCHAR, kind VARCHAR, name VARCHAR, model VARCHAR, is_majority BOOLEAN,
        derived_from VARCHAR[])""",
    """CREATE TABLE preference (
        preference_id VARCHAR, pair_id VARCHAR, source_id VARCHAR, shown_order VARCHAR,
        repeat INTEGER, status VARCHAR, choice VARCHAR, probability DOUBLE, strength TINYINT,
        reason VARCHAR, annotator VARCHAR, mode VARCHAR, run_id VARCHAR, created_at TIMESTAMP)""",
    """CREATE TABLE factor (
        factor VARCHAR, title VARCHAR, taxonomy VARCHAR, level_1 VARCHAR, level_2 VARCHAR,
        kind VARCHAR, unit VARCHAR, higher_means VARCHAR, applies_to VARCHAR[], needs VARCHAR[],
        definition VARCHAR, version INTEGER, stands_for VARCHAR, created_at TIMESTAMP)""",
    """CREATE TABLE factor_value (
        response_id VARCHAR, factor VARCHAR, extractor VARCHAR, extractor_version VARCHAR,
        factor_version INTEGER, value DOUBLE, evidence VARCHAR, run_id VARCHAR,
        created_at TIMESTAMP)""",
    "CREATE TABLE active_extractor (factor VARCHAR, labels VARCHAR, extractor VARCHAR)",
    """CREATE TABLE fact (
        fact_id VARCHAR, response_id VARCHAR, extractor VARCHAR, ordinal INTEGER, text VARCHAR,
        quote VARCHAR, start_char INTEGER, end_char INTEGER, run_id VARCHAR,
        created_at TIMESTAMP)""",
    """CREATE TABLE fact_label (
        fact_label_id VARCHAR, fact_id VARCHAR, label VARCHAR, value BOOLEAN, annotator VARCHAR,
        mode VARCHAR, note VARCHAR, created_at TIMESTAMP)""",
    """CREATE TABLE correction (
        event_id VARCHAR, response_id VARCHAR, factor VARCHAR, extractor VARCHAR,
        extractor_version VARCHAR, annotator VARCHAR, created_at TIMESTAMP, mode VARCHAR,
        queue VARCHAR, probability DOUBLE, action VARCHAR, old_value DOUBLE, new_value DOUBLE,
        undoes VARCHAR, note VARCHAR)""",
    """CREATE TABLE run (
        run_id VARCHAR, verb VARCHAR, model VARCHAR, rubric VARCHAR, parameters VARCHAR,
        planned BIGINT, done BIGINT, status VARCHAR, started_at TIMESTAMP,
        finished_at TIMESTAMP)""",
    """CREATE TABLE call (
        call_id VARCHAR, run_id VARCHAR, item VARCHAR, cache_key VARCHAR, status VARCHAR,
        failure VARCHAR, request VARCHAR, answer VARCHAR, input_tokens BIGINT,
        output_tokens BIGINT, cost DOUBLE, started_at TIMESTAMP, finished_at TIMESTAMP)""",
    """CREATE TABLE scenario (
        scenario_id VARCHAR, name VARCHAR, description VARCHAR, definition VARCHAR,
        created_at TIMESTAMP, deleted BOOLEAN)""",
    # The label set `corrected`: an adjudicated value first, else the latest that was not undone.
    """CREATE VIEW corrected_value AS
        SELECT response_id, factor, new_value AS value
        FROM correction AS event
        WHERE action IN ('correct', 'adjudicate')
            AND NOT EXISTS (SELECT 1 FROM correction AS undo WHERE undo.undoes = event.event_id)
        QUALIFY row_number() OVER (
            PARTITION BY response_id, factor
            ORDER BY (action = 'adjudicate') DESC, event_id DESC) = 1""",
)

MIGRATIONS: tuple[Migration, ...] = (m001_initial,)


def applied(cursor: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Name the migrations that a study has had, in order; empty for a new file."""
    if not number(
        cursor, "SELECT count(*) FROM information_schema.tables WHERE table_name = 'meta'"
    ):
        return ()
    rows = cursor.execute(
        "SELECT value FROM meta WHERE key LIKE 'migration:%' ORDER BY key"
    ).fetchall()
    return tuple(row[0] for row in rows)


def migrate(cursor: duckdb.DuckDBPyConnection) -> None:
    """Apply what is missing and record it; the caller owns the transaction."""
    cursor.execute("CREATE TABLE IF NOT EXISTS meta (key VARCHAR, value VARCHAR)")
    done = set(applied(cursor))
    for migration in MIGRATIONS:
        name = migration.__name__
        if name not in done:
            migration(cursor)
            cursor.execute("INSERT INTO meta VALUES (?, ?)", [f"migration:{name}", name])
