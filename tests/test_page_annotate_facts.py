"""The facts at the desk: what reaches the browser, and what an edit that comes from it does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from profile_core.annotation import facts
from profile_core.annotation.facts import FactSheet
from profile_core.errors import ProfileError
from profile_core.store.rows import first_row
from profile_core.store.study import Study
from profile_core.text.tokens import Span
from profile_core.ui import annotate_facts, identity, span_component
from profile_core.ui.span_component import Edit, EditKind
from tests.app_driver import open_page
from tests.fact_study import FACTS, OTHER, TEXT, fact_study

ANNA = "anna"


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    made, _ = fact_study(tmp_path / "study.duckdb")
    yield made
    made.close()


def sheet_of(study: Study) -> FactSheet:
    row = first_row(study.cursor(), "SELECT response_a FROM pair")
    assert row
    return facts.facts(study, str(row[0]))


def apply(study: Study, kind: EditKind, place: int | None = None, **said: Any) -> FactSheet:
    sheet = sheet_of(study)
    named = () if place is None else (sheet.facts[place].fact_id,)
    return annotate_facts.apply(study, ANNA, sheet, Edit(kind, **{"facts": named, **said}))


def shown(app: Any) -> dict[str, Any]:
    (component,) = [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name == "profile_core.spans"
    ]
    return dict(component)


def test_the_page_sends_runs_that_join_to_the_text_and_marks_lost_quotes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "study.duckdb"
    study, queue_id = fact_study(path)
    study.close()
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    monkeypatch.setattr(identity, "annotator", lambda: ANNA)
    data = shown(open_page("annotate", queue=queue_id))
    text = "".join(run for run, _ in data["runs"])
    assert text in (TEXT, OTHER)
    if text == TEXT:
        assert [fact["text"] for fact in data["facts"]] == [text for text, *_ in FACTS]
        assert [fact["isLost"] for fact in data["facts"]] == [False, True, False, False]
    assert [label["name"] for label in data["labels"]] == list(facts_labels())


def facts_labels() -> tuple[str, ...]:
    return ("supported", "in_focus", "misinformation", "helpful")


def test_a_selection_becomes_a_fact_with_that_span(study: Study) -> None:
    start = TEXT.index("snows a lot")
    made = apply(study, EditKind.ADD, text="Much snow.", span=Span(start, start + 11))
    (added,) = [fact for fact in made.facts if fact.is_added]
    assert (added.text, added.quote) == ("Much snow.", "snows a lot")
    assert made.now["n_facts"] == 5


def test_a_typed_quote_is_looked_for_in_the_text(study: Study) -> None:
    made = apply(study, EditKind.ADD, text="", quote="the  SUN shines")
    (added,) = [fact for fact in made.facts if fact.is_added]
    assert added.span is not None
    assert TEXT[slice(*added.span)] == "The sun shines"


def test_a_quote_that_is_mended_is_found(study: Study) -> None:
    made = apply(study, EditKind.EDIT, 1, text="It snows.", quote="It snows a lot")
    assert made.facts[1].span is not None
    assert made.facts[1].text == "It snows."


def test_rewording_keeps_the_span(study: Study) -> None:
    span = sheet_of(study).facts[2].span
    assert apply(study, EditKind.EDIT, 2, text="There is sun.").facts[2].span == span


def test_splitting_merging_and_deleting_change_the_count(study: Study) -> None:
    assert apply(study, EditKind.SPLIT, 0, parts=("It rains.", "In Bergen.")).now["n_facts"] == 5
    first, second, *_ = sheet_of(study).facts
    both = (first.fact_id, second.fact_id)
    merged = apply(study, EditKind.MERGE, facts=both, text="It rains in Bergen.")
    assert merged.now["n_facts"] == 4
    assert apply(study, EditKind.DELETE, 0).now["n_facts"] == 3


def test_a_label_moves_the_value_and_says_so(study: Study) -> None:
    made = apply(study, EditKind.LABEL, 0, label="supported", value=False)
    values = {value.title: value for value in annotate_facts.values(made)}
    assert (values["Hallucination"].was, values["Hallucination"].now) == ("0.25", "0.50")
    assert (values["Number of facts"].was, values["Number of facts"].now) == ("4", "4")


def test_an_edit_of_a_fact_that_is_gone_is_refused_in_words(study: Study) -> None:
    gone = sheet_of(study).facts[0].fact_id
    apply(study, EditKind.DELETE, 0)
    with pytest.raises(ProfileError, match="deleted, split or merged it meanwhile"):
        apply(study, EditKind.DELETE, facts=(gone,))


# How edits reach Python, whatever the browser sends.


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    state: dict[str, Any] = {span_component._EPOCH: "now"}
    monkeypatch.setattr(span_component.st, "session_state", state)
    return state


def send(session: dict[str, Any], *numbers: int, epoch: str = "now") -> list[str]:
    taken: list[str] = []
    edits = [{"n": n, "kind": "delete", "facts": [f"fact {n}"]} for n in numbers]
    session["facts"] = {"edits": {"epoch": epoch, "list": edits}}
    span_component._take("facts", lambda edit: taken.extend(edit.facts))
    return taken


def test_each_edit_is_taken_once_and_in_order(session: dict[str, Any]) -> None:
    assert send(session, 1, 2) == ["fact 1", "fact 2"]
    assert send(session, 1, 2, 3) == ["fact 3"]
    assert send(session, 2, 3) == []


def test_edits_of_a_session_that_was_lost_are_not_taken_again(session: dict[str, Any]) -> None:
    assert send(session, 1, 2, epoch="before") == []
    assert send(session, 1) == ["fact 1"]


def test_an_edit_that_fails_stops_none_after_it(
    session: dict[str, Any], monkeypatch: pytest.MonkeyPatch, study: Study
) -> None:
    monkeypatch.setattr(annotate_facts.st, "session_state", session)
    sheet = sheet_of(study)
    edits = [
        {"n": 1, "kind": "delete", "facts": ["no such fact"]},
        {"n": 2, "kind": "delete", "facts": [sheet.facts[0].fact_id]},
    ]
    session["facts"] = {"edits": {"epoch": "now", "list": edits}}
    span_component._take("facts", partial(annotate_facts._take, study, ANNA, sheet, None))
    assert len(sheet_of(study).facts) == 3
