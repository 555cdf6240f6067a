"""The judges page: composing a run, running it over a real server, and what comes of it."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from profile_core.actions.demo import make_demo
from profile_core.analysis.scorecard import scorecard
from profile_core.store.rows import number
from profile_core.text import numbers
from profile_core.ui import resources
from tests.app_driver import open_page, shown
from tests.model_answers import in_form
from tests.model_server import ModelServer, fails, model_server, says

MODEL = "compatible:local/small"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    make_demo(path).close()
    return path


@pytest.fixture(autouse=True)
def _study(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shutil.copy(demo, tmp_path / "demo.duckdb")
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    monkeypatch.delenv("PROFILE_ENDPOINT_LOCAL_URL", raising=False)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server(says(in_form)) as running:
        monkeypatch.setenv("PROFILE_ENDPOINT_LOCAL_URL", f"{running.address}/v1")
        yield running


def page(**params: str) -> AppTest:
    return open_page("judges", **{f"judges.{name}": value for name, value in params.items()})


def press(app: AppTest, label: str) -> AppTest:
    [button] = [button for button in app.button if button.label == label]
    return button.click().run()


def outcome() -> str:
    """What the line at the top says when the work is over."""
    deadline = time.monotonic() + 60
    while resources.jobs().active():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return shown(page(view="runs"))


def test_without_a_model_the_three_ways_to_one_are_explained() -> None:
    words = shown(page())
    assert "Three ways to a model" in words
    assert "PROFILE_ENDPOINT_LOCAL_URL" in words


def test_a_missing_key_is_named_with_the_cure_and_nothing_can_be_run() -> None:
    app = page(model=MODEL)
    assert "set PROFILE_ENDPOINT_LOCAL_URL" in shown(app)
    assert not [button for button in app.button if button.label == "Run"]


def test_what_a_run_would_take_stands_above_its_button(server: ModelServer) -> None:
    words = shown(page(model=MODEL))
    assert "144 pairs: 288 calls" in words
    assert "the price of small is not known" in words
    assert server.asked == []


def test_no_labels_are_offered_where_they_would_change_nothing() -> None:
    for view in ("ask a model", "disagreements", "compare"):
        assert "Labels" not in [box.label for box in page(view=view).selectbox]


def test_a_run_from_the_page_brings_a_judge_to_the_scorecard_and_the_list(
    server: ModelServer,
) -> None:
    app = page(model=MODEL)
    app.number_input(key="judges.limit").set_value(20).run()
    press(app, "Run")
    assert "20 of 20 items done" in outcome()
    with resources.study().cursor() as cursor:
        query = "SELECT count(*) FROM preference WHERE run_id IS NOT NULL AND status = 'valid'"
        assert number(cursor, query) == 40
    assert "small/overall@1" in shown(page(view="scorecard"))
    listed = shown(page(view="disagreements", judge="small/overall@1"))
    assert "small/overall@1 and claude, a stand-in for people, both answered" in listed
    compared = page(view="compare", first="claude")
    compared.selectbox(key="judges.second").set_value("small/overall@1").run()
    assert "claude and small/overall@1 chose alike on" in shown(compared)
    assert "compatible:local/small" in shown(page(view="runs"))


def test_a_rubric_per_factor_runs_from_the_page_and_each_factor_has_its_judge(
    server: ModelServer,
) -> None:
    assert page(model=MODEL).selectbox(key="judges.rubric").value == "overall@1"
    app = page(model=MODEL, rubric="factors@1")
    app.multiselect(key="judges.asked-about").set_value(["fluency", "coherence"]).run()
    app.number_input(key="judges.limit").set_value(4).run()
    assert "4 pairs: 8 calls" in shown(app)
    app.toggle(key="judges.preview").set_value(True).run()
    assert "- fluency (more of it: better language): " in shown(app)
    assert "verdicts\n  factor\n  reason\n  verdict" in shown(app)
    press(app, "Run")
    assert "4 of 4 items done" in outcome()
    score = shown(page(view="scorecard"))
    assert "small/factors@1/fluency" in score
    assert "small/factors@1/coherence" in score
    assert "how often having more of the factor goes with the reference's choice" in score
    listed = shown(page(view="disagreements", judge="small/factors@1/fluency"))
    assert "small/factors@1/fluency and claude, a stand-in for people, both answered" in listed
    overview = shown(open_page("overview"))
    findings = overview.partition("What it says so far")[2].partition("What to do next")[0]
    assert "small/factors@1" not in findings
    assert "judges of one factor alone are among them" in findings


def test_what_failed_can_be_asked_again_from_the_list_of_runs(server: ModelServer) -> None:
    server.in_line = [fails(400), fails(400)]
    app = page(model=MODEL)
    app.number_input(key="judges.limit").set_value(5).run()
    press(app, "Run")
    assert re.search(r"[34] of 5 items done; failed: [12] request", outcome())
    press(page(view="runs"), "Go on")
    assert re.search(r"[12] of 5 items done, [34] known before", outcome())
    with resources.study().cursor() as cursor:
        query = "SELECT count(*) FROM preference WHERE run_id IS NOT NULL AND status = 'valid'"
        assert number(cursor, query) == 10


def test_going_on_tells_what_it_takes_and_keeps_the_caps_that_the_run_was_begun_with(
    server: ModelServer,
) -> None:
    app = page(model=MODEL)
    app.number_input(key="judges.limit").set_value(5).run()
    app.number_input(key="judges.calls").set_value(3).run()
    app.number_input(key="judges.concurrency").set_value(2).run()
    press(app, "Run")
    assert "stopped at the cap of 3 calls" in outcome()
    app = page(view="runs")
    assert "5 pairs, 1 of them answered already: 7 calls" in shown(app)
    [calls] = [box for box in app.number_input if box.label == "Stop after calls"]
    [pace] = [box for box in app.number_input if box.label == "At the same time"]
    assert (calls.value, pace.value) == (3, 2)
    press(calls.set_value(5).run(), "Go on")
    assert "stopped at the cap of 5 calls" in outcome()
    assert len(server.asked) == 5


def test_a_run_without_any_answer_is_shown_as_a_failure_and_brings_no_judge(
    server: ModelServer,
) -> None:
    server.standing = fails(401, "no")
    app = page(model=MODEL)
    app.number_input(key="judges.limit").set_value(2).run()
    press(app, "Run")
    assert "failed: the key for the endpoint 'local' is not accepted" in outcome()
    bodies = [element.proto.body for element in page(view="runs").get("html")]
    assert any("pf-problem" in body and "is not accepted" in body for body in bodies)
    assert "small/overall@1" not in shown(page(view="scorecard"))
    assert "small/overall@1" not in page(view="compare").selectbox(key="judges.second").options


def test_what_measuring_takes_is_no_bound_and_says_so(server: ModelServer) -> None:
    app = page(model="openai:gpt-4o", ask="measure factors")
    assert "calls" in shown(app)
    assert "at most $" not in shown(app)
    assert "about $" in shown(app)
    assert "at most $" in shown(page(model="openai:gpt-4o"))


def test_the_messages_are_shown_word_for_word(server: ModelServer) -> None:
    app = page(model=MODEL)
    app.toggle(key="judges.preview").set_value(True).run()
    words = shown(app)
    assert "You are a careful, impartial reader." in words
    assert "The request:" in words


def test_a_check_says_whether_a_model_can_be_asked(server: ModelServer) -> None:
    assert "answered within" in shown(press(page(model=MODEL), "Check"))
    server.standing = fails(401, "no")
    assert "is not accepted" in shown(press(page(model=MODEL), "Check"))


def test_editing_a_rubric_makes_a_new_version() -> None:
    app = page(view="rubrics")
    app.selectbox(key="judges.rubric-shown").set_value("overall@1").run()
    app.text_area[1].set_value(app.text_area[1].value + " Think twice.")
    app = press(app, "Save as a new version")
    assert "Saved as overall@2" in shown(app)
    assert app.selectbox(key="judges.rubric-shown").value == "overall@2"
    assert "Think twice." in shown(app)
    app.text_area[1].set_value("nothing is handed over")
    assert "must hand over" in shown(press(app, "Save as a new version"))


def test_judges_may_be_compared_with_another_reference_by_the_address() -> None:
    usual = page(view="scorecard")
    assert "Compared with the judge claude, a stand-in for people" in shown(usual)
    assert usual.selectbox(key="judges.reference").value is None
    app = page(view="scorecard", reference="smollm2-135m-instruct-q4")
    assert "Compared with the judge smollm2-135m-instruct-q4" in shown(app)
    bodies = " ".join(element.proto.body for element in app.get("html"))
    assert "judges.judge=claude&amp;judges.against=smollm2-135m-instruct-q4" in bodies
    app.selectbox(key="judges.reference").set_value(None).run()
    assert "Compared with the judge claude" in shown(app)
    assert "which this study does not have; judges are compared as usual" in shown(
        page(view="scorecard", reference="nobody")
    )


def test_the_scorecard_says_how_many_pairs_agreement_is_of() -> None:
    expected = [
        numbers.NONE if row.is_reference else str(row.compared)
        for row in scorecard(resources.study()).rows
    ]
    app = page(view="scorecard")
    [table] = [body for element in app.get("html") if "<td" in (body := element.proto.body)]
    titles = re.findall(r"<th[^>]*>([^<]*)</th>", table)
    rows = re.findall(r"<tr>(.*?)</tr>", table)[1:]
    place = titles.index("of pairs")
    assert titles[place - 1] == "Agreement"
    found = [re.sub("<[^>]+>", "", row.split("</td>")[place]) for row in rows]
    assert found == expected


def test_compare_opens_on_two_judges_beside_the_reference() -> None:
    app = page(view="compare")
    first, second = (app.selectbox(key=f"judges.{name}").value for name in ("first", "second"))
    assert "claude" not in (first, second)
    words = " ".join(shown(app).split())
    assert f"{first} and {second} chose alike on" in words
    asked = shown(page(view="compare", first="claude", second=str(second)))
    assert f"claude and {second} chose alike on" in asked
    assert "Agreement with the reference: " in asked


@pytest.mark.parametrize("view", ["runs", "scorecard", "disagreements", "compare", "rubrics"])
def test_every_view_opens_by_its_address(view: str) -> None:
    assert not page(view=view).exception
