"""Answers of a model at score levels: responses, and the generation pairs that follow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from profile_core.actions.generate import Generating, estimated, generate
from profile_core.analysis.influence import influence
from profile_core.errors import NotEstimable, ProfileError
from profile_core.judges.rubric import builtin
from profile_core.judges.spec import parse
from profile_core.store.rows import number
from profile_core.store.study import Study
from profile_core.types import Setting
from tests.judge_runs import LOCAL, OVERALL, asking, fill
from tests.model_answers import in_form
from tests.model_server import ModelServer, fails, model_server, says
from tests.studies import empty_study

LEVEL, BEST = (
    next(rubric for rubric in builtin() if rubric.name == name) for name in ("level", "best")
)


@pytest.fixture
def study() -> Iterator[Study]:
    with empty_study() as opened:
        fill(opened, 8)
        yield opened


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(says(in_form)) as running:
        yield running


def test_five_levels_a_prompt_make_ten_pairs_of_a_new_generator(
    study: Study, server: ModelServer
) -> None:
    summary = generate(study, Generating(parse(LOCAL), LEVEL), asking(server))
    assert (summary.planned, summary.done, summary.calls) == (4, 4, 20)
    cursor = study.cursor()
    assert number(cursor, "SELECT count(*) FROM response WHERE generator = 'small'") == 20
    assert number(cursor, "SELECT count(*) FROM pair WHERE setting = 'generation'") == 40
    assert number(cursor, "SELECT count(*) FROM source WHERE source_id = 'generator:small'") == 1


def test_levels_show_on_influence(study: Study, server: ModelServer) -> None:
    from profile_core.actions.extract import extract

    server.standing = says(lambda asked: "word " * int(in_form(asked)[-2]))
    generate(study, Generating(parse(LOCAL), LEVEL), asking(server))
    extract(study, factors=["length"])
    [row] = influence(study, factors=["length"], settings=[Setting.GENERATION]).rows
    assert (row.source, row.tau, row.pairs) == ("small", 1.0, 40)


def test_the_best_answer_has_no_level_and_no_pair(study: Study, server: ModelServer) -> None:
    summary = generate(study, Generating(parse(LOCAL), BEST, levels=()), asking(server))
    assert summary.calls == 4
    cursor = study.cursor()
    assert number(cursor, "SELECT count(*) FROM response WHERE generator = 'small'") == 4
    assert number(cursor, "SELECT count(*) FROM pair WHERE setting = 'generation'") == 0
    assert all("out of" not in asked.user_text for asked in server.asked)


def test_again_makes_no_call_and_no_second_response(study: Study, server: ModelServer) -> None:
    for _ in range(2):
        summary = generate(study, Generating(parse(LOCAL), LEVEL), asking(server))
    assert (summary.cached, summary.calls) == (4, 0)
    assert number(study.cursor(), "SELECT count(*) FROM response WHERE generator = 'small'") == 20


def test_a_failed_level_is_asked_again_alone_and_its_pairs_follow(
    study: Study, server: ModelServer
) -> None:
    server.in_line = [fails(500)]
    settings = Generating(parse(LOCAL), LEVEL)
    first = generate(study, settings, asking(server, tries_again=0))
    assert (first.done, first.failed) == (3, {"server": 1})
    assert estimated(study, settings, 8).calls == 1
    second = generate(study, settings, asking(server), resume=first.run)
    assert (second.done + second.cached, second.failed) == (4, {})
    assert len(server.asked) == 21
    query = "SELECT count(*) FROM pair WHERE setting = 'generation'"
    assert number(study.cursor(), query) == 40


def test_some_levels_of_some_prompts(study: Study, server: ModelServer) -> None:
    settings = Generating(parse(LOCAL), LEVEL, levels=(1, 5), limit=2)
    assert generate(study, settings, asking(server)).calls == 4


def test_what_cannot_be_is_refused(study: Study) -> None:
    for rubric, levels in ((OVERALL, (1,)), (LEVEL, (0,)), (LEVEL, ()), (BEST, (1,))):
        with pytest.raises(ProfileError):
            Generating(parse(LOCAL), rubric, levels=levels)


def test_a_study_without_prompts_says_so(server: ModelServer) -> None:
    with empty_study() as empty, pytest.raises(NotEstimable):
        generate(empty, Generating(parse(LOCAL), LEVEL), asking(server))
