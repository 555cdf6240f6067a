"""The format `verdicts`: judges and people added to pairs that the study has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from profile_core.errors import ImportRefused
from profile_core.formats import verdicts
from profile_core.formats.spec import ImportOptions
from profile_core.store.ingest import Ingested
from profile_core.store.study import Study
from profile_core.types import SourceKind
from tests.table_files import a_study, counts, imported, pairs, write

Verdict = tuple[object, ...]


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    """A study of two data sets with the same row keys, `one` and `two`."""
    with a_study() as study:
        for dataset in ("first", "second"):
            rows = pairs({"id": "one"}, {"id": "two", "prompt": f"Only {dataset}."})
            imported(study, write(tmp_path / f"{dataset}.jsonl", rows))
        yield study


def add(study: Study, path: Path, rows: list[dict[str, object]], **told: object) -> Ingested:
    return imported(study, write(path, rows), ImportOptions(**told), verdicts.read)  # type: ignore[arg-type]


def stored(study: Study, name: str = "j") -> list[Verdict]:
    return (
        study.cursor()
        .execute(
            "SELECT dataset, row_key, shown_order, repeat, status, choice, probability, reason "
            "FROM preference JOIN source USING (source_id) JOIN pair USING (pair_id) "
            "WHERE name = ? ORDER BY dataset, row_key, shown_order, repeat",
            [name],
        )
        .fetchall()
    )


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".json", ".parquet"])
def test_a_judge_is_added_by_row_keys(study: Study, tmp_path: Path, suffix: str) -> None:
    rows: list[dict[str, object]] = [
        {"pair_id": "one", "source": "j", "choice": "b", "order": "ab", "reason": "Shorter.",
         "probability": 0.25},
        {"pair_id": "one", "source": "j", "choice": "TIE", "order": "ba", "reason": None,
         "probability": None},
        {"pair_id": "two", "source": "j", "choice": "invalid", "order": None, "reason": "Sorry.",
         "probability": None},
    ]  # fmt: skip
    ingested = add(study, tmp_path / f"v{suffix}", rows, dataset="second")
    assert (ingested.preferences, ingested.invalid, ingested.pairs) == (3, 1, 0)
    assert stored(study) == [
        ("second", "one", "ab", 0, "valid", "b", 0.25, "Shorter."),
        ("second", "one", "ba", 0, "valid", "tie", None, None),
        ("second", "two", None, 0, "invalid", None, None, "Sorry."),
    ]
    kind, model = (
        study.cursor().execute("SELECT kind, model FROM source WHERE name = 'j'").fetchall()[0]
    )
    assert (kind, model) == ("judge", "j")


def test_the_studys_own_pair_ids_need_no_data_set(study: Study, tmp_path: Path) -> None:
    (pair_id,) = (
        study.cursor()
        .execute("SELECT pair_id FROM pair WHERE dataset = 'first' AND row_key = 'two'")
        .fetchall()[0]
    )
    add(study, tmp_path / "v.csv", [{"pair_id": pair_id, "source": "j", "choice": "a"}])
    assert [row[:2] for row in stored(study)] == [("first", "two")]


def test_repeats_are_kept_apart(study: Study, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"pair_id": "one", "source": "j", "choice": choice, "repeat": number}
        for number, choice in enumerate(("a", "b"))
    ]
    add(study, tmp_path / "v.jsonl", rows, dataset="first")
    assert [(row[3], row[5]) for row in stored(study)] == [(0, "a"), (1, "b")]


def test_an_empty_choice_is_an_abstention(study: Study, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"pair_id": "one", "source": "j", "choice": None}]
    ingested = add(study, tmp_path / "v.csv", rows, dataset="first")
    assert [(row[4], row[5]) for row in stored(study)] == [("abstained", None)]
    assert ingested.invalid == 0


def test_importing_twice_adds_nothing(study: Study, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"pair_id": "one", "source": "j", "choice": "a"}]
    add(study, tmp_path / "v.csv", rows, dataset="first")
    before = counts(study)
    again = add(study, tmp_path / "v.csv", rows, dataset="first")
    assert (again.preferences, again.already_present) == (0, 1)
    assert counts(study) == before


def test_kinds_and_words_can_be_told(study: Study, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"pair_id": "one", "source": "j", "choice": 2}]
    add(
        study,
        tmp_path / "v.jsonl",
        rows,
        dataset="first",
        kinds={"j": SourceKind.HUMAN},
        values={"a": "1", "b": "2"},
    )
    assert [row[5] for row in stored(study)] == ["b"]
    assert study.cursor().execute("SELECT kind FROM source WHERE name = 'j'").fetchall() == [
        ("human",)
    ]


def test_a_namesake_of_another_kind_is_pointed_out(study: Study, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"pair_id": "one", "source": "human", "choice": "a"}]
    ingested = add(study, tmp_path / "v.csv", rows, dataset="first")
    assert any("--kind human=human" in warning for warning in ingested.warnings)


GOOD: dict[str, object] = {"pair_id": "one", "source": "j", "choice": "a"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"pair_id": "three"}, "line 2, column 'pair_id': the study has no such pair"),
        ({"pair_id": ""}, "line 2, column 'pair_id': the cell is empty"),
        ({"pair_id": [1]}, "line 2, column 'pair_id'"),
        ({"source": None}, "line 2, column 'source'"),
        ({"source": "a,b"}, "line 2, column 'source'.*without commas"),
        ({"choice": "c"}, "line 2, column 'choice'.*found 'c'; expected a, b, tie or invalid"),
        ({"choice": 1}, "line 2, column 'choice'.*found 1"),
        ({"order": "first"}, "line 2, column 'order'.*expected ab, ba"),
        ({"probability": 2}, "line 2, column 'probability'.*found 2"),
        ({"repeat": -1}, "line 2, column 'repeat'.*found -1"),
        ({"repeat": 0.5}, "line 2, column 'repeat'.*found 0.5"),
        ({"choice": "b"}, "line 2: a second, different verdict"),
    ],
)
def test_a_wrong_row_refuses_the_file(
    study: Study, tmp_path: Path, change: dict[str, object], says: str
) -> None:
    before = counts(study)
    with pytest.raises(ImportRefused, match=says):
        add(study, tmp_path / "v.jsonl", [GOOD, GOOD | change], dataset="first")
    assert counts(study) == before


def test_a_key_of_two_data_sets_must_be_told_apart(study: Study, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="--dataset with one of first, second"):
        add(study, tmp_path / "v.jsonl", [GOOD])


def test_columns_that_are_missing_or_strange_are_named(study: Study, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no column named 'choice'"):
        add(study, tmp_path / "v.csv", [{"pair_id": "one", "source": "j", "verdict": "a"}])
    with pytest.raises(ImportRefused, match=r"column 'comment': .*not read"):
        add(study, tmp_path / "v.csv", [GOOD | {"comment": "?"}])
    with pytest.raises(ImportRefused, match="--map does not apply"):
        add(study, tmp_path / "v.csv", [GOOD], mapping={"choice": "verdict"})


def test_a_kind_for_a_source_that_is_not_there_is_refused(study: Study, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no source named 'k'"):
        add(study, tmp_path / "v.csv", [GOOD], dataset="first", kinds={"k": SourceKind.HUMAN})


def test_generation_pairs_take_no_verdicts(tmp_path: Path) -> None:
    rows = [
        {"prompt": "p", "response": str(level), "generator": "m", "score_level": level}
        for level in (1, 2)
    ]
    with a_study() as study:
        imported(study, write(tmp_path / "t.csv", rows))
        (pair_id,) = study.cursor().execute("SELECT pair_id FROM pair").fetchall()[0]
        with pytest.raises(ImportRefused, match="no such pair"):
            add(study, tmp_path / "v.csv", [GOOD | {"pair_id": pair_id}])
