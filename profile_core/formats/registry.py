"""Every format that is built, by the name that the command line and the data page use."""

from __future__ import annotations

from profile_core.errors import UnknownName
from profile_core.formats import llmbar, pandalm, qa_feedback, summeval_op, table
from profile_core.formats.spec import Format

FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        table.FORMAT,
        pandalm.FORMAT,
        llmbar.FORMAT,
        summeval_op.FORMAT,
        qa_feedback.FORMAT,
    )
}


def get(name: str) -> Format:
    """Give a format by its name; raises UnknownName with the nearest ones."""
    try:
        return FORMATS[name]
    except KeyError:
        raise UnknownName("format", name, FORMATS) from None
