"""One small call that tells whether a model can be asked, and in words what is wrong if not."""

from __future__ import annotations

from dataclasses import dataclass

from profile_core.judges import loop
from profile_core.judges.asking import Answer, FailureKind, Request
from profile_core.judges.client import connect
from profile_core.judges.credentials import Endpoint
from profile_core.judges.failures import where
from profile_core.judges.rubric import Message
from profile_core.judges.spec import ModelSpec

_MESSAGES = (
    Message("system", "You answer with one word."),
    Message("user", "Say: ready"),
)
_SECONDS = 30.0
_ENOUGH = frozenset({FailureKind.TRUNCATED, FailureKind.EMPTY, FailureKind.REFUSAL})
"""The model was reached and answered, if not with a word."""


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a model can be asked."""

    is_ready: bool
    sentence: str


def check(spec: ModelSpec, endpoint: Endpoint, *, max_tokens: int = 64) -> Check:
    """Ask for one word; it costs next to nothing, and nothing is stored."""
    return loop.run(_check(spec, endpoint, max_tokens))


async def _check(spec: ModelSpec, endpoint: Endpoint, max_tokens: int) -> Check:
    request = Request(spec, _MESSAGES, None, max_tokens)
    async with connect(spec, endpoint, seconds=_SECONDS, tries_again=1) as client:
        outcome = await client.ask(request)
    if isinstance(outcome, Answer):
        seconds = f"{outcome.seconds:.1f} s"
        return Check(True, f"{spec.model} at {where(spec)} answered within {seconds}")
    if outcome.kind in _ENOUGH:
        return Check(True, f"{spec.model} at {where(spec)} answered")
    return Check(False, outcome.message)
