"""The words of the field as values: what every layer may speak of.

Nothing here has behaviour beyond naming; storage, statistics and pages give it meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SourceKind(StrEnum):
    """Who preferred: people, a judge, a generator (its score levels), or a label true by design."""

    HUMAN = "human"
    JUDGE = "judge"
    GENERATOR = "generator"
    GOLD = "gold"


class Choice(StrEnum):
    """A source's choice on a pair; abstention is None wherever a choice is expected."""

    A = "a"
    B = "b"
    TIE = "tie"


class Order(StrEnum):
    """The order in which a pair was shown; None where it is not known."""

    AB = "ab"
    BA = "ba"


class VerdictStatus(StrEnum):
    """What became of one asking: a choice, an unusable answer, no answer, or a declined one."""

    VALID = "valid"
    INVALID = "invalid"
    FAILED = "failed"
    ABSTAINED = "abstained"


class Setting(StrEnum):
    """Generation: a generator's own score levels. Evaluation: somebody chose between a and b."""

    GENERATION = "generation"
    EVALUATION = "evaluation"


class LabelSet(StrEnum):
    """Which factor values are used."""

    AUTOMATIC = "automatic"
    CORRECTED = "corrected"
    REVIEWED_ONLY = "reviewed-only"
    PREDICTION_POWERED = "prediction-powered"


class Mode(StrEnum):
    """How a person labelled: seeing the automatic value, without it, or settling a dispute."""

    REVIEW = "review"
    BLIND = "blind"
    ADJUDICATION = "adjudication"


class Asks(StrEnum):
    """What a queue asks of people about each pair."""

    FACTORS = "factors"
    PREFERENCE = "preference"
    FACTS = "facts"


class QueueKind(StrEnum):
    """How a queue's pairs were drawn: all with the same probability, or the doubtful ones more."""

    RANDOM = "random"
    TARGETED = "targeted"


class Variant(StrEnum):
    """Which influence statistic is computed."""

    TAU14 = "tau14"
    TAU13 = "tau13"
    SOFT = "soft"


class FactorKind(StrEnum):
    """The scale of a factor's values."""

    COUNT = "count"
    RATIO = "ratio"
    ORDINAL_1_5 = "ordinal 1-5"
    ORDINAL_0_3 = "ordinal 0-3"
    BOOLEAN = "boolean"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Factor:
    """A measurable property of a response: data, not code."""

    name: str
    title: str
    kind: FactorKind
    definition: str
    """Two or three sentences, for annotators and for a model alike."""
    taxonomy: str
    """`profile`, `dissection`, `rules` (proxies and surface measures) or `imported`."""
    level_1: str = ""
    level_2: str = ""
    unit: str = ""
    higher_means: str = ""
    applies_to: tuple[str, ...] = ()
    """Tasks it is defined for; empty means every task."""
    needs: tuple[str, ...] = ("response",)
    version: int = 1
    stands_for: str | None = None
    """The factor that this one only approximates, if it is a proxy."""

    @property
    def resolution(self) -> float:
        """Differences no larger than this count as equal: 0 for counts and ratings, else 1e-9."""
        return 1e-9 if self.kind in (FactorKind.RATIO, FactorKind.NUMBER) else 0.0

    def applies(self, task: str | None) -> bool:
        """Tell whether the factor is defined for a task; an unnamed task admits every factor."""
        return not self.applies_to or task is None or task == "" or task in self.applies_to
