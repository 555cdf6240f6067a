"""Guidelines come in versions that nobody overwrites unseen; pinned examples come and go."""

from __future__ import annotations

import pytest

from profile_core.annotation import guidelines
from profile_core.errors import ProfileError, UnknownName
from profile_core.store.study import Study
from tests.label_desk import labelled_study, response_id


@pytest.fixture
def study() -> Study:
    return labelled_study(2)


def test_a_factor_begins_with_its_definition_alone(study: Study) -> None:
    found = guidelines.read(study, "clarity")
    assert (found.version, found.text, found.author, found.pinned) == (0, "", None, ())
    assert found.factor.name == "clarity"
    with pytest.raises(UnknownName, match="no factor named 'clerity': did you mean clarity"):
        guidelines.read(study, "clerity")


def test_every_change_is_a_new_version(study: Study) -> None:
    guidelines.write(study, "clarity", " Lists are clear. ", "ann", over=0)
    found = guidelines.write(study, "clarity", "Lists are clear if short.", "ben", over=1)
    assert (found.version, found.text, found.author) == (2, "Lists are clear if short.", "ben")
    written = [(row.version, row.text) for row in guidelines.history(study, "clarity")]
    assert written == [(2, "Lists are clear if short."), (1, "Lists are clear.")]
    assert guidelines.read(study, "words").version == 0


def test_writing_the_same_again_is_no_version(study: Study) -> None:
    guidelines.write(study, "clarity", "Lists are clear.", "ann")
    assert guidelines.write(study, "clarity", "Lists are clear.\n", "ben").version == 1


def test_nobody_writes_over_a_version_that_they_have_not_read(study: Study) -> None:
    guidelines.write(study, "clarity", "Lists are clear.", "ann", over=0)
    with pytest.raises(ProfileError, match="ann has saved version 1 meanwhile"):
        guidelines.write(study, "clarity", "Lists are unclear.", "ben", over=0)
    assert guidelines.read(study, "clarity").text == "Lists are clear."


def test_a_guideline_changes_no_number_and_so_no_version_of_the_study(study: Study) -> None:
    before = study.versions()
    guidelines.write(study, "clarity", "Lists are clear.", "ann")
    guidelines.pin(study, "clarity", response_id(study, 0), 3.0, "ann")
    assert study.versions() == before


def test_pinned_examples_stand_by_value_until_they_are_taken_down(study: Study) -> None:
    ids = [response_id(study, number) for number in range(3)]
    guidelines.pin(study, "clarity", ids[0], None, "ann", " off topic ")
    guidelines.pin(study, "clarity", ids[1], 5.0, "ann")
    found = guidelines.pin(study, "clarity", ids[2], 1.0, "ben")
    assert [(pin.response_id, pin.value) for pin in found.pinned] == [
        (ids[2], 1.0),
        (ids[1], 5.0),
        (ids[0], None),
    ]
    assert found.pinned[2].note == "off topic"
    assert found.pinned[2].response == "left answer 0"
    left = guidelines.unpin(study, "clarity", found.pinned[1].pin_id, "ben")
    assert [pin.response_id for pin in left.pinned] == [ids[2], ids[0]]
    kept = study.cursor().execute("SELECT author FROM pinned_example WHERE removed_at IS NOT NULL")
    assert kept.fetchall() == [("ben",)]
