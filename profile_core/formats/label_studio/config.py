"""Labeling configurations: XML that says what annotators see, and the names of its controls.

Names and texts of a study are data: they are escaped as XML, and `$`, by which Label Studio would
put in a task's data, is written as a sign that looks like it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import isfinite
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from profile_core.factors.scale import scale_of
from profile_core.formats.outside import questions
from profile_core.formats.outside.questions import Preferred, Question, Without

RESPONSE = "response"
FIRST, SECOND = "first", "second"

_WITHOUT = "-without"
"""Ends the name of the choice beside a number; no question's own name ends so."""

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COUNTS = "A choice beside a number counts instead of it."


def without(question: str) -> str:
    """Name the choice beside a number that says why there is none."""
    return f"{question}{_WITHOUT}"


def about(control: str) -> tuple[str, bool]:
    """Tell which question a control is about, and whether it is the choice beside a number."""
    return control.removesuffix(_WITHOUT), control.endswith(_WITHOUT)


def of_responses(asked: Sequence[Question]) -> str:
    """Write the configuration of tasks that ask about factors of a response."""
    view = _start()
    _text(view, RESPONSE)
    for question in asked:
        part = SubElement(view, "View")
        _say(part, question.factor.title, size=4)
        _say(part, question.guideline, size=6)
        if question.options:
            _choices(part, question.name, RESPONSE, question.options, is_required=True)
        else:
            _say(part, _COUNTS, size=6)
            _number(part, question)
            _choices(part, without(question.name), RESPONSE, Without)
    _note(view, questions.NOTE, RESPONSE, "Note")
    return _written(view)


def of_pairs() -> str:
    """Write the configuration of tasks that ask which of two responses is preferred."""
    view = _start()
    for name in (FIRST, SECOND):
        _text(view, name)
    _say(view, "Which do you prefer?", size=4)
    _choices(view, questions.PREFERENCE, FIRST, Preferred, is_required=True)
    _say(view, "By how much?", size=4)
    _choices(view, questions.STRENGTH, FIRST, questions.STRENGTHS.values())
    _note(view, questions.REASON, FIRST, "Why?")
    return _written(view)


def _start() -> Element:
    view = Element("View")
    _text(view, "prompt")
    _text(view, "source_text")
    return view


def _text(view: Element, name: str) -> None:
    _say(view, name.replace("_", " ").capitalize(), size=4)
    SubElement(view, "Text", name=name, value=f"${name}", valueType="text")


def _say(view: Element, text: str, *, size: int) -> None:
    SubElement(view, "Header", value=_plain(text), size=str(size))


def _choices(
    view: Element, name: str, about_text: str, words: Iterable[str], *, is_required: bool = False
) -> None:
    choices = SubElement(
        view, "Choices", name=name, toName=about_text, choice="single", showInline="true"
    )
    if is_required:
        choices.set("required", "true")
    for word in words:
        SubElement(choices, "Choice", value=_plain(word))


def _number(view: Element, question: Question) -> None:
    # No step: by one, Label Studio would refuse 0.3 as no multiple of 0.1.
    number = SubElement(view, "Number", name=question.name, toName=RESPONSE)
    scale = scale_of(question.factor.kind)
    for name, bound in (("min", scale.low), ("max", scale.high)):
        if isfinite(bound):
            number.set(name, f"{bound:g}")


def _note(view: Element, name: str, about_text: str, says: str) -> None:
    SubElement(view, "TextArea", name=name, toName=about_text, placeholder=says, maxSubmissions="1")


def _plain(text: str) -> str:
    return _NO_XML.sub("", text).replace("$", "\uff04")


def _written(view: Element) -> str:
    indent(view)
    return tostring(view, encoding="unicode") + "\n"
