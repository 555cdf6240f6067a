"""From labels of facts to factor values."""

from __future__ import annotations

import pytest

from profile_core.factors.atomic import ATOMIC_FACTORS, LabelledFact, fact_values
from profile_core.factors.taxonomy import builtin_factors

FACTS = (
    LabelledFact(supported=True, in_focus=True, misinformation=False, helpful=True),
    LabelledFact(supported=False, in_focus=True, misinformation=True, helpful=False),
    LabelledFact(supported=None, in_focus=False, misinformation=None, helpful=True),
    LabelledFact(supported=True, in_focus=True, misinformation=False, helpful=None),
)


def test_values_are_shares_of_the_facts_whose_label_is_known() -> None:
    assert fact_values(FACTS, "document_qa", [True, False, None, True, True]) == {
        "n_facts": 4.0,
        "source_coverage": 0.75,
        "off_focus": 0.25,
        "hallucination": pytest.approx(1 / 3),
        "misinformation": pytest.approx(1 / 3),
        "helpfulness": pytest.approx(2 / 3),
    }


def test_a_factor_does_not_apply_to_other_tasks() -> None:
    summary = fact_values(FACTS, "summarization", [True])
    assert summary["misinformation"] is None
    assert summary["helpfulness"] is None
    assert summary["hallucination"] == pytest.approx(1 / 3)
    advice = fact_values(FACTS, "helpful_response", [True])
    assert advice["hallucination"] is None
    assert advice["source_coverage"] is None
    assert advice["off_focus"] == 0.25


def test_an_unnamed_task_admits_every_factor() -> None:
    assert None not in fact_values(FACTS, None, [True]).values()


def test_without_known_labels_a_ratio_does_not_apply_but_facts_are_counted() -> None:
    values = fact_values([LabelledFact(), LabelledFact()], "document_qa", [])
    assert values.pop("n_facts") == 2.0
    assert set(values.values()) == {None}


def test_no_facts_are_no_facts_and_not_missing() -> None:
    assert fact_values([])["n_facts"] == 0.0


def test_a_share_of_zero_is_a_value() -> None:
    assert fact_values([LabelledFact(supported=True)])["hallucination"] == 0.0


def test_coverage_nobody_measured_has_no_value_at_all() -> None:
    assert "source_coverage" not in fact_values(FACTS, "summarization")


def test_correcting_one_fact_changes_the_value() -> None:
    corrected = (*FACTS[:1], LabelledFact(supported=True), *FACTS[2:])
    assert fact_values(corrected, "summarization")["hallucination"] == 0.0


def test_the_factors_are_defined() -> None:
    assert set(ATOMIC_FACTORS) <= {factor.name for factor in builtin_factors()}
