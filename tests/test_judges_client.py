"""Asking a real server on loopback, in both interfaces, whatever it does."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator

import pytest

from profile_core.judges import loop
from profile_core.judges.answers import PairVerdict, Shown
from profile_core.judges.asking import Answer, Failure, FailureKind, Request
from profile_core.judges.client import connect
from profile_core.judges.credentials import Endpoint, Secret
from profile_core.judges.forms import formed
from profile_core.judges.rubric import Message
from profile_core.judges.spec import parse
from tests.model_faults import FAULTS, KEY, VERDICT
from tests.model_server import ModelServer, model_server, says

SPECS = ("openai:gpt-4o", "anthropic:claude-test", "compatible:local/small")
MESSAGES = (Message("system", "You compare."), Message("user", "Which one?"))


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(says(VERDICT)) as running:
        yield running


def ask(
    server: ModelServer | str,
    spec: str,
    *,
    form: type | None = PairVerdict,
    seconds: float = 5.0,
    tries_again: int = 0,
    wants_probabilities: bool = False,
) -> Answer | Failure:
    address = server if isinstance(server, str) else server.address
    base = address if spec.startswith("anthropic") else f"{address}/v1"
    request = Request(parse(spec), MESSAGES, form, 200, wants_probabilities=wants_probabilities)

    async def once() -> Answer | Failure:
        endpoint = Endpoint(base, Secret(KEY))
        async with connect(
            request.spec, endpoint, seconds=seconds, tries_again=tries_again
        ) as client:
            return await client.ask(request)

    return loop.run(once())


@pytest.mark.parametrize("spec", SPECS)
def test_a_verdict_comes_back_in_its_form_with_its_tokens(server: ModelServer, spec: str) -> None:
    found = ask(server, spec)
    assert isinstance(found, Answer)
    read = formed(PairVerdict, found.text)
    assert read == PairVerdict(reason=VERDICT["reason"], verdict=Shown.FIRST)
    assert found.usage is not None
    assert (found.usage.input_tokens, found.usage.output_tokens) == (100, 10)
    assert found.seconds >= 0


@pytest.mark.parametrize("spec", SPECS)
def test_the_form_and_the_limit_are_sent_and_the_system_text_apart(
    server: ModelServer, spec: str
) -> None:
    ask(server, spec)
    [asked] = server.asked
    text = json.dumps(asked.body)
    assert "reason" in text
    assert "json_schema" in text
    assert asked.user_text == "Which one?"
    if asked.is_anthropic:
        assert asked.body["system"][0]["text"] == "You compare."
        assert asked.body["system"][0]["cache_control"] == {"type": "ephemeral"}
        assert asked.body["max_tokens"] == 200
    else:
        assert asked.body["messages"][0] == {"role": "system", "content": "You compare."}
        name = "max_tokens" if spec.startswith("compatible") else "max_completion_tokens"
        assert asked.body[name] == 200
    assert asked.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("spec", SPECS)
def test_free_text_is_taken_as_it_is(server: ModelServer, spec: str) -> None:
    server.standing = says("Rome, of course.")
    found = ask(server, spec, form=None)
    assert isinstance(found, Answer)
    assert found.text == "Rome, of course."


def test_json_in_a_fence_is_read(server: ModelServer) -> None:
    server.standing = says(f"```json\n{json.dumps(VERDICT)}\n```")
    assert isinstance(ask(server, "compatible:local/small"), Answer)


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_a_failure_of_its_kind_in_plain_words_without_the_key(
    server: ModelServer, spec: str, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.standing, kind = FAULTS[fault]
    found = ask(server, spec, seconds=0.5 if fault == "late" else 5.0)
    assert isinstance(found, Failure)
    assert found.kind is kind, found
    assert found.message
    assert "\n" not in found.message
    assert len(found.message) < 400
    assert KEY not in found.message
    assert KEY not in caplog.text
    assert "Traceback" not in found.message


@pytest.mark.parametrize("spec", SPECS)
def test_nobody_there_is_told_apart_from_a_cut_and_is_not_charged(spec: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = ask(f"http://127.0.0.1:{port}", spec)
    assert isinstance(found, Failure)
    assert (found.kind, found.was_sent) == (FailureKind.CONNECTION, False)
    assert "is it running" in found.message


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("fault", ["429 with retry-after", "500", "529", "cut in the middle"])
def test_what_passes_is_tried_again(server: ModelServer, spec: str, fault: str) -> None:
    server.in_line = [FAULTS[fault][0]]
    assert isinstance(ask(server, spec, tries_again=2), Answer)
    assert len(server.asked) == 2


@pytest.mark.parametrize("spec", SPECS)
def test_what_was_charged_is_known_also_of_a_useless_answer(server: ModelServer, spec: str) -> None:
    for fault in ("refusal", "truncated", "another verdict", "empty answer"):
        server.standing = FAULTS[fault][0]
        found = ask(server, spec)
        assert isinstance(found, Failure)
        assert found.usage is not None
        assert found.usage.output_tokens == 10


def test_a_caller_with_a_loop_of_its_own_can_ask_too(server: ModelServer) -> None:
    async def in_a_notebook() -> Answer | Failure:
        return ask(server, SPECS[2])

    assert isinstance(loop.run(in_a_notebook()), Answer)


def test_no_variable_of_the_environment_sends_a_key_elsewhere(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.address}/v1")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.address)
    for spec in SPECS[:2]:
        client = connect(parse(spec), Endpoint(None, Secret(KEY)))
        host = str(client._sdk.base_url)  # type: ignore[attr-defined]
        assert host.startswith(("https://api.openai.com", "https://api.anthropic.com"))
        loop.run(client.close())


def _token(text: str, *others: tuple[str, float]) -> dict[str, object]:
    return {
        "token": text,
        "logprob": 0.0,
        "top_logprobs": [{"token": other, "logprob": value} for other, value in others],
    }


def test_probabilities_are_those_of_the_verdicts_own_token(server: ModelServer) -> None:
    content = [
        _token('{"reason": "A is'),
        _token(' good", "verdict":'),
        _token(' "'),
        _token("A", ("A", -0.2231435513), ("B", -1.6094379124), ("C", -5.0)),
        _token('"}'),
    ]
    server.standing = says('{"reason": "A is good", "verdict": "A"}', logprobs={"content": content})
    found = ask(server, "compatible:local/small", wants_probabilities=True)
    assert isinstance(found, Answer)
    assert found.first == pytest.approx(0.8)
    assert found.margin == pytest.approx(0.6)
