"""What every verb that runs an extractor, a generator or a judge says at its end, or before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from profile_core.store.runs import RunStatus


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run did. Items are responses for `extract`; tokens and cost are of model calls."""

    run: str
    model: str | None
    """None where no model is asked."""
    rubric: str | None
    planned: int
    cached: int
    """Planned items that the study had, and that were left alone."""
    done: int
    failed: Mapping[str, int] = field(default_factory=dict)
    """Items without a result, by kind of failure."""
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    """US dollars, of the calls whose price is known."""
    cost_unknown: int = 0
    """Calls whose price is not known."""
    seconds: float = 0.0
    status: str = "done"
    """`failed: ` or `stopped: ` and the reason where a failure ended it; a cap says so itself."""

    @property
    def is_failure(self) -> bool:
        """Whether no item has a result, or a failure that all calls would share ended it."""
        return self.status.startswith((f"{RunStatus.FAILED}: ", f"{RunStatus.STOPPED}: "))


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run would do; None where it cannot be known."""

    items: int
    cached: int
    calls: int
    estimated_input_tokens: int | None
    estimated_output_tokens: int | None
    estimated_cost_low: float | None
    estimated_cost_high: float | None
    estimated_seconds: float | None
