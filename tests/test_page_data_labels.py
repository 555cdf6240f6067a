"""The data page with what people said: corrections, and records for annotators elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from profile_core.store.rows import number
from profile_core.store.study import Study
from profile_core.ui import resources
from tests.app_driver import open_page, shown
from tests.outside_study import records, saved
from tests.studies import empty_study, small_batch, write
from tests.test_page_data import finished, from_path, press

ANN = "06f7d4c0-e048-43d2-ab3f-06f147616ac6"


@pytest.fixture
def study_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "study.duckdb"
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    batch = small_batch()
    for response in batch.responses:
        batch.add_factor_value(response, "fluency", 3.0, "rater")
    with empty_study(path) as study:
        write(study, batch)
        study.cursor().execute("UPDATE factor_value SET factor_version = 1")
    return path


def a_label(path: Path) -> Path:
    with Study.open(path) as study:
        (row,) = study.cursor().execute("SELECT response_id FROM response LIMIT 1").fetchall()
    label = {"response_id": row[0], "factor": "fluency", "annotator": "anna", "mode": "blind"}
    return saved(path.with_name("labels.json"), [label | {"new": 5}])


def test_corrections_come_in_and_twice_adds_nothing(study_file: Path) -> None:
    file = a_label(study_file)
    press(from_path(file, "corrections"), "Try it out")
    assert "would add 1 label by people" in finished("Import")
    press(from_path(file, "corrections"), "Import")
    assert "added 1 label by people" in finished("Import")
    press(from_path(file, "corrections"), "Import")
    assert "added nothing; 1 row" in finished("Import")
    assert number(resources.study().cursor(), "SELECT count(*) FROM correction") == 1


def test_what_adds_to_the_study_needs_no_data_set(study_file: Path, tmp_path: Path) -> None:
    with Study.open(study_file) as study:
        (row,) = study.cursor().execute("SELECT pair_id FROM pair LIMIT 1").fetchall()
    path = tmp_path / "verdicts.csv"
    path.write_text(f"pair_id,source,choice\n{row[0]},judge,a\n", encoding="utf-8")
    press(from_path(path, "verdicts"), "Import")
    assert "added 1 verdict" in finished("Import")


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_corrections_are_downloaded_as_the_file_that_is_asked_for(
    study_file: Path, ending: str
) -> None:
    press(
        open_page("data", view="Export", export="corrections", ending=ending),
        "Prepare the download",
    )
    assert f"study-corrections{ending} is ready" in finished("Export")


def test_a_path_without_an_ending_gets_the_one_that_is_asked_for(
    study_file: Path, tmp_path: Path
) -> None:
    app = open_page(
        "data", view="Export", export="corrections", ending=".jsonl", to="Path on this computer"
    )
    app.text_input(key="target").set_value(str(tmp_path / "labels")).run()
    press(app, "Export")
    finished("Export")
    assert (tmp_path / "labels.jsonl").exists()


@pytest.mark.parametrize("name", ["argilla", "label-studio"])
def test_records_for_annotators_go_to_a_folder(study_file: Path, tmp_path: Path, name: str) -> None:
    app = open_page("data", view="Export", export=name, to="Path on this computer")
    app.multiselect(key="label-factors").set_value(["fluency"]).run()
    app.checkbox(key="label-blind").check().run()
    app.text_input(key="target").set_value(str(tmp_path / "out")).run()
    press(app, "Export")
    finished("Export")
    written = "".join(
        path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*") if path.is_file()
    )
    assert "factor_fluency" in written
    assert "rater" not in written


def test_annotated_records_come_in_under_the_names_that_are_told(
    study_file: Path, tmp_path: Path
) -> None:
    press(
        open_page("data", view="Export", export="argilla", to="Path on this computer")
        .text_input(key="target")
        .set_value(str(tmp_path / "out"))
        .run(),
        "Export",
    )
    finished("Export")
    record = records(tmp_path / "out" / "responses" / "records.json")[0]
    record["responses"] = {"factor_fluency": [{"value": "4", "user_id": ANN}]}
    back = saved(tmp_path / "back.json", [record])
    app = from_path(back, "argilla")
    names = next(box for box in app.text_input if box.label == "Names of annotators")
    names.set_value("anna").run()
    assert "does not name an annotator" in shown(app)
    names = next(box for box in app.text_input if box.label == "Names of annotators")
    names.set_value(f"{ANN}=anna").run()
    press(app, "Import")
    assert "added 1 label by people" in finished("Import")
    found = resources.study().cursor().execute("SELECT annotator, new_value FROM correction")
    assert found.fetchall() == [("anna", 4.0)]


def test_a_wrong_record_is_refused_with_the_place(study_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_text(json.dumps([{"flat": 1}]), encoding="utf-8")
    press(from_path(path, "label-studio"), "Import")
    said = finished("Import")
    assert "row 1" in said
    assert "Nothing was imported" in said
