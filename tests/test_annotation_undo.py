"""Undo: one act at a time, the latest first, until what stood before stands again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profile_core.annotation import adjudication, desk, facts, preferences, undo
from profile_core.annotation.audit import audit
from profile_core.annotation.desk import Item, State
from profile_core.factors.atomic import ATOMIC_VERSION, FACT_LABELS
from profile_core.store import desk_log, pair_wide
from profile_core.store.acts import Action
from profile_core.store.desk_log import Asked
from profile_core.store.records import Batch
from profile_core.store.rows import number
from profile_core.store.study import Study
from profile_core.types import Asks, Choice, LabelSet, Mode
from tests.desk_study import a_queue, accept, another, cannot_tell, say
from tests.label_desk import labelled_study, pair_id, response_id
from tests.studies import empty_study, write


@pytest.fixture
def study() -> Iterator[Study]:
    with labelled_study(6) as study:
        yield study


def test_undoing_steps_back_through_ones_acts_and_says_what_and_where(study: Study) -> None:
    queue = a_queue(study)
    item = desk.next_item(study, "ada", queue.queue_id)
    assert item
    item = desk.label(study, "ada", item, [say(cell, 2) for cell in item.cells])
    item = desk.reopen(study, "ada", item)
    item = desk.label(study, "ada", item, [accept(item.cells[0])])
    item = desk.save(study, "ada", item)
    desk.skip(study, "ada", item)
    desk.flag(study, "ada", item)
    where = f"on item 1 of the queue “{queue.name}”."
    for what, state in (
        ("the flag", State.SKIPPED),
        ("skipping", State.CHANGED),
        ("finishing as it stands", State.VIEWED),
        ("your label of Clarity", State.VIEWED),
        ("reopening", State.CHANGED),
        ("your labels of Clarity and Words", State.VIEWED),
    ):
        undone = undo.undo(study, "ada")
        assert undone
        assert undone.sentence == f"Undone: {what}, {where}"
        assert (undone.queue_id, undone.pair_id) == (queue.queue_id, item.pair_id)
        now = desk.open_item(study, "ada", item.pair_id, queue_id=queue.queue_id)
        assert now.state is state
    assert undo.undo(study, "ada") is None
    assert all(cell.label is None for cell in now.cells)


def test_undoing_works_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "study.duckdb"
    with labelled_study(3, path=path) as study:
        item = desk.open_item(study, "ada", pair_id(study, 0))
        item = desk.label(study, "ada", item, [say(item.cells[0], 2)])
        desk.label(study, "ada", item, [say(item.cells[0], 3)])
    for left in (2.0, None):
        with Study.open(path) as study:
            undo.undo(study, "ada")
            item = desk.open_item(study, "ada", pair_id(study, 0))
            label = item.cells[0].label
            assert (label.value if label else None) == left


def test_everybody_undoes_their_own_acts_only(study: Study) -> None:
    item = desk.open_item(study, "ada", pair_id(study, 0))
    desk.label(study, "ada", item, [say(item.cells[0], 2)])
    desk.label(study, "bo", item, [say(item.cells[0], 3)])
    assert undo.undo(study, "cy") is None
    assert undo.undo(study, "ada")
    assert undo.undo(study, "ada") is None
    corrected = study.cursor().execute("SELECT value FROM corrected_value").fetchall()
    assert corrected == [(3.0,)]


def test_two_windows_that_undo_at_once_undo_two_acts(study: Study) -> None:
    item = desk.open_item(study, "ada", pair_id(study, 0))
    for value in range(1, 6):
        desk.label(study, "ada", item, [say(item.cells[0], value)])
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: undo.undo(study, "ada"), range(4)))
    assert all(found)
    assert number(study.cursor(), "SELECT count(DISTINCT undoes) FROM act") == 4
    label = desk.open_item(study, "ada", pair_id(study, 0)).cells[0].label
    assert label
    assert label.value == 1


def test_an_adjudication_can_be_taken_back(study: Study) -> None:
    response = response_id(study, 0)
    for name, value in (("ada", 2), ("bo", 4)):
        item = desk.open_item(study, name, pair_id(study, 0), factors=["clarity"])
        (cell,) = [cell for cell in item.cells if cell.response_id == response]
        desk.label(study, name, item, [say(cell, value)])
    adjudication.adjudicate_value(study, "lead", response, "clarity", 5)
    assert _rows(study, "SELECT value FROM corrected_value") == [(5.0,)]
    undone = undo.undo(study, "lead")
    assert undone
    assert undone.action is Action.ADJUDICATE
    assert undone.sentence.startswith("Undone: the adjudication of Clarity")
    assert _rows(study, "SELECT value FROM corrected_value") == [(4.0,)]


def test_an_adjudicated_preference_can_be_taken_back(study: Study) -> None:
    for name, choice in (("ada", Choice.A), ("bo", Choice.B)):
        item = desk.open_item(study, name, pair_id(study, 0), asks=Asks.PREFERENCE)
        preferences.prefer(study, name, item, choice)
    adjudication.adjudicate_preference(study, "lead", pair_id(study, 0), Choice.B)
    group = "SELECT choice FROM standing_preference WHERE source_id = 'human:annotators'"
    assert _rows(study, group) == [("b",)]
    before = study.versions()
    undone = undo.undo(study, "lead")
    assert undone
    assert undone.sentence.startswith("Undone: the adjudication of a preference")
    assert study.versions().data == before.data + 1
    assert _rows(study, group) == [("tie",)]


def study_with_facts() -> Study:
    """Three pairs; each response has a fluency, and two facts with the values they come to."""
    study = empty_study()
    batch = Batch("facts", "facts.jsonl")
    for place in range(3):
        prompt = batch.add_prompt(f"Question {place // 2}?", task="document_qa")
        sides = [batch.add_response(prompt, f"{side} {place}") for side in ("left", "right")]
        batch.add_pair(prompt, *sides, str(place))
        for at, response in enumerate(sides):
            batch.add_factor_value(response, "fluency", float(1 + (place + at) % 5), "rater")
            for ordinal in (1, 2):
                fact = batch.add_fact(response, "facts:model", ordinal, f"{place}: {ordinal}.")
                for name in FACT_LABELS:
                    batch.add_fact_label(fact, name, ordinal > at, "model", mode="automatic")
            share = 0.5 * at
            for factor, value in {
                "n_facts": 2.0,
                "off_focus": share,
                "hallucination": share,
            }.items():
                batch.add_factor_value(
                    response, factor, value, "facts:model", extractor_version=ATOMIC_VERSION
                )
    write(study, batch)
    return study


Move = Callable[[Study, str, int, int], object]


def _item(study: Study, name: str, pair: int) -> Item:
    return desk.open_item(study, name, pair_id(study, pair % 3), factors=_FACTORS)


def _label(study: Study, name: str, pair: int, pick: int) -> object:
    item = _item(study, name, pair)
    cell = item.cells[pick % len(item.cells)]
    automatic = accept(cell) if cell.has_automatic else cannot_tell(cell)
    said = (automatic, say(cell, another(cell)), say(cell, None), cannot_tell(cell))
    return desk.label(study, name, item, [said[pick % 4]])


def _label_all(study: Study, name: str, pair: int, pick: int) -> object:
    item = _item(study, name, pair)
    shown = [cell for cell in item.cells if cell.has_automatic]
    return desk.label(study, name, item, [accept(cell) for cell in shown]) if shown else None


def _prefer(study: Study, name: str, pair: int, pick: int) -> object:
    item = desk.open_item(study, name, pair_id(study, pair % 3), asks=Asks.PREFERENCE)
    choice = (Choice.A, Choice.B, Choice.TIE, None)[pick % 4]
    return preferences.prefer(study, name, item, choice)


def _mark(mark: Callable[[Study, str, Item], Item]) -> Move:
    return lambda study, name, pair, _: mark(study, name, _item(study, name, pair))


def _edit_facts(study: Study, name: str, pair: int, pick: int) -> object:
    pair_name = pair_id(study, pair % 3)
    response = response_id(study, 2 * (pair % 3) + pick % 2)
    sheet = facts.facts(study, response, annotator=name, pair_id=pair_name)
    if not sheet.facts or pick % 5 == 0:
        return facts.add(study, name, sheet, f"Fact {pick}.")
    fact_id = sheet.facts[pick % len(sheet.facts)].fact_id
    if pick % 5 == 1:
        return facts.delete(study, name, sheet, fact_id)
    if pick % 5 == 2:
        return facts.split(study, name, sheet, fact_id, ["One half.", "The other."])
    label, value = FACT_LABELS[pick % 4], (True, False, None)[pick % 3]
    return facts.set_label(study, name, sheet, fact_id, label, value)


_FACTORS = ("fluency", "n_facts", "off_focus", "hallucination")
MOVES: dict[str, Move] = {
    "label": _label,
    "label all": _label_all,
    "prefer": _prefer,
    "save": _mark(desk.save),
    "skip": _mark(desk.skip),
    "flag": _mark(desk.flag),
    "reopen": _mark(desk.reopen),
    "facts": _edit_facts,
}
_UNDOABLE = "SELECT count(*) FROM act WHERE action NOT IN ('view', 'undo')"


def standing(study: Study) -> dict[str, Any]:
    """All that undoing has to bring back."""
    cursor = study.cursor()
    asked = [Asked(None, Asks.FACTORS, Mode.REVIEW, _FACTORS)]
    asked.append(Asked(None, Asks.PREFERENCE, Mode.REVIEW, ()))
    wide = pair_wide.ensure(study, LabelSet.CORRECTED)
    columns = ", ".join(f'"{name}"' for name in wide.column_names if not name.startswith("choice"))
    return {
        "labels": _rows(
            study,
            "SELECT response_id, factor, annotator, action, new_value, event_id "
            "FROM standing_label ORDER BY ALL",
        ),
        "corrected": _rows(study, "SELECT * FROM corrected_value ORDER BY ALL"),
        "preferences": _rows(
            study,
            "SELECT pair_id, source_id, status, choice, probability FROM standing_preference "
            "ORDER BY ALL",
        ),
        "states": [
            (log.annotator, log.pair_id, log.state)
            for one in asked
            for log in desk_log.items(cursor, one)
        ],
        "facts": [
            [(fact.fact_id, fact.text, fact.labels, fact.by) for fact in sheet.facts] + [sheet.now]
            for sheet in (facts.facts(study, response_id(study, number_)) for number_ in range(6))
        ],
        "pair view": _rows(study, f"SELECT {columns} FROM {wide.name} ORDER BY seq"),
        "audit": [repr(row) for row in audit(study)],
    }


def _rows(study: Study, query: str) -> list[tuple[Any, ...]]:
    return study.cursor().execute(query).fetchall()


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_undoing_the_last_acts_restores_everything_exactly(data: st.DataObject) -> None:
    with study_with_facts() as study:
        for pair in range(3):
            # A view is no act to be undone, so every item is seen before.
            _item(study, "ada", pair)
            desk.open_item(study, "ada", pair_id(study, pair), asks=Asks.PREFERENCE)
        moves = data.draw(
            st.lists(
                st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 2), st.integers(0, 59)),
                min_size=1,
                max_size=50,
            )
        )
        keep = data.draw(st.integers(0, len(moves)))
        for place, (name, pair, pick) in enumerate(moves[:keep]):
            MOVES[name](study, ("ada", "bo")[place % 2], pair, pick)
        before = standing(study)
        count = number(study.cursor(), _UNDOABLE)
        for name, pair, pick in moves[keep:]:
            MOVES[name](study, "ada", pair, pick)
        done = number(study.cursor(), _UNDOABLE) - count
        for _ in range(done):
            assert undo.undo(study, "ada")
        after = standing(study)
        for what, stood in before.items():
            assert after[what] == stood, what
