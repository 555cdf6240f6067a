"""Who gets which item of a queue: batches, overlap, giving back, and many people at once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from profile_core.annotation import desk, queues
from profile_core.annotation.desk import Item, State
from profile_core.errors import ProfileError
from profile_core.store.acts import Action
from profile_core.store.rows import number
from profile_core.store.study import Study
from profile_core.types import QueueKind
from tests.desk_study import a_queue, accept, accept_all, say
from tests.label_desk import labelled_study


@pytest.fixture
def study() -> Iterator[Study]:
    with labelled_study(12) as study:
        yield study


def places(study: Study, annotator: str, queue_id: str) -> list[int]:
    return [own.place for own in desk.own_places(study, annotator, queue_id)]


def work_off(study: Study, annotator: str, queue_id: str) -> list[int]:
    """Accept everything that the queue has for somebody; gives the places in order."""
    done = []
    while item := desk.next_item(study, annotator, queue_id):
        accept_all(study, annotator, item)
        assert item.place is not None
        done.append(item.place)
    return done


def test_items_come_by_place_and_a_batch_at_a_time(study: Study) -> None:
    queue = a_queue(study, batch_size=5)
    assert desk.own_places(study, "ada", queue.queue_id) == []
    item = desk.next_item(study, "ada", queue.queue_id)
    assert item
    assert places(study, "ada", queue.queue_id) == [0, 1, 2, 3, 4]
    assert work_off(study, "ada", queue.queue_id) == list(range(12))
    assert desk.next_item(study, "ada", queue.queue_id) is None


def test_two_annotators_get_different_items_where_one_is_wanted(study: Study) -> None:
    queue = a_queue(study, batch_size=5)
    desk.next_item(study, "ada", queue.queue_id)
    desk.next_item(study, "bo", queue.queue_id)
    assert places(study, "bo", queue.queue_id) == [5, 6, 7, 8, 9]
    assert work_off(study, "bo", queue.queue_id) == [5, 6, 7, 8, 9, 10, 11]
    assert work_off(study, "ada", queue.queue_id) == [0, 1, 2, 3, 4]


def test_an_item_that_several_are_wanted_for_goes_to_so_many_and_no_more(study: Study) -> None:
    queue = a_queue(study, overlap=2, overlap_share=0.5, batch_size=3)
    wanted = dict(
        study.cursor().execute("SELECT place, wanted FROM queue_pair ORDER BY place").fetchall()
    )
    assert set(wanted.values()) == {1, 2}
    given = Counter(
        place for name in ("ada", "bo", "cy") for place in work_off(study, name, queue.queue_id)
    )
    assert dict(given) == wanted


def test_an_assignment_survives_closing_the_study(tmp_path: Path) -> None:
    with labelled_study(12, path=tmp_path / "study.duckdb") as study:
        queue = a_queue(study, batch_size=5)
        first = desk.next_item(study, "ada", queue.queue_id)
        assert first
        desk.label(study, "ada", first, [accept(first.cells[0])])
    with Study.open(tmp_path / "study.duckdb") as study:
        assert places(study, "ada", queue.queue_id) == [0, 1, 2, 3, 4]
        again = desk.next_item(study, "ada", queue.queue_id)
        assert again
        assert again.pair_id == first.pair_id
        assert sum(cell.label is not None for cell in again.cells) == 1
        other = desk.next_item(study, "bo", queue.queue_id)
        assert other
        assert other.place == 5


def test_the_next_item_is_the_next_unfinished_one_behind_then_one_left_before(
    study: Study,
) -> None:
    queue = a_queue(study, batch_size=5)
    first = desk.next_item(study, "ada", queue.queue_id)
    assert first
    seen: list[Item] = [first]
    for _ in range(4):
        item = desk.next_item(study, "ada", queue.queue_id, after=seen[-1].place)
        assert item
        seen.append(item)
    assert [item.place for item in seen] == [0, 1, 2, 3, 4]
    for item in (seen[1], seen[3], seen[4]):
        accept_all(study, "ada", item)
    left = desk.next_item(study, "ada", queue.queue_id, after=4)
    assert left
    assert left.place == 0
    following = desk.next_item(study, "ada", queue.queue_id, after=0)
    assert following
    assert following.place == 2
    for item in (seen[0], seen[2]):
        desk.skip(study, "ada", item)
    new = desk.next_item(study, "ada", queue.queue_id, after=2)
    assert new
    assert new.place == 5


def test_one_goes_back_and_forth_among_ones_own_items_only(study: Study) -> None:
    queue = a_queue(study, batch_size=5)
    desk.next_item(study, "ada", queue.queue_id)
    desk.next_item(study, "bo", queue.queue_id)
    item = desk.item_at(study, "ada", queue.queue_id, 3)
    assert item
    assert (item.place, item.state) == (3, State.VIEWED)
    assert desk.item_at(study, "ada", queue.queue_id, 7) is None


def test_opening_an_item_of_a_queue_takes_it_unless_others_have(study: Study) -> None:
    queue = a_queue(study, batch_size=2)
    drawn = dict(study.cursor().execute("SELECT place, pair_id FROM queue_pair").fetchall())
    item = desk.open_item(study, "ada", drawn[7], queue_id=queue.queue_id)
    assert (item.place, item.is_held) == (7, True)
    assert places(study, "ada", queue.queue_id) == [7]
    with pytest.raises(ProfileError, match="as many people as are wanted"):
        desk.open_item(study, "bo", drawn[7], queue_id=queue.queue_id)
    assert places(study, "bo", queue.queue_id) == []
    assert 7 not in work_off(study, "bo", queue.queue_id)


def test_a_pair_that_was_not_drawn_is_not_opened_in_the_queue(study: Study) -> None:
    queue = queues.draw(study, kind=QueueKind.RANDOM, size=3, factors=["clarity"])
    (left_out,) = (
        study.cursor().execute("SELECT pair_id FROM queue_pair WHERE key > 1 LIMIT 1").fetchall()[0]
    )
    with pytest.raises(ProfileError, match="not drawn into this queue"):
        desk.open_item(study, "ada", left_out, queue_id=queue.queue_id)


def test_an_enlarged_queue_has_more_items(study: Study) -> None:
    queue = queues.draw(study, kind=QueueKind.RANDOM, size=3, factors=["clarity"])
    before = work_off(study, "ada", queue.queue_id)
    queues.enlarge(study, queue.queue_id, 12)
    after = work_off(study, "ada", queue.queue_id)
    assert before + after == list(range(12))


def test_released_items_go_to_others_and_finished_ones_stay(study: Study) -> None:
    queue = a_queue(study, batch_size=5)
    item = desk.next_item(study, "ada", queue.queue_id)
    assert item
    accept_all(study, "ada", item)
    assert desk.release(study, "lead", queue.queue_id, "ada") == 4
    assert desk.release(study, "lead", queue.queue_id, "ada") == 0
    assert places(study, "ada", queue.queue_id) == [0]
    assert work_off(study, "bo", queue.queue_id) == list(range(1, 12))
    notes = study.cursor().execute("SELECT DISTINCT note FROM act WHERE action = 'release'")
    assert notes.fetchall() == [("taken back by lead",)]


def test_a_label_given_after_a_release_is_kept(study: Study) -> None:
    queue = a_queue(study, batch_size=5)
    item = desk.next_item(study, "ada", queue.queue_id)
    assert item
    desk.release(study, "ada", queue.queue_id, "ada")
    assert accept_all(study, "ada", item).state is State.ACCEPTED


def test_two_windows_of_one_annotator_share_a_batch(study: Study) -> None:
    queue = a_queue(study, batch_size=3)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: desk.next_item(study, "ada", queue.queue_id), range(8)))
    assert {item.place for item in found if item} == {0}
    assert places(study, "ada", queue.queue_id) == [0, 1, 2]


def test_sixteen_people_at_once_lose_and_cross_no_label() -> None:
    """16 threads label 25 items of 4 cells each: 1,600 labels, every one where it was meant."""
    people = [f"person {place}" for place in range(16)]
    with labelled_study(400, per_prompt=4) as study:
        queue = a_queue(study, batch_size=5)

        def work(name: str) -> dict[tuple[str, str], float | None]:
            pick = random.Random(name)
            meant: dict[tuple[str, str], float | None] = {}
            for number_ in range(25):
                item = desk.next_item(study, name, queue.queue_id)
                assert item
                said = [say(cell, float(pick.randint(1, 5))) for cell in item.cells]
                meant |= {(one.response_id, one.factor): one.value for one in said}
                at_once = 4 if number_ else 1
                for first in range(0, 4, at_once):
                    item = desk.label(study, name, item, said[first : first + at_once])
                assert item.state.is_finished
            return meant

        with ThreadPoolExecutor(16) as pool:
            meant = dict(zip(people, pool.map(work, people), strict=True))
        stored: dict[str, dict[tuple[str, str], float | None]] = {}
        rows = study.cursor().execute(
            "SELECT correction.annotator, correction.response_id, factor, new_value, pair_id, "
            "response_a, response_b, act.annotator FROM correction JOIN act USING (act_id) "
            "JOIN pair USING (pair_id)"
        )
        for name, response_id, factor, value, _, response_a, response_b, actor in rows.fetchall():
            assert response_id in (response_a, response_b)
            assert actor == name
            stored.setdefault(name, {})[response_id, factor] = value
        assert number(study.cursor(), "SELECT count(*) FROM correction") == 1600
        assert stored == meant
        assert len({key for cells in meant.values() for key in cells}) == 1600
        acts = number(
            study.cursor(), "SELECT count(*) FROM act WHERE action = ?", [Action.LABEL.value]
        )
        assert acts == 16 * (4 + 24)
        assert study.versions().corrections == acts + 1
