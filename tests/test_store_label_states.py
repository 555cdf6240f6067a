"""Where people's labels stand: which pairs they touch, and how many there are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy.typing as npt
import pytest

from profile_core.store import label_states, pair_wide
from profile_core.store.study import Study
from tests.label_desk import NOT_APPLICABLE, automatic, label, labelled_study, undo


@pytest.fixture
def study() -> Iterator[Study]:
    with labelled_study(pairs=4) as study:
        yield study


def places(study: Study, pair_nos: npt.NDArray[object]) -> list[int]:
    """The pairs by their places in the order of import."""
    wide = pair_wide.ensure(study)
    rows = study.cursor().execute(f"SELECT pair_no, seq FROM {wide.name}").fetchall()
    order = sorted(row[1] for row in rows)
    by_no = {row[0]: order.index(row[1]) for row in rows}
    return sorted(by_no[int(number)] for number in pair_nos)


def labelled(study: Study, factor: str | None = None) -> list[int]:
    return places(study, label_states.labelled_pairs(study, pair_wide.ensure(study), factor))


def changed(study: Study, factor: str | None = None) -> list[int]:
    return places(study, label_states.changed_pairs(study, pair_wide.ensure(study), factor))


def disputed(study: Study, factor: str | None = None) -> list[int]:
    return places(study, label_states.disputed_pairs(study, pair_wide.ensure(study), factor))


def other(study: Study, response: int, factor: str = "clarity") -> float:
    value = automatic(study, response, factor)
    return 1.0 if value != 1.0 else 2.0


def test_a_study_without_labels_has_no_labelled_pair(study: Study) -> None:
    assert labelled(study) == changed(study) == disputed(study) == []
    assert label_states.counts(study) == label_states.NO_LABELS


def test_an_accepted_value_is_labelled_and_not_changed(study: Study) -> None:
    label(study, "ann", 0, "clarity", "accept")
    label(study, "ann", 5, "clarity", "correct", other(study, 5))
    assert labelled(study) == [0, 2]
    assert changed(study) == [2]


def test_a_factor_counts_its_own_labels_only(study: Study) -> None:
    label(study, "ann", 0, "clarity", "correct", other(study, 0))
    assert labelled(study, "clarity") == changed(study, "clarity") == [0]
    assert labelled(study, "words") == changed(study, "words") == []


def test_cannot_tell_takes_a_label_back(study: Study) -> None:
    label(study, "ann", 0, "clarity", "correct", other(study, 0))
    label(study, "ann", 0, "clarity", "cannot_tell")
    assert labelled(study) == changed(study) == []


def test_an_undone_label_counts_for_nothing(study: Study) -> None:
    act = label(study, "ann", 0, "clarity", "correct", other(study, 0))
    undo(study, "ann", act)
    assert labelled(study) == changed(study) == []
    assert label_states.counts(study).labels == 0


def test_the_latest_label_decides_whether_a_value_is_changed(study: Study) -> None:
    label(study, "ann", 0, "clarity", "correct", other(study, 0))
    label(study, "bea", 0, "clarity", "accept")
    assert changed(study) == []


def test_not_applicable_is_a_change_and_can_be_disputed(study: Study) -> None:
    label(study, "ann", 0, "clarity", "correct", NOT_APPLICABLE)
    assert changed(study) == [0]
    assert disputed(study) == []
    label(study, "bea", 0, "clarity", "accept")
    assert disputed(study) == [0]


def test_a_dispute_ends_when_people_agree_or_somebody_settles_it(study: Study) -> None:
    for response in (0, 4):
        label(study, "ann", response, "clarity", "accept")
        label(study, "bea", response, "clarity", "correct", other(study, response))
    label(study, "cleo", 1, "clarity", "accept")
    assert disputed(study) == [0, 2]
    label(study, "ann", 0, "clarity", "correct", other(study, 0))
    assert disputed(study) == [2]
    label(study, "lead", 4, "clarity", "adjudicate", other(study, 4))
    assert disputed(study) == []
    assert changed(study) == [0, 2]


def test_labels_are_counted_with_their_people_and_changes(study: Study) -> None:
    label(study, "ann", 0, "clarity", "accept")
    label(study, "ann", 0, "clarity", "correct", other(study, 0))
    label(study, "ann", 1, "words", "accept")
    label(study, "bea", 0, "clarity", "accept")
    label(study, "bea", 1, "clarity", "cannot_tell")
    label(study, "lead", 0, "clarity", "adjudicate", 3.0)
    found = label_states.counts(study)
    assert (found.labels, found.people, found.changed) == (3, 2, 1)
