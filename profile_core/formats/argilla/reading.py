"""Reading: annotated records, as `records.to_json` writes them or the server's API gives them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from profile_core.formats import people
from profile_core.formats.argilla import agents
from profile_core.formats.json_files import read_rows
from profile_core.formats.outside import answers, items
from profile_core.formats.outside.answers import Annotated, Given, Sheet
from profile_core.formats.rows import Row
from profile_core.formats.spec import ImportOptions
from profile_core.formats.table.cells import CellError
from profile_core.store.outside_labels import Outside


def read_labels(
    path: Path, options: ImportOptions, cursor: duckdb.DuckDBPyConnection
) -> Iterator[Outside]:
    """Read annotated records; raise ImportRefused for the first that is none."""
    rows = cursor.execute("SELECT DISTINCT extractor FROM factor_value").fetchall()
    extractors = {agents.name_of(name): name for (name,) in rows}
    return answers.read(_sheets(path, extractors), path, options, cursor)


def _sheets(path: Path, extractors: Mapping[str, str]) -> Iterator[Sheet]:
    for file, name in items.json_files(path):
        for row in read_rows(file, name):
            try:
                yield _sheet(row, extractors)
            except CellError as error:
                raise error.refusal(row.file, row.place) from error


def _sheet(row: Row, extractors: Mapping[str, str]) -> Sheet:
    metadata = _inner(row, "metadata")
    pair_id = metadata.optional_text("pair_id")
    response_id = metadata.optional_text("response_id")
    suggested = _suggestions(row, extractors)
    annotated, left_out = _annotated(row)
    return Sheet(
        row.file,
        row.place,
        "metadata.pair_id" if pair_id else "metadata.response_id" if response_id else "id",
        pair_id or response_id or (row.text("id", blank=False) if annotated else ""),
        pair_id is not None,
        annotated,
        metadata.value.get("shown_order"),
        suggested,
        bool(suggested),
        left_out,
    )


def _inner(row: Row, column: str) -> Row:
    """Give a nested object; an empty one where the record has none."""
    if row.value.get(column) is None:
        return Row(row.file, row.place, {}, f"{row.prefix}{column}.")
    return row.inner(column)


def _suggestions(row: Row, extractors: Mapping[str, str]) -> dict[str, Given]:
    """Read what was suggested: by question, or as a list that names them."""
    if isinstance(row.value.get("suggestions"), list):
        each = [(item.text("question_name"), item) for item in row.rows("suggestions")]
    else:
        inner = _inner(row, "suggestions")
        each = [(name, inner.inner(name)) for name in inner.value]
    found = {}
    for name, item in each:
        if item.get("value") is not None:
            agent = item.optional_text("agent")
            extractor = extractors.get(agent, agent) if agent else None
            found[name] = Given(f"{item.prefix}value", item.get("value"), extractor)
    return found


def _annotated(row: Row) -> tuple[tuple[Annotated, ...], int]:
    """Read who answered what, and how many answers were not handed in."""
    found: dict[tuple[str, object], dict[str, Given]] = defaultdict(dict)
    columns: dict[str, str] = {}
    left_out = 0
    for item, given in _answers(row):
        if not _is_handed_in(row, item):
            left_out += len(given)
            continue
        user = _user(item)
        columns.setdefault(user, f"{item.prefix}user_id")
        answered = found[user, item.value.get("updated_at") or item.value.get("inserted_at")]
        for name, answer in given.items():
            if name in answered and answered[name].value != answer.value:
                raise row.refusal(
                    f"a second, different answer of the same user to {name!r}",
                    column=answer.column,
                    found=answer.value,
                    expected="one answer of a user to a question",
                )
            answered[name] = answer
    return tuple(
        Annotated((user,), columns[user], given, user, people.moment(time, "responses.updated_at"))
        for (user, time), given in found.items()
    ), left_out


def _answers(row: Row) -> Iterator[tuple[Row, dict[str, Given]]]:
    """Give every response of a record: by question, one each in a list, or one for each user."""
    if not isinstance(row.value.get("responses"), list):
        inner = _inner(row, "responses")
        for name in inner.value:
            for item in inner.rows(name):
                yield item, _given(name, item)
        return
    for item in row.rows("responses"):
        if item.value.get("values") is None:
            yield item, _given(item.text("question_name"), item)
        else:
            values = item.inner("values")
            given: dict[str, Given] = {}
            for name in values.value:
                given |= _given(name, values.inner(name))
            yield item, given


def _given(name: str, item: Row) -> dict[str, Given]:
    value = item.get("value")
    return {} if value is None else {name: Given(f"{item.prefix}value", value)}


def _is_handed_in(row: Row, item: Row) -> bool:
    """Tell by the answer's status, which exports without one leave to the record's."""
    status = item.value.get("status")
    if status is None:
        return row.value.get("status") != "pending"
    words: dict[object, bool] = {"submitted": True, "draft": False, "discarded": False}
    return item.meaning("status", words)


def _user(item: Row) -> str:
    user = item.get("user_id")
    if isinstance(user, int) and not isinstance(user, bool):
        return str(user)
    return item.text("user_id", blank=False).strip()
