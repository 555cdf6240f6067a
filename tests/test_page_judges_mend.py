"""The disagreement list: a pair is opened, judged and corrected where it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from profile_core.annotation import desk, preferences, undo
from profile_core.store.records import Batch
from profile_core.store.study import Study
from profile_core.types import Asks, Choice, Order, SourceKind
from profile_core.ui import identity, resources
from tests.app_driver import open_page, shown
from tests.label_desk import labelled_study, pair_id
from tests.studies import write

PAIRS = 30
JUDGE, PEOPLE = "a judge", "crowd"


@pytest.fixture(autouse=True)
def ann(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_from_cookie", lambda: "Ann")


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A judge that differs from the crowd on every pair."""
    path = tmp_path / "study.duckdb"
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    made = labelled_study(PAIRS, per_prompt=1, path=path)
    batch = Batch("verdicts")
    judge = batch.add_source(SourceKind.JUDGE, JUDGE)
    for place in range(PAIRS):
        for order in Order:
            batch.add_preference(pair_id(made, place), judge, Choice.B, order=order)
    write(made, batch)
    made.close()
    return resources.study()


def page() -> AppTest:
    return open_page("judges", **{"judges.view": "disagreements"})


def press(app: AppTest, label: str, place: int = 0) -> AppTest:
    [button for button in app.button if button.label == label][place].click().run()
    assert not app.exception
    return app


def controls(app: AppTest) -> dict[str, Any]:
    """What the desk in the list was given."""
    [found] = [
        element.proto
        for element in app.get("bidi_component")
        if element.proto.component_name == "profile_core.annotate_controls"
    ]
    data: dict[str, Any] = json.loads(found.json)
    return data


def prefer(study: Study, pair: str, choice: Choice) -> None:
    """What the desk in the list writes when a choice comes from the browser."""
    item = desk.open_item(study, "Ann", pair, asks=Asks.PREFERENCE)
    preferences.prefer(study, "Ann", item, choice)


def lists(app: AppTest) -> list[str]:
    """The buttons of the rows and of what is open, in their order."""
    return [
        button.label
        for button in app.button
        if button.label in ("Open pair", "Close pair", "Previous", "Next")
    ]


def test_a_row_opens_the_desk_in_its_place_and_closes_it(study: Study) -> None:
    app = page()
    assert lists(app) == ["Open pair"] * 25
    press(app, "Open pair", 2)
    assert lists(app)[:6] == ["Open pair"] * 2 + ["Close pair", "Previous", "Next", "Open pair"]
    given = controls(app)
    assert given["kind"] == "preference"
    words = shown(app)
    assert "Question 2?" in words
    assert "left answer 2" in words
    assert "kept as a review" in words
    press(app, "Close pair")
    assert lists(app) == ["Open pair"] * 25


def test_an_opened_pair_has_a_on_the_left_as_the_row_speaks_of_it(study: Study) -> None:
    for place in range(3):
        app = press(page(), "Open pair", place)
        words = " ".join(shown(app).split())
        words = words[words.index("Response 1 (a)") :]
        assert words.index("left answer") < words.index("Response 2 (b)")
        assert words.index("Response 2 (b)") < words.index("right answer")
        words = " ".join(shown(app).split())
        assert f"{JUDGE} response 2 is better" in words
        assert f"{PEOPLE} response 1 is better" in words
        app.session_state["judges.say"] = "factor labels"
        app.run()
        first, *_, last = controls(app)["cells"]
        query = "SELECT response_a, response_b FROM pair WHERE pair_id = ?"
        found = study.cursor().execute(query, [controls(app)["item"]]).fetchone()
        assert (first["response"], last["response"]) == found
        press(app, "Close pair")


def test_a_first_verdict_in_the_list_makes_no_reference(study: Study) -> None:
    with study.writing() as cursor:
        cursor.execute("DELETE FROM preference WHERE source_id = 'human:crowd'")
    batch = Batch("more verdicts")
    other = batch.add_source(SourceKind.JUDGE, "the lead")
    for place in range(PAIRS):
        batch.add_preference(pair_id(study, place), other, Choice.A)
    batch.add_preference(pair_id(study, 0), other, Choice.A, repeat=1)
    write(study, batch)
    app = open_page("judges", **{"judges.view": "disagreements", "judges.judge": "the lead"})
    before = shown(app)
    assert f"the lead and {JUDGE}, a stand-in for people," in before
    prefer(study, pair_id(study, 0), Choice.A)
    assert f"the lead and {JUDGE}, a stand-in for people," in shown(app.run())


def test_whom_a_judge_is_held_against_stands_in_the_address(study: Study) -> None:
    prefer(study, pair_id(study, 0), Choice.A)
    words = shown(open_page("judges", **{"judges.view": "disagreements", "judges.against": "Ann"}))
    assert f"{JUDGE} and Ann both answered 1 pair" in words
    words = shown(open_page("judges", **{"judges.view": "disagreements", "judges.against": "Bo"}))
    assert "The link asks for source “Bo”, which this study does not have; crowd is taken" in words


def test_rows_tell_pairs_of_one_prompt_apart_and_which_were_judged(study: Study) -> None:
    words = " ".join(shown(page()).split())
    assert "Question 0? left answer 0" in words
    assert "Yours:" not in words
    prefer(study, pair_id(study, 0), Choice.B)
    assert "Question 0? Yours: b · left answer 0" in " ".join(shown(page()).split())


def test_next_and_previous_open_the_rows_beside(study: Study) -> None:
    app = press(page(), "Open pair")
    first = controls(app)["item"]
    assert next(button for button in app.button if button.label == "Previous").disabled
    press(app, "Next")
    assert controls(app)["item"] != first
    press(app, "Previous")
    assert controls(app)["item"] == first


def test_factor_labels_of_both_responses_are_asked_for_on_the_same_pair(study: Study) -> None:
    app = press(page(), "Open pair", 1)
    pair = controls(app)["item"]
    app.session_state["judges.say"] = "factor labels"
    app.run()
    given = controls(app)
    assert (given["item"], given["kind"]) == (pair, "factors")
    assert [(cell["factor"], cell["side"]) for cell in given["cells"]] == [
        ("clarity", 0),
        ("words", 0),
        ("clarity", 1),
        ("words", 1),
    ]
    assert "kept as a review" not in shown(app)


def test_a_verdict_is_counted_and_the_list_stays_against_whom_it_was(study: Study) -> None:
    app = press(page(), "Open pair", 3)
    pair = controls(app)["item"]
    before = shown(app)
    prefer(study, pair, Choice.B)
    app.run()
    assert controls(app)["choice"] is not None
    assert lists(app)[3] == "Close pair"
    assert f"{JUDGE} and {PEOPLE} both answered 30 pairs" in before
    assert f"{JUDGE} and {PEOPLE} both answered 30 pairs" in shown(app)
    app.selectbox(key="judges.against").set_value("Ann").run()
    assert f"{JUDGE} and Ann both answered 1 pair" in shown(app)


def test_a_pair_that_leaves_the_list_stays_open_in_its_place_until_one_goes_on(
    study: Study,
) -> None:
    """Against Ann, a pair on which she comes to agree with the judge is no difference any more."""
    app = page()
    query = "SELECT pair_id FROM pair ORDER BY seq LIMIT 3"
    ids = [pair for (pair,) in study.cursor().execute(query).fetchall()]
    for pair in ids:
        prefer(study, pair, Choice.A)
    app.run()
    app.selectbox(key="judges.against").set_value("Ann").run()
    press(app, "Open pair", 1)
    pair = controls(app)["item"]
    prefer(study, pair, Choice.B)
    app.run()
    assert controls(app)["item"] == pair
    assert lists(app) == ["Open pair", "Previous", "Next", "Open pair"]
    assert "none of those listed now" in shown(app)
    assert f"{JUDGE} and Ann both answered 3 pairs: 2 opposite choices" in shown(app)
    press(app, "Next")
    assert controls(app)["item"] != pair
    assert lists(app) == ["Open pair", "Close pair", "Previous", "Next"]
    undo.undo(study, "Ann")
    app.run()
    assert lists(app).count("Open pair") == 2


def test_another_list_has_nothing_open(study: Study) -> None:
    app = press(page(), "Open pair")
    app.number_input(key="judges.page").set_value(2).run()
    assert lists(app) == ["Open pair"] * 5
    app.number_input(key="judges.page").set_value(1).run()
    assert lists(app)[0] == "Close pair"


def test_whoever_has_not_said_who_they_are_is_asked_in_the_row(
    monkeypatch: pytest.MonkeyPatch, study: Study
) -> None:
    monkeypatch.setattr(identity, "_from_cookie", lambda: None)
    app = press(page(), "Open pair")
    assert "Who is labelling?" in shown(app)
    app.text_input("annotator-name").set_value("Ben")
    press(app, "Begin")
    assert controls(app)["whose"][0] == "Ben"
