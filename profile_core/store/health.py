"""Counting what may be wrong with a study's rows, and naming the pairs where it is so."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from profile_core.store.choices import pair_choice
from profile_core.store.rows import number

NAMED_PAIRS = 100
"""At most so many pairs are named where a condition cannot describe them: links carry the names."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How many rows meet a condition, and the first pairs that they belong to."""

    found: int
    of: int
    pair_ids: tuple[str, ...] = ()
    """At most NAMED_PAIRS, in stored order."""
    pairs: int = 0
    """How many pairs they belong to in all."""


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """The answers of one source with one status."""

    source_id: str
    source: str
    status: str
    answers: int
    of: int
    """All answers of the source."""
    pair_ids: tuple[str, ...]
    pairs: int


# The same rule as the import's count of duplicates: the texts, whoever wrote them.
_REPEATED = """
SELECT pair_id FROM pair
JOIN response AS side_a ON side_a.response_id = response_a
JOIN response AS side_b ON side_b.response_id = response_b
WHERE setting = 'evaluation'
QUALIFY row_number() OVER (
    PARTITION BY pair.dataset, pair.prompt_id, hash(side_a.text), hash(side_b.text)
    ORDER BY seq) > 1
ORDER BY seq"""

_WITHOUT_PREFERENCE = f"""
SELECT pair_id FROM pair
ANTI JOIN (
    SELECT pair_id FROM ({pair_choice("standing_preference")}) WHERE choice IS NOT NULL) AS chosen
    USING (pair_id)
WHERE setting = 'evaluation' ORDER BY seq"""

_IDENTICAL = """
SELECT pair_id FROM pair
JOIN response AS side_a ON side_a.response_id = response_a
JOIN response AS side_b ON side_b.response_id = response_b
WHERE side_a.text = side_b.text ORDER BY seq"""

_OF_RESPONSES = """
SELECT pair_id FROM pair
WHERE response_a IN (SELECT response_id FROM response WHERE {condition})
    OR response_b IN (SELECT response_id FROM response WHERE {condition})
ORDER BY seq"""

_EMPTY = r"NOT regexp_matches(text, '\S')"
_UNKNOWN_GENERATOR = "generator IS NULL OR trim(generator) = ''"

_ANSWERS = """
SELECT source_id, any_value(name), status, count(*) AS answers,
    sum(count(*)) OVER (PARTITION BY source_id) AS of,
    list_slice(list(DISTINCT pair_id ORDER BY pair_id), 1, $limit), count(DISTINCT pair_id)
FROM standing_preference JOIN source USING (source_id)
WHERE kind <> 'generator'
GROUP BY source_id, status
QUALIFY status <> 'valid'
ORDER BY source_id, status"""


def repeated_pairs(cursor: duckdb.DuckDBPyConnection) -> Finding:
    """Evaluation pairs whose two texts stand in an earlier row of the data set, too."""
    return _pairs(cursor, _REPEATED, "setting = 'evaluation'")


def pairs_without_preference(cursor: duckdb.DuckDBPyConnection) -> Finding:
    """Evaluation pairs on which nobody has a choice."""
    return _pairs(cursor, _WITHOUT_PREFERENCE, "setting = 'evaluation'")


def identical_pairs(cursor: duckdb.DuckDBPyConnection) -> Finding:
    """Pairs whose two texts are the same, sign by sign."""
    return _pairs(cursor, _IDENTICAL, "TRUE")


def empty_responses(cursor: duckdb.DuckDBPyConnection) -> Finding:
    """Responses without a text, or with blanks only."""
    return _responses(cursor, _EMPTY)


def responses_of_nobody(cursor: duckdb.DuckDBPyConnection) -> Finding:
    """Responses whose generator is not known."""
    return _responses(cursor, _UNKNOWN_GENERATOR)


def unlocated_quotes(cursor: duckdb.DuckDBPyConnection) -> Finding:
    """Facts with a quote that does not stand in their response."""
    lost = "quote IS NOT NULL AND start_char IS NULL"
    found = number(cursor, f"SELECT count(*) FROM fact WHERE {lost}")
    pairs = _OF_RESPONSES.format(
        condition=f"response_id IN (SELECT response_id FROM fact WHERE {lost})"
    )
    named, in_all = _named(cursor, pairs)
    return Finding(
        found, number(cursor, "SELECT count(*) FROM fact WHERE quote IS NOT NULL"), named, in_all
    )


def unusable_answers(cursor: duckdb.DuckDBPyConnection) -> tuple[AnswerCount, ...]:
    """Answers that are no choice (invalid, failed, abstained), by source and status."""
    rows = cursor.execute(_ANSWERS, {"limit": NAMED_PAIRS}).fetchall()
    return tuple(
        AnswerCount(source_id, source, status, answers, int(of), tuple(pair_ids), pairs)
        for source_id, source, status, answers, of, pair_ids, pairs in rows
    )


def _pairs(cursor: duckdb.DuckDBPyConnection, query: str, among: str) -> Finding:
    named, found = _named(cursor, query)
    return Finding(found, number(cursor, f"SELECT count(*) FROM pair WHERE {among}"), named, found)


def _responses(cursor: duckdb.DuckDBPyConnection, condition: str) -> Finding:
    found = number(cursor, f"SELECT count(*) FROM response WHERE {condition}")
    named, pairs = _named(cursor, _OF_RESPONSES.format(condition=condition)) if found else ((), 0)
    return Finding(found, number(cursor, "SELECT count(*) FROM response"), named, pairs)


def _named(cursor: duckdb.DuckDBPyConnection, query: str) -> tuple[tuple[str, ...], int]:
    first = cursor.execute(f"{query} LIMIT {NAMED_PAIRS}").fetchall()
    in_all = len(first)
    if in_all == NAMED_PAIRS:
        in_all = number(cursor, f"SELECT count(*) FROM ({query})")
    return tuple(row[0] for row in first), in_all
