"""What a user could do next with a study, given what it holds and lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from profile_core.analysis.health import Check
from profile_core.analysis.overview import StudyInfo
from profile_core.factors.rules import EXTRACTOR, rule_factors
from profile_core.store.label_states import NO_LABELS, LabelCounts
from profile_core.text import numbers
from profile_core.types import SourceKind


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: where it is done, what it is called, and why it is worth doing."""

    page: str
    params: tuple[tuple[str, str], ...]
    label: str
    reason: str


def next_steps(
    info: StudyInfo, checks: Sequence[Check], labels: LabelCounts = NO_LABELS
) -> tuple[Step, ...]:
    """List the steps, the one that the others wait for first.

    `labels` are the factor labels that people have given.
    """
    steps = []
    if _unmeasured(info):
        steps.append(
            Step(
                "data",
                (("view", "Measure"),),
                "Measure the responses",
                f"{numbers.counted(_unmeasured(info), 'response')} lack a factor that a rule can "
                "measure; no key is needed.",
            )
        )
    if not _has_verdicts(info):
        steps.append(
            Step(
                "data",
                (("view", "Import"),),
                "Import preferences",
                "Nobody has chosen between two responses yet.",
            )
        )
    steps += [
        Step(
            "influence",
            (),
            "See the influence of every factor",
            "With intervals, by source and setting; each mark opens its pairs.",
        ),
        Step(
            "browse",
            (),
            "Read the pairs",
            "Side by side, with what every source chose and why.",
        ),
    ]
    steps += _labelling(info, labels)
    found = [check for check in checks if check.found]
    if found:
        steps.append(
            Step(
                "data",
                (("view", "Health"),),
                "Look at the health of the data",
                f"{numbers.counted(len(found), 'finding')}: {_first_words(found)}.",
            )
        )
    if _has_verdicts(info) and not _has_people(info):
        steps.append(
            Step(
                "annotate",
                (),
                "Add people's preferences",
                "Choose blind between two responses at the desk, or import what people chose: "
                "without them every comparison rests on a model as a stand-in.",
            )
        )
    return tuple(steps)


def _labelling(info: StudyInfo, labels: LabelCounts) -> list[Step]:
    """What to do about the automatic labels, where there are any to look at."""
    if not info.counts["pair"] or not info.factors:
        return []
    if not labels.labels:
        reason = "Nobody has; some of them, drawn at random, tell how far all can be trusted."
        return [Step("annotate", (), "Check the automatic labels", reason)]
    see = Step(
        "influence",
        (("influence.view", "what corrections change"),),
        "See what people’s labels change",
        "Each influence before and after, with intervals.",
    )
    reason = "The more are looked at, the narrower the intervals of corrected influences."
    return [see, Step("annotate", (), "Check more automatic labels", reason)]


def _unmeasured(info: StudyInfo) -> int:
    """Count responses that lack a rule's value, by the factor that most of them lack."""
    rules = set(rule_factors())
    covered = {entry.factor: entry for entry in info.factors if entry.extractor == EXTRACTOR}
    return max(
        (
            covered[name].missing + covered[name].stale
            if name in covered
            else info.counts["response"]
            for name in rules
        ),
        default=0,
    )


def _has_verdicts(info: StudyInfo) -> bool:
    return any(item.pairs and item.kind is not SourceKind.GENERATOR for item in info.sources)


def _has_people(info: StudyInfo) -> bool:
    return any(item.pairs and item.kind is SourceKind.HUMAN for item in info.sources)


def _first_words(found: Sequence[Check]) -> str:
    named = [
        f"{check.title[:1].lower()}{check.title[1:]} ({numbers.count(check.found)})"
        for check in found[:2]
    ]
    return numbers.listed([*named, "more"] if len(found) > 2 else named)
