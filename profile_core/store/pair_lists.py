"""Which pairs: searches, and the whole columns by which pairs are chosen and put in order.

Pairs go by their places in a label set's table (`pair_no`), which are the places in the planes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.store.rows import first_row
from profile_core.store.study import Study
from profile_core.store.wide_table import WideTable

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

NO_CHOICE, CODE_A, CODE_B, CODE_TIE = -1, 0, 1, 2
"""How `choices` writes a choice, as in `stats.agreement`."""

_SEARCH = """
WITH asked AS MATERIALIZED (
    SELECT prompt_id FROM prompt
    WHERE contains(lower(instruction), lower($words))
        OR contains(lower(source_text), lower($words))),
said AS MATERIALIZED (
    SELECT response_id FROM response WHERE contains(lower(text), lower($words)))
SELECT pair_no FROM {table}
WHERE prompt_id IN (FROM asked) OR response_a IN (FROM said) OR response_b IN (FROM said)"""

_SUMMARIES = """
SELECT wide.pair_no, wide.pair_id, left(prompt.instruction, 200),
    left(coalesce(nullif(prompt.source_text, ''), response.text), 200), wide.task,
    wide.generator_a, wide.generator_b{choices}
FROM {table} AS wide JOIN prompt USING (prompt_id)
JOIN response ON response.response_id = wide.response_a
WHERE wide.pair_no IN (SELECT unnest(CAST(? AS BIGINT[])))"""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list shows of a pair."""

    pair_id: str
    prompt: str
    """Its first 200 characters."""
    beginning: str
    """The first 200 characters of the source text; where there is none, of response a."""
    task: str | None
    generator_a: str | None
    generator_b: str | None
    choices: tuple[str | None, ...]
    """Of the sources that have a choice column, in the table's order."""


def pair_number(study: Study, wide: WideTable, pair_id: str) -> int | None:
    """Find the place of a pair in the table; None for an id that is not there."""
    with study.cursor() as cursor:
        row = first_row(cursor, f"SELECT pair_no FROM {wide.name} WHERE pair_id = ?", [pair_id])
    return None if row is None else int(row[0])


def pair_ids(study: Study, wide: WideTable, pair_nos: Ints) -> list[str]:
    """Name the pairs at some places, in the order given."""
    with study.cursor() as cursor:
        rows = cursor.execute(
            f"SELECT pair_no, pair_id FROM {wide.name} WHERE pair_no IN "
            f"(SELECT unnest(CAST(? AS BIGINT[])))",
            [pair_nos.tolist()],
        ).fetchall()
    names = dict(rows)
    return [names[int(place)] for place in pair_nos]


def summaries(study: Study, wide: WideTable, pair_nos: Ints) -> list[Summary]:
    """Read what a list shows of the pairs at some places, in the order given."""
    columns = [source.choice for source in wide.sources if source.choice]
    selected = "".join(f', wide."{column}"' for column in columns)
    with study.cursor() as cursor:
        rows = cursor.execute(
            _SUMMARIES.format(table=wide.name, choices=selected), [pair_nos.tolist()]
        ).fetchall()
    found = {
        row[0]: Summary(row[1], row[2], row[3], row[4], row[5], row[6], tuple(row[7:]))
        for row in rows
    }
    return [found[int(place)] for place in pair_nos]


def search(study: Study, wide: WideTable, words: str) -> Ints:
    """Find the pairs whose prompt, source text or a response holds the words, whatever the case."""
    query = _SEARCH.format(table=wide.name)
    with study.cursor() as cursor:
        found = cursor.execute(query, {"words": words}).fetchnumpy()["pair_no"]
    return np.asarray(found, dtype=np.int64)


def import_order(study: Study, wide: WideTable) -> Ints:
    """Each pair's number in the order of import, `[pairs]`."""
    with study.cursor() as cursor:
        return np.asarray(
            cursor.execute(f"SELECT seq FROM {wide.name} ORDER BY pair_no").fetchnumpy()["seq"],
            dtype=np.int64,
        )


def choices(study: Study, wide: WideTable, columns: list[str]) -> Codes:
    """What sources chose, as codes `[sources, pairs]`; their columns are the table's own names."""
    coded = ", ".join(
        f"CAST(CASE \"{column}\" WHEN 'a' THEN {CODE_A} WHEN 'b' THEN {CODE_B} "
        f"WHEN 'tie' THEN {CODE_TIE} ELSE {NO_CHOICE} END AS TINYINT) AS c{place}"
        for place, column in enumerate(columns)
    )
    if not columns:
        return np.zeros((0, len(import_order(study, wide))), dtype=np.int8)
    with study.cursor() as cursor:
        found = cursor.execute(f"SELECT {coded} FROM {wide.name} ORDER BY pair_no").fetchnumpy()
    return np.stack(
        [np.asarray(found[f"c{place}"], dtype=np.int8) for place in range(len(columns))]
    )
