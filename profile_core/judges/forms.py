"""From a model's words to the form it was asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from profile_core.judges.asking import Failure, FailureKind, Request, Usage

_Form = TypeVar("_Form", bound=BaseModel)


def formed(form: type[_Form], text: str) -> _Form | Failure:
    """Read an answer in the form it was asked for, or say what is wrong with it.

    A fence of three backticks around JSON is taken off, since servers without grammars add it.
    """
    if not text.strip():
        return Failure(FailureKind.EMPTY, "the model answered nothing")
    try:
        return form.model_validate_json(_unfenced(text))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        words = f"the answer is not in the form asked for: {place}: {first['msg']}"
        return Failure(FailureKind.FORM, words[:300])


@cache
def schema_of(form: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a form; all of a form's fields are required, and no others allowed."""
    return form.model_json_schema()


def checked(request: Request, text: str, usage: Usage | None) -> Failure | None:
    """Tell what is wrong with an answer, and what it cost; None where it is as asked for."""
    if request.form is None:
        found = None if text.strip() else Failure(FailureKind.EMPTY, "the model answered nothing")
    else:
        read = formed(request.form, text)
        found = read if isinstance(read, Failure) else None
    return found and replace(found, usage=usage)


def _unfenced(text: str) -> str:
    text = text.strip()
    if text.startswith("```") and text.endswith("```"):
        return text.removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    return text
