"""Judging factor by factor over a real server on loopback: a verdict, and a judge, for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from profile_core.actions.extract import extract
from profile_core.actions.judge import Judging, estimated, judge, planned
from profile_core.actions.resuming import settings_of
from profile_core.analysis.influence import DERIVED, influence
from profile_core.analysis.judge_disagreements import disagreements
from profile_core.analysis.scorecard import of_factors_in_words, scorecard
from profile_core.errors import Cancelled, NotEstimable, ProfileError, UnknownName
from profile_core.factors.taxonomy import builtin_factors
from profile_core.jobs import Progress
from profile_core.judges.rubric import builtin
from profile_core.store import factors as factor_store
from profile_core.store.records import Batch
from profile_core.store.rows import number
from profile_core.store.study import Study
from profile_core.types import Choice, SourceKind
from tests.batch_server import batch_server
from tests.judge_runs import LOCAL, OVERALL, asking, judging, some_verdict
from tests.model_answers import factor_names, factor_verdicts, in_form
from tests.model_server import Asked, ModelServer, fails, model_server, says
from tests.studies import empty_study, write

FACTORS = next(rubric for rubric in builtin() if rubric.name == "factors")
GPT = "openai:gpt-4o"
TWO = ("coherence", "fluency")


@pytest.fixture
def study() -> Iterator[Study]:
    """Six pairs of three tasks, the first response the longer one; `human` prefers it but once."""
    with empty_study() as opened:
        batch = Batch("small", "rows.csv")
        human = batch.add_source(SourceKind.HUMAN, "human", is_majority=True)
        for place, task in enumerate(("summarization", "helpful_response", None) * 2):
            prompt = batch.add_prompt(f"Question {place}?", task=task)
            pair = batch.add_pair(
                prompt,
                batch.add_response(prompt, f"a longer answer {place}", generator="left"),
                batch.add_response(prompt, f"short {place}", generator="right"),
                str(place),
                place=f"row {place}",
            )
            batch.add_preference(pair, human, Choice.A if place else Choice.B)
        write(opened, batch)
        yield opened


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(says(in_form)) as running:
        yield running


def by_factor(spec: str = LOCAL, **settings: Any) -> Judging:
    return judging(spec, **{"rubric": FACTORS, "factors": TWO, **settings})


def rows(study: Study, query: str) -> list[tuple[Any, ...]]:
    return study.cursor().execute(query).fetchall()


def counts(study: Study, *columns: str) -> dict[Any, int]:
    """Verdicts of factors' judges by some columns."""
    named = ", ".join(columns)
    found = rows(
        study,
        f"SELECT {named}, count(*) FROM preference JOIN source USING (source_id) "
        "WHERE kind = 'judge' GROUP BY ALL",
    )
    return {row[0] if len(row) == 2 else row[:-1]: row[-1] for row in found}


def test_one_call_gives_each_factor_a_verdict_of_a_judge_of_its_own(
    study: Study, server: ModelServer
) -> None:
    summary = judge(study, by_factor(repeats=2), asking(server))
    assert (summary.planned, summary.done, summary.calls, summary.rubric) == (
        6,
        6,
        24,
        "factors@1",
    )
    assert rows(
        study, "SELECT name, model, derived_from FROM source WHERE kind = 'judge' ORDER BY name"
    ) == [
        ("small/factors@1/coherence", "small", ["coherence"]),
        ("small/factors@1/fluency", "small", ["fluency"]),
    ]
    # The longer response, which is a, is shown first in one order and second in the other.
    assert counts(study, "derived_from[1]", "shown_order", "repeat", "choice") == {
        (factor, order, repeat, "a"): 6
        for factor in TWO
        for order in ("ab", "ba")
        for repeat in (0, 1)
    }


def test_definitions_are_handed_over_as_the_study_has_them_and_texts_stay_fenced(
    study: Study, server: ModelServer
) -> None:
    [item, *_] = planned(study, by_factor(factors=("fluency",)))
    system, user = item.request.messages
    definition = next(factor for factor in builtin_factors() if factor.name == "fluency").definition
    assert f"- fluency (more of it: better language): {definition}" in user.content
    assert "a longer answer" in user.content
    assert "longer answer" not in system.content
    assert "{{" not in user.content


def test_a_factor_is_asked_about_where_it_is_defined_for_the_task_alone(
    study: Study, server: ModelServer
) -> None:
    names = ("fluency", "formality_align", "helpfulness")
    judge(study, by_factor(factors=names, orders="ab"), asking(server))
    assert sorted(map(factor_names, server.asked)) == [
        ["fluency", "formality_align"],
        ["fluency", "formality_align"],
        ["fluency", "formality_align", "helpfulness"],
        ["fluency", "formality_align", "helpfulness"],
        ["fluency", "helpfulness"],
        ["fluency", "helpfulness"],
    ]
    assert counts(study, "derived_from[1]") == {
        "fluency": 6,
        "formality_align": 4,
        "helpfulness": 4,
    }


def test_pairs_that_no_factor_is_defined_for_are_not_asked_nor_counted(
    study: Study, server: ModelServer
) -> None:
    only = by_factor(factors=("formality_align",), limit=3)
    assert (estimated(study, only, 8).items, estimated(study, only, 8).calls) == (3, 6)
    tasks = {item.about for item in planned(study, only)}
    of_pairs = rows(study, "SELECT pair_id, task FROM pair JOIN prompt USING (prompt_id)")
    assert {task for pair, task in of_pairs if pair in tasks} == {"summarization", None}
    with pytest.raises(NotEstimable, match=r"of the factors' tasks \(summarization\)"):
        judge(
            study,
            by_factor(factors=("formality_align",), where="task = 'helpful_response'"),
            asking(server),
        )
    assert not rows(study, "SELECT * FROM source WHERE kind = 'judge'")


def test_without_names_it_asks_about_profiles_factors_that_no_rule_measures(
    study: Study, server: ModelServer
) -> None:
    judge(study, by_factor(factors=(), where="task = 'summarization'", limit=1), asking(server))
    names = factor_names(server.asked[0])
    assert {"coherence", "fluency", "hallucination", "n_facts", "source_coverage"} <= set(names)
    assert not {"length", "novel_words", "helpfulness", "lengthy"} & set(names)
    own = FACTORS.edited(2, factors=("fluency",))
    [item, *_] = planned(study, by_factor(rubric=own, factors=()))
    assert "coherence" not in item.request.messages[1].content


def test_the_same_factors_in_another_order_are_the_same_calls(
    study: Study, server: ModelServer
) -> None:
    judge(study, by_factor(), asking(server))
    again = judge(study, by_factor(factors=tuple(reversed(TWO))), asking(server))
    assert (again.cached, again.calls) == (6, 0)
    assert judge(study, by_factor(factors=("fluency",)), asking(server)).calls == 12


def test_what_an_answer_leaves_out_is_invalid_and_the_rest_of_it_counts(
    study: Study, server: ModelServer
) -> None:
    def says_one(asked: Asked) -> dict[str, Any]:
        told = factor_verdicts(asked)["verdicts"]
        return {"verdicts": [told[0], {**told[1], "factor": "elegance"}]}

    server.in_line = [says(says_one)]
    first = judge(study, by_factor(limit=1), asking(server, concurrency=1))
    assert (first.done, first.failed) == (0, {"form": 1})
    assert counts(study, "derived_from[1]", "status") == {
        ("coherence", "valid"): 2,
        ("fluency", "valid"): 1,
        ("fluency", "invalid"): 1,
    }
    [(message,)] = rows(study, "SELECT message FROM call WHERE status = 'failed'")
    assert message == "the answer has no single verdict on fluency"
    # An order that was asked about in vain abstains; the other factor has its choice.
    listed = disagreements(study, "small/factors@1/fluency", against="human")
    assert listed.compared == 0
    assert disagreements(study, "small/factors@1/coherence", against="human").compared == 1
    server.in_line = [fails(500)]
    judge(study, by_factor(limit=1), asking(server, tries_again=0), resume=first.run)
    assert counts(study, "derived_from[1]", "status") == {
        ("coherence", "valid"): 2,
        ("fluency", "valid"): 1,
        ("fluency", "invalid"): 1,
    }
    second = judge(study, by_factor(limit=1), asking(server), resume=first.run)
    assert (second.failed, second.calls) == ({}, 4)
    assert counts(study, "derived_from[1]", "status") == {
        ("coherence", "valid"): 2,
        ("fluency", "valid"): 2,
    }


def test_a_factor_judged_twice_has_a_verdict_if_the_two_are_one(
    study: Study, server: ModelServer
) -> None:
    def twice(asked: Asked) -> dict[str, Any]:
        one, two = factor_verdicts(asked)["verdicts"]
        return {"verdicts": [one, one, two, {**two, "verdict": "tie"}]}

    server.standing = says(twice)
    summary = judge(study, by_factor(limit=1, orders="ab"), asking(server))
    assert summary.failed == {"form": 1}
    assert counts(study, "derived_from[1]", "status") == {
        ("coherence", "valid"): 1,
        ("fluency", "invalid"): 1,
    }


def test_an_answer_without_a_verdict_fails_for_each_of_its_factors(
    study: Study, server: ModelServer
) -> None:
    server.in_line = [fails(500), says("no JSON"), says("", refusal="No.")]
    summary = judge(study, by_factor(orders="ab"), asking(server, concurrency=1, tries_again=0))
    assert summary.failed == {"server": 1, "form": 1, "refusal": 1}
    assert counts(study, "derived_from[1]", "status") == {
        (factor, status): n
        for factor in TWO
        for status, n in (("valid", 3), ("failed", 1), ("invalid", 1))
    }
    found = {row.factor: row for row in scorecard(study).rows}
    assert {row.invalid_share for row in found.values()} == {0.4}


def test_a_verdict_that_follows_the_order_is_a_flip_of_its_factor_alone(
    study: Study, server: ModelServer
) -> None:
    def first_is_fluent(asked: Asked) -> dict[str, Any]:
        coherence, fluency = factor_verdicts(asked)["verdicts"]
        return {"verdicts": [coherence, {**fluency, "verdict": "A"}]}

    server.standing = says(first_is_fluent)
    judge(study, by_factor(), asking(server))
    found = {row.factor: row for row in scorecard(study).rows}
    assert (found["fluency"].flip_rate, found["coherence"].flip_rate) == (1.0, 0.0)
    assert (found["fluency"].compared, found["coherence"].compared) == (0, 6)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"factors": ("fluency",)}, "factors {'coherence': 1, 'fluency': 1}"),
        ({"factors": ()}, "factors"),
        ({"rubric": FACTORS.edited(2, user=FACTORS.user + " !")}, "rubric"),
        ({"orders": "ab"}, "orders"),
    ],
)
def test_a_run_is_not_resumed_about_other_factors(
    study: Study, server: ModelServer, change: dict[str, Any], said: str
) -> None:
    first = judge(study, by_factor(), asking(server, max_calls=3))
    assert first.status == "stopped at the cap of 3 calls"
    with pytest.raises(ProfileError, match=f"was begun with {said}"):
        judge(study, by_factor(**change), asking(server), resume=first.run)


def test_a_run_goes_on_from_its_record_after_a_stop_but_not_under_another_definition(
    study: Study, server: ModelServer
) -> None:
    progress = Progress()

    def fourth_stops(asked: Asked) -> dict[str, Any]:
        if len(server.asked) == 4:
            progress.cancel()
        return factor_verdicts(asked)

    server.standing = says(fourth_stops, after=0.02)
    with pytest.raises(Cancelled):
        judge(study, by_factor(), asking(server, concurrency=2), progress=progress)
    [(run_id,)] = rows(study, "SELECT run_id FROM run")
    settings = settings_of(study, run_id)
    assert settings == by_factor()
    assert isinstance(settings, Judging)
    summary = judge(study, settings, asking(server), resume=run_id)
    assert (summary.calls, len(server.asked), summary.status) == (12, 12, "done")
    fluency = next(factor for factor in builtin_factors() if factor.name == "fluency")
    with study.writing() as cursor:
        factor_store.add_newer(cursor, [replace(fluency, version=2)])
    with pytest.raises(ProfileError, match="was begun with factors"):
        judge(study, settings, asking(server), resume=run_id)


def test_an_estimate_counts_calls_once_for_all_factors_and_tokens_for_each(
    study: Study, server: ModelServer
) -> None:
    one = estimated(study, by_factor(GPT, factors=("fluency",)), 8)
    two = estimated(study, by_factor(GPT), 8)
    assert one.calls == two.calls == 12
    assert two.estimated_output_tokens == 2 * (one.estimated_output_tokens or 0)
    assert (two.estimated_cost_low or 0) < (two.estimated_cost_high or 0)
    judge(study, by_factor(GPT, limit=2), asking(server))
    left = estimated(study, by_factor(GPT), 8)
    assert (left.items, left.cached, left.calls) == (6, 2, 8)
    assert server.most_at_once <= 8


def test_a_batch_gives_the_same_verdicts(study: Study) -> None:
    with batch_server(says(in_form)) as server:
        server.is_over = True
        batched = replace(asking(server.address), in_batches=True, seconds_between_looks=0.05)
        summary = judge(study, by_factor(GPT), batched)
    assert (summary.done, summary.calls, summary.failed) == (6, 12, {})
    assert counts(study, "derived_from[1]", "status") == {(name, "valid"): 12 for name in TWO}


def test_names_that_are_wrong_or_too_many_are_refused_before_anything_is_asked(
    study: Study, server: ModelServer
) -> None:
    with pytest.raises(UnknownName, match="fluency"):
        judge(study, by_factor(factors=("fluencey",)), asking(server))
    with pytest.raises(ProfileError, match="about factors"):
        Judging(by_factor().spec, OVERALL, factors=TWO)
    every = tuple(factor.name for factor in builtin_factors())
    with pytest.raises(ProfileError, match="do not fit one answer of factors@1"):
        judge(study, by_factor(factors=every), asking(server))
    assert server.asked == []
    assert number(study.cursor(), "SELECT count(*) FROM run") == 0


def test_the_scorecard_says_what_the_agreement_of_a_factors_judge_means_and_shares_its_cost(
    study: Study, server: ModelServer
) -> None:
    judge(study, judging(GPT), asking(server))
    summary = judge(study, by_factor(GPT), asking(server))
    card = scorecard(study)
    assert [(row.judge, row.rubric, row.factor) for row in card.rows] == [
        ("gpt-4o/overall@1", "overall@1", None),
        ("gpt-4o/factors@1/coherence", "factors@1", "coherence"),
        ("gpt-4o/factors@1/fluency", "factors@1", "fluency"),
    ]
    fluency = card.rows[-1]
    assert fluency.agreement == pytest.approx(5 / 6)
    assert fluency.compared == 6
    assert fluency.cost == pytest.approx(summary.cost / 12 / 2)
    assert "how often having more of the factor goes with" in of_factors_in_words(card)
    listed = disagreements(study, "gpt-4o/factors@1/fluency")
    assert (listed.against, listed.found) == ("human", 1)
    assert "which response has more fluency, not which is better" in listed.meaning
    assert disagreements(study, "gpt-4o/overall@1").meaning == ""


def test_influence_marks_the_factor_that_a_verdict_is_about_as_derived(
    study: Study, server: ModelServer
) -> None:
    judge(study, by_factor(factors=("fluency", "length")), asking(server))
    extract(study, factors=("length", "novel_words"))
    notes = {
        (row.source.rpartition("/")[2], row.factor): DERIVED in row.note
        for row in influence(study).rows
        if row.source.startswith("small/")
    }
    assert notes == {
        ("fluency", "length"): False,
        ("fluency", "novel_words"): False,
        ("length", "length"): True,
        ("length", "novel_words"): False,
    }


def test_overall_verdicts_are_read_as_before_beside_those_of_factors(
    study: Study, server: ModelServer
) -> None:
    server.standing = says(some_verdict)
    judge(study, judging(), asking(server))
    server.standing = says(in_form)
    judge(study, by_factor(), asking(server))
    assert counts(study, "name") == {
        "small/overall@1": 12,
        "small/factors@1/coherence": 12,
        "small/factors@1/fluency": 12,
    }
