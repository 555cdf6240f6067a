"""Which model is asked, written as one word: `openai:MODEL`, `anthropic:MODEL`,
`compatible:NAME/MODEL` for a server of one's own that configuration knows by a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from profile_core.errors import ProfileError

FORMS = "`openai:MODEL`, `anthropic:MODEL` or `compatible:ENDPOINT/MODEL`"

_ENDPOINT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")
_MODEL = re.compile(r"[A-Za-z0-9][\w.:/@+-]{0,199}", re.ASCII)


class Provider(StrEnum):
    """Whose interface is spoken."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    COMPATIBLE = "compatible"
    """A server that speaks OpenAI's chat completions: llama.cpp, vLLM, Ollama, a gateway."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model and where it is reached."""

    provider: Provider
    model: str
    """As the provider calls it."""
    endpoint: str | None = None
    """The name that configuration gives to a compatible server; None for the providers."""

    def __str__(self) -> str:
        at = f"{self.endpoint}/" if self.endpoint else ""
        return f"{self.provider}:{at}{self.model}"


def parse(text: str) -> ModelSpec:
    """Read a spec; raises ProfileError that shows the forms and what is wrong."""
    provider, colon, rest = text.strip().partition(":")
    if not colon or provider not in set(Provider):
        raise ProfileError(f"{text!r} names no model: write {FORMS}, such as `openai:gpt-5-mini`")
    endpoint, model = None, rest
    if provider == Provider.COMPATIBLE:
        endpoint, slash, model = rest.partition("/")
        if not slash or not _ENDPOINT.fullmatch(endpoint):
            raise ProfileError(
                f"{text!r} names no endpoint: write `compatible:ENDPOINT/MODEL`, such as "
                "`compatible:local/qwen`, where PROFILE_ENDPOINT_LOCAL_URL is its address"
            )
    if not _MODEL.fullmatch(model):
        raise ProfileError(f"{text!r} names no model after the colon: write {FORMS}")
    return ModelSpec(Provider(provider), model, endpoint)
