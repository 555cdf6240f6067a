"""What a study holds, as small tables: by task, by source, and how far its factors are measured."""

from __future__ import annotations

from profile_core.analysis.overview import StudyInfo
from profile_core.store.label_states import LabelCounts
from profile_core.text import numbers
from profile_core.ui import frame, router, tables


def tasks(info: StudyInfo) -> None:
    """Draw what there is of each task; a task's name opens its pairs."""
    tables.table(
        [
            tables.Column("Task"),
            tables.Column("Prompts", is_number=True),
            tables.Column("Responses", is_number=True),
            tables.Column("Pairs to judge", is_number=True),
            tables.Column("Pairs of score levels", is_number=True),
        ],
        [
            [
                _opens(task.name or "no task named", task.name),
                numbers.count(task.prompts),
                numbers.count(task.responses),
                numbers.count(task.evaluation_pairs),
                numbers.count(task.generation_pairs),
            ]
            for task in info.tasks
        ],
        caption="By task; a name opens its pairs.",
    )


def sources(info: StudyInfo) -> None:
    """Draw who preferred, and how much."""
    if not info.sources:
        return
    tables.table(
        [
            tables.Column("Source"),
            tables.Column("Kind", help="Who preferred: people, a judge, a generator, gold labels"),
            tables.Column("Verdicts", is_number=True, help="Each order and repeat by itself"),
            tables.Column("Pairs", is_number=True),
            tables.Column("No choice", is_number=True, help="Answers that were kept, unusable"),
        ],
        [
            [
                source.name,
                source.kind,
                numbers.count(source.preferences),
                numbers.count(source.pairs),
                numbers.count(source.invalid),
            ]
            for source in info.sources
        ],
        caption="By source of preference.",
    )


def coverage(info: StudyInfo) -> None:
    """Say on how many responses the factors are measured."""
    active = [entry for entry in info.factors if entry.is_active]
    if not active:
        return
    complete = sum(not entry.missing for entry in active)
    frame.note(
        f"{complete} of {numbers.counted(len(active), 'measured factor')} have been looked at in "
        "every response."
    )
    router.link("data", "See who measured what", {"view": "Measure"})


def labels(counts: LabelCounts) -> None:
    """Say how many factor labels people have given, where they have given any."""
    if not counts.labels:
        return
    frame.note(
        f"{numbers.counted(counts.labels, 'factor label')} by "
        f"{numbers.counted(counts.people, 'person', 'people')}; "
        f"{numbers.percent(counts.changed, counts.labels)} changed the automatic value."
    )


def _opens(label: str, task: str) -> tables.Cell:
    return tables.Link(label, "browse", (("task", task),)) if task else label
