"""What every run that asks a model has: its record, its resumption, its estimate, its summary."""

from __future__ import annotations

import json
import shlex
import time
from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from profile_core.actions.batch_runner import ask_in_batches
from profile_core.actions.runner import Asking, End, Item, Meaning, Meant, Outcome, ask_all
from profile_core.actions.runs import Estimate, RunSummary
from profile_core.errors import Cancelled, ProfileError
from profile_core.jobs import Progress
from profile_core.judges import prices
from profile_core.judges.asking import STOPS_THE_RUN, Usage
from profile_core.judges.spec import ModelSpec
from profile_core.store import calls, runs
from profile_core.store.calls import Totals
from profile_core.store.runs import RunRecord, RunStatus
from profile_core.store.study import Cursor, Study
from profile_core.text import numbers

_LIKELY_OUTPUT = 120
"""Tokens of an answer in an estimate, where no more is allowed."""
_LIKELY_SECONDS = 2.5
"""Of one call, in an estimate, where the ledger has no call of the model."""
_FLAGS = ("where", "limit", "temperature", "orders", "repeats", "levels", "factors")
"""The parameters that a flag of the same name sets."""


@dataclass(frozen=True, slots=True)
class ModelRun:
    """What a run is: two that differ in any of this are never mixed."""

    verb: str
    spec: ModelSpec
    rubric: str
    """With its version; several joined by `+`."""
    parameters: Mapping[str, object]
    """What was asked for: filter, limit, orders, temperature and the like; plain JSON values."""


def recorded(study: Study, run_id: str, verb: str) -> RunRecord:
    """Read a run that is to go on; raises UnknownName, or ProfileError for one of another verb."""
    with study.cursor() as cursor:
        found = runs.read(cursor, run_id)
    if found.verb != verb:
        raise ProfileError(f"run {found.run_id} is a run of `{found.verb}`, not of `{verb}`")
    return found


def refuse_to_mix(run: ModelRun, record: RunRecord) -> None:
    """Refuse to go on with a run under another model, rubric or parameters; names what differs."""
    asked = {"model": str(run.spec), "rubric": run.rubric, **_plain(run.parameters)}
    begun = {"model": record.model, "rubric": record.rubric, **record.parameters}
    differing = [name for name in asked if asked[name] != begun.get(name)]
    if differing:
        name = differing[0]
        flags = [_flag(run.verb, name, begun.get(name)) for name in differing]
        can_be_given = None not in flags and flags != [
            _flag(run.verb, name, asked[name]) for name in differing
        ]
        cure = f"resume it {numbers.listed([flag or '' for flag in flags])}, or "
        raise ProfileError(
            f"run {record.run_id} was begun with {name} {begun.get(name)!r}, not {asked[name]!r}: "
            f"{cure if can_be_given else ''}begin a new run"
        )


def _flag(verb: str, name: str, value: object) -> str | None:
    """Say how a run is given a value on the command line; None where it cannot be."""
    if name == "model":
        return f"with --extractor llm:{value}" if verb == "extract" else f"with --model {value}"
    if name == "rubric" and verb != "extract":
        return f"with --rubric {value}"
    if name not in _FLAGS:
        return None
    if value is None:
        return f"without --{name}"
    if isinstance(value, list | dict):
        value = ",".join(map(str, value)) or "best"
    return f"with --{name} {shlex.quote(str(value))}"


def estimate(
    study: Study,
    items: Sequence[Item],
    concurrency: int,
    *,
    preparing: Sequence[Item] = (),
    likely_output: int = _LIKELY_OUTPUT,
) -> Estimate:
    """Tell what asking about some items would take; nothing is asked, and no key is needed.

    `preparing` are calls that only prepare others, and count among no items; `likely_output` is
    the tokens of an answer, as far as its request allows them. Seconds go by what earlier calls of
    the model took.
    """
    every = [*preparing, *items]
    with study.cursor() as cursor:
        known = calls.answers(cursor, [item.cache_key for item in every])
        models = {str(item.request.spec) for item in every}
        seconds = calls.mean_seconds(cursor, models.pop()) if models else None
    waiting = [item for item in every if item.cache_key not in known]
    abouts = {item.about for item in items}
    cached = abouts - {item.about for item in waiting}
    inputs = [prices.likely_tokens(item.request.messages) for item in waiting]
    outputs = [min(likely_output, item.request.max_tokens) for item in waiting]
    likely = [
        prices.cost(item.request.spec, Usage(tokens, out))
        for item, tokens, out in zip(waiting, inputs, outputs, strict=True)
    ]
    most = [prices.most(item.request) for item in waiting]
    return Estimate(
        items=len(abouts),
        cached=len(cached),
        calls=len(waiting),
        estimated_input_tokens=sum(inputs),
        estimated_output_tokens=sum(outputs),
        estimated_cost_low=_sum(likely),
        estimated_cost_high=_sum(most),
        estimated_seconds=len(waiting)
        * (_LIKELY_SECONDS if seconds is None else seconds)
        / max(1, min(concurrency, len(waiting))),
    )


def carry_out(
    study: Study,
    run: ModelRun,
    stages: Callable[[Stages], None],
    asking: Asking,
    *,
    planned: int,
    resume: RunRecord | None,
    progress: Progress,
    already: int = 0,
) -> RunSummary:
    """Run the stages of a run within its record; a stopped one can be resumed.

    Of the planned items, the study has `already` so many, which no stage is asked about. A run
    without a result for any of its items failed.

    Raises Cancelled when somebody stopped it, with what was answered kept; ProfileError,
    before the run begins, for a cap in money that cannot be kept, because no price is known.
    """
    started = time.monotonic()
    if asking.caps.cost is not None and not prices.is_known(run.spec):
        raise ProfileError(
            f"the price of {run.spec} is not known, so a cap in money cannot be kept: "
            "use --max-calls"
        )
    run_id = _begin(study, run, planned, resume, asking)
    at = Stages(study, run_id, asking, progress)
    status = RunStatus.FAILED
    try:
        stages(at)
        status = at.status(already)
    except (Cancelled, KeyboardInterrupt) as stop:
        status = RunStatus.CANCELLED
        raise Cancelled(_how_to_go_on(stop, run_id, asking)) from stop
    finally:
        with study.writing() as cursor:
            done = at.count(End.DONE, End.CACHED) + already
            runs.end(cursor, run_id, done=done, status=status)
    with study.cursor() as cursor:
        totals = calls.totals(cursor, run_id)
        reason = calls.commonest_failure(cursor, run_id)
    summary = _summary(run, run_id, at, totals, planned, time.monotonic() - started)
    return replace(
        summary,
        cached=summary.cached + already,
        status=at.words(status, reason),
    )


class Stages:
    """The items of a run, asked stage by stage; an item is what `Item.about` names."""

    def __init__(self, study: Study, run_id: str, asking: Asking, progress: Progress) -> None:
        self.run_id = run_id
        self.stopped: str | None = None
        self._study = study
        self._asking = asking
        self._progress = progress
        self._ends: dict[str, list[str]] = {}
        self._kinds: set[str] = set()

    def ask(
        self, doing: str, items: Sequence[Item], meaning: Meaning[Meant], *, counts: bool = True
    ) -> Outcome:
        """Ask about some items; raises Cancelled when stopped. Nothing is asked after a stop.

        Stages that only prepare others do not count among the run's items.
        """
        if self.stopped is not None:
            return Outcome({}, self.stopped)
        self._progress.start(doing, len(items))
        ask = ask_in_batches if self._asking.in_batches else ask_all
        outcome = ask(self._study, self.run_id, items, meaning, self._asking, self._progress)
        self._kinds.update(outcome.ends.values())
        for item, end in outcome.ends.items() if counts else ():
            self._ends.setdefault(item.about, []).append(end)
        self.stopped = outcome.stopped
        if outcome.was_cancelled:
            raise Cancelled(outcome.stopped)
        return outcome

    def write(
        self,
        abouts: Sequence[str],
        write: Callable[[Cursor, str], None],
    ) -> None:
        """Write what needs no call, item by item, in one transaction; these items are done."""
        if not abouts:
            return
        with self._study.writing() as cursor:
            for about in abouts:
                write(cursor, about)
        for about in abouts:
            self._ends.setdefault(about, []).append(End.CACHED)

    def status(self, already: int) -> RunStatus:
        """How the run ended; `already` items had what was asked for before it."""
        failures = self._kinds - set(End)
        is_bare = not already and not self.count(End.DONE, End.CACHED)
        if is_bare and (failures if self.stopped is None else self.was_stopped_by_failure):
            return RunStatus.FAILED
        return RunStatus.DONE if self.stopped is None else RunStatus.STOPPED

    @property
    def was_stopped_by_failure(self) -> bool:
        """Whether it was a failure that all calls would share that ended the run, and no cap."""
        return self.stopped is not None and bool(self._kinds & STOPS_THE_RUN)

    def words(self, status: RunStatus, reason: str | None) -> str:
        """Say how the run ended, and why; `reason` is what most calls failed of."""
        if status is RunStatus.FAILED or self.was_stopped_by_failure:
            return f"{status}: {self.stopped or reason or 'no answer makes sense'}"
        return self.stopped or status.value

    def count(self, *wanted: str) -> int:
        """How many items ended in one of these ways."""
        return sum(1 for ends in self._ends.values() if _whole(ends) in wanted)

    def failures(self) -> dict[str, int]:
        """Items without a result, by kind of failure."""
        found = Tally(_whole(ends) for ends in self._ends.values())
        return {
            kind: number
            for kind, number in sorted(found.items())
            if kind not in (End.DONE, End.CACHED, End.LEFT)
        }


def _whole(ends: Sequence[str]) -> str:
    """An item is what is worst of its calls: failed, left, done, or all from the ledger."""
    failed = [end for end in ends if end not in (End.DONE, End.CACHED, End.LEFT)]
    if failed:
        return failed[0]
    return next((end for end in (End.LEFT, End.DONE) if end in ends), End.CACHED)


def _begin(
    study: Study, run: ModelRun, planned: int, resume: RunRecord | None, asking: Asking
) -> str:
    if resume is not None:
        refuse_to_mix(run, resume)
        with study.writing(None) as cursor:
            calls.break_off(cursor, resume.run_id)
            runs.go_on(cursor, resume.run_id)
        return resume.run_id
    with study.writing(None) as cursor:
        return runs.begin(
            cursor,
            run.verb,
            planned=planned,
            parameters={**run.parameters, runs.ASKING: asking.remembered},
            model=str(run.spec),
            rubric=run.rubric,
        )


def _how_to_go_on(stop: BaseException, run_id: str, asking: Asking) -> str:
    words = str(stop) or "stopped; what was answered is kept"
    # The same command would hand in anew what is under way in a batch.
    again = "" if asking.in_batches else "the same command goes on with it, or "
    return f"{words}: {again}resume it with `--resume {run_id}`"


def _summary(
    run: ModelRun,
    run_id: str,
    at: Stages,
    totals: Totals,
    planned: int,
    seconds: float,
) -> RunSummary:
    return RunSummary(
        run=run_id,
        model=str(run.spec),
        rubric=run.rubric,
        planned=planned,
        cached=at.count(End.CACHED),
        done=at.count(End.DONE),
        failed=at.failures(),
        calls=totals.calls,
        input_tokens=totals.input_tokens,
        output_tokens=totals.output_tokens,
        cost=totals.cost,
        cost_unknown=totals.cost_unknown,
        seconds=round(seconds, 3),
    )


def _plain(parameters: Mapping[str, object]) -> dict[str, object]:
    """Parameters as they come back from a record."""
    found: dict[str, object] = json.loads(json.dumps(parameters))
    return found


def _sum(costs: Sequence[float | None]) -> float | None:
    """A sum that is unknown where any part is."""
    return None if any(cost is None for cost in costs) else sum(cost or 0.0 for cost in costs)
