"""PandaLM's test set: three people and two judges on answers of five models to mixed instructions.

Source: https://github.com/WeOpenML/PandaLM (folder `data`), Apache-2.0. Wang et al., "PandaLM: An
Automatic Evaluation Benchmark for LLM Instruction Tuning Optimization", ICLR 2024,
arXiv:2306.05087.

The three files of the folder are joined on `idx`, and every row is a pair of its own, repeated
texts included. `input` is the source text where there is one; the application that the
instruction was made for is metadata. The instructions are of many kinds, and `helpful_response`
is the nearest of the tasks. The judges' own reference answers are left out: they answer, and
nobody compared them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from profile_core.errors import ImportRefused
from profile_core.formats.json_files import read_rows
from profile_core.formats.rows import Row, keyed
from profile_core.formats.spec import Format, ImportOptions, refuse_options
from profile_core.stats.verdicts import majority
from profile_core.store.records import Batch
from profile_core.types import Choice, SourceKind, VerdictStatus

TASK = "helpful_response"
TEST_SET = "testset-v1.json"
ANNOTATORS = ("annotator1", "annotator2", "annotator3")

_NUMBERS: Mapping[object, Choice | None] = {0: Choice.TIE, 1: Choice.A, 2: Choice.B}


@dataclass(frozen=True, slots=True)
class _Judge:
    """A judge's file and how it speaks; `garbage` is an answer without a verdict."""

    name: str
    file: str
    field: str
    words: Mapping[object, Choice | None]


_JUDGES = (
    _Judge(
        "gpt-3.5-turbo",
        "gpt-3.5-turbo-testset-v1.json",
        "gpt",
        {"1": Choice.A, "2": Choice.B, "Tie": Choice.TIE, "garbage": None},
    ),
    _Judge("pandalm-7b", "pandalm-7b-testset-v1.json", "pandalm", _NUMBERS),
)


def read(path: Path, options: ImportOptions, cursor: duckdb.DuckDBPyConnection) -> Iterator[Batch]:
    """Read the folder as one batch; refuse it if the files do not fit together."""
    refuse_options(options, format_name="pandalm", path=path)
    if not path.is_dir():
        raise ImportRefused(
            path.resolve().name,
            "this is no folder",
            expected=f"the folder with {TEST_SET} and the judges' files",
        )
    rows = keyed(read_rows(path / TEST_SET), _idx)
    batch = Batch(options.dataset_of(path), TEST_SET)
    pairs = _add_pairs(batch, rows)
    for judge in _JUDGES:
        _add_judge(batch, judge, path / judge.file, pairs)
    yield batch


FORMAT = Format(
    name="pandalm",
    what="PandaLM's test set: three annotators and two judges on 999 pairs",
    reads=f"a folder with {TEST_SET}, {' and '.join(judge.file for judge in _JUDGES)}",
    example="profile-core import pandalm PandaLM/data --study study.duckdb",
    read=read,
)


def _idx(row: Row) -> int:
    return row.integer("idx", low=0)


def _add_pairs(batch: Batch, rows: Mapping[int, Row]) -> dict[int, str]:
    """Add prompts, responses, pairs and the annotators' choices; return pair ids by idx."""
    group = batch.add_source(SourceKind.HUMAN, "human", is_majority=True)
    annotators = {name: batch.add_source(SourceKind.HUMAN, name) for name in ANNOTATORS}
    generators = _generators(rows.values())
    read_as_text: list[int] = []
    pairs: dict[int, str] = {}
    for idx, row in rows.items():
        prompt = batch.add_prompt(
            row.text("instruction"),
            source_text=row.optional_text("input"),
            task=TASK,
            meta={"motivation_app": row.text("motivation_app")},
        )
        response_a, response_b = (
            batch.add_response(
                prompt, _response(row, column, idx, read_as_text), generator=generator
            )
            for column, generator in zip(
                ("response1", "response2"), generators[row.text("cmp_key")], strict=True
            )
        )
        pair = batch.add_pair(prompt, response_a, response_b, str(idx), place=row.place)
        pairs[idx] = pair
        votes = [row.meaning(name, _NUMBERS) for name in ANNOTATORS]
        for name, vote in zip(ANNOTATORS, votes, strict=True):
            batch.add_preference(pair, annotators[name], vote, place=row.place)
        batch.add_preference(
            pair,
            group,
            majority(votes),
            probability=(votes.count(Choice.A) + votes.count(Choice.TIE) / 2) / len(votes),
            place=row.place,
        )
    if read_as_text:
        batch.warnings.append(
            f"{len(read_as_text)} responses in {TEST_SET} are the JSON value true and were read "
            f'as the text "true": idx {", ".join(map(str, read_as_text))}'
        )
    return pairs


def _response(row: Row, column: str, idx: int, read_as_text: list[int]) -> str:
    """Return a response; a spreadsheet has turned the answer "true" into a truth value."""
    if row.get(column) is True:
        read_as_text.append(idx)
        return "true"
    return row.text(column)


def _generators(rows: Iterable[Row]) -> dict[str, tuple[str, str]]:
    """Split each `first_second`; where names hold underscores, known names tell them apart."""
    keys = {row.text("cmp_key"): row for row in rows}
    splits = {key: _splits(key) for key in keys}
    known = {name for halves in splits.values() if len(halves) == 1 for name in halves[0]}
    found: dict[str, tuple[str, str]] = {}
    for key, halves in splits.items():
        counts = [sum(name in known for name in half) for half in halves]
        if counts.count(max(counts, default=0)) != 1:
            raise keys[key].refusal(
                "the two generators cannot be told apart",
                column="cmp_key",
                found=key,
                expected="two names joined by an underscore, like bloom-7b_llama-7b",
            )
        found[key] = halves[counts.index(max(counts))]
    return found


def _splits(key: str) -> list[tuple[str, str]]:
    """Every way to cut a key at an underscore into two names."""
    parts = key.split("_")
    cuts = (("_".join(parts[:at]), "_".join(parts[at:])) for at in range(1, len(parts)))
    return [half for half in cuts if all(half)]


def _add_judge(batch: Batch, judge: _Judge, path: Path, pairs: Mapping[int, str]) -> None:
    """Add a judge's verdict on every pair; its file must have the same idx as the test set."""
    rows = keyed(read_rows(path), _idx)
    for idx in pairs.keys() - rows.keys():
        raise ImportRefused(
            path.name, f"no verdict on idx {idx}, which {TEST_SET} has", expected="one row each"
        )
    source = batch.add_source(SourceKind.JUDGE, judge.name, model=judge.name)
    for idx, row in rows.items():
        if idx not in pairs:
            raise row.refusal(f"{TEST_SET} has no such row", column="idx", found=idx)
        choice = row.meaning(f"{judge.field}_result", judge.words)
        batch.add_preference(
            pairs[idx],
            source,
            choice,
            status=VerdictStatus.VALID if choice else VerdictStatus.INVALID,
            reason=row.optional_text(f"{judge.field}_reason"),
            place=f"{path.name}, {row.place}",
        )
