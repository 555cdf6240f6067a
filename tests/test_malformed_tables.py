"""Tables that cannot be imported: each is refused whole, in words that say where and what to do.

Every case runs through `table`'s reader into a study that holds something, which must not change.
"""

from __future__ import annotations

import gzip
import json
import os
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from profile_core.errors import ImportRefused
from profile_core.formats.spec import ImportOptions
from profile_core.store.study import Study
from tests.table_files import PAIR, a_study, counts, imported, options, pairs, write

Make = Callable[[Path], Path]
HEADER = "prompt,response_a,response_b,winner\n"
HUGE = "x" * 10_000_001


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    """A study that holds one pair, for all cases: none may change it."""
    with a_study() as study:
        imported(study, write(tmp_path_factory.mktemp("good") / "good.jsonl", pairs({})))
        yield study


def text(name: str, content: str, encoding: str = "utf-8") -> Make:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content.encode(encoding, "surrogatepass"))
        return folder / name

    return make


def data(name: str, content: bytes) -> Make:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def lines(*changes: dict[str, object]) -> Make:
    return lambda folder: write(folder / "t.jsonl", pairs(*changes))


def a_folder(folder: Path) -> Path:
    (folder / "t.csv").mkdir()
    return folder / "t.csv"


def a_cut_parquet(folder: Path) -> Path:
    path = write(folder / "t.parquet", pairs({}, {}))
    path.write_bytes(path.read_bytes()[:-20])
    return path


LINE = json.dumps(PAIR)

# name: (how the file is made, what is mapped, what the message must say)
CASES: dict[str, tuple[Make, str, str]] = {
    # the file
    "no such file": (lambda folder: folder / "t.csv", "", "t.csv: there is no such file"),
    "a folder": (a_folder, "", "this is a folder; expected a file"),
    "an empty file": (data("t.jsonl", b""), "", "the file is empty"),
    "an empty CSV": (data("t.csv", b""), "", "the file is empty"),
    "a header alone": (text("t.csv", HEADER), "", "the file has no rows"),
    "blank lines alone": (text("t.jsonl", "\n\n\n"), "", "no rows"),
    "an empty array": (text("t.json", "[]"), "", "no rows"),
    "an unknown suffix": (text("t.xlsx", HEADER), "", r"found '.xlsx'; expected one of .csv, .tsv"),
    "no suffix": (text("t", HEADER), "", "no suffix"),
    "binary under .csv": (
        data("t.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "", "line 1.*UTF-8"),
    "binary under .jsonl": (data("t.jsonl", bytes(range(256))), "", "line 1.*zero byte"),
    "gzip under .json": (data("t.json", gzip.compress(b"[]")), "", "line 1.*UTF-8"),
    "text under .parquet": (text("t.parquet", LINE), "", "not a whole Parquet file"),
    "a cut Parquet file": (a_cut_parquet, "", "not a whole Parquet file"),
    # encodings
    "latin-1": (
        text("t.csv", HEADER + "p,x,y,a\ncafé,x,y,a\n", "latin-1"), "", "line 3.*0xe9.*UTF-8"),
    "UTF-16 with a mark": (text("t.csv", HEADER, "utf-16"), "", "UTF-16.*expected UTF-8"),
    "UTF-16 without a mark": (text("t.jsonl", LINE, "utf-16-le"), "", "line 1.*UTF-16"),
    "a lone surrogate": (
        text("t.jsonl", LINE + "\n" + LINE.replace("Nile", "Nile \\ud800") + "\n"), "",
        "line 2, column 'response_a'.*surrogate"),
    "a surrogate as bytes": (
        text("t.csv", HEADER + "p,x\ud800,y,a\n"), "", "line 2.*UTF-8"),
    "a zero byte": (text("t.csv", HEADER + "p,x\0,y,a\n"), "", "line 2.*zero byte"),
    "an escaped zero": (lines({}, {"prompt": "p\0"}), "", r"line 2, column 'prompt'.*U\+0000"),
    # JSON
    "JSON cut in a row": (text("t.jsonl", f"{LINE}\n{LINE[:-9]}"), "", "line 2.*ends too early"),
    "an array cut off": (text("t.json", f"[{LINE},\n{LINE}"), "", "line 2.*ends too early"),
    "broken JSON": (
        text("t.jsonl", f"{LINE}\n{LINE.replace(':', ';', 1)}\n"), "", "line 2.*not valid JSON"),
    "a number in place of a table": (text("t.json", "42"), "", "not a JSON object"),
    "a text in place of a table": (text("t.json", '"rows"'), "", "not a JSON object"),
    "an object without a list": (text("t.json", LINE), "", "which list.*cannot be told"),
    "an object with two lists": (
        text("t.json", '{"train": [{}], "test": [{}]}'), "", "found 'train, test'"),
    "rows that are lists": (
        text("t.json", f'[{LINE}, ["p", "x", "y", "a"]]'), "", "row 2.*not a JSON object"),
    "a key twice in a row": (
        text("t.jsonl", LINE[:-1] + ', "prompt": "other"}\n'), "", "'prompt' comes twice"),
    "NaN in place of an id": (
        text("t.jsonl", LINE[:-1] + ', "id": NaN}\n'), "pair_id=id", "line 1.*NaN"),
    "nested past bearing": (
        text("t.jsonl", '{"prompt": ' + "[" * 100_000 + "\n"), "", "line 1.*nested too deeply"),
    "a number past bearing": (
        text("t.jsonl", LINE[:-1] + f', "n": {"9" * 5_000}}}\n'), "", "line 1.*too many digits"),
    # CSV
    "a short row": (
        text("t.csv", HEADER + "p,x,y,a\np,x,y\n"), "",
        r"line 3.*found 3; expected 4 cells \(prompt, response_a"),
    "a long row": (text("t.csv", HEADER + "p,x,y,a,b\n"), "", "line 2.*found 5; expected 4"),
    "an open quote": (
        text("t.csv", HEADER + 'p,x,y,a\np,"x,y,a\np,x,y,b\n'), "", "line 3.*never closes"),
    "a quote within a cell": (
        text("t.csv", HEADER + 'p,"x" y,z,a\n'), "", "line 2.*not valid CSV"),
    "two columns of one name": (
        text("t.csv", "prompt,response,response\np,x,y\n"), "", "the header.*found 'response'"),
    # the mapping
    "a field that there is not": (
        lines({}), "respons_a=response_a", "'respons_a': did you mean response_a"),
    "a family without a name": (lines({}), "choice.=winner", "name after the dot"),
    "a column that is not there": (
        lines({}), "prompt=promt", "no column named 'promt': did you mean prompt"),
    "a nested column that is not there": (
        lines({"s": {"fluency": 1}}), "factor.f_a=s.fluincy", "did you mean s.fluency"),
    "a pair and a response": (
        lines({"response": "z"}), "response=response,response_a=response_a", "either a pair or"),
    "no column for the responses": (
        text("t.csv", "prompt,nothing\np,x\n"), "", r"prompt, nothing.*--map response_a="),
    "no column for the prompt": (
        text("t.csv", "a1,response\np,x\n"), "", r"holds prompt.*--map prompt=COLUMN"),
    "one response of two": (
        text("t.csv", "prompt,first\np,x\n"), "response_a=first", "holds response_b"),
    "a choice for one response": (
        text("t.csv", "prompt,response,winner\np,x,a\n"), "choice.human=winner",
        "belongs to pairs"),
    "a reason of nobody": (lines({"why": "so"}), "reason.gpt=why", "what 'gpt' chose"),
    "a factor of which side": (lines({"f": 1}), "factor.fluency=f", "factor.fluency_a or"),
    # cells
    "an unknown choice": (
        lines({}, {}, {"winner": "c"}, {}), "",
        "line 3, column 'winner': is no choice; found 'c'; expected a=a, or --values"),
    "choices of two readings": (
        lines({"winner": 0}, {"winner": 1}), "", "column 'winner'.*found '0, 1'.*--values"),
    "a mark past two": (
        lines({"winner": 1}, {"winner": 2}, {"winner": 3}), "", "line 3.*found 3"),
    "a nested text": (
        lines({}, {"response_a": [{"text": "q"}, {"text": "x"}]}), "",
        "line 2, column 'response_a'.*column 'response_a.1.text'"),
    "messages without content": (
        lines({"prompt": [{"role": "user", "content": None}]}), "", "column 'prompt'.*nested"),
    "a choice without who chose": (
        lines({"verdict": "a"}), "choice=verdict",
        "NAME is who chose; found 'choice=verdict'; expected choice.human=verdict"),
    "an object as text": (
        lines({"prompt": {"text": "p"}}), "prompt=prompt", "column 'prompt'.*column 'prompt.text'"),
    "a list as an id": (lines({"key": [1]}), "pair_id=key", "column 'key'.*nested"),
    "no prompt": (lines({}, {"prompt": None}), "", "line 2, column 'prompt'.*empty"),
    "an empty prompt": (lines({}, {"prompt": "  "}), "", "line 2, column 'prompt'.*empty"),
    "an empty prompt cell": (
        text("t.csv", HEADER + ",x,y,a\n"), "", "line 2, column 'prompt'.*empty"),
    "no response": (lines({}, {"response_b": None}), "", "line 2, column 'response_b'.*no resp"),
    "an empty response cell": (
        text("t.csv", HEADER + "p,x,,a\n"), "", "line 2, column 'response_b'.*no resp"),
    "no id": (lines({"key": "1"}, {"key": ""}), "pair_id=key", "line 2, column 'key'.*no pair id"),
    "one id for two pairs": (
        lines({"key": 1}, {"key": 2}, {"key": 1, "response_b": "z"}), "pair_id=key",
        "line 3: the pair id '1' stands for different texts here and in line 1"),
    "one id for two verdicts": (
        lines({"key": 1}, {"key": 1, "winner": "b"}), "pair_id=key", "line 2.*second, different"),
    "a level past five": (
        lines({"l": 6}), "score_level_a=l", "column 'l'.*found 6; expected a whole number from 1"),
    "a level between two": (lines({"l": 2.5}), "score_level_a=l", "column 'l'.*found 2.5"),
    "a level in words": (lines({"l": "high"}), "score_level_a=l", "column 'l'.*found 'high'"),
    "a level that is true": (lines({"l": True}), "score_level_a=l", "column 'l'.*found True"),
    "a probability past one": (
        lines({"p": 55}), "probability.human=p", "column 'p'.*found 55; expected a number from 0"),
    "a probability below zero": (lines({"p": -0.1}), "probability.human=p", "column 'p'.*-0.1"),
    "a value in words": (
        lines({"f": 1}, {"f": "good"}), "factor.f_a=f", "line 2, column 'f'.*found 'good'"),
    "an infinite value": (
        lines({"f": "inf"}), "factor.f_a=f", "column 'f'.*found 'inf'; expected a number"),
    "a value that is no number": (lines({"f": "nan"}), "factor.f_a=f", "column 'f'.*found 'nan'"),
    "a nested value": (lines({"f": [1]}), "factor.f_a=f", r"column 'f'.*found \[1\]"),
    "two values for one response": (
        lines({"f": 1}, {"f": 2}), "factor.f_a=f", "line 2: the same response has two values"),
    "a cell too large": (
        lines({"response_a": HUGE}), "", "column 'response_a'.*10,000,001 characters"),
    "a CSV cell too large": (
        text("t.csv", HEADER + f"p,x,{HUGE},a\n"), "", "line 2.*10,000,000 characters"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_with_place_and_cure_and_nothing_written(
    name: str, tmp_path: Path, study: Study
) -> None:
    make, mapping, says = CASES[name]
    path = make(tmp_path)
    before, versions = counts(study), study.versions()
    with pytest.raises(ImportRefused, match=says) as refused:
        imported(study, path, options(mapping))
    message = str(refused.value)
    assert message.startswith(path.name)
    assert message.endswith("Nothing was imported.")
    assert len(message) < 600
    assert "\n" not in message
    assert counts(study) == before
    assert study.versions() == versions


def test_a_late_error_undoes_what_came_before(
    tmp_path: Path, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("profile_core.formats.table.rows.BATCH_ROWS", 10)
    before = counts(study)
    changes: list[dict[str, object]] = [{"prompt": f"Question {number}"} for number in range(95)]
    path = write(tmp_path / "t.jsonl", pairs(*changes, {"winner": "sideways"}))
    monkeypatch.setattr("profile_core.formats.table.reading.SAMPLE_ROWS", 20)
    with pytest.raises(ImportRefused, match=r"line 96, column 'winner'.*found 'sideways'"):
        imported(study, path)
    assert counts(study) == before


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_a_cell_of_100_mb_costs_neither_time_nor_memory(
    suffix: str, tmp_path: Path, study: Study
) -> None:
    path = tmp_path / f"t{suffix}"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{LINE}\n" if suffix == ".jsonl" else f"{HEADER}p,x,y,a\n")
        start = '{"prompt": "p", "response_a": "' if suffix == ".jsonl" else 'p,"'
        file.write(start)
        for _ in range(100):
            file.write("y" * 1_000_000)
        file.write('", "response_b": "z"}\n' if suffix == ".jsonl" else '",z,a\n')
    tracemalloc.start()
    began = time.perf_counter()
    try:
        with pytest.raises(ImportRefused, match="line"):
            imported(study, path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - began < 5
    assert peak < 400_000_000


def test_a_quote_that_stays_open_over_many_lines_is_stopped(tmp_path: Path, study: Study) -> None:
    path = tmp_path / "t.csv"
    path.write_text(HEADER + 'p,"x,y,a\n' + "p,x,y,a\n" * 1_500_000, encoding="utf-8")
    with pytest.raises(ImportRefused, match=r"line 2.*its quote is open"):
        imported(study, path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_refused(tmp_path: Path, study: Study) -> None:
    path = write(tmp_path / "t.csv", pairs({}))
    path.chmod(0)
    with pytest.raises(ImportRefused, match="cannot be read"):
        imported(study, path)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"a": "1", "b": "2", "draw": "0"}, "names no choice; found 'draw'"),
        ({"a": "1"}, "must say what a and b are"),
        ({"a": "1", "b": "1"}, "two meanings; found '1'"),
    ],
)
def test_values_that_say_too_little_or_two_things_are_refused(
    values: dict[str, str], says: str, tmp_path: Path, study: Study
) -> None:
    path = write(tmp_path / "t.csv", pairs({}))
    with pytest.raises(ImportRefused, match=says):
        imported(study, path, ImportOptions(values=values))
