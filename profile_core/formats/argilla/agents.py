"""Names of extractors as Argilla takes them for the makers of suggestions."""

from __future__ import annotations

import re

_UNFIT = re.compile(r"[^a-zA-Z0-9\-_:./ ]")
_LONGEST = 200


def name_of(extractor: str) -> str:
    """Name an extractor in the characters that Argilla allows."""
    return _UNFIT.sub("_", extractor)[:_LONGEST]
