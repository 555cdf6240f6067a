"""Every format that is built, by the name that the command line and the data page use."""

from __future__ import annotations

from typing import Literal

from profile_core.errors import UnknownName
from profile_core.formats import (
    argilla,
    corrections,
    factor_values,
    label_studio,
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
        corrections.FORMAT,
        argilla.FORMAT,
        label_studio.FORMAT,
    )
}


def get(name: str, direction: Literal["import", "export"]) -> Format:
    """Give a format by its name; raises UnknownName with the nearest ones of the direction.

    A format of the other direction alone is given too: the caller tells that it does not fit.
    """
    try:
        return FORMATS[name]
    except KeyError:
        fitting = [known for known, entry in FORMATS.items() if direction in entry.direction]
        raise UnknownName(f"format to {direction}", name, fitting) from None
