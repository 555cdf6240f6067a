"""Agreement of annotators, what they disagree on, and settling it."""

from __future__ import annotations

import math

import krippendorff
import numpy as np
import pytest

from profile_core.annotation.adjudication import adjudicate_preference, adjudicate_value
from profile_core.annotation.agreement import PREFERENCE, agreement, disagreements
from profile_core.errors import ProfileError, UnknownName
from profile_core.stats.agreement import agreement_rate, coded
from profile_core.store.acts import Action
from profile_core.store.rows import first_row
from profile_core.types import Choice, Mode
from tests.label_desk import (
    EXTRACTOR,
    NOT_APPLICABLE,
    automatic,
    label,
    labelled_study,
    pair_id,
    prefer,
    response_id,
    undo,
)
from tests.test_stats_ratings import kappa_twin

A, B, TIE = Choice.A, Choice.B, Choice.TIE


@pytest.fixture
def study():
    with labelled_study(pairs=16) as opened:
        yield opened


def corrected(study, response, factor):
    row = first_row(
        study.cursor(),
        "SELECT value FROM corrected_value WHERE response_id = ? AND factor = ?",
        [response_id(study, response), factor],
    )
    return row and row[0]


def test_agreement_on_a_factor_is_that_of_the_statistics(study):
    draw = np.random.default_rng(0)
    said = np.clip(draw.integers(1, 6, 32) + draw.integers(-1, 2, (2, 32)), 1, 5).astype(float)
    for name, values in zip(("Ann", "Bob"), said, strict=True):
        for response, value in enumerate(values):
            label(study, name, response, "clarity", "correct", value)
    label(study, "Cem", 0, "words", "accept")
    clarity, words = agreement(study)
    assert (clarity.annotators, clarity.labels, clarity.units, clarity.shared) == (2, 64, 32, 32)
    assert clarity.alpha == pytest.approx(krippendorff.alpha(said, level_of_measurement="ordinal"))
    assert clarity.kappa == pytest.approx(kappa_twin(*said))
    assert clarity.exact == (said[0] == said[1]).mean()
    assert clarity.exact_low < clarity.exact < clarity.exact_high
    assert (clarity.prompts, clarity.disputed) == (8, (said[0] != said[1]).sum())
    assert (words.factor, words.annotators, words.units, words.shared) == ("words", 1, 1, 0)
    assert (words.alpha, words.kappa, words.exact) == (None, None, None)
    assert agreement(study, "words") == (words,)


def test_adjudications_and_cannot_tell_are_no_votes(study):
    label(study, "Ann", 0, "words", "correct", 3)
    label(study, "Bob", 0, "words", "cannot_tell")
    adjudicate_value(study, "Lea", response_id(study, 0), "words", 7)
    (row,) = agreement(study)
    assert (row.annotators, row.labels, row.shared) == (1, 1, 0)
    assert disagreements(study) == []


def test_not_applicable_agrees_with_itself_and_with_no_number(study):
    for response, (first, second) in enumerate(
        [(NOT_APPLICABLE, NOT_APPLICABLE), (NOT_APPLICABLE, 2), (4, 4), (1, 2)]
    ):
        label(study, "Ann", response, "clarity", "correct", first)
        label(study, "Bob", response, "clarity", "correct", second)
    (row,) = agreement(study)
    assert (row.exact, row.shared, row.disputed) == (0.5, 4, 2)
    assert row.kappa == pytest.approx(kappa_twin([4, 1], [4, 2]))


def test_agreement_on_preferences_counts_ties_as_a_choice(study):
    first = [A, A, B, TIE, A, B, A, B, TIE, A]
    second = [A, B, B, TIE, TIE, B, A, A, TIE, A]
    for pair, (one, other) in enumerate(zip(first, second, strict=True)):
        prefer(study, "Ann", pair, one)
        prefer(study, "Bob", pair, other)
    (row,) = agreement(study, PREFERENCE)
    assert (row.factor, row.annotators, row.shared, row.disputed) == (None, 2, 10, 3)
    assert row.exact == 0.7
    table = np.stack([coded(first), coded(second)])
    assert row.alpha == pytest.approx(krippendorff.alpha(table, level_of_measurement="nominal"))
    chance = sum((table[0] == k).mean() * (table[1] == k).mean() for k in range(3))
    assert row.kappa == pytest.approx((0.7 - chance) / (1 - chance))
    assert agreement(study) == (row,)


def test_without_ties_it_is_the_agreement_rate_of_two_sources(study):
    first = [A, A, B, B, A, B, A, B, B, A, A, B]
    second = [A, B, B, A, A, B, A, A, B, A, B, B]
    for pair, (one, other) in enumerate(zip(first, second, strict=True)):
        prefer(study, "Ann", pair, one)
        prefer(study, "Bob", pair, other)
    (row,) = agreement(study)
    rate = agreement_rate(coded(first), coded(second), [pair // 2 for pair in range(12)])
    assert [row.exact, row.exact_low, row.exact_high] == pytest.approx(
        [float(rate.estimate), float(rate.low), float(rate.high)]
    )


def test_disagreements_come_without_names_the_widest_apart_first(study):
    said = {0: (2, 3), 1: (1, 5), 2: (4, 4), 3: (NOT_APPLICABLE, 2), 4: (2, 5)}
    for response, values in said.items():
        for name, value in zip(("Ann", "Bob"), values, strict=True):
            label(study, name, response, "clarity", "correct", value)
    prefer(study, "Ann", 5, TIE)
    prefer(study, "Bob", 5, A)
    prefer(study, "Ann", 6, B)
    prefer(study, "Bob", 6, A)
    found = disagreements(study)
    assert [(item.factor, item.response_id, item.values) for item in found] == [
        ("clarity", response_id(study, 3), (2, None)),
        ("clarity", response_id(study, 1), (1, 5)),
        ("clarity", response_id(study, 4), (2, 5)),
        ("clarity", response_id(study, 0), (2, 3)),
        (None, None, (A, B)),
        (None, None, (A, TIE)),
    ]
    assert [item.pair_id for item in found] == [pair_id(study, n) for n in (1, 0, 2, 0, 6, 5)]
    assert found[1].automatic == automatic(study, 1, "clarity")
    assert "Ann" not in repr(found)
    assert len(disagreements(study, PREFERENCE)) == 2
    assert len(disagreements(study, "clarity")) == 4
    assert disagreements(study, "words") == []


def test_the_adjudicated_value_wins_over_later_labels_and_can_be_undone(study):
    label(study, "Ann", 1, "clarity", "correct", 1)
    label(study, "Bob", 1, "clarity", "correct", 5)
    versions = study.versions()
    act = adjudicate_value(study, "Lea", response_id(study, 1), "clarity", 2, note="too vague")
    assert corrected(study, 1, "clarity") == 2
    assert study.versions().corrections == versions.corrections + 1
    label(study, "Ann", 1, "clarity", "correct", 4)
    assert corrected(study, 1, "clarity") == 2
    assert disagreements(study) == []
    (settled,) = disagreements(study, settled=True)
    assert (settled.adjudicated, settled.values) == (True, (4, 5))
    row = first_row(
        study.cursor(),
        "SELECT action, mode, old_value, extractor, annotator, note, act_id FROM correction "
        "WHERE action = 'adjudicate'",
    )
    was = automatic(study, 1, "clarity")
    assert row == ("adjudicate", "adjudication", was, EXTRACTOR, "Lea", "too vague", act.act_id)
    assert (act.action, act.mode, act.pair_id) == (
        Action.ADJUDICATE,
        Mode.ADJUDICATION,
        pair_id(study, 0),
    )
    adjudicate_value(study, "Lea", response_id(study, 1), "clarity", None)
    assert corrected(study, 1, "clarity") is None
    undo(study, "Lea", act.act_id)
    (still,) = disagreements(study, settled=True)
    assert still.adjudicated


def test_an_adjudicated_preference_is_the_groups_choice(study):
    def group_choice():
        row = first_row(
            study.cursor(),
            "SELECT choice FROM standing_preference "
            "WHERE source_id = 'human:annotators' AND pair_id = ?",
            [pair_id(study, 2)],
        )
        return row and row[0]

    prefer(study, "Ann", 2, A)
    prefer(study, "Bob", 2, B)
    assert group_choice() == "tie"
    versions = study.versions()
    act = adjudicate_preference(study, "Lea", pair_id(study, 2), B, reason="a copies the source")
    assert group_choice() == "b"
    assert study.versions().data == versions.data + 1
    assert disagreements(study) == []
    assert [item.adjudicated for item in disagreements(study, settled=True)] == [True]
    (row,) = agreement(study)
    assert (row.annotators, row.labels) == (2, 2)
    undo(study, "Lea", act.act_id)
    assert group_choice() == "tie"
    assert len(disagreements(study)) == 1


def test_what_cannot_be_adjudicated_is_refused(study):
    first = response_id(study, 0)
    with pytest.raises(ProfileError, match=r"7 is no value of Clarity .*from 1 to 5"):
        adjudicate_value(study, "Lea", first, "clarity", 7)
    with pytest.raises(ProfileError, match="no value of Words"):
        adjudicate_value(study, "Lea", first, "words", math.inf)
    with pytest.raises(UnknownName):
        adjudicate_value(study, "Lea", first, "clarty", 1)
    with pytest.raises(ProfileError, match="no pair with a response"):
        adjudicate_value(study, "Lea", "nothing", "clarity", 1)
    with pytest.raises(ProfileError, match="nobody chose"):
        adjudicate_preference(study, "Lea", pair_id(study, 0), A)
    assert first_row(study.cursor(), "SELECT count(*) FROM act") == (0,)
    with pytest.raises(UnknownName, match="did you mean preference"):
        agreement(study, "preferences")
