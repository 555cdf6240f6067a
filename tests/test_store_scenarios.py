"""Scenarios that a study keeps: saved, found, renamed, described, copied, replaced, deleted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from profile_core.analysis import saved_scenarios as scenarios
from profile_core.analysis.scenario import Equalised, Scenario
from profile_core.errors import ProfileError, UnknownName
from profile_core.store.study import Study
from tests.studies import empty_study

NEAR = Scenario(equalised=(Equalised("length", 5.0),))


@pytest.fixture
def study() -> Iterator[Study]:
    with empty_study() as made:
        yield made


def names(study: Study) -> list[str]:
    return [item.name for item in scenarios.saved(study)]


def test_a_saved_scenario_is_the_same_after_reopening(tmp_path) -> None:
    path = tmp_path / "study.duckdb"
    with empty_study(path) as study:
        made = scenarios.save(study, "Equal length", NEAR, description="within 5 words")
    with Study.open(path) as study:
        assert scenarios.saved(study) == (made,)
        assert made.scenario == NEAR
        assert made.description == "within 5 words"


def test_saving_changes_no_counter(study) -> None:
    before = study.versions()
    scenarios.save(study, "one", NEAR)
    assert study.versions() == before


def test_a_name_is_found_in_any_case_and_by_id(study) -> None:
    made = scenarios.save(study, "  Equal   length ", NEAR)
    assert made.name == "Equal length"
    assert scenarios.find(study, "equal LENGTH") == made
    assert scenarios.find(study, made.id) == made


def test_a_name_that_is_not_there_tells_the_near_ones(study) -> None:
    scenarios.save(study, "Equal length", NEAR)
    with pytest.raises(UnknownName, match="did you mean Equal length"):
        scenarios.find(study, "Equal lenght")


def test_a_name_is_taken_once_whatever_its_case(study) -> None:
    scenarios.save(study, "one", NEAR)
    with pytest.raises(ProfileError, match="already"):
        scenarios.save(study, "ONE", Scenario())
    other = scenarios.save(study, "two", NEAR)
    with pytest.raises(ProfileError, match="already"):
        scenarios.rename(study, other.id, "One")
    scenarios.rename(study, other.id, "TWO")
    assert names(study) == ["one", "TWO"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_name_that_is_none_is_refused(study, name) -> None:
    with pytest.raises(ProfileError, match="name"):
        scenarios.save(study, name, NEAR)
    assert names(study) == []


def test_replacing_keeps_the_id_and_the_description(study) -> None:
    made = scenarios.save(study, "one", NEAR, description="why")
    again = scenarios.save(study, "One", Scenario(dropped=("length",)), replace=True)
    assert (again.id, again.name, again.description) == (made.id, "one", "why")
    assert scenarios.find(study, made.id).scenario.dropped == ("length",)
    scenarios.save(study, "one", NEAR, replace=True, description="other")
    assert scenarios.find(study, made.id).description == "other"
    assert names(study) == ["one"]


def test_replacing_what_is_not_there_saves_it(study) -> None:
    scenarios.save(study, "new", NEAR, replace=True)
    assert names(study) == ["new"]


def test_copies_get_free_names(study) -> None:
    made = scenarios.save(study, "one", NEAR, description="why")
    copies = [scenarios.duplicate(study, made.id) for _ in range(2)]
    assert names(study) == ["one", "one (copy)", "one (copy 2)"]
    assert {item.scenario for item in copies} == {NEAR}
    assert copies[0].description == "why"
    assert scenarios.duplicate(study, made.id, "mine").name == "mine"


def test_a_long_name_can_be_copied(study) -> None:
    made = scenarios.save(study, "x" * 200, NEAR)
    assert len(scenarios.duplicate(study, made.id).name) == 200


def test_describing_changes_the_words_alone(study) -> None:
    made = scenarios.save(study, "one", NEAR)
    scenarios.describe(study, made.id, " what for ")
    found = scenarios.find(study, "one")
    assert found.description == "what for"
    assert found.scenario == NEAR


def test_a_deleted_scenario_is_gone_and_its_name_free(study) -> None:
    made = scenarios.save(study, "one", NEAR)
    scenarios.delete(study, made.id)
    assert names(study) == []
    for change in (
        lambda: scenarios.delete(study, made.id),
        lambda: scenarios.rename(study, made.id, "two"),
        lambda: scenarios.describe(study, made.id, "x"),
        lambda: scenarios.duplicate(study, made.id),
    ):
        with pytest.raises(UnknownName):
            change()
    assert scenarios.save(study, "one", NEAR).id != made.id


def test_a_deletion_is_taken_back_with_its_id_unless_its_name_was_taken_since(study) -> None:
    made = scenarios.save(study, "Alike", Scenario(where="task = 'x'"), description="why")
    scenarios.delete(study, made.id)
    scenarios.restore(study, made.id)
    assert scenarios.find(study, made.id) == made
    scenarios.delete(study, made.id)
    scenarios.save(study, "alike", Scenario())
    with pytest.raises(ProfileError, match="already"):
        scenarios.restore(study, made.id)
    with pytest.raises(UnknownName):
        scenarios.restore(study, "nothing like it")


def test_a_scenario_of_a_later_version_is_told_by_name(study) -> None:
    scenarios.save(study, "one", NEAR)
    with study.writing(counter=None) as cursor:
        cursor.execute("UPDATE scenario SET definition = '{\"later\": 1}'")
    with pytest.raises(ProfileError, match="'one' cannot be read"):
        scenarios.saved(study)
