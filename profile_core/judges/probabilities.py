"""P(first) from the probabilities of the token in which a verdict was given."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from profile_core.judges.answers import Shown

_VERDICT = re.compile(r'"verdict"\s*:\s*"')


@dataclass(frozen=True, slots=True)
class Token:
    """A token of an answer, with the likeliest ones in its place (itself among them, or not)."""

    text: str
    alternatives: Sequence[tuple[str, float]]
    """Text and natural logarithm of the probability."""


def first_and_margin(tokens: Sequence[Token]) -> tuple[float | None, float | None]:
    """Return P(first) and |P(first) - P(second)|, of the verdict's own token; None if not found.

    Probabilities are of A, B and tie among themselves; a tie counts half for each side.
    """
    answer = "".join(token.text for token in tokens)
    found = list(_VERDICT.finditer(answer))
    if not found:
        return None, None
    start, offset = found[-1].end(), 0
    for token in tokens:
        if offset <= start < offset + len(token.text):
            return _shares(token, before=token.text[: start - offset])
        offset += len(token.text)
    return None, None


def _shares(token: Token, before: str) -> tuple[float | None, float | None]:
    shares = dict.fromkeys(Shown, 0.0)
    for text, logarithm in token.alternatives:
        meant = _meant(text, before)
        if meant is not None:
            shares[meant] += math.exp(logarithm)
    total = sum(shares.values())
    if total <= 0:
        return None, None
    first, second, tie = (shares[shown] / total for shown in Shown)
    return first + tie / 2, abs(first - second)


def _meant(text: str, before: str) -> Shown | None:
    """Read which verdict a token begins; one that does not begin like the chosen one is another."""
    if not text.startswith(before):
        return None
    rest = text[len(before) :].strip().strip('"}').lower()
    if not rest:
        return None
    return next(
        (shown for shown in Shown if rest == shown.lower() or shown.lower().startswith(rest)), None
    )
