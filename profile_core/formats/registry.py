"""Every format that is built, by the name that the command line and the data page use."""

from __future__ import annotations

from profile_core.errors import UnknownName
from profile_core.formats import (
    factor_values,
    llmbar,
    pandalm,
    qa_feedback,
    summeval_op,
    table,
    tables_export,
    verdicts,
)
from profile_core.formats.spec import Format

FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        table.FORMAT,
        pandalm.FORMAT,
        llmbar.FORMAT,
        summeval_op.FORMAT,
        qa_feedback.FORMAT,
        verdicts.FORMAT,
        factor_values.FORMAT,
        *tables_export.FORMATS,
    )
}


def get(name: str) -> Format:
    """Give a format by its name; raises UnknownName with the nearest ones."""
    try:
        return FORMATS[name]
    except KeyError:
        raise UnknownName("format", name, FORMATS) from None
