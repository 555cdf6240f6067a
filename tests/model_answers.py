"""A model's part, played well enough: an answer in the form asked for, about what was asked."""

from __future__ import annotations

import re
from typing import Any

from tests.judge_runs import some_verdict
from tests.model_server import Asked


def form_of(asked: Asked) -> str:
    """Name the form that a request asks for; empty for free text."""
    wanted = asked.body.get("response_format", {}).get("json_schema", {})
    inner = asked.body.get("output_config", {}).get("format", {}).get("schema", {})
    return str(wanted.get("name") or inner.get("title") or "")


def fenced(asked: Asked, name: str) -> str:
    """The text in a fence of the request."""
    found = re.search(rf"<{name}-(\w+)>\n(.*)\n</{name}-\1>", asked.user_text, re.DOTALL)
    return found[2] if found else ""


def in_form(asked: Asked) -> Any:
    """Answer as a diligent model would; numbers follow from the texts."""
    made = {
        "PairVerdict": some_verdict,
        "FactorVerdicts": factor_verdicts,
        "Ratings": lambda asked: {"ratings": [_rating(asked, item) for item in _factors(asked)]},
        "StatedFacts": _stated_facts,
        "LabelledFacts": _labelled_facts,
        "MainFacts": lambda asked: _MAIN_FACTS,
        "Tagged": lambda asked: _TAG,
        "": _free_text,
    }
    return made[form_of(asked)](asked)


_MAIN_FACTS = {"facts": [{"fact": "The first.", "stated": True}, {"fact": "Two.", "stated": False}]}
_TAG = {
    "summary": "It asks.",
    "scenario": "Advice",
    "intent_unclear": False,
    "expresses_feelings": True,
    "states_constraints": False,
    "takes_stance": False,
    "contains_mistake": False,
}


def factor_names(asked: Asked) -> list[str]:
    """The factors that a judge is asked about, in order."""
    return re.findall(r"^- (\w+) \(more of it: ", asked.user_text, re.MULTILINE)


def factor_verdicts(asked: Asked) -> dict[str, Any]:
    """The longer response has more of every factor."""
    a, b = (len(fenced(asked, f"response_{side}")) for side in "ab")
    verdict = "tie" if a == b else "A" if a > b else "B"
    names = factor_names(asked)
    return {"verdicts": [{"factor": name, "reason": "So.", "verdict": verdict} for name in names]}


def _stated_facts(asked: Asked) -> dict[str, Any]:
    words = fenced(asked, "response").split()
    return {"facts": [{"quote": word, "statement": f"It says {word}."} for word in words[:3]]}


def _labelled_facts(asked: Asked) -> dict[str, Any]:
    count = len(re.findall(r"^\d+\. ", fenced(asked, "facts"), re.MULTILINE))
    return {"labels": [_label(number) for number in range(1, count + 1)]}


def _free_text(asked: Asked) -> str:
    level = re.search(r"would give it (\d)", asked.user_text)
    return f"An answer to {fenced(asked, 'prompt')} of level {level[1] if level else 'best'}."


def _factors(asked: Asked) -> list[tuple[str, int]]:
    found = re.findall(r"^- (\w+) \(a whole number from \d to (\d)", asked.user_text, re.MULTILINE)
    return [(name, int(top)) for name, top in found]


def _rating(asked: Asked, factor: tuple[str, int]) -> dict[str, Any]:
    name, top = factor
    first = fenced(asked, "response").split()[:1]
    return {"factor": name, "quotes": [*first, "not there"], "reason": "So it is.", "points": top}


def _label(number: int) -> dict[str, Any]:
    return {
        "number": number,
        "reason": "Checked.",
        "supported": number != 1,
        "in_focus": True,
        "misinformation": False,
        "helpful": None,
    }
