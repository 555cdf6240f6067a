"""Reading: annotated tasks, as Label Studio's JSON export holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from profile_core.formats import people
from profile_core.formats.json_files import read_rows
from profile_core.formats.label_studio import config
from profile_core.formats.outside import answers, items
from profile_core.formats.outside.answers import Annotated, Given, Sheet
from profile_core.formats.rows import Row
from profile_core.formats.spec import ImportOptions
from profile_core.formats.table.cells import CellError
from profile_core.store.outside_labels import Outside

_KEYS = {"choices": "choices", "number": "number", "rating": "rating", "textarea": "text"}
"""Which key of a result's value holds the answer, by the type of the control."""


def read_labels(
    path: Path, options: ImportOptions, cursor: duckdb.DuckDBPyConnection
) -> Iterator[Outside]:
    """Read annotated tasks; raise ImportRefused for the first that is none."""
    return answers.read(_sheets(path), path, options, cursor)


def _sheets(path: Path) -> Iterator[Sheet]:
    for file, name in items.json_files(path):
        for row in read_rows(file, name):
            try:
                yield _sheet(row)
            except CellError as error:
                raise error.refusal(row.file, row.place) from error


def _sheet(row: Row) -> Sheet:
    if "data" not in row.value:
        raise row.refusal(
            "this is no task of Label Studio",
            column="data",
            found=list(row.value),
            expected="its JSON export (not JSON-MIN, CSV or TSV)",
        )
    data = row.inner("data")
    annotations = _rows(row, "annotations")
    given = [item for item in annotations if not item.value.get("was_cancelled")]
    pair_id = data.optional_text("pair_id")
    item_id = pair_id or data.optional_text("response_id")
    if given and item_id is None:
        raise row.refusal(
            "the task says neither which response nor which pair it is about",
            column="data",
            found=list(data.value),
            expected="response_id or pair_id, as exported",
        )
    suggested = _suggested(row, data, given)
    was_shown = bool(row.value.get("predictions")) or any(
        item.value.get("prediction") for item in given
    )
    return Sheet(
        row.file,
        row.place,
        "data.pair_id" if pair_id else "data.response_id",
        item_id or "",
        pair_id is not None,
        tuple(_annotated(item, suggested) for item in given),
        data.value.get("shown_order"),
        suggested,
        was_shown or bool(suggested),
        len(annotations) - len(given),
    )


def _suggested(row: Row, data: Row, given: list[Row]) -> dict[str, Given]:
    """Read what was suggested: as the task says, else from the predictions that are there."""
    if data.value.get("automatic") is not None:
        automatic = data.inner("automatic")
        each = {name: automatic.inner(name) for name in automatic.value}
        return {
            name: Given(f"{item.prefix}value", item.get("value"), item.optional_text("extractor"))
            for name, item in each.items()
        }
    shown = [item.inner("prediction") for item in given if item.value.get("prediction")]
    # An export may hold the numbers of predictions in place of predictions.
    if all(isinstance(item, dict) for item in _list(row, "predictions")):
        shown += _rows(row, "predictions")
    return _answers(shown[0], {}) if shown and "result" in shown[0].value else {}


def _annotated(item: Row, suggested: Mapping[str, Given]) -> Annotated:
    keys, name = _who(item)
    column = "updated_at" if item.value.get("updated_at") else "created_at"
    return Annotated(
        keys,
        f"{item.prefix}completed_by",
        _answers(item, suggested),
        name,
        people.moment(item.value.get(column), f"{item.prefix}{column}"),
    )


def _who(item: Row) -> tuple[tuple[str, ...], str | None]:
    """Read what the file calls an annotator; a number is nobody's name outside its project."""
    found = item.get("completed_by")
    if isinstance(found, dict):
        found = [found.get("email"), found.get("id")]
    each = found if isinstance(found, list) else [found]
    keys = tuple(
        str(key).strip()
        for key in each
        if isinstance(key, str | int) and not isinstance(key, bool) and str(key).strip()
    )
    if not keys:
        raise item.refusal(
            "nothing tells who annotated",
            column="completed_by",
            found=item.get("completed_by"),
            expected="the annotator's number or e-mail address",
        )
    return keys, None if keys[0].isdecimal() else keys[0]


def _answers(item: Row, suggested: Mapping[str, Given]) -> dict[str, Given]:
    """Read the answers of an annotation or prediction, by question."""
    found: dict[str, Given] = {}
    without: dict[str, Given] = {}
    for result in item.rows("result"):
        control = result.optional_text("from_name")
        if control is None:
            continue
        question, is_beside = config.about(control)
        given = _given(result)
        target = without if is_beside else found
        if given is not None and question in target and target[question].value != given.value:
            raise result.refusal(
                f"a second, different answer to {question!r}",
                column="from_name",
                found=control,
                expected="one answer to a question",
            )
        if given is not None:
            target[question] = given
    for question, given in without.items():
        # A number cannot be taken out in Label Studio, so the choice beside it counts, unless
        # that was suggested and the number is new.
        was = suggested.get(question)
        if question not in found or was is None or was.value != given.value:
            found[question] = given
    return found


def _given(result: Row) -> Given | None:
    """Read one answer; None for an empty one."""
    kind = result.text("type").lower()
    value = result.inner("value")
    if kind not in _KEYS:
        # Of another kind of control: whether that matters depends on the question.
        return Given(value.prefix.removesuffix("."), value.value)
    key = _KEYS[kind]
    cell = value.get(key)
    if isinstance(cell, list):
        if kind == "textarea" and all(isinstance(part, str) for part in cell):
            cell = "\n".join(cell)
        elif len(cell) > 1:
            raise value.refusal(
                "several answers to one question", column=key, found=cell, expected="one"
            )
        else:
            cell = cell[0] if cell else None
    return None if cell is None else Given(f"{value.prefix}{key}", cell)


def _rows(row: Row, column: str) -> list[Row]:
    return row.rows(column) if row.value.get(column) is not None else []


def _list(row: Row, column: str) -> list[object]:
    found = row.value.get(column)
    return found if isinstance(found, list) else []
