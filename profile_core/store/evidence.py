"""The stretches of text that automatic values rest on, for several factors of a pair at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import duckdb

from profile_core.text.tokens import Span

_EVIDENCE = """
SELECT response_id, factor, extractor, evidence FROM factor_value
WHERE response_id IN (SELECT unnest(CAST(? AS VARCHAR[])))
    AND factor IN (SELECT unnest(CAST(? AS VARCHAR[]))) AND evidence IS NOT NULL"""


def spans(
    cursor: duckdb.DuckDBPyConnection,
    response_ids: Iterable[str],
    extractors: Mapping[str, str],
) -> dict[tuple[str, str], tuple[Span, ...]]:
    """Read the evidence of some factors' values by response and factor; the extractor is named."""
    rows = cursor.execute(_EVIDENCE, [list(response_ids), list(extractors)]).fetchall()
    return {
        (response_id, factor): tuple(_spans(evidence))
        for response_id, factor, extractor, evidence in rows
        if extractors[factor] == extractor
    }


def _spans(evidence: str) -> list[Span]:
    found = json.loads(evidence)
    pairs = found.get("spans", []) if isinstance(found, dict) else []
    return [Span(int(pair[0]), int(pair[1])) for pair in pairs if isinstance(pair, list)]
