"""Pairs with their texts, as a judge is shown them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from profile_core.store.wide_table import WideTable


@dataclass(frozen=True, slots=True)
class ShownPair:
    """A pair's texts."""

    pair_id: str
    prompt: str
    source_text: str | None
    task: str | None
    a: str
    b: str


_PAIRS = """
SELECT wide.pair_id, prompt.instruction, prompt.source_text, prompt.task, side_a.text, side_b.text
FROM {table} AS wide SEMI JOIN kept USING (pair_no)
JOIN prompt USING (prompt_id)
JOIN response AS side_a ON side_a.response_id = wide.response_a
JOIN response AS side_b ON side_b.response_id = wide.response_b
WHERE wide.setting = 'evaluation' AND ($tasks IS NULL OR coalesce(prompt.task, '') = ''
    OR list_contains(CAST($tasks AS VARCHAR[]), prompt.task))
ORDER BY wide.seq
LIMIT {limit}"""


def read(
    cursor: duckdb.DuckDBPyConnection,
    wide: WideTable,
    pair_numbers: npt.NDArray[np.int64],
    limit: int | None = None,
    *,
    tasks: Sequence[str] | None = None,
) -> list[ShownPair]:
    """Read the evaluation pairs among some pairs, in the order of their import.

    With `tasks`, those of prompts of these tasks alone, and of prompts without a task.
    """
    cursor.register("kept", pa.table({"pair_no": pair_numbers}))
    try:
        rows = cursor.execute(
            _PAIRS.format(table=wide.name, limit="ALL" if limit is None else int(limit)),
            {"tasks": None if tasks is None else list(tasks)},
        ).fetchall()
    finally:
        cursor.unregister("kept")
    return [ShownPair(*row) for row in rows]
