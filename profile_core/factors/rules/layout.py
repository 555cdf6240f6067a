"""Fenced code blocks of Markdown, told apart from prose."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^[ \t]{0,12}(`{3,}+(?=[^`\n]*+$)|~{3,}+)", re.MULTILINE)


def without_code(text: str) -> tuple[str, int]:
    """Return a text with its fenced code blocks blanked out, and how many blocks there were.

    Offsets stay as they were, because every character of a block becomes a line break. A block
    that is never closed reaches to the end.
    """
    if "```" not in text and "~~~" not in text:
        return text, 0
    kept: list[str] = []
    blocks, position, opened, mark = 0, 0, -1, ""
    for fence in _FENCE.finditer(text):
        if opened < 0:
            kept.append(text[position : fence.start()])
            opened, mark = fence.start(), fence[1]
            blocks += 1
        elif fence[1][0] == mark[0] and len(fence[1]) >= len(mark):
            line_end = text.find("\n", fence.end())
            position = len(text) if line_end < 0 else line_end
            kept.append("\n" * (position - opened))
            opened = -1
    kept.append(text[position:] if opened < 0 else "\n" * (len(text) - opened))
    return "".join(kept), blocks
