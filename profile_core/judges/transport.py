"""The HTTP client that both SDKs are given: bounded answers, no redirects, statuses told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import httpx2

from profile_core.judges.failures import TooLarge

LARGEST = 8_000_000
"""Bytes of one answer; the longest that any rubric asks for takes a hundredth of it."""

OnStatus = Callable[[int, float | None], None]
"""Told the status of every HTTP answer, those that the SDK tries again included, and how many
seconds it asks to wait."""


def http_client(
    timeout: httpx2.Timeout, connections: int, on_status: OnStatus | None = None
) -> httpx2.AsyncClient:
    """Make the client; a redirect is not followed, for it could carry a key to another host."""

    async def seen(response: httpx2.Response) -> None:
        stream = response.stream
        if isinstance(stream, httpx2.AsyncByteStream):
            response.stream = _Bounded(stream)
        if on_status:
            on_status(response.status_code, _seconds(response.headers.get("retry-after")))

    return httpx2.AsyncClient(
        timeout=timeout,
        limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
        follow_redirects=False,
        event_hooks={"response": [seen]},
    )


def _seconds(header: str | None) -> float | None:
    try:
        return float(header) if header else None
    except ValueError:
        return None


class _Bounded(httpx2.AsyncByteStream):
    """Ends an answer that grows beyond all reason."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        taken = 0
        async for part in self._inner:
            taken += len(part)
            if taken > LARGEST:
                raise TooLarge(f"more than {LARGEST // 1_000_000} MB for one answer")
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()

    @property
    def elapsed(self) -> timedelta | None:
        """The time from the request to the end of the answer, which the inner stream takes."""
        return getattr(self._inner, "elapsed", None)
