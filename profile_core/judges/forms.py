"""From a model's words to the form it was asked for."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

from profile_core.judges.asking import Failure, FailureKind, Request, Usage


def formed(request: Request, text: str, usage: Usage | None) -> BaseModel | Failure | None:
    """Read an answer in its form (None for free text), or say what is wrong with it.

    A fence of three backticks around JSON is taken off, since servers without grammars add it.
    """
    if not text.strip():
        return Failure(FailureKind.EMPTY, "the model answered nothing", usage)
    if request.form is None:
        return None
    try:
        return request.form.model_validate_json(_unfenced(text))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        words = f"the answer is not in the form asked for: {place}: {first['msg']}"
        return Failure(FailureKind.FORM, words[:300], usage)


def _unfenced(text: str) -> str:
    text = text.strip()
    if text.startswith("```") and text.endswith("```"):
        return text.removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    return text
