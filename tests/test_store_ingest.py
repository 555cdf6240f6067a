"""Writing batches: what is new is added, what is there is left, what contradicts is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from profile_core.errors import ImportRefused
from profile_core.store import census, factors
from profile_core.store.ingest import Ingested
from profile_core.store.records import Batch
from profile_core.store.study import Study, Versions
from profile_core.types import SourceKind, VerdictStatus
from tests.studies import (
    TIE,
    A,
    B,
    a_factor,
    empty_study,
    levels_batch,
    pairs_batch,
    small_batch,
    write,
)


@pytest.fixture
def study() -> Iterator[Study]:
    with empty_study() as study:
        yield study


def counts(study: Study) -> dict[str, int]:
    with study.cursor() as cursor:
        return census.table_counts(cursor)


def values_batch(value: float | None, *, extractor: str = "imported:x") -> Batch:
    batch = Batch("levels", "values.csv")
    prompt = batch.add_prompt("Write.", task="summarization")
    response = batch.add_response(prompt, "word " * 3, generator="writer", score_level=3)
    batch.add_factor(a_factor("tone"))
    batch.add_factor_value(response, "tone", value, extractor, place="row 1")
    return batch


def test_an_import_tells_what_it_added(study: Study) -> None:
    added = write(study, small_batch())
    assert added == Ingested(prompts=2, responses=8, pairs=4, preferences=4)
    assert study.versions() == Versions(1, 0)


def test_importing_the_same_again_adds_nothing_and_says_so(study: Study) -> None:
    batches = (small_batch(), levels_batch(), values_batch(2.0))
    write(study, *batches)
    before = counts(study)
    again = write(study, *batches)
    assert counts(study) == before
    assert (again.prompts, again.responses, again.pairs, again.preferences) == (0, 0, 0, 0)
    assert (again.factor_values, again.generation_pairs) == (0, 0)
    assert again.already_present == 4


def test_rows_of_one_import_are_not_called_present_because_it_came_in_parts(study: Study) -> None:
    added = write(study, small_batch(), small_batch())
    assert added.pairs == 4
    assert added.already_present == 0


def test_what_grew_since_the_first_import_is_added(study: Study) -> None:
    texts, choices = [("a", "b b"), ("c", "d d")], [A, B]
    write(study, pairs_batch(texts[:1], choices[:1]))
    added = write(study, pairs_batch(texts, choices))
    assert (added.pairs, added.preferences, added.already_present) == (1, 1, 1)


def test_the_same_texts_in_another_data_set_are_other_pairs(study: Study) -> None:
    texts, choices = [("a", "b b")], [A]
    write(study, pairs_batch(texts, choices, dataset="first"))
    added = write(study, pairs_batch(texts, choices, dataset="second"))
    assert (added.prompts, added.responses, added.pairs) == (1, 2, 1)


def test_repeated_rows_are_pairs_of_their_own_and_counted(study: Study) -> None:
    batch = pairs_batch([("a", "b b"), ("a", "b b"), ("c", "d")], [A, B, A])
    added = write(study, batch)
    assert added.pairs == 3
    assert added.responses == 4
    assert added.duplicates == 1


def test_a_row_repeated_with_its_id_is_one_pair_and_counted(study: Study) -> None:
    batch = Batch("small")
    prompt = batch.add_prompt("Q")
    sides = [batch.add_response(prompt, text) for text in ("a", "b")]
    for place in ("row 1", "row 2"):
        batch.add_pair(prompt, sides[0], sides[1], "7", place=place)
    added = write(study, batch)
    assert (added.pairs, added.duplicates) == (1, 1)


def test_the_same_texts_by_other_generators_count_as_repeated(study: Study) -> None:
    batch = Batch("small")
    prompt = batch.add_prompt("Q")
    for key, generator in enumerate(("one", "two")):
        left, right = (batch.add_response(prompt, text, generator=generator) for text in ("a", "b"))
        batch.add_pair(prompt, left, right, str(key))
    added = write(study, batch)
    assert (added.responses, added.pairs, added.duplicates) == (4, 2, 1)


def test_an_id_that_stands_for_other_texts_is_refused_with_its_place(study: Study) -> None:
    write(study, small_batch())
    before = counts(study)
    other = pairs_batch([("quite", "different")], [A])
    with pytest.raises(ImportRefused, match=r"rows.csv, row 1: the pair id '0' stands for other"):
        write(study, other)
    assert counts(study) == before
    assert study.versions() == Versions(1, 0)


def test_another_verdict_of_the_same_source_is_refused_with_both_choices(study: Study) -> None:
    write(study, pairs_batch([("a", "b b")], [A]))
    with pytest.raises(ImportRefused, match=r"row 1.*'human:human'.*found 'b'.*expected 'a'"):
        write(study, pairs_batch([("a", "b b")], [B]))


def test_another_value_of_the_same_extractor_is_refused_and_another_extractor_is_not(
    study: Study,
) -> None:
    write(study, values_batch(2.0))
    with pytest.raises(ImportRefused, match=r"another value of 'tone'.*found 3.0; expected 2.0"):
        write(study, values_batch(3.0))
    with pytest.raises(ImportRefused, match="another value of 'tone'"):
        write(study, values_batch(None))
    assert write(study, values_batch(3.0, extractor="imported:y")).factor_values == 1


def test_a_refusal_late_in_a_file_undoes_its_beginning(study: Study) -> None:
    write(study, values_batch(2.0))
    before = counts(study)
    with pytest.raises(ImportRefused):
        write(study, small_batch(), values_batch(3.0))
    assert counts(study) == before


def test_a_text_that_no_file_can_hold_is_refused(study: Study) -> None:
    batch = Batch("small")
    batch.add_prompt("half a character: \ud800")
    with pytest.raises(ImportRefused, match="cannot be stored"):
        write(study, batch)
    assert counts(study)["prompt"] == 0


def test_invalid_answers_are_kept_and_counted(study: Study) -> None:
    batch = pairs_batch([("a", "b b")], [TIE])
    judge = batch.add_source(SourceKind.JUDGE, "j")
    (pair,) = batch.pairs
    batch.add_preference(pair, judge, None, status=VerdictStatus.INVALID)
    added = write(study, batch)
    assert (added.preferences, added.invalid) == (2, 1)


def test_score_levels_make_generation_pairs_from_worse_to_better(study: Study) -> None:
    added = write(study, levels_batch((1, 3, 5)))
    assert (added.generation_pairs, added.pairs) == (3, 0)
    rows = (
        study.cursor()
        .execute(
            "SELECT a.score_level, b.score_level, pair.setting FROM pair "
            "JOIN response AS a ON a.response_id = response_a "
            "JOIN response AS b ON b.response_id = response_b ORDER BY ALL"
        )
        .fetchall()
    )
    assert rows == [(1, 3, "generation"), (1, 5, "generation"), (3, 5, "generation")]
    assert study.cursor().execute("SELECT source_id, kind, model FROM source").fetchall() == [
        ("generator:writer", "generator", "writer")
    ]


def test_a_new_level_is_paired_with_the_ones_that_were_there(study: Study) -> None:
    write(study, levels_batch((1, 3)))
    assert write(study, levels_batch((1, 3, 5))).generation_pairs == 2


def test_levels_are_paired_within_a_generator_and_equal_ones_not_at_all(study: Study) -> None:
    batch = levels_batch((1, 2))
    prompt = next(iter(batch.prompts))
    batch.add_response(prompt, "other", generator="someone else", score_level=4)
    batch.add_response(prompt, "second try", generator="writer", score_level=2)
    batch.add_response(prompt, "no level", generator="writer")
    batch.add_response(prompt, "nobody", score_level=3)
    batch.add_response(prompt, "nobody's better one", score_level=5)
    assert write(study, batch).generation_pairs == 2


def test_the_same_judge_and_generator_are_two_sources_with_one_model(study: Study) -> None:
    batch = levels_batch((1, 5))
    batch.add_source(SourceKind.JUDGE, "writer", model="writer")
    write(study, batch)
    rows = study.cursor().execute("SELECT source_id, model FROM source ORDER BY ALL").fetchall()
    assert rows == [("generator:writer", "writer"), ("judge:writer", "writer")]


def test_a_study_keeps_its_own_definition_of_a_factor(study: Study) -> None:
    batch = values_batch(1.0)
    batch.add_factor(a_factor("length", version=40))
    write(study, batch)
    known = factors.current(study.cursor())
    assert known["length"].version == 1
    assert known["tone"].taxonomy == "imported"


def test_facts_and_labels_are_written_once(study: Study) -> None:
    batch = levels_batch((1,))
    (response,) = batch.responses
    fact = batch.add_fact(response, "facts:me", 1, "It says word.", quote="word", span=(0, 4))
    batch.add_fact(response, "facts:me", 2, "It is long.", quote="never said")
    batch.add_fact_label(fact, "supported", True, "me")
    assert write(study, batch).facts == 2
    assert write(study, batch).facts == 0
    rows = study.cursor().execute("SELECT quote, start_char, end_char FROM fact ORDER BY ordinal")
    assert rows.fetchall() == [("word", 0, 4), ("never said", None, None)]
    assert counts(study)["fact_label"] == 1
