"""What a scenario changes: known answers, its guards, what is computed once, and the sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from profile_core.actions.demo import make_demo
from profile_core.actions.extract import extract
from profile_core.analysis import scenario_estimates, scenario_pairs
from profile_core.analysis.alignment import Alignment, alignment
from profile_core.analysis.influence import influence
from profile_core.analysis.label_effect import effect
from profile_core.analysis.one_pair import Change, one_pair
from profile_core.analysis.planes import load
from profile_core.analysis.quick_scenarios import quick
from profile_core.analysis.scenario import Equalised, Scenario, Weights
from profile_core.analysis.target_mix import target_mix
from profile_core.analysis.what_if import HELD, UNCHANGED, differences, side, what_if
from profile_core.analysis.what_if_rows import DifferenceRow, Side, WhatIf
from profile_core.annotation import queues
from profile_core.errors import NotEstimable, ProfileError, UnknownName
from profile_core.store import pair_lists
from profile_core.store.records import Batch
from profile_core.store.study import Study
from profile_core.types import Choice, LabelSet, QueueKind, Setting, SourceKind, Variant
from tests.drawn_study import FACTORS, answer, known_study, told
from tests.studies import TIE, A, B, a_factor, empty_study, levels_batch, write


def rated_study(
    rows, *, judges=("judge",), factors=("size", "tone"), per_prompt=1, majority=None
) -> Study:
    """Pairs of (differences by factor, choices by judge); None is no value, or no choice.

    With a majority, named, the judges are people.
    """
    batch = Batch("made", "made.csv")
    kind = SourceKind.HUMAN if majority else SourceKind.JUDGE
    sources = [batch.add_source(kind, name, is_majority=name == majority) for name in judges]
    for name in factors:
        batch.add_factor(a_factor(name))
    for place, (apart, choices, *task) in enumerate(rows):
        number = place // per_prompt
        prompt = batch.add_prompt(f"Question {number}?", task=task[0] if task else "qa")
        sides = [
            batch.add_response(prompt, f"{side} {place}", generator=side)
            for side in ("left", "right")
        ]
        for name, value in zip(factors, apart, strict=True):
            if value is not None:
                batch.add_factor_value(sides[0], name, float(value), "rater")
                batch.add_factor_value(sides[1], name, 0.0, "rater")
        pair = batch.add_pair(prompt, *sides, str(place))
        for source, choice in zip(sources, choices, strict=True):
            if choice:
                batch.add_preference(pair, source, choice)
    study = empty_study()
    write(study, batch)
    return study


def random_rows(number=200, seed=0, *, direct=0.4):
    """Size goes with tone; the judge follows size, and tone by `direct`."""
    draw = np.random.default_rng(seed)
    size = draw.normal(size=number)
    tone = 0.6 * size + draw.normal(size=number)
    chosen = draw.random(number) < 1 / (1 + np.exp(-(1.2 * size + direct * tone)))
    return [
        ((s, t), [A if a else B], ("qa", "summarization")[k // 6 % 3 == 0])
        for k, (s, t, a) in enumerate(zip(size, tone, chosen, strict=True))
    ]


@pytest.fixture(scope="module")
def rated() -> Iterator[Study]:
    with rated_study(random_rows(), per_prompt=2) as made:
        yield made


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Iterator[Study]:
    with make_demo(tmp_path_factory.mktemp("demo") / "demo.duckdb") as made:
        yield made


def tau(found: Side, factor="size", source="judge") -> float | None:
    (row,) = (row for row in found.rows if (row.factor, row.source) == (factor, source))
    return row.tau


def change(found: WhatIf, factor="size", source="judge") -> DifferenceRow:
    (row,) = (row for row in found.differences if (row.factor, row.source) == (factor, source))
    return row


def matched(factor: str, band: float) -> Scenario:
    return Scenario(equalised=(Equalised(factor, band),))


def modelled(*factors: str) -> Scenario:
    return Scenario(equalised=tuple(map(Equalised, factors)))


def test_a_band_keeps_the_pairs_within_it() -> None:
    rows = [((1, 1), [A]), ((-1, 1), [A]), ((3, 1), [A]), ((2, 1), [B]), ((None, 1), [A])]
    with rated_study(rows) as study:
        found = what_if(study, matched("size", 2))
        assert (found.baseline.pairs, found.result.pairs) == (5, 3)
        assert tau(found.baseline) == 0  # longer, shorter, longer, shorter
        assert tau(found.result) == pytest.approx(-1 / 3)
        assert tau(found.result, "tone") == pytest.approx(1 / 3)
        assert found.result.opens == "abs(size_a - size_b) <= 2.000000001"
        assert "1 pair without a value of size" in " ".join(found.warnings)


def test_a_band_of_nothing_keeps_what_counts_as_equal() -> None:
    rows = [((0.1 + 0.2 - 0.3, 1), [A]), ((0.01, 1), [A])]
    with rated_study(rows) as study:
        assert side(study, matched("size", 0)).pairs == 1


def test_the_baseline_is_the_influence_page(demo) -> None:
    found = side(demo, Scenario())
    assert found.rows == influence(demo).rows
    assert (found.pairs, found.prompts) == (1584, 48)


@pytest.mark.parametrize("variant", list(Variant))
def test_a_filtered_scenario_is_the_influence_of_the_filter(demo, variant) -> None:
    where = "task = 'summarization' AND length_a > 50"
    found = side(demo, Scenario(where=where, variant=variant))
    expected = influence(demo, where=where, variant=variant)
    assert len(found.rows) == len(expected.rows)
    for own, other in zip(found.rows, expected.rows, strict=True):
        assert (own.factor, own.source, own.pairs) == (other.factor, other.source, other.pairs)
        assert own.tau == pytest.approx(other.tau)
        assert own.low == pytest.approx(other.low)
    assert found.pairs == expected.pairs


def test_soft_tau_follows_probabilities() -> None:
    known = known_study(60)
    with known.study as study:
        found = side(study, Scenario(variant=Variant.SOFT, sources=("judge",)))
        expected = influence(study, variant=Variant.SOFT, sources=["judge"])
        assert [row.tau for row in found.rows] == pytest.approx([row.tau for row in expected.rows])
        whole = Weights("task", (("qa", 3.0), ("summarization", 3.0)))
        tripled = side(study, Scenario(variant=Variant.SOFT, sources=("judge",), weights=whole))
        for own, other in zip(tripled.rows, found.rows, strict=True):
            assert own.tau == pytest.approx(other.tau)
            assert own.se == pytest.approx(other.se)


def test_equal_weights_change_nothing_but_the_scale(rated) -> None:
    found = what_if(rated, Scenario(weights=Weights("task", (("qa", 2.0), ("summarization", 2.0)))))
    for row in found.differences:
        assert row.difference == pytest.approx(0, abs=1e-12)
    assert found.result.pairs == found.baseline.pairs


def test_a_weight_of_none_is_a_filter(rated) -> None:
    weighted = side(rated, Scenario(weights=Weights("task", (("qa", 0.0),))))
    filtered = side(rated, Scenario(where="task <> 'qa'"))
    assert weighted.pairs == filtered.pairs
    assert [row.tau for row in weighted.rows] == pytest.approx([row.tau for row in filtered.rows])
    assert [row.low for row in weighted.rows] == pytest.approx([row.low for row in filtered.rows])
    assert weighted.opens == "task IS NULL OR NOT (task IN ('qa'))"


def test_a_mix_makes_the_shares_it_names(rated) -> None:
    weights = target_mix(rated, "task", {"qa": 3.0, "summarization": 1.0})
    by_task = dict(weights.of)
    planes = load(rated)
    pairs = dict(planes.groups("task"))
    counts = {value: int(np.bitwise_count(mask).sum()) for value, mask in pairs.items()}
    mass = {value: by_task[value] * counts[value] for value in counts}
    assert mass["qa"] == pytest.approx(3 * mass["summarization"])
    assert sum(mass.values()) == pytest.approx(200)
    only = dict(target_mix(rated, "task", {"qa": 1.0}).of)
    assert only == {"qa": 1.0}


@pytest.mark.parametrize(
    ("column", "shares", "error"),
    [
        ("task", {"poetry": 1.0}, UnknownName),
        ("tasks", {"qa": 1.0}, UnknownName),
        ("task", {}, ProfileError),
        ("task", {"qa": 0.0}, ProfileError),
        ("task", {"qa": -1.0}, ProfileError),
    ],
)
def test_a_mix_that_cannot_be_is_refused(rated, column, shares, error) -> None:
    with pytest.raises(error):
        target_mix(rated, column, shares)


def test_a_mix_of_what_the_filter_leaves_out_is_refused(rated) -> None:
    with pytest.raises(NotEstimable, match="no pair has task = 'qa'"):
        target_mix(rated, "task", {"qa": 1.0}, where="task <> 'qa'")


def test_dropping_leaves_the_table_and_its_q(rated) -> None:
    found = what_if(rated, Scenario(dropped=("tone",)))
    assert {row.factor for row in found.result.rows} == {"size"}
    assert {row.factor for row in found.differences} == {"size"}
    (row,) = found.result.rows
    assert row.q == row.p  # nothing is left to adjust for


def test_dropping_everything_says_so(rated) -> None:
    found = what_if(rated, Scenario(dropped=("size", "tone")))
    assert found.result.rows == ()
    assert found.result.reason == "the scenario drops every factor"
    assert found.sentence == "Nothing can be said: the scenario drops every factor."


def test_equalising_by_a_model_takes_the_confounder_away() -> None:
    with rated_study(random_rows(1500, direct=0.0), per_prompt=3) as study:
        found = what_if(study, modelled("size"))
        assert tau(found.baseline, "tone") > 0.15
        assert abs(tau(found.result, "tone")) < 0.08
        row = change(found, "tone")
        assert row.is_told
        assert row.high < 0
        assert found.result.pairs == found.baseline.pairs
        (model,) = found.result.models
        assert model.factors == ("size", "tone")
        assert (model.pairs, model.incomplete, model.prompts) == (1500, 0, 500)


def test_counts_of_modelled_rows_are_those_of_the_pairs(rated) -> None:
    expected = {row.factor: row for row in side(rated, Scenario()).rows}
    for row in side(rated, modelled("size")).rows:
        plain = expected[row.factor]
        assert (row.concordant, row.discordant, row.tied, row.missing, row.prompts) == (
            plain.concordant,
            plain.discordant,
            plain.tied,
            plain.missing,
            plain.prompts,
        )


def test_pairs_without_a_value_are_left_out_of_the_model_and_counted() -> None:
    rows = random_rows(120)
    rows[:10] = [((None, tone), choices, task) for (_, tone), choices, task in rows[:10]]
    with rated_study(rows) as study:
        found = side(study, modelled("size"))
        (model,) = found.models
        assert (model.pairs, model.incomplete) == (110, 10)
        assert all(row.missing == 10 for row in found.rows)


def test_a_factor_that_most_pairs_lack_is_left_out_and_said() -> None:
    rows = [
        ((size, tone, 1.0 if k % 3 == 0 else None), choices)
        for k, ((size, tone), choices, _) in enumerate(random_rows(120))
    ]
    with rated_study(rows, factors=("size", "tone", "rare")) as study:
        found = what_if(study, modelled("size"))
        (model,) = found.result.models
        assert (model.factors, model.left_out) == (("size", "tone"), ("rare",))
        assert model.pairs == 120
        assert {row.factor for row in found.result.rows} == {"size", "tone"}
        assert any("2 of 3 factors" in warning for warning in found.warnings)
        wanted = side(study, modelled("rare"))  # what is asked for stays, whatever it costs
        assert wanted.models[0].factors == ("rare", "size", "tone")
        assert wanted.models[0].pairs == 40


def test_what_settles_every_choice_is_left_out_and_said() -> None:
    rows = [
        ((size, tone, 1 if choices == [A] else -1), choices)
        for (size, tone), choices, _ in random_rows(120)
    ]
    with rated_study(rows, factors=("size", "tone", "verdict")) as study:
        found = what_if(study, modelled("size"))
        (model,) = found.result.models
        assert (model.factors, model.separated) == (("size", "tone"), ("verdict",))
        assert any("settles the choice: verdict" in warning for warning in found.warnings)
        stuck = what_if(study, modelled("verdict"))
        assert stuck.result.rows == ()
        assert stuck.result.models[0].separated == ("verdict",)
        assert "no source has a model" in stuck.result.reason
        assert stuck.sentence.startswith("Nothing can be said: no source has a model")


def test_a_factor_that_never_differs_cannot_be_held_equal() -> None:
    rows = [((size, tone, 0), choices) for (size, tone), choices, _ in random_rows(120)]
    with rated_study(rows, factors=("size", "tone", "same")) as study:
        found = what_if(study, modelled("same"))
        assert any("no difference to hold equal in same" in text for text in found.warnings)


def test_near_duplicates_are_represented_by_the_column_that_says_the_same() -> None:
    rows = [
        ((size, tone, size + 0.01 * math.sin(k), -2 * size if k % 2 else None), choices)
        for k, ((size, tone), choices, _) in enumerate(random_rows(150))
    ]
    with rated_study(rows, factors=("size", "tone", "near", "opposite")) as study:
        found = what_if(study, modelled("size"))
        (model,) = found.result.models
        assert model.factors == ("size", "tone")
        assert model.represented == ("near", "opposite")
        assert model.left_out == ()
        near, size = change(found, "near"), change(found, "size")
        assert near.result == pytest.approx(size.result, abs=0.02)
        (opposite,) = (row for row in found.result.rows if row.factor == "opposite")
        assert (opposite.pairs, opposite.missing) == (75, 75)
        assert found.warnings == ()


def test_no_more_columns_than_the_pairs_carry() -> None:
    draw = np.random.default_rng(4)
    names = tuple(f"factor_{k:02d}" for k in range(12))
    rows = [(tuple(draw.normal(size=12)), [A if k % 2 else B]) for k in range(60)]
    with rated_study(rows, factors=names) as study:
        found = what_if(study, modelled("factor_11"))
        (model,) = found.result.models
        assert model.factors == ("factor_11", *names[:5])
        assert set(model.left_out) == set(names[5:11])
        assert {row.factor for row in found.result.rows} == set(model.factors)
        assert found.warnings == (
            "modelled influences are of 6 of 12 factors: the others have too few values, or are "
            "more than the pairs carry",
        )


def test_close_factors_are_warned_of_once_for_all_sources() -> None:
    draw = np.random.default_rng(5)
    rows = [
        ((size, tone, size - tone + 0.02 * draw.normal()), choices * 2)
        for (size, tone), choices, _ in random_rows(150)
    ]
    factors, judges = ("size", "tone", "both"), ("one", "two")
    with rated_study(rows, factors=factors, judges=judges) as study:
        found = what_if(study, modelled("size"))
        assert all(model.is_close for model in found.result.models)
        assert found.warnings == (
            "factors go together closely, so that what is held equal is hard to tell from what "
            "goes with it (one, evaluation and two, evaluation)",
        )


def test_a_source_that_never_saw_a_difference_has_no_model() -> None:
    with rated_study([((0, 0), [A])] * 30) as study:
        found = what_if(study, modelled("size"))
        assert found.result.rows == ()
        with study.cursor() as cursor:
            ((pair, *_), *_) = cursor.execute("SELECT pair_id FROM pair").fetchall()
        (view,) = one_pair(study, pair)
        assert view.as_is is None
        assert "no model" in view.note


@pytest.mark.parametrize(
    ("scenario", "says"),
    [
        (replace(modelled("size"), variant=Variant.TAU13), "defined for tau14 alone"),
        (replace(modelled("size"), variant=Variant.SOFT), "defined for tau14 alone"),
        (replace(modelled("size"), labels=LabelSet.REVIEWED_ONLY), "a value on every pair"),
        (
            Scenario(labels=LabelSet.PREDICTION_POWERED, weights=Weights("task", (("qa", 2.0),))),
            "weigh pairs themselves",
        ),
        (Scenario(labels=LabelSet.REVIEWED_ONLY), "needs labels that were drawn"),
    ],
)
def test_what_cannot_be_combined_is_refused_with_a_cure(rated, scenario, says) -> None:
    with pytest.raises(NotEstimable, match=says):
        what_if(rated, scenario)


@pytest.mark.parametrize(
    "scenario",
    [
        matched("sise", 1),
        modelled("sise"),
        Scenario(dropped=("sise",)),
        Scenario(sources=("jugde",)),
        Scenario(weights=Weights("tsak", (("qa", 2.0),))),
        Scenario(weights=Weights("task", (("q", 2.0),))),
    ],
)
def test_a_name_that_is_not_there_is_told(rated, scenario) -> None:
    with pytest.raises(UnknownName):
        what_if(rated, scenario)


def test_sources_are_those_asked_for(demo) -> None:
    found = what_if(demo, Scenario(sources=("claude",)))
    assert {row.source for row in found.result.rows} == {"claude"}
    assert {row.source for row in found.differences} == {"claude"}
    assert len({row.source for row in found.baseline.rows}) == 3
    assert {row.note for row in found.differences if row.difference == 0} == {UNCHANGED}


def test_too_few_prompts_are_guarded(rated) -> None:
    few = "pair_id IN ({})".format(
        ", ".join(
            f"'{name}'" for name in pair_lists.pair_ids(rated, load(rated).wide, np.arange(6))
        )
    )
    found = what_if(rated, Scenario(where=few))
    assert found.result.prompts == 3
    assert found.sentence == (
        "Too little is left to tell whether anything changes: 6 of 200 pairs (3 prompts)."
    )
    assert found.warnings == ("only 6 pairs of 3 prompts left: too few for any interval",)
    assert all(row.low is None for row in found.result.rows)
    some = what_if(rated, Scenario(where="size_a > 1.4"))
    assert 5 <= some.result.prompts < 30
    assert some.warnings[0].endswith("read every number with care")


def test_a_filter_that_keeps_nothing_says_so(rated) -> None:
    found = what_if(rated, Scenario(where="size_a > 1000"))
    assert found.result.rows == found.differences == ()
    assert found.sentence == "Nothing can be said: the filter keeps no pair."


def test_an_empty_study_says_what_to_do() -> None:
    with empty_study() as study:
        found = what_if(study, Scenario())
        assert found.sentence.startswith("Nothing can be said: the study has no pairs")
        assert quick(study) == ()


def test_the_same_on_both_sides_says_so(rated) -> None:
    found = what_if(rated, Scenario())
    assert found.sentence == "Both sides are the same, 200 of 200 pairs (100 prompts)."
    assert all(row.difference == 0 and row.note == UNCHANGED for row in found.differences)


def test_the_sentence_names_what_changed_with_its_interval() -> None:
    with rated_study(random_rows(1500, direct=0.0), per_prompt=3) as study:
        found = what_if(study, modelled("size"))
        assert found.sentence.startswith(
            "Over 1,500 of 1,500 pairs (500 prompts), 1 of 1 influence changes: tone (judge) "
        )
        tone = change(found, "tone")
        assert f"(by −{abs(tone.difference):.2f} [−" in found.sentence
        assert "sign" not in found.sentence  # a sign that chance could give is none


@pytest.mark.parametrize("how", ["modelled", "matched"])
def test_what_is_held_equal_is_no_finding(how: str) -> None:
    scenario = modelled("size") if how == "modelled" else matched("size", 1)
    with rated_study(random_rows(1500, direct=0.0), per_prompt=3) as study:
        found = what_if(study, scenario)
        size = change(found)
        assert size.is_held
        assert size.note == HELD
        assert not size.is_told
        assert "size" not in found.sentence
        twice = what_if(study, scenario, baseline=scenario)
        assert not any(row.is_held for row in twice.differences)


def test_a_model_of_nothing_but_what_is_held_equal_is_none(rated) -> None:
    found = what_if(rated, Scenario(equalised=(Equalised("size"), Equalised("tone"))))
    assert found.result.rows == ()
    assert "nothing but what is held equal" in str(found.result.reason)


def test_a_finding_never_rests_on_one_pair(demo) -> None:
    found = what_if(demo, matched("length", 0))
    few = [row for row in found.differences if min(row.prompts, row.baseline_prompts) < 5]
    assert few
    assert all(row.low is None and not row.is_told for row in few)


def test_people_are_not_counted_beside_their_majority() -> None:
    rows = random_rows(300, direct=0.0)
    with rated_study(rows, judges=("all",), majority="all") as study:
        alone = what_if(study, modelled("size")).sentence
    thrice = [(apart, choices * 3, *task) for apart, choices, *task in rows]
    with rated_study(thrice, judges=("all", "ann", "ben"), majority="all") as study:
        together = what_if(study, modelled("size"))
    assert together.sentence == alone
    assert {row.source for row in together.differences} == {"all", "ann", "ben"}


def test_the_sentence_tells_a_sign_that_turned() -> None:
    rows = [((-4, 1), [A]) if k % 4 else ((2, 1), [A if k % 8 else B]) for k in range(400)]
    with rated_study(rows) as study:
        found = what_if(study, Scenario(where="size_a > 0"))
        assert tau(found.baseline) < 0
        assert "sign" not in found.sentence  # half of the pairs that are left say either
    rows = [((-4, 1), [A]) if k % 4 else ((2, 1), [A if k % 40 else B]) for k in range(400)]
    with rated_study(rows) as study:
        assert "1 influence changes sign." in what_if(study, Scenario(where="size_a > 0")).sentence


def test_the_sentence_claims_nothing_that_chance_could_do(rated) -> None:
    found = what_if(rated, Scenario(where="task = 'qa' OR size_a > 0.2"))
    assert not any(row.is_told for row in found.differences)
    assert "none of 2 influences changes in a way that can be told from chance" in found.sentence


def test_another_baseline_turns_the_difference_around(rated) -> None:
    near = matched("size", 1)
    there, back = differences(rated, near), differences(rated, Scenario(), near)
    for one, other in zip(there, back, strict=True):
        assert one.difference == pytest.approx(-other.difference)
        assert one.low == pytest.approx(-other.high)
        assert one.p == pytest.approx(other.p)


def test_a_baseline_is_computed_once(rated, monkeypatch) -> None:
    made = []
    true = scenario_estimates._estimated
    monkeypatch.setattr(scenario_estimates, "_estimated", lambda *a: made.append(a[2]) or true(*a))
    for band in (0.31, 0.32, 0.33):
        what_if(rated, matched("size", band))
    assert made.count(Scenario()) <= 1
    assert len(made) - made.count(Scenario()) == 3


def test_a_step_asks_the_database_for_no_pair(rated, monkeypatch) -> None:
    scenario = replace(matched("size", 0.41), where="task = 'qa'")
    side(rated, scenario)

    def refuse(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("profile_core.store.predicate.select_pair_numbers", refuse)
    monkeypatch.setattr("profile_core.store.pair_reader.PairReader._columns", refuse)
    assert side(rated, replace(scenario, equalised=(Equalised("size", 0.42),))).rows


def test_new_data_is_seen(tmp_path) -> None:
    with rated_study(random_rows(40)) as study:
        before = side(study, Scenario())
        write(study, levels_batch())
        assert side(study, Scenario()).all_pairs > before.all_pairs


def test_corrections_are_seen_and_compared() -> None:
    known = known_study(40)
    with known.study as study:
        corrected = Scenario(labels=LabelSet.CORRECTED)
        assert all(row.difference == 0 for row in differences(study, corrected))
        queue = queues.draw(study, kind=QueueKind.RANDOM, size=40, factors=["clarity"])
        answer(study, queue, told(known.truth))
        found = {(row.source, row.factor): row for row in differences(study, corrected)}
        for row in effect(study, labels=LabelSet.CORRECTED):
            own = found[row.source, row.factor]
            assert own.difference == pytest.approx(row.difference.tau)
            assert own.low == pytest.approx(row.difference.low)
            assert own.p == pytest.approx(row.p)
        assert any(item.name == "As corrected" for item in quick(study))


@pytest.mark.parametrize("labels", [LabelSet.REVIEWED_ONLY, LabelSet.PREDICTION_POWERED])
def test_drawn_labels_differ_by_as_much_as_the_label_page_says(labels) -> None:
    known = known_study(60)
    with known.study as study:
        queue = queues.draw(study, kind=QueueKind.RANDOM, size=30, factors=["clarity"])
        answer(study, queue, told(known.truth), limit=10)
        early = side(study, Scenario(labels=labels))
        answer(study, queue, told(known.truth))
        found = what_if(study, Scenario(labels=labels))
        assert found.result.rows != early.rows  # the planes are those of automatic values still
        rows = influence(study, labels=labels).rows
        assert found.result.rows == rows
        own = {(row.source, row.factor): row for row in found.differences}
        for row in effect(study, labels=labels):
            same = own[row.source, row.factor]
            assert same.difference == pytest.approx(row.difference.tau)
            assert same.low == pytest.approx(row.difference.low)
            assert same.high == pytest.approx(row.difference.high)
            assert same.p == pytest.approx(row.p)
            assert same.q == pytest.approx(row.q)


def test_alignment_and_win_rates_come_where_asked_for(demo) -> None:
    bare, full = side(demo, Scenario()), side(demo, Scenario(), alignment=True, win_rates=True)
    assert bare.alignment == bare.win_rates == ()
    assert full.reference_is_stand_in
    assert full.reference not in {
        row.source for row in full.alignment if row.setting is Setting.EVALUATION
    }
    assert {row.setting for row in full.alignment} == set(Setting)
    rates = [row for row in full.win_rates if row.source == "claude"]
    assert len(rates) == 3
    assert all(row.low <= row.rate <= row.high for row in rates)
    assert all(row.controlled is not None for row in rates)


def test_a_scenario_is_aligned_as_the_alignment_page_has_it(demo) -> None:
    where = "task = 'summarization'"
    same_as_the_page(demo, Scenario(where=where), alignment(demo, where=where))


@pytest.mark.parametrize("labels", [LabelSet.AUTOMATIC, LabelSet.PREDICTION_POWERED])
def test_drawn_labels_are_aligned_as_the_alignment_page_has_them(labels) -> None:
    known = known_study(60)
    with known.study as study:
        queue = queues.draw(study, kind=QueueKind.RANDOM, size=40, factors=FACTORS)
        answer(study, queue, told(known.truth))
        same_as_the_page(study, Scenario(labels=labels), alignment(study, labels=labels))


def same_as_the_page(study: Study, scenario: Scenario, page: Alignment) -> None:
    own = {
        (row.setting, row.source): row for row in side(study, scenario, alignment=True).alignment
    }
    assert own.keys() == {(row.setting, row.source) for row in page.rows}
    for row in page.rows:
        found = own[row.setting, row.source]
        for name in ("distance", "distance_low", "distance_high", "spearman", "kendall"):
            assert getattr(found, name) == pytest.approx(getattr(row, name), abs=1e-12)
        for name in ("agreement", "agreement_low", "agreement_high"):
            assert getattr(found, name) == pytest.approx(getattr(row, name))
        assert (found.factors, found.pairs) == (row.factors, row.agreement_pairs)


def test_the_reference_is_estimated_though_it_is_not_a_source_of_the_scenario(demo) -> None:
    reference = side(demo, Scenario(), alignment=True).reference
    other = next(
        row.source
        for row in side(demo, Scenario()).rows
        if row.setting is Setting.EVALUATION and row.source != reference
    )
    whole = side(demo, Scenario(), alignment=True)
    alone = side(demo, Scenario(sources=(other,)), alignment=True)
    expected = [row for row in whole.alignment if row.source == other]
    assert list(alone.alignment) == expected


def test_weights_weigh_agreement_too() -> None:
    rows = [((1, 1), [A, A], "qa")] * 6 + [((1, 1), [A, B], "chat")] * 6
    with rated_study(rows, judges=("first", "second")) as study:
        plain = side(study, Scenario(), alignment=True)
        heavy = Scenario(weights=Weights("task", (("qa", 3.0),)))
        assert plain.alignment[0].agreement == pytest.approx(0.5)
        assert side(study, heavy, alignment=True).alignment[0].agreement == pytest.approx(0.75)


def test_ties_are_half_a_win() -> None:
    rows = [((1, 1), [A]), ((1, 1), [A]), ((1, 1), [TIE]), ((1, 1), [B]), ((1, 1), [A])]
    with rated_study(rows) as study:
        found = {row.generator: row for row in side(study, Scenario(), win_rates=True).win_rates}
        assert found["left"].rate == pytest.approx(0.7)
        assert found["right"].rate == pytest.approx(0.3)
        assert (found["left"].pairs, found["left"].ties) == (5, 1)
        assert found["left"].controlled is None  # no response has a length


def test_quick_scenarios_fit_the_study(demo) -> None:
    offered = {item.name: item for item in quick(demo)}
    assert {"Equal length", "About equal length"} <= set(offered)
    assert "As corrected" not in offered
    assert any(name.startswith("Without ") for name in offered)
    for item in offered.values():
        assert item.question.endswith("?")
        found = what_if(demo, item.scenario)
        assert found.result.rows
    share = side(demo, offered["About equal length"].scenario).pairs / 1584
    assert 0.2 < share < 0.3


def test_people_who_agree_are_a_quick_scenario() -> None:
    batch = Batch("made", "made.csv")
    people = [batch.add_source(SourceKind.HUMAN, name) for name in ("ann", "ben", "cem")]
    votes = [(A, A, A), (A, A, None), (A, None, None), (A, B, A), (TIE, TIE, TIE), (B, B, B)]
    for place, chosen in enumerate(votes * 5):
        prompt = batch.add_prompt(f"Question {place}?")
        pair = batch.add_pair(
            prompt,
            batch.add_response(prompt, f"a {place} longer", generator="x"),
            batch.add_response(prompt, f"b {place}", generator="y"),
            str(place),
        )
        for person, choice in zip(people, chosen, strict=True):
            if choice:
                batch.add_preference(pair, person, choice)
    with empty_study() as study:
        write(study, batch)
        extract(study)
        agree = next(item for item in quick(study) if item.name == "People agree")
        assert side(study, agree.scenario).pairs == 20  # all three, two, a tie, all three


def test_one_pair_adds_up_and_turns() -> None:
    with rated_study(random_rows(400)) as study:
        wide = load(study).wide
        (pair,) = pair_lists.pair_ids(study, wide, np.array([0]))
        (view,) = one_pair(study, pair)
        assert view.as_is == view.changed
        assert math.fsum(item.contribution for item in view.contributions) == pytest.approx(
            view.as_is.logit
        )
        assert view.as_is.low < view.as_is.p < view.as_is.high
        assert view.chose in (A, B)
        assert (view.pairs, view.prompts) == (400, 400)
        high, low = (
            one_pair(study, pair, [Change("size", Choice.A, value)])[0] for value in (9.0, -9.0)
        )
        assert high.changed.p > 0.99
        assert low.changed.p < 0.01
        assert high.turns != low.turns
        size = high.contributions[0]
        assert size.changed_difference == 9.0
        assert size.changed_contribution == pytest.approx(9.0 * size.weight)
        mirrored = one_pair(study, pair, [Change("size", Choice.B, 9.0)])[0]
        assert mirrored.contributions[0].changed_difference == size.difference - 9.0


def test_one_pair_asks_the_generator_of_its_own_levels_alone(demo) -> None:
    wide = load(demo).wide
    with demo.cursor() as cursor:
        ((pair, generator),) = cursor.execute(
            f"SELECT pair_id, generator_a FROM {wide.name} WHERE setting = 'generation' LIMIT 1"
        ).fetchall()
    (view,) = one_pair(demo, pair)
    assert (view.setting, view.source) == (Setting.GENERATION, generator)
    assert view.chose in (A, B)


def test_one_pair_says_what_it_cannot_know(demo) -> None:
    with pytest.raises(ProfileError, match="no pair 'nowhere'"):
        one_pair(demo, "nowhere")
    (pair,) = pair_lists.pair_ids(demo, load(demo).wide, np.array([0]))
    with pytest.raises(UnknownName):
        one_pair(demo, pair, [Change("lenght", Choice.A, 1.0)])
    with pytest.raises(NotEstimable):
        one_pair(demo, pair, [Change("length", Choice.TIE, 1.0)])


def test_a_missing_value_adds_nothing_until_it_is_given() -> None:
    rows = random_rows(200)
    rows[0] = ((None, rows[0][0][1]), *rows[0][1:])
    with rated_study(rows) as study:
        with study.cursor() as cursor:
            ((pair,),) = cursor.execute(
                f"SELECT pair_id FROM {load(study).wide.name} WHERE size_a IS NULL"
            ).fetchall()
        (view,) = one_pair(study, pair)
        size = view.contributions[0]
        assert (size.difference, size.contribution) == (None, 0.0)
        assert "no value here, so no difference: size" in view.note
        both = [Change("size", Choice.A, 2.0), Change("size", Choice.B, 0.0)]
        (view,) = one_pair(study, pair, both)
        assert view.contributions[0].changed_difference == 2.0


def test_the_link_of_a_scenario_opens_its_pairs(demo) -> None:
    weights = Weights("task", (("summarization", 0.0), ("document_qa", 2.0)))
    scenario = replace(matched("type_token_ratio", 0.1), where="length_a > 20", weights=weights)
    planes = load(demo)
    kept = scenario_pairs.kept(planes, scenario)
    opened = planes.mask(scenario_pairs.opens(planes, scenario))
    np.testing.assert_array_equal(opened, kept.mask)
    assert kept.pairs == int(np.bitwise_count(opened).sum()) > 0
