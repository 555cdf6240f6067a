"""The influence page's views "others held equal" and "dose-response"."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from profile_core.actions.demo import make_demo
from profile_core.actions.extract import extract
from profile_core.errors import Cancelled
from profile_core.stats.bayes import Posterior
from profile_core.ui import influence_bayes, resources
from tests.app_driver import open_page, shown
from tests.studies import A, empty_study, pairs_batch, write

EQUAL = {"influence.view": "others held equal"}
DOSES = {"influence.view": "dose-response"}


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "study.duckdb"
    make_demo(path).close()
    return path


@pytest.fixture
def demo(demo_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PROFILE_STUDY", str(demo_file))
    yield
    influence_bayes.forget()


def table(app: AppTest, caption: str) -> list[list[str]]:
    """The cells of the table with a caption."""
    bodies = [element.proto.body for element in app.get("html")]
    (found,) = (body for body in bodies if "<table" in body and caption in body)
    rows = re.findall(r"<tr>(.*?)</tr>", found)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
    return [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in cells if row]


def links(app: AppTest, caption: str) -> list[tuple[dict[str, str], str]]:
    """The addresses and words of the links in the table with a caption."""
    bodies = [element.proto.body for element in app.get("html")]
    (found,) = (body for body in bodies if "<table" in body and caption in body)
    return [
        (
            dict(parse_qsl(urlsplit(address.replace("&amp;", "&")).query)),
            re.sub(r"<[^>]+>", "", words),
        )
        for address, words in re.findall(r'href="(browse\?[^"]*)"[^>]*>(.*?)</a>', found)
    ]


@pytest.mark.usefixtures("demo")
def test_the_answer_stands_first_and_names_what_is_told() -> None:
    said = shown(open_page("influence", **EQUAL))
    answer = said.index("With the other factors of its model held equal, claude’s choices go with")
    assert answer < said.index("How far to trust the models") < said.index("The numbers")
    assert "no factor can be told from chance in" in said


@pytest.mark.usefixtures("demo")
def test_held_out_scores_stand_beside_a_coins_and_collinearity_is_said() -> None:
    app = open_page("influence", **EQUAL)
    rows = {(row[0], row[1]): row[2:] for row in table(app, "A coin foretells 50 %, 0.69")}
    pairs, left_out, prompts, foretold, loss, condition = rows["claude", "evaluation"]
    assert (pairs, left_out, prompts, foretold, loss) == ("142", "0", "48", "92 %", "0.21")
    assert float(condition) < 30
    assert rows["smollm2-135m-instruct-q4", "evaluation"][0] == "no model"
    said = shown(app)
    assert "No model: smollm2-135m-instruct-q4 (evaluation), too few prompts (2)." in said
    assert "Foretold no better than by a coin" in said
    assert "No factor is hard to tell from the others (VIF 5 or less)." in said


@pytest.mark.usefixtures("demo")
def test_what_is_not_in_a_model_is_named_with_its_reason() -> None:
    rows = table(open_page("influence", **EQUAL), "Name factors above")
    reasons = {(row[0], row[1]) for row in rows}
    assert any(
        name == "Receptiveness" and "nearly the same as intent alignment" in why
        for name, why in reasons
    )


@pytest.mark.usefixtures("demo")
def test_every_count_of_the_model_opens_exactly_its_pairs() -> None:
    app = open_page(
        "influence",
        **EQUAL,
        **{"influence.task": "summarization", "influence.where": "length_a > 10"},
    )
    found = [*links(app, "Every count, and every τ")[:4], *links(app, "A coin foretells")[:2]]
    counts = [(params, words) for params, words in found if words.isdigit()]
    assert len(counts) == 5
    for params, words in counts:
        assert params["task"] == "summarization"
        assert f"{words} of 1,584 pairs" in shown(open_page("browse", **params))


@pytest.mark.usefixtures("demo")
def test_factors_that_are_named_are_all_in_the_model() -> None:
    app = open_page("influence", **EQUAL)
    chosen = next(item for item in app.multiselect if item.label == "Factors")
    chosen.set_value(["length", "intent_align", "receptiveness"]).run()
    rows = table(app, "Every count, and every τ")
    assert {row[0] for row in rows} == {"Length", "Intent alignment", "Receptiveness"}
    assert "Uncertain because others go with it (VIF above 5)" in shown(app)


@pytest.mark.usefixtures("demo")
def test_without_the_optional_part_one_line_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("profile_core.stats.bayes.installed", lambda: False)
    app = open_page("influence", **EQUAL)
    assert "pip install 'profile-core[bayes]'" in shown(app)
    assert not [button for button in app.button if button.label.startswith("Sample")]


@pytest.mark.usefixtures("demo")
def test_the_bayesian_version_runs_as_work_and_stands_beside_the_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("profile_core.stats.bayes.installed", lambda: True)
    monkeypatch.setattr("profile_core.stats.bayes.posterior", _sampled)
    app = open_page("influence", **EQUAL)
    (button,) = (button for button in app.button if button.label == "Sample 5 models")
    button.click().run()
    _wait()
    app = open_page("influence", **EQUAL)
    assert "Bayesian models: 5 models sampled" in shown(app)
    assert "posterior mean of 100σ(w)" in shown(app)
    assert {row[3] for row in table(app, "Every count, and every τ")} == {"73 [71, 75] %"}
    assert not [button for button in app.button if button.label.startswith("Sample")]
    narrowed = open_page("influence", **EQUAL, **{"influence.task": "summarization"})
    assert [button for button in narrowed.button if button.label.startswith("Sample")]


@pytest.mark.usefixtures("demo")
def test_sampling_that_is_stopped_keeps_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def stopped_at_the_second(signs: Any, choice: Any, *, on_block: Any) -> Posterior:
        calls.append(len(signs))
        if len(calls) > 1:
            raise Cancelled("stopped")
        return _sampled(signs, choice, on_block=on_block)

    monkeypatch.setattr("profile_core.stats.bayes.installed", lambda: True)
    monkeypatch.setattr("profile_core.stats.bayes.posterior", stopped_at_the_second)
    app = open_page("influence", **EQUAL)
    next(button for button in app.button if button.label.startswith("Sample")).click().run()
    _wait()
    app = open_page("influence", **EQUAL)
    assert "stopped. The models that were sampled before that are kept." in shown(app)
    assert [button for button in app.button if button.label == "Sample 4 models"]


def test_where_no_model_can_be_fitted_the_view_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "study.duckdb"
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    with empty_study(path) as study:
        write(study, pairs_batch([("one two three", "one"), ("a b", "c")], [A, A]))
        extract(study)
    said = shown(open_page("influence", **EQUAL))
    assert "There is no model. human (evaluation): too few prompts (1)." in said


@pytest.mark.usefixtures("demo")
def test_dose_response_begins_with_the_factor_of_most_pairs_and_opens_them() -> None:
    app = open_page("influence", **DOSES)
    assert next(box for box in app.selectbox if box.label == "Factor").value == "length"
    assert "How often the response with more length is preferred" in shown(app)
    rows = table(app, "Every count opens its pairs")
    assert len(rows) == 5
    assert rows[0][:2] == ["1 to 6", "60 [41, 79] %"]
    found = links(app, "Every count opens its pairs")
    assert len(found) == 10
    for params, words in found[:4]:
        assert f"{words} of 1,584 pairs" in shown(open_page("browse", **params))


@pytest.mark.usefixtures("demo")
def test_a_dose_of_few_prompts_has_no_number() -> None:
    app = open_page("influence", **DOSES, **{"influence.factor": "helpfulness"})
    assert any("too few prompts" in row[1] for row in table(app, "Every count opens its pairs"))


@pytest.mark.usefixtures("demo")
def test_the_statistic_is_not_asked_where_it_plays_no_part() -> None:
    for view, is_asked in ((EQUAL, False), (DOSES, False), ({}, True)):
        labels = [box.label for box in open_page("influence", **view).selectbox]
        assert ("Statistic" in labels) is is_asked


def _sampled(signs: Any, choice: Any, *, on_block: Any) -> Posterior:
    on_block(0, 2)
    on_block(2, 2)
    ones = np.ones(signs.shape[1])
    return Posterior(ones, 0.9 * ones, 1.1 * ones, ones, ones, ones, len(signs), 10, 0)


def _wait() -> None:
    until = time.monotonic() + 20
    while resources.jobs().active() and time.monotonic() < until:
        time.sleep(0.01)
