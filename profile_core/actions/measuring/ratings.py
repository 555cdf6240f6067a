"""Ratings by a model: one call for a response and a group of factors that see the same texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from profile_core.actions.measuring.subjects import Subject, Writer, evidence
from profile_core.actions.runner import Item
from profile_core.factors.scale import scale_of
from profile_core.judges.answers import FORMS, Ratings
from profile_core.judges.asking import Failure, FailureKind, Request
from profile_core.judges.forms import formed
from profile_core.judges.rubric import Rubric, render
from profile_core.judges.spec import ModelSpec
from profile_core.store.calls import StoredAnswer
from profile_core.store.study import Cursor
from profile_core.types import Factor

Values = dict[str, tuple[float | None, str | None]]


@dataclass(frozen=True, slots=True)
class Group:
    """Factors that are rated in one call, because the rater may see the same for all of them."""

    name: str
    rubric: Rubric
    factors: tuple[Factor, ...]

    def fields(self, subject: Subject, references: Mapping[str, str]) -> dict[str, str | None]:
        """What the rater sees of a response; a rubric takes what it has a place for."""
        response = subject.response
        return {
            "prompt": response.prompt,
            "source": response.source_text,
            "response": response.text,
            "reference": references.get(response.prompt_id),
            "factors": "\n".join(map(described, subject.lacking(self.factors))),
        }


def described(factor: Factor) -> str:
    """Write a factor as a rater reads it: name, scale, definition."""
    scale = scale_of(factor.kind)
    definition = " ".join(factor.definition.split())
    return f"- {factor.name} ({scale}; higher means: {factor.higher_means}): {definition}"


def items(
    spec: ModelSpec,
    group: Group,
    subjects: Sequence[Subject],
    references: Mapping[str, str],
    temperature: float | None,
) -> Iterator[Item]:
    """The calls of a group; none for a response that lacks none of its factors."""
    for subject in subjects:
        if subject.lacking(group.factors):
            messages = render(group.rubric, group.fields(subject, references))
            yield Item(
                subject.response.response_id,
                Request(
                    spec, messages, FORMS[group.rubric.kind], group.rubric.max_tokens, temperature
                ),
                part=group.name,
            )


class RatingMeaning:
    """What a group's answer means: a value for each of its factors, with quotes and reason."""

    def __init__(self, group: Group, subjects: Sequence[Subject], writer: Writer) -> None:
        self._group = group
        self._subjects = {subject.response.response_id: subject for subject in subjects}
        self._writer = writer

    def read(self, item: Item, answer: StoredAnswer) -> Values | Failure:
        """Read the points of every factor that was asked about, each on its scale."""
        found = formed(Ratings, answer.answer)
        if isinstance(found, Failure):
            return found
        subject = self._subjects[item.about]
        rated = {entry.factor.strip(): entry for entry in found.ratings}
        values: Values = {}
        for factor in subject.lacking(self._group.factors):
            entry = rated.get(factor.name)
            if entry is None:
                return Failure(FailureKind.FORM, f"the answer has no rating of {factor.name}")
            if entry.points is not None and not scale_of(factor.kind).has(entry.points):
                return Failure(
                    FailureKind.FORM,
                    f"the answer rates {factor.name} {entry.points:g}, "
                    f"which is not {scale_of(factor.kind)}",
                )
            rests_on = evidence(subject.response.text, entry.quotes, entry.reason)
            values[factor.name] = entry.points, rests_on
        return values

    def write(self, cursor: Cursor, item: Item, meant: Values) -> None:
        """Write the values."""
        self._writer.put(cursor, item.about, meant)

    def write_failure(self, cursor: Cursor, item: Item, failure: Failure) -> None:
        """A failed call never becomes a value."""
