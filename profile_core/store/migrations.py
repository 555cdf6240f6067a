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

_GROUP = "human:annotators"
"""The source that people at the desk form together; the same as `desk_preferences.GROUP`."""


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


def m002_desk(cursor: duckdb.DuckDBPyConnection) -> None:
    """Add what people do at the labelling desk: the log of acts, queues, fact edits, guidelines."""
    for statement in _M002:
        cursor.execute(statement)


_NOT_UNDONE = "NOT EXISTS (SELECT 1 FROM act WHERE act.undoes = {table}.act_id)"

_M002 = (
    # One row for each thing that a person did. Rows of other tables that belong to it carry its
    # id, and an act that another one `undoes` counts for nothing anywhere.
    """CREATE TABLE act (
        act_id VARCHAR, seq BIGINT, annotator VARCHAR, action VARCHAR, queue_id VARCHAR,
        pair_id VARCHAR, response_id VARCHAR, mode VARCHAR, shown_order VARCHAR, note VARCHAR,
        undoes VARCHAR, created_at TIMESTAMP)""",
    "ALTER TABLE correction DROP COLUMN undoes",
    "ALTER TABLE correction ADD COLUMN act_id VARCHAR",
    "ALTER TABLE preference ADD COLUMN act_id VARCHAR",
    """CREATE TABLE fact_event (
        event_id VARCHAR, act_id VARCHAR, response_id VARCHAR, extractor VARCHAR,
        fact_id VARCHAR, action VARCHAR, ordinal DOUBLE, text VARCHAR, quote VARCHAR,
        start_char INTEGER, end_char INTEGER, label VARCHAR, value BOOLEAN, annotator VARCHAR,
        mode VARCHAR, created_at TIMESTAMP)""",
    """CREATE TABLE queue (
        queue_id VARCHAR, name VARCHAR, kind VARCHAR, asks VARCHAR, mode VARCHAR,
        factors VARCHAR[], condition VARCHAR, size BIGINT, seed BIGINT, population BIGINT,
        threshold DOUBLE, overlap INTEGER, overlap_share DOUBLE, batch_size INTEGER,
        created_by VARCHAR, created_at TIMESTAMP)""",
    # The whole population of a queue: a pair is drawn if `key` (its permanent random number over
    # its rate) is at most the queue's threshold, and enlarging a queue raises the threshold.
    """CREATE TABLE queue_pair (
        queue_id VARCHAR, pair_id VARCHAR, place BIGINT, key DOUBLE, rate DOUBLE,
        wanted INTEGER)""",
    """CREATE TABLE guideline (
        factor VARCHAR, version INTEGER, text VARCHAR, author VARCHAR, created_at TIMESTAMP)""",
    """CREATE TABLE pinned_example (
        pin_id VARCHAR, factor VARCHAR, response_id VARCHAR, value DOUBLE, note VARCHAR,
        author VARCHAR, created_at TIMESTAMP, removed_at TIMESTAMP)""",
    # What each annotator last said of a factor in a response; an adjudication stands beside it.
    f"""CREATE VIEW standing_label AS
        SELECT * FROM correction
        WHERE action IN ('accept', 'correct', 'cannot_tell', 'adjudicate')
            AND {_NOT_UNDONE.format(table="correction")}
        QUALIFY row_number() OVER (
            PARTITION BY response_id, factor, annotator, action = 'adjudicate'
            ORDER BY event_id DESC) = 1""",
    # The label set `corrected`: an adjudicated value first, else the latest that somebody gave.
    """CREATE OR REPLACE VIEW corrected_value AS
        SELECT response_id, factor, new_value AS value
        FROM standing_label
        WHERE action <> 'cannot_tell'
        QUALIFY row_number() OVER (
            PARTITION BY response_id, factor
            ORDER BY (action = 'adjudicate') DESC, event_id DESC) = 1""",
    # Imported verdicts as they are; of people at the desk the latest each; and, as soon as several
    # gave preferences, their group: adjudicated, else what more say than say either of the others.
    f"""CREATE VIEW standing_preference AS
        WITH desk AS (
            SELECT * FROM preference
            WHERE act_id IS NOT NULL AND {_NOT_UNDONE.format(table="preference")}
            QUALIFY row_number() OVER (
                PARTITION BY pair_id, source_id ORDER BY preference_id DESC) = 1),
        vote AS (
            SELECT pair_id,
                count(*) FILTER (choice = 'a') AS for_a,
                count(*) FILTER (choice = 'b') AS for_b,
                count(*) FILTER (choice = 'tie') AS for_tie,
                max(created_at) AS latest
            FROM desk
            WHERE status = 'valid' AND source_id <> '{_GROUP}'
                AND (SELECT count(DISTINCT source_id) FROM desk WHERE source_id <> '{_GROUP}') > 1
                AND pair_id NOT IN (SELECT pair_id FROM desk WHERE source_id = '{_GROUP}')
            GROUP BY pair_id)
        SELECT * FROM preference WHERE act_id IS NULL
        UNION ALL SELECT * FROM desk
        UNION ALL SELECT '{_GROUP}:' || pair_id, pair_id, '{_GROUP}', NULL, 0, 'valid',
            CASE WHEN for_a > for_b AND for_a > for_tie THEN 'a'
                WHEN for_b > for_a AND for_b > for_tie THEN 'b' ELSE 'tie' END,
            (for_a + 0.5 * for_tie) / (for_a + for_b + for_tie), NULL, NULL, NULL, NULL, NULL,
            latest, NULL
        FROM vote""",
)


def m003_runs(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give calls their whole ledger, which nothing has written before, and keep rubrics."""
    for statement in _M003:
        cursor.execute(statement)


_M003 = (
    "DROP TABLE call",
    """CREATE TABLE call (
        call_id VARCHAR, run_id VARCHAR, item VARCHAR, part VARCHAR, repeat INTEGER,
        cache_key VARCHAR, status VARCHAR, failure VARCHAR, message VARCHAR,
        answer VARCHAR USING COMPRESSION zstd, first DOUBLE, margin DOUBLE,
        input_tokens BIGINT, output_tokens BIGINT, cached_tokens BIGINT, written_tokens BIGINT,
        cost DOUBLE, seconds DOUBLE, batch VARCHAR, started_at TIMESTAMP,
        finished_at TIMESTAMP)""",
    """CREATE TABLE rubric (
        name VARCHAR, version INTEGER, kind VARCHAR, title VARCHAR, system VARCHAR,
        user_text VARCHAR, max_tokens INTEGER, factors VARCHAR[], author VARCHAR,
        created_at TIMESTAMP)""",
    # What kind of request a prompt is; a scenario that was imported goes before it.
    """CREATE TABLE prompt_tag (
        prompt_id VARCHAR, scenario VARCHAR, intent_unclear BOOLEAN, expresses_feelings BOOLEAN,
        states_constraints BOOLEAN, takes_stance BOOLEAN, contains_mistake BOOLEAN,
        tagger VARCHAR, run_id VARCHAR, created_at TIMESTAMP)""",
    """CREATE VIEW standing_tag AS
        SELECT * FROM prompt_tag
        QUALIFY row_number() OVER (PARTITION BY prompt_id ORDER BY created_at DESC) = 1""",
)


def m004_tags(cursor: duckdb.DuckDBPyConnection) -> None:
    """Let people tag prompts, beside models, each part of a tag standing by itself."""
    for statement in _M004:
        cursor.execute(statement)


_M004 = (
    "ALTER TABLE prompt_tag ADD COLUMN act_id VARCHAR",
    # What each tagger last said of a prompt. A tag of an act is a person's, one of a run a model's.
    f"""CREATE VIEW said_tag AS
        SELECT * FROM (
            SELECT *, CASE WHEN act_id IS NOT NULL THEN 'person'
                WHEN run_id IS NOT NULL THEN 'model' ELSE 'imported' END AS origin
            FROM prompt_tag WHERE {_NOT_UNDONE.format(table="prompt_tag")})
        QUALIFY row_number() OVER (
            PARTITION BY prompt_id, origin, tagger ORDER BY created_at DESC, act_id DESC) = 1""",
    # Of each part of a tag the first that was said: imported, by a person, by a model; of one kind
    # the latest. arg_min passes over those who say nothing of a part.
    f"""CREATE OR REPLACE VIEW standing_tag AS
        SELECT prompt_id{
        "".join(
            f", arg_min({part}, place) AS {part}"
            f", arg_min(origin, place) FILTER ({part} IS NOT NULL) AS {part}_origin"
            f", arg_min(tagger, place) FILTER ({part} IS NOT NULL) AS {part}_tagger"
            for part in (
                "scenario",
                "intent_unclear",
                "expresses_feelings",
                "states_constraints",
                "takes_stance",
                "contains_mistake",
            )
        )
    }
        FROM (
            SELECT *, row_number() OVER (
                PARTITION BY prompt_id
                ORDER BY CASE origin WHEN 'imported' THEN 0 WHEN 'person' THEN 1 ELSE 2 END,
                    created_at DESC) AS place
            FROM said_tag)
        GROUP BY prompt_id""",
)

MIGRATIONS: tuple[Migration, ...] = (m001_initial, m002_desk, m003_runs, m004_tags)


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
