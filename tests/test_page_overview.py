"""The overview page: what a study holds, what it says, and what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest

from profile_core.actions.demo import make_demo
from profile_core.actions.extract import extract
from tests.app_driver import open_page, shown
from tests.studies import A, B, empty_study, pairs_batch, write


@pytest.fixture
def study_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "study.duckdb"
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    return path


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "study.duckdb"
    make_demo(path).close()
    return path


def test_a_missing_study_offers_the_demo_or_an_empty_one(study_file: Path) -> None:
    app = open_page("overview")
    assert "There is no file study.duckdb" in shown(app)
    assert [button.label for button in app.button] == [
        "Make the demo study",
        "Begin with an empty study",
    ]
    assert not study_file.exists()


def test_an_empty_study_offers_the_demo_and_the_import(study_file: Path) -> None:
    empty_study(study_file).close()
    app = open_page("overview")
    assert "This study is empty" in shown(app)
    assert [button.label for button in app.button] == ["Fill with the demo"]
    assert [link.proto.label for link in app.get("page_link")] == ["Import data"]


def test_the_demo_says_that_its_reference_is_a_stand_in(
    demo_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROFILE_STUDY", str(demo_file))
    said = shown(open_page("overview"))
    assert "holds 48 prompts, 720 responses, 144 pairs to judge" in said
    assert "No people have chosen in this study" in said
    assert "stand-in: a model, not people" in said
    assert "It contains no human labels" in said


def test_people_are_the_reference_and_their_finding_comes_first(study_file: Path) -> None:
    texts = [(f"a longer answer {n}", f"short {n}") for n in range(40)]
    with empty_study(study_file) as study:
        write(study, pairs_batch(texts, [A] * 40))
        extract(study)
    said = shown(open_page("overview"))
    assert "The reference is human" in said
    assert "What people prefer here goes with more length" in said
    assert "contains no human labels" not in said


def test_without_measurements_the_first_step_is_to_measure(study_file: Path) -> None:
    with empty_study(study_file) as study:
        write(study, pairs_batch([("one two", "one")], [B]))
    app = open_page("overview")
    steps = [link.proto.label for link in app.get("page_link")]
    assert steps[0] == "Measure the responses"
    assert "No factor has an influence yet" in shown(app)


def test_a_file_that_is_no_study_is_told_in_words(study_file: Path) -> None:
    study_file.write_bytes(b"this is no study")
    assert "is not a study" in shown(open_page("overview"))
