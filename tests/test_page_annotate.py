"""The annotate page: who, which queue, and what an address opens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from profile_core.actions.extract import extract
from profile_core.annotation import queues
from profile_core.store.study import Study
from profile_core.types import Asks, Mode, QueueKind
from tests.app_driver import open_page, shown
from tests.label_desk import labelled_study, pair_id
from tests.studies import A, empty_study, pairs_batch, write


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "study.duckdb"
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    return path


@pytest.fixture
def study_file(path: Path) -> Path:
    labelled_study(12, per_prompt=1, path=path).close()
    return path


def draw(path: Path, **asked: Any) -> str:
    with Study.open(path) as study:
        return queues.draw(study, kind=QueueKind.RANDOM, size=10, **asked).queue_id


def sit_down(app: AppTest, name: str = "Ann") -> AppTest:
    app.text_input("annotator-name").set_value(name)
    press(app, "Begin")
    return app


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def controls(app: AppTest) -> dict[str, Any]:
    """What the desk's controls were given."""
    (found,) = [
        element.proto
        for element in app.get("bidi_component")
        if element.proto.component_name == "profile_core.annotate_controls"
    ]
    data: dict[str, Any] = json.loads(found.json)
    return data


def test_an_empty_study_says_what_would_stand_here(path: Path) -> None:
    empty_study(path).close()
    app = open_page("annotate")
    assert "Here pairs are labelled" in shown(app)
    assert [link.proto.label for link in app.get("page_link")] == ["Import data"]


@pytest.mark.usefixtures("study_file")
def test_a_name_is_asked_for_first_and_a_bad_one_is_refused() -> None:
    app = open_page("annotate")
    assert "Who is labelling?" in shown(app)
    assert "Draw the queue" not in [button.label for button in app.button]
    sit_down(app, "annotators")
    assert "stands for all annotators together" in shown(app)
    sit_down(app, "Ann")
    assert "You are  Ann" in shown(app)


@pytest.mark.usefixtures("study_file")
def test_without_a_queue_one_is_drawn_and_begun() -> None:
    app = sit_down(open_page("annotate"))
    assert "Here stand the queues" in shown(app)
    app.multiselect[0].set_value(["clarity"])
    app.number_input("draw-size").set_value(6)
    press(app, "Draw the queue")
    assert "Check the automatic values of clarity" in shown(app)
    press(app, "Begin")
    data = controls(app)
    assert data["kind"] == "factors"
    assert {cell["factor"] for cell in data["cells"]} == {"clarity"}
    assert "Item 1: viewed, not finished" in shown(app)


@pytest.mark.usefixtures("study_file")
def test_a_draw_that_cannot_be_says_why_and_keeps_what_was_chosen() -> None:
    app = sit_down(open_page("annotate"))
    app.number_input("draw-size").set_value(500)
    app.multiselect[0].set_value(["clarity"])
    press(app, "Draw the queue")
    assert "500 pairs cannot be drawn: 12 pairs can be" in shown(app)
    assert app.number_input("draw-size").value == 500


def test_a_preference_queue_shows_both_texts_and_no_source(study_file: Path) -> None:
    queue = draw(study_file, asks=Asks.PREFERENCE)
    app = sit_down(open_page("annotate", queue=queue))
    assert controls(app)["kind"] == "preference"
    assert "Say which of two responses is better" in shown(app)
    assert "left answer" in shown(app)
    assert "right answer" in shown(app)
    assert "crowd" not in shown(app)


def test_a_blind_queue_gives_no_automatic_value_to_the_page(study_file: Path) -> None:
    queue = draw(study_file, factors=["clarity", "words"], mode=Mode.BLIND)
    app = sit_down(open_page("annotate", queue=queue))
    data = controls(app)
    assert data["isBlind"]
    assert "automatic" not in json.dumps(data["cells"])
    assert not any("<mark" in element.proto.body for element in app.get("html"))


def test_a_pair_in_the_address_is_opened_by_itself(study_file: Path) -> None:
    with Study.open(study_file) as study:
        pair = pair_id(study, 4)
    app = sit_down(open_page("annotate", pair=pair))
    assert controls(app)["item"] == pair
    assert "One pair, outside any queue" in shown(app)


@pytest.mark.usefixtures("study_file")
@pytest.mark.parametrize("name", ["queue", "pair"])
def test_an_address_of_nothing_says_so(name: str) -> None:
    app = open_page("annotate", **{name: "nothing"})
    assert f"No {name} named 'nothing'" in shown(app)


@pytest.mark.usefixtures("study_file")
@pytest.mark.parametrize("view", ["agreement", "disagreements", "audit"])
def test_every_view_of_the_lead_opens_from_its_address(view: str) -> None:
    app = sit_down(open_page("annotate", view=view))
    assert app.segmented_control[0].value == view
    assert "This page failed" not in shown(app)
    assert "Draw the queue" not in [button.label for button in app.button]


HOSTILE = "<b>x</b> <script>1</script> $y$ ![](https://example.org/z.png)"


@pytest.mark.parametrize("asks", [Asks.FACTORS, Asks.PREFERENCE])
def test_texts_from_data_are_shown_as_they_are(path: Path, asks: Asks) -> None:
    with empty_study(path) as study:
        write(study, pairs_batch([(HOSTILE, f"{HOSTILE} too")] * 4, [A] * 4))
        extract(study)
    factors = ["length"] if asks is Asks.FACTORS else []
    with Study.open(path) as study:
        queue = queues.draw(
            study, kind=QueueKind.RANDOM, size=4, asks=asks, factors=factors
        ).queue_id
    app = sit_down(open_page("annotate", queue=queue))
    bodies = "\n".join(element.proto.body for element in app.get("html"))
    assert bodies.count("&lt;b&gt;x&lt;/b&gt;") == 2
    assert "<b>x" not in bodies
    assert "<script>1" not in bodies
    assert not app.markdown


def test_names_from_data_are_never_markup(study_file: Path) -> None:
    hostile = HOSTILE
    queue = draw(study_file, factors=["clarity"], name=hostile)
    app = sit_down(open_page("annotate"), "<i>Ann</i>")
    bodies = "\n".join(element.proto.body for element in app.get("html"))
    assert "<b>x" not in bodies
    assert "<i>Ann" not in bodies
    assert not app.markdown
    assert not any(hostile in button.label for button in app.button)
    sit_down(open_page("annotate", queue=queue))
