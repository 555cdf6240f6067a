"""The very messages that a model gets, for an example of what a run would ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import streamlit as st
from pydantic import BaseModel

from profile_core.actions.resuming import Settings
from profile_core.actions.runner import Item
from profile_core.errors import ProfileError
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.ui import filters, text
from profile_core.ui import judges_tasks as tasks

_MOST = 50


def draw(study: Study, settings: Settings) -> None:
    """Draw the messages of one call, the first or another; made only when it is opened."""
    key = filters.parameter("judges", "preview")
    if not st.toggle("Show what the model is told", key=key):
        return
    try:
        items = tasks.first_items(study, settings, _MOST)
    except ProfileError:
        return
    place = st.number_input(
        f"Call (of the first {len(items)})", 1, len(items), key=f"{key}-place", width=180
    )
    _messages(items[int(place) - 1])


def _messages(item: Item) -> None:
    for message in item.request.messages:
        words = numbers.counted(len(message.content.split()), "word")
        text.titled(message.role, message.content, note=words)
    form = item.request.form
    limit = numbers.counted(item.request.max_tokens, "token")
    note = f"at most {limit}" + (f", in the form {form.__name__}" if form else ", as free text")
    text.titled("answer", "\n".join(_fields(form)) if form else "text", note=note)


def _fields(form: type[BaseModel], depth: int = 0) -> Iterator[str]:
    """Name what an answer has, and below a list what each of its entries has."""
    for name, field in form.model_fields.items():
        yield f"{'  ' * depth}{name}"
        for inner in get_args(field.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _fields(inner, depth + 1)
