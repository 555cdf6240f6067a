"""The forms that models answer in: the reason first, then what is asked for.

Strings are bounded generously (a grammar ends a string at its cap in mid-sentence), lists too;
what is longer is refused as a wrong form. Descriptions are part of what the model is told.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from profile_core.judges.rubric import RubricKind

Reason = Annotated[str, Field(max_length=1_500, description="Brief: one or two sentences.")]
Quote = Annotated[str, Field(max_length=1_500, description="Word for word as in the text.")]
Sentence = Annotated[str, Field(min_length=1, max_length=1_000)]
MOST_FACTORS = 60
"""Factors that one answer may be about."""


class Shown(StrEnum):
    """A verdict by the place in which a response was shown."""

    FIRST = "A"
    SECOND = "B"
    TIE = "tie"


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PairVerdict(_Form):
    """Which of two responses is better."""

    reason: Reason
    verdict: Shown


class FactorVerdict(_Form):
    """Which of two responses has more of one factor."""

    factor: Annotated[str, Field(max_length=63, description="The property's name, as given.")]
    reason: Reason
    verdict: Shown


class FactorVerdicts(_Form):
    """Which of two responses has more, factor by factor."""

    verdicts: Annotated[list[FactorVerdict], Field(max_length=MOST_FACTORS)]


class Rated(_Form):
    """The points of a response for one factor."""

    factor: Annotated[str, Field(max_length=63, description="The property's name, as given.")]
    quotes: Annotated[list[Quote], Field(max_length=5)]
    reason: Reason
    points: float | None


class Ratings(_Form):
    """The points of a response, factor by factor."""

    ratings: Annotated[list[Rated], Field(max_length=MOST_FACTORS)]


class StatedFact(_Form):
    """One statement of a text."""

    quote: Quote
    statement: Sentence


class StatedFacts(_Form):
    """What a text states."""

    facts: Annotated[list[StatedFact], Field(max_length=200)]


class FactLabels(_Form):
    """What is true of one statement, which is named by its number."""

    number: Annotated[int, Field(ge=1)]
    reason: Reason
    supported: bool | None
    in_focus: bool | None
    misinformation: bool | None
    helpful: bool | None


class LabelledFacts(_Form):
    """What is true of each statement."""

    labels: Annotated[list[FactLabels], Field(max_length=200)]


class MainFact(_Form):
    """A main fact of the source, and whether the response states it."""

    fact: Sentence
    stated: bool


class MainFacts(_Form):
    """The main facts of the source, and which of them the response states."""

    facts: Annotated[list[MainFact], Field(max_length=20)]


class Tagged(_Form):
    """What kind of request a prompt is."""

    summary: Reason
    scenario: Annotated[str, Field(max_length=63, description="One of the kinds, as given.")]
    intent_unclear: bool
    expresses_feelings: bool
    states_constraints: bool
    takes_stance: bool
    contains_mistake: bool


FORMS: dict[RubricKind, type[BaseModel] | None] = {
    RubricKind.PAIRWISE: PairVerdict,
    RubricKind.PAIRWISE_FACTORS: FactorVerdicts,
    RubricKind.RATING: Ratings,
    RubricKind.FACTS_SPLIT: StatedFacts,
    RubricKind.FACTS_LABEL: LabelledFacts,
    RubricKind.MAIN_FACTS: MainFacts,
    RubricKind.GENERATE: None,
    RubricKind.REVISE: None,
    RubricKind.TAG: Tagged,
}
"""The form of a kind's answer; None is free text."""
