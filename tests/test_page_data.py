"""The data page: import, export, health, measurements and origin, each with its empty state."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from profile_core.actions.extract import extract
from profile_core.actions.imports import import_file
from profile_core.formats.spec import ImportOptions
from profile_core.store.records import Batch
from profile_core.store.rows import number
from profile_core.store.study import Study
from profile_core.types import SourceKind, VerdictStatus
from profile_core.ui import resources
from tests.app_driver import open_page, shown
from tests.studies import A, B, empty_study, pairs_batch, write


@pytest.fixture
def study_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "study.duckdb"
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    empty_study(path).close()
    return path


@pytest.fixture
def pairs_csv(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    path.write_text(
        "question,answer_a,answer_b,winner\nq1,one two,one,A\nq2,three,three four,B\n",
        encoding="utf-8",
    )
    return path


def fill(path: Path, *batches: Batch) -> None:
    with Study.open(path) as study:
        write(study, *batches)


def finished(view: str) -> str:
    """Wait for the work under way, and read what the page then says."""
    deadline = time.monotonic() + 20
    while resources.jobs().active():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return shown(open_page("data", view=view))


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def from_path(path: Path, format_name: str = "table") -> AppTest:
    app = open_page("data", view="Import", format=format_name, **{"from": "Path on this computer"})
    app.text_input(key="path").set_value(str(path)).run()
    assert not app.exception
    return app


def test_a_trial_run_tells_what_an_import_would_add_and_adds_nothing(
    study_file: Path, pairs_csv: Path
) -> None:
    press(from_path(pairs_csv), "Try it out")
    said = finished("Import")
    assert "would add 2 prompts, 4 responses, 2 pairs to judge and 2 verdicts" in said
    assert number(resources.study().cursor(), "SELECT count(*) FROM pair") == 0


def test_an_import_adds_and_a_second_one_adds_nothing(study_file: Path, pairs_csv: Path) -> None:
    press(from_path(pairs_csv), "Import")
    assert "added 2 prompts" in finished("Import")
    press(from_path(pairs_csv), "Import")
    assert "added nothing; 2 rows were there already" in finished("Import")
    assert number(resources.study().cursor(), "SELECT count(*) FROM pair") == 2


def test_the_guessed_mapping_is_shown_and_can_be_changed(study_file: Path, pairs_csv: Path) -> None:
    app = from_path(pairs_csv)
    fields = {box.label: box.value for box in app.selectbox}
    assert fields["prompt"] == "question"
    assert fields["choice.human"] == "winner"
    assert fields["task"] is None
    swapped = next(box for box in app.selectbox if box.label == "response_a")
    swapped.set_value("answer_b").run()
    next(box for box in app.selectbox if box.label == "response_b").set_value("answer_a").run()
    press(app, "Import")
    finished("Import")
    cursor = resources.study().cursor()
    chosen = number(
        cursor,
        "SELECT count(*) FROM pair JOIN response ON response_a = response_id WHERE text = 'one'",
    )
    assert chosen == 1


def test_what_is_needed_can_be_mapped_where_nothing_is_guessed(
    study_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("ask,uno,due,who\nq,x,y,a\nq2,x2,y2,b\n")
    app = from_path(path)
    columns = ("ask", "uno", "due", "who")
    for name, column in zip(
        ("prompt", "response_a", "response_b", "choice.human"), columns, strict=True
    ):
        (box,) = (box for box in app.selectbox if box.label == name)
        assert box.value is None
        box.set_value(column)
        app.run()
    press(app, "Import")
    assert "2 verdicts" in finished("Import")


def test_words_of_the_choice_can_be_told(study_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("question,answer_a,answer_b,winner\nq,a,b,uno\nq2,a2,b2,due\n")
    app = from_path(path)
    assert "Try it out" not in [button.label for button in app.button]
    for word, said in (("a", "uno"), ("b", "due")):
        next(box for box in app.text_input if box.label == word).set_value(said).run()
    press(app, "Import")
    finished("Import")
    cursor = resources.study().cursor()
    assert number(cursor, "SELECT count(*) FROM preference WHERE choice = 'b'") == 1


def test_a_path_with_nothing_there_is_told(study_file: Path, tmp_path: Path) -> None:
    assert "There is nothing at" in shown(from_path(tmp_path / "absent.csv"))


def test_a_folder_format_is_refused_with_the_place(study_file: Path, tmp_path: Path) -> None:
    press(from_path(tmp_path, "pandalm"), "Import")
    assert "Nothing was imported" in finished("Import")


def test_health_names_what_it_found_and_opens_its_pairs(study_file: Path) -> None:
    batch = pairs_batch(
        [("one", "two"), ("one", "two"), ("same", "same"), ("", "x")], [A, B, A, None]
    )
    judge = batch.add_source(SourceKind.JUDGE, "j")
    pair = next(iter(batch.pairs))
    batch.add_preference(pair, judge, None, status=VerdictStatus.INVALID)
    fill(study_file, batch)
    app = open_page("data", view="Health")
    said = shown(app)
    for finding in (
        "Rows that repeat an earlier pair",
        "Pairs on which nobody has a choice",
        "Pairs of two identical texts",
        "Responses without text",
        "Unusable answers of j",
    ):
        assert finding in said.split("Looked for and not found")[0], finding
    assert "responses of an unknown generator" in said.split("Looked for and not found")[1]
    bodies = " ".join(element.proto.body for element in app.get("html"))
    assert 'href="browse?where=pair_id' in bodies


def test_measuring_tells_what_lacks_and_what_was_done(study_file: Path) -> None:
    fill(study_file, pairs_batch([("one two", "one"), ("a", "b c")], [A, B]))
    app = open_page("data", view="Measure")
    assert "4 responses of 4 lack a value" in shown(app)
    press(app, "Measure")
    said = finished("Measure")
    assert "4 responses measured" in said
    assert "All 4 responses are measured" in said


def test_whose_values_are_used_can_be_chosen(study_file: Path, tmp_path: Path) -> None:
    batch = pairs_batch([("one two", "one")], [A])
    for response in batch.responses:
        batch.add_factor_value(response, "length", 7.0, "imported:me")
    fill(study_file, batch)
    with Study.open(study_file) as study:
        extract(study)
    app = open_page("data", view="Measure")
    box = next(box for box in app.selectbox if box.label == "length")
    other = next(extractor for extractor in box.options if extractor != box.value)
    box.set_value(other).run()
    assert not app.exception
    cursor = resources.study().cursor()
    used = number(cursor, f"SELECT count(*) FROM active_extractor WHERE extractor = '{other}'")
    assert used == 1


def test_an_export_is_prepared_for_download(study_file: Path) -> None:
    fill(study_file, pairs_batch([("one two", "one")], [A]))
    press(open_page("data", view="Export"), "Prepare the download")
    assert "study-tables.zip is ready" in finished("Export")
    assert open_page("data", view="Export").get("download_button")


def test_an_export_goes_to_a_path(study_file: Path, tmp_path: Path) -> None:
    fill(study_file, pairs_batch([("one two", "one")], [A]))
    app = open_page("data", view="Export", export="study-parquet", to="Path on this computer")
    app.text_input(key="target").set_value(str(tmp_path / "out")).run()
    press(app, "Export")
    finished("Export")
    assert (tmp_path / "out" / "pair.parquet").exists()


def test_a_copy_of_the_study_is_a_whole_study(study_file: Path) -> None:
    fill(study_file, pairs_batch([("one two", "one")], [A]))
    press(open_page("data", view="Origin"), "Copy the study")
    assert "written to" in finished("Origin")
    (copy,) = study_file.parent.glob("study.duckdb.backup-*")
    with Study.open(copy) as copied:
        assert number(copied.cursor(), "SELECT count(*) FROM pair") == 1


def test_the_origin_of_the_data_is_told(study_file: Path, pairs_csv: Path) -> None:
    with Study.open(study_file) as study:
        import_file(study, "table", pairs_csv, ImportOptions(dataset="mine"))
        extract(study)
    said = shown(open_page("data", view="Origin"))
    assert "mine" in said
    assert "extract" in said


@pytest.mark.parametrize(
    ("view", "says"),
    [
        ("Health", "Nothing was found"),
        ("Measure", "There are no responses to measure yet"),
        ("Origin", "Nothing was imported yet"),
    ],
)
def test_empty_views_say_so(view: str, says: str, study_file: Path) -> None:
    assert says in shown(open_page("data", view=view))
