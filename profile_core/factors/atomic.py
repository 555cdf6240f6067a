"""From labels of atomic facts to factor values, so that correcting one fact corrects the values.

Owns the arithmetic alone. A ratio's denominator is the facts whose label is known; without any,
and for a task the factor is not defined for, the value is None: not applicable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from profile_core.factors.taxonomy import builtin_factors

ATOMIC_VERSION = "1"
"""The version of the arithmetic; values computed under another one are stale."""

ATOMIC_FACTORS = (
    "n_facts",
    "source_coverage",
    "off_focus",
    "hallucination",
    "misinformation",
    "helpfulness",
)

FACT_LABELS = ("supported", "in_focus", "misinformation", "helpful")
"""What is said of a fact, in the order in which people are asked."""

COUNTED: Mapping[str, tuple[str, bool]] = {
    "off_focus": ("in_focus", False),
    "hallucination": ("supported", False),
    "misinformation": ("misinformation", True),
    "helpfulness": ("helpful", True),
}
"""For each ratio of facts: the label that decides it, and the answer that makes a fact count.

`n_facts` counts every fact, and `source_coverage` none of the response's own.
"""


@dataclass(frozen=True, slots=True)
class LabelledFact:
    """The labels of one atomic fact; None is "not applicable or cannot be told"."""

    supported: bool | None = None
    in_focus: bool | None = None
    misinformation: bool | None = None
    helpful: bool | None = None


def fact_values(
    facts: Sequence[LabelledFact],
    task: str | None = None,
    main_facts_covered: Sequence[bool | None] | None = None,
) -> dict[str, float | None]:
    """Return a response's value for each factor that its facts decide; None is not applicable.

    `facts` are all facts of one response (none at all gives `n_facts` 0 and no ratios).
    `main_facts_covered` tells for each main fact of the source whether the response states it;
    where the main facts are not known (None), `source_coverage` is not among the keys, because a
    value that nobody measured is not one that does not apply.
    """
    values: dict[str, float | None] = {
        factor: _share((getattr(fact, label) for fact in facts), counted)
        for factor, (label, counted) in COUNTED.items()
    }
    values["n_facts"] = float(len(facts))
    if main_facts_covered is not None:
        values["source_coverage"] = _share(main_facts_covered, True)
    defined = {factor.name: factor for factor in builtin_factors()}
    return {
        name: values[name] if defined[name].applies(task) else None
        for name in ATOMIC_FACTORS
        if name in values
    }


def _share(labels: Iterable[bool | None], counted: bool) -> float | None:
    """Return the share of one answer among the known labels; None where none is known."""
    known = [label for label in labels if label is not None]
    return known.count(counted) / len(known) if known else None
