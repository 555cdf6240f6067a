"""A model's atomic facts of a response, written together; a later run's take their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

import duckdb

from profile_core.factors.atomic import LabelledFact
from profile_core.store.ids import content_id
from profile_core.text.tokens import Span


@dataclass(frozen=True, slots=True)
class FoundFact:
    """One fact as a model found and labelled it."""

    text: str
    quote: str
    span: Span | None
    """None where the quote does not stand in the text."""
    labels: LabelledFact


def put(
    cursor: duckdb.DuckDBPyConnection,
    response_id: str,
    extractor: str,
    facts: Sequence[FoundFact],
    *,
    run_id: str,
) -> None:
    """Write the facts of a response by one extractor, in their order."""
    now = datetime.now(UTC).replace(tzinfo=None)
    cursor.execute(
        "DELETE FROM fact_label WHERE fact_id IN "
        "(SELECT fact_id FROM fact WHERE response_id = ? AND extractor = ?)",
        [response_id, extractor],
    )
    cursor.execute(
        "DELETE FROM fact WHERE response_id = ? AND extractor = ?", [response_id, extractor]
    )
    for ordinal, fact in enumerate(facts, start=1):
        fact_id = content_id(response_id, extractor, ordinal, fact.text, fact.quote)
        start, end = fact.span or (None, None)
        cursor.execute(
            "INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                fact_id,
                response_id,
                extractor,
                ordinal,
                fact.text,
                fact.quote,
                start,
                end,
                run_id,
                now,
            ],
        )
        for label in fields(fact.labels):
            value = getattr(fact.labels, label.name)
            if value is not None:
                cursor.execute(
                    "INSERT INTO fact_label VALUES (?, ?, ?, ?, ?, 'automatic', NULL, ?)",
                    [
                        content_id(fact_id, label.name, extractor, None),
                        fact_id,
                        label.name,
                        value,
                        extractor,
                        now,
                    ],
                )
