"""Bulk reads of prompts with what asking about them needs."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from profile_core.errors import UnknownName
from profile_core.store.rows import first_row
from profile_core.store.wide_table import WideTable


@dataclass(frozen=True, slots=True)
class PromptRow:
    """A prompt as stored."""

    prompt_id: str
    dataset: str
    instruction: str
    source_text: str | None
    task: str | None


_PROMPTS = """
SELECT prompt_id, dataset, instruction, source_text, task
FROM prompt {among} ORDER BY dataset, prompt_id LIMIT {limit}"""


def read(
    cursor: duckdb.DuckDBPyConnection,
    *,
    of_pairs: tuple[WideTable, npt.NDArray[np.int64]] | None = None,
    limit: int | None = None,
) -> list[PromptRow]:
    """Read all prompts, or those of some pairs of a label set's table; the same ones each time."""
    among = ""
    if of_pairs is not None:
        wide, numbers = of_pairs
        cursor.register("kept", pa.table({"pair_no": numbers}))
        among = (
            f"WHERE prompt_id IN (SELECT prompt_id FROM {wide.name} SEMI JOIN kept USING (pair_no))"
        )
    try:
        rows = cursor.execute(
            _PROMPTS.format(among=among, limit="ALL" if limit is None else int(limit))
        ).fetchall()
    finally:
        if of_pairs is not None:
            cursor.unregister("kept")
    return [PromptRow(*row) for row in rows]


def of_pair(cursor: duckdb.DuckDBPyConnection, pair_id: str) -> str:
    """Name the prompt of a pair; UnknownName for a pair that the study does not have."""
    row = first_row(cursor, "SELECT prompt_id FROM pair WHERE pair_id = ?", [pair_id])
    if row is None:
        raise UnknownName("pair", pair_id, ())
    return str(row[0])
