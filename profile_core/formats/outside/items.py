"""What goes out: the responses and pairs of an export, with the values that are suggested."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from profile_core.errors import ImportRefused
from profile_core.formats import kept
from profile_core.formats.outside.questions import Question
from profile_core.store.ids import content_id
from profile_core.store.wide_table import WideTable
from profile_core.types import Order

_CHUNK = 500

_RESPONSES = """{start},
place AS (
    SELECT response_id, min(pair_no) AS place FROM (
        SELECT response_a AS response_id, pair_no FROM kept_pair
        UNION ALL SELECT response_b, pair_no FROM kept_pair)
    GROUP BY response_id),
measured AS (
    SELECT response_id, list(struct_pack(factor, value)) AS found
    FROM factor_value JOIN asked USING (factor, extractor, factor_version)
    SEMI JOIN place USING (response_id) GROUP BY response_id)
SELECT response_id, instruction, source_text, task, response.text, found
FROM place JOIN response USING (response_id) JOIN prompt USING (prompt_id)
LEFT JOIN measured USING (response_id)
ORDER BY place, response_id"""

_PAIRS = """{start}
SELECT kept_pair.pair_id, instruction, source_text, prompt.task, side_a.text, side_b.text
FROM kept_pair JOIN prompt USING (prompt_id)
JOIN response AS side_a ON side_a.response_id = response_a
JOIN response AS side_b ON side_b.response_id = response_b
WHERE kept_pair.setting = 'evaluation' ORDER BY pair_no"""


@dataclass(frozen=True, slots=True)
class ResponseItem:
    """A response to be labelled."""

    response_id: str
    prompt: str
    source_text: str | None
    task: str | None
    text: str
    values: Mapping[str, float | None]
    """Automatic values by factor; None for not applicable."""

    def suggestions(self, questions: Iterable[Question]) -> Iterator[tuple[Question, str]]:
        """Give the automatic values as answers, where there is one."""
        for question in questions:
            if question.factor.name in self.values:
                said = question.suggested(self.values[question.factor.name])
                if said is not None:
                    yield question, said


@dataclass(frozen=True, slots=True)
class PairItem:
    """A pair to be judged, in the order in which it is shown."""

    pair_id: str
    prompt: str
    source_text: str | None
    task: str | None
    first: str
    second: str
    order: Order


def responses(
    cursor: duckdb.DuckDBPyConnection, wide: WideTable, questions: Sequence[Question]
) -> Iterator[ResponseItem]:
    """Read the responses of the kept pairs, those of a prompt together."""
    measured = [question for question in questions if question.extractor]
    asked = {
        "factor": pa.array([question.factor.name for question in measured], pa.string()),
        "extractor": pa.array([question.extractor for question in measured], pa.string()),
        "factor_version": pa.array([question.factor_version for question in measured], pa.int32()),
    }
    cursor.register("asked", pa.table(asked))
    cursor.execute(_RESPONSES.format(start=kept.start(wide)))
    while rows := cursor.fetchmany(_CHUNK):
        for response_id, prompt, source_text, task, text, found in rows:
            values = {each["factor"]: each["value"] for each in found or ()}
            yield ResponseItem(response_id, prompt, source_text, task, text, values)


def pairs(cursor: duckdb.DuckDBPyConnection, wide: WideTable) -> Iterator[PairItem]:
    """Read the kept pairs of texts that can be judged; which one is shown first is by chance."""
    cursor.execute(_PAIRS.format(start=kept.start(wide)))
    while rows := cursor.fetchmany(_CHUNK):
        for pair_id, prompt, source_text, task, text_a, text_b in rows:
            order = shown_order(pair_id)
            first, second = (text_a, text_b) if order is Order.AB else (text_b, text_a)
            yield PairItem(pair_id, prompt, source_text, task, first, second, order)


def shown_order(pair_id: str) -> Order:
    """Draw the order in which a pair is shown, the same each time."""
    return Order.AB if int(content_id("shown outside", pair_id), 16) % 2 else Order.BA


def write_array(path: Path, rows: Iterable[Mapping[str, object]]) -> int:
    """Write rows as one JSON array, a row a line; return how many."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(",\n" if count else "[\n")
            file.write(json.dumps(row, ensure_ascii=False))
            count += 1
        file.write("\n]\n" if count else "[]\n")
    return count


def json_files(path: Path) -> list[tuple[Path, str]]:
    """List the JSON files that a path means, with the names that messages give them.

    Of a folder: every one in it, but none in a hidden folder, where tools keep their settings.
    """
    if not path.is_dir():
        return [(path, path.name)]
    found = [
        (file, f"{path.name}/{file.relative_to(path).as_posix()}")
        for file in sorted(path.rglob("*.json"))
        if not any(part.startswith(".") for part in file.relative_to(path).parts)
    ]
    if not found:
        raise ImportRefused(
            path.name, "the folder holds no JSON file", expected="annotated records"
        )
    return found
