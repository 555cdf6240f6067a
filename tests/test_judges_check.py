"""The check call, and the live test that runs only where there is a key."""

from __future__ import annotations

import os

import pytest

from profile_core.judges import credentials
from profile_core.judges.check import check
from profile_core.judges.credentials import Endpoint, Secret
from profile_core.judges.spec import parse
from tests.model_server import fails, model_server, says

LIVE = {"OPENAI_API_KEY": "openai:gpt-5-mini", "ANTHROPIC_API_KEY": "anthropic:claude-haiku-4-5"}


@pytest.mark.parametrize(
    ("behaviour", "is_ready", "said"),
    [
        (says("ready"), True, "answered within"),
        (says("rea", stop="length"), True, "answered"),
        (fails(401, "bad key"), False, "key for the endpoint 'local' is not accepted"),
        (fails(404, "no such model"), False, "has no model 'small'"),
        (fails(429, "no", kind="insufficient_quota"), False, "no credit or quota"),
    ],
)
def test_a_check_says_in_words_what_is_wrong(behaviour: object, is_ready: bool, said: str) -> None:
    with model_server(behaviour) as server:  # type: ignore[arg-type]
        found = check(
            parse("compatible:local/small"), Endpoint(f"{server.address}/v1", Secret("k"))
        )
    assert found.is_ready is is_ready
    assert said in found.sentence


def test_a_check_where_nobody_answers_speaks_of_the_network() -> None:
    found = check(parse("compatible:local/small"), Endpoint("http://127.0.0.1:9/v1", Secret("k")))
    assert not found.is_ready
    assert "is it running" in found.sentence


@pytest.mark.parametrize("variable", LIVE)
def test_live_where_there_is_a_key(variable: str) -> None:
    if not os.environ.get(variable):
        pytest.skip(f"{variable} is not set: the live test asks a real provider for one word")
    spec = parse(LIVE[variable])
    assert check(spec, credentials.find(spec)).is_ready
