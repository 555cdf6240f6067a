"""JSON and JSON Lines files as rows, refused with file and place where they are broken.

Owns the way from bytes to rows: UTF-8 with or without a byte order mark, one array of objects or
one object a line. What Python's parser lets through and a study must not hold is refused here: a
key twice in one object, NaN and infinities, lone surrogates. What a row holds is for `rows`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from profile_core.errors import ImportRefused
from profile_core.formats.rows import Row

MAX_LINE_BYTES = 64 * 2**20
"""The longest line that is read; what is longer has no line breaks or is no text."""

MAX_ARRAY_BYTES = 2**30
"""The largest file that is read as a whole, which only one JSON array needs."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def read_rows(path: Path, file: str | None = None) -> Iterator[Row]:
    """Read the objects of a JSON array, or of JSON Lines; the first sign tells which it is.

    JSON Lines are read one by one and may be of any size; blank lines are passed over. `file` is
    the name that errors give, by default the path's last part. A file without any row is refused.
    """
    file = file or path.name
    with open_binary(path, file) as stream:
        start = stream.peek(4096)
    first = start.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1]
    rows = _array_rows(path, file) if first == b"[" else _line_rows(path, file)
    empty = True
    for place, value in rows:
        empty = False
        if not isinstance(value, dict):
            raise ImportRefused(
                file,
                "not a JSON object",
                place=place,
                found=value,
                expected="one JSON object a line, or one array of objects",
            )
        yield Row(file, place, value)
    if empty:
        raise ImportRefused(file, "the file holds no rows", expected="at least one")


def read_json(path: Path, file: str | None = None) -> object:
    """Read a file that is one JSON value."""
    file = file or path.name
    return parse_json(read_text(path, file), file)


def parse_json(text: str, file: str, place: str | None = None) -> object:
    """Parse one JSON value; `place` names the row if the text is not the whole file.

    Raises ImportRefused for what is not JSON, for a key twice in one object, NaN and infinities,
    numbers and nesting that Python cannot hold, and lone surrogates.
    """
    try:
        value: object = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ImportRefused(
            file,
            _syntax_problem(error),
            place=place or f"line {error.lineno}, character {error.colno}",
            found=text[max(0, error.pos - 20) : error.pos + 20] or None,
            expected="valid JSON",
        ) from error
    except _NotStorable as error:
        raise ImportRefused(file, str(error), place=place, expected="valid JSON") from error
    except RecursionError as error:
        raise ImportRefused(file, "the JSON is nested too deeply", place=place) from error
    except ValueError as error:
        raise ImportRefused(file, "a number has too many digits", place=place) from error
    if _SURROGATE_ESCAPE.search(text):
        _refuse_surrogates(value, file, place)
    return value


def read_text(path: Path, file: str | None = None) -> str:
    """Read a whole UTF-8 file without its byte order mark; refuse one that is empty or no text."""
    file = file or path.name
    with open_binary(path, file) as stream:
        data = stream.read(MAX_ARRAY_BYTES + 1)
    if len(data) > MAX_ARRAY_BYTES:
        raise ImportRefused(
            file,
            f"the file is larger than {MAX_ARRAY_BYTES >> 20:,} MiB and must be read as a whole",
            expected="JSON Lines, CSV or Parquet, which are read in parts",
        )
    return decode(data.removeprefix(_BYTE_ORDER_MARK), file)


def read_lines(path: Path, file: str | None = None) -> Iterator[tuple[int, str]]:
    """Read a UTF-8 file line by line, numbered from 1, each with its line break as it stands."""
    file = file or path.name
    with open_binary(path, file) as stream:
        number = 0
        while data := stream.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(data) > MAX_LINE_BYTES:
                raise ImportRefused(
                    file,
                    f"the line is longer than {MAX_LINE_BYTES >> 20} MiB",
                    place=f"line {number}",
                    expected="one row a line",
                )
            if number == 1:
                data = data.removeprefix(_BYTE_ORDER_MARK)
            yield number, decode(data, file, first_line=number)


def open_binary(path: Path, file: str | None = None) -> BufferedReader:
    """Open a file for reading; refuse one that is absent, no file, empty, or marked as UTF-16."""
    file = file or path.name
    try:
        stream = path.open("rb")
    except FileNotFoundError as error:
        raise ImportRefused(file, "there is no such file") from error
    except IsADirectoryError as error:
        raise ImportRefused(file, "this is a folder", expected="a file") from error
    except OSError as error:
        raise ImportRefused(file, f"cannot be read ({error.strerror})") from error
    start = stream.peek(4)[:4]
    if start in (b"", _BYTE_ORDER_MARK):
        stream.close()
        raise ImportRefused(file, "the file is empty")
    if start.startswith(_WIDE_MARKS):
        stream.close()
        raise ImportRefused(file, "the file is UTF-16 or UTF-32", expected="UTF-8")
    return stream


def decode(data: bytes, file: str, *, first_line: int = 1) -> str:
    """Decode UTF-8; refuse other encodings and binary data, with the line of the first bad byte."""
    at, problem = data.find(b"\0"), "a zero byte: this is no text file, or one in UTF-16"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if at < 0 or error.start < at:
            at, problem = error.start, f"the byte 0x{data[error.start]:02x} is not UTF-8"
    if at >= 0:
        line = first_line + data.count(b"\n", 0, at)
        raise ImportRefused(file, problem, place=f"line {line}", expected="a text file in UTF-8")
    return text


class _NotStorable(ValueError):
    """Something that Python's parser would let through."""


def _line_rows(path: Path, file: str) -> Iterator[tuple[str, object]]:
    for number, line in read_lines(path, file):
        if not line.isspace():
            place = f"line {number}"
            yield place, parse_json(line, file, place)


def _array_rows(path: Path, file: str) -> Iterator[tuple[str, object]]:
    values = read_json(path, file)
    if isinstance(values, list):
        for number, value in enumerate(values, start=1):
            yield f"row {number}", value


def _without_repeated_keys(members: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(members)
    if len(value) < len(members):
        names = [name for name, _ in members]
        repeated = next(name for name in names if names.count(name) > 1)
        raise _NotStorable(f"the key {repeated!r} comes twice in one object")
    return value


def _refuse_constant(name: str) -> object:
    raise _NotStorable(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_without_repeated_keys, parse_constant=_refuse_constant
)


def _syntax_problem(error: json.JSONDecodeError) -> str:
    cut_off = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string")
    return "the JSON ends too early" if cut_off else f"not valid JSON ({error.msg})"


def _refuse_surrogates(value: object, file: str, place: str | None, column: str = "") -> None:
    if isinstance(value, dict):
        for name, item in value.items():
            _refuse_surrogates(name, file, place, column)
            _refuse_surrogates(item, file, place, f"{column}.{name}" if column else name)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _refuse_surrogates(item, file, place, f"{column}[{number}]")
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ImportRefused(
                file,
                "half of a surrogate pair, which is no character",
                place=place,
                column=column.encode(errors="backslashreplace").decode() or None,
                found=value[max(0, error.start - 10) : error.end + 10],
                expected="whole characters",
            ) from error
