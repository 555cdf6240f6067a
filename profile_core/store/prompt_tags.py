"""What kind of request a prompt is, as a model or a person tagged it; the latest tag stands."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import UTC, datetime

import duckdb

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


@dataclass(frozen=True, slots=True)
class PromptTag:
    """A prompt's scenario and the properties that query-specific factors depend on."""

    scenario: str
    intent_unclear: bool
    expresses_feelings: bool
    states_constraints: bool
    takes_stance: bool
    contains_mistake: bool


_STANDING = """
SELECT prompt_id, scenario, intent_unclear, expresses_feelings, states_constraints, takes_stance,
    contains_mistake
FROM standing_tag"""


def standing(cursor: duckdb.DuckDBPyConnection) -> dict[str, PromptTag]:
    """Read the tag of every tagged prompt, by prompt id."""
    return {row[0]: PromptTag(*row[1:]) for row in cursor.execute(_STANDING).fetchall()}


def put(
    cursor: duckdb.DuckDBPyConnection,
    prompt_id: str,
    tag: PromptTag,
    *,
    tagger: str,
    run_id: str | None = None,
) -> None:
    """Tag a prompt."""
    cursor.execute(
        "INSERT INTO prompt_tag VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [prompt_id, *astuple(tag), tagger, run_id, datetime.now(UTC).replace(tzinfo=None)],
    )
