"""The pair view: its columns, its label sets, whose values it uses, and when it is rebuilt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from profile_core.errors import PredicateError, UnknownName
from profile_core.store import factors, labels, pair_wide, pair_wide_patch, predicate
from profile_core.store.acts import Action, acting
from profile_core.store.columns import Role, pair_columns
from profile_core.store.labels import Entry, LabelAction
from profile_core.store.pair_reader import PairReader
from profile_core.store.records import Batch
from profile_core.store.study import Study
from profile_core.types import Choice, LabelSet, Mode, Order, SourceKind, VerdictStatus
from tests.studies import A, B, a_factor, empty_study, levels_batch, pairs_batch, small_batch, write


@pytest.fixture
def study() -> Iterator[Study]:
    with empty_study() as study:
        yield study


def with_values(
    batch: Batch, factor: str, values: dict[str, float | None], extractor: str = "one"
) -> Batch:
    """Give values by text."""
    batch.add_factor(a_factor(factor))
    for response in list(batch.responses.values()):
        if response[6] in values:
            batch.add_factor_value(str(response[0]), factor, values[str(response[6])], extractor)
    return batch


def rows(
    study: Study, *columns: str, labels: LabelSet = LabelSet.AUTOMATIC
) -> list[tuple[Any, ...]]:
    wide = pair_wide.ensure(study, labels)
    names = ", ".join(f'"{column}"' for column in columns)
    return study.cursor().execute(f"SELECT {names} FROM {wide.name} ORDER BY seq").fetchall()


def correct(
    study: Study, text: str, factor: str, new: float | None, *, is_settled: bool = False
) -> str:
    """Label a factor of the responses with a text; gives the act's id."""
    action = Action.ADJUDICATE if is_settled else Action.LABEL
    said = LabelAction.ADJUDICATE if is_settled else LabelAction.CORRECT
    with acting(study, "me", action, mode=Mode.REVIEW) as (cursor, act):
        found = cursor.execute("SELECT response_id FROM response WHERE text = ?", [text]).fetchall()
        labels.write(cursor, act, [Entry(row[0], factor, said, new, None) for row in found])
    return act.act_id


def take_back(study: Study, act_id: str) -> None:
    with acting(study, "me", Action.UNDO, undoes=act_id):
        pass


def test_names_from_data_are_made_safe_and_collisions_numbered() -> None:
    columns = pair_columns(
        ["Year", "year"],
        ["a b", "a_b", "Score level"],
        [("judge:GPT-4", "GPT-4"), ("human:gpt 4", "gpt 4")],
    )
    assert [(c.name, c.of) for c in columns if c.role is not Role.FIXED] == [
        ("meta_year", "Year"),
        ("meta_year_2", "year"),
        ("score_level_a_2", "Score level"),
        ("score_level_b_2", "Score level"),
        ("a_b_a", "a b"),
        ("a_b_b", "a b"),
        ("a_b_a_2", "a_b"),
        ("a_b_b_2", "a_b"),
        ("choice_gpt_4", "human:gpt 4"),
        ("choice_gpt_4_2", "judge:GPT-4"),
    ]


def test_names_do_not_depend_on_the_order_of_what_is_named() -> None:
    given = (["x", "X"], ["b", "B", "b_a"], [("judge:j", "j"), ("human:j", "j")])
    back = tuple(list(reversed(names)) for names in given)
    assert pair_columns(*given) == pair_columns(*back)


@pytest.mark.parametrize(
    "name", ["response", "pair_no", "order", "5w", 'quo"te', "ünïcode", "it's", "a.b", "", "select"]
)
def test_any_name_of_a_factor_can_be_filtered_by(study: Study, name: str) -> None:
    write(study, with_values(small_batch(), name, {"one two three": 3.0, "one": 1.0}))
    wide = pair_wide.ensure(study)
    (factor,) = wide.factors
    checked = predicate.parse(f'"{factor.column_a}" > 2', wide.column_names)
    kept = predicate.select_pair_numbers(study.cursor(), wide.name, checked)
    assert len(kept) == 1
    assert rows(study, factor.column_a, factor.column_b)[0] == (3.0, 1.0)
    a, b = PairReader(study, wide).factor_values(factor)
    assert (np.nansum(a), np.nansum(b)) == (4.0, 1.0)


@pytest.mark.parametrize("name", ["Year", "a.b", "a b", "it's", "back\\slash", "$", "%", "日本"])
def test_any_metadata_field_is_a_column(study: Study, name: str) -> None:
    batch = Batch("small")
    for year in (1999, None, 2020):
        prompt = batch.add_prompt(f"Q{year}", meta={name: year})
        sides = [batch.add_response(prompt, text) for text in ("a", "b")]
        batch.add_pair(prompt, *sides, row_key=str(year))
    write(study, batch)
    (column,) = [c.name for c in pair_wide.ensure(study).columns if c.role is Role.META]
    assert rows(study, column) == [(1999.0,), (None,), (2020.0,)]


def test_a_metadata_field_with_a_word_in_it_is_text(study: Study) -> None:
    batch = Batch("small")
    for value in ("12", "twelve", True):
        prompt = batch.add_prompt(f"Q{value}", meta={"n": value})
        sides = [batch.add_response(prompt, text) for text in ("a", "b")]
        batch.add_pair(prompt, *sides, row_key=str(value))
    write(study, batch)
    assert rows(study, "meta_n") == [("12",), ("twelve",), ("true",)]


def test_a_row_holds_both_sides_and_every_choice(study: Study) -> None:
    write(study, with_values(small_batch(), "tone", {"one": 1.0, "one two": 2.0}))
    columns = ("task", "generator_a", "generator_b", "tone_a", "tone_b", "choice_human", "setting")
    assert rows(study, *columns)[1] == (
        "summarization",
        "left",
        "right",
        1.0,
        2.0,
        "b",
        "evaluation",
    )


def test_pairs_of_a_prompt_stand_together_and_are_numbered_without_gaps(study: Study) -> None:
    write(study, small_batch(), levels_batch())
    wide = pair_wide.ensure(study)
    numbers = study.cursor().execute(f"SELECT pair_no, prompt_no FROM {wide.name} ORDER BY pair_no")
    pair_no, prompt_no = zip(*numbers.fetchall(), strict=True)
    assert pair_no == tuple(range(7))
    assert list(prompt_no) == sorted(prompt_no)
    starts = PairReader(study, wide).prompt_starts()
    assert sorted(np.diff(starts)) == [2, 2, 3]


def test_a_study_without_pairs_has_an_empty_table(study: Study) -> None:
    wide = pair_wide.ensure(study)
    assert rows(study, "pair_id") == []
    assert PairReader(study, wide).prompt_starts().tolist() == [0]


def test_both_orders_make_one_choice_and_an_unusable_one_abstains(study: Study) -> None:
    batch = pairs_batch([("a", "b b")] * 4, [A, A, A, A])
    judge = batch.add_source(SourceKind.JUDGE, "j")
    told: list[tuple[Choice | None, Choice | None]] = [(A, A), (A, B), (A, None), (B, B)]
    for pair, answers in zip(batch.pairs, told, strict=True):
        for order, answer in zip(Order, answers, strict=True):
            status = VerdictStatus.VALID if answer else VerdictStatus.INVALID
            batch.add_preference(pair, judge, answer, order=order, status=status)
    write(study, batch)
    assert rows(study, "choice_j") == [("a",), ("tie",), (None,), ("b",)]


def test_a_generator_prefers_its_higher_level(study: Study) -> None:
    write(study, levels_batch((1, 3, 5)))
    wide = pair_wide.ensure(study)
    (writer,) = wide.sources
    prefers_a, prefers_b = PairReader(study, wide).preferences(writer)
    assert (prefers_a.sum(), prefers_b.sum()) == (0, 3)


def test_the_extractor_with_most_values_is_used_then_the_newest_then_by_name(study: Study) -> None:
    write(study, with_values(small_batch(), "tone", {"one": 1.0}, "few"))
    write(study, with_values(small_batch(), "tone", {"one": 2.0, "d": 2.0}, "more"))
    assert pair_wide.ensure(study).factors[0].extractor == "more"
    write(study, with_values(small_batch(), "tone", {"one": 3.0, "a b": 3.0}, "a newer"))
    assert pair_wide.ensure(study).factors[0].extractor == "a newer"
    batch = with_values(small_batch(), "mood", {"one": 1.0}, "z")
    write(study, with_values(batch, "mood", {"one": 1.0}, "b"))
    assert {f.name: f.extractor for f in pair_wide.ensure(study).factors}["mood"] == "b"


def test_values_that_do_not_apply_do_not_make_an_extractor_the_one_in_use(study: Study) -> None:
    nothing = dict.fromkeys(("one", "d", "a b"))
    write(study, with_values(small_batch(), "tone", nothing, "silent"))
    assert pair_wide.ensure(study).factors == ()
    write(study, with_values(small_batch(), "tone", {"one": 1.0}, "speaks"))
    assert pair_wide.ensure(study).factors[0].extractor == "speaks"


def test_the_extractor_that_a_person_chose_is_used(study: Study) -> None:
    write(study, with_values(small_batch(), "tone", {"one": 1.0, "d": 1.0}, "more"))
    write(study, with_values(small_batch(), "tone", {"one": 7.0}, "few"))
    pair_wide.set_active_extractor(study, "tone", "few")
    pair_wide.set_active_extractor(study, "tone", "few")
    assert pair_wide.ensure(study).factors[0].extractor == "few"
    assert rows(study, "tone_b")[0] == (7.0,)
    assert pair_wide.ensure(study, LabelSet.CORRECTED).factors[0].extractor == "few"


def test_values_of_an_older_definition_are_never_used(study: Study) -> None:
    write(study, with_values(small_batch(), "tone", {"one": 1.0}))
    with study.writing() as cursor:
        factors.add_newer(cursor, [a_factor("tone", version=2)])
    assert pair_wide.ensure(study).factors == ()
    write(study, with_values(small_batch(), "tone", {"d": 5.0}, "again"))
    assert rows(study, "tone_a") == [(None,), (None,), (None,), (5.0,)]


def test_the_corrected_label_set_takes_the_latest_value_and_not_applicable_too(
    study: Study,
) -> None:
    texts = {"one two three": 3.0, "one": 1.0, "a b c": 4.0, "d": 5.0}
    write(study, with_values(small_batch(), "tone", texts))
    correct(study, "one two three", "tone", 30.0)
    correct(study, "one two three", "tone", 33.0)
    correct(study, "a b c", "tone", None)
    correct(study, "a b", "tone", 6.0)
    corrected = rows(study, "tone_a", "tone_b", labels=LabelSet.CORRECTED)
    assert corrected == [(33.0, 1.0), (1.0, None), (None, 6.0), (5.0, None)]
    assert rows(study, "tone_a")[0] == (3.0,)


def test_an_undone_correction_counts_no_more_and_adjudication_goes_before_later_ones(
    study: Study,
) -> None:
    write(study, with_values(small_batch(), "tone", {"one": 1.0, "d": 5.0}))
    correct(study, "d", "tone", 50.0)
    second = correct(study, "d", "tone", 51.0)
    assert rows(study, "tone_a", labels=LabelSet.CORRECTED)[3] == (51.0,)
    take_back(study, second)
    assert rows(study, "tone_a", labels=LabelSet.CORRECTED)[3] == (50.0,)
    correct(study, "d", "tone", 52.0, is_settled=True)
    correct(study, "d", "tone", 53.0)
    assert rows(study, "tone_a", labels=LabelSet.CORRECTED)[3] == (52.0,)


def made_at(study: Study, labels: LabelSet = LabelSet.AUTOMATIC) -> int:
    """Tell one making of a table from the next."""
    name = pair_wide.ensure(study, labels).name
    return int(
        study.cursor()
        .execute("SELECT table_oid FROM duckdb_tables() WHERE table_name = ?", [name])
        .fetchall()[0][0]
    )


def test_the_table_is_rebuilt_when_the_study_changed_and_only_then(study: Study) -> None:
    write(study, with_values(small_batch(), "tone", {"one": 1.0}))
    first = made_at(study)
    versions = study.versions()
    assert made_at(study) == first
    assert study.versions() == versions
    write(study, with_values(small_batch(), "mood", {"one": 1.0}))
    assert made_at(study) != first
    assert [factor.name for factor in pair_wide.ensure(study).factors] == ["mood", "tone"]


def test_who_reads_one_table_goes_on_with_it_while_the_next_is_made(study: Study) -> None:
    write(study, with_values(small_batch(), "tone", {"one": 1.0}))
    held = PairReader(study, pair_wide.ensure(study))
    before = [list(side) for side in held.preferences(held.wide.sources[0])]
    for dataset in ("second", "third"):
        write(study, pairs_batch([("x", "y z")] * 30, [A] * 30, dataset=dataset))
        pair_wide.ensure(study)
        if dataset == "second":
            after = [list(side) for side in held.preferences(held.wide.sources[0])]
            assert after == before
    names = study.cursor().execute(
        "SELECT count(*) FROM duckdb_tables() WHERE starts_with(table_name, 'pair_wide_')"
    )
    assert names.fetchall() == [(2,)]


def test_a_label_patches_the_corrected_set_and_leaves_the_automatic_one(study: Study) -> None:
    write(study, with_values(small_batch(), "tone", {"one": 1.0}))
    automatic, corrected = made_at(study), made_at(study, LabelSet.CORRECTED)
    correct(study, "one", "tone", 2.0)
    assert pair_wide.ensure(study, LabelSet.CORRECTED).versions == study.versions()
    assert rows(study, "tone_a", "tone_b", labels=LabelSet.CORRECTED)[:2] == [
        (None, 2.0),
        (2.0, None),
    ]
    assert (made_at(study), made_at(study, LabelSet.CORRECTED)) == (automatic, corrected)


def test_new_data_after_a_label_make_the_corrected_set_anew(study: Study) -> None:
    write(study, with_values(small_batch(), "tone", {"one": 1.0}))
    corrected = made_at(study, LabelSet.CORRECTED)
    correct(study, "one", "tone", 2.0)
    write(study, with_values(small_batch(), "mood", {"one": 1.0}))
    assert made_at(study, LabelSet.CORRECTED) != corrected
    assert rows(study, "tone_b", "mood_b", labels=LabelSet.CORRECTED)[0] == (2.0, 1.0)


def test_more_labels_than_are_worth_patching_make_the_table_anew(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(study, with_values(small_batch(), "tone", {"one": 1.0, "d": 5.0}))
    corrected = made_at(study, LabelSet.CORRECTED)
    monkeypatch.setattr(pair_wide_patch, "MOST", 1)
    correct(study, "one", "tone", 2.0)
    correct(study, "d", "tone", 3.0)
    assert rows(study, "tone_a", labels=LabelSet.CORRECTED)[3] == (3.0,)
    assert made_at(study, LabelSet.CORRECTED) != corrected


def test_a_table_is_known_again_after_the_study_was_closed(tmp_path: Path) -> None:
    path = tmp_path / "study.duckdb"
    with Study.open(path, create=True) as study:
        write(study, with_values(small_batch(), "tone", {"one": 1.0}))
        made = pair_wide.ensure(study)
    with Study.open(path) as study:
        assert pair_wide.ensure(study) == made


def test_groups_split_by_a_column_and_refuse_unknown_and_crowded_ones(study: Study) -> None:
    write(study, small_batch(), levels_batch())
    reader = PairReader(study, pair_wide.ensure(study))
    assert {value: len(pairs) for value, pairs in reader.groups("DATASET")} == {
        "levels": 3,
        "small": 4,
    }
    assert [value for value, _ in reader.groups("score_level_b")] == ["3", "5"]
    with pytest.raises(UnknownName, match="dataset"):
        reader.groups("datasett")
    write(study, pairs_batch([(f"a{i}", f"b{i}") for i in range(250)], [A] * 250, dataset="many"))
    with pytest.raises(PredicateError, match="at most 200"):
        PairReader(study, pair_wide.ensure(study)).groups("pair_id")
