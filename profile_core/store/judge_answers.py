"""What judges answered, and what the answers took: sums over verdicts and calls, by judge.

Millions of verdicts are grouped in the database, a judge at a time so that memory stays bounded.
What the sums say of a judge is `analysis`' business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import numpy.typing as npt

from profile_core.store.choices import modal
from profile_core.store.examples import Verdict, verdict
from profile_core.store.wide_table import WideTable
from profile_core.types import Choice, Order, VerdictStatus

Codes = npt.NDArray[np.int8]

FLIPPED, STEADY, NOT_BOTH = 1, 0, -1
"""How `flips` writes what became of a pair's two orders."""


@dataclass(frozen=True, slots=True)
class Answers:
    """A judge's answers, each order and repeat by itself."""

    asked: int = 0
    unusable: int = 0
    """Without a verdict: invalid ones and failures."""
    valid: int = 0
    ties: int = 0
    placed: int = 0
    """Strict ones whose shown order is known."""
    first: int = 0
    """Of these, the ones that chose what was shown first."""


@dataclass(frozen=True, slots=True)
class PairAnswers:
    """The pairs that a judge was asked about."""

    pairs: int = 0
    both_orders: int = 0
    """Pairs with a valid answer in both orders."""
    flipped: int = 0
    """Of these, the ones on which the orders' answers differ."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a model's verdicts under a rubric took; failed calls that count are in the sums."""

    model: str
    """As the runs name it."""
    rubric: str
    factors: tuple[str, ...]
    """Those that each call asked about together; none where it asked for a verdict overall."""
    priced: int
    """Answered calls whose cost is known."""
    cost: float | None
    """US dollars, of every call whose cost is known."""
    timed: int
    seconds: float | None


_ANSWERS = """
SELECT source_id, shown_order, status, choice, count(*)
FROM preference WHERE source_id IN (SELECT source_id FROM source WHERE kind = 'judge')
GROUP BY ALL"""

# The rule of `choices` for the two named orders, in one grouping instead of two.
_FLIPS = f"""
SELECT pair_id,
    {modal("ab_a", "ab_b", "ab_tie")} <> {modal("ba_a", "ba_b", "ba_tie")} AS flipped
FROM (
    SELECT pair_id,
        count(*) FILTER (shown_order = 'ab' AND choice = 'a') AS ab_a,
        count(*) FILTER (shown_order = 'ab' AND choice = 'b') AS ab_b,
        count(*) FILTER (shown_order = 'ab' AND choice = 'tie') AS ab_tie,
        count(*) FILTER (shown_order = 'ba' AND choice = 'a') AS ba_a,
        count(*) FILTER (shown_order = 'ba' AND choice = 'b') AS ba_b,
        count(*) FILTER (shown_order = 'ba' AND choice = 'tie') AS ba_tie
    FROM (
        SELECT pair_id, shown_order, CASE WHEN status = 'valid' THEN choice END AS choice
        FROM preference WHERE source_id = ?)
    GROUP BY pair_id)"""

_PAIRS = f"SELECT count(*), count(flipped), count(*) FILTER (flipped) FROM ({_FLIPS})"

_FLIPS_IN_ORDER = f"""
SELECT CAST(CASE WHEN flipped THEN {FLIPPED} WHEN NOT flipped THEN {STEADY} ELSE {NOT_BOTH} END
    AS TINYINT) AS flips
FROM {{table}} LEFT JOIN ({_FLIPS}) USING (pair_id)
ORDER BY pair_no"""

# The verb is what `actions.judge` calls its runs.
_TAKEN = """
SELECT run.model, run.rubric, coalesce(json_keys(run.parameters, '$.factors'), []) AS factors,
    count(*) FILTER (call.status = 'done' AND call.cost IS NOT NULL), sum(call.cost),
    count(*) FILTER (call.status = 'done' AND call.seconds IS NOT NULL), sum(call.seconds)
FROM call JOIN run USING (run_id) WHERE run.verb = 'judge'
GROUP BY run.model, run.rubric, factors"""

_SAID = """
SELECT pair_id, source_id, shown_order, repeat, status, choice, probability, strength, reason,
    annotator
FROM standing_preference
WHERE pair_id IN (SELECT unnest(CAST($pairs AS VARCHAR[])))
    AND source_id IN (SELECT unnest(CAST($sources AS VARCHAR[])))
ORDER BY repeat, shown_order NULLS FIRST, preference_id"""


def answers(cursor: duckdb.DuckDBPyConnection) -> dict[str, Answers]:
    """Count every judge's answers by what became of them; judges by source id."""
    found: dict[str, Answers] = {}
    for source, order, status, choice, count in cursor.execute(_ANSWERS).fetchall():
        found[source] = _counted(found.get(source, Answers()), order, status, choice, count)
    return found


def pair_answers(cursor: duckdb.DuckDBPyConnection, source_id: str) -> PairAnswers:
    """Count a judge's pairs and flips."""
    [row] = cursor.execute(_PAIRS, [source_id]).fetchall()
    return PairAnswers(*row)


def flips(cursor: duckdb.DuckDBPyConnection, wide: WideTable, source_id: str) -> Codes:
    """Read for each pair whether the shown order changed a source's answer, `[pairs]`.

    FLIPPED, STEADY, or NOT_BOTH where not both orders have a valid answer; repeats of an order
    count by their mode.
    """
    found = cursor.execute(_FLIPS_IN_ORDER.format(table=wide.name), [source_id]).fetchnumpy()
    return np.asarray(found["flips"], dtype=np.int8)


def taken(cursor: duckdb.DuckDBPyConnection) -> list[Taken]:
    """Sum up the calls of all runs that judged, by model, rubric and factors."""
    return [
        Taken(model, rubric, tuple(factors), *sums)
        for model, rubric, factors, *sums in cursor.execute(_TAKEN).fetchall()
    ]


def said(
    cursor: duckdb.DuckDBPyConnection, pair_ids: Sequence[str], source_ids: Sequence[str]
) -> dict[tuple[str, str], tuple[Verdict, ...]]:
    """Read the answers of some sources on some pairs, by pair and source id."""
    found: dict[tuple[str, str], tuple[Verdict, ...]] = {}
    rows = cursor.execute(_SAID, {"pairs": list(pair_ids), "sources": list(source_ids)}).fetchall()
    for pair, *columns in rows:
        one = verdict(tuple(columns))
        found[pair, one.source_id] = (*found.get((pair, one.source_id), ()), one)
    return found


def _counted(
    so_far: Answers, order: str | None, status: str, choice: str | None, count: int
) -> Answers:
    """Add some answers that are all alike."""
    asked = so_far.asked + count
    if status != VerdictStatus.VALID or choice is None:
        is_unusable = status in (VerdictStatus.INVALID, VerdictStatus.FAILED)
        return replace(so_far, asked=asked, unusable=so_far.unusable + count * is_unusable)
    is_placed = choice != Choice.TIE and order is not None
    is_first = is_placed and (choice == Choice.A) == (order == Order.AB)
    return replace(
        so_far,
        asked=asked,
        valid=so_far.valid + count,
        ties=so_far.ties + count * (choice == Choice.TIE),
        placed=so_far.placed + count * is_placed,
        first=so_far.first + count * is_first,
    )
