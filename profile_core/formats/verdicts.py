"""The format `verdicts`: what judges or people say of pairs that the study has.

One row is one verdict. `choice` names the stored side, a or b, whatever the `order` in which the
two were shown; `invalid` keeps an answer that is no verdict, and an empty cell is an abstention.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from profile_core.errors import ImportRefused, UnknownName
from profile_core.formats import known_ids
from profile_core.formats.known_ids import Meant
from profile_core.formats.spec import Format, ImportOptions
from profile_core.formats.table import cells, words
from profile_core.formats.table.cells import CellError
from profile_core.formats.table.choices import is_blank
from profile_core.formats.table.fixed import (
    chunks,
    keys_of,
    needed_id,
    needed_name,
    open_fixed,
    the_one,
)
from profile_core.formats.table.paths import Row
from profile_core.store.records import Batch
from profile_core.types import Choice, Order, SourceKind, VerdictStatus

_NEEDED = ("pair_id", "source", "choice")
_OPTIONAL = ("order", "reason", "probability", "repeat")
_INVALID = "invalid"
_MAX_REPEAT = 1_000


def read(path: Path, options: ImportOptions, cursor: duckdb.DuckDBPyConnection) -> Iterator[Batch]:
    """Read verdicts; raise ImportRefused for a pair that is not there and for words unknown."""
    if options.mapping:
        raise ImportRefused(
            path.name,
            "--map does not apply to verdicts, whose columns have fixed names",
            expected=f"columns named {', '.join(_NEEDED)}",
        )
    table = open_fixed(path, _NEEDED, _OPTIONAL)
    reader = _Verdicts(path.name, options)
    for chunk in chunks(table):
        batch = Batch(path.stem, path.name)
        known = known_ids.pairs(cursor, keys_of(chunk, "pair_id"), options.dataset)
        for place, row in chunk:
            try:
                reader.add(batch, row, known, place)
            except CellError as error:
                raise error.refusal(path.name, place) from error
        yield batch
    unknown = options.kinds.keys() - reader.sources
    if unknown:
        raise ImportRefused(
            path.name, f"--kind: {UnknownName('source', min(unknown), reader.sources)}"
        )
    last = Batch(path.stem, path.name)
    last.warnings += reader.namesakes(cursor)
    yield last


class _Verdicts:
    """Reads the rows of one file."""

    def __init__(self, file: str, options: ImportOptions) -> None:
        self._kinds = options.kinds
        self._words = (
            words.told(options.values, file).words
            if options.values
            else {choice.value: choice for choice in Choice}
        )
        self.sources: set[str] = set()

    def add(self, batch: Batch, row: Row, known: dict[str, Meant], place: str) -> None:
        """Add one verdict."""
        key = needed_id(row, "pair_id")
        name = needed_name(row, "source")
        choice, status = self._choice(row.get("choice"))
        batch.add_preference(
            the_one(key, known.get(key), "pair_id", "pair"),
            self._source(batch, name),
            choice,
            status=status,
            order=_order(row.get("order")),
            repeat=_repeat(row.get("repeat")),
            probability=cells.probability(row.get("probability"), "probability"),
            reason=cells.text(row.get("reason"), "reason") or None,
            place=place,
        )

    def namesakes(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[str]:
        """Warn of sources that the study has under the same name, but of another kind."""
        for name, kind in known_ids.sources(cursor, self.sources):
            here = self._kinds.get(name, SourceKind.JUDGE)
            if kind not in (here, SourceKind.GENERATOR):
                yield (
                    f"{name!r} is a {here} here, but the study has a {kind} of this name: if they "
                    f"are the same, import with --kind {name}={kind}"
                )

    def _source(self, batch: Batch, name: str) -> str:
        self.sources.add(name)
        kind = self._kinds.get(name, SourceKind.JUDGE)
        if kind is SourceKind.GENERATOR:
            raise CellError(
                "a source of verdicts is no generator",
                column="source",
                found=name,
                expected="--kind with human, judge or gold",
            )
        return batch.add_source(kind, name, model=name if kind is SourceKind.JUDGE else None)

    def _choice(self, cell: object) -> tuple[Choice | None, VerdictStatus]:
        if is_blank(cell):
            return None, VerdictStatus.ABSTAINED
        word = words.normal(cell)
        choice = self._words.get(word)
        if choice is None and word != _INVALID:
            raise CellError(
                "is no choice",
                column="choice",
                found=cell,
                expected=f"{', '.join(self._words)} or {_INVALID}; other words: --values",
            )
        return choice, VerdictStatus.VALID if choice else VerdictStatus.INVALID


def _order(cell: object) -> Order | None:
    word = cells.name(cell, "order")
    if word is None:
        return None
    if word.lower() not in set(Order):
        raise CellError(
            "is no order", column="order", found=cell, expected="ab, ba, or nothing if unknown"
        )
    return Order(word.lower())


def _repeat(cell: object) -> int:
    number = cells.number(cell, "repeat")
    if number is None:
        return 0
    if not 0 <= number <= _MAX_REPEAT or not number.is_integer():
        raise CellError(
            "is no number of a repeat",
            column="repeat",
            found=cell,
            expected=f"a whole number from 0 to {_MAX_REPEAT}",
        )
    return int(number)


FORMAT = Format(
    name="verdicts",
    what="verdicts of judges or people on pairs that the study has",
    reads="one table file with pair_id, source, choice[, order, reason, probability, repeat]",
    example="profile-core import verdicts my_judge.csv --kind my_judge=judge",
    read=read,
    adds_to_study=True,
)
