"""Runs through the providers' batches: handed in once, collected whenever, at half the price."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from profile_core.actions.judge import judge
from profile_core.actions.runner import Asking
from profile_core.errors import Cancelled, ProfileError
from profile_core.jobs import Progress
from profile_core.judges import batches
from profile_core.store.rows import number
from profile_core.store.study import Study
from tests import judge_runs
from tests.batch_server import BatchServer, batch_server
from tests.judge_runs import fill, judging, some_verdict
from tests.model_server import says
from tests.studies import empty_study

SPECS = ("openai:gpt-4o", "anthropic:claude-sonnet-4-5")


@pytest.fixture
def study() -> Iterator[Study]:
    with empty_study() as opened:
        fill(opened, 6)
        yield opened


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with batch_server(says(some_verdict)) as running:
        yield running


def asking(server: BatchServer, spec: str, **settings: Any) -> Asking:
    plain = judge_runs.asking(server.address, anthropic=spec.startswith("anthropic"), **settings)
    return replace(plain, in_batches=True, seconds_between_looks=0.05)


def verdicts(study: Study) -> int:
    query = "SELECT count(*) FROM preference WHERE run_id IS NOT NULL AND status = 'valid'"
    return number(study.cursor(), query)


@pytest.mark.parametrize("spec", SPECS)
def test_a_batch_gives_the_same_verdicts_at_half_the_price(
    study: Study, server: BatchServer, spec: str
) -> None:
    threading.Timer(0.3, setattr, (server, "is_over", True)).start()
    summary = judge(study, judging(spec), asking(server, spec))
    assert (summary.done, summary.calls, summary.failed, summary.status) == (6, 12, {}, "done")
    assert verdicts(study) == 12
    price = {"openai": 100 * 2.5e-6 + 10 * 10e-6, "anthropic": 100 * 3e-6 + 10 * 15e-6}
    expected = 12 * price[spec.partition(":")[0]] * batches.DISCOUNT
    assert summary.cost == pytest.approx(expected)
    assert judge(study, judging(spec), asking(server, spec)).calls == 0


@pytest.mark.parametrize("spec", SPECS)
def test_what_was_handed_in_is_collected_by_another_process_and_not_asked_again(
    study: Study, server: BatchServer, spec: str
) -> None:
    progress = Progress()

    def stop_once_handed_in() -> None:
        while not server.handed_in:
            time.sleep(0.01)
        progress.cancel()

    threading.Thread(target=stop_once_handed_in, daemon=True).start()
    with pytest.raises(Cancelled, match="goes on at the provider"):
        judge(study, judging(spec), asking(server, spec), progress=progress)
    assert (len(server.handed_in), server.requests, verdicts(study)) == (1, 12, 0)
    [(run_id,)] = study.cursor().execute("SELECT run_id FROM run").fetchall()
    server.is_over = True
    summary = judge(study, judging(spec), asking(server, spec), resume=run_id)
    assert (len(server.handed_in), summary.done, summary.calls) == (1, 6, 12)
    assert verdicts(study) == 12


@pytest.mark.parametrize("spec", SPECS)
def test_an_item_that_does_not_come_back_is_lost_and_handed_in_again(
    study: Study, server: BatchServer, spec: str
) -> None:
    server.is_over, server.lost = True, {0}
    first = judge(study, judging(spec), asking(server, spec))
    assert (first.failed, first.done) == ({"lost": 1}, 5)
    server.lost = set()
    second = judge(study, judging(spec), asking(server, spec), resume=first.run)
    assert (second.failed, verdicts(study)) == ({}, 12)
    assert [len(entries) for entries in server.handed_in.values()] == [12, 1]


@pytest.mark.parametrize("spec", SPECS)
def test_a_batch_is_no_larger_than_the_cap(study: Study, server: BatchServer, spec: str) -> None:
    server.is_over = True
    summary = judge(study, judging(spec), asking(server, spec, max_calls=5))
    assert (server.requests, summary.calls) == (5, 5)
    assert "cap of 5 calls" in summary.status


def test_a_server_of_ones_own_has_no_batches(study: Study, server: BatchServer) -> None:
    with pytest.raises(ProfileError, match="leave --batch out"):
        judge(study, judging(), asking(server, "compatible:local/small"))


def test_what_is_handed_in_is_what_would_be_asked_one_by_one(
    study: Study, server: BatchServer
) -> None:
    server.is_over = True
    judge(study, judging("openai:gpt-4o"), asking(server, "openai:gpt-4o"))
    [entry, *_] = next(iter(server.handed_in.values()))
    assert (entry["method"], entry["url"]) == ("POST", "/v1/chat/completions")
    wanted = entry["body"]["response_format"]
    assert (wanted["type"], wanted["json_schema"]["name"]) == ("json_schema", "PairVerdict")
    assert wanted["json_schema"]["schema"]["additionalProperties"] is False
