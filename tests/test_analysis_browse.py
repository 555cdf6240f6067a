"""Which pairs a view shows: exactly those behind a number, whatever filters stand beside it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from profile_core.actions.demo import make_demo
from profile_core.actions.extract import extract
from profile_core.actions.imports import import_file
from profile_core.analysis import example as examples
from profile_core.analysis import titles
from profile_core.analysis.browse import Agreement, LabelState, View, browse, in_words, pair_ids
from profile_core.analysis.factor_agreement import factor_agreement
from profile_core.analysis.influence import InfluenceRow, influence
from profile_core.analysis.pair_order import Order, orders
from profile_core.analysis.planes import load
from profile_core.analysis.reference import reference
from profile_core.analysis.relations import OF_BOTH, OF_FACTOR, OF_SOURCE, Relation, relations
from profile_core.analysis.shown import choose_factors, choose_sources, in_order
from profile_core.analysis.titles import Series
from profile_core.errors import NotEstimable, PredicateError, UnknownName
from profile_core.store.records import Batch
from profile_core.store.study import Counter, Study
from profile_core.types import Choice, Factor, FactorKind, LabelSet, Setting, SourceKind
from tests.studies import TIE, A, B, empty_study, small_batch, write


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    with make_demo(tmp_path_factory.mktemp("demo") / "demo.duckdb") as study:
        yield study


@pytest.fixture
def small() -> Iterator[Study]:
    """Two judges, a human, probabilities, and one factor; every pair is a different case."""
    with empty_study() as study:
        write(study, _batch())
        yield study


def _batch() -> Batch:
    batch = Batch("small", "rows.csv")
    human = batch.add_source(SourceKind.HUMAN, "human")
    first = batch.add_source(SourceKind.JUDGE, "first")
    second = batch.add_source(SourceKind.JUDGE, "second")
    batch.add_factor(
        Factor("size", "Size", FactorKind.COUNT, "How much.", taxonomy="imported", unit="")
    )
    rows = (
        # text a, size a, text b, size b, human, first, second, probability of first
        ("Red apple", 5, "green PEAR", 2, A, A, A, 0.9),
        ("one", 1, "two", 4, A, B, TIE, 0.45),
        ("three", 3, "four", 3, B, B, A, None),
        ("five", 2, "six", None, B, None, None, None),
        ("seven", 9, "eight", 1, TIE, A, B, 0.7),
        ("nine", 1, "ten", 2, None, None, None, None),
    )
    for place, (text_a, size_a, text_b, size_b, by_human, by_first, by_second, p) in enumerate(
        rows
    ):
        prompt = batch.add_prompt(f"Question {place}?", source_text="About fruit", task="qa")
        a = batch.add_response(prompt, text_a, generator="left")
        b = batch.add_response(prompt, text_b, generator="right")
        for response, size in ((a, size_a), (b, size_b)):
            if size is not None:
                batch.add_factor_value(response, "size", float(size), "hand")
        pair = batch.add_pair(prompt, a, b, str(place))
        for source, choice, probability in (
            (human, by_human, None),
            (first, by_first, p),
            (second, by_second, None),
        ):
            if choice is not None:
                batch.add_preference(
                    pair, source, choice, probability=probability, reason=f"{source} on {place}"
                )
    return batch


def _keys(study: Study, view: View) -> list[int]:
    """The pairs of a view by their row keys, in its order."""
    planes = load(study, view.labels)
    ids = pair_ids(study, planes, browse(study, view).pair_nos)
    return [int(examples.example(study, pair_id).pair.row_key) for pair_id in ids]


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        (Relation.CONCORDANT, [0]),
        (Relation.DISCORDANT, [1]),
        (Relation.TIED, [2]),
        (Relation.MISSING, [3]),
    ],
)
def test_a_relation_shows_its_pairs_and_no_others(
    small: Study, relation: Relation, expected: list[int]
) -> None:
    assert _keys(small, View(source="human", factor="size", relation=relation)) == expected


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        (Relation.PREFERS_A, [0, 1]),
        (Relation.PREFERS_B, [2, 3]),
        (Relation.TIE, [4]),
        (Relation.NO_CHOICE, [5]),
        (None, [0, 1, 2, 3, 4]),
    ],
)
def test_a_source_alone_shows_what_it_chose(
    small: Study, relation: Relation | None, expected: list[int]
) -> None:
    assert _keys(small, View(source="human", relation=relation)) == expected


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        (Relation.A_HAS_MORE, [0, 4]),
        (Relation.B_HAS_MORE, [1, 5]),
        (Relation.SAME_AMOUNT, [2]),
        (Relation.NO_VALUE, [3]),
        (None, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_a_factor_alone_shows_where_it_differs(
    small: Study, relation: Relation | None, expected: list[int]
) -> None:
    assert _keys(small, View(factor="size", relation=relation)) == expected


def test_only_relations_that_fit_what_is_chosen_are_offered() -> None:
    assert relations("human", "size") == OF_BOTH
    assert relations("human", None) == OF_SOURCE
    assert relations(None, "size") == OF_FACTOR
    assert relations(None, None) == ()
    assert Order.CONTRIBUTION not in orders("human", None)


def test_a_relation_without_what_it_needs_is_refused(small: Study) -> None:
    with pytest.raises(NotEstimable, match="needs a source and a factor"):
        browse(small, View(source="human", relation=Relation.CONCORDANT))


def test_every_count_of_the_influence_table_opens_that_many_pairs(demo: Study) -> None:
    rows = influence(demo).rows
    for row in random.Random(0).sample(rows, 25):
        counts = (row.concordant, row.discordant, row.tied, row.missing)
        for relation, count in zip(OF_BOTH, counts, strict=True):
            view = View(
                where=f"setting = '{row.setting}'",
                source=row.source,
                factor=row.factor,
                relation=relation,
            )
            assert len(browse(demo, view).pair_nos) == count, (row, relation)


def test_a_group_and_a_filter_narrow_a_relation_as_they_narrow_influence(demo: Study) -> None:
    where = "length_a > 40"
    for row in influence(demo, where=where, by="task", factors=["length"], sources=["claude"]).rows:
        view = View(
            where=f"({where}) AND task = '{row.group}' AND setting = '{row.setting}'",
            source="claude",
            factor="length",
            relation=Relation.CONCORDANT,
        )
        assert len(browse(demo, view).pair_nos) == row.concordant


def test_pandalm_shows_the_578_pairs_where_people_prefer_the_longer(shared_data: Path) -> None:
    with empty_study() as study:
        import_file(study, "pandalm", shared_data / "pandalm")
        extract(study, factors=["length"])
        sizes = [
            len(browse(study, View(source="human", factor="length", relation=relation)).pair_nos)
            for relation in OF_BOTH
        ]
    assert sizes == [578, 269, 47, 0]


def test_search_looks_in_prompts_sources_and_both_responses_in_any_case(small: Study) -> None:
    assert _keys(small, View(words="red APPLE")) == [0]
    assert _keys(small, View(words="pear")) == [0]
    assert _keys(small, View(words="question 4")) == [4]
    assert _keys(small, View(words="ABOUT FRUIT")) == [0, 1, 2, 3, 4, 5]
    assert _keys(small, View(words="100%")) == []
    assert _keys(small, View(words="judge:first on 0")) == []


def test_search_takes_quotes_and_percent_signs_as_they_are(small: Study) -> None:
    for words in ("'", '"', "%", "_", "\\", "') OR 1=1 --"):
        assert _keys(small, View(words=words)) == []


def test_sources_agree_or_differ_among_those_that_chose(small: Study) -> None:
    assert _keys(small, View(agreement=Agreement.AGREE)) == [0]
    assert _keys(small, View(agreement=Agreement.DIFFER)) == [1, 2, 4]
    assert _keys(small, View(agreement=Agreement.AGAINST_REFERENCE)) == [1, 2, 4]
    against = View(agreement=Agreement.AGAINST_REFERENCE, source="first")
    assert _keys(small, against) == [1, 4]


def test_a_condition_joins_with_everything_else(small: Study) -> None:
    view = View(where="size_a > 2", source="human", words="question")
    assert _keys(small, view) == [0, 2, 4]
    with pytest.raises(PredicateError, match="read_text"):
        browse(small, View(where="read_text('x') = 1"))


def test_an_unknown_source_or_factor_names_those_that_are_there(small: Study) -> None:
    with pytest.raises(UnknownName, match="human"):
        browse(small, View(source="humna"))
    with pytest.raises(UnknownName, match="size"):
        browse(small, View(source="human", factor="sise", relation=Relation.TIED))


def test_import_order_is_the_order_of_the_rows(small: Study) -> None:
    assert _keys(small, View()) == [0, 1, 2, 3, 4, 5]


def test_disagreement_comes_first_and_unjudged_pairs_last(small: Study) -> None:
    found = _keys(small, View(order=Order.DISAGREEMENT))
    assert found[:3] == [1, 4, 2]
    assert found[3] == 0
    assert set(found[4:]) == {3, 5}


def test_uncertainty_takes_probabilities_before_split_votes(small: Study) -> None:
    found = _keys(small, View(order=Order.UNCERTAINTY))
    # 1: p .45 -> .9; 2: votes b, b, a -> p 1/3 -> .67; 4: p .7 -> .6; 0: p .9 -> .2; 3: one vote.
    assert found == [1, 2, 4, 0, 3, 5]


def test_contribution_puts_first_what_moves_tau_most(small: Study) -> None:
    # z of `first`: 0: +1, 1: +1, 2: 0, 4: +1; tau .75, so the tied pair stands out; then by size.
    view = View(source="first", factor="size", order=Order.CONTRIBUTION)
    assert _keys(small, view) == [2, 4, 0, 1]


def test_no_order_loses_or_repeats_a_pair(demo: Study) -> None:
    everything = set(range(load(demo).planes.pairs))
    for order in Order:
        view = View(factor="length", order=order)
        found = browse(demo, view).pair_nos
        assert set(found.tolist()) == everything
        assert len(found) == len(everything)


def test_a_correction_changes_which_pairs_a_relation_shows(small: Study) -> None:
    pair = pair_ids(small, load(small), browse(small, View()).pair_nos[:1])[0]
    first = examples.example(small, pair)
    with small.writing(Counter.CORRECTIONS) as cursor:
        cursor.execute(
            "INSERT INTO correction (event_id, response_id, factor, extractor, annotator, action, "
            "old_value, new_value) VALUES ('1', ?, 'size', 'hand', 'anna', 'correct', 5, 1)",
            [first.pair.a.response_id],
        )
    view = View(source="human", factor="size", relation=Relation.DISCORDANT)
    assert _keys(small, view) == [1]
    assert 0 in _keys(small, View(**{**_fields(view), "labels": LabelSet.CORRECTED}))
    assert _keys(small, View(label_state=LabelState.LABELLED)) == [0]
    assert _keys(small, View(label_state=LabelState.UNLABELLED)) == [1, 2, 3, 4, 5]

    automatic = examples.example(small, pair).factors[0]
    corrected = examples.example(small, pair, LabelSet.CORRECTED).factors[0]
    assert (automatic.a.in_force, automatic.difference, automatic.more) == (5, 3, Choice.A)
    assert (corrected.a.in_force, corrected.difference, corrected.more) == (1, -1, Choice.B)
    assert corrected.a.correction is not None
    assert corrected.a.correction.annotator == "anna"


def _fields(view: View) -> dict[str, object]:
    return {name: getattr(view, name) for name in View.__dataclass_fields__}


def test_an_examples_z_adds_up_to_the_influence(demo: Study) -> None:
    where = "setting = 'evaluation'"
    found = browse(demo, View(where=where)).pair_nos
    z = []
    for pair_id in pair_ids(demo, load(demo), found):
        one = examples.example(demo, pair_id)
        length = next(item for item in one.factors if item.factor.name == "length")
        chosen = next(item for item in one.chosen if item.source.name == "claude")
        z.append(examples.z(chosen.choice, length))
    counted = [value for value in z if value is not None]
    (row,) = influence(
        demo, sources=["claude"], factors=["length"], settings=[Setting.EVALUATION]
    ).rows
    assert len(counted) == row.pairs
    assert np.mean(counted) == pytest.approx(row.tau)


def test_an_example_has_every_answer_with_its_order_and_reason(demo: Study) -> None:
    pair_no = browse(demo, View(source="claude", where="setting = 'evaluation'")).pair_nos[:1]
    one = examples.example(demo, pair_ids(demo, load(demo), pair_no)[0])
    assert {item.source.name for item in one.chosen} == {
        "claude",
        "qwen2.5-coder-1.5b-instruct-q4",
        "smollm2-135m-instruct-q4",
    }
    for item in one.chosen:
        assert sorted(str(verdict.order) for verdict in item.verdicts) == ["ab", "ba"]
        assert all(verdict.reason for verdict in item.verdicts)
        assert item.flipped == (len({verdict.choice for verdict in item.verdicts}) == 2)


def test_a_generators_choice_follows_from_its_levels(demo: Study) -> None:
    pair_no = browse(demo, View(where="setting = 'generation'")).pair_nos[:1]
    one = examples.example(demo, pair_ids(demo, load(demo), pair_no)[0])
    (generator,) = (item for item in one.chosen if item.source.kind is SourceKind.GENERATOR)
    higher = Choice.A if one.pair.a.score_level > one.pair.b.score_level else Choice.B
    assert generator.choice is higher


def test_evidence_marks_the_very_words_a_rule_counted(demo: Study) -> None:
    where = "first_person_a > 0 AND setting = 'evaluation'"
    pair_no = browse(demo, View(where=where)).pair_nos[:1]
    one = examples.example(demo, pair_ids(demo, load(demo), pair_no)[0])
    factor = next(item for item in one.factors if item.factor.name == "first_person")
    in_a, _ = examples.evidence(demo, one.pair, factor)
    assert len(in_a.located) == factor.a.automatic
    words = {one.pair.a.text[span.start : span.end].lower() for _, span in in_a.located}
    assert words <= {"i", "me", "my", "mine", "myself", "i'm", "i've", "i'll", "i'd", "we", "our",
                     "us", "ours", "ourselves", "we're", "we've", "we'll", "we'd"}  # fmt: skip


def test_facts_that_make_a_value_are_marked_and_the_others_listed(demo: Study) -> None:
    pair_no = browse(demo, View(where="hallucination_a > 0 AND hallucination_a < 1")).pair_nos[:1]
    one = examples.example(demo, pair_ids(demo, load(demo), pair_no)[0])
    factor = next(item for item in one.factors if item.factor.name == "hallucination")
    in_a, _ = examples.evidence(demo, one.pair, factor)
    assert 0 < len(in_a.counts) < len(in_a.facts)
    assert all("supported" in fact.fails for fact in in_a.counts)


def test_a_pair_that_is_not_there_is_named(small: Study) -> None:
    with pytest.raises(UnknownName, match="no pair named 'nowhere'"):
        examples.example(small, "nowhere")


def test_the_state_says_in_words_what_is_kept() -> None:
    view = View(
        source="human",
        factor="length",
        relation=Relation.CONCORDANT,
        agreement=Agreement.DIFFER,
        words=" tide ",
    )
    assert in_words(view, "Length") == (
        "human prefers the one with more: Length",
        "sources differ",
        "with the words “tide”",
    )


def test_factors_that_are_the_same_agree_wholly(demo: Study) -> None:
    rows = factor_agreement(demo, factors=["length", "characters"])
    tau = {(row.first, row.second): row.tau for row in rows}
    assert tau["length", "length"] == 1
    assert tau["length", "characters"] == tau["characters", "length"]
    assert tau["length", "characters"] > 0.8


def test_charts_lead_with_the_taxonomy_and_the_reference(demo: Study) -> None:
    planes, rows = load(demo), influence(demo).rows
    found = reference(planes)
    sources = [entry.source for entry in planes.sources]
    assert choose_sources(sources, rows, found, limit=2)[0] == "claude"
    names = choose_factors(rows, planes.factors, limit=14)
    taxonomies = {factor.name: factor.taxonomy for factor in planes.factors}
    kinds = [taxonomies[name] for name in names]
    assert kinds.index("rules" if "rules" in kinds else "dissection") >= kinds.count("profile")
    ordered = in_order(names, rows, "claude")
    taus = {
        row.factor: row.tau
        for row in rows
        if row.source == "claude" and row.setting is Setting.EVALUATION
    }
    assert [taus[name] for name in ordered] == sorted((taus[n] for n in names), reverse=True)


def test_a_factor_without_values_among_the_pairs_gives_its_place_to_another(demo: Study) -> None:
    rows = influence(demo, where="task = 'summarization'").rows
    assert any(row.factor == "receptiveness" and not row.pairs for row in rows)
    names = choose_factors(rows, load(demo).factors)
    assert "receptiveness" not in names
    assert len(names) == 12


def test_without_tau_a_row_says_why() -> None:
    assert titles.absence(_row("x", 0.2, 0.01)) == ""
    assert titles.absence(_row("x", 1.0, 0.2, prompts=3)) == "too few prompts (3)"
    assert titles.absence(_row("x", None, None, pairs=0, prompts=0)) == "no values"
    assert titles.absence(_row("x", None, None, prompts=0)) == "no probabilities"


@pytest.mark.parametrize("seed", range(100))
def test_a_title_is_true_whatever_the_data(seed: int) -> None:
    random_ = random.Random(seed)
    factors = {
        name: Factor(name, name.title(), FactorKind.COUNT, "", taxonomy="profile")
        for name in ("alpha", "beta", "gamma", "delta")
    }
    series = [
        Series(
            random_.choice(list(Setting)),
            f"source{place}",
            SourceKind.JUDGE,
            tuple(
                _row(
                    name,
                    random_.choice([None, round(random_.uniform(-1, 1), 3)]),
                    random_.choice([None, 0.0, 0.01, 0.05, 0.051, 0.9]),
                )
                for name in factors
            ),
        )
        for place in range(random_.randint(1, 8))
    ]
    sentence = titles.finding(series, factors)
    assert sentence.endswith(".")
    told = {
        (row.factor, (row.tau or 0) > 0)
        for item in series
        for row in item.rows
        if row.q is not None and row.q <= 0.05 and row.tau
    }
    for name in factors:
        if name in sentence:
            assert {(name, True), (name, False)} & told, sentence
    if len(series) == 1:
        rows = [row for row in series[0].rows if titles.is_told(row)]
        for row in rows[:3]:
            direction = "more" if row.tau > 0 else "less"
            before = sentence.partition(row.factor)[0]
            if row.factor in sentence:
                assert before.rfind(direction) > before.rfind(
                    "less" if direction == "more" else "more"
                ), sentence
    for item in series[:6]:
        count = sum(titles.is_told(row) for row in item.rows)
        if len(series) > 2 and count:
            said = sentence.partition(item.source + "’s")[2].partition(" go with ")[2]
            assert said.startswith(str(count)), sentence


def test_a_title_names_what_is_told_and_says_where_nothing_is() -> None:
    factors = {"alpha": Factor("alpha", "Alpha", FactorKind.COUNT, "", taxonomy="profile")}
    told, silent = _row("alpha", -0.4, 0.01), _row("alpha", 0.1, 0.6)
    judging, writing = Setting.EVALUATION, Setting.GENERATION
    series = [
        Series(judging, "one", SourceKind.JUDGE, (told,)),
        Series(writing, "one", SourceKind.GENERATOR, (silent,)),
        Series(judging, "two", SourceKind.JUDGE, (silent,)),
        Series(writing, "two", SourceKind.GENERATOR, (silent,)),
    ]
    assert titles.finding(series, factors) == (
        "one’s choices go with 1 of 1 factor (strongest: less alpha); one’s higher score levels, "
        "two’s choices and its higher score levels with none that can be told from chance."
    )
    assert titles.finding(series[:1], factors) == "one’s choices go with less alpha."
    assert titles.finding(series[1:], factors).startswith("None of 1 factor shown can be told")
    assert titles.finding([], factors).startswith("Nothing can be told yet")


def test_a_derived_preference_is_no_finding() -> None:
    factors = {"alpha": Factor("alpha", "Alpha", FactorKind.COUNT, "", taxonomy="profile")}
    row = _row("alpha", 0.9, 0.0, note="part of the derived preference")
    series = [Series(Setting.EVALUATION, "annotator", SourceKind.HUMAN, (row,))]
    assert "alpha" not in titles.finding(series, factors)


def test_two_opposite_series_share_nothing(small: Study) -> None:
    factors = {"alpha": Factor("alpha", "Alpha", FactorKind.COUNT, "", taxonomy="profile")}
    series = [
        Series(Setting.EVALUATION, name, SourceKind.JUDGE, (_row("alpha", tau, 0.001),))
        for name, tau in (("one", 0.5), ("two", -0.5), ("three", 0.5))
    ]
    assert "All 3" not in titles.finding(series, factors)
    assert "All 2" not in titles.finding(series[::2], factors)
    same = [series[0], series[2], series[0]]
    assert titles.finding(same, factors).startswith("All 3 shown go with more alpha.")


def test_the_small_study_of_other_tests_is_browsed_too() -> None:
    with empty_study() as study:
        write(study, small_batch())
        extract(study, factors=["length"])
        found = browse(study, View(source="human", factor="length", relation=Relation.CONCORDANT))
    assert len(found.pair_nos) == 3


def _row(
    factor: str,
    tau: float | None,
    q: float | None,
    *,
    pairs: int = 10,
    prompts: int = 40,
    note: str = "",
) -> InfluenceRow:
    has_interval = tau is not None and prompts >= 5
    return InfluenceRow(
        setting=Setting.EVALUATION,
        source="s",
        factor=factor,
        group=None,
        extractor="rules",
        tau=tau,
        se=0.1 if has_interval else None,
        low=tau - 0.1 if has_interval else None,
        high=tau + 0.1 if has_interval else None,
        concordant=pairs,
        discordant=0,
        tied=0,
        missing=0,
        pairs=pairs,
        prompts=prompts,
        p=q,
        q=q,
        note=note,
    )
