"""One way to ask a model, whoever provides it: `connect`, then `ask`, which never raises.

The SDKs send, wait and try again; what they leave to their users (a web page with status 200,
half a JSON object, a refusal, a cut connection) becomes a `Failure` here.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from types import TracebackType

import httpx2

from profile_core.judges.asking import Answer, Failure, Request
from profile_core.judges.credentials import Endpoint
from profile_core.judges.spec import ModelSpec, Provider
from profile_core.judges.transport import OnStatus, http_client

SECONDS = 120.0
"""How long one try may take."""
TRIES_AGAIN = 4
CONNECTIONS = 64


class Client(ABC):
    """A connection to one provider's interface; use it within `async with`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._key = endpoint.key

    async def ask(self, request: Request) -> Answer | Failure:
        """Send one request; a failure says in plain words what went wrong."""
        started = time.monotonic()
        outcome = await self._ask(request)
        if isinstance(outcome, Answer):
            return outcome
        return Failure(
            outcome.kind,
            self._key.hidden_in(outcome.message),
            outcome.usage,
            time.monotonic() - started,
            outcome.was_sent,
        )

    @abstractmethod
    async def _ask(self, request: Request) -> Answer | Failure: ...

    @abstractmethod
    async def close(self) -> None:
        """Close the connections."""

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def connect(
    spec: ModelSpec,
    endpoint: Endpoint,
    *,
    seconds: float = SECONDS,
    tries_again: int = TRIES_AGAIN,
    on_status: OnStatus | None = None,
) -> Client:
    """Make the client for a model's provider."""
    # Imported here, because each SDK takes half a second that most commands do not need.
    from profile_core.judges.anthropic_client import AnthropicClient  # noqa: PLC0415
    from profile_core.judges.openai_client import OpenAIClient  # noqa: PLC0415

    client = http_client(httpx2.Timeout(seconds, connect=10.0), CONNECTIONS, on_status)
    if spec.provider is Provider.ANTHROPIC:
        return AnthropicClient(endpoint, client, tries_again)
    return OpenAIClient(endpoint, client, tries_again)
