"""What people say of a prompt: it goes before models, behind imports, and is taken back at will."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from profile_core.annotation import tagging, undo
from profile_core.errors import ProfileError, UnknownName
from profile_core.store import pair_wide, prompt_tags
from profile_core.store.acts import Action
from profile_core.store.prompt_tags import Origin, PromptTag, Said
from profile_core.store.rows import first_row
from profile_core.store.study import Study
from tests.label_desk import labelled_study, pair_id

MODEL = PromptTag("advice", False, False, False, False, False)


@pytest.fixture
def study() -> Iterator[Study]:
    with labelled_study(4) as study:
        yield study


def prompt_of(study: Study, pair: str) -> str:
    row = first_row(study.cursor(), "SELECT prompt_id FROM pair WHERE pair_id = ?", [pair])
    assert row
    return str(row[0])


def by_model(study: Study, tag: PromptTag, tagger: str = "llm:small") -> None:
    with study.writing() as cursor:
        prompt_tags.put(cursor, prompt_of(study, pair_id(study, 0)), tag, tagger=tagger, run_id="r")


def imported(study: Study, tag: PromptTag) -> None:
    with study.writing() as cursor:
        prompt_tags.put(cursor, prompt_of(study, pair_id(study, 0)), tag, tagger="file")


def stands(study: Study) -> dict[str, Said]:
    with study.cursor() as cursor:
        found = prompt_tags.of_prompt(cursor, prompt_of(study, pair_id(study, 0)))
    return {said.part: said for said in found}


def scenarios(study: Study) -> set[str | None]:
    """What the pair view has for the pairs of the first prompt."""
    wide = pair_wide.ensure(study)
    query = f"SELECT DISTINCT scenario FROM {wide.name} WHERE prompt_id = ?"
    rows = study.cursor().execute(query, [prompt_of(study, pair_id(study, 0))]).fetchall()
    return {row[0] for row in rows}


def test_a_persons_word_goes_before_a_models_part_by_part_whenever_it_came(study: Study) -> None:
    by_model(study, MODEL)
    tagging.tag(study, "ada", pair_id(study, 0), PromptTag("code", takes_stance=True))
    by_model(study, PromptTag("others", True, True, True, False, True), "llm:large")
    found = stands(study)
    assert found["scenario"] == Said("scenario", "code", Origin.PERSON, "ada")
    assert found["takes_stance"] == Said("takes_stance", True, Origin.PERSON, "ada")
    assert found["states_constraints"] == Said(
        "states_constraints", True, Origin.MODEL, "llm:large"
    )


def test_what_was_imported_goes_before_what_a_person_says_part_by_part(study: Study) -> None:
    tagging.tag(study, "ada", pair_id(study, 0), PromptTag("code", True, True))
    imported(study, PromptTag(intent_unclear=False))
    with study.writing() as cursor:
        cursor.execute("UPDATE prompt SET scenario = 'as it came'")
    found = stands(study)
    assert found["scenario"] == Said("scenario", "as it came", Origin.IMPORTED, None)
    assert found["intent_unclear"] == Said("intent_unclear", False, Origin.IMPORTED, "file")
    assert found["expresses_feelings"].origin is Origin.PERSON
    assert scenarios(study) == {"as it came"}


def test_of_several_people_the_latest_who_says_something_of_a_part_stands(study: Study) -> None:
    pair = pair_id(study, 0)
    tagging.tag(study, "ada", pair, PromptTag("code", takes_stance=True))
    tagging.tag(study, "ben", pair, PromptTag(takes_stance=False))
    found = stands(study)
    assert (found["scenario"].value, found["scenario"].tagger) == ("code", "ada")
    assert (found["takes_stance"].value, found["takes_stance"].tagger) == (False, "ben")


def test_what_a_person_leaves_out_the_next_time_they_no_longer_say(study: Study) -> None:
    pair = pair_id(study, 0)
    by_model(study, MODEL)
    tagging.tag(study, "ada", pair, PromptTag("code", takes_stance=True))
    tagging.tag(study, "ada", pair, PromptTag("code"))
    assert stands(study)["takes_stance"].origin is Origin.MODEL


def test_a_tag_moves_the_scenario_of_every_pair_of_the_prompt_and_so_does_undoing_it(
    study: Study,
) -> None:
    assert scenarios(study) == {None}
    tagging.tag(study, "ada", pair_id(study, 0), PromptTag("code"))
    assert scenarios(study) == {"code"}
    tagging.tag(study, "ada", pair_id(study, 1), PromptTag("advice"))
    assert scenarios(study) == {"advice"}
    for left in ("code", None):
        undone = undo.undo(study, "ada")
        assert undone
        assert undone.action is Action.TAG
        assert scenarios(study) == {left}
    assert undone.sentence == (
        f"Undone: what kind of request the prompt is, on pair {pair_id(study, 0)}."
    )
    assert undo.undo(study, "ada") is None


def test_a_tag_can_be_taken_back_by_name_whatever_its_annotator_did_since(study: Study) -> None:
    first, other = pair_id(study, 0), pair_id(study, 2)
    tagging.tag(study, "ada", first, PromptTag("code"))
    tagging.tag(study, "ada", other, PromptTag("advice"))
    own = tagging.own(study, "ada", prompt_of(study, first))
    assert own
    assert own.tag == PromptTag("code")
    assert undo.undo(study, "ben", act_id=own.act_id) is None
    assert undo.undo(study, "ada", act_id=own.act_id)
    assert undo.undo(study, "ada", act_id=own.act_id) is None
    assert stands(study) == {}
    assert tagging.own(study, "ada", prompt_of(study, first)) is None
    assert tagging.own(study, "ada", prompt_of(study, other))


def test_a_tag_without_a_word_or_with_a_scenario_of_ones_own_is_refused(study: Study) -> None:
    pair = pair_id(study, 0)
    for said, problem in ((PromptTag(), ProfileError), (PromptTag("poetry"), UnknownName)):
        with pytest.raises(problem):
            tagging.tag(study, "ada", pair, said)
    with pytest.raises(UnknownName):
        tagging.tag(study, "ada", "nowhere", PromptTag("code"))
    assert undo.undo(study, "ada") is None
