"""Factor values by a model: ratings, atomic facts, Preference Dissection's stages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from profile_core.actions.extract_model import Measuring, estimated, extract
from profile_core.errors import NotEstimable, UnknownName
from profile_core.judges.spec import parse
from profile_core.store import prompt_tags, run_ledger
from profile_core.store.acts import Action, acting
from profile_core.store.prompt_tags import Origin, PromptTag
from profile_core.store.records import Batch
from profile_core.store.study import Study
from tests.judge_runs import LOCAL, asking
from tests.model_answers import form_of, in_form
from tests.model_server import Asked, ModelServer, model_server, says
from tests.studies import empty_study, write

EXTRACTOR = f"llm:{LOCAL}"


@pytest.fixture
def study() -> Iterator[Study]:
    """Two tasks, two responses each."""
    with empty_study() as opened:
        batch = Batch("small")
        for task, source in (("summarization", "A long text."), ("helpful_response", None)):
            prompt = batch.add_prompt(f"Do {task}.", source_text=source, task=task)
            for text in ("one two three four", "five six"):
                batch.add_response(prompt, text, generator="left")
        write(opened, batch)
        yield opened


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(says(in_form)) as running:
        yield running


def measuring(**settings: Any) -> Measuring:
    return Measuring(parse(LOCAL), **settings)


def values(study: Study) -> dict[tuple[str, str], float | None]:
    rows = study.cursor().execute(
        "SELECT text, factor, value FROM factor_value JOIN response USING (response_id) "
        "JOIN prompt USING (prompt_id) WHERE extractor = ? AND task = 'summarization'",
        [EXTRACTOR],
    )
    return {(text, factor): value for text, factor, value in rows.fetchall()}


def forms(server: ModelServer) -> list[str]:
    return sorted(form_of(asked) for asked in server.asked)


def test_ratings_come_in_one_call_a_response_and_only_where_they_apply(
    study: Study, server: ModelServer
) -> None:
    names = ("fluency", "formality_align", "receptiveness")
    summary = extract(study, measuring(factors=names), asking(server))
    assert (summary.done, summary.calls, forms(server)) == (4, 4, ["Ratings"] * 4)
    assert values(study) == {
        (text, factor): 5.0
        for text in ("one two three four", "five six")
        for factor in ("fluency", "formality_align")
    }


def test_quotes_are_located_and_those_that_are_not_found_are_kept(
    study: Study, server: ModelServer
) -> None:
    extract(study, measuring(factors=("fluency",)), asking(server))
    [(found,)] = (
        study.cursor()
        .execute(
            "SELECT evidence FROM factor_value JOIN response USING (response_id) "
            "WHERE factor = 'fluency' AND text = 'five six' LIMIT 1"
        )
        .fetchall()
    )
    assert json.loads(found) == {
        "spans": [[0, 4]],
        "quotes": ["five", "not there"],
        "not_found": ["not there"],
        "reason": "So it is.",
    }


def test_facts_are_split_labelled_and_make_values(study: Study, server: ModelServer) -> None:
    names = ("n_facts", "hallucination", "off_focus", "source_coverage", "helpfulness")
    summary = extract(study, measuring(factors=names), asking(server))
    assert summary.failed == {}
    assert (summary.planned, summary.done) == (4, 4)
    assert forms(server) == ["LabelledFacts"] * 4 + ["MainFacts"] * 2 + ["StatedFacts"] * 4
    found = values(study)
    long = "one two three four"
    assert found[long, "n_facts"] == 3
    assert found[long, "hallucination"] == pytest.approx(1 / 3)
    assert found["five six", "hallucination"] == 0.5
    assert found[long, "off_focus"] == 0
    assert found[long, "source_coverage"] == 0.5
    assert (long, "helpfulness") not in found
    facts = study.cursor().execute(
        "SELECT fact.text, quote, start_char, end_char FROM fact JOIN response USING (response_id) "
        "WHERE response.text = 'five six' ORDER BY ordinal LIMIT 2"
    )
    assert facts.fetchall()[0] == ("It says five.", "five", 0, 4)


def test_a_response_without_facts_has_none(study: Study, server: ModelServer) -> None:
    def nothing(asked: Asked) -> Any:
        return {"facts": []} if form_of(asked) == "StatedFacts" else in_form(asked)

    server.standing = says(nothing)
    summary = extract(study, measuring(factors=("n_facts", "off_focus")), asking(server))
    assert (summary.done + summary.cached, summary.calls) == (4, 4)
    assert values(study)["five six", "n_facts"] == 0
    assert values(study)["five six", "off_focus"] is None


def test_what_is_measured_is_not_measured_again(study: Study, server: ModelServer) -> None:
    names = ("fluency", "n_facts")
    extract(study, measuring(factors=names), asking(server))
    before = len(server.asked)
    summary = extract(study, measuring(factors=names), asking(server))
    assert (summary.cached, summary.calls, len(server.asked)) == (4, 0, before)


def test_dissection_has_its_stages(study: Study, server: ModelServer) -> None:
    summary = extract(study, measuring(taxonomy="dissection"), asking(server))
    assert (summary.done, summary.failed) == (4, {})
    assert forms(server) == [""] * 2 + ["Ratings"] * 12 + ["Tagged"] * 2
    found = values(study)
    assert found["five six", "empathetic"] == 3
    assert found["five six", "corrects_mistakes"] is None
    assert found["five six", "no_severe_errors"] == 3
    alone = [asked for asked in server.asked if "- funny (" in asked.user_text]
    assert len(alone) == 4
    assert all("Do summarization." not in asked.user_text for asked in alone)
    errors = [asked for asked in server.asked if "- no_severe_errors (" in asked.user_text]
    assert all("of level best." in asked.user_text for asked in errors)
    tags = study.cursor().execute("SELECT DISTINCT scenario, tagger FROM prompt_tag").fetchall()
    assert tags == [("advice", EXTRACTOR)]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"ratings": []}, "no rating of fluency"),
        (
            {"ratings": [{"factor": "fluency", "quotes": [], "reason": "x", "points": 7}]},
            "fluency 7, which is not a whole number from 1 to 5",
        ),
    ],
)
def test_an_answer_that_rates_wrongly_is_a_failure_and_no_value(
    study: Study, server: ModelServer, answer: Any, said: str
) -> None:
    server.standing = says(answer)
    summary = extract(study, measuring(factors=("fluency",)), asking(server))
    assert (summary.done, summary.failed) == (0, {"form": 4})
    [(message,)] = study.cursor().execute("SELECT DISTINCT message FROM call").fetchall()
    assert said in message
    assert values(study) == {}


def test_labels_for_other_facts_than_those_asked_are_refused(
    study: Study, server: ModelServer
) -> None:
    def short(asked: Asked) -> Any:
        found = in_form(asked)
        return {"labels": found["labels"][1:]} if form_of(asked) == "LabelledFacts" else found

    server.standing = says(short)
    summary = extract(study, measuring(factors=("off_focus",)), asking(server))
    assert summary.failed == {"form": 4}


def test_an_estimate_needs_no_key_and_asks_nothing(study: Study, server: ModelServer) -> None:
    found = estimated(study, measuring(factors=("fluency", "n_facts")), 4)
    assert (found.items, found.calls, len(server.asked)) == (4, 12, 0)


def test_a_factor_that_a_rule_measures_is_refused(study: Study, server: ModelServer) -> None:
    with pytest.raises(UnknownName):
        extract(study, measuring(factors=("length",)), asking(server))


def test_nothing_to_measure_is_said(server: ModelServer) -> None:
    with empty_study() as empty, pytest.raises(NotEstimable):
        extract(empty, measuring(), asking(server))


def test_a_tag_is_the_scenario_of_a_prompt_that_came_without_one(
    study: Study, server: ModelServer
) -> None:
    from profile_core.store import pair_wide
    from tests.studies import levels_batch

    batch = levels_batch()
    write(study, batch)
    extract(study, measuring(factors=("empathetic",)), asking(server))
    wide = pair_wide.ensure(study)
    found = study.cursor().execute(f"SELECT DISTINCT scenario FROM {wide.name}").fetchall()
    assert found == [("advice",)]


def test_what_a_person_said_of_a_prompt_is_asked_of_no_model_and_overruled_by_none(
    study: Study, server: ModelServer
) -> None:
    query = "SELECT prompt_id FROM prompt ORDER BY task"
    (whole,), (partly,) = study.cursor().execute(query).fetchall()
    for prompt, tag in (
        (whole, PromptTag("code", False, False, False, False, False)),
        (partly, PromptTag("code", expresses_feelings=False)),
    ):
        with acting(study, "ada", Action.TAG) as (cursor, act):
            prompt_tags.put(cursor, prompt, tag, tagger="ada", act=act)
    extract(study, measuring(factors=("empathetic", "corrects_mistakes")), asking(server))
    assert forms(server).count("Tagged") == 1
    with study.cursor() as cursor:
        found = {said.part: said.origin for said in prompt_tags.of_prompt(cursor, partly)}
    assert found.pop("scenario") is found.pop("expresses_feelings") is Origin.PERSON
    assert set(found.values()) == {Origin.MODEL}
    # The model's answer says that feelings are expressed; the person's word is what counts.
    assert {rated for (_, factor), rated in values(study).items() if factor == "empathetic"} == {
        None
    }


@pytest.mark.parametrize(
    "settings",
    [{"taxonomy": "dissection"}, {"factors": ("n_facts", "source_coverage", "fluency")}, {}],
)
def test_an_estimate_counts_the_calls_of_all_stages(
    study: Study, server: ModelServer, settings: dict[str, Any]
) -> None:
    found = estimated(study, measuring(**settings), 4)
    summary = extract(study, measuring(**settings), asking(server))
    assert (found.items, found.calls) == (4, summary.calls)


def test_an_estimate_knows_what_was_answered_in_any_stage(
    study: Study, server: ModelServer
) -> None:
    every = extract(study, measuring(), asking(server))
    study.cursor().execute("DELETE FROM factor_value")
    assert estimated(study, measuring(), 4).calls == 0
    again = extract(study, measuring(), asking(server))
    assert (again.calls, len(server.asked)) == (0, every.calls)


def test_a_run_that_had_every_value_is_done_in_the_list_of_runs(
    study: Study, server: ModelServer
) -> None:
    extract(study, measuring(factors=("fluency",)), asking(server))
    extract(study, measuring(factors=("fluency",)), asking(server))
    with study.cursor() as cursor:
        latest, _ = run_ledger.rows(cursor)
    assert (latest.planned, latest.done, latest.calls) == (4, 4, 0)
