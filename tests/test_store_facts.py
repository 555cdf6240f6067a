"""Facts as they stand: the base with the events that were not undone, folded in order."""

from __future__ import annotations

import pytest

from profile_core.errors import UnknownName
from profile_core.store import examples, facts
from profile_core.store.acts import Act, Action, acting
from profile_core.store.fact_fold import (
    FactAction,
    FactEvent,
    FactLog,
    Said,
    StandingFact,
    fold,
    of_act,
)
from profile_core.store.records import Batch
from profile_core.store.study import Study
from profile_core.text.tokens import Span
from profile_core.types import Mode
from tests.studies import empty_study, write

ONE = StandingFact("one", "r", 1.0, "It rains.", "rains", Span(3, 8), {"supported": Said(True)})
TWO = StandingFact("two", "r", 2.0, "It snows.", None, None, {"supported": Said(False)})


def event(fact_id: str, action: FactAction, text: str = "", **what: object) -> FactEvent:
    return FactEvent("r", fact_id, action, text, **what)  # type: ignore[arg-type]


def done(number: int, *events: FactEvent, by: str = "ada", mode: Mode = Mode.REVIEW):  # type: ignore[no-untyped-def]
    return of_act(events, Act(f"act-{number}", by, Action.FACTS, mode=mode))


def label(fact_id: str, name: str, value: bool | None) -> FactEvent:
    return event(fact_id, FactAction.LABEL, label=name, value=value)


def values(fact: StandingFact) -> dict[str, bool | None]:
    return {name: said.value for name, said in fact.labels.items()}


def test_without_events_facts_stand_as_they_came() -> None:
    assert fold([TWO, ONE], []) == (ONE, TWO)


def test_an_edit_keeps_labels_and_place_and_says_who() -> None:
    (first, _) = fold(
        [ONE, TWO], done(1, event("one", FactAction.EDIT, "It pours.", quote="pours"))
    )
    assert (first.text, first.quote, first.span, first.by) == ("It pours.", "pours", None, "ada")
    assert (first.ordinal, first.labels, first.is_added) == (1.0, ONE.labels, False)


def test_the_latest_label_stands_whoever_gave_it() -> None:
    log = [
        *done(1, label("one", "supported", False)),
        *done(2, label("one", "supported", None), by="bo"),
    ]
    (first, _) = fold([ONE, TWO], log)
    assert first.labels["supported"] == Said(None, "bo")


def test_a_deleted_fact_is_gone_and_an_added_one_stands_at_its_place() -> None:
    log = done(1, event("one", FactAction.DELETE)) + done(
        2, event("new", FactAction.ADD, "It hails.", ordinal=1.5)
    )
    (new, two) = fold([ONE, TWO], log)
    assert (new.fact_id, new.response_id, new.is_added, new.labels) == ("new", "r", True, {})
    assert two == TWO


def test_the_parts_of_a_split_fact_inherit_its_labels() -> None:
    log = done(
        1,
        event("one", FactAction.REPLACE),
        event("x", FactAction.ADD, "It", ordinal=1.0),
        event("y", FactAction.ADD, "rains", ordinal=1.5),
    )
    assert [values(fact) for fact in fold([ONE], log)] == [{"supported": True}] * 2


def test_a_merged_fact_has_only_the_labels_on_which_all_agree() -> None:
    log = [
        *done(1, label("one", "helpful", True), label("two", "helpful", True)),
        *done(2, label("one", "in_focus", True)),
        *done(
            3,
            event("one", FactAction.REPLACE),
            event("two", FactAction.REPLACE),
            event("both", FactAction.ADD, "Both", ordinal=1.0),
        ),
    ]
    (both,) = fold([ONE, TWO], log)
    assert values(both) == {"helpful": True}


def test_what_rests_on_a_fact_that_was_undone_has_no_effect() -> None:
    """The split of a fact whose addition was undone leaves neither the fact nor its parts."""
    log = [
        *done(2, label("gone", "supported", True)),
        *done(
            3,
            event("gone", FactAction.REPLACE),
            event("one", FactAction.REPLACE),
            event("x", FactAction.ADD, "x", ordinal=9.0),
        ),
        *done(4, event("x", FactAction.EDIT, "z"), event("gone", FactAction.DELETE)),
    ]
    assert fold([ONE, TWO], log) == (ONE, TWO)


def test_a_blind_view_has_only_labels_that_the_annotator_gave_blind() -> None:
    log = FactLog(
        "r",
        "facts:model",
        (ONE, TWO),
        (
            *done(1, label("one", "helpful", True), by="bo"),
            *done(2, label("one", "helpful", False), mode=Mode.REVIEW),
            *done(3, label("two", "in_focus", None), mode=Mode.BLIND),
            *done(4, event("one", FactAction.EDIT, "It pours."), by="bo"),
        ),
    )
    first, second = log.blind("ada")
    assert (first.text, values(first)) == ("It pours.", {})
    assert values(second) == {"in_focus": None}
    assert [values(fact) for fact in log.blind("bo")] == [{}, {}]
    assert values(log.standing[0]) == {"supported": True, "helpful": False}


@pytest.fixture
def study() -> Study:
    study = empty_study()
    batch = Batch("small", "rows.csv")
    prompt = batch.add_prompt("Weather?", task="document_qa")
    for name in ("left", "right"):
        response = batch.add_response(prompt, f"It rains. It snows, {name}.", generator=name)
        first = batch.add_fact(
            response, "facts:model", 1, "It rains.", quote="It rains.", span=(0, 9)
        )
        batch.add_fact(response, "facts:model", 2, "It snows.", quote="it snowed")
        batch.add_fact_label(first, "supported", False, "model", mode="automatic")
        batch.add_fact_label(first, "in_focus", True, "model", mode="automatic")
    write(study, batch)
    return study


def responses(study: Study) -> list[str]:
    rows = study.cursor().execute("SELECT response_id FROM response ORDER BY generator").fetchall()
    return [row[0] for row in rows]


def test_events_come_back_as_they_were_written(study: Study) -> None:
    left, _ = responses(study)
    with acting(study, "ada", Action.FACTS, mode=Mode.BLIND) as (cursor, act):
        written = of_act(
            [
                FactEvent(left, "new", FactAction.ADD, "“é”", "q", Span(1, 2), ordinal=1.25),
                FactEvent(left, "new", FactAction.LABEL, "“é”", label="helpful", value=False),
            ],
            act,
        )
        facts.append(cursor, "facts:model", written)
    log = facts.logs(study.cursor(), [left])[left, "facts:model"]
    assert list(log.events) == written
    assert [item.event for item in facts.history(study.cursor(), left)] == written
    assert facts.touched(study.cursor(), act.act_id) == [(left, "facts:model")]


def test_events_of_an_undone_act_are_not_read_but_remembered(study: Study) -> None:
    left, _ = responses(study)
    before = facts.standing_facts(study.cursor(), [left], "facts:model")
    with acting(study, "ada", Action.FACTS) as (cursor, act):
        gone = FactEvent(left, before[0].fact_id, FactAction.DELETE, before[0].text)
        facts.append(cursor, "facts:model", of_act([gone], act))
    assert len(facts.standing_facts(study.cursor(), [left], "facts:model")) == 1
    with acting(study, "ada", Action.UNDO, undoes=act.act_id):
        pass
    assert facts.standing_facts(study.cursor(), [left], "facts:model") == before
    assert [item.is_undone for item in facts.history(study.cursor(), left)] == [True]


def test_evidence_shows_the_facts_as_they_stand(study: Study) -> None:
    left, right = responses(study)
    first, second, *_ = examples.facts(study.cursor(), left, right, "facts:model")
    assert (first.holds, first.fails, first.span) == (("in_focus",), ("supported",), Span(0, 9))
    assert (second.holds, second.quote, second.span) == ((), "it snowed", None)
    with acting(study, "ada", Action.FACTS) as (cursor, act):
        said = FactEvent(left, first.fact_id, FactAction.LABEL, "", label="supported", value=True)
        facts.append(cursor, "facts:model", of_act([said], act))
    found = examples.facts(study.cursor(), left, right, "facts:model")
    assert found[0].holds == ("in_focus", "supported")
    assert [fact.response_id for fact in found] == [left, left, right, right]


def test_a_response_that_is_not_there_is_named(study: Study) -> None:
    with pytest.raises(UnknownName, match="no response named 'nowhere'"):
        facts.read(study.cursor(), "nowhere")
