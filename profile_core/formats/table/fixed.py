"""Table files whose columns have fixed names: rows in chunks, and ids of the study in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from profile_core.errors import ImportRefused, UnknownName
from profile_core.formats.known_ids import Meant
from profile_core.formats.table import cells
from profile_core.formats.table.cells import CellError
from profile_core.formats.table.fields import NAME_EXPECTED, is_name
from profile_core.formats.table.paths import Row
from profile_core.formats.table.reading import PlacedRow, Table, open_table
from profile_core.formats.table.rows import BATCH_ROWS


def open_fixed(path: Path, needed: tuple[str, ...], optional: tuple[str, ...]) -> Table:
    """Open a table that must have some columns; the others that it may have are the only ones."""
    table = open_table(path)
    for column in needed:
        if table.resolve(column) is None:
            raise ImportRefused(
                path.name,
                str(UnknownName("column", column, table.columns)),
                expected=f"the columns {', '.join(needed)}, and perhaps {', '.join(optional)}",
            )
    for column in table.columns:
        if column not in (*needed, *optional):
            raise ImportRefused(
                path.name,
                "a column that is not read here",
                column=column,
                expected=f"{', '.join(needed)}, and perhaps {', '.join(optional)}",
            )
    return table


def chunks(table: Table) -> Iterator[tuple[PlacedRow, ...]]:
    """Read all rows, as many at a time as one batch takes."""
    rows = table.rows()
    while chunk := tuple(islice(rows, BATCH_ROWS)):
        yield chunk


def needed_id(row: Row, column: str) -> str:
    """Read a cell that must hold an id."""
    found = cells.name(row.get(column), column)
    if found is None:
        raise CellError("the cell is empty", column=column, expected=f"a {column} in every row")
    return found


def needed_name(row: Row, column: str) -> str:
    """Read a cell that must hold the name of a source or factor."""
    found = needed_id(row, column)
    if not is_name(found):
        raise CellError("is no name", column=column, found=found, expected=NAME_EXPECTED)
    return found


def keys_of(rows: Iterable[PlacedRow], column: str) -> list[str]:
    """Collect a chunk's ids, to look them up at once; what is no id is refused row by row."""
    cells_found = (row.get(column) for _, row in rows)
    return [str(cell).strip() for cell in cells_found if isinstance(cell, str | int)]


def the_one(key: str, meant: Meant | None, column: str, what: str) -> str:
    """Give the study's id that a key means; raise CellError for none and for several."""
    if meant is None:
        raise CellError(
            f"the study has no such {what}",
            column=column,
            found=key,
            expected=f"the id of a {what} in the study, or the one that its data set gave it",
        )
    if len(meant.ids) > 1:
        several = len(meant.datasets) > 1
        raise CellError(
            f"several {what}s have this id",
            column=column,
            found=key,
            expected=f"--dataset with one of {', '.join(meant.datasets)}"
            if several
            else f"the study's own {what} id",
        )
    return meant.ids[0]
