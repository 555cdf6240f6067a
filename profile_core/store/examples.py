"""Everything that is known about one pair: reads only; what it means together is `analysis`'.

Corrections are few, so they are read by themselves: nothing here makes another label set's table.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import duckdb

from profile_core.store.choices import pair_choice
from profile_core.store.fact_fold import StandingFact
from profile_core.store.facts import standing_facts
from profile_core.store.rows import first_row
from profile_core.store.wide_table import WideTable
from profile_core.text.tokens import Span
from profile_core.types import Choice, Order, Setting, VerdictStatus

_PAIR = """
SELECT pair_id, prompt_id, dataset, row_key, setting, response_a, response_b
FROM pair WHERE pair_id = ?"""

_PROMPT = """
SELECT instruction, source_text, task, coalesce(prompt.scenario, tag.scenario), meta
FROM prompt LEFT JOIN standing_tag AS tag USING (prompt_id) WHERE prompt_id = ?"""

_RESPONSES = """
SELECT response_id, text, generator, model, score_level FROM response WHERE response_id IN (?, ?)"""

_VERDICTS = """
SELECT source_id, shown_order, repeat, status, choice, probability, strength, reason, annotator
FROM standing_preference WHERE pair_id = ?
ORDER BY source_id, repeat, shown_order NULLS FIRST, preference_id"""

_CORRECTIONS = """
SELECT response_id, factor, new_value, annotator, mode
FROM standing_label
WHERE response_id IN (?, ?) AND action <> 'cannot_tell'
QUALIFY row_number() OVER (
    PARTITION BY response_id, factor ORDER BY (action = 'adjudicate') DESC, event_id DESC) = 1"""

_EVIDENCE = """
SELECT response_id, evidence FROM factor_value
WHERE response_id IN (?, ?) AND factor = ? AND extractor = ? AND evidence IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """A response as stored."""

    response_id: str
    text: str
    generator: str | None
    model: str | None
    score_level: int | None


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair with its prompt and both responses, as stored."""

    pair_id: str
    pair_no: int
    prompt_id: str
    dataset: str
    row_key: str
    """How the data set calls the pair."""
    setting: Setting
    prompt: str
    source_text: str | None
    task: str | None
    scenario: str | None
    meta: tuple[tuple[str, str], ...]
    a: ResponseRow
    b: ResponseRow


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer of a source on a pair."""

    source_id: str
    order: Order | None
    repeat: int
    status: VerdictStatus
    choice: Choice | None
    probability: float | None
    """That a is preferred, in [0, 1]."""
    strength: int | None
    reason: str | None
    annotator: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a source's verdicts on a pair come to."""

    source_id: str
    choice: Choice | None
    probability: float | None
    flipped: bool | None
    """Whether both orders were answered differently; None where not both have an answer."""


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """The label in force for a factor of a response; None means not applicable."""

    response_id: str
    factor: str
    value: float | None
    annotator: str | None
    mode: str | None


@dataclass(frozen=True, slots=True)
class FactRow:
    """An atomic fact of a response, with the labels that hold and those that do not."""

    response_id: str
    fact_id: str
    text: str
    quote: str | None
    span: Span | None
    """Where the quote stands; None where it could not be located."""
    holds: tuple[str, ...]
    fails: tuple[str, ...]


def read_pair(cursor: duckdb.DuckDBPyConnection, pair_id: str, pair_no: int) -> PairRow:
    """Read a pair that is there."""
    pair = first_row(cursor, _PAIR, [pair_id])
    prompt = pair and first_row(cursor, _PROMPT, [pair[1]])
    if not pair or not prompt:
        raise LookupError(f"pair {pair_id} or its prompt is gone")
    found = cursor.execute(_RESPONSES, [pair[5], pair[6]]).fetchall()
    responses = {row[0]: ResponseRow(*row) for row in found}
    meta = json.loads(prompt[4]) if prompt[4] else {}
    return PairRow(
        pair_id=pair_id,
        pair_no=pair_no,
        prompt_id=pair[1],
        dataset=pair[2],
        row_key=pair[3],
        setting=Setting(pair[4]),
        prompt=prompt[0],
        source_text=prompt[1],
        task=prompt[2],
        scenario=prompt[3],
        meta=tuple((str(key), str(value)) for key, value in meta.items()),
        a=responses[pair[5]],
        b=responses[pair[6]],
    )


def wide_row(cursor: duckdb.DuckDBPyConnection, wide: WideTable, pair_no: int) -> dict[str, Any]:
    """Read a pair's row of a label set's table, by column."""
    found = cursor.execute(f"SELECT * FROM {wide.name} WHERE pair_no = ?", [pair_no])
    names = [column[0] for column in found.description or ()]
    return dict(zip(names, found.fetchall()[0], strict=True))


def verdicts(cursor: duckdb.DuckDBPyConnection, pair_id: str) -> list[Verdict]:
    """Read every answer on a pair, those without a choice too, source by source."""
    return [verdict(row) for row in cursor.execute(_VERDICTS, [pair_id]).fetchall()]


def verdict(row: tuple[Any, ...]) -> Verdict:
    """Make a verdict of its columns in the order of its fields."""
    return Verdict(
        source_id=row[0],
        order=Order(row[1]) if row[1] else None,
        repeat=row[2],
        status=VerdictStatus(row[3]),
        choice=Choice(row[4]) if row[4] else None,
        probability=row[5],
        strength=row[6],
        reason=row[7],
        annotator=row[8],
    )


def decided(cursor: duckdb.DuckDBPyConnection, pair_id: str) -> list[Decided]:
    """Read what each source's verdicts on a pair come to."""
    query = pair_choice("(SELECT * FROM standing_preference WHERE pair_id = ?)")
    return [
        Decided(row[1], Choice(row[2]) if row[2] else None, row[3], row[4])
        for row in cursor.execute(query, [pair_id]).fetchall()
    ]


def corrections(
    cursor: duckdb.DuckDBPyConnection, response_a: str, response_b: str
) -> list[CorrectionRow]:
    """Read people's labels in force for two responses: adjudicated, else the latest."""
    rows = cursor.execute(_CORRECTIONS, [response_a, response_b]).fetchall()
    return [CorrectionRow(*row) for row in rows]


def evidence_spans(
    cursor: duckdb.DuckDBPyConnection, response_a: str, response_b: str, factor: str, extractor: str
) -> dict[str, tuple[Span, ...]]:
    """Read the stretches of two responses that a factor's values rest on, by response."""
    rows = cursor.execute(_EVIDENCE, [response_a, response_b, factor, extractor]).fetchall()
    return {
        response_id: tuple(Span(int(start), int(end)) for start, end in _spans(evidence))
        for response_id, evidence in rows
    }


def facts(
    cursor: duckdb.DuckDBPyConnection, response_a: str, response_b: str, extractor: str
) -> list[FactRow]:
    """Read the atomic facts of two responses as they stand, by response and in their order."""
    return [
        FactRow(
            response_id=fact.response_id,
            fact_id=fact.fact_id,
            text=fact.text,
            quote=fact.quote,
            span=fact.span,
            holds=_labelled(fact, True),
            fails=_labelled(fact, False),
        )
        for fact in standing_facts(cursor, (response_a, response_b), extractor)
    ]


def _labelled(fact: StandingFact, value: bool) -> tuple[str, ...]:
    return tuple(sorted(label for label, said in fact.labels.items() if said.value is value))


def _spans(evidence: str) -> list[list[int]]:
    found = json.loads(evidence)
    spans = found.get("spans", []) if isinstance(found, dict) else []
    return [span for span in spans if isinstance(span, list) and len(span) == 2]
