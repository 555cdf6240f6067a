"""What was drawn, with which probability, and what people said of it: from queues and labels."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from profile_core.annotation import adjudication, desk, facts, queues, undo
from profile_core.store import drawn, pair_wide
from profile_core.store import queues as queue_store
from profile_core.store.drawn import DrawnLabels
from profile_core.store.labels import Label, LabelAction
from profile_core.store.queues import Queue
from profile_core.store.records import Batch
from profile_core.store.study import Study
from profile_core.types import Asks, Factor, FactorKind, Mode, QueueKind
from tests.drawn_study import FACTORS, Known, accepted, answer, cannot_tell, known_study, told
from tests.studies import empty_study, write


@pytest.fixture
def known() -> Iterator[Known]:
    made = known_study(24)
    with made.study:
        yield made


def draw(study: Study, size: int = 12, **settings) -> Queue:
    settings = {"kind": QueueKind.RANDOM, "factors": ["clarity"], **settings}
    return queues.draw(study, size=size, **settings)


def read(study: Study, **settings) -> dict[str, DrawnLabels]:
    with study.cursor() as cursor:
        return drawn.read(cursor, pair_wide.ensure(study), **settings)


def members(study: Study, queue: Queue) -> dict[int, tuple[int, float, float]]:
    """Place, key and rate of every pair of a queue's population, by pair number."""
    wide = pair_wide.ensure(study).name
    rows = study.cursor().execute(
        f"SELECT pair_no, place, key, rate FROM queue_pair JOIN {wide} USING (pair_id) "
        "WHERE queue_id = ?",
        [queue.queue_id],
    )
    return {row[0]: row[1:] for row in rows.fetchall()}


def expected_probability(study: Study, *prefixes: tuple[Queue, float]) -> list[float]:
    """By loops: the largest over queues of one seed, at least one over seeds."""
    found = []
    of = [(queue, stop, members(study, queue)) for queue, stop in prefixes]
    for pair in range(24):
        none = 1.0
        for seed in {queue.seed for queue, _ in prefixes}:
            own = [
                min(1.0, stop * member[pair][2])
                for queue, stop, member in of
                if queue.seed == seed and pair in member
            ]
            none *= 1 - max(own, default=0.0)
        found.append(1 - none if none < 1 else math.nan)
    return found


def key_at(study: Study, queue: Queue, place: int) -> float:
    return next(key for at, key, _ in members(study, queue).values() if at == place)


def test_before_a_pair_is_complete_nothing_is_drawn(known: Known) -> None:
    draw(known.study)
    assert read(known.study) == {}


def test_a_finished_queue_is_its_own_sample(known: Known) -> None:
    queue = draw(known.study)
    done = answer(known.study, queue, told(known.truth))
    (found,) = read(known.study).values()
    assert found.factor == "clarity"
    assert found.sample.queues == (queue,)
    assert found.sample.drawn.sum() == found.sample.answered.sum() == len(done) > 5
    assert found.sample.probability.tolist() == [0.5] * 24
    assert set(found.pair_no) == {
        number for number, member in members(known.study, queue).items() if member[1] <= 1
    }


def test_values_are_those_that_people_gave(known: Known) -> None:
    answer(known.study, draw(known.study), told(known.truth))
    found = read(known.study)["clarity"]
    wide = pair_wide.ensure(known.study).name
    sides = {
        row[0]: row[1:]
        for row in known.study.cursor()
        .execute(f"SELECT pair_no, response_a, response_b FROM {wide}")
        .fetchall()
    }
    for pair, a, b in zip(found.pair_no, found.a, found.b, strict=True):
        assert [a, b] == [known.truth[side, "clarity"] for side in sides[pair]]


@pytest.mark.parametrize("kind", list(QueueKind))
def test_an_unfinished_queue_counts_up_to_its_first_hole(known: Known, kind: QueueKind) -> None:
    queue = draw(known.study, kind=kind)
    places = [pair.pair_id for pair in queue_store.drawn(known.study.cursor(), queue.queue_id)]
    for place in (0, 1, 2, 4):
        item = desk.open_item(known.study, "ann", places[place], queue_id=queue.queue_id)
        desk.label(known.study, "ann", item, [accepted(item, cell) for cell in item.cells])
    found = read(known.study)["clarity"]
    stop = key_at(known.study, queue, 3)
    assert found.sample.drawn.sum() == len(found.pair_no) == 3
    assert found.sample.probability == pytest.approx(
        np.array(expected_probability(known.study, (queue, stop)))
    )


def test_an_enlarged_queue_counts_up_to_what_is_not_done_yet(known: Known) -> None:
    queue = draw(known.study, 8)
    done = answer(known.study, queue, told(known.truth))
    larger = queues.enlarge(known.study, queue.queue_id, 16)
    found = read(known.study)["clarity"]
    stop = key_at(known.study, queue, len(done))
    assert len(found.pair_no) == len(done)
    assert found.sample.probability[0] == pytest.approx(stop * 8 / 24)
    answer(known.study, larger, told(known.truth))
    assert read(known.study)["clarity"].sample.probability[0] == pytest.approx(16 / 24)


def test_queues_of_one_seed_share_their_draws_and_others_do_not(known: Known) -> None:
    first = draw(known.study, 8)
    second = draw(known.study, 12, kind=QueueKind.TARGETED)
    third = draw(known.study, 6, seed=5, where="task = 'qa'")
    for queue in (first, second):
        answer(known.study, queue, told(known.truth))
    both = read(known.study)["clarity"].sample
    assert both.probability == pytest.approx(
        np.array(expected_probability(known.study, (first, 1.0), (second, 1.0)))
    )
    answer(known.study, third, told(known.truth))
    everything = read(known.study)["clarity"].sample
    assert everything.queues == (first, second, third)
    assert everything.probability == pytest.approx(
        np.array(expected_probability(known.study, (first, 1.0), (second, 1.0), (third, 1.0)))
    )
    assert (everything.drawn >= both.drawn).all()


def test_pairs_outside_a_queues_filter_could_not_have_been_drawn(known: Known) -> None:
    queue = draw(known.study, 6, where="task = 'qa'")
    answer(known.study, queue, told(known.truth))
    found = read(known.study)["clarity"].sample
    assert np.isnan(found.probability).sum() == 12
    assert not found.drawn[np.isnan(found.probability)].any()


def test_a_queue_is_about_its_own_factors(known: Known) -> None:
    answer(known.study, draw(known.study), told(known.truth))
    assert list(read(known.study)) == ["clarity"]
    answer(known.study, draw(known.study, factors=FACTORS), told(known.truth), limit=3)
    found = read(known.study)
    assert len(found["clarity"].sample.queues) == 2
    assert len(found["depth"].sample.queues) == 1


def test_what_was_skipped_flagged_or_cannot_be_told_is_drawn_without_labels(known: Known) -> None:
    queue = draw(known.study)
    done = answer(known.study, queue, told(known.truth), skipping=[0], flagging=[2], limit=5)
    item = desk.next_item(known.study, "ann", queue.queue_id)
    assert item
    cells = item.cells
    desk.label(
        known.study, "ann", item, [told(known.truth)(item, cells[0]), cannot_tell(item, cells[1])]
    )
    found = read(known.study)["clarity"]
    assert found.sample.drawn.sum() == len(done) + 1
    assert found.sample.answered.sum() == len(done) - 1
    assert len(found.pair_no) == len(done) - 2


def test_a_saved_item_with_one_response_labelled_has_no_values(known: Known) -> None:
    queue = draw(known.study)
    item = desk.next_item(known.study, "ann", queue.queue_id)
    assert item
    item = desk.label(known.study, "ann", item, [accepted(item, item.cells[0])])
    desk.save(known.study, "ann", item)
    found = read(known.study)["clarity"]
    assert (found.sample.drawn.sum(), len(found.pair_no)) == (1, 0)


def test_an_undone_label_is_a_hole(known: Known) -> None:
    queue = draw(known.study)
    answer(known.study, queue, told(known.truth), limit=3)
    undo.undo(known.study, "ann")
    assert read(known.study)["clarity"].sample.drawn.sum() == 2


def test_a_pair_that_several_people_are_to_see_waits_for_all_of_them(known: Known) -> None:
    queue = draw(known.study, 12, overlap=2, overlap_share=1.0)
    answer(known.study, queue, told(known.truth), limit=4)
    assert read(known.study) == {}
    answer(known.study, queue, accepted, annotator="bob", limit=2)
    found = read(known.study)["clarity"]
    assert len(found.pair_no) == 2


def test_somebodys_answer_counts_where_another_skipped(known: Known) -> None:
    queue = draw(known.study, 12, overlap=2, overlap_share=1.0)
    answer(known.study, queue, told(known.truth), limit=2)
    answer(known.study, queue, accepted, annotator="bob", limit=2, skipping=range(99))
    assert len(read(known.study)["clarity"].pair_no) == 2


def test_a_response_reviewed_through_another_pair_does_not_make_its_pair_drawn() -> None:
    with empty_study() as study:
        batch = Batch("shared", "shared.jsonl")
        batch.add_factor(Factor("tone", "Tone", FactorKind.COUNT, "Tone.", "imported"))
        for number in range(8):
            prompt = batch.add_prompt(f"Question {number}?")
            sides = [batch.add_response(prompt, f"{side} {number}") for side in "abc"]
            for value, response in enumerate(sides):
                batch.add_factor_value(response, "tone", float(value), "rater")
            for a, b in ((0, 1), (0, 2), (1, 2)):
                batch.add_pair(prompt, sides[a], sides[b], f"{number}{a}{b}")
        write(study, batch)
        queue = draw(study, 12, factors=["tone"])
        wide = pair_wide.ensure(study).name
        holders = study.cursor().execute(
            "SELECT response_id, min(pair_id) FROM response "
            f"JOIN {wide} ON response_id IN (response_a, response_b) GROUP BY response_id"
        )
        for response, pair in holders.fetchall():
            item = desk.open_item(study, "ann", pair, factors=["tone"])
            desk.label(study, "ann", item, [Label(response, "tone", LabelAction.ACCEPT)])
        assert read(study) == {}
        answer(study, queue, accepted, limit=4)
        found = read(study)["tone"]
        assert found.sample.drawn.sum() == len(found.pair_no) < 24


def test_blind_labels_alone_come_from_blind_queues(known: Known) -> None:
    review = draw(known.study, 10)
    blind = draw(known.study, 8, mode=Mode.BLIND, seed=3)
    answer(known.study, review, accepted)
    assert read(known.study, blind_only=True) == {}
    answer(known.study, blind, told(known.truth), annotator="bob")
    alone = read(known.study, blind_only=True)["clarity"]
    assert alone.sample.queues == (blind,)
    assert len(read(known.study)["clarity"].sample.queues) == 2
    wide = pair_wide.ensure(known.study).name
    sides = dict(known.study.cursor().execute(f"SELECT pair_no, response_a FROM {wide}").fetchall())
    assert [known.truth[sides[pair], "clarity"] for pair in alone.pair_no] == alone.a.tolist()


def test_a_later_look_at_the_automatic_value_does_not_unsay_a_blind_label(known: Known) -> None:
    blind = draw(known.study, mode=Mode.BLIND)
    (pair, *_) = answer(known.study, blind, told(known.truth), limit=2)
    before = read(known.study, blind_only=True)["clarity"]
    item = desk.open_item(known.study, "ann", pair, queue_id=blind.queue_id)
    desk.label(known.study, "ann", item, [accepted(item, cell) for cell in item.cells])
    after = read(known.study, blind_only=True)["clarity"]
    assert after.a.tolist() == before.a.tolist()
    assert read(known.study)["clarity"].a.tolist() != before.a.tolist()


def test_an_adjudicated_value_comes_first_among_blind_labels_too(known: Known) -> None:
    blind = draw(known.study, mode=Mode.BLIND)
    answer(known.study, blind, told(known.truth), limit=1)
    wide = pair_wide.ensure(known.study).name
    number = int(read(known.study)["clarity"].pair_no[0])
    ((response,),) = (
        known.study.cursor()
        .execute(f"SELECT response_a FROM {wide} WHERE pair_no = ?", [number])
        .fetchall()
    )
    adjudication.adjudicate_value(known.study, "lead", response, "clarity", 4.75)
    assert read(known.study, blind_only=True)["clarity"].a.tolist() == [4.75]
    assert read(known.study)["clarity"].a.tolist() == [4.75]


def test_who_went_through_the_facts_and_left_a_value_has_confirmed_it() -> None:
    with empty_study() as study:
        write(study, facts_batch())
        queue = queues.draw(study, kind=QueueKind.RANDOM, size=6, asks=Asks.FACTS)
        for _ in range(6):
            item = desk.next_item(study, "ann", queue.queue_id)
            assert item
            desk.save(study, "ann", item)
        found = read(study)["hallucination"]
        wide = pair_wide.ensure(study)
        column = next(item for item in wide.factors if item.name == "hallucination")
        values = study.cursor().execute(
            f"SELECT {column.column_a}, {column.column_b} FROM {wide.name} ORDER BY pair_no"
        )
        assert list(zip(found.a, found.b, strict=True)) == values.fetchall()

        ((first,),) = (
            study.cursor().execute(f"SELECT response_a FROM {wide.name} LIMIT 1").fetchall()
        )
        sheet = facts.facts(study, first)
        facts.set_label(study, "ann", sheet, sheet.facts[0].fact_id, "supported", False)
        assert read(study)["hallucination"].a[0] == 1.0


def facts_batch() -> Batch:
    """Six pairs; every response has one supported fact."""
    batch = Batch("facts", "facts.jsonl")
    for number in range(6):
        prompt = batch.add_prompt(f"Question {number}?", task="summarization")
        sides = [batch.add_response(prompt, f"{side} said {number}.") for side in "ab"]
        for response in sides:
            fact = batch.add_fact(response, "splitter", 0, f"It said {number}.")
            batch.add_fact_label(fact, "supported", True, "splitter")
            batch.add_factor_value(response, "n_facts", 1.0, "splitter")
            batch.add_factor_value(response, "hallucination", 0.0, "splitter")
        batch.add_pair(prompt, sides[0], sides[1], str(number))
    return batch
