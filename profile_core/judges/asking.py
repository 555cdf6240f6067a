"""What a model is asked, and the two things that can come back: an answer or a failure.

A failure is a value, not an exception: it is recorded with its kind, and the run goes on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256

from pydantic import BaseModel

from profile_core.judges.rubric import SCHEMA_VERSION, Message
from profile_core.judges.spec import ModelSpec


class FailureKind(StrEnum):
    """What went wrong with a call, by what to do about it."""

    KEY = "key"
    """The key is missing, wrong, or may not do this."""
    MODEL = "model"
    """There is no such model, or not for this key."""
    QUOTA = "quota"
    """The account has no money left."""
    RATE = "rate"
    """Too many calls, also after waiting."""
    REQUEST = "request"
    """The provider does not take the request as it is."""
    TOO_LONG = "too long"
    """The prompt is longer than the model takes."""
    SERVER = "server"
    OVERLOADED = "overloaded"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    """No connection, or one that was cut."""
    NOT_JSON = "not JSON"
    """The provider's answer is no JSON (a web page, half an object), whatever its status said."""
    TOO_LARGE = "too large"
    REFUSAL = "refusal"
    """The model declined, or a filter stopped it."""
    TRUNCATED = "truncated"
    """The answer ended at the token limit."""
    EMPTY = "empty"
    FORM = "form"
    """The model's answer is not in the form that was asked for."""
    LOST = "lost"
    """A batch came back without this item."""


STOPS_THE_RUN = frozenset({FailureKind.KEY, FailureKind.MODEL, FailureKind.QUOTA})
"""Every further call would fail in the same way."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call, complete: two requests that are equal get the same answer from the cache."""

    spec: ModelSpec
    messages: tuple[Message, ...]
    form: type[BaseModel] | None
    """The form of the answer; None is free text."""
    max_tokens: int
    temperature: float | None = None
    """None: the provider's own default, which some models insist on."""
    wants_probabilities: bool = False

    def cache_key(self, order: str = "", repeat: int = 0) -> str:
        """Hash everything that an answer depends on, and which order and repeat it is."""
        parts = [
            str(self.spec),
            [[message.role, message.content] for message in self.messages],
            self.form and _schema(self.form),
            SCHEMA_VERSION,
            self.max_tokens,
            self.temperature,
            self.wants_probabilities,
            order,
            repeat,
        ]
        text = json.dumps(parts, ensure_ascii=True, sort_keys=True)
        return sha256(text.encode()).hexdigest()


@cache
def _schema(form: type[BaseModel]) -> tuple[str, str]:
    return form.__name__, json.dumps(form.model_json_schema(), sort_keys=True)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a provider counted, and so charges."""

    input_tokens: int
    """All of them, those read from a prompt cache included."""
    output_tokens: int
    cached_tokens: int = 0
    """Input tokens that were read from the provider's prompt cache."""
    written_tokens: int = 0
    """Input tokens that were written to it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered."""

    text: str
    """In the form that was asked for (`forms.formed` reads it), or free."""
    usage: Usage | None
    """None where the server does not count."""
    seconds: float
    first: float | None = None
    """The probability of the response shown first, by the tokens' own, in [0, 1]."""
    margin: float | None = None
    """How far the probabilities of the first and the second are apart, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer."""

    kind: FailureKind
    message: str
    """In plain words, for whoever runs this; never with a key in it."""
    usage: Usage | None = None
    """What it cost all the same, where that is known."""
    seconds: float = 0.0
    was_sent: bool = True
    """Whether the provider may have done, and charged, the work."""
