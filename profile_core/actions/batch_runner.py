"""The same as `runner`, through a provider's batches: hand in, wait, collect.

What was handed in is in the ledger with the batch's id, so that a run that is stopped, or whose
process ends, collects it when it is resumed instead of asking again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from profile_core.actions.runner import Asking, End, Item, Meaning, Meant, Outcome, Stage, ended
from profile_core.actions.spending import Purse
from profile_core.errors import Cancelled
from profile_core.jobs import Progress
from profile_core.judges import batches, prices
from profile_core.judges.asking import Answer, Failure
from profile_core.store import calls
from profile_core.store.calls import Asked
from profile_core.store.study import Study

LARGEST = 10_000
"""Calls in one batch; both providers take more."""
_WRITTEN_AT_ONCE = 200


def ask_in_batches(
    study: Study,
    run_id: str,
    items: Sequence[Item],
    meaning: Meaning[Meant],
    asking: Asking,
    progress: Progress,
) -> Outcome:
    """Get an answer for every item, from the ledger or from batches; see `runner.ask_all`."""
    if not items:
        return Outcome({}, None)
    return _BatchRun(study, run_id, items, meaning, asking, progress).go()


class _BatchRun(Stage[Meant]):
    cost_factor = batches.DISCOUNT

    def go(self) -> Outcome:
        self._by_key = {item.cache_key: item for item in self._items}
        self._batches = batches.connect(self._items[0].request.spec, self._asking.endpoint)
        self._use_known()
        with self._study.cursor() as cursor:
            going_on = calls.open_batches(cursor, self._run_id)
        stopped: str | None = None
        try:
            for batch_id, call_ids in going_on.items():
                self._wait_and_collect(batch_id, call_ids)
            waiting = [item for item in self._items if self._ends[item] == End.LEFT]
            stopped = self._hand_in_all(waiting)
        except Cancelled:
            words = "stopped; what was handed in goes on at the provider and can be collected"
            return Outcome(self._ends, words, was_cancelled=True)
        return Outcome(self._ends, stopped)

    def _use_known(self) -> None:
        with self._study.cursor() as cursor:
            known = calls.answers(cursor, list(self._by_key))
        entries = [(item, known[item.cache_key]) for item in self._items if item.cache_key in known]
        for start in range(0, len(entries), _WRITTEN_AT_ONCE):
            with self._study.writing() as cursor:
                for item, answer in entries[start : start + _WRITTEN_AT_ONCE]:
                    meant = self._meaning.read(item, answer)
                    self._write(cursor, item, meant)
                    self._note(item, meant, End.CACHED)
            self._progress.advance(len(entries[start : start + _WRITTEN_AT_ONCE]))

    def _hand_in_all(self, waiting: Sequence[Item]) -> str | None:
        """Hand in what the caps leave room for; tell which cap ended it, if one did."""
        with self._study.cursor() as cursor:
            spent = calls.totals(cursor, self._run_id)
        purse = Purse(self._asking.caps, spent.cost, spent.calls)
        affordable = []
        for item in waiting:
            most = prices.most(item.request)
            if not purse.set_aside(None if most is None else most * batches.DISCOUNT):
                break
            affordable.append(item)
        for start in range(0, len(affordable), LARGEST):
            self._progress.check()
            self._hand_in(affordable[start : start + LARGEST])
        return purse.refused

    def _hand_in(self, items: Sequence[Item]) -> None:
        asked = [Asked(item.about, item.part, item.repeat, item.cache_key) for item in items]
        with self._study.writing(None) as cursor:
            ids = calls.start(cursor, self._run_id, asked)
        requests = {name: item.request for name, item in zip(ids, items, strict=True)}
        batch_id = self._batches.submit(requests)
        with self._study.writing(None) as cursor:
            calls.set_batch(cursor, ids, batch_id)
        keys = {name: item.cache_key for name, item in zip(ids, items, strict=True)}
        self._wait_and_collect(batch_id, keys)

    def _wait_and_collect(self, batch_id: str, keys: Mapping[str, str]) -> None:
        before = self._progress.done
        while not (state := self._batches.state(batch_id)).is_over:
            self._progress.advance(max(0, before + state.done - self._progress.done))
            self._sleep()
        known = {name: self._by_key[key] for name, key in keys.items() if key in self._by_key}
        found = self._batches.collect(
            batch_id, {name: item.request for name, item in known.items()}
        )
        names = list(known)
        for start in range(0, len(names), _WRITTEN_AT_ONCE):
            part = names[start : start + _WRITTEN_AT_ONCE]
            self._write_all([(name, known[name], found[name]) for name in part])
        self._progress.advance(max(0, before + len(names) - self._progress.done))

    def _write_all(self, entries: Sequence[tuple[str, Item, Answer | Failure]]) -> None:
        with self._study.writing() as cursor:
            for call_id, item, outcome in entries:
                meant = self._meant(item, outcome)
                cost = self._cost(item, outcome)
                calls.end(cursor, [ended(call_id, outcome, meant, cost)])
                self._write(cursor, item, meant)
                self._note(item, meant, End.DONE)

    def _sleep(self) -> None:
        until = time.monotonic() + self._asking.seconds_between_looks
        while time.monotonic() < until:
            self._progress.check()
            time.sleep(min(0.2, self._asking.seconds_between_looks))
        self._progress.check()
