"""Every path that asks a model, end to end over a real one on loopback, in both interfaces."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import pytest

from profile_core.actions.extract_model import Measuring, extract
from profile_core.actions.generate import Generating, generate
from profile_core.actions.judge import Judging, judge
from profile_core.actions.runner import Asking
from profile_core.judges.credentials import Endpoint, Secret
from profile_core.judges.rubric import builtin
from profile_core.judges.spec import parse
from profile_core.store.rows import number
from profile_core.store.study import Study
from tests.judge_runs import OVERALL, fill
from tests.local_model import MODEL, SPEC, start_model
from tests.model_server import Asked, Reply, model_server
from tests.studies import empty_study


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = start_model()  # it serves for as long as it is referred to
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture
def study() -> Iterator[Study]:
    with empty_study() as opened:
        fill(opened, 2)
        yield opened


def asking(address: str) -> Asking:
    return Asking(Endpoint(address, Secret("none")), concurrency=1, seconds=60.0)


def test_a_judge_answers_in_form_in_both_orders_and_is_not_asked_twice(
    study: Study, address: str
) -> None:
    settings = Judging(parse(SPEC), OVERALL, temperature=0.0)
    first = judge(study, settings, asking(address))
    assert first.done + sum(first.failed.values()) == 2
    assert first.calls == 4
    assert first.input_tokens > 0
    resumed = judge(study, settings, asking(address), resume=first.run)
    valid = "SELECT count(*) FROM preference WHERE run_id IS NOT NULL AND status = 'valid'"
    answered = number(study.cursor(), "SELECT count(*) FROM call WHERE status = 'done'")
    assert number(study.cursor(), valid) == answered > 0
    assert resumed.planned == 2


def test_a_judge_of_factors_answers_in_form_or_fails_for_each_of_them(
    study: Study, address: str
) -> None:
    factors = next(rubric for rubric in builtin() if rubric.name == "factors")
    settings = Judging(
        parse(SPEC), factors, limit=1, temperature=0.0, factors=("coherence", "fluency")
    )
    summary = judge(study, settings, asking(address))
    assert summary.done + sum(summary.failed.values()) == 1
    assert summary.calls == 2
    written = (
        "SELECT name, count(*) FROM preference JOIN source USING (source_id) "
        "WHERE run_id IS NOT NULL GROUP BY name ORDER BY name"
    )
    assert study.cursor().execute(written).fetchall() == [
        (f"{MODEL}/factors@1/coherence", 2),
        (f"{MODEL}/factors@1/fluency", 2),
    ]


def test_answers_at_levels_are_stored(study: Study, address: str) -> None:
    level = next(rubric for rubric in builtin() if rubric.name == "level")
    short = level.edited(2, user=level.user, max_tokens=40)
    summary = generate(study, Generating(parse(SPEC), short, levels=(1, 5)), asking(address))
    stored = f"SELECT count(*) FROM response WHERE generator = '{MODEL}'"
    assert number(study.cursor(), stored) <= 2
    assert summary.done + sum(summary.failed.values()) == 1


def test_ratings_and_facts_are_formed_or_failures_by_kind(study: Study, address: str) -> None:
    summary = extract(
        study, Measuring(parse(SPEC), ("fluency", "n_facts"), limit=1), asking(address)
    )
    assert summary.done + sum(summary.failed.values()) == 1
    values = "SELECT count(*) FROM factor_value WHERE extractor LIKE 'llm:%'"
    assert number(study.cursor(), values) <= 2


def test_anthropics_interface_works_over_the_same_model(study: Study, address: str) -> None:
    with model_server(_messages_over(address)) as server:
        endpoint = Endpoint(server.address, Secret("none"))
        settings = Judging(parse(f"anthropic:{MODEL}"), OVERALL, "ab", temperature=0.0)
        summary = judge(study, settings, Asking(endpoint, concurrency=1, seconds=60.0))
    assert summary.done + sum(summary.failed.values()) == 2
    assert summary.calls == 2
    assert summary.input_tokens > 0


def _messages_over(address: str) -> Any:
    """Anthropic's messages on top of chat completions, its schema as `json_schema`."""

    def answer(asked: Asked) -> Reply:
        system = " ".join(block["text"] for block in asked.body["system"])
        schema = asked.body["output_config"]["format"]["schema"]
        body = {
            "model": asked.body["model"],
            "max_tokens": asked.body["max_tokens"],
            "temperature": asked.body.get("temperature"),
            "messages": [{"role": "system", "content": system}, *asked.body["messages"]],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": schema},
            },
        }
        request = HttpRequest(
            f"{address}/chat/completions",
            json.dumps(body).encode(),
            {"content-type": "application/json"},
        )
        with urlopen(request, timeout=60) as sent:
            made = json.load(sent)
        choice = made["choices"][0]
        stop = "max_tokens" if choice["finish_reason"] == "length" else "end_turn"
        message = {
            "id": "msg_local",
            "type": "message",
            "role": "assistant",
            "model": made["model"],
            "content": [{"type": "text", "text": choice["message"]["content"]}],
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": {
                "input_tokens": made["usage"]["prompt_tokens"],
                "output_tokens": made["usage"]["completion_tokens"],
            },
        }
        return Reply(body=json.dumps(message).encode())

    return answer
