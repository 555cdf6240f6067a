"""Editing atomic facts: what becomes of the facts, and of the factor values that rest on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from profile_core.actions.imports import read_into
from profile_core.annotation import desk, facts
from profile_core.annotation.facts import PEOPLE, Fact, FactSheet, Part
from profile_core.errors import ProfileError, UnknownName
from profile_core.factors.atomic import ATOMIC_VERSION, FACT_LABELS
from profile_core.formats import demo as demo_format
from profile_core.store import desk_acts
from profile_core.store.acts import Action, acting
from profile_core.store.pair_wide import set_active_extractor
from profile_core.store.records import Batch
from profile_core.store.rows import first_row, number
from profile_core.store.study import Study
from profile_core.text.tokens import Span
from profile_core.types import Asks, Mode, QueueKind
from tests.studies import empty_study, write

TEXT = "It rains. It snows a lot. The sun shines on the hills."
EXTRACTOR = "facts:model"


def a_study() -> Study:
    """One pair; a has three facts with their values, b has none."""
    study = empty_study()
    batch = Batch("small", "rows.csv")
    prompt = batch.add_prompt("Weather?", task="document_qa", source_text="It rains and snows.")
    a = batch.add_response(prompt, TEXT, generator="left")
    b = batch.add_response(prompt, "No facts here.", generator="right")
    batch.add_pair(prompt, a, b, "only", place="row 1")
    said = (
        ("It rains.", "It rains.", (0, 9), (True, True, False, True)),
        ("It snows.", "it snowed", None, (True, False, None, True)),
        ("The sun shines.", "The sun shines", (26, 40), (False, True, False, False)),
    )
    for place, (text, quote, span, values) in enumerate(said, start=1):
        fact = batch.add_fact(a, EXTRACTOR, place, text, quote=quote, span=span)
        for name, value in zip(FACT_LABELS, values, strict=True):
            if value is not None:
                batch.add_fact_label(fact, name, value, "model", mode="automatic")
    automatic = {
        "n_facts": 3.0,
        "off_focus": 1 / 3,
        "hallucination": 1 / 3,
        "misinformation": 0.0,
        "helpfulness": 2 / 3,
    }
    for factor, amount in automatic.items():
        batch.add_factor_value(a, factor, amount, EXTRACTOR, extractor_version=ATOMIC_VERSION)
    write(study, batch)
    return study


@pytest.fixture
def study() -> Iterator[Study]:
    with a_study() as study:
        yield study


def side(study: Study, generator: str = "left") -> str:
    row = first_row(
        study.cursor(), "SELECT response_id FROM response WHERE generator = ?", [generator]
    )
    assert row
    return str(row[0])


def open_sheet(study: Study, **how: Any) -> FactSheet:
    return facts.facts(study, side(study), **how)


def corrections(study: Study) -> list[tuple[Any, ...]]:
    return (
        study.cursor()
        .execute(
            "SELECT factor, annotator, action, old_value, new_value, extractor, extractor_version, "
            "mode, queue, probability, note, act_id FROM correction ORDER BY event_id"
        )
        .fetchall()
    )


def undo(study: Study, annotator: str) -> bool:
    """Take back the latest act, as the desk does."""
    act = desk_acts.latest_undoable(study.cursor(), annotator)
    if act is None:
        return False
    with acting(study, annotator, Action.UNDO, undoes=act.act_id) as (cursor, undoing):
        facts.settle(cursor, undoing, act)
    return True


def texts(sheet: FactSheet) -> list[str]:
    return [fact.text for fact in sheet.facts]


def only(sheet: FactSheet, text: str) -> Fact:
    (fact,) = (fact for fact in sheet.facts if fact.text == text)
    return fact


@pytest.fixture(scope="module")
def demo() -> Iterator[Study]:
    with empty_study() as study:
        read_into(study, demo_format.read, demo_format.DEMO_PATH)
        yield study


def test_untouched_facts_come_to_the_automatic_values(demo: Study) -> None:
    split = demo.cursor().execute("SELECT DISTINCT response_id, extractor FROM fact").fetchall()
    assert len(split) == 320
    for response_id, extractor in split:
        sheet = facts.facts(demo, response_id)
        assert sheet.extractor == extractor
        assert sheet.now == sheet.values
        assert len(sheet.values) == 5
        assert sheet.changes == ()


def test_a_label_changes_the_value_and_is_one_act_with_one_correction(study: Study) -> None:
    sheet = open_sheet(study)
    after = facts.set_label(study, "ada", sheet, sheet.facts[0].fact_id, "supported", False)
    assert after.facts[0].labels["supported"] is False
    assert after.facts[0].automatic["supported"] is True
    assert (after.facts[0].by, after.facts[1].by) == ("ada", None)
    assert after.done
    assert [str(change) for change in after.done.changes] == ["Hallucination 0.33 → 0.67"]
    assert after.changes == after.done.changes
    assert after.done.sentence == "marked “It rains.” as not supported"
    (row,) = corrections(study)
    assert row[:7] == ("hallucination", "ada", "correct", 1 / 3, 2 / 3, EXTRACTOR, ATOMIC_VERSION)
    assert row[7:11] == ("review", None, None, "facts edited: marked “It rains.” as not supported")
    assert row[11] == after.done.act_id
    assert facts.facts(study, side(study)).facts == after.facts


def test_only_the_values_that_changed_are_corrected(study: Study) -> None:
    sheet = open_sheet(study)
    sheet = facts.edit(study, "ada", sheet, sheet.facts[0].fact_id, "Rain falls.")
    assert sheet.facts[0].labels == {
        "supported": True, "in_focus": True, "misinformation": False, "helpful": True,
    }  # fmt: skip
    assert corrections(study) == []
    sheet = facts.delete(study, "ada", sheet, sheet.facts[1].fact_id)
    changed = {row[0]: (row[3], row[4]) for row in corrections(study)}
    assert changed == {
        "n_facts": (3.0, 2.0),
        "off_focus": (1 / 3, 0.0),
        "hallucination": (1 / 3, 1 / 2),
        "helpfulness": (2 / 3, 1 / 2),
    }


def test_the_old_value_of_a_later_edit_is_still_the_automatic_one(study: Study) -> None:
    sheet = open_sheet(study)
    for fact in sheet.facts:
        sheet = facts.set_label(study, "ada", sheet, fact.fact_id, "supported", True)
    sheet = facts.set_label(study, "bo", sheet, sheet.facts[0].fact_id, "supported", None)
    sheet = facts.set_label(study, "bo", sheet, sheet.facts[1].fact_id, "supported", False)
    assert [(row[1], row[3], row[4]) for row in corrections(study)] == [
        ("ada", 1 / 3, 0.0),
        ("bo", 1 / 3, 0.5),
    ]
    assert sheet.done
    assert (sheet.done.changes[0].old, sheet.done.changes[0].new) == (0.0, 0.5)


def test_a_ratio_without_a_known_label_becomes_not_applicable(study: Study) -> None:
    sheet = open_sheet(study)
    for fact in sheet.facts:
        sheet = facts.set_label(study, "ada", sheet, fact.fact_id, "supported", None)
    assert sheet.now["hallucination"] is None
    assert corrections(study)[-1][2:5] == ("correct", 1 / 3, None)


def test_a_fact_from_selected_words_stands_where_they_do(study: Study) -> None:
    sheet = facts.add(study, "ada", open_sheet(study), span=Span(10, 24))
    assert texts(sheet) == ["It rains.", "It snows.", "It snows a lot", "The sun shines."]
    new = sheet.facts[2]
    assert (new.quote, new.span, new.is_added, new.by) == (
        "It snows a lot", Span(10, 24), True, "ada",
    )  # fmt: skip
    assert new.labels == dict.fromkeys(FACT_LABELS)
    assert new.automatic == {}
    assert [(change.factor, change.old, change.new) for change in sheet.changes] == [
        ("n_facts", 3.0, 4.0)
    ]


def test_a_typed_quote_is_found_despite_its_slips(study: Study) -> None:
    sheet = facts.add(study, "ada", open_sheet(study), "Hills are sunny.", quote="ON the  hills")
    new = only(sheet, "Hills are sunny.")
    assert new.span == Span(41, 53)
    assert TEXT[41:53] == "on the hills"
    assert texts(sheet)[-1] == new.text


def test_a_quote_that_is_not_found_is_kept_and_marked(study: Study) -> None:
    sheet = open_sheet(study)
    assert [fact.is_lost for fact in sheet.facts] == [False, True, False]
    sheet = facts.add(study, "ada", sheet, "It hails.", quote="hailstones")
    new = sheet.facts[-1]
    assert (new.quote, new.span, new.is_lost) == ("hailstones", None, True)
    typed = facts.add(study, "ada", sheet, "  It is cold. ").facts[-1]
    assert (typed.text, typed.quote, typed.is_lost) == ("It is cold.", None, False)


def test_another_quote_moves_the_span_and_an_empty_one_takes_it_away(study: Study) -> None:
    sheet = open_sheet(study)
    snow = sheet.facts[1].fact_id
    sheet = facts.edit(study, "ada", sheet, snow, quote="snows")
    assert (sheet.facts[1].text, sheet.facts[1].span) == ("It snows.", Span(13, 18))
    sheet = facts.edit(study, "ada", sheet, snow, "Snow.", quote="")
    assert (sheet.facts[1].text, sheet.facts[1].quote) == ("Snow.", None)
    sheet = facts.edit(study, "ada", sheet, snow, span=Span(10, 18))
    assert (sheet.facts[1].text, sheet.facts[1].quote) == ("Snow.", "It snows")


def test_parts_of_a_split_keep_place_labels_and_the_old_quote(study: Study) -> None:
    sheet = open_sheet(study)
    parts: list[Part | str] = [
        "There is a sun.",
        Part("It shines.", quote="shines"),
        Part("Hills", "hills"),
    ]
    sheet = facts.split(study, "ada", sheet, sheet.facts[2].fact_id, parts)
    assert texts(sheet)[2:] == ["There is a sun.", "It shines.", "Hills"]
    assert [fact.span for fact in sheet.facts[2:]] == [Span(26, 40), Span(34, 40), Span(48, 53)]
    assert [fact.labels["supported"] for fact in sheet.facts[2:]] == [False] * 3
    assert sheet.done
    assert (
        sheet.done.sentence
        == "split “The sun shines.” into “There is a sun.”, “It shines.” and “Hills”"
    )
    first = facts.split(study, "ada", sheet, sheet.facts[0].fact_id, ["a", "b"])
    assert texts(first)[:3] == ["a", "b", "It snows."]


def test_a_merged_fact_stands_at_the_first_and_rests_on_all_their_words(study: Study) -> None:
    sheet = open_sheet(study)
    ids = [sheet.facts[2].fact_id, sheet.facts[0].fact_id]
    sheet = facts.merge(study, "ada", sheet, ids)
    assert texts(sheet) == ["It rains. The sun shines.", "It snows."]
    both = sheet.facts[0]
    assert both.span == Span(0, 40)
    assert both.quote == TEXT[:40]
    assert both.labels == {
        "supported": None, "in_focus": True, "misinformation": False, "helpful": None,
    }  # fmt: skip
    again = facts.merge(study, "ada", sheet, [f.fact_id for f in sheet.facts], "All", quote="sun")
    assert (texts(again), again.facts[0].span) == (["All"], Span(30, 33))


def test_the_facts_that_make_a_value_are_told(study: Study) -> None:
    sheet = open_sheet(study)
    assert [fact.text for fact in sheet.counting("hallucination")] == ["The sun shines."]
    assert [fact.text for fact in sheet.counting("off_focus")] == ["It snows."]
    assert sheet.counting("misinformation") == ()
    assert len(sheet.counting("helpfulness")) == 2
    assert sheet.counting("n_facts") == sheet.facts
    assert sheet.counting("length") == ()


def test_what_cannot_be_done_is_refused_and_leaves_no_trace(study: Study) -> None:
    sheet = open_sheet(study)
    first, second = sheet.facts[0].fact_id, sheet.facts[1].fact_id
    refused: list[tuple[Callable[[], FactSheet], str]] = [
        (lambda: facts.add(study, "ada", sheet, "  "), "needs a text, or words"),
        (lambda: facts.add(study, "ada", sheet, "x", span=Span(50, 99)), "54 characters"),
        (lambda: facts.add(study, "ada", sheet, "x\ud83d"), "type it anew"),
        (lambda: facts.add(study, "ada", sheet, quote="a\0b"), "type it anew"),
        (lambda: facts.add(study, "  ", sheet, "x"), "say who you are"),
        (lambda: facts.edit(study, "ada", sheet, first, ""), "needs a text"),
        (lambda: facts.edit(study, "ada", sheet, first, "It rains."), "nothing was changed"),
        (lambda: facts.edit(study, "ada", sheet, "elsewhere", "x"), "not among this response's"),
        (lambda: facts.split(study, "ada", sheet, first, ["one"]), "two or more, not into 1"),
        (lambda: facts.split(study, "ada", sheet, first, ["one", " "]), "needs a text"),
        (lambda: facts.merge(study, "ada", sheet, [first, first]), "two or more facts"),
        (lambda: facts.merge(study, "ada", sheet, [first, "of another"]), "another response"),
        (lambda: facts.merge(study, "ada", sheet, [first, second], " "), "needs a text"),
        (lambda: facts.delete(study, "ada", sheet, "gone"), "not among this response's"),
        (lambda: facts.set_label(study, "ada", sheet, first, "funny", True), "label of facts"),
    ]
    for attempt, why in refused:
        with pytest.raises(ProfileError, match=why):
            attempt()
    assert number(study.cursor(), "SELECT count(*) FROM act") == 0
    assert open_sheet(study) == sheet
    with pytest.raises(UnknownName, match="no response named"):
        facts.facts(study, "nowhere")
    with pytest.raises(UnknownName, match="no extractor with facts"):
        facts.facts(study, side(study), "facts:other")


def test_a_fact_that_somebody_deleted_meanwhile_is_not_edited(study: Study) -> None:
    sheet = open_sheet(study)
    facts.delete(study, "bo", sheet, sheet.facts[0].fact_id)
    with pytest.raises(ProfileError, match="deleted, split or merged it meanwhile"):
        facts.set_label(study, "ada", sheet, sheet.facts[0].fact_id, "helpful", False)


def test_an_edit_made_on_an_old_sheet_keeps_what_others_did_meanwhile(study: Study) -> None:
    sheet = open_sheet(study)
    facts.add(study, "bo", sheet, "It hails.")
    after = facts.set_label(study, "ada", sheet, sheet.facts[0].fact_id, "helpful", False)
    assert texts(after)[-1] == "It hails."
    assert after.now["n_facts"] == 4.0
    assert [(row[0], row[1]) for row in corrections(study)] == [
        ("n_facts", "bo"),
        ("helpfulness", "ada"),
    ]


def test_a_blind_sheet_shows_neither_automatic_labels_nor_those_of_others(study: Study) -> None:
    review = open_sheet(study)
    facts.set_label(study, "bo", review, review.facts[0].fact_id, "helpful", False)
    blind = open_sheet(study, annotator="ada", mode=Mode.BLIND)
    assert [fact.labels for fact in blind.facts] == [{}, {}, {}]
    assert [fact.automatic for fact in blind.facts] == [{}, {}, {}]
    assert [fact.by for fact in blind.facts] == [None] * 3
    assert (blind.values, blind.now, blind.changes) == ({}, {"n_facts": 3.0}, ())
    with pytest.raises(ProfileError, match="say who you are"):
        open_sheet(study, mode=Mode.BLIND)


def test_a_blind_value_is_given_when_every_fact_was_judged(study: Study) -> None:
    sheet = open_sheet(study, annotator="ada", mode=Mode.BLIND)
    for place, fact in enumerate(sheet.facts):
        assert corrections(study) == []
        sheet = facts.set_label(study, "ada", sheet, fact.fact_id, "supported", place == 1 or None)
    assert [fact.labels for fact in sheet.facts] == [
        {"supported": None}, {"supported": True}, {"supported": None},
    ]  # fmt: skip
    assert sheet.now == {"n_facts": 3.0, "hallucination": 0.0}
    (row,) = corrections(study)
    assert (row[0], row[3], row[4], row[7]) == ("hallucination", 1 / 3, 0.0, "blind")
    assert open_sheet(study).facts[1].by == "ada"
    other = open_sheet(study, annotator="bo", mode=Mode.BLIND)
    assert [fact.labels for fact in other.facts] == [{}, {}, {}]


def test_people_alone_can_make_facts_of_a_response(study: Study) -> None:
    sheet = facts.facts(study, side(study, "right"))
    assert (sheet.extractor, sheet.facts, sheet.values, sheet.now) == (PEOPLE, (), {}, {})
    sheet = facts.add(study, "ada", sheet, quote="No facts")
    assert sheet.now == {"n_facts": 1.0}
    sheet = facts.set_label(study, "ada", sheet, sheet.facts[0].fact_id, "supported", False)
    assert sheet.now == {"n_facts": 1.0, "hallucination": 1.0}
    assert [(row[0], row[3], row[4], row[5]) for row in corrections(study)] == [
        ("n_facts", None, 1.0, None),
        ("hallucination", None, 1.0, None),
    ]
    assert facts.facts(study, side(study, "right")).extractor == PEOPLE


def test_the_facts_in_use_are_meant_unless_others_are_named(study: Study) -> None:
    batch = Batch("small", "more.csv")
    prompt = batch.add_prompt("Weather?", task="document_qa", source_text="It rains and snows.")
    a = batch.add_response(prompt, TEXT, generator="left")
    for place in range(4):
        batch.add_fact(a, "facts:other", place + 1, f"fact {place}")
    batch.add_factor_value(a, "n_facts", 4.0, "facts:other", extractor_version=ATOMIC_VERSION)
    batch.add_factor_value(a, "n_facts", 9.0, "imported:counts")
    write(study, batch)
    set_active_extractor(study, "n_facts", EXTRACTOR)
    assert len(open_sheet(study).facts) == 3
    set_active_extractor(study, "n_facts", "facts:other")
    assert len(open_sheet(study).facts) == 4
    assert len(open_sheet(study, extractor=EXTRACTOR).facts) == 3
    set_active_extractor(study, "n_facts", "imported:counts")
    assert open_sheet(study).extractor == "facts:other"
    with pytest.raises(UnknownName, match="no extractor with facts"):
        open_sheet(study, extractor="imported:counts")


def test_marked_errors_alone_make_no_values(study: Study) -> None:
    batch = Batch("marked", "rows.csv")
    prompt = batch.add_prompt("Again?", task="document_qa")
    response = batch.add_response(prompt, "Wrong, wrong.", generator="marked")
    fact = batch.add_fact(response, "human:marks", 1, "Wrong", quote="Wrong", span=(0, 5))
    batch.add_fact_label(fact, "redundant", True, "human:marks")
    write(study, batch)
    sheet = facts.facts(study, side(study, "marked"))
    assert sheet.facts[0].labels["redundant"] is True
    after = facts.set_label(study, "ada", sheet, sheet.facts[0].fact_id, "supported", False)
    assert after.facts[0].labels["supported"] is False
    assert (after.now, corrections(study)) == ({}, [])


def test_an_edit_within_a_queue_carries_the_draw(study: Study) -> None:
    row = first_row(study.cursor(), "SELECT pair_id FROM pair")
    assert row
    with study.writing() as cursor:
        cursor.execute(
            "INSERT INTO queue (queue_id, name, kind, asks, mode, threshold) "
            "VALUES ('q', 'q', 'targeted', 'facts', 'review', 0.5)"
        )
        cursor.execute(
            "INSERT INTO queue_pair (queue_id, pair_id, place, key, rate, wanted) "
            "VALUES ('q', ?, 0, 0.2, 0.8, 1)",
            [row[0]],
        )
    sheet = open_sheet(study, queue_id="q", pair_id=row[0])
    facts.set_label(study, "ada", sheet, sheet.facts[0].fact_id, "supported", False)
    ((*_, queue, probability, _, _),) = corrections(study)
    assert (queue, probability) == (QueueKind.TARGETED, pytest.approx(0.4))
    act = first_row(study.cursor(), "SELECT action, queue_id, pair_id, response_id FROM act")
    assert act == ("facts", "q", row[0], side(study))


def test_finishing_facts_confirms_the_values_as_they_stand(study: Study) -> None:
    row = first_row(study.cursor(), "SELECT pair_id FROM pair")
    assert row

    def item(annotator: str) -> desk.Item:
        names = ["n_facts", "hallucination", "off_focus"]
        return desk.open_item(study, annotator, row[0], asks=Asks.FACTS, factors=names)

    sheet = open_sheet(study)
    facts.set_label(study, "ada", sheet, sheet.facts[0].fact_id, "supported", False)
    own, other = (
        {entry.factor: (str(entry.action), entry.value) for entry in entries}
        for entries in (facts.confirmed(study, item("ada")), facts.confirmed(study, item("bo")))
    )
    assert own == {"n_facts": ("accept", 3.0), "off_focus": ("accept", 1 / 3)}
    assert other == {**own, "hallucination": ("correct", 2 / 3)}


def test_the_history_tells_who_did_what_and_what_was_undone(study: Study) -> None:
    sheet = facts.add(study, "ada", open_sheet(study), "It hails.")
    facts.set_label(study, "bo", sheet, sheet.facts[-1].fact_id, "in_focus", None)
    undo(study, "ada")
    told = facts.history(study, side(study))
    assert [(item.annotator, item.sentence, item.is_undone) for item in told] == [
        ("ada", "added “It hails.”", True),
        ("bo", "could not tell whether “It hails.” is in focus", False),
    ]
    assert told[0].extractor == EXTRACTOR


def in_force(study: Study) -> dict[str, float | None]:
    rows = study.cursor().execute(
        "SELECT factor, value FROM corrected_value WHERE response_id = ?", [side(study)]
    )
    return dict(rows.fetchall())


def test_a_value_that_rests_on_an_undone_edit_is_set_right(study: Study) -> None:
    sheet = open_sheet(study)
    facts.set_label(study, "ada", sheet, sheet.facts[0].fact_id, "supported", False)
    facts.set_label(study, "bo", sheet, sheet.facts[1].fact_id, "supported", False)
    assert in_force(study) == {"hallucination": 1.0}
    undo(study, "ada")
    assert in_force(study) == {"hallucination": open_sheet(study).now["hallucination"]}
    undo(study, "bo")
    assert open_sheet(study).changes == ()
    assert in_force(study) == {"hallucination": 1 / 3}


Operation = tuple[str, int, int]
OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["add", "edit", "split", "merge", "delete", "label", "blind"]),
        st.integers(0, 30),
        st.integers(0, 30),
    ),
    max_size=12,
)


def do(study: Study, annotator: str, operation: Operation) -> bool:
    """Do an operation on whichever facts the numbers fall on; False if there are none."""
    kind, first, second = operation
    mode = Mode.BLIND if kind == "blind" else Mode.REVIEW
    sheet = facts.facts(study, side(study), EXTRACTOR, annotator=annotator, mode=mode)
    if kind == "add":
        span = Span(first, first + 1 + second % 9) if second % 2 else None
        facts.add(study, annotator, sheet, f"new {second}", span=span)
        return True
    if not sheet.facts:
        return False
    one, other = (sheet.facts[place % len(sheet.facts)].fact_id for place in (first, second))
    if kind == "edit":
        facts.edit(study, annotator, sheet, one, f"{operation} {study.versions()}")
    elif kind == "split":
        parts: list[Part | str] = ["x", Part("y", quote="rains"), "z"]
        facts.split(study, annotator, sheet, one, parts[: 2 + second % 2])
    elif kind == "merge":
        if one == other:
            return False
        facts.merge(study, annotator, sheet, [one, other])
    elif kind == "delete":
        facts.delete(study, annotator, sheet, one)
    else:
        name = FACT_LABELS[second % len(FACT_LABELS)]
        facts.set_label(study, annotator, sheet, one, name, [True, False, None][second % 3])
    return True


def seen(study: Study) -> tuple[object, ...]:
    """Everything that an undo has to restore."""
    sheets = [
        facts.facts(study, side(study), EXTRACTOR, annotator=name, mode=mode)
        for name, mode in (("ada", Mode.REVIEW), ("ada", Mode.BLIND), ("bo", Mode.BLIND))
    ]
    labelled = study.cursor().execute("SELECT * FROM standing_label ORDER BY event_id").fetchall()
    return (*sheets, in_force(study), labelled)


@pytest.fixture(scope="module")
def worked_on() -> Iterator[Study]:
    """One study for all examples: each of them ends where it began."""
    with a_study() as study:
        yield study


# Shrinking would take minutes, since every step of it works on a study.
AS_GENERATED = settings(
    max_examples=10, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)


@AS_GENERATED
@given(operations=OPERATIONS)
def test_undo_restores_facts_labels_and_values_exactly(
    worked_on: Study, operations: list[Operation]
) -> None:
    states = [seen(worked_on)]
    for operation in operations:
        if do(worked_on, "ada", operation):
            states.append(seen(worked_on))
    for state in reversed(states[:-1]):
        assert undo(worked_on, "ada")
        assert seen(worked_on) == state


@AS_GENERATED
@example([(False, False, [("delete", 1, 0)]), (True, False, [("split", 0, 0)]), (False, True, [])])
@given(
    operations=st.lists(
        st.tuples(st.booleans(), st.booleans(), OPERATIONS.map(lambda o: o[:1])), max_size=14
    )
)
def test_whoever_undoes_the_value_in_force_is_what_the_facts_come_to(
    operations: list[tuple[bool, bool, list[Operation]]],
) -> None:
    """Two people edit in review, each undoing own edits in between; nobody labels otherwise."""
    with a_study() as study:
        for is_ada, is_undo, wanted in operations:
            annotator = "ada" if is_ada else "bo"
            if is_undo:
                undo(study, annotator)
            for kind, first, second in wanted:
                do(study, annotator, ("label" if kind == "blind" else kind, first, second))
            sheet = open_sheet(study)
            assert {**sheet.values, **in_force(study)} == sheet.now
        for annotator in ("ada", "bo"):
            while undo(study, annotator):
                pass
        end = open_sheet(study)
        assert end.changes == ()
        assert {**end.values, **in_force(study)} == end.now
