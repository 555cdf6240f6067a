"""Standing labels with their context, as statistics read them: all of them at once, no text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from profile_core.store.desk_preferences import GROUP
from profile_core.store.labels import LabelAction
from profile_core.types import Choice, Mode, QueueKind

# The value in force is chosen as in the view `corrected_value`, among the labels of any extractor.
_LABELS = """
SELECT * FROM (
    SELECT label.response_id, factor, annotator, action, label.mode, queue, probability,
        old_value, new_value, extractor, extractor_version, prompt_id, generator,
        action <> 'cannot_tell' AND row_number() OVER (
            PARTITION BY label.response_id, factor
            ORDER BY (action = 'cannot_tell'), (action = 'adjudicate') DESC, event_id DESC) = 1
    FROM standing_label AS label JOIN response USING (response_id)
    WHERE ($factor IS NULL OR factor = $factor)
        AND ($response IS NULL OR label.response_id = $response)
    ORDER BY event_id)
WHERE $extractor IS NULL OR extractor = $extractor"""

_PREFERENCES = """
SELECT pair_id, prompt_id, annotator, choice, source_id = ?
FROM standing_preference JOIN pair USING (pair_id)
WHERE act_id IS NOT NULL AND status = 'valid'
ORDER BY preference_id"""

_PAIR_OF_RESPONSE = """
WITH asked AS (SELECT unnest(CAST(? AS VARCHAR[])) AS response_id),
held AS (
    SELECT response_a AS response_id, pair_id, seq FROM pair SEMI JOIN asked
        ON asked.response_id = response_a
    UNION ALL
    SELECT response_b, pair_id, seq FROM pair SEMI JOIN asked ON asked.response_id = response_b)
SELECT response_id, arg_min(pair_id, seq) FROM held GROUP BY response_id"""

_VALUED_PAIRS = """
WITH side AS (
    SELECT DISTINCT pair_id, unnest([response_a, response_b]) AS response_id
    FROM queue_pair JOIN queue USING (queue_id) JOIN pair USING (pair_id)
    WHERE queue_id = $queue AND key <= threshold),
value AS (SELECT response_id, factor FROM corrected_value WHERE list_contains($factors, factor))
SELECT pair_id FROM side LEFT JOIN value USING (response_id)
GROUP BY pair_id HAVING count(factor) = count(DISTINCT response_id) * len($factors)"""

_CHOSEN_PAIRS = """
SELECT DISTINCT pair_id
FROM standing_preference JOIN queue_pair USING (pair_id) JOIN queue USING (queue_id)
WHERE queue_id = ? AND key <= threshold AND act_id IS NOT NULL AND status = 'valid'"""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One annotator's standing label of one factor in one response, or its adjudication."""

    response_id: str
    factor: str
    annotator: str
    action: LabelAction
    mode: Mode
    queue_kind: QueueKind | None
    """Of the queue that the pair was drawn into; None outside a queue."""
    probability: float | None
    """Of the pair, when it was labelled as drawn; None outside a queue."""
    automatic: float | None
    """The automatic value when it was labelled; None also for not applicable."""
    value: float | None
    """What the annotator said; None for not applicable, and for `cannot_tell`."""
    extractor: str | None
    """Whose automatic value that was; None where there was none."""
    extractor_version: str | None
    prompt_id: str
    generator: str | None
    is_in_force: bool
    """Whether this is the value that the label set `corrected` takes."""


@dataclass(frozen=True, slots=True)
class PreferenceRow:
    """One annotator's standing choice on a pair, or the adjudicated one."""

    pair_id: str
    prompt_id: str
    annotator: str
    choice: Choice
    is_adjudicated: bool


def labels(
    cursor: duckdb.DuckDBPyConnection,
    factor: str | None = None,
    *,
    extractor: str | None = None,
    response_id: str | None = None,
) -> list[LabelRow]:
    """Read standing labels, the oldest first; of one factor, extractor or response, or of all.

    An extractor's labels are those that were given against its values.
    """
    rows = cursor.execute(
        _LABELS, {"factor": factor, "extractor": extractor, "response": response_id}
    ).fetchall()
    return [
        LabelRow(
            *(response, name, annotator, LabelAction(action), Mode(mode)),
            queue_kind and QueueKind(queue_kind),
            *rest,
        )
        for response, name, annotator, action, mode, queue_kind, *rest in rows
    ]


def preferences(cursor: duckdb.DuckDBPyConnection) -> list[PreferenceRow]:
    """Read the standing choices that people gave at the desk, the oldest first."""
    rows = cursor.execute(_PREFERENCES, [GROUP]).fetchall()
    return [
        PreferenceRow(pair_id, prompt_id, annotator, Choice(choice), is_adjudicated)
        for pair_id, prompt_id, annotator, choice, is_adjudicated in rows
    ]


def pair_of(cursor: duckdb.DuckDBPyConnection, response_ids: Sequence[str]) -> dict[str, str]:
    """Give for each response the first imported pair that it is in; none for one without."""
    return dict(cursor.execute(_PAIR_OF_RESPONSE, [list(response_ids)]).fetchall())


def valued_pairs(
    cursor: duckdb.DuckDBPyConnection, queue_id: str, factors: Sequence[str]
) -> set[str]:
    """Name a queue's drawn pairs whose both responses have people's values of all the factors."""
    rows = cursor.execute(_VALUED_PAIRS, {"queue": queue_id, "factors": list(factors)}).fetchall()
    return {row[0] for row in rows}


def chosen_pairs(cursor: duckdb.DuckDBPyConnection, queue_id: str) -> set[str]:
    """Name a queue's drawn pairs on which somebody at the desk chose, a tie included."""
    rows = cursor.execute(_CHOSEN_PAIRS, [queue_id]).fetchall()
    return {row[0] for row in rows}
