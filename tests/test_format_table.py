"""The format `table`: kinds of files, mapping, choices, sources, factors and metadata."""

from __future__ import annotations

from pathlib import Path

import pytest

from profile_core.errors import ImportRefused
from profile_core.formats.spec import ImportOptions
from profile_core.formats.table import rows as table_rows
from profile_core.types import Choice, FactorKind, SourceKind
from tests.table_files import (
    PAIR,
    a_study,
    choices,
    counts,
    imported,
    options,
    pairs,
    read_all,
    values,
    write,
)

A, B, TIE = Choice.A, Choice.B, Choice.TIE
KINDS_OF_FILE = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet")


@pytest.mark.parametrize("suffix", KINDS_OF_FILE)
def test_every_kind_of_file_gives_the_same_study(tmp_path: Path, suffix: str) -> None:
    rows = pairs(
        {"id": "one", "task": "chat", "model_a": "m1", "model_b": "m2"},
        {"id": "two", "task": "chat", "model_a": "m1", "model_b": "m2", "winner": "tie",
         "response_a": 'Quotes "and", commas\nand a second line', "response_b": "Ünïcödé ⚖ مرحبا"},
    )  # fmt: skip
    told = ImportOptions(dataset="d")
    batch = read_all(write(tmp_path / f"t{suffix}", rows), told)
    expected = read_all(write(tmp_path / "expected.jsonl", rows), told)
    assert batch.prompts == expected.prompts
    assert batch.responses == expected.responses
    assert [row[:-1] for row in batch.pairs.values()] == [
        row[:-1] for row in expected.pairs.values()
    ]
    assert choices(batch, "human:human") == [A, TIE]
    assert [row[3] for row in batch.pairs.values()] == ["one", "two"]


def test_a_json_object_with_one_list_is_that_list(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('{"version": 1, "data": [{"prompt": "p", "response": "r"}]}', encoding="utf-8")
    assert len(read_all(path).responses) == 1


def test_lines_of_json_are_read_under_the_suffix_json_too(tmp_path: Path) -> None:
    lines = write(tmp_path / "t.jsonl", pairs({}, {"winner": "b"}))
    batch = read_all(lines.rename(tmp_path / "t.json"))
    assert choices(batch, "human:human") == [A, B]


def test_semicolons_separate_where_the_header_has_no_comma(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("prompt;response_a;response_b;winner\np;x, y;z;b\n", encoding="utf-8")
    batch = read_all(path)
    assert {row[6] for row in batch.responses.values()} == {"x, y", "z"}


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("prompt,response\np,r\n", encoding="utf-8-sig")
    assert len(read_all(path).responses) == 1


def test_dotted_columns_reach_into_nested_rows(tmp_path: Path) -> None:
    row = {
        "question": {"text": "p"},
        "answers": [{"text": "x"}, {"text": "y"}],
        "scores": {"gpt-3.5": {"fluency": 2.5}},
        "verdict": {"by": "2"},
    }
    told = options(
        "prompt=question.text,response_a=answers.0.text,response_b=answers.1.text,"
        "factor.fluency_b=scores.gpt-3.5.fluency,choice.human=verdict.by"
    )
    batch = read_all(write(tmp_path / "t.jsonl", [row]), told)
    assert values(batch) == {("y", "fluency"): 2.5}
    assert choices(batch, "human:human") == [B]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("prompt", "response_a", "response_b", "winner"), "human"),
        (("instruction", "output_1", "output_2", "preference"), "human"),
        (("question", "answer_a", "answer_b", "crowd"), "human"),
        (("Question", "answerA", "answerB", "Label"), "human"),
        (("input", "model_1_response", "model_2_response", "annotator"), "human"),
        (("query", "completion_a", "completion_b", "gpt4_verdict"), "gpt4_verdict"),
        (("user_prompt", "response_0", "response_1", "better"), "better"),
    ],
)
def test_columns_are_guessed_from_their_names(
    tmp_path: Path, columns: tuple[str, ...], expected: str
) -> None:
    rows = [dict(zip(columns, ("p", "x", "y", word), strict=True)) for word in ("a", "tie")]
    batch = read_all(write(tmp_path / "t.csv", rows))
    (source,) = batch.sources.values()
    assert source[2] == expected
    assert source[1] == (SourceKind.HUMAN if expected == "human" else SourceKind.JUDGE)
    assert choices(batch, str(source[0])) == [A, TIE]
    first = next(iter(batch.pairs.values()))
    assert [batch.responses[str(key)][6] for key in first[5:7]] == ["x", "y"]


def test_an_instruction_beside_an_input_makes_the_input_the_source_text(tmp_path: Path) -> None:
    rows = [{"instruction": "Sum up.", "input": "A long text.", "output": "Text."}]
    (prompt,) = read_all(write(tmp_path / "t.jsonl", rows)).prompts.values()
    assert prompt[3:5] == ("Sum up.", "A long text.")


def test_several_columns_of_people_keep_their_names(tmp_path: Path) -> None:
    rows = pairs({"annotator1": "a", "annotator2": "b"})
    del rows[0]["winner"]
    batch = read_all(write(tmp_path / "t.jsonl", rows))
    assert set(batch.sources) == {"human:annotator1", "human:annotator2"}


def test_what_the_user_maps_replaces_the_guess_field_by_field(tmp_path: Path) -> None:
    rows = pairs({"better_prompt": "The other.", "task": "chat"})
    path = write(tmp_path / "t.jsonl", rows)
    (prompt,) = read_all(path, options("prompt=better_prompt,task=")).prompts.values()
    assert (prompt[3], prompt[5]) == ("The other.", None)


def test_chosen_is_always_a_and_says_nothing_of_the_order(tmp_path: Path) -> None:
    rows = [{"prompt": "p", "chosen": "good", "rejected": "bad"}]
    batch = read_all(write(tmp_path / "t.jsonl", rows))
    (preference,) = batch.preferences.values()
    assert (preference[2], preference[3], preference[6]) == ("human:human", None, A)
    (pair,) = batch.pairs.values()
    assert batch.responses[str(pair[5])][6] == "good"
    (warning,) = batch.warnings
    assert "--map choice.NAME=chosen --kind NAME=judge" in warning


def test_who_chose_the_chosen_can_be_told(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", [{"prompt": "p", "chosen": "good", "rejected": "bad"}])
    batch = read_all(path, options("choice.rm=chosen", kinds={"rm": SourceKind.JUDGE}))
    assert choices(batch, "judge:rm") == [A]
    assert batch.warnings == []


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_conversations_are_read_as_texts(tmp_path: Path, suffix: str) -> None:
    asked = [{"role": "user", "content": "p"}]
    row = {
        "prompt": asked,
        "chosen": [*asked, {"role": "assistant", "content": "good"}],
        "rejected": [{"role": "assistant", "content": "bad"}],
    }
    batch = read_all(write(tmp_path / f"t{suffix}", [row]))
    assert [prompt[3] for prompt in batch.prompts.values()] == ["p"]
    assert [response[6] for response in batch.responses.values()] == ["good", "bad"]
    assert choices(batch, "human:human") == [A]


def test_a_prompt_of_several_messages_is_what_was_said_before_the_answer(tmp_path: Path) -> None:
    said = [
        {"role": role, "content": content}
        for role, content in (("user", "x"), ("assistant", "y"), ("user", "z"), ("assistant", "w"))
    ]
    rows = pairs({"prompt": said}, {"prompt": said[2:]})
    found = [prompt[3] for prompt in read_all(write(tmp_path / "t.jsonl", rows)).prompts.values()]
    assert found == ["user: x\n\nassistant: y\n\nuser: z", "z"]


@pytest.mark.parametrize("choice", ["", ",choice.rm=chosen", ",choice.rm=chosen.0.content"])
def test_chosen_is_preferred_where_a_path_within_it_is_mapped_too(
    tmp_path: Path, choice: str
) -> None:
    row = {
        "prompt": "p",
        "chosen": [{"role": "assistant", "content": "good"}],
        "rejected": [{"role": "assistant", "content": "bad"}],
    }
    told = options(f"response_a=chosen.0.content,response_b=rejected.0.content{choice}")
    batch = read_all(write(tmp_path / "t.jsonl", [row]), told)
    assert choices(batch, "judge:rm" if choice else "human:human") == [A]


def test_pairs_without_any_choice_are_warned_of(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", pairs({}))
    (warning,) = read_all(path, options("choice.human=")).warnings
    assert "choice.NAME=COLUMN" in warning
    assert read_all(path).warnings == []


def test_a_column_named_as_the_pair_view_names_it_is_its_sources(tmp_path: Path) -> None:
    rows = pairs({"choice_kim": "a", "choice_human": "b", "choice_gold": "a"})
    del rows[0]["winner"]
    batch = read_all(write(tmp_path / "t.jsonl", rows))
    assert set(batch.sources) == {"judge:kim", "human:human", "gold:gold"}
    assert choices(batch, "human:human") == [B]


def test_two_columns_of_one_source_stay_apart(tmp_path: Path) -> None:
    rows = pairs({"choice_kim": "a", "choice.kim": "b"})
    batch = read_all(write(tmp_path / "t.jsonl", rows))
    names = set(batch.sources)
    assert "judge:kim" in names
    assert len(names) == 3
    assert sorted(choices(batch, name)[0] for name in names - {"human:human"}) == [A, B]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["a", "b", "tie"], [A, B, TIE]),
        (["A", " B ", "Tie"], [A, B, TIE]),
        (["[[A]]", "[[B]]", "tie"], [A, B, TIE]),
        (["model_a", "model_b", "tie (bothbad)"], [A, B, TIE]),
        (["response_1", "response_2", "tie"], [A, B, TIE]),
        (["Response 1", "Response 2", "same"], [A, B, TIE]),
        (["first", "second", "neither"], [A, B, TIE]),
        (["left", "right", "both"], [A, B, TIE]),
        ([1, 2, 0], [A, B, TIE]),
        (["1.0", "2.0", "0.0"], [A, B, TIE]),
        (["", "b", "tie"], [None, B, TIE]),
        ([None, "b", "a"], [None, B, A]),
        (["m1", "m2", "tie"], [A, B, TIE]),
        (["The Nile.", "A river is the Danube.", ""], [A, B, None]),
    ],
)
def test_the_words_of_a_choice_are_guessed(
    tmp_path: Path, words: list[object], meant: list[Choice | None]
) -> None:
    rows = pairs(*({"winner": word, "model_a": "m1", "model_b": "m2"} for word in words))
    batch = read_all(write(tmp_path / "t.jsonl", rows), options("choice.human=winner"))
    assert choices(batch, "human:human") == meant


def test_a_generators_name_means_its_side_in_each_row(tmp_path: Path) -> None:
    rows = pairs(
        {"winner": "m1", "model_a": "m1", "model_b": "m2"},
        {"winner": "m1", "model_a": "m2", "model_b": "m1"},
    )
    assert choices(read_all(write(tmp_path / "t.csv", rows)), "human:human") == [A, B]


def test_numbers_that_end_the_columns_names_are_their_sides(tmp_path: Path) -> None:
    rows = [
        {"prompt": "p", "response_0": "x", "response_1": "y", "better_response_id": number}
        for number in (0, 1)
    ]
    batch = read_all(write(tmp_path / "t.jsonl", rows))
    assert choices(batch, "judge:better_response_id") == [A, B]


@pytest.mark.parametrize("words", [[0, 1], [True, False], [-1, 1, 0], [1, 1], ["yes", "no"]])
def test_words_with_two_readings_are_asked_about(tmp_path: Path, words: list[object]) -> None:
    path = write(tmp_path / "t.jsonl", pairs(*({"winner": word} for word in words)))
    with pytest.raises(ImportRefused, match=r"column 'winner'.*--values"):
        read_all(path, options("choice.human=winner"))


def test_told_words_are_the_only_ones(tmp_path: Path) -> None:
    rows = pairs({"winner": 1}, {"winner": "zero"}, {"winner": "0"})
    path = write(tmp_path / "t.jsonl", rows)
    told = "a=0|zero,b=1"
    assert choices(read_all(path, options("", told)), "human:human") == [B, A, A]
    with pytest.raises(ImportRefused, match=r"line 2.*found 'zero'"):
        read_all(path, options("", "a=0,b=1"))


def test_a_probability_alone_says_which_side_is_likelier(tmp_path: Path) -> None:
    rows = pairs({"p": 0.9}, {"p": 0.5}, {"p": 0.2}, {"p": None})
    batch = read_all(write(tmp_path / "t.jsonl", rows), options("probability.m=p,choice.human="))
    assert choices(batch, "judge:m") == [A, TIE, B, None]
    assert [row[7] for row in batch.preferences.values() if row[2] == "judge:m"] == [
        0.9, 0.5, 0.2, None]  # fmt: skip


def test_a_reason_goes_with_the_only_source(tmp_path: Path) -> None:
    batch = read_all(write(tmp_path / "t.jsonl", pairs({"explanation": "It is shorter."})))
    assert [row[9] for row in batch.preferences.values()] == ["It is shorter."]


def test_the_kind_of_a_source_can_be_told(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", pairs({}))
    batch = read_all(path, options("choice.x=winner", kinds={"x": SourceKind.GOLD}))
    assert list(batch.sources) == ["gold:x"]
    with pytest.raises(ImportRefused, match="no source named 'y'"):
        read_all(path, options(kinds={"y": SourceKind.GOLD}))


def test_a_judge_is_its_own_model(tmp_path: Path) -> None:
    batch = read_all(write(tmp_path / "t.jsonl", pairs({})), options("choice.gpt-4=winner"))
    assert batch.sources["judge:gpt-4"][3] == "gpt-4"


def test_rows_without_an_id_stay_separate_pairs(tmp_path: Path) -> None:
    batch = read_all(write(tmp_path / "t.jsonl", pairs({}, {}, {"winner": "b"})))
    assert [row[3] for row in batch.pairs.values()] == ["1", "2", "3"]
    assert len(batch.responses) == 2


def test_an_id_that_repeats_is_not_guessed_to_be_the_pairs(tmp_path: Path) -> None:
    rows = pairs({"id": 7, "winner": "a"}, {"id": 7, "winner": "b"})
    assert len(read_all(write(tmp_path / "t.jsonl", rows)).pairs) == 2


def test_importing_twice_adds_nothing(tmp_path: Path) -> None:
    rows = pairs({"s_a": 1, "s_b": 2}, {"winner": "tie", "response_a": "Other.", "s_a": 3})
    path = write(tmp_path / "t.jsonl", rows)
    told = options("factor.s_a=s_a,factor.s_b=s_b")
    with a_study() as study:
        first = imported(study, path, told)
        before = counts(study)
        again = imported(study, path, told)
        assert (first.pairs, first.responses, first.preferences, first.factor_values) == (
            2,
            3,
            2,
            3,
        )
        assert counts(study) == before
        assert (again.pairs, again.preferences, again.already_present) == (0, 0, 2)


def test_a_file_of_several_batches_is_one_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_rows, "BATCH_ROWS", 3)
    rows = pairs(*({"response_b": f"Answer {number}.", "q_b": number} for number in range(9)))
    path = write(tmp_path / "t.jsonl", rows)
    with a_study() as study:
        ingested = imported(study, path, options("factor.q_b=q_b"))
        assert (ingested.prompts, ingested.responses, ingested.pairs) == (1, 10, 9)
        assert ingested.factor_values == 9


def test_an_id_with_other_texts_in_a_later_batch_is_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_rows, "BATCH_ROWS", 2)
    rows = pairs(*({"key": str(number), "response_b": f"{number}"} for number in range(4)))
    rows[3] |= {"key": "0"}
    path = write(tmp_path / "t.jsonl", rows)
    with a_study() as study:
        with pytest.raises(ImportRefused, match="line 4"):
            imported(study, path, options("pair_id=key"))
        assert set(counts(study).values()) == {0}


def test_score_levels_make_generation_pairs(tmp_path: Path) -> None:
    rows = [
        {"prompt": "p", "response": f"Text {level}.", "generator": "m", "score_level": level}
        for level in (1, 3, 5)
    ]
    with a_study() as study:
        ingested = imported(study, write(tmp_path / "t.csv", rows))
        assert (ingested.responses, ingested.pairs, ingested.generation_pairs) == (3, 0, 3)


def test_single_responses_bring_factor_values_alone(tmp_path: Path) -> None:
    rows = [
        {"prompt": "p", "response": f"Text {number}.", "score": {"deep": number / 4}}
        for number in range(4)
    ]
    batch = read_all(write(tmp_path / "t.json", rows), options("factor.depth=score.deep", kinds={}))
    assert values(batch)["Text 1.", "depth"] == 0.25
    assert {row[2] for row in batch.factor_values.values()} == {"imported:t"}
    factor = batch.factors["depth"]
    assert (factor.kind, factor.taxonomy) == (FactorKind.RATIO, "imported")


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([True, False], FactorKind.BOOLEAN),
        ([0, 1], FactorKind.BOOLEAN),
        (["0", "3"], FactorKind.ORDINAL_0_3),
        ([1, 3], FactorKind.ORDINAL_1_5),
        ([2, 5], FactorKind.ORDINAL_1_5),
        ([0, 250], FactorKind.COUNT),
        ([0, 0.5], FactorKind.RATIO),
        ([1, 2.5], FactorKind.NUMBER),
        ([-1, 1], FactorKind.NUMBER),
    ],
)
def test_a_new_factors_kind_follows_from_all_its_values(
    tmp_path: Path, cells: list[object], kind: FactorKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_rows, "BATCH_ROWS", 1)
    rows = [
        {"prompt": "p", "response": f"Text {number}.", "x": cell}
        for number, cell in enumerate(cells)
    ]
    batch = read_all(write(tmp_path / "t.jsonl", rows), options("factor.x=x"))
    assert batch.factors["x"].kind is kind


def test_a_factor_of_the_taxonomies_keeps_its_definition(tmp_path: Path) -> None:
    rows = [{"prompt": "p", "response": "r", "f": 0.5}]
    batch = read_all(write(tmp_path / "t.jsonl", rows), options("factor.length=f"))
    assert batch.factors["length"].taxonomy == "profile"
    assert any("length" in warning and "count" in warning for warning in batch.warnings)


def test_metadata_keeps_its_types_and_its_first_row(tmp_path: Path) -> None:
    rows = pairs({"lang": "de", "n": 3}, {"lang": "fr", "n": 3})
    batch = read_all(write(tmp_path / "t.jsonl", rows), options("meta.lang=lang,meta.n=n"))
    (prompt,) = batch.prompts.values()
    assert prompt[7] == '{"lang": "de", "n": 3}'
    assert any("line 2" in warning for warning in batch.warnings)


def test_true_is_read_as_a_word_with_a_warning(tmp_path: Path) -> None:
    batch = read_all(write(tmp_path / "t.jsonl", pairs({}, {"response_a": True}, {"prompt": 12})))
    assert "true" in {row[6] for row in batch.responses.values()}
    assert "12" in {row[3] for row in batch.prompts.values()}
    (warning,) = batch.warnings
    assert "'response_a'" in warning
    assert "line 2" in warning


def test_an_empty_response_is_kept_where_json_says_so(tmp_path: Path) -> None:
    batch = read_all(write(tmp_path / "t.jsonl", pairs({"response_a": ""})))
    assert "" in {row[6] for row in batch.responses.values()}


def test_uneven_json_rows_may_leave_fields_out(tmp_path: Path) -> None:
    rows = [*pairs({}), {key: value for key, value in PAIR.items() if key != "winner"}]
    assert choices(read_all(write(tmp_path / "t.jsonl", rows)), "human:human") == [A, None]


def test_a_mapped_column_may_appear_late_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("profile_core.formats.table.reading.SAMPLE_ROWS", 1)
    rows = pairs({}, {"fluency": 2})
    batch = read_all(write(tmp_path / "t.jsonl", rows), options("factor.fluency_a=fluency"))
    assert len(batch.factor_values) == 1


def test_the_unieval_file_imports_by_mapping_alone(shared_data: Path) -> None:
    told = options(
        "prompt=source,source_text=context,response=system_output,generator=system_id,"
        "factor.ue_coherence=scores.coherence,factor.ue_overall=scores.overall,"
        "factor.ue_predicted=predict_scores.overall"
    )
    path = shared_data / "unieval_topical_chat" / "topical_chat_result.json"
    with a_study() as study:
        ingested = imported(study, path, told)
        assert (ingested.responses, ingested.pairs, ingested.preferences) == (360, 0, 0)
        assert (ingested.prompts, ingested.factor_values) == (60, 1080)
