"""What each factor of a source's conditional model contributes to one pair, exactly.

A contribution is the weight of one unit times the pair's difference; they add up to the log odds
that a is preferred. What would change if a value were otherwise is `one_pair`'s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from profile_core.analysis.conditional_model import ConditionalModel
from profile_core.analysis.example import Example


@dataclass(frozen=True, slots=True)
class Part:
    """What one factor adds."""

    factor: str
    difference: float
    """a minus b, under the label set in force."""
    slope: float
    """Log odds for each unit of difference."""

    @property
    def contribution(self) -> float:
        """In log odds; above 0 it speaks for a."""
        return self.slope * self.difference


@dataclass(frozen=True, slots=True)
class Parts:
    """A pair added up."""

    model: ConditionalModel
    parts: tuple[Part, ...]
    """The largest contribution first."""
    missing: tuple[str, ...]
    """Factors without a value in the pair, which add nothing."""

    @property
    def logit(self) -> float:
        """The log odds that a is preferred: the sum of the contributions."""
        return math.fsum(part.contribution for part in self.parts)

    @property
    def p(self) -> float:
        """The predicted probability that a is preferred."""
        return 1 / (1 + math.exp(-self.logit)) if self.logit > -700 else 0.0


def parts(model: ConditionalModel, example: Example) -> Parts:
    """Add up a pair by a model that there is."""
    difference = {item.factor.name: item.difference for item in example.factors}
    found, missing = [], []
    for weight in model.weights:
        here = difference.get(weight.factor)
        if here is None:
            missing.append(weight.factor)
        else:
            found.append(Part(weight.factor, here, weight.slope))
    ordered = sorted(found, key=lambda part: (-abs(part.contribution), part.factor))
    return Parts(model, tuple(ordered), tuple(missing))
