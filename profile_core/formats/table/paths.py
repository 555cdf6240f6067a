"""Columns of nested rows: `scores.coherence` is a key in a key, `turns.0.text` a place in a list.

A row is what JSON calls an object; flat tables are the simple case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Row = Mapping[str, object]
Path = tuple[str | int, ...]

_MAX_DEPTH = 6
_MAX_COLUMNS = 1_000


def columns_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """Name every column of some rows, keys within keys with dots, in order of appearance."""
    found: dict[str, None] = {}
    for row in rows:
        _name_leaves(row, "", found, _MAX_DEPTH)
        if len(found) >= _MAX_COLUMNS:
            break
    return tuple(found)


def resolve(rows: Iterable[Row], column: str) -> Path | None:
    """Find how a column is reached, from the first row that has it; None if none has.

    Keys may hold dots themselves: the whole name is tried before its parts.
    """
    parts = column.split(".")
    for row in rows:
        path = _path(row, parts)
        if path is not None:
            return path
    return None


def look_up(row: object, path: Path) -> object:
    """Read what a path leads to; None where the row has no such place."""
    value = row
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def text_within(value: object) -> str | None:
    """Suggest the path of a text within a nested value, for messages: `1.content`."""
    inner: Iterable[tuple[str | int, object]]
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        # Conversations end with the text that is meant.
        inner = reversed(list(enumerate(value)))
    else:
        return None
    found = [(str(key), item) for key, item in inner]
    for key, item in sorted(found, key=lambda pair: pair[0] not in ("content", "text", "value")):
        if isinstance(item, str):
            return key
        below = text_within(item)
        if below is not None:
            return f"{key}.{below}"
    return None


def _name_leaves(value: Row, prefix: str, found: dict[str, None], depth: int) -> None:
    for key, item in value.items():
        name = f"{prefix}{key}"
        if isinstance(item, dict) and item and depth > 1:
            _name_leaves(item, f"{name}.", found, depth - 1)
        elif len(found) < _MAX_COLUMNS:
            found[name] = None


def _path(value: object, parts: Sequence[str]) -> Path | None:
    if not parts:
        return ()
    if isinstance(value, list):
        if parts[0].isdecimal() and int(parts[0]) < len(value):
            rest = _path(value[int(parts[0])], parts[1:])
            return None if rest is None else (int(parts[0]), *rest)
        return None
    if isinstance(value, dict):
        for length in range(len(parts), 0, -1):
            key = ".".join(parts[:length])
            if key in value:
                rest = _path(value[key], parts[length:])
                if rest is not None:
                    return (key, *rest)
    return None
