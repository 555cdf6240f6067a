"""Alignment: who is near the reference, in which setting, on which factors, and in what words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from profile_core.actions.demo import make_demo
from profile_core.analysis import conditions, scenario_estimates
from profile_core.analysis.alignment import Alignment, AlignmentRow, alignment, sentences
from profile_core.analysis.alignment_sentences import leaning
from profile_core.analysis.alignment_sides import compare, sides
from profile_core.analysis.planes import load
from profile_core.analysis.scenario import Scenario
from profile_core.annotation import queues
from profile_core.errors import NotEstimable, UnknownName
from profile_core.stats.planes import count_bits
from profile_core.store.study import Study
from profile_core.types import LabelSet, QueueKind, Setting, SourceKind
from tests import drawn_study
from tests.alignment_studies import taste, tasteful_study
from tests.studies import A, B, empty_study, pairs_batch, write

PEOPLE = taste(trait_0=1.0, trait_1=-0.6)
OPPOSITE = taste(trait_0=-1.0, trait_1=0.6)


@pytest.fixture(scope="module")
def planted() -> Iterator[Study]:
    with tasteful_study(
        {"near": PEOPLE, "far": OPPOSITE, "far/again": OPPOSITE},
        people=PEOPLE,
        writers={"near": taste(trait_0=1.0, trait_1=-0.6), "far": taste(trait_2=1.0)},
        models={"far/again": "far"},
    ) as study:
        yield study


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    with make_demo(tmp_path_factory.mktemp("demo") / "demo.duckdb") as study:
        yield study


def row(found: Alignment, source: str, setting: Setting = Setting.EVALUATION) -> AlignmentRow:
    (only,) = (item for item in found.rows if (item.source, item.setting) == (source, setting))
    return only


def said(found: Alignment, study: Study) -> dict[str, str]:
    return dict(sentences(found, {factor.name: factor for factor in load(study).factors}))


def test_the_same_taste_is_near_and_the_opposite_one_is_far(planted: Study) -> None:
    found = alignment(planted)
    near, far = row(found, "near"), row(found, "far")
    assert near.distance_low == 0
    assert near.distance_high is not None
    assert near.distance_high < 0.15
    assert far.distance_low is not None
    assert far.distance_low > 0.3
    assert far.spearman is not None
    assert far.agreement is not None
    assert far.spearman < 0 < near.agreement - far.agreement
    assert not near.is_told
    assert far.is_told


def test_the_reference_has_no_row_and_writing_rows_have_no_agreement(planted: Study) -> None:
    found = alignment(planted)
    assert found.reference is not None
    assert found.reference.source.name == "crowd"
    assert "crowd" not in {item.source for item in (*found.rows, *found.factors)}
    for item in found.rows:
        assert (item.agreement is None) == (item.setting is Setting.GENERATION)
        assert item.factors == 8


def test_shared_noise_makes_no_distance() -> None:
    with tasteful_study({"copy": PEOPLE}, people=PEOPLE, seed=3) as study:
        with study.writing() as cursor:  # the judge says what the people said, pair by pair
            cursor.execute(
                "UPDATE preference AS p SET choice = q.choice FROM preference AS q "
                "WHERE p.pair_id = q.pair_id AND p.source_id = 'judge:copy' "
                "AND q.source_id = 'human:crowd'"
            )
        found = alignment(study)
        only = row(found, "copy")
        assert (only.distance, only.distance_low, only.distance_high) == (0, 0, 0)
        assert (only.agreement, only.kappa, only.spearman) == (1, 1, pytest.approx(1))
        assert only.spearman_cross_fitted is not None
        assert only.spearman_cross_fitted < 0.99
        assert all(item.difference == 0 and item.p is None for item in found.factors)


def test_the_planted_differences_are_told_and_no_others(planted: Study) -> None:
    told = {
        (item.source, item.factor)
        for item in alignment(planted).factors
        if item.is_told and item.setting is Setting.EVALUATION
    }
    assert told == {
        (who, trait) for who in ("far", "far/again") for trait in ("trait_0", "trait_1")
    }


def test_a_gap_is_between_a_model_s_own_settings_by_its_source_of_most_pairs(
    planted: Study,
) -> None:
    found = alignment(planted)
    assert {(item.model, item.generation, item.evaluation) for item in found.gaps} == {
        ("near", "near", "near"),
        ("far", "far", "far"),
    }
    called = {(item.model, item.factor) for item in found.gaps if item.is_called}
    assert {("far", name) for name in ("trait_0", "trait_1", "trait_2")} <= called
    for item in found.gaps:
        assert item.difference == pytest.approx(item.generation_tau - item.evaluation_tau)
    fewer = "choice_far IS NULL OR meta_part <> 0"
    assert {item.evaluation for item in alignment(planted, where=fewer).gaps} == {"far", "near"}
    without = alignment(planted, where="setting = 'generation' OR choice_far_again = 'a'")
    assert {item.evaluation for item in without.gaps if item.model == "near"} == {"near"}


def test_which_setting_is_nearer_is_not_asked_of_the_reference_itself(planted: Study) -> None:
    nearer = {item.model: item for item in alignment(planted).nearer}
    assert nearer.keys() == {"near", "far"}
    assert nearer["far"].high is not None
    assert (
        nearer["far"].high < 0
    )  # writing by another factor is nearer than judging by the opposite
    as_reference = alignment(planted, reference="near")
    assert {item.model for item in as_reference.nearer} == {"far"}
    assert {item.model for item in as_reference.gaps} == {"near", "far"}


def test_an_unknown_reference_is_refused_with_those_there_are(planted: Study) -> None:
    with pytest.raises(UnknownName, match="crowd"):
        alignment(planted, reference="nobody")


@pytest.mark.parametrize("by", [None, "task"])
def test_every_row_opens_exactly_its_pairs(demo: Study, by: str | None) -> None:
    where = "task <> 'document_qa'"
    found = alignment(demo, where=where, by=by)
    planes = load(demo)
    assert len(found.rows) >= 5
    items = [(item.where, item.pairs) for item in (*found.rows, *found.factors)]
    items += [(share.where, share.pairs) for check in found.manipulation for share in check.shares]
    for opens, pairs in items:
        mask = planes.mask(conditions.all_of([where, opens]))
        assert mask is not None
        assert int(count_bits(mask)) == pairs, opens


def test_a_group_says_what_its_filter_says(demo: Study) -> None:
    by_task = alignment(demo, by="task")
    assert {item.group for item in by_task.rows} == {
        "document_qa",
        "helpful_response",
        "summarization",
    }
    alone = alignment(demo, where="task = 'summarization'")
    for name in ("rows", "gaps", "nearer", "factors"):
        found = [item for item in getattr(by_task, name) if item.group == "summarization"]
        assert found
        for one, other in zip(found, getattr(alone, name), strict=True):
            for field in one.__slots__:
                if field not in ("group", "where"):
                    assert getattr(one, field) == getattr(other, field), field
    assert sentences(by_task, {}) == ()


def test_corrected_labels_are_those_of_a_study_that_always_had_them() -> None:
    known = drawn_study.known_study(60)
    with known.study as study:
        queue = queues.draw(study, size=25, kind=QueueKind.RANDOM, factors=drawn_study.FACTORS)
        drawn_study.answer(study, queue, drawn_study.told(known.truth))
        corrected = alignment(study, labels=LabelSet.CORRECTED)
        before = alignment(study)
        with study.writing() as cursor:
            cursor.execute(
                "UPDATE factor_value AS v SET value = c.value FROM corrected_value AS c "
                "WHERE v.response_id = c.response_id AND v.factor = c.factor"
            )
        assert corrected.rows == alignment(study).rows != before.rows
        assert corrected.factors == alignment(study).factors != before.factors


def test_with_every_pair_drawn_and_reviewed_all_label_sets_of_people_agree() -> None:
    known = drawn_study.known_study(40)
    with known.study as study:
        queue = queues.draw(study, size=40, kind=QueueKind.RANDOM, factors=drawn_study.FACTORS)
        drawn_study.answer(study, queue, drawn_study.told(known.truth))
        expected = alignment(study, labels=LabelSet.CORRECTED)
        assert row(expected, "judge").factors == 2
        for labels in (LabelSet.REVIEWED_ONLY, LabelSet.PREDICTION_POWERED):
            found = alignment(study, labels=labels)
            one, other = row(found, "judge"), row(expected, "judge")
            for name in ("d2", "d2_se", "distance_high", "spearman", "agreement", "kappa"):
                assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-9), name
            assert one.spearman_cross_fitted is None
            for item, same in zip(found.factors, expected.factors, strict=True):
                assert item.difference == pytest.approx(same.difference, abs=1e-9)
                assert item.se == pytest.approx(same.se, abs=1e-9)
                assert item.low <= same.low + 1e-9  # no more degrees of freedom than G - 1
                assert item.high >= same.high - 1e-9


def test_drawn_labels_use_the_prompts_with_a_review_as_degrees_of_freedom() -> None:
    known = drawn_study.known_study(80)
    with known.study as study:
        queue = queues.draw(study, size=24, kind=QueueKind.RANDOM, factors=drawn_study.FACTORS)
        drawn_study.answer(study, queue, drawn_study.told(known.truth))
        found = alignment(study, labels=LabelSet.PREDICTION_POWERED)
        assert row(found, "judge").distance is not None
        assert all(0 < item.prompts < 30 for item in found.factors)
        assert all("uses" in item.note for item in found.factors)
        first, second = sides(
            scenario_estimates.estimates(study, Scenario(labels=LabelSet.PREDICTION_POWERED))
        )
        assert first.learned is not None
        assert second.learned is not None
        fewest = np.minimum(first.learned, second.learned)
        assert (compare(first, second).degrees <= fewest - 1).all()


def test_without_drawn_labels_their_sets_are_refused(planted: Study) -> None:
    with pytest.raises(NotEstimable, match="drawn for review"):
        alignment(planted, labels=LabelSet.PREDICTION_POWERED)


def test_judges_of_one_factor_and_people_of_a_majority_are_told_apart() -> None:
    with empty_study() as study:
        batch = pairs_batch([("one two three", "one")] * 40, [A, B] * 20)
        person = batch.add_source(SourceKind.HUMAN, "ann")
        narrow = batch.add_source(SourceKind.JUDGE, "narrow", derived_from=["length"])
        for pair in batch.pairs:
            batch.add_preference(pair, person, A)
            batch.add_preference(pair, narrow, A)
        write(study, batch)
        found = alignment(study)
        (only,) = found.rows
        assert only.source == "ann"
        assert "one of those whose majority is the reference" in only.warning
        assert sentences(found, {}) == ()
        assert found.factors == ()
        assert "no distance: 0 factors" in only.warning


def test_a_column_without_values_is_the_reason_for_no_group(planted: Study) -> None:
    found = alignment(planted, by="scenario")
    assert found.rows == ()
    assert found.reason == "no pair that the reference crowd decided has a value of scenario"


def test_without_rows_the_reason_is_said() -> None:
    with empty_study() as study:
        assert "the study has no pairs" in (alignment(study).reason or "")
        write(study, pairs_batch([("one two", "one")] * 12, [A, B] * 6))
        assert "no factor has values yet" in (alignment(study).reason or "")
    with tasteful_study({}, people=PEOPLE, prompts=8) as study:
        assert "nobody but the reference crowd" in (alignment(study).reason or "")
        assert "keeps no pair" in (alignment(study, where="task = 'none'").reason or "")
    with tasteful_study({}, writers={"writer": PEOPLE}, written=6) as study:
        found = alignment(study)
        assert (found.reference, found.rows) == (None, ())
        assert "so there is no reference" in (found.reason or "")
        assert [check.generator for check in found.manipulation] == ["writer"]


def test_judging_other_pairs_than_the_reference_is_warned_of() -> None:
    with tasteful_study({"judge": PEOPLE}, people=PEOPLE, prompts=60) as study:
        with study.writing() as cursor:
            cursor.execute(
                "DELETE FROM preference WHERE (source_id = 'judge:judge') = (pair_id IN "
                "(SELECT pair_id FROM pair JOIN prompt USING (prompt_id) WHERE task = 'qa'))"
            )
        only = row(alignment(study), "judge")
        assert (only.agreement, only.agreement_pairs) == (None, 0)
        assert "shares no pair with the reference" in only.warning


def test_the_answer_says_near_only_where_the_upper_bound_is_near() -> None:
    with tasteful_study({"near": PEOPLE}, people=PEOPLE, prompts=1500) as study:
        words = said(alignment(study), study)["near"]
        assert "When it judges, it weighs factors much as people do (distance 0.0" in words
    with tasteful_study({"near": PEOPLE}, people=PEOPLE, prompts=25) as study:
        words = said(alignment(study), study)["near"]
        assert "over all factors its taste cannot be told from that of people (distance" in words
        assert "only 25 prompts" in words


def test_the_answer_names_the_largest_difference_with_its_direction(planted: Study) -> None:
    found = alignment(planted)
    words = said(found, planted)
    assert list(words) == ["far", "near"] or list(words) == ["near", "far"]
    assert (
        "When it judges (as far, of 2 ways the one with the most pairs), it weighs factors "
        "otherwise than people do" in words["far"]
    )
    assert "most of all, it leans the other way on trait_0 (−1." in words["far"]
    assert "When it writes, it weighs factors otherwise than people do" in words["far"]
    assert "and its writing is the nearer one" in words["far"]
    number = sum(item.is_called for item in found.gaps if item.model == "far")
    assert f"can be told apart on {number} of 8 factors" in words["far"]


def test_a_stand_in_is_called_one_in_the_answer(demo: Study) -> None:
    words = said(alignment(demo), demo)
    for sentence in words.values():
        assert sentence.count("a stand-in for people") == 1
        assert "people do" not in sentence
    assert "no factor can be compared" in words["smollm2-135m-instruct-q4"]


def test_writing_at_levels_that_are_not_real_says_nothing_of_a_taste(demo: Study) -> None:
    found = alignment(demo)
    name = "smollm2-135m-instruct-q4"
    assert found.unreal == {name}
    words = said(found, demo)[name]
    assert (
        "Its score levels are not real for this generator as far as the check tells, so its "
        "writing says nothing of its taste (distance 0." in words
    )
    assert "hen it writes" not in words
    assert "most of all" not in words
    assert "Its two settings" not in words
    checks = tuple(replace(check, is_real=True) for check in found.manipulation)
    assert "When it writes, it weighs" in said(replace(found, manipulation=checks), demo)[name]


def test_the_settings_of_a_writer_without_real_levels_are_not_compared(planted: Study) -> None:
    found = alignment(planted)
    checks = tuple(replace(check, is_real=False) for check in found.manipulation)
    words = said(replace(found, manipulation=checks), planted)["far"]
    assert "When it judges (as far, of 2 ways" in words
    assert "Its two settings" not in words
    assert "the nearer one" not in words


def test_the_model_of_the_reference_is_compared_with_its_own_judging(demo: Study) -> None:
    assert said(alignment(demo), demo)["claude"].startswith(
        "claude is the reference, a stand-in for people; when it writes, over all factors its "
        "taste cannot be told from its own judging (distance 0."
    )


def test_the_own_writing_of_the_reference_can_be_far_or_near_too(planted: Study) -> None:
    found = alignment(planted, reference="far")
    words = said(found, planted)["far"]
    assert words.startswith("far is the reference, a stand-in for people; when it judges as far/")
    assert "When it writes, it weighs factors otherwise than in its own judging (dist" in words
    writing = row(found, "far", Setting.GENERATION)
    near = replace(writing, distance=0.02, distance_low=0.0, distance_high=0.05)
    rows = tuple(near if item is writing else item for item in found.rows)
    words = said(replace(found, rows=rows), planted)["far"]
    assert "it weighs factors much as in its own judging (distance 0.02" in words


@pytest.mark.parametrize(
    ("tau", "reference", "words"),
    [
        (-0.01, -0.57, "shuns {} less"),
        (-0.43, -0.06, "shuns {} more"),
        (0.01, -0.57, "shuns {} less"),
        (-0.43, 0.06, "shuns {} more"),
        (0.6, 0.2, "leans towards {} more"),
        (0.2, 0.6, "leans towards {} less"),
        (-0.05, 0.6, "leans towards {} less"),
        (0.6, -0.05, "leans towards {} more"),
        (0.4, -0.3, "leans the other way on {}"),
        (-0.3, 0.4, "leans the other way on {}"),
        (0.05, -0.05, "leans towards {} more"),
        (0.4, 0.0, "leans towards {} more"),
        (0.0, -0.4, "shuns {} less"),
    ],
)
def test_a_difference_is_worded_by_both_signs(
    planted: Study, tau: float, reference: float, words: str
) -> None:
    known = alignment(planted).factors[0]
    assert leaning(replace(known, tau=tau, reference_tau=reference)) == words


def test_where_the_whole_is_not_told_apart_the_factors_that_are_are_named(demo: Study) -> None:
    words = said(alignment(demo), demo)["qwen2.5-coder-1.5b-instruct-q4"]
    assert "cannot be told from that of claude, a stand-in for people (distance 0." in words
    assert "); on 4 factors it differs: most of all, it shuns readability" in words
