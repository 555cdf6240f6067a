"""What kind of request a prompt is: as it was imported, or as people and models tagged it.

Of each part of a tag stands what was imported, else what a person said, else what a model said; of
several of one kind, the latest. The views `said_tag` and `standing_tag` hold that rule.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from enum import StrEnum

import duckdb

from profile_core.store.acts import Act
from profile_core.store.rows import first_row

SCENARIOS = (
    "advice",
    "code",
    "communication",
    "creative writing",
    "daily tasks",
    "exam questions",
    "functional writing",
    "knowledge-aware",
    "NLP tasks",
    "unsafe queries",
    "others",
)
"""The scenarios of Preference Dissection (Li et al. 2024, arXiv 2402.11296)."""


PROPERTIES = (
    "intent_unclear",
    "expresses_feelings",
    "states_constraints",
    "takes_stance",
    "contains_mistake",
)
"""The properties of a prompt that query-specific factors depend on."""

PARTS = ("scenario", *PROPERTIES)
"""What a tag says, part by part."""


class Origin(StrEnum):
    """Who said a part of a tag; the first of these goes before the others."""

    IMPORTED = "imported"
    PERSON = "person"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class PromptTag:
    """A prompt's scenario and properties; None where nothing is said."""

    scenario: str | None = None
    intent_unclear: bool | None = None
    expresses_feelings: bool | None = None
    states_constraints: bool | None = None
    takes_stance: bool | None = None
    contains_mistake: bool | None = None

    @property
    def tells_every_property(self) -> bool:
        """Whether every property is known, whatever the scenario."""
        return None not in (getattr(self, name) for name in PROPERTIES)


@dataclass(frozen=True, slots=True)
class Said:
    """A part of a tag as it stands, and whose word it is."""

    part: str
    """One of `PARTS`."""
    value: str | bool
    origin: Origin
    tagger: str | None
    """The annotator, or the extractor; None for what came with the prompt."""


@dataclass(frozen=True, slots=True)
class OwnTag:
    """What one annotator last said of a prompt, and the act that it belongs to."""

    tag: PromptTag
    act_id: str


_STANDING = f"SELECT prompt_id, {', '.join(PARTS)} FROM standing_tag"

_OF_PROMPT = f"""
SELECT prompt.scenario, {", ".join(f"tag.{part}, {part}_origin, {part}_tagger" for part in PARTS)}
FROM prompt LEFT JOIN standing_tag AS tag USING (prompt_id) WHERE prompt_id = ?"""

_OWN = f"""
SELECT {", ".join(PARTS)}, act_id FROM said_tag
WHERE prompt_id = ? AND tagger = ? AND origin = '{Origin.PERSON}'"""

_INSERT = f"""
INSERT INTO prompt_tag (prompt_id, {", ".join(PARTS)}, tagger, run_id, created_at, act_id)
VALUES (?, {", ".join("?" for _ in PARTS)}, ?, ?, ?, ?)"""


def standing(cursor: duckdb.DuckDBPyConnection) -> dict[str, PromptTag]:
    """Read what stands of every tagged prompt, by prompt id; scenarios of prompts aside."""
    return {row[0]: PromptTag(*row[1:]) for row in cursor.execute(_STANDING).fetchall()}


def of_prompt(cursor: duckdb.DuckDBPyConnection, prompt_id: str) -> tuple[Said, ...]:
    """Read what stands of one prompt, its imported scenario with it; only parts that are said."""
    row = first_row(cursor, _OF_PROMPT, [prompt_id])
    if row is None:
        return ()
    imported, *rest = row
    said = [
        Said(part, value, Origin(origin), tagger)
        for part, value, origin, tagger in zip(
            PARTS, rest[::3], rest[1::3], rest[2::3], strict=True
        )
        if value is not None
    ]
    if imported is None:
        return tuple(said)
    others = (entry for entry in said if entry.part != "scenario")
    return (Said("scenario", imported, Origin.IMPORTED, None), *others)


def own(cursor: duckdb.DuckDBPyConnection, prompt_id: str, annotator: str) -> OwnTag | None:
    """Read what an annotator last said of a prompt, as far as it was not undone."""
    row = first_row(cursor, _OWN, [prompt_id, annotator])
    return None if row is None else OwnTag(PromptTag(*row[:-1]), row[-1])


def put(
    cursor: duckdb.DuckDBPyConnection,
    prompt_id: str,
    tag: PromptTag,
    *,
    tagger: str,
    run_id: str | None = None,
    act: Act | None = None,
) -> None:
    """Tag a prompt: by the act of a person, by a model's run, or, with neither, as imported."""
    at = act.created_at if act else datetime.now(UTC).replace(tzinfo=None)
    cursor.execute(
        _INSERT, [prompt_id, *astuple(tag), tagger, run_id, at, act.act_id if act else None]
    )
