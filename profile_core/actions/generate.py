"""The verb generate: have a model answer prompts, at each of some score levels or at its best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from profile_core.actions.model_runs import ModelRun, Stages, carry_out, estimate, recorded
from profile_core.actions.runner import Asking, Item
from profile_core.actions.runs import Estimate, RunSummary
from profile_core.errors import NotEstimable, ProfileError
from profile_core.jobs import Progress
from profile_core.judges.asking import Failure, Request
from profile_core.judges.rubric import Rubric, RubricKind, render
from profile_core.judges.spec import ModelSpec
from profile_core.store import pair_wide, predicate, prompts
from profile_core.store.calls import StoredAnswer
from profile_core.store.ingest import Ingest
from profile_core.store.prompts import PromptRow
from profile_core.store.records import Batch
from profile_core.store.study import Cursor, Study

VERB = "generate"
LEVEL_WORDS = {1: "very poor", 2: "poor", 3: "acceptable", 4: "good", 5: "excellent"}
_FROM = "the model's answers"


@dataclass(frozen=True, slots=True)
class Generating:
    """Who answers which prompts."""

    spec: ModelSpec
    rubric: Rubric
    levels: tuple[int, ...] = tuple(LEVEL_WORDS)
    """Score levels 1 to 5; empty: one answer, as good as it gets, on no scale."""
    where: str | None = None
    limit: int | None = None
    """Counts prompts, the same ones each time."""
    temperature: float | None = None

    def __post_init__(self) -> None:
        if self.rubric.kind is not RubricKind.GENERATE:
            raise ProfileError(f"rubric {self.rubric} is for {self.rubric.kind}, not for answers")
        if any(level not in LEVEL_WORDS for level in self.levels):
            raise ProfileError("score levels are whole numbers from 1 to 5")
        if ("{{level}}" in self.rubric.user) is not bool(self.levels):
            raise ProfileError(
                f"rubric {self.rubric} "
                + ("gives no scale, so it takes no levels" if self.levels else "needs levels")
            )

    @property
    def run(self) -> ModelRun:
        """What makes two runs the same."""
        parameters = {
            "levels": list(self.levels),
            "where": self.where,
            "limit": self.limit,
            "temperature": self.temperature,
        }
        return ModelRun(VERB, self.spec, str(self.rubric), parameters)


def generate(
    study: Study,
    generating: Generating,
    asking: Asking,
    *,
    resume: str | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """Get answers; the generator is named as the model, and pairs of its levels are derived.

    Raises PredicateError, NotEstimable where no prompt is left, ProfileError for a run that cannot
    be resumed so, and Cancelled.
    """
    record = recorded(study, resume, VERB) if resume else None
    chosen = _prompts(study, generating)

    def stages(at: Stages) -> None:
        try:
            at.ask("answering prompts", items(chosen, generating), _Responses(chosen, generating))
        finally:
            _derive_pairs(study, chosen)

    return carry_out(
        study,
        generating.run,
        stages,
        asking,
        planned=len(chosen),
        resume=record,
        progress=progress or Progress(),
    )


def estimated(study: Study, generating: Generating, concurrency: int) -> Estimate:
    """Tell what generating would take."""
    return estimate(study, planned(study, generating), concurrency)


def planned(study: Study, generating: Generating) -> list[Item]:
    """The calls that generating stands for, those that were made before too."""
    return items(_prompts(study, generating), generating)


def items(chosen: Sequence[PromptRow], generating: Generating) -> list[Item]:
    """The calls to be made, prompt by prompt; a level stands where a repeat would."""
    return [
        Item(prompt.prompt_id, request(prompt, generating, level), repeat=level)
        for prompt in chosen
        for level in generating.levels or (0,)
    ]


def request(prompt: PromptRow, generating: Generating, level: int) -> Request:
    """The very messages that a model gets for a prompt and a level (0: on no scale)."""
    fields = {"prompt": prompt.instruction, "source": prompt.source_text}
    if level:
        fields |= {"level": str(level), "level_word": LEVEL_WORDS[level]}
    return Request(
        spec=generating.spec,
        messages=render(generating.rubric, fields),
        form=None,
        max_tokens=generating.rubric.max_tokens,
        temperature=generating.temperature,
    )


def _prompts(study: Study, generating: Generating) -> list[PromptRow]:
    of_pairs = None
    if generating.where and generating.where.strip():
        wide = pair_wide.ensure(study)
        checked = predicate.parse(generating.where, wide.column_names)
        with study.cursor() as cursor:
            of_pairs = wide, predicate.select_pair_numbers(cursor, wide.name, checked)
    with study.cursor() as cursor:
        found = prompts.read(cursor, of_pairs=of_pairs, limit=generating.limit)
    if not found:
        raise NotEstimable("there is no prompt to answer, or the filter keeps none")
    return found


class _Responses:
    """What an answer means: a response of this generator at a level."""

    def __init__(self, chosen: Sequence[PromptRow], generating: Generating) -> None:
        self._dataset = {prompt.prompt_id: prompt.dataset for prompt in chosen}
        self._model = generating.spec.model

    def read(self, item: Item, answer: StoredAnswer) -> str | Failure:
        return answer.answer.strip()

    def write(self, cursor: Cursor, item: Item, meant: str) -> None:
        batch = Batch(self._dataset[item.about], _FROM)
        batch.add_response(
            item.about, meant, generator=self._model, score_level=item.repeat or None
        )
        Ingest(cursor, _FROM).write(batch)

    def write_failure(self, cursor: Cursor, item: Item, failure: Failure) -> None:
        """A prompt without an answer has none: there is nothing to write."""


def _derive_pairs(study: Study, chosen: Sequence[PromptRow]) -> None:
    with study.writing() as cursor:
        ingest = Ingest(cursor, _FROM)
        for dataset in sorted({prompt.dataset for prompt in chosen}):
            ingest.write(Batch(dataset, _FROM))
        ingest.finish()
