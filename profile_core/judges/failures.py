"""From a provider's status, or a broken connection, to a failure in plain words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx2

from profile_core.judges.asking import Failure, FailureKind
from profile_core.judges.spec import ModelSpec, Provider

_LONGEST_QUOTE = 200
_KINDS = {
    400: FailureKind.REQUEST,
    401: FailureKind.KEY,
    402: FailureKind.QUOTA,
    403: FailureKind.KEY,
    404: FailureKind.MODEL,
    408: FailureKind.TIMEOUT,
    409: FailureKind.REQUEST,
    413: FailureKind.TOO_LONG,
    422: FailureKind.REQUEST,
    429: FailureKind.RATE,
    504: FailureKind.TIMEOUT,
    529: FailureKind.OVERLOADED,
}
_WORDS = {
    FailureKind.KEY: "the key for {where} is not accepted ({status}): check it, or its rights",
    FailureKind.MODEL: "{where} has no model {model!r}, or not for this key ({status})",
    FailureKind.QUOTA: "the account at {where} has no credit or quota left ({status})",
    FailureKind.RATE: "{where} asks for fewer calls ({status}), also after waiting",
    FailureKind.REQUEST: "{where} does not take the request ({status})",
    FailureKind.TOO_LONG: "the prompt is longer than {model!r} takes ({status})",
    FailureKind.TIMEOUT: "{where} did not answer in time ({status})",
    FailureKind.OVERLOADED: "{where} is overloaded ({status}), also after waiting",
    FailureKind.SERVER: "{where} failed ({status}), also after trying again",
}
_NOT_REACHED = (httpx2.ConnectTimeout, httpx2.ConnectError)
_IS_QUOTA = re.compile(r"insufficient_quota|billing|credit balance|exceeded your current quota")
_IS_TOO_LONG = re.compile(r"context.?length|prompt is too long|maximum context|too many tokens")


class TooLarge(Exception):
    """An answer is larger than anything that was asked for."""


def of_status(spec: ModelSpec, status: int, body: str) -> Failure:
    """Tell what a status other than success means; what the server says is quoted, shortened."""
    said = _said(body)
    kind = _KINDS.get(status, FailureKind.SERVER if status >= 500 else FailureKind.REQUEST)
    if status in (400, 403, 429) and _IS_QUOTA.search(body.lower()):
        kind = FailureKind.QUOTA
    elif status == 400 and _IS_TOO_LONG.search(body.lower()):
        kind = FailureKind.TOO_LONG
    words = _WORDS[kind].format(where=where(spec), model=spec.model, status=status)
    return Failure(
        kind,
        f"{words}: {said}" if said else words,
        was_sent=status >= 500 or status == 408,
    )


def of_transport(spec: ModelSpec, error: BaseException) -> Failure:
    """Tell what broke on the way: no connection, a cut, a wait that was too long, a flood."""
    causes = list(_causes(error))
    flood = next((cause for cause in causes if isinstance(cause, TooLarge)), None)
    if flood:
        return Failure(FailureKind.TOO_LARGE, f"{where(spec)} sent {flood}")
    if any(isinstance(cause, _NOT_REACHED) for cause in causes):
        words = f"there is no connection to {where(spec)}: is it running, and is the network up?"
        return Failure(FailureKind.CONNECTION, words, was_sent=False)
    if any(isinstance(cause, httpx2.TimeoutException | TimeoutError) for cause in causes):
        return Failure(FailureKind.TIMEOUT, f"{where(spec)} did not answer in time")
    words = f"the connection to {where(spec)} broke off ({type(causes[-1]).__name__})"
    return Failure(FailureKind.CONNECTION, words)


def not_json(spec: ModelSpec, body: str) -> Failure:
    """Tell that a success is none: a web page, or half an object."""
    is_page = body.lstrip()[:1] == "<"
    what = "a web page" if is_page else "something that is no JSON"
    hint = ": is a proxy or a sign-in page in between?" if is_page else ""
    return Failure(FailureKind.NOT_JSON, f"{where(spec)} sent {what}{hint}")


def where(spec: ModelSpec) -> str:
    """Name who was asked."""
    if spec.provider is Provider.COMPATIBLE:
        return f"the endpoint {spec.endpoint!r}"
    return {Provider.OPENAI: "OpenAI", Provider.ANTHROPIC: "Anthropic"}[spec.provider]


def _said(body: str) -> str:
    """Take the server's own sentence out of an error's body."""
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    inner = found.get("error", found) if isinstance(found, dict) else None
    said = inner.get("message") if isinstance(inner, dict) else inner
    text = " ".join(said.split()) if isinstance(said, str) else ""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
