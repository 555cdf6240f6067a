"""Rubrics: what a model is told and asked, as versioned data.

A rubric is a system text and a user text with fixed placeholders. Filling them in is one pass of
replacement, so that a placeholder inside a response stays text; and each piece of data stands in
a fence whose mark does not occur in any of them, so that a response cannot end its own fence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Any

from profile_core.errors import ProfileError, UnknownName

SCHEMA_VERSION = 1
"""Of the answers' forms (`answers`); part of every cache key."""


class RubricKind(StrEnum):
    """What a rubric asks for, and so which form its answer has."""

    PAIRWISE = "pairwise"
    PAIRWISE_FACTORS = "pairwise-factors"
    RATING = "rating"
    FACTS_SPLIT = "facts-split"
    FACTS_LABEL = "facts-label"
    MAIN_FACTS = "main-facts"
    GENERATE = "generate"
    REVISE = "revise"
    TAG = "tag"


_DATA = (
    "prompt",
    "source",
    "response",
    "response_a",
    "response_b",
    "facts",
    "main_facts",
    "reference",
)
"""Placeholders that hold texts of others: they are fenced."""
_WORDS = ("factors", "level", "level_word", "feedback", "choices")
"""Placeholders that hold words of ours: definitions, a target level."""

NEEDED: Mapping[RubricKind, frozenset[str]] = {
    RubricKind.PAIRWISE: frozenset({"prompt", "response_a", "response_b"}),
    RubricKind.PAIRWISE_FACTORS: frozenset({"prompt", "response_a", "response_b", "factors"}),
    RubricKind.RATING: frozenset({"response", "factors"}),
    RubricKind.FACTS_SPLIT: frozenset({"response"}),
    RubricKind.FACTS_LABEL: frozenset({"facts"}),
    RubricKind.MAIN_FACTS: frozenset({"source"}),
    RubricKind.GENERATE: frozenset({"prompt"}),
    RubricKind.REVISE: frozenset({"prompt", "response", "feedback"}),
    RubricKind.TAG: frozenset({"prompt", "choices"}),
}
"""What a rubric of a kind must hand to the model; the rest of the placeholders are allowed."""

_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_FIELDS = ("name", "version", "kind", "title", "system", "user", "max_tokens", "factors")


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a model."""

    role: str
    """`system` or `user`."""
    content: str


@dataclass(frozen=True, slots=True)
class Rubric:
    """What a model is told and asked. Editing one makes a new version; none is ever changed."""

    name: str
    version: int
    kind: RubricKind
    title: str
    system: str
    user: str
    max_tokens: int
    """The most that an answer may take."""
    factors: tuple[str, ...] = ()
    """The factors that it asks about, where its kind asks about factors."""

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    def edited(self, version: int, **changes: Any) -> Rubric:
        """Give a new version with some texts changed; raises ProfileError like `checked`."""
        return checked(replace(self, version=version, **changes), f"rubric {self.name!r}")


def checked(rubric: Rubric, place: str) -> Rubric:
    """Give the rubric back if it can be used; raises ProfileError naming what is wrong with it."""
    if not _NAME.fullmatch(rubric.name):
        raise ProfileError(
            f"{place}: the name {rubric.name!r} must be lower-case letters, digits and hyphens"
        )
    if rubric.version < 1 or not 1 <= rubric.max_tokens <= 100_000:
        raise ProfileError(f"{place}: version and max_tokens must be whole numbers from 1")
    used = set(_PLACEHOLDER.findall(rubric.system)) | set(_PLACEHOLDER.findall(rubric.user))
    for name in sorted(used - {*_DATA, *_WORDS}):
        raise UnknownName(f"placeholder (in {place})", name, (*_DATA, *_WORDS))
    in_system = set(_PLACEHOLDER.findall(rubric.system)) & set(_DATA)
    if in_system:
        raise ProfileError(
            f"{place}: {{{{{min(in_system)}}}}} stands in the system text; texts of others belong "
            "into the user text alone"
        )
    missing = NEEDED[rubric.kind] - used
    if missing:
        raise ProfileError(
            f"{place}: a rubric of kind {rubric.kind} must hand over {{{{{min(missing)}}}}}"
        )
    return rubric


def render(rubric: Rubric, fields: Mapping[str, str | None]) -> tuple[Message, ...]:
    """Fill a rubric in: the exact messages that a model gets.

    A data field that is None or blank says so in its place. Raises ProfileError for a placeholder
    that no field is given for.
    """
    mark = _mark(fields)

    def filled(match: re.Match[str]) -> str:
        name = match[1]
        if name not in fields:
            raise ProfileError(f"rubric {rubric}: nothing is given for {{{{{name}}}}}")
        value = fields[name]
        if name in _WORDS:
            return value or ""
        if value is None or not value.strip():
            return f"(no {name.replace('_', ' ')})"
        return f"<{name}-{mark}>\n{value}\n</{name}-{mark}>"

    return (
        Message("system", _PLACEHOLDER.sub(filled, rubric.system)),
        Message("user", _PLACEHOLDER.sub(filled, rubric.user)),
    )


@cache
def builtin() -> tuple[Rubric, ...]:
    """The rubrics that ship, by name."""
    folder = files("profile_core.judges") / "rubrics"
    found = [
        parse(entry.read_text(encoding="utf-8"), entry.name)
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda rubric: rubric.name))


def parse(text: str, place: str) -> Rubric:
    """Read a rubric from TOML; raises ProfileError naming place and field."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{place}: is not valid TOML: {error}") from error
    unknown = table.keys() - set(_FIELDS)
    if unknown:
        raise ProfileError(
            f"{place}: unknown field {min(unknown)!r}; allowed: {', '.join(_FIELDS)}"
        )
    missing = [name for name in _FIELDS[:-1] if name not in table]
    if missing:
        raise ProfileError(f"{place}: field {missing[0]!r} is missing")
    for name in ("name", "kind", "title", "system", "user"):
        if not isinstance(table[name], str) or not table[name].strip():
            raise ProfileError(f"{place}, field {name!r}: expected text, not empty")
    for name in ("version", "max_tokens"):
        if not isinstance(table[name], int) or isinstance(table[name], bool):
            raise ProfileError(f"{place}, field {name!r}: expected a whole number")
    if table["kind"] not in set(RubricKind):
        raise UnknownName(f"kind of rubric (in {place})", table["kind"], set(RubricKind))
    return checked(
        Rubric(
            name=table["name"],
            version=table["version"],
            kind=RubricKind(table["kind"]),
            title=table["title"],
            system=table["system"].strip(),
            user=table["user"].strip(),
            max_tokens=table["max_tokens"],
            factors=tuple(table.get("factors", ())),
        ),
        place,
    )


def _mark(fields: Mapping[str, str | None]) -> str:
    """A mark that no field contains; the same for the same fields, for the cache's sake."""
    texts = "\x00".join(f"{name}\x01{fields[name] or ''}" for name in sorted(fields))
    attempt = 0
    while True:
        mark = blake2b(
            f"{attempt}:{texts}".encode(errors="surrogatepass"), digest_size=4
        ).hexdigest()
        if mark not in texts:
            return mark
        attempt += 1
