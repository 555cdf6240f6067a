"""Writing batches into a study: what is absent is inserted, what contradicts it is refused.

One `Ingest` lives within one `Study.writing` block, so a refusal anywhere in a file leaves the
study as it was, and a dry run is a real run that is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from profile_core.errors import ImportRefused
from profile_core.store import factors
from profile_core.store.records import Batch
from profile_core.store.rows import first_row, number
from profile_core.types import Setting


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an import added to a study, and what it left alone."""

    prompts: int = 0
    responses: int = 0
    pairs: int = 0
    """Pairs of the file; generation pairs are counted apart."""
    preferences: int = 0
    factor_values: int = 0
    invalid: int = 0
    """Answers that were kept, but are no choice."""
    duplicates: int = 0
    """Rows whose prompt and two texts stand in an earlier row of the data set, too; none is
    dropped, unless its id is repeated as well."""
    already_present: int = 0
    """Rows that the study had before."""
    generation_pairs: int = 0
    """Pairs derived from score levels."""
    facts: int = 0
    corrections: int = 0
    """Factor labels that people gave."""
    warnings: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of row travels: its table, the incoming columns, and what it is keyed by."""

    table: str
    schema: pa.Schema
    key: tuple[str, ...]
    insert: str
    """What is inserted, as SELECT expressions over `incoming`, in the table's column order."""


def _schema(text: str = "", **others: pa.DataType) -> pa.Schema:
    names = text.split()
    return pa.schema([(name, others.get(name, pa.string())) for name in names])


_KINDS = {
    "prompts": _Kind(
        "prompt",
        _schema(
            "prompt_id dataset external_id instruction source_text task scenario meta",
        ),
        ("prompt_id",),
        "*",
    ),
    "responses": _Kind(
        "response",
        _schema(
            "response_id prompt_id external_id generator model score_level text",
            score_level=pa.int8(),
        ),
        ("response_id",),
        "*, $now",
    ),
    "pairs": _Kind(
        "pair",
        _schema("pair_id prompt_id dataset row_key setting response_a response_b place"),
        ("pair_id",),
        "* EXCLUDE (place, incoming_no), $first_seq + incoming_no",
    ),
    "sources": _Kind(
        "source",
        _schema(
            "source_id kind name model is_majority derived_from",
            is_majority=pa.bool_(),
            derived_from=pa.list_(pa.string()),
        ),
        ("source_id",),
        "*",
    ),
    "preferences": _Kind(
        "preference",
        _schema(
            "preference_id pair_id source_id shown_order repeat status choice probability "
            "strength reason place",
            repeat=pa.int32(),
            probability=pa.float64(),
            strength=pa.int8(),
        ),
        ("preference_id",),
        "* EXCLUDE (place), NULL, NULL, NULL, $now, NULL",
    ),
    "factor_values": _Kind(
        "factor_value",
        _schema(
            "response_id factor extractor extractor_version value evidence place",
            value=pa.float64(),
        ),
        ("response_id", "factor", "extractor"),
        "response_id, factor, extractor, extractor_version, coalesce((SELECT max(version) "
        "FROM factor WHERE factor.factor = incoming.factor), 1), value, evidence, NULL, $now",
    ),
    "facts": _Kind(
        "fact",
        _schema(
            "fact_id response_id extractor ordinal text quote start_char end_char",
            ordinal=pa.int32(),
            start_char=pa.int32(),
            end_char=pa.int32(),
        ),
        ("fact_id",),
        "*, NULL, $now",
    ),
    "fact_labels": _Kind(
        "fact_label",
        _schema("fact_label_id fact_id label value annotator mode note", value=pa.bool_()),
        ("fact_label_id",),
        "*, $now",
    ),
}

# What contradicts the study, by kind: (columns to show as found, as expected) and the condition.
_CONFLICTS = {
    "pairs": (
        "the pair id {key!r} stands for other texts in the study",
        "incoming.row_key, incoming.place, NULL, NULL",
        "known.response_a <> incoming.response_a OR known.response_b <> incoming.response_b",
        "the same pair, or another data set name (--dataset)",
    ),
    "preferences": (
        "the study has another verdict of {key!r} on this pair",
        "incoming.source_id, incoming.place, incoming.choice, known.choice",
        "known.choice IS DISTINCT FROM incoming.choice "
        "OR known.status IS DISTINCT FROM incoming.status",
        "{known!r}, or another source's name",
    ),
    "factor_values": (
        "the study has another value of {key!r} for this response",
        "incoming.factor, incoming.place, incoming.value, known.value",
        "known.value IS DISTINCT FROM incoming.value",
        "{known}, or another extractor's name",
    ),
}

# How a row of an earlier import is told from one of this import, by kind, the main kind first.
_EARLIER = {
    "pairs": "seq < ?",
    "preferences": "created_at < ?",
    "factor_values": "created_at < ?",
    "responses": "created_at < ?",
}

# Ids are hashes, so a derived pair gets one too; the lower level is a, so that a pair reads
# from worse to better.
_GENERATION_PAIRS = """
INSERT INTO pair
WITH levelled AS (SELECT * FROM response WHERE score_level IS NOT NULL)
SELECT pair_id, prompt_id, dataset, row_key, setting, response_a, response_b,
    $first_seq + row_number() OVER (ORDER BY row_key)
FROM (
    SELECT left(md5('generation:' || lower_one.response_id || ':' || upper_one.response_id), 20)
            AS pair_id,
        prompt.prompt_id, prompt.dataset,
        lower_one.response_id || ':' || upper_one.response_id AS row_key,
        $setting AS setting,
        lower_one.response_id AS response_a, upper_one.response_id AS response_b
    FROM prompt
    JOIN levelled AS lower_one USING (prompt_id)
    JOIN levelled AS upper_one ON upper_one.prompt_id = lower_one.prompt_id
        AND upper_one.generator = lower_one.generator
        AND upper_one.score_level > lower_one.score_level
    WHERE prompt.dataset = $dataset) AS derived
ANTI JOIN pair USING (pair_id)"""

_GENERATOR_SOURCES = """
INSERT INTO source
SELECT DISTINCT ON (source_id) 'generator:' || generator AS source_id, 'generator', generator,
    model, FALSE, NULL
FROM response
WHERE response_id IN (SELECT response_a FROM pair WHERE setting = $setting)
    AND 'generator:' || generator NOT IN (SELECT source_id FROM source)"""

# The same two texts may be other responses, for the generator is part of a response's identity.
# Only prompts with several pairs can have a repeat, and hashing every text would take long.
_REPEATED_PAIRS = """
WITH candidate AS (
    SELECT * FROM pair WHERE dataset = ? AND setting = ?
    QUALIFY count(*) OVER (PARTITION BY prompt_id) > 1)
SELECT count(*) - count(DISTINCT (candidate.prompt_id, hash(side_a.text), hash(side_b.text)))
FROM candidate
JOIN response AS side_a ON side_a.response_id = response_a
JOIN response AS side_b ON side_b.response_id = response_b"""


class Ingest:
    """One import in progress, within one transaction."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, file: str) -> None:
        self._cursor = cursor
        self._file = file
        self._now = datetime.now(UTC).replace(tzinfo=None)
        self._added = dict.fromkeys(_KINDS, 0)
        self._known = dict.fromkeys(_KINDS, 0)
        self._first_seq = _next_seq(cursor)
        self._datasets: set[str] = set()
        self._invalid = self._repeated_rows = 0
        self._warnings: list[str] = []

    def write(self, batch: Batch) -> None:
        """Insert what the study does not have; raise ImportRefused on a contradiction."""
        self._datasets.add(batch.dataset)
        self._invalid += batch.invalid
        self._repeated_rows += batch.repeated_rows
        self._warnings += batch.warnings
        factors.add_missing(self._cursor, batch.factors.values())
        for name, kind in _KINDS.items():
            rows = getattr(batch, name)
            if rows:
                self._write_kind(name, kind, rows.values())

    def finish(self) -> Ingested:
        """Derive the generation pairs and tell what was added."""
        generation_pairs = sum(self._derive_generation_pairs(name) for name in self._datasets)
        duplicates = self._repeated_rows
        for dataset in self._datasets:
            duplicates += number(self._cursor, _REPEATED_PAIRS, [dataset, Setting.EVALUATION])
        return Ingested(
            prompts=self._added["prompts"],
            responses=self._added["responses"],
            pairs=self._added["pairs"],
            preferences=self._added["preferences"],
            factor_values=self._added["factor_values"],
            invalid=self._invalid,
            duplicates=duplicates,
            already_present=self._already_present(),
            generation_pairs=generation_pairs,
            facts=self._added["facts"],
            warnings=tuple(self._warnings),
        )

    def _write_kind(self, name: str, kind: _Kind, rows: Iterable[tuple[object, ...]]) -> None:
        incoming = _to_arrow(kind.schema, rows, self._file)
        if name == "pairs":
            incoming = incoming.append_column(
                "incoming_no", pa.array(range(incoming.num_rows), pa.int64())
            )
        self._cursor.register("incoming", incoming)
        try:
            if name in _CONFLICTS:
                self._refuse_conflict(name, kind)
            self._count_known(name, kind)
            parameters: dict[str, object] = {}
            if "$now" in kind.insert:
                parameters["now"] = self._now
            if "$first_seq" in kind.insert:
                parameters["first_seq"] = _next_seq(self._cursor)
            self._added[name] += number(
                self._cursor,
                f"INSERT INTO {kind.table} SELECT {kind.insert} FROM incoming "
                f"ANTI JOIN {kind.table} USING ({', '.join(kind.key)})",
                parameters,
            )
        finally:
            self._cursor.unregister("incoming")

    def _refuse_conflict(self, name: str, kind: _Kind) -> None:
        problem, shown, condition, expected = _CONFLICTS[name]
        on = " AND ".join(f"known.{column} = incoming.{column}" for column in kind.key)
        conflict = first_row(
            self._cursor,
            f"SELECT {shown} FROM incoming JOIN {kind.table} AS known ON {on} "
            f"WHERE {condition} LIMIT 1",
        )
        if conflict:
            key, place, found, known = conflict
            raise ImportRefused(
                self._file,
                problem.format(key=key),
                place=place,
                found=found,
                expected=expected.format(known=known),
            )

    def _count_known(self, name: str, kind: _Kind) -> None:
        """Count rows that the study had before this import (not before this batch)."""
        earlier = _EARLIER.get(name)
        if earlier:
            self._known[name] += number(
                self._cursor,
                f"SELECT count(*) FROM {kind.table} SEMI JOIN incoming "
                f"USING ({', '.join(kind.key)}) WHERE {earlier}",
                [self._first_seq if name == "pairs" else self._now],
            )

    def _derive_generation_pairs(self, dataset: str) -> int:
        parameters = {
            "first_seq": _next_seq(self._cursor),
            "setting": Setting.GENERATION,
            "dataset": dataset,
        }
        added = number(self._cursor, _GENERATION_PAIRS, parameters)
        self._cursor.execute(_GENERATOR_SOURCES, {"setting": Setting.GENERATION})
        return added

    def _already_present(self) -> int:
        """Count the file's rows that the study had, by the file's main kind of row."""
        return next((self._known[name] for name in _EARLIER if self._known[name]), 0)


def _next_seq(cursor: duckdb.DuckDBPyConnection) -> int:
    return number(cursor, "SELECT coalesce(max(seq) + 1, 0) FROM pair")


def _to_arrow(schema: pa.Schema, rows: Iterable[tuple[object, ...]], file: str) -> pa.Table:
    # Column by column: unpacking all rows into one zip makes the garbage collector walk them.
    rows = list(rows)
    try:
        arrays = [
            pa.array([row[place] for row in rows], field.type) for place, field in enumerate(schema)
        ]
    except (UnicodeEncodeError, pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise ImportRefused(file, f"a value cannot be stored: {error}") from error
    return pa.table(arrays, schema=schema)
