"""The extractor `rules`: factors measured by rule, without key or network, the same every time.

Owns the registry of rules and their versions. `measure` cuts a response into words once, however
many factors are asked for, and keeps what the responses to one prompt share.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from profile_core.errors import UnknownName
from profile_core.factors.rules import formatting, grounding, length, stance, wording
from profile_core.factors.rules.base import Evidence, Measurement, Reading, Rule, Subject
from profile_core.factors.taxonomy import builtin_factors

__all__ = [
    "EXTRACTOR",
    "Evidence",
    "Measurement",
    "Subject",
    "measure",
    "rule_factors",
    "rule_version",
]

EXTRACTOR = "rules"
_FAMILIES = (length, wording, formatting, grounding, stance)
_RULES: dict[str, Rule] = {rule.factor: rule for family in _FAMILIES for rule in family.RULES}


def rule_factors() -> tuple[str, ...]:
    """Return the names of the factors that have a rule, in the order of measurement."""
    return tuple(_RULES)


def rule_version(factor: str) -> str:
    """Return the version of a factor's rule; a value with another one is stale.

    Raises UnknownName where the factor has no rule.
    """
    return str(_rule(factor).version)


def measure(subject: Subject, factors: Sequence[str] | None = None) -> list[Measurement]:
    """Measure a response: one measurement per factor, in the order asked (all rules: theirs).

    A factor that is not defined for the subject's task, or whose source is absent, has the value
    None. Raises UnknownName where a factor has no rule.
    """
    names = None if factors is None else tuple(factors)
    reading = Reading(subject)
    return [
        Measurement(rule.factor, *rule.measure(reading))
        if applies
        else Measurement(rule.factor, None)
        for rule, applies in _plan(names, subject.task)
    ]


@lru_cache(maxsize=256)
def _plan(names: tuple[str, ...] | None, task: str | None) -> tuple[tuple[Rule, bool], ...]:
    defined = {factor.name: factor for factor in builtin_factors()}
    rules = _RULES.values() if names is None else map(_rule, names)
    return tuple((rule, defined[rule.factor].applies(task)) for rule in rules)


def _rule(factor: str) -> Rule:
    try:
        return _RULES[factor]
    except KeyError:
        raise UnknownName("rule", factor, _RULES) from None
