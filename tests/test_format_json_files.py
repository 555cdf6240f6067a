"""Reading JSON files: what is refused, and how well the message says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from profile_core.errors import ImportRefused
from profile_core.formats import json_files, rows
from profile_core.formats.json_files import read_rows
from profile_core.formats.rows import Row, keyed


def written(folder: Path, data: bytes | str) -> Path:
    path = folder / "rows.json"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize(
    ("data", "places"),
    [
        ('[{"a": 1}, {"a": 2}]', ["row 1", "row 2"]),
        ('{"a": 1}\n{"a": 2}\n', ["line 1", "line 2"]),
        ('{"a": 1}\r\n\n  \n{"a": 2}', ["line 1", "line 4"]),
        ('\ufeff[{"a": 1}, {"a": 2}]', ["row 1", "row 2"]),
        ('\ufeff{"a": 1}\n{"a": 2}', ["line 1", "line 2"]),
    ],
)
def test_arrays_and_lines_are_read_with_and_without_a_byte_order_mark(
    tmp_path: Path, data: str, places: list[str]
) -> None:
    found = list(read_rows(written(tmp_path, data)))
    assert [row.integer("a") for row in found] == [1, 2]
    assert [row.place for row in found] == places


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["empty"]),
        (b"\xef\xbb\xbf", ["empty"]),
        ("[]", ["no rows"]),
        ("\n\n", ["no rows"]),
        ('[{"a": 1}, {"a": ', ["line 1", "ends too early"]),
        ('[{"a": 1},\n{"a": "cut', ["line 2", "ends too early"]),
        ('{"a": 1}\n{"a": "cut', ["line 2", "ends too early"]),
        ('{"a": 1}\n{"a" 2}\n', ["line 2", "not valid JSON", "delimiter"]),
        ('{"a": 1}\n[1]\n', ["line 2", "not a JSON object", "[1]"]),
        ("[1, 2]", ["row 1", "not a JSON object"]),
        ('{"a": 1, "b": 2, "a": 3}', ["line 1", "'a' comes twice"]),
        ('[{"a": NaN}]', ["NaN"]),
        ('[{"a": -Infinity}]', ["-Infinity"]),
        ('{"a": ' + "9" * 5000 + "}", ["line 1", "too many digits"]),
        ("[" * 100_000, ["nested too deeply"]),
        ('{"a": {"b": ["x", "\\ud83d!"]}}', ["line 1", "column 'a.b[1]'", "surrogate"]),
        ('{"\\udc00": 1}', ["line 1", "surrogate"]),
        ('{"a": "caf\xe9"}'.encode("latin-1"), ["line 1", "0xe9 is not UTF-8"]),
        (b'{"a": 1}\n{"a": "\xff"}\n', ["line 2", "0xff is not UTF-8"]),
        ('[{"a": 1}]'.encode("utf-16"), ["UTF-16", "expected UTF-8"]),
        ('[{"a": 1}]'.encode("utf-16-le"), ["line 1", "zero byte"]),
        (b"PAR1\x00\x00\x15\x04\x15", ["line 1", "zero byte"]),
    ],
)
def test_broken_files_are_refused_with_the_place(
    tmp_path: Path, data: bytes | str, words: list[str]
) -> None:
    with pytest.raises(ImportRefused) as refusal:
        list(read_rows(written(tmp_path, data)))
    message = str(refusal.value)
    assert message.startswith("rows.json")
    assert message.endswith("Nothing was imported.")
    for word in words:
        assert word in message


def test_absent_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no such file"):
        list(read_rows(tmp_path / "nothing.json"))
    with pytest.raises(ImportRefused, match="folder"):
        list(read_rows(tmp_path))


def test_a_whole_surrogate_pair_is_one_character(tmp_path: Path) -> None:
    (row,) = read_rows(written(tmp_path, '{"a": "\\ud83d\\ude00"}'))
    assert row.text("a") == "\N{GRINNING FACE}"


def test_a_line_or_text_or_array_beyond_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_files, "MAX_LINE_BYTES", 30)
    monkeypatch.setattr(json_files, "MAX_ARRAY_BYTES", 40)
    monkeypatch.setattr(rows, "MAX_TEXT_CHARACTERS", 3)
    with pytest.raises(ImportRefused, match=r"line 2.*longer than"):
        list(read_rows(written(tmp_path, '{"a": 1}\n{"a": "' + "x" * 40 + '"}')))
    with pytest.raises(ImportRefused, match="larger than"):
        list(read_rows(written(tmp_path, '[{"a": "' + "x" * 40 + '"}]')))
    (row,) = read_rows(written(tmp_path, '{"a": "four"}'))
    with pytest.raises(ImportRefused, match=r"column 'a'.*4 characters.*at most 3"):
        row.text("a")


ROW = Row(
    "f.json",
    "row 7",
    {
        "text": "x",
        "blank": " ",
        "null": None,
        "true": True,
        "one": 1,
        "half": 0.5,
        "huge": float("inf"),
        "word": "1",
        "list": [1, "b"],
        "object": {"list": [{"start": -1}]},
    },
)


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (lambda: ROW.get("absent"), ["column 'absent'", "missing"]),
        (lambda: ROW.text("one"), ["column 'one'", "not a text", "found 1"]),
        (lambda: ROW.text("null"), ["not a text"]),
        (lambda: ROW.text("blank", blank=False), ["the text is empty"]),
        (lambda: ROW.optional_text("true"), ["not a text", "found True"]),
        (lambda: ROW.texts("list"), ["column 'list[0]'", "not a text"]),
        (lambda: ROW.integer("true"), ["not a whole number"]),
        (lambda: ROW.integer("half"), ["not a whole number"]),
        (lambda: ROW.integer("one", 2, 5), ["from 2 to 5"]),
        (lambda: ROW.integers("list"), ["column 'list[1]'"]),
        (lambda: ROW.number("word"), ["not a number", "'1'"]),
        (lambda: ROW.number("true"), ["not a number"]),
        (lambda: ROW.number("huge"), ["not a number"]),
        (lambda: ROW.number("half", 1), ["at least 1"]),
        (lambda: ROW.meaning("word", {1: "a", 2: "b"}), ["unknown value", "'1'", "one of 1, 2"]),
        (lambda: ROW.meaning("true", {1: "a"}), ["found True"]),
        (lambda: ROW.meaning("list", {"1": "a"}), ["unknown value"]),
        (lambda: ROW.rows("object"), ["not a list"]),
        (lambda: ROW.inner("list"), ["not a JSON object"]),
        (
            lambda: ROW.inner("object").rows("list")[0].integer("start", 0),
            ["column 'object.list[0].start'", "at least 0"],
        ),
    ],
)
def test_wrong_values_are_refused_with_the_column(read: object, words: list[str]) -> None:
    assert callable(read)
    with pytest.raises(ImportRefused) as refusal:
        read()
    assert str(refusal.value).startswith("f.json, row 7, ")
    for word in words:
        assert word in str(refusal.value)


def test_right_values_are_returned() -> None:
    assert ROW.optional_text("blank") is None
    assert ROW.optional_text("absent") is None
    assert ROW.optional_text("text") == "x"
    assert ROW.number("one") == 1.0
    assert ROW.integer("one", 1, 1) == 1
    assert ROW.meaning("word", {1: "number", "1": "text"}) == "text"
    assert ROW.meaning("null", {None: "nothing"}) == "nothing"


def test_an_id_that_comes_twice_is_refused_with_both_places(tmp_path: Path) -> None:
    path = written(tmp_path, '[{"idx": 4}, {"idx": 5}, {"idx": 4}]')
    with pytest.raises(ImportRefused, match=r"row 3.*id 4 comes twice \(the first is in row 1\)"):
        keyed(read_rows(path), lambda row: row.integer("idx"))
