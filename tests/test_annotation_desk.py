"""The labelling desk: what an item shows, which labels it takes, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from profile_core.annotation import desk, preferences, undo
from profile_core.annotation.desk import Item, Label, LabelAction, State
from profile_core.errors import ProfileError, UnknownName
from profile_core.store import desk_log, labels, pair_wide
from profile_core.store.acts import Action
from profile_core.store.records import Batch
from profile_core.store.rows import first_row, number
from profile_core.store.study import Study
from profile_core.types import Asks, Choice, FactorKind, Mode, Order, QueueKind
from tests.desk_study import a_queue, accept, accept_all, another, cannot_tell, say
from tests.label_desk import labelled_study, pair_id
from tests.studies import a_factor, empty_study, levels_batch, write


@pytest.fixture
def study() -> Iterator[Study]:
    with labelled_study(12) as study:
        yield study


def acts(study: Study, action: Action) -> int:
    return number(study.cursor(), "SELECT count(*) FROM act WHERE action = ?", [action.value])


def opened(study: Study, number_: int = 0, **kinds: object) -> Item:
    return desk.open_item(study, "ada", pair_id(study, number_), factors=["clarity"], **kinds)  # type: ignore[arg-type]


def first_of(study: Study, annotator: str = "ada", **kinds: object) -> Item:
    item = desk.next_item(study, annotator, a_queue(study, **kinds).queue_id)  # type: ignore[arg-type]
    assert item
    return item


def test_an_item_has_a_cell_for_each_factor_and_response_with_the_automatic_value(
    study: Study,
) -> None:
    item = first_of(study)
    assert [cell.factor.name for cell in item.cells] == ["clarity"] * 2 + ["words"] * 2
    shown_first = Choice.A if item.shown_order is Order.AB else Choice.B
    assert item.cells[0].side is item.cells[2].side is shown_first
    for cell in item.cells:
        stored = first_row(
            study.cursor(),
            "SELECT value FROM factor_value WHERE response_id = ? AND factor = ?",
            [cell.response_id, cell.factor.name],
        )
        assert (cell.automatic,) == stored
        assert cell.has_automatic
        assert (cell.extractor, cell.label) == ("rater", None)


def test_an_item_that_was_opened_is_viewed_and_not_annotated(study: Study) -> None:
    queue = a_queue(study)
    item = desk.next_item(study, "ada", queue.queue_id)
    assert item
    assert item.state is State.VIEWED
    states = [own.state for own in desk.own_places(study, "ada", queue.queue_id)]
    assert states == [State.VIEWED] + [State.UNSEEN] * 3
    desk.open_item(study, "ada", item.pair_id, queue_id=queue.queue_id)
    assert acts(study, Action.VIEW) == 1


def test_each_label_is_one_act_and_the_last_one_finishes_the_item(study: Study) -> None:
    item = first_of(study)
    for done, cell in enumerate(item.cells, start=1):
        item = desk.label(study, "ada", item, [accept(cell)])
        assert item.state is (State.ACCEPTED if done == 4 else State.VIEWED)
        labelled = [cell.label.action for cell in item.cells if cell.label]
        assert labelled == [LabelAction.ACCEPT] * done
    assert acts(study, Action.LABEL) == 4


def test_an_item_with_a_value_of_ones_own_is_changed(study: Study) -> None:
    item = accept_all(study, "ada", first_of(study))
    assert item.state is State.ACCEPTED
    item = desk.label(study, "ada", item, [say(item.cells[0], another(item.cells[0]), "why")])
    assert item.state is State.CHANGED
    assert item.cells[0].label
    assert (item.cells[0].label.value, item.cells[0].label.note) == (another(item.cells[0]), "why")
    assert desk.label(study, "ada", item, [accept(item.cells[0])]).state is State.ACCEPTED
    assert desk.label(study, "ada", item, [cannot_tell(item.cells[0])]).state is State.CHANGED


def test_typing_the_very_value_that_is_shown_accepts_it(study: Study) -> None:
    item = opened(study)
    item = desk.label(study, "ada", item, [say(cell, cell.automatic) for cell in item.cells])
    assert item.state is State.ACCEPTED


def test_a_label_keeps_what_it_was_given_against_and_how_the_pair_was_drawn(study: Study) -> None:
    item = first_of(study, factors=["clarity"])
    desk.label(study, "ada", item, [say(item.cells[0], another(item.cells[0]))])
    row = first_row(
        study.cursor(),
        "SELECT old_value, new_value, extractor, extractor_version, queue, probability, "
        "label.mode, label.action FROM correction AS label JOIN act USING (act_id) "
        "WHERE queue_id = ?",
        [item.queue_id],
    )
    cell = item.cells[0]
    assert row == (
        cell.automatic, another(cell), "rater", "1", QueueKind.RANDOM, 1.0, Mode.REVIEW, "correct",
    )  # fmt: skip


def test_outside_a_queue_a_label_has_no_probability(study: Study) -> None:
    item = opened(study)
    assert (item.queue_id, item.place, item.pair.probability) == (None, None, None)
    desk.label(study, "ada", item, [accept(item.cells[0])])
    row = first_row(study.cursor(), "SELECT queue, probability FROM correction")
    assert row == (None, None)


def test_without_named_factors_all_that_have_values_are_asked(study: Study) -> None:
    item = desk.open_item(study, "ada", pair_id(study, 0))
    assert item.factors == ("clarity", "words")
    asked = desk.open_item(study, "ada", pair_id(study, 0), asks=Asks.PREFERENCE)
    assert asked.cells == ()


@pytest.mark.parametrize(
    ("mark", "state"), [(desk.skip, State.SKIPPED), (desk.flag, State.FLAGGED)]
)
def test_an_item_is_put_aside_until_it_is_reopened(study: Study, mark, state: State) -> None:  # type: ignore[no-untyped-def]
    item = mark(study, "ada", first_of(study), "too long")
    assert item.state is state
    assert desk.reopen(study, "ada", item).state is State.VIEWED
    note = first_row(study.cursor(), "SELECT note FROM act WHERE action = ?", [mark.__name__])
    assert note == ("too long",)


def test_a_label_after_skipping_takes_the_item_up_again(study: Study) -> None:
    item = desk.skip(study, "ada", opened(study))
    item = desk.label(study, "ada", item, [accept(item.cells[0])])
    assert item.state is State.VIEWED
    assert desk.label(study, "ada", item, [accept(item.cells[1])]).state is State.ACCEPTED


def test_saving_finishes_an_item_as_it_stands(study: Study) -> None:
    assert desk.save(study, "ada", opened(study)).state is State.ACCEPTED
    item = opened(study, 1)
    item = desk.label(study, "ada", item, [say(item.cells[0], another(item.cells[0]))])
    assert desk.save(study, "ada", item).state is State.CHANGED


def test_a_reopened_item_is_finished_when_every_cell_is_said_anew_or_it_is_saved(
    study: Study,
) -> None:
    item = desk.reopen(study, "ada", accept_all(study, "ada", opened(study)))
    assert item.state is State.VIEWED
    assert all(cell.label for cell in item.cells)
    again = desk.label(study, "ada", item, [accept(item.cells[0])])
    assert again.state is State.VIEWED
    assert desk.save(study, "ada", again).state is State.ACCEPTED
    again = desk.reopen(study, "ada", again)
    assert accept_all(study, "ada", again).state is State.ACCEPTED


def test_saying_the_same_twice_is_one_act(study: Study) -> None:
    item = first_of(study)
    for _ in range(3):
        desk.skip(study, "ada", item)
    assert acts(study, Action.SKIP) == 1
    for _ in range(3):
        desk.reopen(study, "ada", item)
    assert acts(study, Action.REOPEN) == 1


def test_a_late_label_lands_on_the_item_that_was_on_the_screen(study: Study) -> None:
    seen = first_of(study)
    accept_all(study, "ada", seen)
    assert seen.queue_id
    following = desk.next_item(study, "ada", seen.queue_id, after=seen.place)
    assert following
    assert following.pair_id != seen.pair_id
    late = desk.label(study, "ada", seen, [say(seen.cells[0], another(seen.cells[0]))])
    assert (late.pair_id, late.state) == (seen.pair_id, State.CHANGED)
    untouched = desk.open_item(study, "ada", following.pair_id, queue_id=seen.queue_id)
    assert all(cell.label is None for cell in untouched.cells)


def test_two_labels_of_one_cell_in_one_act_leave_the_last(study: Study) -> None:
    cell = opened(study).cells[0]
    item = desk.label(study, "ada", opened(study), [say(cell, 4), say(cell, 5)])
    assert item.cells[0].label
    assert item.cells[0].label.value == 5
    assert number(study.cursor(), "SELECT count(*) FROM correction") == 1


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (FactorKind.ORDINAL_1_5, (1, 5), (0, 6, 2.5, float("nan"))),
        (FactorKind.ORDINAL_0_3, (0, 3), (-1, 4, 0.5)),
        (FactorKind.BOOLEAN, (0, 1), (2, 0.5, -1)),
        (FactorKind.COUNT, (0, 12345), (-1, 1.5, float("inf"))),
        (FactorKind.RATIO, (0, 0.25, 1), (-0.1, 1.1, float("nan"))),
        (FactorKind.NUMBER, (-3.5, 0, 1e9), (float("inf"), float("nan"))),
    ],
)
def test_a_value_outside_the_scale_is_refused_with_the_scale(
    study: Study, kind: FactorKind, right: tuple[float, ...], wrong: tuple[float, ...]
) -> None:
    item = opened(study)
    cells = tuple(replace(cell, factor=replace(cell.factor, kind=kind)) for cell in item.cells)
    item = replace(item, cells=cells)
    for value in (*right, None):
        assert desk.label(study, "ada", item, [say(cells[0], value)]).cells[0].label
    before = number(study.cursor(), "SELECT count(*) FROM act")
    for value in wrong:
        with pytest.raises(ProfileError, match=r"no value of Clarity .*: give a .*number"):
            desk.label(study, "ada", item, [say(cells[0], 1), say(cells[1], value)])
    assert number(study.cursor(), "SELECT count(*) FROM act") == before


def test_labels_for_what_the_item_does_not_have_are_refused_whole(study: Study) -> None:
    item, other = opened(study), opened(study, 1)
    with pytest.raises(UnknownName, match="factor of this item named 'words'"):
        desk.label(
            study, "ada", item, [Label(item.cells[0].response_id, "words", LabelAction.ACCEPT)]
        )
    with pytest.raises(UnknownName, match="response of this item"):
        desk.label(study, "ada", item, [accept(item.cells[0]), accept(other.cells[0])])
    with pytest.raises(ProfileError, match="no label was given"):
        desk.label(study, "ada", item, [])
    with pytest.raises(ProfileError, match="goes without a value"):
        desk.label(study, "ada", item, [replace(cannot_tell(item.cells[0]), value=3)])
    adjudicated = replace(say(item.cells[0], 3), action=LabelAction.ADJUDICATE)
    with pytest.raises(ProfileError, match="adjudication"):
        desk.label(study, "ada", item, [adjudicated])
    assert number(study.cursor(), "SELECT count(*) FROM correction") == 0
    assert acts(study, Action.LABEL) == 0


def test_an_item_of_another_study_is_not_labelled(study: Study) -> None:
    with empty_study() as other, pytest.raises(UnknownName, match="no pair named"):
        desk.label(other, "ada", opened(study), [accept(opened(study).cells[0])])


def test_unknown_pairs_factors_queues_and_nameless_annotators_are_refused(study: Study) -> None:
    with pytest.raises(UnknownName, match="no pair named 'nowhere'"):
        desk.open_item(study, "ada", "nowhere")
    with pytest.raises(UnknownName, match="no factor named 'clarty': did you mean clarity"):
        desk.open_item(study, "ada", pair_id(study, 0), factors=["clarty"])
    with pytest.raises(UnknownName, match="no queue named"):
        desk.next_item(study, "ada", "nowhere")
    with pytest.raises(ProfileError, match="say who you are"):
        desk.open_item(study, "  ", pair_id(study, 0))
    with pytest.raises(ProfileError, match="take another name"):
        desk.open_item(study, "annotators", pair_id(study, 0))
    assert number(study.cursor(), "SELECT count(*) FROM act") == 0


def test_a_label_is_given_against_what_was_on_the_screen_whatever_was_measured_since(
    study: Study,
) -> None:
    item = opened(study)
    with study.writing() as cursor:
        cursor.execute(
            "UPDATE factor_value SET value = value % 5 + 1, extractor_version = '2' "
            "WHERE factor = 'clarity'"
        )
    accept_all(study, "ada", item)
    rows = study.cursor().execute(
        "SELECT old_value, new_value, extractor_version FROM correction ORDER BY event_id"
    )
    assert rows.fetchall() == [(cell.automatic, cell.automatic, "1") for cell in item.cells]
    now = opened(study)
    assert [cell.automatic for cell in now.cells] != [cell.automatic for cell in item.cells]
    assert {cell.extractor_version for cell in now.cells} == {"2"}


def test_what_has_no_automatic_value_can_be_given_one_but_not_accepted(study: Study) -> None:
    item = desk.open_item(study, "ada", pair_id(study, 0), factors=["fluency"])
    assert [cell.has_automatic for cell in item.cells] == [False, False]
    with pytest.raises(ProfileError, match="no automatic value of Fluency"):
        accept_all(study, "ada", item)
    item = desk.label(study, "ada", item, [say(cell, 3) for cell in item.cells])
    assert item.state is State.CHANGED


def test_not_applicable_is_accepted_where_the_extractor_said_so(study: Study) -> None:
    with study.writing() as cursor:
        cursor.execute("UPDATE factor_value SET value = NULL WHERE factor = 'words'")
        cursor.execute("UPDATE factor_value SET value = 3 WHERE factor = 'words' AND response_id "
                       "NOT IN (SELECT response_a FROM pair)")  # fmt: skip
    item = desk.open_item(study, "ada", pair_id(study, 0), factors=["words"])
    (cell,) = [cell for cell in item.cells if cell.side is Choice.A]
    assert (cell.has_automatic, cell.automatic) == (True, None)
    item = accept_all(study, "ada", item)
    assert item.state is State.ACCEPTED
    corrected = study.cursor().execute("SELECT value FROM corrected_value ORDER BY value")
    assert corrected.fetchall() == [(3.0,), (None,)]


def test_a_blind_item_shows_nothing_automatic_before_it_is_finished(study: Study) -> None:
    item = first_of(study, mode=Mode.BLIND)
    for cell in item.cells[:-1]:
        item = desk.label(study, "ada", item, [say(cell, 2)])
        hidden = {(cell.automatic, cell.has_automatic, cell.extractor) for cell in item.cells}
        assert hidden == {(None, False, None)}
        assert not item.is_revealed
    with pytest.raises(ProfileError, match="no automatic value"):
        desk.label(study, "ada", item, [accept(item.cells[-1])])
    item = desk.label(study, "ada", item, [say(item.cells[-1], 2)])
    assert item.state is State.CHANGED
    assert all(cell.has_automatic and cell.extractor == "rater" for cell in item.cells)
    old = study.cursor().execute(
        "SELECT DISTINCT old_value IS NOT NULL, mode, action FROM correction"
    )
    assert old.fetchall() == [(True, "blind", "correct")]


def test_what_is_said_after_a_blind_item_was_revealed_is_not_blind(study: Study) -> None:
    item = first_of(study, mode=Mode.BLIND, factors=["clarity"])
    item = desk.label(study, "ada", item, [say(cell, 2) for cell in item.cells])
    item = desk.reopen(study, "ada", item)
    assert item.is_revealed
    item = desk.label(study, "ada", item, [say(cell, 3) for cell in item.cells])
    assert item.state.is_finished
    assert [cell.label.mode for cell in item.cells if cell.label] == [Mode.REVIEW] * 2
    modes = study.cursor().execute("SELECT mode FROM correction ORDER BY event_id").fetchall()
    assert modes == [("blind",)] * 2 + [("review",)] * 2


def test_a_review_elsewhere_neither_answers_a_blind_item_nor_unsays_its_answer(
    study: Study,
) -> None:
    item = opened(study)
    accept_all(study, "ada", item)
    queue = a_queue(study, mode=Mode.BLIND, factors=["clarity"], batch_size=12)
    blind = desk.open_item(study, "ada", item.pair_id, queue_id=queue.queue_id)
    assert blind.state is State.VIEWED
    assert [cell.label for cell in blind.cells] == [None, None]
    blind = desk.label(study, "ada", blind, [say(cell, 2) for cell in blind.cells])
    desk.label(study, "ada", opened(study), [say(cell, 4) for cell in item.cells])
    now = desk.open_item(study, "ada", item.pair_id, queue_id=queue.queue_id)
    assert now.state is State.CHANGED
    assert [cell.label.value for cell in now.cells if cell.label] == [2, 2]


def test_nobody_sees_or_overwrites_what_another_one_said(study: Study) -> None:
    queue = a_queue(study, overlap=2, overlap_share=1.0)
    items = {}
    for name, value in (("ada", 1.0), ("bo", 5.0)):
        item = desk.next_item(study, name, queue.queue_id)
        assert item
        assert all(cell.label is None for cell in item.cells)
        items[name] = desk.label(study, name, item, [say(cell, value) for cell in item.cells[:2]])
    assert items["ada"].pair_id == items["bo"].pair_id
    for name, value in (("ada", 1.0), ("bo", 5.0)):
        item = desk.open_item(study, name, items[name].pair_id, queue_id=queue.queue_id)
        assert [cell.label.value for cell in item.cells if cell.label] == [value] * 2
        assert {cell.label.annotator for cell in item.cells if cell.label} == {name}
    flagged = desk.flag(study, "bo", items["bo"])
    assert flagged.state is State.FLAGGED
    mine = desk.open_item(study, "ada", flagged.pair_id, queue_id=queue.queue_id)
    assert mine.state is State.VIEWED


def test_the_order_shown_is_random_but_always_the_same_and_recorded(study: Study) -> None:
    queue = a_queue(study, batch_size=12, overlap=2, overlap_share=1.0)
    orders: dict[str, list[Order]] = {}
    for name in ("ada", "bo"):
        desk.next_item(study, name, queue.queue_id)
        for own in desk.own_places(study, name, queue.queue_id):
            first = desk.open_item(study, name, own.pair_id, queue_id=queue.queue_id)
            again = desk.open_item(study, name, own.pair_id, queue_id=queue.queue_id)
            assert first.shown_order is again.shown_order
            orders.setdefault(name, []).append(first.shown_order)
            recorded = first_row(
                study.cursor(),
                "SELECT shown_order FROM act WHERE action = 'view' AND annotator = ? "
                "AND pair_id = ?",
                [name, own.pair_id],
            )
            assert recorded == (first.shown_order,)
    assert set(orders["ada"]) == set(orders["bo"]) == set(Order)
    assert orders["ada"] != orders["bo"]
    counts = [
        desk.items.shown_order(f"person {place}", None, "pair") is Order.AB for place in range(2000)
    ]
    assert 900 < sum(counts) < 1100


def test_a_response_that_was_labelled_in_another_pair_needs_no_second_label() -> None:
    with empty_study() as study:
        batch = levels_batch((1, 3, 5))
        batch.add_factor(a_factor("tone"))
        for response in list(batch.responses.values()):
            batch.add_factor_value(str(response[0]), "tone", 2.0, "one")
        write(study, batch)
        queue = a_queue(study, factors=["tone"], batch_size=2)
        seen = []
        while item := desk.next_item(study, "ada", queue.queue_id):
            seen.append(item.pair_id)
            accept_all(study, "ada", item)
        assert len(seen) == 2
        states = {own.state for own in desk.own_places(study, "ada", queue.queue_id)}
        assert states == {State.ACCEPTED}
        assert len(desk.own_places(study, "ada", queue.queue_id)) == 3
        undo.undo(study, "ada")
        assert desk.next_item(study, "ada", queue.queue_id)


def test_all_items_read_at_once_are_in_the_states_that_each_one_is_in_by_itself(
    study: Study,
) -> None:
    for mode in (Mode.REVIEW, Mode.BLIND):
        queue = a_queue(study, mode=mode, batch_size=12, overlap=2, overlap_share=1.0)
        for name in ("ada", "bo"):
            desk.next_item(study, name, queue.queue_id)
            places = desk.own_places(study, name, queue.queue_id)
            for place, own in enumerate(places):
                item = desk.open_item(study, name, own.pair_id, queue_id=queue.queue_id)
                cells = item.cells[: place % 5]
                if cells:
                    item = desk.label(study, name, item, [say(cell, 2) for cell in cells])
                if place % 3 == 0:
                    item = desk.reopen(study, name, item)
                if place % 4 == 1:
                    desk.skip(study, name, item)
                if place % 7 == 2:
                    desk.save(study, name, item)
                if place % 5 == 0:
                    undo.undo(study, name)
            by_itself = [
                desk.open_item(study, name, own.pair_id, queue_id=queue.queue_id).state
                for own in places
            ]
            at_once = [own.state for own in desk.own_places(study, name, queue.queue_id)]
            assert at_once == by_itself
            assert len(set(at_once)) >= 3
    asked = desk_log.asked_of(queue)
    everybody = desk_log.items(study.cursor(), asked)
    assert {log.annotator for log in everybody} == {"ada", "bo"}
    assert [log for log in everybody if log.annotator == "ada"] == desk_log.items(
        study.cursor(), asked, annotator="ada"
    )


def test_preference_items_are_finished_by_the_preference(study: Study) -> None:
    item = first_of(study, asks=Asks.PREFERENCE)
    assert (item.cells, item.preference, item.mode) == ((), None, Mode.BLIND)
    with pytest.raises(ProfileError, match="no preference to save"):
        desk.save(study, "ada", item)
    item = preferences.prefer(study, "ada", item, Choice.B, strength=2)
    assert item.state is State.CHANGED
    assert item.is_revealed


def test_values_come_from_the_extractor_in_force_at_the_time(study: Study) -> None:
    item = opened(study)
    batch = Batch("more", "more.csv")
    for cell in item.cells:
        batch.add_factor_value(cell.response_id, "clarity", 5.0, "another rater")
    write(study, batch)
    assert {cell.extractor for cell in opened(study).cells} == {"rater"}
    pair_wide.set_active_extractor(study, "clarity", "another rater")
    assert {(cell.extractor, cell.automatic) for cell in opened(study).cells} == {
        ("another rater", 5.0)
    }


def test_preferences_of_others_have_no_definition_read_again(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(study)
    asked = desk.open_item(study, "bo", pair_id(study, 0), asks=Asks.PREFERENCE)
    preferences.prefer(study, "bo", asked, Choice.A)
    undo.undo(study, "bo")
    reads: list[object] = []
    monkeypatch.setattr(labels, "extractors_in_force", lambda cursor: reads.append(cursor) or {})
    assert opened(study).cells[0].has_automatic
    assert not reads
    pair_wide.set_active_extractor(study, "clarity", "rater")
    opened(study)
    assert len(reads) == 1
