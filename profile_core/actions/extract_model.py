"""The verb extract with a model: what it measures of which responses, and in which stages.

PROFILE's ratings see prompt and source; its atomic facts have stages of their own. Of Preference
Dissection's properties, most are rated on the response alone, as there; those that need the prompt
with it; the query-specific ones only where the prompt has what they are about; and errors against
a reference answer that the run asks for first (Li et al. 2024, arXiv 2402.11296).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from profile_core.actions.measuring import facts, ratings
from profile_core.actions.measuring.facts import FactRubrics
from profile_core.actions.measuring.ratings import Group, RatingMeaning
from profile_core.actions.measuring.stages import References, Tagging, prompt_items
from profile_core.actions.measuring.subjects import Subject, Writer
from profile_core.actions.model_runs import ModelRun, Stages, carry_out, estimate, recorded
from profile_core.actions.runner import Asking, Item
from profile_core.actions.runs import Estimate, RunSummary
from profile_core.errors import NotEstimable, UnknownName
from profile_core.factors.atomic import ATOMIC_FACTORS, ATOMIC_VERSION
from profile_core.factors.rules import rule_factors
from profile_core.jobs import Progress
from profile_core.judges.rubric import Rubric, builtin
from profile_core.judges.spec import ModelSpec
from profile_core.store import (
    calls,
    factor_values,
    pair_wide,
    predicate,
    prompt_tags,
    prompts,
    responses,
)
from profile_core.store import factors as factor_store
from profile_core.store.factor_values import Measure
from profile_core.store.prompt_tags import PromptTag
from profile_core.store.prompts import PromptRow
from profile_core.store.study import Study
from profile_core.types import Factor

VERB = "extract"
_TAXONOMIES = ("profile", "dissection")
_ERRORS = ("no_minor_errors", "no_moderate_errors", "no_severe_errors")
_QUERY_SPECIFIC = {
    "clarifies_intent": "intent_unclear",
    "empathetic": "expresses_feelings",
    "satisfies_constraints": "states_constraints",
    "supports_stances": "takes_stance",
    "corrects_mistakes": "contains_mistake",
}
"""The property of a prompt without which a factor does not apply."""


@dataclass(frozen=True, slots=True)
class Measuring:
    """Which model measures what."""

    spec: ModelSpec
    factors: tuple[str, ...] = ()
    """None named: all that a model can measure."""
    taxonomy: str | None = None
    where: str | None = None
    limit: int | None = None
    """Counts responses, the same ones each time."""
    temperature: float | None = None

    @property
    def extractor(self) -> str:
        """How the values are marked."""
        return f"llm:{self.spec}"


def extract(
    study: Study,
    measuring: Measuring,
    asking: Asking,
    *,
    resume: str | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """Measure what is missing or stale of a model's factors.

    Raises UnknownName, PredicateError, NotEstimable where nothing can be measured, ProfileError for
    a run that cannot be resumed so, and Cancelled.
    """
    record = recorded(study, resume, VERB) if resume else None
    plan = _Plan.of(study, measuring)
    return carry_out(
        study,
        plan.run,
        plan.carry_out,
        asking,
        planned=len(plan.subjects) + plan.cached,
        resume=record,
        progress=progress or Progress(),
        already=plan.cached,
    )


def estimated(study: Study, measuring: Measuring, concurrency: int) -> Estimate:
    """Tell about what measuring would take, all stages of it.

    What a stage is asked depends on the answers of the one before. Where they are not in the
    ledger, a response counts as if its sentences were its facts, a prompt as if it had every
    property: neither figure is a bound.
    """
    plan = _Plan.of(study, measuring)
    return estimate(study, plan.expected(), concurrency, preparing=plan.preparing())


def first_calls(study: Study, measuring: Measuring) -> list[Item]:
    """The calls about responses that depend on no other."""
    return _Plan.of(study, measuring).first_calls()


def model_factors(defined: Mapping[str, Factor]) -> dict[str, Factor]:
    """The factors that a model measures: of both taxonomies, those that no rule measures."""
    by_rule = set(rule_factors())
    return {
        name: factor
        for name, factor in defined.items()
        if factor.taxonomy in _TAXONOMIES and name not in by_rule
    }


@dataclass(frozen=True)
class _Plan:
    study: Study
    measuring: Measuring
    factors: tuple[Factor, ...]
    subjects: tuple[Subject, ...]
    prompts: Mapping[str, PromptRow]
    cached: int

    @classmethod
    def of(cls, study: Study, measuring: Measuring) -> _Plan:
        factors = _chosen(study, measuring)
        measures = [_measure(factor) for factor in factors]
        among = _responses_where(study, measuring.where)
        with study.cursor() as cursor:
            found = factor_values.outstanding(
                cursor, measuring.extractor, measures, among=among, limit=measuring.limit
            )
            texts = responses.read(cursor, [item.response_id for item in found])
            known_prompts = {row.prompt_id: row for row in prompts.read(cursor)}
        subjects = [
            Subject(text, frozenset(item.factors)) for item, text in zip(found, texts, strict=True)
        ]
        lacking = tuple(subject for subject in subjects if subject.lacking(factors))
        if not subjects:
            raise NotEstimable("there is no response to measure, or the filter keeps none")
        needed = {subject.response.prompt_id for subject in lacking}
        return cls(
            study,
            measuring,
            factors,
            lacking,
            {name: row for name, row in known_prompts.items() if name in needed},
            len(subjects) - len(lacking),
        )

    @property
    def run(self) -> ModelRun:
        parameters = {
            "factors": [factor.name for factor in self.factors],
            "where": self.measuring.where,
            "limit": self.measuring.limit,
            "temperature": self.measuring.temperature,
        }
        rubrics = dict.fromkeys(_version(factor) for factor in self.factors)
        return ModelRun(VERB, self.measuring.spec, "+".join(rubrics), parameters)

    def first_calls(self) -> list[Item]:
        """The calls about responses that depend on no other."""
        atomic = self._of(ATOMIC_FACTORS)
        return self._ratings(self.subjects, {}) + [
            facts.split_item(self._asked, subject)
            for subject in self.subjects
            if subject.lacking(atomic)
        ]

    def preparing(self) -> list[Item]:
        """The calls about prompts, which prepare those about responses."""
        return [
            *(self._tag_items() if self._of(_QUERY_SPECIFIC) else ()),
            *(self._reference_items() if self._of(_ERRORS) else ()),
        ]

    def expected(self) -> list[Item]:
        """The calls about responses, those of later stages as far as they can be foreseen."""
        told = self._told() if self._of(_QUERY_SPECIFIC) else {}
        subjects = [
            _without(subject, told) if subject.response.prompt_id in told else subject
            for subject in self.subjects
        ]
        with self.study.cursor() as cursor:
            references = self._reference_items() if self._of(_ERRORS) else []
            known = calls.answers(cursor, [item.cache_key for item in references])
            found = {
                item.about: known[item.cache_key].answer.strip()
                for item in references
                if item.cache_key in known
            }
            of_facts = facts.expected(cursor, self._asked, self._of(ATOMIC_FACTORS), self.subjects)
        return self._ratings(subjects, found) + of_facts

    def carry_out(self, at: Stages) -> None:
        """Ask stage by stage."""
        writer = Writer(
            self.measuring.extractor,
            {factor.name: _measure(factor) for factor in self.factors},
            at.run_id,
        )
        tags = self._tags(at) if self._of(_QUERY_SPECIFIC) else {}
        references = self._references(at) if self._of(_ERRORS) else {}
        self._write_inapplicable(at, tags, writer)
        for group in self._groups():
            subjects = [
                subject
                for subject in (_without(item, tags) for item in self.subjects)
                if group.name != "errors" or subject.response.prompt_id in references
            ]
            items = list(
                ratings.items(
                    self.measuring.spec, group, subjects, references, self.measuring.temperature
                )
            )
            at.ask("rating responses", items, RatingMeaning(group, subjects, writer))
        atomic = self._of(ATOMIC_FACTORS)
        if atomic:
            facts.measure(at, self._asked, atomic, self.subjects, writer)

    @property
    def _asked(self) -> facts.Asked:
        return facts.Asked(self.measuring.spec, _fact_rubrics(), self.measuring.temperature)

    def _ratings(self, subjects: Sequence[Subject], references: Mapping[str, str]) -> list[Item]:
        spec, temperature = self.measuring.spec, self.measuring.temperature
        return [
            item
            for group in self._groups()
            for item in ratings.items(spec, group, subjects, references, temperature)
        ]

    def _groups(self) -> list[Group]:
        """Factors by what their rater sees."""
        by_name: dict[str, list[Factor]] = {}
        for factor in self.factors:
            if factor.name not in ATOMIC_FACTORS:
                by_name.setdefault(_group(factor), []).append(factor)
        return [
            Group(name, _rubric(_RUBRIC_OF_GROUP[name]), tuple(members))
            for name, members in by_name.items()
        ]

    def _of(self, names: Sequence[str] | Mapping[str, str]) -> tuple[Factor, ...]:
        return tuple(factor for factor in self.factors if factor.name in names)

    def _tags(self, at: Stages) -> dict[str, PromptTag]:
        meaning = Tagging(self.measuring.extractor, at.run_id)
        at.ask("sorting prompts", self._tag_items(), meaning, counts=False)
        return self._told()

    def _tag_items(self) -> list[Item]:
        known = self._told()
        waiting = [row for name, row in self.prompts.items() if name not in known]
        spec, temperature = self.measuring.spec, self.measuring.temperature
        return list(prompt_items(spec, _rubric("scenario"), waiting, "tag", temperature))

    def _told(self) -> dict[str, PromptTag]:
        """The prompts of which every property is known, from wherever each comes first."""
        with self.study.cursor() as cursor:
            standing = prompt_tags.standing(cursor)
        return {name: tag for name, tag in standing.items() if tag.tells_every_property}

    def _references(self, at: Stages) -> dict[str, str]:
        meaning = References()
        doing = "answering prompts for reference"
        at.ask(doing, self._reference_items(), meaning, counts=False)
        return meaning.found

    def _reference_items(self) -> list[Item]:
        lacking = {
            subject.response.prompt_id
            for subject in self.subjects
            if subject.lacking(self._of(_ERRORS))
        }
        waiting = [row for name, row in self.prompts.items() if name in lacking]
        spec, temperature = self.measuring.spec, self.measuring.temperature
        return list(prompt_items(spec, _rubric("best"), waiting, "reference", temperature))

    def _write_inapplicable(
        self, at: Stages, tags: Mapping[str, PromptTag], writer: Writer
    ) -> None:
        """Write "not applicable" where a prompt has not what a query-specific factor is about."""
        with self.study.writing() as cursor:
            for subject in self.subjects:
                names = _inapplicable(subject, tags) & {factor.name for factor in self.factors}
                values = dict.fromkeys(sorted(names & subject.lacks), (None, None))
                writer.put(cursor, subject.response.response_id, values)


_RUBRIC_OF_GROUP = {
    "asked": "rating",
    "alone": "rating-alone",
    "errors": "rating-errors",
}


def _group(factor: Factor) -> str:
    if factor.name in _ERRORS:
        return "errors"
    alone = factor.taxonomy == "dissection" and factor.needs == ("response",)
    return "alone" if alone else "asked"


def _without(subject: Subject, tags: Mapping[str, PromptTag]) -> Subject:
    """Leave out what does not apply, and what cannot be asked before the prompt has a tag."""
    if subject.response.prompt_id not in tags:
        return Subject(subject.response, subject.lacks - _QUERY_SPECIFIC.keys())
    return Subject(subject.response, subject.lacks - _inapplicable(subject, tags))


def _inapplicable(subject: Subject, tags: Mapping[str, PromptTag]) -> set[str]:
    tag = tags.get(subject.response.prompt_id)
    if tag is None:
        return set()
    return {name for name, needs in _QUERY_SPECIFIC.items() if not getattr(tag, needs)}


def _version(factor: Factor) -> str:
    """The version of what measures a factor: its rubrics, and the arithmetic of facts."""
    if factor.name in ATOMIC_FACTORS:
        return f"{_fact_rubrics().version}+facts@{ATOMIC_VERSION}"
    return str(_rubric(_RUBRIC_OF_GROUP[_group(factor)]))


def _measure(factor: Factor) -> Measure:
    return Measure(factor.name, _version(factor), factor.version)


def _rubric(name: str) -> Rubric:
    return next(rubric for rubric in builtin() if rubric.name == name)


def _fact_rubrics() -> FactRubrics:
    return FactRubrics(_rubric("facts-split"), _rubric("main-facts"), _rubric("facts-label"))


def _chosen(study: Study, measuring: Measuring) -> tuple[Factor, ...]:
    with study.cursor() as cursor:
        known = model_factors(factor_store.current(cursor))
    for name in measuring.factors:
        if name not in known:
            raise UnknownName("factor that a model measures", name, known)
    if measuring.taxonomy not in (None, *_TAXONOMIES):
        raise UnknownName("taxonomy", measuring.taxonomy or "", _TAXONOMIES)
    return tuple(
        factor
        for name, factor in known.items()
        if (not measuring.factors or name in measuring.factors)
        and measuring.taxonomy in (None, factor.taxonomy)
    )


def _responses_where(study: Study, where: str | None) -> list[str] | None:
    if not where or not where.strip():
        return None
    wide = pair_wide.ensure(study)
    checked = predicate.parse(where, wide.column_names)
    with study.cursor() as cursor:
        kept = predicate.select_pair_numbers(cursor, wide.name, checked)
        return responses.of_pairs(cursor, wide, kept)
