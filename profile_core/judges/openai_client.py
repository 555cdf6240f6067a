"""OpenAI's chat completions, and every server that speaks them."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import openai
from openai import AsyncOpenAI

from profile_core.judges import failures
from profile_core.judges.answers import FactorVerdicts
from profile_core.judges.asking import Answer, Failure, FailureKind, Request, Usage
from profile_core.judges.client import Client
from profile_core.judges.credentials import Endpoint
from profile_core.judges.forms import checked, schema_of
from profile_core.judges.probabilities import Token, first_and_margin
from profile_core.judges.spec import Provider

HOST = "https://api.openai.com/v1"
"""Named here, so that no variable of the environment can send the key elsewhere."""
_ALTERNATIVES = 8


class OpenAIClient(Client):
    """Asks through `chat.completions.parse`."""

    def __init__(
        self, endpoint: Endpoint, http_client: httpx2.AsyncClient, tries_again: int
    ) -> None:
        super().__init__(endpoint)
        self._sdk = AsyncOpenAI(
            api_key=endpoint.key.reveal(),
            base_url=endpoint.base_url or HOST,
            max_retries=tries_again,
            http_client=http_client,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._sdk.close()

    async def _ask(self, request: Request) -> Answer | Failure:
        try:
            raw = await self._sdk.chat.completions.with_raw_response.parse(**arguments(request))
            body = raw.http_response.text
            seconds = raw.http_response.elapsed.total_seconds()
        except openai.APIStatusError as error:
            return failures.of_status(request.spec, error.status_code, error.response.text)
        except (openai.APIConnectionError, httpx2.HTTPError, failures.TooLarge) as error:
            return failures.of_transport(request.spec, error)
        return read(request, body, seconds)


def arguments(request: Request) -> dict[str, Any]:
    """What the SDK's `parse` is called with."""
    limit = (
        "max_tokens" if request.spec.provider is Provider.COMPATIBLE else "max_completion_tokens"
    )
    found: dict[str, Any] = {
        "model": request.spec.model,
        "messages": [
            {"role": message.role, "content": message.content} for message in request.messages
        ],
        limit: request.max_tokens,
    }
    if request.form is not None:
        found["response_format"] = request.form
    if request.temperature is not None:
        found["temperature"] = request.temperature
    if request.wants_probabilities:
        found |= {"logprobs": True, "top_logprobs": _ALTERNATIVES}
    return found


def body(request: Request) -> dict[str, Any]:
    """The same as the JSON that a batch takes."""
    found = arguments(request)
    if request.form is not None:
        schema = {"name": request.form.__name__, "strict": True, "schema": schema_of(request.form)}
        found["response_format"] = {"type": "json_schema", "json_schema": schema}
    return found


def read(request: Request, body: str, seconds: float) -> Answer | Failure:
    """Read the body of a successful answer."""
    try:
        found = json.loads(body)
    except ValueError:
        return failures.not_json(request.spec, body)
    usage = _usage(found)
    choices = found.get("choices") if isinstance(found, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        words = f"{failures.where(request.spec)} sent JSON, but no answer in it"
        return Failure(FailureKind.EMPTY, words, usage)
    text = message.get("content")
    text = text if isinstance(text, str) else ""
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        said = message.get("refusal") or "a content filter stopped it"
        return Failure(FailureKind.REFUSAL, f"the model declined: {str(said)[:200]}", usage)
    if choice.get("finish_reason") == "length":
        words = f"the answer was cut off at {request.max_tokens} tokens"
        return Failure(FailureKind.TRUNCATED, words, usage)
    wrong = checked(request, text, usage)
    if wrong:
        return wrong
    first, margin = _probabilities(request, choice)
    return Answer(text, usage, seconds, first, margin)


def _usage(found: object) -> Usage | None:
    counted = found.get("usage") if isinstance(found, dict) else None
    if not isinstance(counted, dict):
        return None
    details = counted.get("prompt_tokens_details") or {}
    try:
        return Usage(
            int(counted["prompt_tokens"]),
            int(counted.get("completion_tokens") or 0),
            int(details.get("cached_tokens") or 0),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _probabilities(request: Request, choice: dict[str, Any]) -> tuple[float | None, float | None]:
    """Only one verdict has one probability; a list of them has none that would be theirs."""
    if not request.wants_probabilities or request.form in (None, FactorVerdicts):
        return None, None
    try:
        tokens = [
            Token(
                entry["token"],
                [(other["token"], float(other["logprob"])) for other in entry["top_logprobs"]],
            )
            for entry in choice["logprobs"]["content"]
        ]
    except (KeyError, TypeError, ValueError):
        return None, None
    return first_and_margin(tokens)
