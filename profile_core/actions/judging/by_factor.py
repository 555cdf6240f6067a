"""The answer to a rubric per factor: a verdict on each factor, each of a judge of its own.

One call asks which response of a pair has more of each factor that is defined for the pair's task.
The verdict on a factor is a preference of the source `MODEL/RUBRIC@VERSION/FACTOR`, which is
derived from that factor. Asked again among other factors, the later verdict takes the place of the
earlier one. An answer that gives some factor no single verdict counts for the others, and is a
failure of form all the same: the call is asked again when its run goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from profile_core.actions.extract_model import model_factors
from profile_core.actions.judging.verdict import Judge, Verdict, chosen, order_of
from profile_core.actions.runner import Item
from profile_core.errors import ProfileError, UnknownName
from profile_core.judges.answers import MOST_FACTORS, FactorVerdict, FactorVerdicts
from profile_core.judges.asking import Failure, FailureKind
from profile_core.judges.forms import formed
from profile_core.judges.rubric import Rubric
from profile_core.store import factors as factor_store
from profile_core.store.calls import StoredAnswer
from profile_core.store.shown_pairs import ShownPair
from profile_core.store.study import Cursor, Study
from profile_core.text import numbers
from profile_core.types import Factor

LIKELY_TOKENS = 45
"""Of the verdict on one factor: its name, a short reason, the verdict."""
_TAXONOMY = "profile"

Verdicts = dict[str, Verdict]
"""By factor."""


def choose(study: Study, rubric: Rubric, named: Sequence[str]) -> tuple[Factor, ...]:
    """Choose what to ask about: the factors named, else the rubric's, else PROFILE's.

    Of PROFILE's, those that no rule measures. The order is always the same, so that the same
    factors make the same call. Raises UnknownName, or ProfileError for more than fit one answer.
    """
    with study.cursor() as cursor:
        defined = factor_store.current(cursor)
    wanted = list(named or rubric.factors)
    for name in wanted:
        if name not in defined:
            raise UnknownName("factor", name, defined)
    if not wanted:
        known = model_factors(defined)
        wanted = [name for name, factor in known.items() if factor.taxonomy == _TAXONOMY]
    most = min(MOST_FACTORS, rubric.max_tokens // LIKELY_TOKENS)
    if len(set(wanted)) > most:
        raise ProfileError(
            f"{len(set(wanted))} factors do not fit one answer of {rubric}, which holds about "
            f"{most}: name fewer, or save a version of the rubric that allows more tokens"
        )
    return tuple(defined[name] for name in sorted(set(wanted)))


def applying(factors: Sequence[Factor], pair: ShownPair) -> tuple[Factor, ...]:
    """Of some factors, those that are defined for a pair's task."""
    return tuple(factor for factor in factors if factor.applies(pair.task))


def tasks_of(factors: Sequence[Factor]) -> list[str] | None:
    """The tasks that at least one factor is defined for; None for every task."""
    if any(not factor.applies_to for factor in factors):
        return None
    return sorted({task for factor in factors for task in factor.applies_to})


def described(factors: Sequence[Factor]) -> str:
    """Write factors as a judge reads them: name, what more of it means, definition."""
    return "\n".join(
        f"- {factor.name} (more of it: {factor.higher_means or 'a higher value'}): "
        f"{' '.join(factor.definition.split())}"
        for factor in factors
    )


def judges(judge: str, model: str, names: Collection[str], run_id: str) -> dict[str, Judge]:
    """Give each of some factors a judge of its own."""
    return {
        name: Judge(f"{judge}/{name}", model, run_id, derived_from=(name,))
        for name in sorted(names)
    }


@dataclass(frozen=True, slots=True)
class Incomplete(Failure):
    """An answer without a verdict on some of the factors, with those that it has."""

    found: Mapping[str, Verdict] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FactorsMeaning:
    """What an answer means: a verdict of each factor's judge, in the order shown."""

    judges: Mapping[str, Judge]
    """By factor."""
    asked: Mapping[str, Sequence[str]]
    """The factors that were asked about, by pair."""

    def read(self, item: Item, answer: StoredAnswer) -> Verdicts | Failure:
        """Read the one verdict on each factor asked about; others that are named mean nothing."""
        found = formed(FactorVerdicts, answer.answer)
        if isinstance(found, Failure):
            return found
        said: defaultdict[str, list[FactorVerdict]] = defaultdict(list)
        for entry in found.verdicts:
            said[entry.factor.strip()].append(entry)
        order = order_of(item)
        meant = {
            name: Verdict(chosen(said[name][0].verdict, order), said[name][0].reason)
            for name in self.asked[item.about]
            if len({entry.verdict for entry in said[name]}) == 1
        }
        missing = [name for name in self.asked[item.about] if name not in meant]
        if missing:
            words = f"the answer has no single verdict on {numbers.listed(missing)}"
            return Incomplete(FailureKind.FORM, words, found=meant)
        return meant

    def write(self, cursor: Cursor, item: Item, meant: Mapping[str, Verdict]) -> None:
        """Write the verdicts."""
        for name, verdict in meant.items():
            self.judges[name].put(cursor, item, verdict)

    def write_failure(self, cursor: Cursor, item: Item, failure: Failure) -> None:
        """Write, factor by factor, that there is none; one that is there from before stays."""
        found = failure.found if isinstance(failure, Incomplete) else {}
        self.write(cursor, item, found)
        for name in self.asked[item.about]:
            judge = self.judges[name]
            if name not in found and not judge.has_valid(cursor, item):
                judge.put_failure(cursor, item, failure)
