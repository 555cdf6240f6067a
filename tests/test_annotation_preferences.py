"""Preferences given at the desk: people become sources at once, and together a group."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from profile_core.analysis.influence import influence
from profile_core.annotation import desk, preferences, undo
from profile_core.annotation.desk import Item
from profile_core.errors import ProfileError
from profile_core.store import census, examples, health, pair_wide
from profile_core.store.records import Batch
from profile_core.store.rows import first_row, number
from profile_core.store.study import Study
from profile_core.types import Asks, Choice, Mode, SourceKind, VerdictStatus
from tests.desk_study import a_queue
from tests.label_desk import labelled_study, pair_id
from tests.studies import write

A, B, TIE = Choice.A, Choice.B, Choice.TIE


@pytest.fixture
def study() -> Iterator[Study]:
    with labelled_study(6) as study:
        yield study


def opened(study: Study, annotator: str, pair: int = 0, mode: Mode = Mode.BLIND) -> Item:
    return desk.open_item(study, annotator, pair_id(study, pair), asks=Asks.PREFERENCE, mode=mode)


def prefer(study: Study, annotator: str, pair: int, choice: Choice | None, **more: object) -> Item:
    item = opened(study, annotator, pair)
    return preferences.prefer(study, annotator, item, choice, **more)  # type: ignore[arg-type]


def column(study: Study, source: str) -> list[str | None]:
    wide = pair_wide.ensure(study)
    (name,) = [entry.choice for entry in wide.sources if entry.source_id == source]
    rows = study.cursor().execute(f'SELECT "{name}" FROM {wide.name} ORDER BY seq').fetchall()
    return [row[0] for row in rows]


def test_a_preference_keeps_strength_reason_order_and_mode(study: Study) -> None:
    item = prefer(study, "ada", 0, B, strength=3, reason=" clearer ")
    given = item.preference
    assert given
    assert (given.choice, given.strength, given.reason) == (B, 3, "clearer")
    assert (given.mode, given.shown_order) == (Mode.BLIND, item.shown_order)
    row = first_row(
        study.cursor(),
        "SELECT source_id, status, repeat, annotator, shown_order FROM preference "
        "WHERE act_id IS NOT NULL",
    )
    assert row == ("human:ada", "valid", 0, "ada", item.shown_order)


def test_the_annotator_is_a_human_source_at_once(study: Study) -> None:
    before = study.versions()
    prefer(study, "ada", 0, B)
    assert study.versions().data == before.data + 1
    assert column(study, "human:ada") == ["b", None, None, None, None, None]
    assert {row.source for row in influence(study).rows} == {"crowd", "ada"}


def test_several_people_are_a_group_with_their_majority(study: Study) -> None:
    prefer(study, "ada", 0, A)
    assert column(study, "human:annotators") == [None] * 6
    for name, choices in {"ada": (A, B, TIE), "bo": (A, A, B), "cy": (B, B, None)}.items():
        for pair, choice in enumerate(choices):
            prefer(study, name, pair, choice)
    assert column(study, "human:annotators")[:3] == ["a", "b", "tie"]
    (group,) = [
        entry for entry in pair_wide.ensure(study).sources if entry.source_id == "human:annotators"
    ]
    assert group.is_majority


def test_cannot_tell_is_an_abstention(study: Study) -> None:
    item = prefer(study, "ada", 0, None)
    assert item.preference
    assert item.preference.choice is None
    assert item.state.is_finished
    status = first_row(
        study.cursor(), "SELECT status, choice FROM preference WHERE annotator = 'ada'"
    )
    assert status == (VerdictStatus.ABSTAINED, None)
    assert column(study, "human:ada") == [None] * 6


def test_the_latest_choice_stands_and_undoing_it_brings_the_first_back(study: Study) -> None:
    prefer(study, "ada", 0, A)
    assert prefer(study, "ada", 0, B).preference
    assert column(study, "human:ada")[0] == "b"
    before = study.versions()
    undone = undo.undo(study, "ada")
    assert undone
    assert undone.sentence == f"Undone: your preference, on pair {pair_id(study, 0)}."
    assert study.versions().data == before.data + 1
    assert study.versions().corrections == before.corrections
    assert column(study, "human:ada")[0] == "a"
    undo.undo(study, "ada")
    assert column(study, "human:ada")[0] is None
    assert opened(study, "ada").preference is None


def test_what_is_chosen_after_the_item_was_finished_is_not_blind(study: Study) -> None:
    item = prefer(study, "ada", 0, A)
    item = preferences.prefer(study, "ada", item, B)
    assert item.preference
    assert item.preference.mode is Mode.REVIEW
    assert item.state.is_finished


def test_nobody_sees_what_another_one_preferred(study: Study) -> None:
    prefer(study, "ada", 0, A)
    assert opened(study, "bo").preference is None


@pytest.mark.parametrize(("choice", "strength"), [(A, 0), (A, 4), (TIE, 1), (None, 2), (B, -1)])
def test_a_strength_that_does_not_fit_is_refused(
    study: Study, choice: Choice | None, strength: int
) -> None:
    with pytest.raises(ProfileError, match="strength 1, 2 or 3"):
        prefer(study, "ada", 0, choice, strength=strength)
    assert number(study.cursor(), "SELECT count(*) FROM act WHERE action = 'prefer'") == 0


def test_an_item_that_asks_for_factors_takes_no_preference(study: Study) -> None:
    item = desk.next_item(study, "ada", a_queue(study).queue_id)
    assert item
    with pytest.raises(ProfileError, match="asks about factors"):
        preferences.prefer(study, "ada", item, A)


def test_a_name_under_which_preferences_were_imported_is_refused(study: Study) -> None:
    with pytest.raises(ProfileError, match=r"imported preferences of 'crowd'.*take another name"):
        prefer(study, "crowd", 0, A)
    prefer(study, "ada", 0, A)
    batch = Batch("more", "more.csv")
    group = batch.add_source(SourceKind.HUMAN, "annotators")
    prompt = batch.add_prompt("What?")
    sides = [batch.add_response(prompt, text) for text in ("x", "y")]
    batch.add_preference(batch.add_pair(prompt, *sides, "1"), group, A)
    write(study, batch)
    with pytest.raises(ProfileError, match="import those under another name"):
        prefer(study, "ada", 1, A)
    assert column(study, "human:ada")[:2] == ["a", None]
    assert number(study.cursor(), "SELECT count(*) FROM source WHERE source_id = 'human:ada'") == 1


def test_whoever_counts_choices_counts_what_stands(study: Study) -> None:
    for choice in (A, B, TIE):
        prefer(study, "ada", 0, choice)
    prefer(study, "bo", 0, None)
    undo.undo(study, "bo")
    cursor = study.cursor()
    counted = {source.name: (source.preferences, source.pairs) for source in census.sources(cursor)}
    assert counted == {"crowd": (6, 6), "ada": (1, 1), "bo": (0, 0), "annotators": (0, 0)}
    own = [verdict for verdict in examples.verdicts(cursor, pair_id(study, 0)) if verdict.annotator]
    assert [(verdict.source_id, verdict.choice) for verdict in own] == [("human:ada", TIE)]
    decided = {row.source_id: row.choice for row in examples.decided(cursor, pair_id(study, 0))}
    assert decided == {"human:crowd": A, "human:ada": TIE}
    assert health.unusable_answers(cursor) == ()
    prefer(study, "bo", 0, None)
    (abstained,) = health.unusable_answers(cursor)
    assert (abstained.source, abstained.status, abstained.of) == ("bo", "abstained", 1)


def test_a_pair_that_somebody_here_chose_on_lacks_no_preference(study: Study) -> None:
    with study.writing() as cursor:
        cursor.execute("DELETE FROM preference")
    assert health.pairs_without_preference(study.cursor()).found == 6
    prefer(study, "ada", 0, A)
    assert health.pairs_without_preference(study.cursor()).found == 5
    undo.undo(study, "ada")
    assert health.pairs_without_preference(study.cursor()).found == 6
