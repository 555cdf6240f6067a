"""The sentences of the overview: true, cautious, and open to their pairs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from profile_core.actions.extract import extract
from profile_core.analysis.headline import headline
from profile_core.analysis.next_steps import next_steps
from profile_core.analysis.overview import info
from profile_core.analysis.planes import load
from profile_core.store.records import Batch
from profile_core.store.study import Study
from profile_core.types import Choice, SourceKind
from tests.studies import A, B, a_factor, empty_study, levels_batch, pairs_batch, write

LONG_FIRST = [(f"a much longer answer {n}", f"short {n}") for n in range(40)]


@pytest.fixture
def study() -> Iterator[Study]:
    with empty_study() as study:
        yield study


def judged(choices: list[Choice | None], kind: SourceKind, name: str) -> Batch:
    """The forty pairs, on which one source alone chose."""
    batch = pairs_batch(LONG_FIRST, [None] * len(LONG_FIRST))
    batch.preferences.clear()
    batch.sources.clear()
    source = batch.add_source(kind, name)
    for pair, choice in zip(batch.pairs, choices, strict=True):
        batch.add_preference(pair, source, choice)
    return batch


def test_a_clear_influence_is_named_with_its_interval(study: Study) -> None:
    write(study, pairs_batch(LONG_FIRST, [A] * 38 + [B] * 2))
    extract(study, factors=("length", "novel_words"))
    (finding,) = headline(study).findings
    assert finding.sentence.startswith("What people prefer here goes with more length")
    assert finding.evidence[0].text.startswith("Length 0.")
    assert "[" in finding.evidence[0].text


def test_every_number_opens_exactly_its_pairs(study: Study) -> None:
    write(study, judged([A] * 30 + [B] * 5 + [None] * 5, SourceKind.JUDGE, "j"), levels_batch())
    extract(study, factors=("length",))
    planes = load(study)
    found = [item for finding in headline(study).findings for item in finding.evidence]
    assert found
    for item in found:
        assert len(planes.pair_numbers(planes.mask(item.where))) == item.pairs


def test_chance_is_called_chance(study: Study) -> None:
    write(study, judged([A, B, B, A] * 10, SourceKind.JUDGE, "coin"))
    extract(study, factors=("length",))
    (finding,) = headline(study).findings
    assert finding.sentence == (
        "When it judges, its preference goes with none of 1 factor in a way that can be told "
        "from chance."
    )
    assert finding.evidence == ()


def test_too_few_decided_pairs_say_so(study: Study) -> None:
    write(study, judged([A, A] + [None] * 38, SourceKind.JUDGE, "j"))
    extract(study, factors=("length",))
    (finding,) = headline(study).findings
    assert "too little is decided (2 pairs)" in finding.sentence


def test_a_judge_as_reference_is_called_a_stand_in(study: Study) -> None:
    write(study, judged([A] * 40, SourceKind.JUDGE, "j"))
    assert "used as a stand-in: a model, not people" in headline(study).reference_sentence


def test_labels_of_the_data_set_are_not_called_people(study: Study) -> None:
    write(study, judged([A] * 40, SourceKind.GOLD, "gold"))
    assert "labels that came with the data set" in headline(study).reference_sentence


def test_without_a_choice_there_is_no_reference(study: Study) -> None:
    write(study, levels_batch())
    assert "there is no reference" in headline(study).reference_sentence


def test_a_majority_speaks_for_its_people(study: Study) -> None:
    batch = pairs_batch(LONG_FIRST, [A] * 40)
    one = batch.add_source(SourceKind.HUMAN, "one")
    for pair in batch.pairs:
        batch.add_preference(pair, one, A)
    write(study, batch)
    extract(study, factors=("length",))
    found = headline(study)
    assert [finding.source.name for finding in found.findings] == ["human"]
    assert found.left_out == 1


def test_what_a_preference_was_derived_from_is_no_finding(study: Study) -> None:
    batch = pairs_batch(LONG_FIRST, [None] * 40)
    rater = batch.add_source(SourceKind.GOLD, "rater", derived_from=("tone",))
    batch.add_factor(a_factor("tone"))
    for pair, row in batch.pairs.items():
        batch.add_preference(pair, rater, A)
        batch.add_factor_value(str(row[5]), "tone", 5.0, "imported:rater")
        batch.add_factor_value(str(row[6]), "tone", 1.0, "imported:rater")
    write(study, batch)
    extract(study, factors=("length",))
    (finding,) = headline(study).findings
    assert "tone" not in finding.sentence.lower()


def test_a_judge_of_one_factor_does_not_speak_as_if_it_judged_overall(study: Study) -> None:
    batch = judged([A] * 40, SourceKind.JUDGE, "m/factors@1/length")
    batch.sources.clear()
    batch.add_source(SourceKind.JUDGE, "m/factors@1/length", derived_from=("length",))
    write(study, batch)
    extract(study, factors=("length", "novel_words"))
    alone = headline(study)
    assert (alone.findings, alone.of_one_factor) == ((), 1)
    assert alone.reference_sentence.endswith("not people, and asked about one factor alone.")
    write(study, judged([A] * 30 + [B] * 10, SourceKind.JUDGE, "m/overall@1"))
    both = headline(study)
    assert [finding.source.name for finding in both.findings] == ["m/overall@1"]
    assert both.reference is not None
    assert both.reference.source.name == "m/overall@1"


def test_an_unmeasured_study_is_to_be_measured_first(study: Study) -> None:
    write(study, pairs_batch(LONG_FIRST, [A] * 40))
    assert next_steps(info(study), ())[0].label == "Measure the responses"
    extract(study)
    labels = [step.label for step in next_steps(info(study), ())]
    assert "Measure the responses" not in labels
    assert "Add people's preferences" not in labels


def test_without_people_they_are_asked_for(study: Study) -> None:
    write(study, judged([A] * 40, SourceKind.JUDGE, "j"))
    labels = [step.label for step in next_steps(info(study), ())]
    assert labels[-1] == "Add people's preferences"
