"""Queues drawn from a study: who can be drawn, with which probability, and what is refused."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from profile_core.annotation import queues
from profile_core.errors import PredicateError, ProfileError, UnknownName
from profile_core.stats import drawing
from profile_core.store import label_table
from profile_core.store import queues as store
from profile_core.store.study import Study
from profile_core.types import Asks, Mode, QueueKind
from tests.label_desk import NOT_APPLICABLE, label, labelled_study, response_id

RANDOM, TARGETED = QueueKind.RANDOM, QueueKind.TARGETED


def drawn_ids(study: Study, queue: store.Queue) -> list[str]:
    return [pair.pair_id for pair in store.drawn(study.cursor(), queue.queue_id)]


@pytest.fixture
def study():
    with labelled_study(pairs=60) as opened:
        yield opened


def test_a_random_queue_draws_by_the_permanent_numbers_and_can_be_read_back(study):
    queue = queues.draw(
        study, kind=RANDOM, size=20, factors=["clarity"], seed=4, created_by="Lea", overlap=1
    )
    ids = [row[0] for row in study.cursor().execute("SELECT pair_id FROM pair").fetchall()]
    numbers = dict(zip(ids, drawing.permanent_numbers(4, ids), strict=True))
    expected = sorted((u, name) for name, u in numbers.items() if u <= 20 / 60)
    found = store.drawn(study.cursor(), queue.queue_id)
    assert [pair.pair_id for pair in found] == [name for _, name in expected]
    assert [pair.place for pair in found] == list(range(len(found)))
    assert {pair.rate for pair in found} == {20 / 60}
    assert [pair.key * pair.rate for pair in found] == pytest.approx([u for u, _ in expected])
    assert {pair.wanted for pair in found} == {1}
    again = store.read_queue(study.cursor(), queue.queue_id)
    assert again == queue
    assert (again.size, again.population, again.threshold, again.seed) == (20, 60, 1.0, 4)
    assert (again.asks, again.mode, again.created_by) == (Asks.FACTORS, Mode.REVIEW, "Lea")
    assert isinstance(again.created_at, datetime)
    assert store.all_queues(study.cursor()) == [queue]


def test_the_same_seed_draws_the_same_pairs_and_another_seed_others(study):
    settings = {"kind": RANDOM, "size": 20, "factors": ["clarity"]}
    first, again = (queues.draw(study, seed=1, **settings) for _ in range(2))
    other = queues.draw(study, seed=2, **settings)
    assert drawn_ids(study, first) == drawn_ids(study, again)
    assert drawn_ids(study, first) != drawn_ids(study, other)


def test_names_are_readable_and_never_the_same(study):
    names = [
        queues.draw(study, kind=RANDOM, size=9, factors=["clarity", "words"]).name for _ in range(3)
    ]
    assert names == [
        "random 9: clarity, words",
        "random 9: clarity, words (2)",
        "random 9: clarity, words (3)",
    ]
    queue = queues.draw(study, kind=RANDOM, size=9, asks=Asks.PREFERENCE, name="  pilot ")
    assert queue.name == "pilot"
    assert queues.find(study, "pilot") == queues.find(study, queue.queue_id) == queue
    with pytest.raises(ProfileError, match="named 'pilot' already"):
        queues.draw(study, kind=RANDOM, size=9, asks=Asks.PREFERENCE, name="pilot")
    with pytest.raises(UnknownName, match="did you mean pilot"):
        queues.find(study, "pilo")
    with pytest.raises(UnknownName):
        store.read_queue(study.cursor(), "nothing")


def test_the_population_is_the_pairs_under_the_filter_with_values_on_both_sides(study):
    with study.writing() as cursor:
        cursor.execute(
            "UPDATE factor_value SET value = NULL WHERE factor = 'clarity' AND response_id IN "
            "(SELECT response_a FROM pair WHERE seq < 10)"
        )
    queue = queues.draw(study, kind=RANDOM, size=5, factors=["words"], where=" words_a > 4 ")
    above = study.cursor().execute(
        "SELECT count(*) FROM pair JOIN factor_value ON response_id = response_a "
        "WHERE factor = 'words' AND value > 4"
    )
    assert queue.population == above.fetchall()[0][0] < 60
    assert queue.condition == "words_a > 4"
    assert queues.draw(study, kind=RANDOM, size=5, factors=["clarity"]).population == 50


def test_a_targeted_queue_prefers_doubtful_pairs_above_a_floor(study):
    queue = queues.draw(study, kind=TARGETED, size=15, factors=["clarity"])
    rows = study.cursor().execute(
        "SELECT abs(a.value - b.value), rate FROM queue_pair JOIN pair USING (pair_id) "
        "JOIN factor_value AS a ON a.response_id = response_a AND a.factor = 'clarity' "
        "JOIN factor_value AS b ON b.response_id = response_b AND b.factor = 'clarity'"
    )
    differences, rates = np.array(rows.fetchall()).T
    assert np.minimum(1, rates).sum() == pytest.approx(15)
    assert rates.min() >= 0.2 * 15 / 60
    by_difference = [rates[differences == d].mean().round(9) for d in sorted(set(differences))]
    assert by_difference == sorted(by_difference, reverse=True)
    assert by_difference[0] > 2 * by_difference[-1]
    drawn = queues.drawn(study, queue.queue_id)
    assert (drawn.lowest, drawn.highest) == (rates.min(), pytest.approx(rates.max()))
    assert drawn.drawn == len(drawn_ids(study, queue))


def test_a_targeted_queue_learns_the_extractors_error_from_twenty_labels(study):
    """People agree with `clarity` throughout, so that only `words` is left in doubt."""
    assumed = queues.draw(study, kind=TARGETED, size=15, factors=["clarity", "words"])
    for response in range(19):
        label(study, "Ann", response, "clarity", "accept")
    few = queues.draw(study, kind=TARGETED, size=15, factors=["clarity", "words"])
    label(study, "Ann", 19, "clarity", "accept")
    known = queues.draw(study, kind=TARGETED, size=15, factors=["clarity", "words"])
    only_words = queues.draw(study, kind=TARGETED, size=15, factors=["words"])
    rates = [
        store.rates(study.cursor(), queue.queue_id) for queue in (assumed, few, known, only_words)
    ]
    assert rates[0] == pytest.approx(rates[1])
    assert rates[2] == pytest.approx(rates[3])
    assert not np.allclose(rates[0], rates[2])


def test_enlarging_keeps_the_drawn_pairs_and_their_places(study):
    queue = queues.draw(study, kind=TARGETED, size=12, factors=["clarity"], seed=2)
    before = drawn_ids(study, queue)
    versions = study.versions()
    larger = queues.enlarge(study, queue.queue_id, 30)
    assert larger == store.read_queue(study.cursor(), queue.queue_id)
    assert larger.size == 30
    assert larger.threshold > 1
    assert drawn_ids(study, larger)[: len(before)] == before
    pi = drawing.probabilities(store.rates(study.cursor(), queue.queue_id), larger.threshold)
    assert pi.sum() == pytest.approx(30)
    assert study.versions().corrections == versions.corrections + 1
    whole = queues.enlarge(study, queue.queue_id, 60)
    assert len(drawn_ids(study, whole)) == 60
    assert queues.drawn(study, queue.queue_id).lowest == 1
    with pytest.raises(ProfileError, match="never shrinks"):
        queues.enlarge(study, queue.queue_id, 60)


def test_a_share_of_the_pairs_is_for_several_annotators_whatever_the_draw(study):
    queue = queues.draw(
        study, kind=RANDOM, size=60, factors=["clarity"], overlap=3, overlap_share=0.3
    )
    wanted = [pair.wanted for pair in store.drawn(study.cursor(), queue.queue_id)]
    assert set(wanted) == {1, 3}
    ids = drawn_ids(study, queue)
    shared = drawing.permanent_numbers(0, ids, stream=1) < 0.3
    assert wanted == np.where(shared, 3, 1).tolist()


def test_a_queue_for_preferences_is_blind_and_one_for_facts_needs_facts(study):
    queue = queues.draw(study, kind=RANDOM, size=5, asks=Asks.PREFERENCE)
    assert (queue.mode, queue.factors, queue.population) == (Mode.BLIND, (), 60)
    with pytest.raises(ProfileError, match="no pair has facts in both responses"):
        queues.draw(study, kind=RANDOM, size=1, asks=Asks.FACTS)
    study.cursor().execute(
        "INSERT INTO fact (fact_id, response_id) SELECT response_a, response_a FROM pair "
        "UNION ALL SELECT response_b, response_b FROM pair WHERE seq < 7"
    )
    assert queues.draw(study, kind=RANDOM, size=5, asks=Asks.FACTS).population == 7


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": 0}, "at least 1"),
        ({"size": 61}, r"61 pairs cannot be drawn: 60 pairs can be.* at most 60"),
        ({"size": 60, "where": "words_a > 4"}, "pairs under the filter can be"),
        ({"factors": []}, "name at least one factor"),
        ({"factors": ["clarity", "clarity"]}, "named twice"),
        ({"factors": ["coherence"]}, "no automatic values yet"),
        ({"where": "words_a > 1000"}, "the filter keeps no pair"),
        ({"batch_size": 0}, "batch size is at least 1"),
        ({"batch_size": 10**12}, "batch size is at least 1"),
        ({"seed": 2**63}, "out of range"),
        ({"overlap": 0}, "from 1 to 100 annotators"),
        ({"overlap": 2}, "needs both"),
        ({"overlap_share": 0.5}, "needs both"),
        ({"overlap": 2, "overlap_share": 1.5}, "between 0 and 1"),
        ({"mode": Mode.ADJUDICATION}, "no queue"),
        ({"asks": Asks.PREFERENCE}, "takes no factors"),
        ({"asks": Asks.PREFERENCE, "factors": [], "kind": TARGETED}, "draw at random"),
        ({"asks": Asks.PREFERENCE, "factors": [], "mode": Mode.REVIEW}, "blind"),
        ({"asks": Asks.FACTS, "mode": Mode.BLIND}, "unseen"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_reason(study, settings, message):
    given = {"kind": RANDOM, "size": 5, "factors": ["clarity"], **settings}
    with pytest.raises(ProfileError, match=message):
        queues.draw(study, **given)
    assert store.all_queues(study.cursor()) == []


def test_unknown_factors_and_filters_are_told(study):
    with pytest.raises(UnknownName, match="did you mean clarity"):
        queues.draw(study, kind=RANDOM, size=5, factors=["clarty"])
    with pytest.raises(PredicateError):
        queues.draw(study, kind=RANDOM, size=5, factors=["clarity"], where="drop table pair")


def test_an_empty_study_says_that_there_are_no_pairs():
    with labelled_study(pairs=0) as study, pytest.raises(ProfileError, match="has no pairs"):
        queues.draw(study, kind=RANDOM, size=5, asks=Asks.PREFERENCE)


def test_the_value_in_force_is_the_one_of_the_corrected_label_set(study):
    label(study, "Ann", 0, "clarity", "correct", 2)
    label(study, "Bob", 0, "clarity", "correct", 4)
    label(study, "Ann", 1, "clarity", "correct", NOT_APPLICABLE)
    label(study, "Bob", 1, "clarity", "cannot_tell")
    label(study, "Ann", 2, "clarity", "adjudicate", 5)
    label(study, "Bob", 2, "clarity", "correct", 1)
    label(study, "Ann", 3, "clarity", "cannot_tell")
    label(study, "Ann", 4, "words", "accept")
    cursor = study.cursor()
    rows = label_table.labels(cursor)
    assert len(rows) == 8
    in_force = {(row.response_id, row.factor): row.value for row in rows if row.is_in_force}
    corrected = cursor.execute("SELECT response_id, factor, value FROM corrected_value").fetchall()
    assert in_force == {(response, factor): value for response, factor, value in corrected}
    assert [row.response_id for row in label_table.labels(cursor, "words")] == [
        response_id(study, 4)
    ]
    assert len(label_table.labels(cursor, response_id=response_id(study, 2))) == 2
    assert label_table.labels(cursor, "words", extractor="another") == []
