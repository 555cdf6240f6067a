"""Many requests at once, at half the price and at the provider's leisure: submit, look, collect.

A batch is known by its provider's id, so that another process can collect it later. What comes
back is read by the same rules as single answers.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import anthropic
import httpx2
import openai

from profile_core.errors import ProfileError
from profile_core.judges import anthropic_client, failures, openai_client
from profile_core.judges.asking import Answer, Failure, FailureKind, Request
from profile_core.judges.credentials import Endpoint
from profile_core.judges.spec import ModelSpec, Provider

DISCOUNT = 0.5
"""What a call in a batch costs of its usual price, with both providers (their price pages)."""
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class BatchState:
    """How far a batch is."""

    is_over: bool
    done: int
    words: str
    """The provider's own word for it."""


class Batches(ABC):
    """One provider's batches."""

    def __init__(self, spec: ModelSpec) -> None:
        self._spec = spec

    @abstractmethod
    def submit(self, requests: Mapping[str, Request]) -> str:
        """Hand in requests by ids of one's own; return the batch's id. Raises ProfileError."""

    @abstractmethod
    def state(self, batch_id: str) -> BatchState:
        """Tell how far a batch is. Raises ProfileError."""

    @abstractmethod
    def cancel(self, batch_id: str) -> None:
        """Ask the provider to stop a batch; what is done can still be collected."""

    def collect(
        self, batch_id: str, requests: Mapping[str, Request]
    ) -> dict[str, Answer | Failure]:
        """Read the answers of a batch that is over; one for every request, whatever came back."""
        lost = Failure(FailureKind.LOST, "the batch came back without this item", was_sent=False)
        found: dict[str, Answer | Failure] = dict.fromkeys(requests, lost)
        for name, entry in self._results(batch_id):
            if name in requests:  # an id that comes twice is the same answer twice
                found[name] = self._read(requests[name], entry)
        return found

    @abstractmethod
    def _results(self, batch_id: str) -> Iterable[tuple[str, dict[str, Any]]]: ...

    @abstractmethod
    def _read(self, request: Request, entry: dict[str, Any]) -> Answer | Failure: ...

    def _refused(self, error: Exception) -> ProfileError:
        if isinstance(error, openai.APIStatusError | anthropic.APIStatusError):
            failure = failures.of_status(self._spec, error.status_code, error.response.text)
        else:
            failure = failures.of_transport(self._spec, error)
        return ProfileError(failure.message)


def connect(spec: ModelSpec, endpoint: Endpoint) -> Batches:
    """Give the batches of a model's provider; a server of one's own has none."""
    if spec.provider is Provider.COMPATIBLE:
        raise ProfileError(
            "batches are OpenAI's and Anthropic's: leave --batch out for a server of your own"
        )
    chosen = _Anthropic if spec.provider is Provider.ANTHROPIC else _OpenAI
    return chosen(spec, endpoint)


class _OpenAI(Batches):
    def __init__(self, spec: ModelSpec, endpoint: Endpoint) -> None:
        super().__init__(spec)
        self._sdk = openai.OpenAI(
            api_key=endpoint.key.reveal(),
            base_url=endpoint.base_url or openai_client.HOST,
            timeout=httpx2.Timeout(_SECONDS, connect=10.0),
        )

    def submit(self, requests: Mapping[str, Request]) -> str:
        lines = [
            json.dumps(
                {
                    "custom_id": name,
                    "method": "POST",
                    "url": "/v1/chat/completions",
                    "body": openai_client.body(request),
                }
            )
            for name, request in requests.items()
        ]
        try:
            file = self._sdk.files.create(
                file=("requests.jsonl", "\n".join(lines).encode()), purpose="batch"
            )
            made = self._sdk.batches.create(
                input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
            )
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            raise self._refused(error) from error
        return made.id

    def state(self, batch_id: str) -> BatchState:
        found = self._retrieve(batch_id)
        if found.status == "failed":
            said = [error.message or "" for error in (found.errors and found.errors.data) or ()]
            raise ProfileError(f"OpenAI refused the batch {batch_id}: {'; '.join(said)}")
        counts = found.request_counts
        done = counts.completed + counts.failed if counts else 0
        is_over = found.status in ("completed", "expired", "cancelled")
        return BatchState(is_over, done, found.status)

    def cancel(self, batch_id: str) -> None:
        try:
            self._sdk.batches.cancel(batch_id)
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            raise self._refused(error) from error

    def _retrieve(self, batch_id: str) -> openai.types.Batch:
        try:
            return self._sdk.batches.retrieve(batch_id)
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            raise self._refused(error) from error

    def _results(self, batch_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        found = self._retrieve(batch_id)
        for file_id in filter(None, (found.output_file_id, found.error_file_id)):
            try:
                text = self._sdk.files.content(file_id).text
            except (openai.OpenAIError, httpx2.HTTPError) as error:
                raise self._refused(error) from error
            for line in text.splitlines():
                entry = _object(line)
                yield str(entry.get("custom_id")), entry

    def _read(self, request: Request, entry: dict[str, Any]) -> Answer | Failure:
        response = entry.get("response") or {}
        body = json.dumps(response.get("body"))
        status = response.get("status_code")
        if status == 200:
            return openai_client.read(request, body, 0.0)
        if status:
            return failures.of_status(request.spec, int(status), body)
        said = (entry.get("error") or {}).get("message", "no reason given")
        return Failure(FailureKind.LOST, f"the batch gave no answer: {said}", was_sent=False)


class _Anthropic(Batches):
    def __init__(self, spec: ModelSpec, endpoint: Endpoint) -> None:
        super().__init__(spec)
        self._sdk = anthropic.Anthropic(
            api_key=endpoint.key.reveal(),
            base_url=endpoint.base_url or anthropic_client.HOST,
            timeout=httpx2.Timeout(_SECONDS, connect=10.0),
        )

    def submit(self, requests: Mapping[str, Request]) -> str:
        entries: Any = [
            {"custom_id": name, "params": anthropic_client.body(request)}
            for name, request in requests.items()
        ]
        try:
            return self._sdk.messages.batches.create(requests=entries).id
        except (anthropic.AnthropicError, httpx2.HTTPError) as error:
            raise self._refused(error) from error

    def state(self, batch_id: str) -> BatchState:
        try:
            found = self._sdk.messages.batches.retrieve(batch_id)
        except (anthropic.AnthropicError, httpx2.HTTPError) as error:
            raise self._refused(error) from error
        counts = found.request_counts
        done = counts.succeeded + counts.errored + counts.canceled + counts.expired
        return BatchState(found.processing_status == "ended", done, found.processing_status)

    def cancel(self, batch_id: str) -> None:
        try:
            self._sdk.messages.batches.cancel(batch_id)
        except (anthropic.AnthropicError, httpx2.HTTPError) as error:
            raise self._refused(error) from error

    def _results(self, batch_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        try:
            for entry in self._sdk.messages.batches.results(batch_id):
                yield entry.custom_id, entry.to_dict()
        except (anthropic.AnthropicError, httpx2.HTTPError) as error:
            raise self._refused(error) from error

    def _read(self, request: Request, entry: dict[str, Any]) -> Answer | Failure:
        result = entry.get("result") or {}
        if result.get("type") == "succeeded":
            return anthropic_client.read(request, json.dumps(result.get("message")), 0.0)
        if result.get("type") == "errored":
            said = ((result.get("error") or {}).get("error") or {}).get(
                "message", "no reason given"
            )
            return Failure(
                FailureKind.REQUEST, f"the batch refused the item: {said}", was_sent=False
            )
        words = f"the batch gave no answer: the item is {result.get('type', 'missing')}"
        return Failure(FailureKind.LOST, words, was_sent=False)


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
