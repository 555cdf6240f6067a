"""What tables of agreement and audit say about how far their numbers carry."""

from __future__ import annotations

from profile_core.stats.intervals import MIN_PROMPTS, Note
from profile_core.text import numbers


def carries(note: str, prompts: int) -> str:
    """Say why a row has no interval, or is to be read with care; empty where neither holds."""
    if note == Note.NO_PAIR:
        return ""
    if prompts < MIN_PROMPTS:
        return f"too few prompts for an interval ({prompts})"
    if note == Note.SMALL:
        return f"{numbers.counted(prompts, 'prompt')}: read with care"
    return "no interval: every prompt says the same" if note else ""
