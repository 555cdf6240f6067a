"""Where people's factor labels stand: the pairs they touch, and how many there are.

Reads only, from the standing labels; what each label was given for is in its own row, so nothing
here makes another label set's table. Pairs go by their places in a label set's table (`pair_no`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.store.rows import first_row
from profile_core.store.study import Study
from profile_core.store.wide_table import WideTable

Ints = npt.NDArray[np.int64]

_PAIRS = """
WITH found AS MATERIALIZED ({responses})
SELECT pair_no FROM {table}
WHERE response_a IN (FROM found) OR response_b IN (FROM found)"""

_LABELLED = """
SELECT DISTINCT response_id FROM corrected_value WHERE $factor IS NULL OR factor = $factor"""

# Of several labels of a value the one in force counts: adjudicated, else the latest.
_CHANGED = """
SELECT DISTINCT response_id FROM (
    SELECT response_id, old_value, new_value FROM standing_label
    WHERE action <> 'cannot_tell' AND ($factor IS NULL OR factor = $factor)
    QUALIFY row_number() OVER (
        PARTITION BY response_id, factor
        ORDER BY (action = 'adjudicate') DESC, event_id DESC) = 1) AS in_force
WHERE new_value IS DISTINCT FROM old_value"""

_DISPUTED = """
SELECT DISTINCT response_id FROM (
    SELECT response_id FROM standing_label
    WHERE action <> 'cannot_tell' AND ($factor IS NULL OR factor = $factor)
    GROUP BY response_id, factor
    HAVING NOT bool_or(action = 'adjudicate')
        AND count(DISTINCT new_value) + CAST(bool_or(new_value IS NULL) AS INTEGER) > 1)
    AS differing"""

_COUNTS = """
SELECT count(*), count(DISTINCT annotator),
    count(*) FILTER (new_value IS DISTINCT FROM old_value)
FROM standing_label WHERE action IN ('accept', 'correct')"""


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """How many factor labels people have given."""

    labels: int
    """Values by response, factor and annotator; adjudications and "cannot tell" left out."""
    people: int
    changed: int
    """Labels that are not the automatic value that they were given for."""


NO_LABELS = LabelCounts(0, 0, 0)


def labelled_pairs(study: Study, wide: WideTable, factor: str | None = None) -> Ints:
    """Find the pairs of which people labelled a response, for one factor or any."""
    return _pairs(study, wide, _LABELLED, factor)


def changed_pairs(study: Study, wide: WideTable, factor: str | None = None) -> Ints:
    """Find the pairs of which a label in force is not the automatic value it was given for."""
    return _pairs(study, wide, _CHANGED, factor)


def disputed_pairs(study: Study, wide: WideTable, factor: str | None = None) -> Ints:
    """Find the pairs of which people's labels differ and nobody has settled it."""
    return _pairs(study, wide, _DISPUTED, factor)


def counts(study: Study) -> LabelCounts:
    """Count people's factor labels."""
    with study.cursor() as cursor:
        row = first_row(cursor, _COUNTS)
    return LabelCounts(*row) if row else NO_LABELS


def _pairs(study: Study, wide: WideTable, responses: str, factor: str | None) -> Ints:
    query = _PAIRS.format(responses=responses, table=wide.name)
    with study.cursor() as cursor:
        found = cursor.execute(query, {"factor": factor}).fetchnumpy()["pair_no"]
    return np.asarray(found, dtype=np.int64)
