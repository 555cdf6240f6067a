"""The part of a study that an export is about: the pairs that its condition keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from profile_core.formats.spec import ExportOptions
from profile_core.store import pair_wide, predicate
from profile_core.store.study import Study
from profile_core.store.wide_table import WideTable

OF_RESPONSE = "response_id IN (SELECT response_id FROM kept_response)"
"""The condition on a table's rows that belong to responses of the kept pairs."""

_KEPT = """
WITH kept_pair AS (SELECT * FROM {wide} SEMI JOIN kept USING (pair_no)),
kept_response AS (
    SELECT response_a AS response_id FROM kept_pair UNION SELECT response_b FROM kept_pair)
"""


@contextmanager
def pairs(
    study: Study, options: ExportOptions
) -> Iterator[tuple[duckdb.DuckDBPyConnection, WideTable]]:
    """Hold a cursor that shows the study in one state, with the kept pairs as `kept` (pair_no).

    Raises PredicateError for a condition that is not allowed.
    """
    wide = pair_wide.ensure(study, options.labels)
    condition = predicate.parse(options.where or "", wide.column_names)
    with study.cursor() as cursor:
        cursor.begin()
        numbers = predicate.select_pair_numbers(cursor, wide.name, condition)
        cursor.register("kept", pa.table({"pair_no": numbers}))
        yield cursor, wide
        cursor.rollback()


def start(wide: WideTable) -> str:
    """Begin a query over the tables `kept_pair` and `kept_response`."""
    return _KEPT.format(wide=wide.name)
