"""Anthropic's messages."""

from __future__ import annotations

import json
from typing import Any

import anthropic
import httpx2
from anthropic import AsyncAnthropic

from profile_core.judges import failures
from profile_core.judges.asking import Answer, Failure, FailureKind, Request, Usage
from profile_core.judges.client import Client
from profile_core.judges.credentials import Endpoint
from profile_core.judges.forms import checked

HOST = "https://api.anthropic.com"
"""Named here, so that no variable of the environment can send the key elsewhere."""


class AnthropicClient(Client):
    """Asks through `messages.create` with the schema that `messages.parse` would send.

    `parse` itself raises pydantic's error on a refusal or a cut answer, and what the call cost
    would be lost with it.
    """

    def __init__(
        self, endpoint: Endpoint, http_client: httpx2.AsyncClient, tries_again: int
    ) -> None:
        super().__init__(endpoint)
        self._sdk = AsyncAnthropic(
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
            raw = await self._sdk.messages.with_raw_response.create(**arguments(request))
            body = raw.http_response.text
            seconds = raw.http_response.elapsed.total_seconds()
        except anthropic.APIStatusError as error:
            return failures.of_status(request.spec, error.status_code, error.response.text)
        except (anthropic.APIConnectionError, httpx2.HTTPError, failures.TooLarge) as error:
            return failures.of_transport(request.spec, error)
        return read(request, body, seconds)


def arguments(request: Request) -> dict[str, Any]:
    """What the SDK is called with. The system text is marked for the provider's prompt cache."""
    system = "\n\n".join(item.content for item in request.messages if item.role == "system")
    found: dict[str, Any] = {
        "model": request.spec.model,
        "max_tokens": request.max_tokens,
        "messages": [
            {"role": item.role, "content": item.content}
            for item in request.messages
            if item.role != "system"
        ],
    }
    if system:
        cached = {"type": "ephemeral"}
        found["system"] = [{"type": "text", "text": system, "cache_control": cached}]
    if request.form is not None:
        schema = anthropic.transform_schema(request.form)
        found["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    if request.temperature is not None:
        found["extra_body"] = {"temperature": request.temperature}
    return found


def body(request: Request) -> dict[str, Any]:
    """The same as the JSON that a batch takes."""
    found = arguments(request)
    return {**found, **found.pop("extra_body", {})}


def read(request: Request, body: str, seconds: float) -> Answer | Failure:
    """Read the body of a successful answer."""
    try:
        found = json.loads(body)
    except ValueError:
        return failures.not_json(request.spec, body)
    if not isinstance(found, dict) or not isinstance(found.get("content"), list):
        words = f"{failures.where(request.spec)} sent JSON, but no answer in it"
        return Failure(FailureKind.EMPTY, words, _usage(found))
    usage = _usage(found)
    text = "".join(
        str(block.get("text", ""))
        for block in found["content"]
        if isinstance(block, dict) and block.get("type") == "text"
    )
    if found.get("stop_reason") == "refusal":
        return Failure(FailureKind.REFUSAL, f"the model declined: {text[:200]}", usage)
    if found.get("stop_reason") in ("max_tokens", "model_context_window_exceeded"):
        words = f"the answer was cut off at {request.max_tokens} tokens"
        return Failure(FailureKind.TRUNCATED, words, usage)
    wrong = checked(request, text, usage)
    if wrong:
        return wrong
    return Answer(text, usage, seconds)


def _usage(found: object) -> Usage | None:
    counted = found.get("usage") if isinstance(found, dict) else None
    if not isinstance(counted, dict):
        return None
    try:
        read_from, written = (
            int(counted.get(name) or 0)
            for name in ("cache_read_input_tokens", "cache_creation_input_tokens")
        )
        fresh = int(counted["input_tokens"])
        output = int(counted.get("output_tokens") or 0)
    except (KeyError, TypeError, ValueError):
        return None
    return Usage(fresh + read_from + written, output, read_from, written)
