"""Atomic facts by a model: a response is split, its facts are labelled, and values follow.

Three stages: the split, the main facts of the source (where coverage of it is asked for), and the
labels. A stage's answers are known to the next one, from the ledger too when a run goes on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from profile_core.actions.measuring.subjects import Subject, Writer
from profile_core.actions.model_runs import Stages
from profile_core.actions.runner import Item
from profile_core.factors.atomic import ATOMIC_FACTORS, LabelledFact, fact_values
from profile_core.judges.answers import FORMS, LabelledFacts, MainFacts, StatedFacts
from profile_core.judges.asking import Failure, FailureKind, Request
from profile_core.judges.forms import formed
from profile_core.judges.rubric import Rubric, render
from profile_core.judges.spec import ModelSpec
from profile_core.store import calls, model_facts
from profile_core.store.calls import StoredAnswer
from profile_core.store.model_facts import FoundFact
from profile_core.store.study import Cursor
from profile_core.text.sentences import sentences
from profile_core.text.spans import Locator
from profile_core.types import Factor

COVERAGE = "source_coverage"


@dataclass(frozen=True, slots=True)
class FactRubrics:
    """The three texts that fact extraction goes by."""

    split: Rubric
    main: Rubric
    label: Rubric

    @property
    def version(self) -> str:
        """What makes values stale."""
        return f"{self.split}+{self.main}+{self.label}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked, and how."""

    spec: ModelSpec
    rubrics: FactRubrics
    temperature: float | None

    def item(self, response_id: str, stage: str, fields: Mapping[str, str | None]) -> Item:
        """One call about a response."""
        rubric = {"split": self.rubrics.split, "main": self.rubrics.main}.get(
            stage, self.rubrics.label
        )
        request = Request(
            self.spec,
            render(rubric, fields),
            FORMS[rubric.kind],
            rubric.max_tokens,
            self.temperature,
        )
        return Item(response_id, request, part=stage)


def measure(
    at: Stages, asked: Asked, factors: Sequence[Factor], subjects: Sequence[Subject], writer: Writer
) -> None:
    """Ask all stages about the responses that lack a value that rests on facts."""
    lacking = [subject for subject in subjects if subject.lacking(factors)]
    covering = _covering(factors, lacking)
    split = _Split()
    at.ask("splitting responses into facts", [split_item(asked, item) for item in lacking], split)
    main = _Main()
    at.ask("finding the main facts", [_main_item(asked, item) for item in covering], main)
    known = [
        item
        for item in lacking
        if item.response.response_id in split.found
        and (item not in covering or item.response.response_id in main.found)
    ]
    meaning = _Labels(known, factors, split.found, main.found, writer)
    # A response without any fact needs no labels: its values follow at once.
    at.write([item.response.response_id for item in known if meaning.is_bare(item)], meaning.bare)
    labelled = [item for item in known if not meaning.is_bare(item)]
    at.ask(
        "labelling facts",
        [
            _label_item(asked, item, _statements(split.found[item.response.response_id]))
            for item in labelled
        ],
        meaning,
    )


def expected(
    cursor: Cursor, asked: Asked, factors: Sequence[Factor], subjects: Sequence[Subject]
) -> list[Item]:
    """The calls of all stages; sentences stand for the facts of what has not been split yet."""
    lacking = [subject for subject in subjects if subject.lacking(factors)]
    splits = [split_item(asked, subject) for subject in lacking]
    known = calls.answers(cursor, [item.cache_key for item in splits])
    items = splits + [_main_item(asked, subject) for subject in _covering(factors, lacking)]
    for subject, item in zip(lacking, splits, strict=True):
        answer, text = known.get(item.cache_key), subject.response.text
        if answer is None:
            statements = [text[span.start : span.end] for span in sentences(text)]
        else:
            split = formed(StatedFacts, answer.answer)
            statements = [] if isinstance(split, Failure) else _statements(split)
        if statements:
            items.append(_label_item(asked, subject, statements))
    return items


def _covering(factors: Sequence[Factor], lacking: Sequence[Subject]) -> list[Subject]:
    coverage = [factor for factor in factors if factor.name == COVERAGE]
    return [item for item in lacking if item.lacking(coverage) and item.response.source_text]


def split_item(asked: Asked, subject: Subject) -> Item:
    """The first call about a response."""
    return asked.item(subject.response.response_id, "split", {"response": subject.response.text})


def _main_item(asked: Asked, subject: Subject) -> Item:
    response = subject.response
    fields = {
        "prompt": response.prompt,
        "source": response.source_text,
        "response": response.text,
    }
    return asked.item(response.response_id, "main", fields)


def _statements(stated: StatedFacts) -> list[str]:
    return [fact.statement for fact in stated.facts]


def _label_item(asked: Asked, subject: Subject, statements: Sequence[str]) -> Item:
    response = subject.response
    numbered = "\n".join(
        f"{number}. {' '.join(statement.split())}"
        for number, statement in enumerate(statements, start=1)
    )
    fields = {"prompt": response.prompt, "source": response.source_text, "facts": numbered}
    return asked.item(response.response_id, "label", fields)


class _Split:
    """Keeps the split for the stage after the next; nothing is written without labels."""

    def __init__(self) -> None:
        self.found: dict[str, StatedFacts] = {}

    def read(self, item: Item, answer: StoredAnswer) -> StatedFacts | Failure:
        return formed(StatedFacts, answer.answer)

    def write(self, cursor: Cursor, item: Item, meant: StatedFacts) -> None:
        self.found[item.about] = meant

    def write_failure(self, cursor: Cursor, item: Item, failure: Failure) -> None:
        """A failed call never becomes a value."""


class _Main:
    """Keeps which main facts of the source a response states."""

    def __init__(self) -> None:
        self.found: dict[str, MainFacts] = {}

    def read(self, item: Item, answer: StoredAnswer) -> MainFacts | Failure:
        return formed(MainFacts, answer.answer)

    def write(self, cursor: Cursor, item: Item, meant: MainFacts) -> None:
        self.found[item.about] = meant

    def write_failure(self, cursor: Cursor, item: Item, failure: Failure) -> None:
        """A failed call never becomes a value."""


class _Labels:
    """What labels mean: the facts with their labels, and the factor values that follow."""

    def __init__(
        self,
        subjects: Sequence[Subject],
        factors: Sequence[Factor],
        split: Mapping[str, StatedFacts],
        main: Mapping[str, MainFacts],
        writer: Writer,
    ) -> None:
        self._subjects = {subject.response.response_id: subject for subject in subjects}
        self._factors = factors
        self._split = split
        self._main = main
        self._writer = writer

    def read(self, item: Item, answer: StoredAnswer) -> list[LabelledFact] | Failure:
        found = formed(LabelledFacts, answer.answer)
        if isinstance(found, Failure):
            return found
        by_number = {entry.number: entry for entry in found.labels}
        facts = len(self._split[item.about].facts)
        missing = [number for number in range(1, facts + 1) if number not in by_number]
        if missing or len(by_number) != len(found.labels):
            what = f"no labels for fact {missing[0]}" if missing else "two labels for one fact"
            return Failure(FailureKind.FORM, f"the answer has {what}")
        return [
            LabelledFact(entry.supported, entry.in_focus, entry.misinformation, entry.helpful)
            for entry in (by_number[number] for number in range(1, facts + 1))
        ]

    def write(self, cursor: Cursor, item: Item, meant: list[LabelledFact]) -> None:
        self._write(cursor, item.about, meant)

    def write_failure(self, cursor: Cursor, item: Item, failure: Failure) -> None:
        """A failed call never becomes a value."""

    def is_bare(self, subject: Subject) -> bool:
        return not self._split[subject.response.response_id].facts

    def bare(self, cursor: Cursor, response_id: str) -> None:
        self._write(cursor, response_id, [])

    def _write(self, cursor: Cursor, response_id: str, labels: list[LabelledFact]) -> None:
        subject = self._subjects[response_id]
        locator = Locator(subject.response.text)
        model_facts.put(
            cursor,
            response_id,
            self._writer.extractor,
            [
                FoundFact(fact.statement, fact.quote, locator.locate(fact.quote), label)
                for fact, label in zip(self._split[response_id].facts, labels, strict=True)
            ],
            run_id=self._writer.run_id,
        )
        main = self._main.get(response_id)
        values = fact_values(
            labels,
            subject.response.task,
            [fact.stated for fact in main.facts] if main else None,
        )
        lacking = {factor.name for factor in subject.lacking(self._factors)}
        self._writer.put(
            cursor,
            response_id,
            {
                name: (value, _main_evidence(main) if name == COVERAGE else None)
                for name, value in values.items()
                if name in lacking and name in ATOMIC_FACTORS
            },
        )


def _main_evidence(main: MainFacts | None) -> str | None:
    if main is None:
        return None
    facts = [{"fact": fact.fact, "stated": fact.stated} for fact in main.facts]
    return json.dumps({"main_facts": facts}, ensure_ascii=False)
