"""Counts of what a study holds, for overviews."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from profile_core.store.rows import number
from profile_core.types import SourceKind

TABLES = (
    "prompt",
    "response",
    "pair",
    "source",
    "preference",
    "factor",
    "factor_value",
    "fact",
    "fact_label",
    "correction",
    "run",
    "call",
    "scenario",
)


@dataclass(frozen=True, slots=True)
class TaskCount:
    """What a study holds of one task; the name is empty for prompts without one."""

    name: str
    prompts: int
    responses: int
    evaluation_pairs: int
    generation_pairs: int


@dataclass(frozen=True, slots=True)
class SourceCount:
    """A source and how much it preferred."""

    name: str
    kind: SourceKind
    model: str | None
    preferences: int
    """Verdicts, each order and repeat by itself; a generator's are its pairs."""
    pairs: int
    invalid: int
    """Verdicts that are no choice."""


@dataclass(frozen=True, slots=True)
class GeneratorCount:
    """Who wrote responses, and how many; no name where the data give none."""

    name: str | None
    model: str | None
    responses: int
    prompts: int
    levels: int
    """Different score levels."""


@dataclass(frozen=True, slots=True)
class ValueCount:
    """How many values of one version an extractor gave of a factor."""

    factor: str
    extractor: str
    extractor_version: str
    is_current: bool
    """Whether they were measured under the factor's current definition."""
    values: int
    not_applicable: int


_TASKS = """
SELECT coalesce(task, ''), count(*), CAST(sum(responses) AS BIGINT),
    CAST(sum(evaluation) AS BIGINT), CAST(sum(generation) AS BIGINT)
FROM (
    SELECT task, coalesce(written.responses, 0) AS responses,
        coalesce(paired.evaluation, 0) AS evaluation, coalesce(paired.generation, 0) AS generation
    FROM prompt
    LEFT JOIN (SELECT prompt_id, count(*) AS responses FROM response GROUP BY prompt_id)
        AS written USING (prompt_id)
    LEFT JOIN (
        SELECT prompt_id, count(*) FILTER (setting = 'evaluation') AS evaluation,
            count(*) FILTER (setting = 'generation') AS generation
        FROM pair GROUP BY prompt_id) AS paired USING (prompt_id)) AS each_prompt
GROUP BY ALL ORDER BY 1"""

_SOURCES = """
SELECT name, kind, model, coalesce(given.verdicts, own.pairs, 0),
    coalesce(given.pairs, own.pairs, 0), coalesce(given.invalid, 0)
FROM source
LEFT JOIN (
    SELECT source_id, count(*) AS verdicts, count(DISTINCT pair_id) AS pairs,
        count(*) FILTER (status = 'invalid') AS invalid
    FROM standing_preference GROUP BY source_id) AS given USING (source_id)
LEFT JOIN (
    SELECT 'generator:' || response.generator AS source_id, count(*) AS pairs
    FROM pair JOIN response ON response.response_id = pair.response_a
    WHERE pair.setting = 'generation' GROUP BY ALL) AS own USING (source_id)
ORDER BY kind, name"""

_GENERATORS = """
SELECT generator, min(model), count(*), count(DISTINCT prompt_id), count(DISTINCT score_level)
FROM response GROUP BY generator ORDER BY generator NULLS LAST"""

_VALUES = """
SELECT factor, extractor, extractor_version, factor_version = defined.version, count(value),
    count(*) - count(value)
FROM factor_value
JOIN (SELECT factor, max(version) AS version FROM factor GROUP BY factor) AS defined
    USING (factor)
GROUP BY ALL ORDER BY ALL"""


def table_counts(cursor: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Count the rows of every table that holds data of the study."""
    return {table: number(cursor, f'SELECT count(*) FROM "{table}"') for table in TABLES}


def tasks(cursor: duckdb.DuckDBPyConnection) -> tuple[TaskCount, ...]:
    """Count by task, in the order of their names."""
    return tuple(TaskCount(*row) for row in cursor.execute(_TASKS).fetchall())


def sources(cursor: duckdb.DuckDBPyConnection) -> tuple[SourceCount, ...]:
    """Count by source, in the order of kinds and names."""
    return tuple(
        SourceCount(row[0], SourceKind(row[1]), *row[2:])
        for row in cursor.execute(_SOURCES).fetchall()
    )


def generators(cursor: duckdb.DuckDBPyConnection) -> tuple[GeneratorCount, ...]:
    """Count by generator, in the order of their names."""
    return tuple(GeneratorCount(*row) for row in cursor.execute(_GENERATORS).fetchall())


def values(cursor: duckdb.DuckDBPyConnection) -> tuple[ValueCount, ...]:
    """Count values by factor, extractor and versions."""
    return tuple(ValueCount(*row) for row in cursor.execute(_VALUES).fetchall())
