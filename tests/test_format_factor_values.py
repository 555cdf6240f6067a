"""The format `factor-values`: values brought to responses that the study has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from profile_core.errors import ImportRefused
from profile_core.formats import factor_values
from profile_core.formats.spec import ImportOptions
from profile_core.store import factors
from profile_core.store.ingest import Ingested
from profile_core.store.study import Study
from profile_core.types import FactorKind
from tests.table_files import a_study, counts, imported, write


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    """A study of two data sets, whose responses are called r1 and r2 in both."""
    with a_study() as study:
        for dataset in ("first", "second"):
            rows = [
                {"prompt": dataset, "response": f"Text {number}.", "response_id": f"r{number}"}
                for number in (1, 2)
            ]
            imported(study, write(tmp_path / f"{dataset}.jsonl", rows))
        yield study


def add(study: Study, path: Path, rows: list[dict[str, object]], **told: object) -> Ingested:
    return imported(study, write(path, rows), ImportOptions(**told), factor_values.read)  # type: ignore[arg-type]


def stored(study: Study) -> list[tuple[object, ...]]:
    return (
        study.cursor()
        .execute(
            "SELECT response.external_id, factor, extractor, value "
            "FROM factor_value JOIN response USING (response_id) ORDER BY ALL"
        )
        .fetchall()
    )


GOOD: dict[str, object] = {"response_id": "r1", "factor": "depth", "value": 2}


def test_values_enter_under_an_extractor_of_the_files_name(study: Study, tmp_path: Path) -> None:
    rows = [GOOD, GOOD | {"response_id": "r2", "value": None}]
    ingested = add(study, tmp_path / "ratings.csv", rows, dataset="first")
    assert ingested.factor_values == 2
    assert stored(study) == [
        ("r1", "depth", "imported:ratings", 2.0),
        ("r2", "depth", "imported:ratings", None),
    ]
    factor = factors.current(study.cursor())["depth"]
    assert (factor.taxonomy, factor.kind) == ("imported", FactorKind.ORDINAL_1_5)


def test_the_extractor_can_be_given(study: Study, tmp_path: Path) -> None:
    rows = [GOOD | {"extractor": "imported:anna"}, GOOD | {"extractor": "imported:bo", "value": 3}]
    add(study, tmp_path / "ratings.jsonl", rows, dataset="first")
    assert [row[2:] for row in stored(study)] == [("imported:anna", 2.0), ("imported:bo", 3.0)]


def test_the_studys_own_response_ids_need_no_data_set(study: Study, tmp_path: Path) -> None:
    (own,) = study.cursor().execute("SELECT response_id FROM response LIMIT 1").fetchall()[0]
    assert add(study, tmp_path / "v.csv", [GOOD | {"response_id": own}]).factor_values == 1


def test_importing_twice_adds_nothing(study: Study, tmp_path: Path) -> None:
    add(study, tmp_path / "v.csv", [GOOD], dataset="first")
    before = counts(study)
    again = add(study, tmp_path / "v.csv", [GOOD], dataset="first")
    assert (again.factor_values, again.already_present) == (0, 1)
    assert counts(study) == before


def test_a_known_factor_keeps_its_definition(study: Study, tmp_path: Path) -> None:
    add(study, tmp_path / "v.csv", [GOOD | {"factor": "length", "value": 12}], dataset="first")
    assert factors.current(study.cursor())["length"].taxonomy == "profile"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"response_id": "r9"}, "line 2, column 'response_id': the study has no such response"),
        ({"response_id": None}, "line 2, column 'response_id': the cell is empty"),
        ({"factor": ""}, "line 2, column 'factor': the cell is empty"),
        ({"factor": "a,b"}, "line 2, column 'factor': is no name"),
        ({"value": "good"}, "line 2, column 'value'.*found 'good'"),
        ({"value": "inf"}, "line 2, column 'value'.*found 'inf'"),
        ({"value": 3}, "line 2: the same response has two values of 'depth'"),
    ],
)
def test_a_wrong_row_refuses_the_file(
    study: Study, tmp_path: Path, change: dict[str, object], says: str
) -> None:
    before = counts(study)
    with pytest.raises(ImportRefused, match=says):
        add(study, tmp_path / "v.jsonl", [GOOD, GOOD | change], dataset="first")
    assert counts(study) == before


def test_an_id_of_two_data_sets_must_be_told_apart(study: Study, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="--dataset with one of first, second"):
        add(study, tmp_path / "v.jsonl", [GOOD])


def test_two_responses_of_one_id_need_the_studys_own(tmp_path: Path) -> None:
    rows = [{"prompt": "p", "response": text, "response_id": "r"} for text in ("x", "y")]
    with a_study() as study:
        imported(study, write(tmp_path / "t.csv", rows))
        with pytest.raises(ImportRefused, match=r"several responses.*the study's own response id"):
            add(study, tmp_path / "v.csv", [GOOD | {"response_id": "r"}])
