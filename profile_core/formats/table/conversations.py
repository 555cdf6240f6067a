"""Cells that are conversations: lists of messages, `{"role": "user", "content": "..."}`.

This owns what text stands for one. A response is its last message's content, for a conversation
repeats the prompt before it. A prompt is all that was said before the answer: a last message of the
assistant is left out, a lone message is its content, and several are joined with their roles.
"""

from __future__ import annotations

_ANSWERS = "assistant"


def messages(cell: object) -> list[tuple[str, str]] | None:
    """Give the (role, content) of each message; None where a cell is no conversation."""
    if not isinstance(cell, list) or not cell:
        return None
    found = []
    for message in cell:
        if not isinstance(message, dict):
            return None
        role, content = message.get("role"), message.get("content")
        if not isinstance(role, str) or not isinstance(content, str):
            return None
        found.append((role, content))
    return found


def response_text(cell: object) -> object:
    """Give a conversation's last content; any other cell as it is."""
    said = messages(cell)
    return said[-1][1] if said else cell


def prompt_text(cell: object) -> object:
    """Give what a conversation asks, without a last answer; any other cell as it is."""
    said = messages(cell)
    if not said:
        return cell
    asked = said[:-1] if len(said) > 1 and said[-1][0] == _ANSWERS else said
    if len(asked) == 1:
        return asked[0][1]
    return "\n\n".join(f"{role}: {content}" for role, content in asked)
