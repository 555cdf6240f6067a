"""The format `corrections`: the factor labels that people gave, as events, out and in.

Out go the labels that stand and those that a later one replaced, but none that was undone. In
they come with their ids, so that a study that lacks them gets the same history, and a second
import adds nothing. Labels of factors only: edits of facts stay in their study (the factor values
that follow from them are labels, and travel), and preferences travel by `verdicts`, `argilla` and
`label-studio`. Neither does the draw of a queue, so labels from elsewhere are no sample here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from profile_core.errors import ProfileError
from profile_core.formats import kept, known_ids, people, targets
from profile_core.formats.known_ids import Meant
from profile_core.formats.people import Held
from profile_core.formats.spec import (
    ExportOptions,
    Format,
    ImportOptions,
    Written,
    refuse_options,
)
from profile_core.formats.table import cells
from profile_core.formats.table.cells import CellError
from profile_core.formats.table.fixed import (
    chunks,
    keys_of,
    needed_id,
    needed_name,
    open_fixed,
    the_one,
)
from profile_core.formats.table.paths import Row
from profile_core.store.labels import Automatic, LabelAction
from profile_core.store.outside_labels import Outside, OutsideLabel
from profile_core.store.rows import number
from profile_core.store.study import Study
from profile_core.types import Factor, Mode, QueueKind

_NEEDED = ("response_id", "factor", "annotator", "mode", "new")
_OPTIONAL = (
    *("event_id", "extractor", "time", "queue", "probability"),
    *("old", "note", "action"),
)
COLUMNS = (
    *("event_id", "response_id", "factor", "extractor", "annotator", "time", "mode"),
    *("queue", "probability", "old", "new", "note", "action"),
)

_SELECT = """
SELECT event_id, response_id, factor, extractor, annotator,
    strftime(created_at, '%Y-%m-%dT%H:%M:%S.%fZ') AS time, mode, queue, probability,
    old_value AS old, new_value AS new, note, action
FROM correction
WHERE {of_response} AND NOT EXISTS (SELECT 1 FROM act WHERE act.undoes = correction.act_id)
ORDER BY event_id"""

_FILE_TYPES = {
    ".csv": "FORMAT csv, HEADER",
    ".jsonl": "FORMAT json",
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
}


def write(study: Study, path: Path, options: ExportOptions) -> Written:
    """Write the labels of the kept pairs' responses; the file's ending tells how."""
    how = _FILE_TYPES.get(path.suffix.lower())
    if how is None:
        raise ProfileError(
            f"{path.name} does not say what file it is to be: end it with one of "
            f"{', '.join(_FILE_TYPES)}."
        )
    with (
        targets.new_file(path, _is_earlier) as part,
        kept.pairs(study, options) as (cursor, wide),
    ):
        query = _SELECT.format(of_response=kept.OF_RESPONSE if options.where else "TRUE")
        target = str(part).replace("'", "''")
        records = number(cursor, f"COPY ({kept.start(wide)} {query}) TO '{target}' ({how})")
    return Written((path,), records)


def read_labels(
    path: Path, options: ImportOptions, cursor: duckdb.DuckDBPyConnection
) -> Iterator[Outside]:
    """Read labels; raise ImportRefused for what the study does not have, and for no value."""
    refuse_options(options, format_name="corrections", path=path)
    table = open_fixed(path, _NEEDED, _OPTIONAL)
    reader = _Reader(
        Held.by(cursor),
        # Whoever writes such a file by hand leaves these out: the values in use are meant.
        tells_automatic=any(table.resolve(column) for column in ("old", "extractor")),
    )
    for chunk in chunks(table):
        known = known_ids.responses(cursor, keys_of(chunk, "response_id"), options.dataset)
        part = Outside()
        reader.prepare(known)
        for place, row in chunk:
            try:
                part.labels.append(reader.label(row, known, place))
            except CellError as error:
                raise error.refusal(path.name, place) from error
        yield part


class _Reader:
    """Reads the rows of one file."""

    def __init__(self, held: Held, *, tells_automatic: bool) -> None:
        self._held = held
        self._tells_automatic = tells_automatic
        self._automatic: dict[tuple[str, str], Automatic] = {}

    def prepare(self, known: dict[str, Meant]) -> None:
        """Look up what the next rows need of the study."""
        if not self._tells_automatic:
            ids = [response_id for meant in known.values() for response_id in meant.ids]
            self._automatic = self._held.automatic(ids)

    def label(self, row: Row, known: dict[str, Meant], place: str) -> OutsideLabel:
        """Read one label."""
        key = needed_id(row, "response_id")
        response_id = the_one(key, known.get(key), "response_id", "response")
        factor = self._held.factor(needed_name(row, "factor"), "factor")
        new = people.value(row.get("new"), "new", factor)
        automatic = self._was(row, response_id, factor)
        mode = Mode(_word(row.get("mode"), "mode", tuple(Mode)))
        return OutsideLabel(
            event_id=people.event(row.get("event_id"), "event_id"),
            response_id=response_id,
            factor=factor.name,
            annotator=people.annotator(row.get("annotator"), "annotator"),
            action=_action(row, mode, new, automatic),
            mode=mode,
            value=new,
            place=place,
            old=automatic.value if automatic else None,
            extractor=automatic.extractor if automatic else None,
            queue=_queue(row.get("queue")),
            probability=_probability(row.get("probability")),
            note=cells.text(row.get("note"), "note") or None,
            given_at=people.moment(row.get("time"), "time"),
        )

    def _was(self, row: Row, response_id: str, factor: Factor) -> Automatic | None:
        """Read the automatic value that the label was given against, if there was one."""
        if not self._tells_automatic:
            return self._automatic.get((response_id, factor.name))
        old = cells.number(row.get("old"), "old", "a number, or nothing")
        extractor = cells.name(row.get("extractor"), "extractor")
        if extractor is None and old is not None:
            raise CellError(
                "the cell is empty, but there is an old value",
                column="extractor",
                expected="whose value `old` is",
            )
        return None if extractor is None else Automatic(old, extractor, "")


def _action(row: Row, mode: Mode, new: float | None, automatic: Automatic | None) -> LabelAction:
    if row.get("action") in (None, ""):
        if mode is Mode.ADJUDICATION:
            return LabelAction.ADJUDICATE
        return people.action_of(mode, new, automatic)
    action = LabelAction(_word(row.get("action"), "action", tuple(LabelAction)))
    if action is LabelAction.CANNOT_TELL and new is not None:
        raise CellError(
            "who cannot tell gives no value", column="new", found=new, expected="nothing"
        )
    if action is LabelAction.ACCEPT and (automatic is None or automatic.value != new):
        raise CellError(
            "an accepted value is the automatic one",
            column="new",
            found=new,
            expected=f"{automatic.value if automatic else None}, or the action correct",
        )
    return action


def _word(cell: object, column: str, words: tuple[str, ...]) -> str:
    found = cells.name(cell, column)
    if found not in words:
        raise CellError(
            f"is no {column}" if found else "the cell is empty",
            column=column,
            found=found,
            expected=f"one of {', '.join(words)}",
        )
    return found


def _queue(cell: object) -> QueueKind | None:
    return None if cell in (None, "") else QueueKind(_word(cell, "queue", tuple(QueueKind)))


def _probability(cell: object) -> float | None:
    expected = "a number above 0, up to 1: how likely the pair was drawn"
    found = cells.number(cell, "probability", expected)
    if found is not None and not 0 < found <= 1:
        raise CellError("is no probability", column="probability", found=cell, expected=expected)
    return found


def _is_earlier(path: Path) -> bool:
    """Tell whether a file was written by this export: an empty one may have been."""
    if path.suffix.lower() == ".parquet":
        try:
            return tuple(pq.read_schema(path).names) == COLUMNS
        except (ValueError, OSError):
            return False
    with path.open("rb") as file:
        start = file.readline(1000).rstrip(b"\r\n")
    return start in (b"", ",".join(COLUMNS).encode()) or start.startswith(b'{"event_id":')


FORMAT = Format(
    name="corrections",
    what="the factor labels that people gave, as events with their history",
    reads=f"one .csv, .jsonl or .parquet file with {', '.join(_NEEDED)}"
    f"[, {', '.join(_OPTIONAL)}]; writes all of them",
    example="profile-core import corrections labels.csv --study study.duckdb",
    read_labels=read_labels,
    adds_to_study=True,
    write=write,
    endings=tuple(_FILE_TYPES),
)
