"""A whole run over a provider that goes wrong in every way: nothing lost, nothing charged twice.

The provider gives all its answers one id, as some gateways do: an answer belongs to the call that
it came back on.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from profile_core.actions.judge import Judging, judge
from profile_core.actions.runs import RunSummary
from profile_core.judges.asking import STOPS_THE_RUN
from profile_core.judges.credentials import Endpoint, Secret
from profile_core.store.study import Study
from tests import judge_runs
from tests.model_faults import FAULTS, KEY
from tests.model_server import ModelServer, model_server, says
from tests.studies import empty_study

SPECS = ("openai:gpt-4o", "anthropic:claude-sonnet-4-6", "compatible:local/small")
PASSING = {name: fault for name, (fault, kind) in FAULTS.items() if kind not in STOPS_THE_RUN}
STOPPING = [name for name, (_, kind) in FAULTS.items() if kind in STOPS_THE_RUN]
PAIRS = len(PASSING)
CALLS = 2 * PAIRS
RATES = {"openai": (2.5e-6, 10e-6), "anthropic": (3e-6, 15e-6)}
"""US dollars a token, in and out; the server counts 100 and 10 of them a charged answer."""


def run(study: Study, server: ModelServer, spec: str, **settings: Any) -> RunSummary:
    base = server.address if spec.startswith("anthropic") else f"{server.address}/v1"
    asking = replace(
        judge_runs.asking(server, concurrency=4, tries_again=0, seconds=0.8),
        endpoint=Endpoint(base, Secret(KEY)),
    )
    judging: Judging = judge_runs.judging(spec)
    return judge(study, judging, asking, **settings)


def ledger(study: Study) -> list[tuple[Any, ...]]:
    query = "SELECT item, part, status, failure, message, cost, input_tokens FROM call"
    return study.cursor().execute(query).fetchall()


@pytest.mark.parametrize("spec", SPECS)
def test_a_run_through_every_fault_loses_nothing_and_charges_each_answer_once(
    spec: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "faults.duckdb"
    with empty_study(file) as study, model_server(says(judge_runs.some_verdict)) as server:
        judge_runs.fill(study, PAIRS)
        server.in_line = list(PASSING.values())
        first = run(study, server, spec)
        assert len(server.asked) == first.calls == CALLS
        of_calls = Counter(status for _, _, status, *_ in ledger(study))
        assert of_calls == {"failed": len(PASSING), "done": CALLS - len(PASSING)}
        assert {kind for _, _, _, kind, *_ in ledger(study) if kind} == {
            FAULTS[name][1].value for name in PASSING
        }

        second = run(study, server, spec, resume=first.run)
        assert (second.failed, second.done + second.cached) == ({}, PAIRS)
        assert len(server.asked) == CALLS + len(PASSING) == len(ledger(study))
        answered = [(item, part) for item, part, status, *_ in ledger(study) if status == "done"]
        assert len(set(answered)) == len(answered) == CALLS

        rates = RATES.get(spec.partition(":")[0])
        charged = [row for row in ledger(study) if row[-1]]
        assert len(charged) >= CALLS
        if rates:
            assert all(row[-2] == pytest.approx(100 * rates[0] + 10 * rates[1]) for row in charged)
        verdicts = study.cursor().execute(
            "SELECT pair_id, shown_order, count(*), min(status) FROM preference "
            "WHERE run_id IS NOT NULL GROUP BY ALL"
        )
        assert [(count, status) for _, _, count, status in verdicts.fetchall()] == [
            (1, "valid")
        ] * CALLS
        study.cursor().execute("CHECKPOINT")
    assert KEY not in caplog.text
    assert all(KEY.encode() not in kept.read_bytes() for kept in tmp_path.iterdir())


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("fault", STOPPING)
def test_a_fault_that_all_calls_would_share_stops_the_run_and_keeps_what_was_answered(
    spec: str, fault: str
) -> None:
    with empty_study() as study, model_server(says(judge_runs.some_verdict)) as server:
        judge_runs.fill(study, 20)
        server.in_line = [says(judge_runs.some_verdict)] * 4 + [FAULTS[fault][0]]
        first = run(study, server, spec)
        assert first.status.startswith("stopped: ")
        assert KEY not in first.status
        assert len(server.asked) == first.calls < 40
        asked = len(server.asked)
        again = run(study, server, spec, resume=first.run)
        assert (again.failed, again.done + again.cached) == ({}, 20)
        assert len(server.asked) - asked == 40 - (asked - 1)
