"""What must be known of a prompt before its responses are rated: its tag, a reference answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from profile_core.actions.runner import Item
from profile_core.judges.answers import FORMS, Tagged
from profile_core.judges.asking import Failure, FailureKind, Request
from profile_core.judges.forms import formed
from profile_core.judges.rubric import Rubric, render
from profile_core.judges.spec import ModelSpec
from profile_core.store import prompt_tags
from profile_core.store.calls import StoredAnswer
from profile_core.store.prompt_tags import SCENARIOS, PromptTag
from profile_core.store.prompts import PromptRow
from profile_core.store.study import Cursor

_KINDS = "\n".join(f"- {scenario}" for scenario in SCENARIOS)


def prompt_items(
    spec: ModelSpec,
    rubric: Rubric,
    prompts: Sequence[PromptRow],
    stage: str,
    temperature: float | None,
) -> Iterator[Item]:
    """One call a prompt."""
    for prompt in prompts:
        fields = {"prompt": prompt.instruction, "source": prompt.source_text, "choices": _KINDS}
        request = Request(
            spec, render(rubric, fields), FORMS[rubric.kind], rubric.max_tokens, temperature
        )
        yield Item(prompt.prompt_id, request, part=stage)


class Tagging:
    """What an answer means: the prompt's tag."""

    def __init__(self, tagger: str, run_id: str) -> None:
        self._tagger = tagger
        self._run_id = run_id

    def read(self, item: Item, answer: StoredAnswer) -> PromptTag | Failure:
        """Read a tag whose scenario is one of those given."""
        found = formed(Tagged, answer.answer)
        if isinstance(found, Failure):
            return found
        named = {scenario.lower(): scenario for scenario in SCENARIOS}
        scenario = named.get(found.scenario.strip().lower())
        if scenario is None:
            return Failure(FailureKind.FORM, "the answer names a scenario that is none of the list")
        return PromptTag(
            scenario,
            found.intent_unclear,
            found.expresses_feelings,
            found.states_constraints,
            found.takes_stance,
            found.contains_mistake,
        )

    def write(self, cursor: Cursor, item: Item, meant: PromptTag) -> None:
        """Write the tag."""
        prompt_tags.put(cursor, item.about, meant, tagger=self._tagger, run_id=self._run_id)

    def write_failure(self, cursor: Cursor, item: Item, failure: Failure) -> None:
        """A prompt without a tag waits for the next run."""


class References:
    """What an answer means: what the responses' errors are found against, for this run alone."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def read(self, item: Item, answer: StoredAnswer) -> str | Failure:
        """Take the text as it is."""
        return answer.answer.strip()

    def write(self, cursor: Cursor, item: Item, meant: str) -> None:
        """Keep it; the ledger has it for good."""
        self.found[item.about] = meant

    def write_failure(self, cursor: Cursor, item: Item, failure: Failure) -> None:
        """Without a reference, the errors of a prompt's responses wait for the next run."""
