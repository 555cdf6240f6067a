"""Where a study's rows come from: the data sets that were imported and the runs that were made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb


@dataclass(frozen=True, slots=True)
class Dataset:
    """What one imported data set brought."""

    name: str
    prompts: int
    responses: int
    pairs: int
    """Evaluation pairs; generation pairs follow from score levels."""
    generation_pairs: int
    first_import: datetime | None
    """Coordinated universal time, as all times of a study."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an extractor, a judge or a generator."""

    run_id: str
    verb: str
    model: str | None
    rubric: str | None
    planned: int | None
    done: int | None
    status: str
    started_at: datetime | None
    finished_at: datetime | None


_DATASETS = """
SELECT dataset, prompts, coalesce(responses, 0), coalesce(pairs, 0),
    coalesce(generation_pairs, 0), first_import
FROM (SELECT dataset, count(*) AS prompts FROM prompt GROUP BY dataset)
LEFT JOIN (
    SELECT dataset, count(*) AS responses, min(created_at) AS first_import
    FROM response JOIN prompt USING (prompt_id) GROUP BY dataset) USING (dataset)
LEFT JOIN (
    SELECT dataset, count(*) FILTER (setting = 'evaluation') AS pairs,
        count(*) FILTER (setting = 'generation') AS generation_pairs
    FROM pair GROUP BY dataset) USING (dataset)
ORDER BY dataset"""

_RUNS = """
SELECT run_id, verb, model, rubric, planned, done, status, started_at, finished_at
FROM run ORDER BY started_at DESC"""


def datasets(cursor: duckdb.DuckDBPyConnection) -> tuple[Dataset, ...]:
    """The data sets, by name."""
    return tuple(Dataset(*row) for row in cursor.execute(_DATASETS).fetchall())


def runs(cursor: duckdb.DuckDBPyConnection) -> tuple[Run, ...]:
    """The runs, newest first."""
    return tuple(Run(*row) for row in cursor.execute(_RUNS).fetchall())
