"""Browse says what kind of request a prompt is, and who says so; a person says it there, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from profile_core.store import prompt_tags, prompts
from profile_core.store.prompt_tags import PromptTag
from profile_core.store.study import Study
from profile_core.ui import identity, resources
from tests.app_driver import open_page, shown
from tests.label_desk import labelled_study, pair_id

BY_MODEL = PromptTag("advice", False, False, True, False, False)


@pytest.fixture(autouse=True)
def ann(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_from_cookie", lambda: "Ann")


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    path = tmp_path / "study.duckdb"
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    labelled_study(4, path=path).close()
    return resources.study()


def tagged_by_model(study: Study) -> None:
    with study.writing() as cursor:
        prompt = prompts.of_pair(cursor, pair_id(study, 0))
        prompt_tags.put(cursor, prompt, BY_MODEL, tagger="llm:small", run_id="r")


def press(app: AppTest, label: str) -> AppTest:
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    return " ".join(shown(app).split())


def say(app: AppTest, scenario: str | None, **answers: str) -> AppTest:
    box = field(app, "scenario")
    if scenario is not None:
        app.selectbox(key=box).set_value(scenario)
    for part, answer in answers.items():
        app.segmented_control(key=box.replace("scenario", part)).set_value(answer)
    return press(app, "Save")


def field(app: AppTest, part: str) -> str:
    [found] = [str(box.key) for box in app.selectbox if str(box.key).startswith("tag-")]
    return found.replace("scenario", part)


def test_an_untagged_prompt_says_so(study: Study) -> None:
    assert "Scenario not said yet Request its properties are not said yet" in words(
        open_page("browse")
    )


def test_what_a_model_said_is_shown_as_a_models_and_a_person_goes_before_it(study: Study) -> None:
    tagged_by_model(study)
    app = open_page("browse")
    assert "Scenario advice, by llm:small, a model" in words(app)
    assert "states constraints; not: leaves its intent unclear" in words(app)
    say(app, "code", takes_stance="yes")
    assert "Scenario code, by Ann" in words(app)
    assert "Request states constraints and takes a stance; not: leaves" in words(app)
    assert "Saved." in words(app)
    press(app, "Take back what you said")
    assert "Scenario advice, by llm:small, a model" in words(app)
    assert "Undone: what kind of request the prompt is" in words(app)
    assert "Take back what you said" not in [button.label for button in app.button]


def test_every_pair_of_the_prompt_follows_in_the_filter(study: Study) -> None:
    say(open_page("browse"), "code")
    said = shown(open_page("browse", where="scenario = 'code'"))
    assert "2 of 4 pairs" in said


def test_an_imported_scenario_is_kept_and_its_properties_can_still_be_said(study: Study) -> None:
    with study.writing() as cursor:
        cursor.execute("UPDATE prompt SET scenario = 'as it came'")
    app = open_page("browse")
    assert app.selectbox(key=field(app, "scenario")).disabled
    say(app, None, contains_mistake="yes", takes_stance="no")
    assert "Scenario as it came, imported" in words(app)
    assert "Request contains a mistake; not: takes a stance, by Ann" in words(app)


def test_a_form_without_a_word_is_refused_and_nothing_is_saved(study: Study) -> None:
    app = say(open_page("browse"), None)
    assert "choose a scenario or a property first" in words(app)
    assert "Scenario not said yet" in words(app)


def test_a_name_is_asked_for_in_the_form(monkeypatch: pytest.MonkeyPatch, study: Study) -> None:
    monkeypatch.setattr(identity, "_from_cookie", lambda: None)
    app = open_page("browse")
    assert "Save" not in [button.label for button in app.button]
    app.text_input("annotator-name").set_value("Ben")
    press(app, "Begin")
    assert "Scenario code, by Ben" in words(say(app, "code"))
