"""A source's model as it is shown: its numbers, what it rests on, what is left out and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special

from profile_core.actions.demo import make_demo
from profile_core.actions.extract import extract
from profile_core.actions.imports import import_file
from profile_core.analysis import bayesian_model as bayesian
from profile_core.analysis import browse, model_factors, one_pair_parts
from profile_core.analysis.conditional_model import ConditionalModel, conditional_model
from profile_core.analysis.example import example
from profile_core.analysis.planes import load
from profile_core.analysis.relations import Relation
from profile_core.errors import Cancelled, UnknownName
from profile_core.jobs import Progress
from profile_core.stats.bayes import Posterior
from profile_core.store.study import Study
from profile_core.types import LabelSet, Setting
from tests.studies import A, empty_study, pairs_batch, write

EVALUATION, GENERATION = Setting.EVALUATION, Setting.GENERATION


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    study = make_demo(tmp_path_factory.mktemp("demo") / "study.duckdb")
    yield study
    study.close()


@pytest.fixture(scope="module")
def claude(demo: Study) -> ConditionalModel:
    return conditional_model(demo, EVALUATION, "claude")


def differences(study: Study, model: ConditionalModel) -> Any:
    arrays = load(study).arrays
    return np.column_stack(
        [arrays.difference(weight.factor)[model.rows] for weight in model.weights]
    ).astype(np.float64)


def chosen_a(study: Study, model: ConditionalModel) -> Any:
    """What the source chose on the model's pairs, read from the study's own table."""
    numbers = {int(row) for row in model.rows}
    with study.cursor() as cursor:
        wide = load(study).wide.name
        rows = cursor.execute(f"SELECT pair_no, choice_{model.source} FROM {wide}").fetchall()
    choice = {number: value for number, value in rows if number in numbers}
    return np.array([choice[int(row)] == "a" for row in model.rows], dtype=np.float64)


def test_weights_are_those_of_a_plain_logistic_regression(
    demo: Study, claude: ConditionalModel
) -> None:
    x, y = differences(demo, claude), chosen_a(demo, claude)
    scale = np.sqrt((x**2).mean(axis=0))
    z, beta = x / scale, np.zeros(x.shape[1])
    for _ in range(50):
        p = special.expit(z @ beta)
        beta += np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z, z.T @ (y - p))
    assert [weight.coefficient for weight in claude.weights] == pytest.approx(beta.tolist())
    assert [weight.typical for weight in claude.weights] == pytest.approx(scale.tolist())
    slopes = [weight.slope for weight in claude.weights]
    assert slopes == pytest.approx((beta / scale).tolist())


def test_q_is_over_the_factors_of_the_model(claude: ConditionalModel) -> None:
    p = sorted(weight.p or 0.0 for weight in claude.weights)
    smallest = min(len(p) * value / rank for rank, value in enumerate(p, 1))
    assert min(weight.q or 0.0 for weight in claude.weights) == pytest.approx(smallest)


def test_a_near_duplicate_is_left_out_and_named(claude: ConditionalModel) -> None:
    reasons = {item.factor: item.reason for item in claude.left_out}
    assert "nearly the same as intent alignment (correlation 0.9" in reasons["receptiveness"]
    assert "receptiveness" not in {weight.factor for weight in claude.weights}
    assert all((weight.vif or 0.0) < 5 for weight in claude.weights)


def test_a_factor_that_few_pairs_have_is_left_out_and_counted(claude: ConditionalModel) -> None:
    reasons = {item.factor: item.reason for item in claude.left_out}
    assert reasons["n_facts"] == "only 54 of 142 decided pairs have values of it"


def test_factors_that_are_asked_for_are_taken_though_they_say_the_same(demo: Study) -> None:
    model = conditional_model(
        demo, EVALUATION, "claude", factors=["intent_align", "receptiveness", "length"]
    )
    assert [weight.factor for weight in model.weights] == [
        *("intent_align", "receptiveness", "length")
    ]
    assert max(weight.vif or 0.0 for weight in model.weights) > 5


@pytest.mark.parametrize(
    ("setting", "source"), [(EVALUATION, "claude"), (GENERATION, "qwen2.5-coder-1.5b-instruct-q4")]
)
def test_every_count_opens_its_pairs(demo: Study, setting: Setting, source: str) -> None:
    model = conditional_model(demo, setting, source, where="length_a > 20")
    conditions = [f"setting = '{setting}'", "length_a > 20", model.opens or "TRUE"]
    view = browse.View(where=" AND ".join(f"({item})" for item in conditions), source=source)
    assert model.pairs + model.incomplete > 0
    assert len(browse.browse(demo, view).pair_nos) == model.pairs
    weight = model.weights[0]
    for relation, count in (
        (Relation.CONCORDANT, weight.concordant),
        (Relation.DISCORDANT, weight.discordant),
        (Relation.TIED, weight.tied),
    ):
        narrowed = replace(view, factor=weight.factor, relation=relation)
        assert len(browse.browse(demo, narrowed).pair_nos) == count


def test_pairs_without_a_value_are_left_out_and_counted(demo: Study) -> None:
    asked = ["length", "receptiveness"]
    model = conditional_model(demo, GENERATION, "qwen2.5-coder-1.5b-instruct-q4", factors=asked)
    x = [load(demo).arrays.difference(name) for name in asked]
    assert model.pairs == len(model.rows) == 320
    assert model.incomplete == 160
    assert not np.isnan(np.stack(x)[:, model.rows]).any()


def test_the_scores_are_of_prompts_that_were_not_seen(claude: ConditionalModel) -> None:
    assert claude.held_out is not None
    assert claude.held_out.pairs == claude.pairs
    assert claude.held_out.accuracy > 0.8
    assert claude.held_out.log_loss < np.log(2)


def test_too_few_prompts_are_said_instead_of_a_model(demo: Study) -> None:
    model = conditional_model(demo, EVALUATION, "smollm2-135m-instruct-q4")
    assert model.reason == "too few prompts (2)"
    assert not model.weights


def test_a_factor_that_settles_every_choice_is_taken_out_and_said() -> None:
    with empty_study() as study:
        texts = [("one two three " * (n + 1), f"word{n}") for n in range(40)]
        write(study, pairs_batch(texts, [A] * 40))
        extract(study)
        model = conditional_model(study, EVALUATION, "human", factors=["length"])
        assert "without error" in model.reason
        assert [(item.factor, item.reason) for item in model.left_out] == [
            ("length", "it settles every choice")
        ]


def test_few_pairs_carry_few_factors(demo: Study) -> None:
    planes = load(demo)
    entry = next(item for item in planes.sources if item.source.name == "claude")
    candidates = ["intent_align", "length", "novel_words", "fluency", "sentences"]
    decided = np.zeros(planes.planes.pairs, dtype=bool)
    decided[: 35 * 40 : 40] = True
    chosen, left_out = model_factors.choose(planes, entry, candidates, decided)
    prompts = len(np.unique(planes.planes.prompt_of[decided]))
    assert len(chosen) == min(35 // model_factors.PAIRS_EACH, prompts // model_factors.PROMPTS_EACH)
    assert chosen == tuple(candidates[: len(chosen)])
    assert "35 pairs of" in left_out[-1].reason
    assert f"carry no more than {len(chosen)}" in left_out[-1].reason


def test_names_that_are_not_there_are_refused(demo: Study) -> None:
    with pytest.raises(UnknownName, match="nobody"):
        conditional_model(demo, EVALUATION, "nobody")
    with pytest.raises(UnknownName, match="nothing"):
        conditional_model(demo, EVALUATION, "claude", factors=["nothing"])


def test_contributions_of_a_pair_add_up_to_the_logit(demo: Study, claude: ConditionalModel) -> None:
    x, planes = differences(demo, claude), load(demo)
    slopes = np.array([weight.slope for weight in claude.weights])
    for place in (0, 7, 70):
        pair_id = browse.pair_ids(demo, planes, claude.rows[place : place + 1])[0]
        found = one_pair_parts.parts(claude, example(demo, pair_id))
        assert found.logit == pytest.approx(float(x[place] @ slopes), abs=1e-12)
        assert found.p == pytest.approx(float(special.expit(x[place] @ slopes)), abs=1e-12)
        assert sum(part.contribution for part in found.parts) == pytest.approx(found.logit)
        sizes = [abs(part.contribution) for part in found.parts]
        assert sizes == sorted(sizes, reverse=True)


def test_a_factor_without_a_value_in_the_pair_adds_nothing_and_is_named(demo: Study) -> None:
    model = conditional_model(
        demo, GENERATION, "qwen2.5-coder-1.5b-instruct-q4", factors=["length", "receptiveness"]
    )
    lacking = np.flatnonzero(np.isnan(load(demo).arrays.difference("receptiveness")))
    pair_id = browse.pair_ids(demo, load(demo), lacking[:1])[0]
    found = one_pair_parts.parts(model, example(demo, pair_id))
    assert found.missing == ("receptiveness",)
    assert [part.factor for part in found.parts] == ["length"]


def test_the_bayesian_model_is_given_signs_and_reports_progress(
    demo: Study, claude: ConditionalModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    def sampled(signs: Any, choice: Any, *, on_block: Any) -> Posterior:
        given.update(signs=signs, choice=choice)
        on_block(0, 10)
        on_block(10, 10)
        mean = np.linspace(-1, 1, signs.shape[1])
        ones = np.ones_like(mean)
        return Posterior(mean, mean - 0.1, mean + 0.1, ones, ones, ones, len(signs), 10, 0)

    monkeypatch.setattr("profile_core.stats.bayes.posterior", sampled)
    progress = Progress()
    found = bayesian.bayesian_model(demo, claude, LabelSet.AUTOMATIC, progress)
    assert (given["signs"] == np.sign(differences(demo, claude))).all()
    assert (given["choice"] == (chosen_a(demo, claude) == 1)).all()
    assert (progress.done, progress.total) == (10, 10)
    assert found.weights[0].mean == pytest.approx(100 * special.expit(-1))
    assert found.weights[0].is_told
    assert found.has_settled

    progress.cancel()
    with pytest.raises(Cancelled):
        bayesian.bayesian_model(demo, claude, LabelSet.AUTOMATIC, progress)


def test_pandalm_weighs_length_with_nothing_else_in_the_model(
    shared_data: Path, tmp_path: Path
) -> None:
    with empty_study(tmp_path / "study.duckdb") as study:
        import_file(study, "pandalm", shared_data / "pandalm")
        extract(study)
        model = conditional_model(study, EVALUATION, "human", factors=["length"])
        (weight,) = model.weights
        assert (model.pairs, model.prompts) == (894, 158)
        assert (weight.concordant, weight.discordant, weight.tied) == (578, 269, 47)
        assert (weight.coefficient or 0.0) > 0
