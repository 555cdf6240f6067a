"""The verb extract: measure responses by rule, where a value is missing or stale.

Values are written a few hundred responses at a time, so a run that is stopped keeps what it did,
and the next one goes on from there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from profile_core.actions.runs import Estimate, RunSummary
from profile_core.errors import Cancelled, NotEstimable, ProfileError, UnknownName
from profile_core.factors.rules import EXTRACTOR, Subject, measure, rule_factors, rule_version
from profile_core.jobs import Progress
from profile_core.store import factor_values, pair_wide, predicate, responses, runs
from profile_core.store import factors as factor_store
from profile_core.store.factor_values import Measure, Outstanding, Value
from profile_core.store.responses import PromptedResponse
from profile_core.store.runs import RunStatus
from profile_core.store.study import Counter, Study

VERB = "extract"

_Item = TypeVar("_Item")

_CHUNK = 500
"""Responses written in one transaction: a quarter of a second of work."""
_BLOCK = 5_000
_MOST_BLOCKS = 50
"""A block is found by a scan of all ids, so a large study is read in few of them."""
_PACE = 2_000
"""Responses a second that are promised in an estimate."""


def extract(
    study: Study,
    *,
    factors: Sequence[str] = (),
    taxonomy: str | None = None,
    where: str | None = None,
    limit: int | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> RunSummary | Estimate:
    """Measure what is missing or stale: all rule factors, or those named, or a taxonomy's.

    `where` keeps the responses of the pairs that pass; `limit` counts responses, the same ones
    each time. Raises UnknownName, PredicateError, NotEstimable for a taxonomy without rules, and
    Cancelled when stopped, with what was written kept.
    """
    progress = progress or Progress()
    with _alone(study):
        plan = _plan(study, _chosen(study, factors, taxonomy), where, limit)
        if dry_run:
            return _estimate(plan)
        return _Run(study, plan, progress).go()


@dataclass(frozen=True, slots=True)
class _Plan:
    measures: tuple[Measure, ...]
    work: tuple[Outstanding, ...]
    """The responses that lack something."""
    cached: int
    """The responses that lack nothing."""
    parameters: dict[str, object]


@dataclass(slots=True)
class _Run:
    """One run from its record in the study to its summary."""

    study: Study
    plan: _Plan
    progress: Progress
    done: int = 0

    def go(self) -> RunSummary:
        started = time.monotonic()
        run_id = self._begin()
        status = RunStatus.FAILED
        try:
            self._measure_all(run_id)
            status = RunStatus.DONE
        except (Cancelled, KeyboardInterrupt):
            status = RunStatus.CANCELLED
            raise
        finally:
            with self.study.writing(self._counter) as cursor:
                runs.end(cursor, run_id, done=self.done, status=status)
        return RunSummary(
            run=run_id,
            model=None,
            rubric=None,
            planned=len(self.plan.work) + self.plan.cached,
            cached=self.plan.cached,
            done=self.done,
            seconds=round(time.monotonic() - started, 3),
            status=status,
        )

    @property
    def _counter(self) -> Counter | None:
        """A run that finds nothing to do leaves every cache as it is."""
        return Counter.DATA if self.plan.work else None

    def _begin(self) -> str:
        plan = self.plan
        with self.study.writing(self._counter) as cursor:
            factor_values.drop_stale(
                cursor, EXTRACTOR, plan.measures, [item.response_id for item in plan.work]
            )
            return runs.begin(
                cursor,
                VERB,
                planned=len(plan.work) + plan.cached,
                parameters=plan.parameters,
            )

    def _measure_all(self, run_id: str) -> None:
        self.progress.start("measuring responses", len(self.plan.work))
        for chunk in self._chunks():
            values = [value for item, response in chunk for value in _values(item, response)]
            with self.study.writing() as cursor:
                factor_values.add(cursor, EXTRACTOR, self.plan.measures, values, run_id=run_id)
            self.done += len(chunk)
            self.progress.advance(len(chunk))

    def _chunks(self) -> Iterator[list[tuple[Outstanding, PromptedResponse]]]:
        work = self.plan.work
        for block in _slices(work, max(_BLOCK, len(work) // _MOST_BLOCKS)):
            with self.study.cursor() as cursor:
                texts = responses.read(cursor, [item.response_id for item in block])
            yield from map(list, _slices(list(zip(block, texts, strict=True)), _CHUNK))


def _values(item: Outstanding, response: PromptedResponse) -> Iterator[Value]:
    subject = Subject(response.text, response.prompt, response.source_text, response.task)
    for found in measure(subject, item.factors):
        evidence = found.evidence.as_json() if found.evidence else None
        yield item.response_id, found.factor, found.value, evidence


def _slices(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _chosen(study: Study, names: Sequence[str], taxonomy: str | None) -> tuple[Measure, ...]:
    """Name the factors to measure, in the rules' order, with what makes a value up to date."""
    with study.cursor() as cursor:
        defined = factor_store.current(cursor)
    measured = rule_factors()
    for name in names:
        if name not in measured:
            raise UnknownName("factor that a rule measures", name, measured)
    chosen = [
        name
        for name in measured
        if (not names or name in names) and taxonomy in (None, defined[name].taxonomy)
    ]
    if not chosen:
        raise NotEstimable(
            f"no rule measures {', '.join(names) or 'a factor'} of the taxonomy {taxonomy!r}"
        )
    return tuple(Measure(name, rule_version(name), defined[name].version) for name in chosen)


def _plan(
    study: Study, measures: tuple[Measure, ...], where: str | None, limit: int | None
) -> _Plan:
    among = _responses_where(study, where) if where and where.strip() else None
    with study.cursor() as cursor:
        found = factor_values.outstanding(cursor, EXTRACTOR, measures, among=among, limit=limit)
    work = tuple(item for item in found if item.factors)
    return _Plan(
        measures,
        work,
        cached=len(found) - len(work),
        parameters={
            "extractor": EXTRACTOR,
            "factors": [item.factor for item in measures],
            "where": where,
            "limit": limit,
        },
    )


def _responses_where(study: Study, where: str) -> list[str]:
    wide = pair_wide.ensure(study)
    checked = predicate.parse(where, wide.column_names)
    with study.cursor() as cursor:
        kept = predicate.select_pair_numbers(cursor, wide.name, checked)
        return responses.of_pairs(cursor, wide, kept)


def _estimate(plan: _Plan) -> Estimate:
    return Estimate(
        items=len(plan.work) + plan.cached,
        cached=plan.cached,
        calls=0,
        estimated_input_tokens=0,
        estimated_output_tokens=0,
        estimated_cost_low=0.0,
        estimated_cost_high=0.0,
        estimated_seconds=len(plan.work) / _PACE,
    )


_running: set[str] = set()
_running_lock = threading.Lock()


@contextmanager
def _alone(study: Study) -> Iterator[None]:
    """Refuse a second extraction of a study beside one that runs: both would write each value."""
    with _running_lock:
        if study.key in _running:
            raise ProfileError("an extraction of this study is running; wait for it, or stop it")
        _running.add(study.key)
    try:
        yield
    finally:
        with _running_lock:
            _running.discard(study.key)
