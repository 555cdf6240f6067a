"""Which values are up to date, and one value per response, factor and extractor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from profile_core.store import factor_values, pair_wide, responses
from profile_core.store.factor_values import Measure, Outstanding
from profile_core.store.study import Study
from tests.studies import empty_study, small_batch, write

LENGTH, TONE = Measure("length", "1", 1), Measure("lengthy", "1", 1)
BOTH = (LENGTH, TONE)


@pytest.fixture
def study() -> Iterator[Study]:
    with empty_study() as study:
        write(study, small_batch())
        yield study


def outstanding(study: Study, *measures: Measure, **settings: object) -> list[Outstanding]:
    with study.cursor() as cursor:
        return factor_values.outstanding(cursor, "rules", measures, **settings)  # type: ignore[arg-type]


def add(study: Study, response: str, *measures: Measure, value: float | None = 1.0) -> None:
    with study.writing() as cursor:
        factor_values.drop_stale(cursor, "rules", measures, [response])
        values = [(response, measure.factor, value, '{"spans":[]}') for measure in measures]
        factor_values.add(cursor, "rules", measures, values, run_id="run")


def stored(study: Study) -> list[tuple[object, ...]]:
    return (
        study.cursor()
        .execute(
            "SELECT factor, extractor, extractor_version, factor_version, value, run_id "
            "FROM factor_value ORDER BY ALL"
        )
        .fetchall()
    )


def test_everything_is_outstanding_at_first_and_responses_to_a_prompt_stand_together(
    study: Study,
) -> None:
    found = outstanding(study, *BOTH)
    assert len(found) == 8
    assert {item.factors for item in found} == {("length", "lengthy")}
    prompts = [item.prompt for item in read(study, [item.response_id for item in found])]
    assert len({*prompts[:4]}) == len({*prompts[4:]}) == 1


def test_what_has_a_current_value_is_not_outstanding_even_if_not_applicable(study: Study) -> None:
    first, second, *_ = (item.response_id for item in outstanding(study, *BOTH))
    add(study, first, LENGTH)
    add(study, second, *BOTH, value=None)
    left = {item.response_id: item.factors for item in outstanding(study, *BOTH)}
    assert left[first] == ("lengthy",)
    assert left[second] == ()
    assert sum(factors == ("length", "lengthy") for factors in left.values()) == 6


def test_another_version_of_rule_or_definition_is_stale_and_replaced(study: Study) -> None:
    (first, *_) = (item.response_id for item in outstanding(study, LENGTH))
    add(study, first, *BOTH)
    for newer in (Measure("length", "2", 1), Measure("length", "2", 2)):
        assert len([item for item in outstanding(study, newer) if item.factors]) == 8
        add(study, first, newer, value=2.0)
    assert stored(study) == [
        ("length", "rules", "2", 2, 2.0, "run"),
        ("lengthy", "rules", "1", 1, 1.0, "run"),
    ]


def test_values_of_other_extractors_are_neither_up_to_date_nor_dropped(study: Study) -> None:
    (first, *_) = (item.response_id for item in outstanding(study, LENGTH))
    with study.writing() as cursor:
        factor_values.add(cursor, "other", [LENGTH], [(first, "length", 9.0, None)], run_id="r")
    assert all(item.factors for item in outstanding(study, LENGTH))
    add(study, first, LENGTH)
    assert [(row[1], row[4]) for row in stored(study)] == [("other", 9.0), ("rules", 1.0)]


def test_a_selection_and_a_limit_take_the_same_responses_each_time(study: Study) -> None:
    everything = [item.response_id for item in outstanding(study, LENGTH)]
    some = outstanding(study, LENGTH, limit=3)
    assert [item.response_id for item in some] == everything[:3]
    among = outstanding(study, LENGTH, among=[everything[5], everything[1]])
    assert [item.response_id for item in among] == [everything[1], everything[5]]
    assert outstanding(study, LENGTH, among=[]) == []


def read(study: Study, ids: list[str]) -> list[responses.PromptedResponse]:
    with study.cursor() as cursor:
        return responses.read(cursor, ids)


def test_responses_are_read_in_the_order_asked_with_their_prompts(study: Study) -> None:
    ids = [item.response_id for item in outstanding(study, LENGTH)][::-1]
    found = read(study, ids)
    assert [item.response_id for item in found] == ids
    by_text = {item.text: item for item in found}
    assert by_text["one two three"].prompt == "Question 0?"
    assert by_text["d e f"].prompt == "Question 1?"
    assert by_text["d"].task == "summarization"
    assert by_text["d"].source_text is None


def test_the_responses_of_pairs_are_named_once_each(study: Study) -> None:
    wide = pair_wide.ensure(study)
    with study.cursor() as cursor:
        numbers = cursor.execute(
            f"SELECT pair_no FROM {wide.name} WHERE choice_human = 'b'"
        ).fetchnumpy()["pair_no"]
        found = responses.of_pairs(cursor, wide, numbers)
    assert len(found) == len(set(found)) == 6
    assert {item.text for item in read(study, found)} == {
        "one",
        "one two",
        "a b c",
        "a b",
        "d",
        "d e f",
    }
