"""What calls cost, by the public price list of `genai-prices`; unknown is None, never 0."""

from __future__ import annotations

import math
from collections.abc import Iterable

import genai_prices

from profile_core.judges.asking import Request, Usage
from profile_core.judges.rubric import Message
from profile_core.judges.spec import ModelSpec, Provider

_BYTES_A_TOKEN = 3.5
"""English has about four, other scripts fewer; a worst case reserves by `most_tokens`."""
_TOKENS_A_MESSAGE = 8


def cost(spec: ModelSpec, usage: Usage | None) -> float | None:
    """US dollars of one call; None where the tokens or the price are not known."""
    if usage is None or spec.provider is Provider.COMPATIBLE:
        return None
    counted = genai_prices.Usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cached_tokens,
        cache_write_tokens=usage.written_tokens,
    )
    try:
        found = genai_prices.calc_price(
            counted, model_ref=spec.model, provider_id=spec.provider.value
        )
    except LookupError:
        return None
    return float(found.total_price)


def most(request: Request) -> float | None:
    """The most that a request can cost; what a cap reserves before it is sent."""
    tokens = most_tokens(request.messages)
    return cost(request.spec, Usage(tokens, request.max_tokens, written_tokens=tokens))


def likely_tokens(messages: Iterable[Message]) -> int:
    """About how many input tokens some messages are."""
    return sum(
        math.ceil(len(message.content.encode(errors="replace")) / _BYTES_A_TOKEN)
        + _TOKENS_A_MESSAGE
        for message in messages
    )


def most_tokens(messages: Iterable[Message]) -> int:
    """No fewer input tokens than some messages can be: a token has at least one byte."""
    return sum(
        len(message.content.encode(errors="replace")) + _TOKENS_A_MESSAGE for message in messages
    )


def is_known(spec: ModelSpec) -> bool:
    """Tell whether a model's price is on the list."""
    return cost(spec, Usage(1, 1)) is not None
