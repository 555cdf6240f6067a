"""The verb extract: what is missing or stale is measured, once, and kept when stopped."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest

from profile_core.actions import extract as verb
from profile_core.actions.extract import extract
from profile_core.actions.runs import Estimate, RunSummary
from profile_core.errors import Cancelled, NotEstimable, PredicateError, ProfileError, UnknownName
from profile_core.factors.rules import rule_factors
from profile_core.jobs import Progress
from profile_core.store import factors
from profile_core.store.rows import number
from profile_core.store.study import Study
from profile_core.types import Choice
from tests.studies import a_factor, empty_study, levels_batch, pairs_batch, small_batch, write


@pytest.fixture
def study() -> Iterator[Study]:
    with empty_study() as study:
        write(study, small_batch())
        yield study


def run(study: Study, **settings: object) -> RunSummary:
    summary = extract(study, **settings)  # type: ignore[arg-type]
    assert isinstance(summary, RunSummary)
    return summary


def values(study: Study, factor: str) -> dict[str, float | None]:
    return dict(
        study.cursor()
        .execute(
            "SELECT text, value FROM factor_value JOIN response USING (response_id) "
            "WHERE factor = ?",
            [factor],
        )
        .fetchall()
    )


def runs(study: Study) -> list[tuple[object, ...]]:
    return (
        study.cursor().execute("SELECT status, planned, done FROM run ORDER BY run_id").fetchall()
    )


def test_every_rule_factor_of_every_response_gets_one_value(study: Study) -> None:
    summary = run(study)
    assert (summary.planned, summary.cached, summary.done) == (8, 0, 8)
    assert (summary.status, summary.failed, summary.calls, summary.cost) == ("done", {}, 0, 0.0)
    assert number(study.cursor(), "SELECT count(*) FROM factor_value") == 8 * len(rule_factors())
    assert values(study, "length")["one two three"] == 3.0
    assert set(values(study, "lexical_coverage").values()) == {None}
    assert runs(study) == [("done", 8, 8)]


def test_evidence_is_json_with_places_in_the_text() -> None:
    with empty_study() as study:
        write(study, pairs_batch([("Perhaps so.", "no")], [Choice.A]))
        summary = run(study, factors=["hedges"])
        rows = study.cursor().execute("SELECT value, evidence, run_id FROM factor_value").fetchall()
    (found,) = [row for row in rows if row[0]]
    assert json.loads(found[1]) == {"spans": [[0, 7]], "total": 1}
    assert found[2] == summary.run


def test_a_second_run_measures_nothing_and_moves_no_cache(study: Study) -> None:
    run(study)
    versions = study.versions()
    again = run(study)
    assert (again.planned, again.cached, again.done) == (8, 8, 0)
    assert study.versions() == versions
    assert len(runs(study)) == 2


def test_new_responses_alone_are_measured(study: Study) -> None:
    run(study)
    write(study, levels_batch())
    later = run(study)
    assert (later.planned, later.cached, later.done) == (11, 8, 3)


def test_a_new_rule_version_is_measured_again_and_the_old_value_gone(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(study, factors=["length", "lengthy"])
    version = verb.rule_version
    monkeypatch.setattr(
        verb, "rule_version", lambda name: "77" if name == "length" else version(name)
    )
    assert run(study, factors=["length", "lengthy"]).done == 8
    rows = study.cursor().execute(
        "SELECT factor, extractor_version, count(*) FROM factor_value GROUP BY ALL ORDER BY ALL"
    )
    assert rows.fetchall() == [("length", "77", 8), ("lengthy", version("lengthy"), 8)]


def test_a_new_definition_is_measured_again(study: Study) -> None:
    run(study, factors=["length"])
    with study.writing() as cursor:
        factors.add_newer(cursor, [a_factor("length", version=9)])
    assert run(study, factors=["length"]).done == 8
    assert number(study.cursor(), "SELECT count(*) FROM factor_value") == 8
    assert number(study.cursor(), "SELECT min(factor_version) FROM factor_value") == 9


def test_a_taxonomy_takes_the_rules_that_it_has(study: Study) -> None:
    run(study, taxonomy="profile")
    rows = study.cursor().execute("SELECT DISTINCT factor FROM factor_value ORDER BY 1").fetchall()
    assert rows == [("length",), ("novel_words",)]
    with pytest.raises(NotEstimable, match="no rule measures hedges of the taxonomy 'profile'"):
        extract(study, factors=["hedges"], taxonomy="profile")


def test_a_factor_without_a_rule_is_named_with_the_nearest(study: Study) -> None:
    with pytest.raises(UnknownName, match=r"no factor that a rule measures named 'lenght'.*length"):
        extract(study, factors=["lenght"])
    assert runs(study) == []


def test_a_filter_keeps_the_responses_of_the_pairs_that_pass(study: Study) -> None:
    assert run(study, where="choice_human = 'a'", factors=["length"]).done == 2
    assert values(study, "length") == {"one two three": 3.0, "one": 1.0}
    with pytest.raises(PredicateError):
        extract(study, where="no_such > 1")


def test_a_limit_counts_responses(study: Study) -> None:
    assert run(study, limit=3).done == 3
    again = run(study, limit=3)
    assert (again.planned, again.cached, again.done) == (3, 3, 0)


def test_a_dry_run_counts_and_writes_nothing(study: Study) -> None:
    run(study, limit=3)
    versions, before = study.versions(), runs(study)
    told = extract(study, dry_run=True)
    assert isinstance(told, Estimate)
    assert (told.items, told.cached, told.calls) == (8, 3, 0)
    assert told.estimated_cost_high == 0.0
    assert told.estimated_seconds == pytest.approx(5 / 2_000)
    assert study.versions() == versions
    assert runs(study) == before


def test_what_was_done_before_a_stop_is_kept_and_the_next_run_goes_on(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verb, "_CHUNK", 2)

    def stop_at_four(progress: Progress) -> None:
        if progress.done >= 4:
            progress.cancel()

    with pytest.raises(Cancelled):
        extract(study, progress=Progress(stop_at_four))
    assert runs(study) == [("cancelled", 8, 4)]
    assert number(study.cursor(), "SELECT count(*) FROM factor_value") == 4 * len(rule_factors())
    rest = run(study)
    assert (rest.planned, rest.cached, rest.done) == (8, 4, 4)
    assert number(study.cursor(), "SELECT count(*) FROM factor_value") == 8 * len(rule_factors())


def test_a_run_that_fails_is_recorded_as_failed(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(verb, "measure", fail)
    with pytest.raises(OSError, match="disk full"):
        extract(study)
    assert runs(study) == [("failed", 8, 0)]


def test_blocks_and_chunks_leave_nobody_out(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "_CHUNK", 2)
    monkeypatch.setattr(verb, "_BLOCK", 3)
    assert run(study).done == 8
    assert number(study.cursor(), "SELECT count(*) FROM factor_value") == 8 * len(rule_factors())


def test_progress_goes_to_the_end(study: Study) -> None:
    progress = Progress()
    extract(study, progress=progress)
    assert (progress.total, progress.done, progress.share) == (8, 8, 1.0)


def test_a_second_extraction_beside_a_running_one_is_refused(study: Study) -> None:
    refused: list[Exception] = []

    def again() -> None:
        try:
            extract(study)
        except ProfileError as error:
            refused.append(error)

    def at_work(progress: Progress) -> None:
        if not refused:
            thread = threading.Thread(target=again)
            thread.start()
            thread.join(10)

    extract(study, progress=Progress(at_work))
    assert "is running" in str(refused[0])
    assert run(study).done == 0
