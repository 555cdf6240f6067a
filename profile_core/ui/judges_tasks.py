"""What a model can be asked to do from the judges page: settings, estimate and run of each task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from profile_core.actions import extract_model, generate, judge
from profile_core.actions.extract_model import Measuring
from profile_core.actions.generate import Generating
from profile_core.actions.judge import Judging
from profile_core.actions.resuming import Settings
from profile_core.actions.runner import Asking, Item
from profile_core.actions.runs import Estimate, RunSummary
from profile_core.jobs import Progress
from profile_core.judges.rubric import RubricKind
from profile_core.store.study import Study


@dataclass(frozen=True, slots=True)
class Task:
    """One of the things to ask for, in the words of the page."""

    title: str
    doing: str
    """How the work is called while it runs."""
    counts: str
    """What a limit and an estimate count."""
    kinds: tuple[RubricKind, ...] = ()
    """The kinds of rubric to choose among, the usual one first; none where the task has its own."""


JUDGE = Task("judge pairs", "Judging", "pair", judge.KINDS)
MEASURE = Task("measure factors", "Measuring", "response")
WRITE = Task("write answers", "Writing", "prompt")
TASKS = {task.title: task for task in (JUDGE, MEASURE, WRITE)}


def of(settings: Settings) -> Task:
    """Tell which task some settings are of."""
    if isinstance(settings, Judging):
        return JUDGE
    return WRITE if isinstance(settings, Generating) else MEASURE


def estimated(study: Study, settings: Settings, concurrency: int) -> Estimate:
    """Tell what a task would take; raises what the task itself would."""
    if isinstance(settings, Judging):
        return judge.estimated(study, settings, concurrency)
    if isinstance(settings, Generating):
        return generate.estimated(study, settings, concurrency)
    return extract_model.estimated(study, settings, concurrency)


def work(
    study: Study, settings: Settings, asking: Asking, resume: str | None = None
) -> Callable[[Progress], RunSummary]:
    """Give the task as work for the queue."""

    def run(progress: Progress) -> RunSummary:
        if isinstance(settings, Judging):
            return judge.judge(study, settings, asking, resume=resume, progress=progress)
        if isinstance(settings, Generating):
            return generate.generate(study, settings, asking, resume=resume, progress=progress)
        return extract_model.extract(study, settings, asking, resume=resume, progress=progress)

    return run


def first_items(study: Study, settings: Settings, most: int) -> list[Item]:
    """The first calls of a task, for a look at their messages."""
    if isinstance(settings, Measuring):
        return extract_model.first_calls(study, replace(settings, limit=settings.limit or most))[
            :most
        ]
    few = replace(settings, limit=min(settings.limit or most, most))
    if isinstance(few, Judging):
        return judge.planned(study, few)[:most]
    return generate.planned(study, few)[:most]
