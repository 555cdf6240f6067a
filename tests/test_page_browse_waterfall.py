"""Browse: what a source's model makes of one pair, step by step."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from profile_core.actions.demo import make_demo
from profile_core.actions.extract import extract
from tests.app_driver import open_page, shown
from tests.studies import A, empty_study, pairs_batch, write


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "study.duckdb"
    make_demo(path).close()
    return path


@pytest.fixture
def demo(demo_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROFILE_STUDY", str(demo_file))


def contributions(app: AppTest) -> dict[str, float]:
    """The last column of the waterfall's table."""
    bodies = [element.proto.body for element in app.get("html")]
    (found,) = (body for body in bodies if "Contributions on the logit scale" in body)
    lines = re.findall(r"<tr>(.*?)</tr>", re.sub(r"</?bdi[^>]*>", "", found))
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", line) for line in lines]
    return {row[0]: float(row[3].replace("−", "-")) for row in rows if row}


def charts_of(app: AppTest) -> list[Any]:
    return [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]


@pytest.mark.usefixtures("demo")
def test_without_a_chosen_source_the_waterfall_is_a_question() -> None:
    app = open_page("browse", setting="evaluation")
    assert "What adds up to a choice" in shown(app)
    (box,) = (box for box in app.selectbox if box.label == "Model of")
    assert box.value is None
    assert "claude" in box.options
    assert not charts_of(app)


@pytest.mark.usefixtures("demo")
def test_contributions_add_up_to_the_sum_that_is_shown() -> None:
    app = open_page("browse", setting="evaluation", model="claude", pair="5")
    found = contributions(app)
    total = found.pop("Together")
    assert total == pytest.approx(sum(found.values()), abs=0.0005 * (len(found) + 1))
    assert len(charts_of(app)) == 1
    assert "By its weights on 5 factors, claude would prefer a in" in shown(app)
    assert "It chose a. The model rests on 142 pairs." in shown(app)
    assert "On prompts it has not seen it foretells 92 % of choices; a coin, 50 %." in shown(app)


@pytest.mark.usefixtures("demo")
def test_the_source_of_the_view_is_the_one_whose_model_is_shown() -> None:
    asked = contributions(open_page("browse", setting="evaluation", source="claude", pair="5"))
    chosen = contributions(open_page("browse", setting="evaluation", model="claude", pair="5"))
    assert asked == chosen


@pytest.mark.usefixtures("demo")
def test_score_levels_are_added_up_by_the_model_of_their_writer() -> None:
    app = open_page("browse", setting="generation", source="claude", pair="7")
    (box,) = (box for box in app.selectbox if box.label == "Model of")
    assert box.options == ["claude"]
    assert "claude would write a for the higher score level in" in shown(app)
    assert "The higher level is b’s." in shown(app)
    assert "Adding nothing, being the same in both:" in shown(app)


@pytest.mark.usefixtures("demo")
def test_where_no_model_can_be_fitted_one_line_says_why() -> None:
    app = open_page("browse", setting="evaluation", model="smollm2-135m-instruct-q4")
    said = "No model of smollm2-135m-instruct-q4 can be fitted: too few prompts (2)."
    assert said in shown(app)
    assert not charts_of(app)


def test_a_small_study_has_no_waterfall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "study.duckdb"
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    with empty_study(path) as study:
        write(study, pairs_batch([("one two three", "one"), ("a b", "c")], [A, A]))
        extract(study)
    app = open_page("browse", model="human")
    assert "No model of human can be fitted: too few prompts (1)." in shown(app)
