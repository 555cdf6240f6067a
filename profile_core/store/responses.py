"""Bulk reads of responses with what measuring them needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from profile_core.store.wide_table import WideTable


@dataclass(frozen=True, slots=True)
class PromptedResponse:
    """A response's text with the prompt that it answers."""

    response_id: str
    text: str
    prompt: str
    source_text: str | None
    task: str | None
    prompt_id: str = ""


def read(cursor: duckdb.DuckDBPyConnection, response_ids: Sequence[str]) -> list[PromptedResponse]:
    """Read responses in the order of their ids as given."""
    asked = pa.table({"response_id": response_ids, "place": np.arange(len(response_ids))})
    cursor.register("asked", asked)
    try:
        rows = cursor.execute(
            "SELECT response_id, text, instruction, source_text, task, prompt_id "
            "FROM asked JOIN response USING (response_id) JOIN prompt USING (prompt_id) "
            "ORDER BY place"
        ).fetchall()
    finally:
        cursor.unregister("asked")
    return [PromptedResponse(*row) for row in rows]


def of_pairs(
    cursor: duckdb.DuckDBPyConnection, wide: WideTable, pair_numbers: npt.NDArray[np.int64]
) -> list[str]:
    """Name the responses of some pairs of a label set's table, each once."""
    cursor.register("kept", pa.table({"pair_no": pair_numbers}))
    try:
        rows = cursor.execute(
            f"SELECT response_a FROM {wide.name} SEMI JOIN kept USING (pair_no) "
            f"UNION SELECT response_b FROM {wide.name} SEMI JOIN kept USING (pair_no)"
        ).fetchall()
    finally:
        cursor.unregister("kept")
    return [row[0] for row in rows]
