"""The audit of extractors, against hand-worked cases and a plain twin."""

from __future__ import annotations

import math

import numpy as np
import pytest

from profile_core.annotation.adjudication import adjudicate_value
from profile_core.annotation.audit import AuditRow, Split, audit
from profile_core.errors import UnknownName
from profile_core.types import Mode
from tests.label_desk import (
    EXTRACTOR,
    NOT_APPLICABLE,
    automatic,
    label,
    labelled_study,
    response_id,
    undo,
)
from tests.test_stats_ratings import kappa_twin


@pytest.fixture
def study():
    with labelled_study(pairs=24) as opened:
        yield opened


def only(rows: tuple[AuditRow, ...]) -> AuditRow:
    assert len(rows) == 1
    return rows[0]


def shifted(study, response, factor, by):
    """A human value that differs from the automatic one by so much."""
    return automatic(study, response, factor) + by


def test_an_audit_worked_by_hand(study):
    """Of ten values six are accepted, one is confirmed by hand, three are marked up by two."""
    for response in range(6):
        label(study, "Ann", response, "words", "accept")
    label(study, "Ann", 6, "words", "correct", shifted(study, 6, "words", 0))
    for response in (7, 8, 9):
        label(study, "Ann", response, "words", "correct", shifted(study, response, "words", 2))
    row = only(audit(study))
    assert (row.factor, row.extractor, row.group) == ("words", EXTRACTOR, None)
    assert (row.reviewed, row.accepted, row.acceptance) == (10, 6, 0.6)
    assert row.exact == 0.7
    assert row.bias == pytest.approx(-0.6)  # automatic minus human
    assert row.prompts == 3
    assert (row.bias_low, row.bias_high) == (None, None)
    assert "fewer than 5 prompts" in row.note
    values = [automatic(study, response, "words") for response in range(10)]
    human = [value + 2 * (place > 6) for place, value in enumerate(values)]
    assert row.kappa == pytest.approx(kappa_twin(values, human))
    assert (row.blind_reviewed, row.blind_exact, row.anchoring) == (0, None, None)
    assert not row.is_weighted


def test_the_bias_has_an_interval_by_prompt(study):
    draw = np.random.default_rng(1)
    by_prompt: dict[int, list[float]] = {}
    for response in range(48):
        error = float(draw.integers(0, 3))
        by_prompt.setdefault(response // 4, []).append(-error)
        label(study, "Ann", response, "words", "correct", shifted(study, response, "words", error))
    row = only(audit(study, "words"))
    mean = np.mean([value for errors in by_prompt.values() for value in errors])
    residuals = [sum(errors) - mean * len(errors) for errors in by_prompt.values()]
    se = math.sqrt(12 / 11 * sum(r**2 for r in residuals)) / 48
    assert row.bias == pytest.approx(mean)
    assert row.bias_high - row.bias_low == pytest.approx(2 * 2.2009852 * se, rel=1e-6)
    assert row.bias_low < mean < row.bias_high < 0


def test_not_applicable_is_a_value_of_its_own_and_no_number(study):
    with study.writing() as cursor:
        cursor.execute(
            "UPDATE factor_value SET value = NULL WHERE factor = 'words' AND response_id IN (?, ?)",
            [response_id(study, 0), response_id(study, 1)],
        )
    label(study, "Ann", 0, "words", "accept")
    label(study, "Ann", 1, "words", "correct", 3)
    label(study, "Ann", 2, "words", "correct", NOT_APPLICABLE)
    label(study, "Ann", 3, "words", "correct", shifted(study, 3, "words", 1))
    row = only(audit(study))
    assert (row.reviewed, row.exact, row.bias) == (4, 0.25, -1)


def test_the_value_in_force_counts_and_cannot_tell_does_not(study):
    label(study, "Ann", 0, "words", "accept")
    label(study, "Bob", 0, "words", "correct", shifted(study, 0, "words", 1))
    label(study, "Ann", 1, "words", "accept")
    label(study, "Ann", 1, "words", "cannot_tell")
    label(study, "Ann", 2, "words", "accept")
    act = label(study, "Ann", 2, "words", "correct", shifted(study, 2, "words", 5))
    undo(study, "Ann", act)
    row = only(audit(study))
    assert (row.reviewed, row.accepted, row.exact, row.cannot_tell) == (2, 1, 0.5, 1)
    adjudicate_value(study, "Lea", response_id(study, 0), "words", automatic(study, 0, "words"))
    row = only(audit(study))
    assert (row.reviewed, row.exact, row.bias) == (2, 1, 0)
    # Who adjudicates was shown no value to accept, so the share is over the other one.
    assert (row.accepted, row.acceptance) == (1, 1)


def test_only_cannot_tell_leaves_nothing_to_tell(study):
    label(study, "Ann", 1, "words", "cannot_tell")
    row = only(audit(study))
    assert (row.reviewed, row.acceptance, row.exact, row.kappa, row.bias) == (0, *[None] * 4)


def test_labels_of_pairs_drawn_unequally_are_weighted_back(study):
    """A targeted draw finds the wrong ones three times as often as the right ones."""
    for response, (probability, error) in enumerate([(0.9, 1), (0.9, 1), (0.9, 0), (0.3, 0)]):
        label(
            study,
            "Ann",
            response,
            "words",
            "correct" if error else "accept",
            shifted(study, response, "words", error),
            probability=probability,
        )
    row = only(audit(study))
    total = 3 / 0.9 + 1 / 0.3
    assert row.is_weighted
    assert row.exact == pytest.approx((1 / 0.9 + 1 / 0.3) / total)
    assert row.acceptance == row.exact
    assert row.bias == pytest.approx(-2 / 0.9 / total)
    assert (row.reviewed, row.accepted) == (4, 2)
    # One label from outside the draw, and the others are no sample of anything any more.
    label(study, "Ann", 4, "words", "accept")
    row = only(audit(study))
    assert (row.is_weighted, row.exact) == (False, 0.6)


def test_an_adjudicated_value_counts_with_the_probability_of_its_labels(study):
    label(study, "Ann", 0, "words", "accept", probability=0.2)
    label(study, "Bob", 0, "words", "correct", 1, probability=0.2)
    label(study, "Ann", 4, "words", "correct", shifted(study, 4, "words", 1), probability=0.6)
    adjudicate_value(study, "Lea", response_id(study, 0), "words", automatic(study, 0, "words"))
    row = only(audit(study))
    assert row.exact == pytest.approx(0.75)


def test_review_against_blind_tells_how_far_people_are_anchored(study):
    """What was seen is accepted everywhere; unseen, every second value is another."""
    for response in range(24):
        label(study, "Ann", response, "words", "accept")
    for response in range(48):
        error = response % 2 if response % 8 < 6 else 1
        said = shifted(study, response, "words", error)
        label(study, "Bob", response, "words", "correct", said, mode=Mode.BLIND)
    row = only(audit(study))
    assert (row.blind_reviewed, row.blind_exact) == (48, 0.375)
    assert row.review_exact == 1
    assert row.anchoring == pytest.approx(0.625)
    assert 0 < row.anchoring_low < row.anchoring < row.anchoring_high
    # A value in force that was given blind cannot have been accepted.
    assert (row.reviewed, row.accepted, row.acceptance) == (48, 0, None)


def test_rows_are_split_by_version_and_by_generator(study):
    for response in range(8):
        label(study, "Ann", response, "words", "accept", extractor_version=str(response // 4))
        label(study, "Ann", response, "clarity", "correct", 1 if response % 2 else 5)
    assert [(row.factor, row.group, row.reviewed) for row in audit(study)] == [
        ("clarity", None, 8),
        ("words", None, 8),
    ]
    by_version = audit(study, "words", by=Split.EXTRACTOR_VERSION)
    assert [(row.group, row.reviewed) for row in by_version] == [("0", 4), ("1", 4)]
    by_generator = audit(study, "clarity", by="generator")
    assert [row.group for row in by_generator] == ["left", "right"]
    assert by_generator[0].bias < by_generator[1].bias


def test_names_that_are_not_there_are_told(study):
    assert audit(study) == ()
    assert audit(study, "words", "anything") == ()
    with pytest.raises(UnknownName, match="did you mean words"):
        audit(study, "wrds")
    label(study, "Ann", 0, "words", "accept")
    with pytest.raises(UnknownName, match="did you mean rater"):
        audit(study, extractor="rate")
    assert len(audit(study, extractor="rater")) == 1
    with pytest.raises(ValueError, match="annotator"):
        audit(study, by="annotator")
