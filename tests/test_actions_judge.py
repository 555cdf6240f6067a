"""Judging over a real server on loopback: verdicts, caps, stops, crashes, and going on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from profile_core.actions.judge import estimated, judge
from profile_core.errors import Cancelled, NotEstimable, ProfileError
from profile_core.jobs import Progress
from profile_core.store import run_ledger
from profile_core.store.choices import pair_choice
from profile_core.store.rows import number
from profile_core.store.study import Study
from tests.judge_runs import OVERALL, asking, fill, judging, some_verdict
from tests.model_server import Asked, ModelServer, fails, model_server, says
from tests.studies import empty_study

GPT = "openai:gpt-4o"
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def study() -> Iterator[Study]:
    with empty_study() as opened:
        fill(opened, 10)
        yield opened


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(says(some_verdict)) as running:
        yield running


def rows(study: Study, query: str) -> list[tuple[Any, ...]]:
    return study.cursor().execute(query).fetchall()


def test_each_pair_gets_a_verdict_in_both_orders_and_the_judge_is_a_source(
    study: Study, server: ModelServer
) -> None:
    summary = judge(study, judging(), asking(server))
    assert (summary.planned, summary.done, summary.calls) == (10, 10, 20)
    assert (summary.input_tokens, summary.output_tokens) == (2_000, 200)
    assert (summary.cost, summary.cost_unknown, summary.status) == (0.0, 20, "done")
    assert rows(study, "SELECT kind, name, model FROM source WHERE kind = 'judge'") == [
        ("judge", "small/overall@1", "small")
    ]
    assert rows(
        study,
        "SELECT shown_order, count(*), count(DISTINCT pair_id) FROM preference "
        "WHERE run_id IS NOT NULL GROUP BY ALL ORDER BY ALL",
    ) == [("ab", 10, 10), ("ba", 10, 10)]


def test_the_first_shown_is_a_in_one_order_and_b_in_the_other(
    study: Study, server: ModelServer
) -> None:
    server.standing = says({"reason": "first", "verdict": "A"})
    judge(study, judging(), asking(server))
    assert rows(
        study,
        "SELECT DISTINCT shown_order, choice FROM preference "
        "WHERE run_id IS NOT NULL ORDER BY shown_order",
    ) == [("ab", "a"), ("ba", "b")]
    shown = [asked.user_text for asked in server.asked]
    assert sum(text.index("the first answer") < text.index("another") for text in shown) == 10


def test_the_same_run_twice_makes_no_call(study: Study, server: ModelServer) -> None:
    judge(study, judging(), asking(server))
    again = judge(study, judging(), asking(server))
    assert (again.cached, again.done, again.calls) == (10, 0, 0)
    assert len(server.asked) == 20


def test_two_versions_of_a_rubric_never_share_an_answer(study: Study, server: ModelServer) -> None:
    judge(study, judging(), asking(server))
    edited = OVERALL.edited(2, user=OVERALL.user + " Think twice.")
    second = judge(study, judging(rubric=edited), asking(server))
    assert (second.cached, second.calls) == (0, 20)
    assert number(study.cursor(), "SELECT count(*) FROM source WHERE kind = 'judge'") == 2


def test_an_estimate_asks_nothing_and_says_what_is_left(study: Study, server: ModelServer) -> None:
    judge(study, judging(GPT, limit=4), asking(server))
    before = len(server.asked)
    found = estimated(study, judging(GPT), 8)
    assert (found.items, found.cached, found.calls) == (10, 4, 12)
    assert found.estimated_cost_low is not None
    assert found.estimated_cost_high is not None
    assert 0 < found.estimated_cost_low < found.estimated_cost_high
    assert len(server.asked) == before
    unknown = estimated(study, judging(), 8)
    assert unknown.estimated_cost_low is None


def test_failures_are_kept_by_kind_and_asked_again_alone(study: Study, server: ModelServer) -> None:
    server.in_line = [fails(500), says("no JSON"), says("", refusal="No.")]
    first = judge(study, judging(), asking(server, concurrency=1, tries_again=0))
    assert first.done == 8
    assert first.failed == {"refusal": 1, "server": 1}
    assert sum(first.failed.values()) + first.done == first.planned
    assert dict(
        rows(study, "SELECT failure, count(*) FROM call WHERE status = 'failed' GROUP BY failure")
    ) == {"server": 1, "form": 1, "refusal": 1}
    statuses = "SELECT status, count(*) FROM preference WHERE run_id IS NOT NULL GROUP BY status"
    assert dict(rows(study, statuses)) == {"valid": 17, "failed": 2, "invalid": 1}
    second = judge(study, judging(), asking(server), resume=first.run)
    assert (second.done + second.cached, second.failed) == (10, {})
    assert len(server.asked) == 23
    assert dict(rows(study, statuses)) == {"valid": 20}


@pytest.mark.parametrize("order_that_fails", ["ab", "ba"])
def test_a_pair_abstains_whose_one_order_failed_on_its_way(
    study: Study, server: ModelServer, order_that_fails: str
) -> None:
    answer = says(some_verdict)
    server.in_line = [fails(500), answer] if order_that_fails == "ab" else [answer, fails(500)]
    asked = judging(limit=1, repeats=1)
    first = judge(study, asked, asking(server, concurrency=1, tries_again=0))
    orders = "SELECT shown_order, status FROM preference WHERE run_id IS NOT NULL ORDER BY 1"
    other = "ba" if order_that_fails == "ab" else "ab"
    assert dict(rows(study, orders)) == {order_that_fails: "failed", other: "valid"}
    choices = f"SELECT choice FROM ({pair_choice()}) WHERE starts_with(source_id, 'judge:')"
    assert rows(study, choices) == [(None,)]
    judge(study, asked, asking(server), resume=first.run)
    assert dict(rows(study, orders)) == {"ab": "valid", "ba": "valid"}


def test_a_model_that_was_never_reached_is_no_judge(study: Study, server: ModelServer) -> None:
    server.standing = fails(500, "out of order")
    first = judge(study, judging(), asking(server, tries_again=0))
    assert (first.done, first.failed) == (0, {"server": 10})
    assert first.status.startswith("failed: the endpoint 'local' failed (500)")
    assert first.is_failure
    assert rows(study, "SELECT status, done FROM run") == [("failed", 0)]
    assert not rows(study, "SELECT * FROM source WHERE kind = 'judge'")
    assert not rows(study, "SELECT * FROM preference WHERE run_id IS NOT NULL")
    server.standing = says(some_verdict)
    second = judge(study, judging(), asking(server), resume=first.run)
    assert (second.done, second.status) == (10, "done")
    assert number(study.cursor(), "SELECT count(*) FROM source WHERE kind = 'judge'") == 1


def test_an_interrupt_says_how_to_go_on(study: Study, server: ModelServer) -> None:
    def interrupts(changed: Progress) -> None:
        if changed.total == 20:
            raise KeyboardInterrupt

    with pytest.raises(Cancelled, match=r"answered is kept: the same command .* `--resume "):
        judge(study, judging(), asking(server), progress=Progress(interrupts))
    assert rows(study, "SELECT status FROM run") == [("cancelled",)]


def test_an_estimate_goes_by_what_earlier_calls_of_the_model_took(
    study: Study, server: ModelServer
) -> None:
    judge(study, judging(GPT, limit=5), asking(server))
    study.cursor().execute("UPDATE call SET seconds = 60")
    assert estimated(study, judging(GPT), 5).estimated_seconds == pytest.approx(10 * 60 / 5)
    assert estimated(study, judging(), 5).estimated_seconds == pytest.approx(20 * 2.5 / 5)


def test_the_list_of_runs_counts_calls_that_were_broken_off_and_no_old_number_of_items(
    study: Study, server: ModelServer
) -> None:
    judge(study, judging(), asking(server, max_calls=6))
    with study.cursor() as cursor:
        [row] = run_ledger.rows(cursor)
        assert (row.done, row.calls, row.cost_unknown) == (3, 6, 6)
        cursor.execute("UPDATE call SET cost = 0.1")
        cursor.execute(
            "UPDATE call SET status = 'started', cost = NULL "
            "WHERE call_id = (SELECT max(call_id) FROM call)"
        )
        cursor.execute("UPDATE run SET status = 'running'")
        [row] = run_ledger.rows(cursor)
        assert (row.done, row.cost_unknown) == (None, 0)
        cursor.execute("UPDATE run SET status = 'broken off'")
        [row] = run_ledger.rows(cursor)
        assert (row.done, row.cost_unknown) == (None, 1)


def test_a_wrong_key_ends_the_run_at_once_in_words(study: Study, server: ModelServer) -> None:
    server.standing = fails(401, "bad key sk-0123456789")
    summary = judge(study, judging(), asking(server, concurrency=2))
    assert summary.status.startswith("failed: the key for the endpoint 'local' is not accepted")
    assert summary.is_failure
    assert "0123456789" not in summary.status
    assert len(server.asked) <= 4
    assert summary.calls == len(server.asked)


@pytest.mark.parametrize("concurrency", [1, 16])
def test_a_run_never_passes_its_cap_in_calls(
    study: Study, server: ModelServer, concurrency: int
) -> None:
    summary = judge(study, judging(), asking(server, concurrency=concurrency, max_calls=7))
    assert len(server.asked) == summary.calls == 7
    assert summary.status == "stopped at the cap of 7 calls"
    assert not summary.is_failure


def test_a_run_never_passes_its_cap_in_money_with_many_calls_under_way(
    study: Study, server: ModelServer
) -> None:
    server.standing = says(some_verdict, after=0.02, input_tokens=400, output_tokens=600)
    cap = 0.05
    summary = judge(study, judging(GPT), asking(server, concurrency=16, max_cost=cap))
    assert 0 < summary.cost <= cap
    assert summary.calls < 20
    assert "before the cap of $0.05" in summary.status
    resumed = judge(study, judging(GPT), asking(server, max_cost=cap), resume=summary.run)
    assert resumed.cost <= cap


def test_a_cap_in_money_without_a_price_is_refused(study: Study, server: ModelServer) -> None:
    with pytest.raises(ProfileError, match="use --max-calls"):
        judge(study, judging(), asking(server, max_cost=1.0))
    assert server.asked == []
    assert rows(study, "SELECT * FROM run") == []


def test_a_run_slows_down_when_it_is_asked_to_and_loses_nothing(
    study: Study, server: ModelServer
) -> None:
    server.in_line = [fails(429, retry_after="0.3")] * 4
    server.standing = says(some_verdict, after=0.02)
    summary = judge(study, judging(), asking(server, concurrency=8))
    assert (summary.done, summary.failed) == (10, {})


def test_a_stop_waits_for_what_is_under_way_and_keeps_it(study: Study, server: ModelServer) -> None:
    progress = Progress()

    def fourth_stops(asked: Asked) -> dict[str, str]:
        if len(server.asked) == 4:
            progress.cancel()
        return some_verdict(asked)

    server.standing = says(fourth_stops, after=0.05)
    with pytest.raises(Cancelled, match="--resume"):
        judge(study, judging(), asking(server, concurrency=2), progress=progress)
    [(run_id, status)] = rows(study, "SELECT run_id, status FROM run")
    assert status == "cancelled"
    made = len(server.asked)
    assert 4 <= made < 20
    assert number(study.cursor(), "SELECT count(*) FROM call WHERE status = 'done'") == made
    summary = judge(study, judging(), asking(server), resume=run_id)
    assert summary.calls == 20
    assert len(server.asked) == 20


@pytest.mark.parametrize(
    ("change", "said", "cure"),
    [
        ({"spec": "compatible:local/other"}, "model", "with --model compatible:local/small"),
        (
            {"rubric": OVERALL.edited(2, user=OVERALL.user + " !")},
            "rubric",
            "with --rubric overall@1",
        ),
        ({"orders": "ab"}, "orders", "with --orders both"),
        ({"limit": 3}, "limit", "without --limit"),
        (
            {"temperature": 0.5, "limit": 3},
            "limit",
            "without --limit and without --temperature",
        ),
    ],
)
def test_a_run_is_not_resumed_under_other_settings_and_the_flags_are_named(
    study: Study, server: ModelServer, change: dict[str, Any], said: str, cure: str
) -> None:
    first = judge(study, judging(), asking(server, max_calls=3))
    with pytest.raises(ProfileError, match=f"was begun with {said} .*: resume it {cure}, or"):
        judge(study, judging(**change), asking(server), resume=first.run)


def test_without_a_pair_there_is_nothing_to_judge(study: Study, server: ModelServer) -> None:
    with pytest.raises(NotEstimable):
        judge(study, judging(where="task = 'none'"), asking(server))


_RUN = """
import sys
from profile_core.actions.judge import judge
from profile_core.judges.credentials import Endpoint, Secret
from profile_core.actions.runner import Asking
from profile_core.store.study import Study
from tests.judge_runs import judging
path, address, resume = sys.argv[1:]
with Study.open(path) as study:
    asking = Asking(Endpoint(address + "/v1", Secret("sk-0123456789")), concurrency=8)
    print(judge(study, judging(), asking, resume=resume or None).status)
"""


def test_killed_twice_in_the_middle_a_run_goes_on_and_asks_nothing_again_that_was_stored(
    server: ModelServer, tmp_path: Path
) -> None:
    path = tmp_path / "killed.duckdb"
    with Study.open(path, create=True) as study:
        fill(study, 100)
    server.standing = says(some_verdict, after=0.05)

    def run(resume: str) -> subprocess.Popen[str]:
        arguments = [sys.executable, "-c", _RUN, str(path), server.address, resume]
        return subprocess.Popen(arguments, cwd=ROOT, text=True, stdout=subprocess.PIPE)

    resume, sent, stored, unknown = "", 0, 0, 0
    for _ in range(2):
        process = run(resume)
        while len(server.asked) < sent + 50:
            assert process.poll() is None
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        time.sleep(0.2)
        sent = len(server.asked)
        with Study.open(path) as study:
            [(resume,)] = rows(study, "SELECT run_id FROM run")
            assert rows(study, "SELECT status FROM run") == [("broken off",)]
            by_status = dict(rows(study, "SELECT status, count(*) FROM call GROUP BY status"))
        stored = by_status["done"]
        unknown = by_status.get("started", 0) + by_status.get("unknown", 0)
    process = run(resume)
    assert process.communicate()[0].strip() == "done"
    with Study.open(path) as study:
        by_status = dict(rows(study, "SELECT status, count(*) FROM call GROUP BY status"))
        verdicts = rows(
            study,
            "SELECT count(*), count(DISTINCT (pair_id, shown_order)) FROM preference "
            "WHERE run_id IS NOT NULL AND status = 'valid'",
        )
    assert verdicts == [(200, 200)]
    assert by_status == {"done": 200, "unknown": unknown}
    assert len(server.asked) - sent == 200 - stored
