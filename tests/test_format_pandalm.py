"""The importer of PandaLM's test set."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from profile_core.errors import ImportRefused
from profile_core.formats import pandalm
from profile_core.formats.spec import ImportOptions
from profile_core.types import Choice, VerdictStatus
from tests.format_batches import (
    batch_of,
    field_of,
    generators_of,
    texts_of,
    verdicts_of,
    write_json,
)

VALID, INVALID = VerdictStatus.VALID, VerdictStatus.INVALID
A, B, TIE = Choice.A, Choice.B, Choice.TIE
TEST_SET, GPT, PANDALM = (
    "testset-v1.json",
    "gpt-3.5-turbo-testset-v1.json",
    "pandalm-7b-testset-v1.json",
)


def row(idx: int, votes: tuple[int, int, int], **changes: object) -> dict[str, object]:
    one, two, three = votes
    return {
        "idx": idx,
        "motivation_app": "Notes",
        "cmp_key": "alpha-7b_beta-6.7B",
        "instruction": "Name a colour.",
        "input": "",
        "response1": f"Red {idx}.",
        "response2": f"Blue {idx}.",
        "annotator1": one,
        "annotator2": two,
        "annotator3": three,
    } | changes


def files() -> dict[str, list[dict[str, Any]]]:
    return {
        TEST_SET: [
            row(0, (1, 1, 2)),
            row(1, (0, 1, 2)),
            row(5, (0, 2, 2), response2=True),
            row(6, (0, 0, 1), input="A source."),
        ],
        GPT: [
            {"idx": idx, "gpt_result": result, "gpt_reason": f"why {idx}", "gpt_reference": ""}
            for idx, result in ((6, "Tie"), (0, "1"), (1, "2"), (5, "garbage"))
        ],
        PANDALM: [
            {"idx": idx, "pandalm_result": result, "pandalm_reason": " ", "pandalm_reference": ""}
            for idx, result in ((0, 0), (1, 1), (5, 2), (6, 2))
        ],
    }


def folder(tmp_path: Path, content: dict[str, list[dict[str, Any]]]) -> Path:
    for name, rows in content.items():
        write_json(tmp_path / "mini" / name, rows)
    return tmp_path / "mini"


def test_the_majority_and_its_probability_follow_from_three_votes(tmp_path: Path) -> None:
    batch = batch_of(pandalm.read, folder(tmp_path, files()))
    assert [(key, choice) for key, _, choice, _ in verdicts_of(batch, "human:human")] == [
        ("0", A),
        ("1", TIE),
        ("5", B),
        ("6", TIE),
    ]
    shares = [field_of(batch, "human:human", key, "probability") for key in ("0", "1", "5", "6")]
    assert shares == [2 / 3, 0.5, 0.5 / 3, 2 / 3]
    assert batch.sources["human:human"][4] is True
    assert batch.sources["human:annotator2"][4] is False


def test_garbage_is_kept_as_an_invalid_answer_and_counted(tmp_path: Path) -> None:
    batch = batch_of(pandalm.read, folder(tmp_path, files()))
    assert verdicts_of(batch, "judge:gpt-3.5-turbo") == [
        ("6", None, TIE, VALID),
        ("0", None, A, VALID),
        ("1", None, B, VALID),
        ("5", None, None, INVALID),
    ]
    assert batch.invalid == 1
    assert field_of(batch, "judge:gpt-3.5-turbo", "5", "reason") == "why 5"
    assert field_of(batch, "judge:pandalm-7b", "5", "reason") is None
    assert batch.sources["judge:pandalm-7b"][3] == "pandalm-7b"


def test_json_true_is_read_as_text_with_one_warning_that_names_the_rows(tmp_path: Path) -> None:
    content = files()
    content[TEST_SET][0]["response1"] = True
    batch = batch_of(pandalm.read, folder(tmp_path, content))
    assert texts_of(batch, "5") == ("Red 5.", "true")
    assert texts_of(batch, "0") == ("true", "Blue 0.")
    (warning,) = batch.warnings
    assert warning.startswith("2 responses")
    assert warning.endswith("idx 0, 5")


def test_rows_with_the_same_texts_stay_pairs_of_their_own(tmp_path: Path) -> None:
    content = files()
    for column in ("response1", "response2"):
        content[TEST_SET][1][column] = content[TEST_SET][0][column]
    batch = batch_of(pandalm.read, folder(tmp_path, content))
    assert len(batch.pairs) == 4
    assert len(batch.responses) == 6
    assert batch.repeated_rows == 0


def test_input_is_the_source_text_and_the_application_metadata(tmp_path: Path) -> None:
    batch = batch_of(pandalm.read, folder(tmp_path, files()))
    prompts = {(prompt[3], prompt[4], prompt[5], prompt[7]) for prompt in batch.prompts.values()}
    meta = '{"motivation_app": "Notes"}'
    assert prompts == {
        ("Name a colour.", None, "helpful_response", meta),
        ("Name a colour.", "A source.", "helpful_response", meta),
    }
    assert batch.dataset == "mini"


def test_generators_with_underscores_are_told_apart_by_the_names_known_elsewhere(
    tmp_path: Path,
) -> None:
    content = files()
    content[TEST_SET][1]["cmp_key"] = "alpha-7b_my_model_v2"
    content[TEST_SET][2]["cmp_key"] = "my_model_v2_beta-6.7B"
    batch = batch_of(pandalm.read, folder(tmp_path, content))
    assert generators_of(batch, "0") == ("alpha-7b", "beta-6.7B")
    assert generators_of(batch, "1") == ("alpha-7b", "my_model_v2")
    assert generators_of(batch, "5") == ("my_model_v2", "beta-6.7B")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.pop(GPT), [GPT, "no such file"]),
        (lambda f: f[PANDALM].pop(), [PANDALM, "no verdict on idx 6"]),
        (lambda f: f[GPT].append(f[GPT][0] | {"idx": 9}), [GPT, "row 5", "no such row"]),
        (lambda f: f[TEST_SET].append(f[TEST_SET][0]), [TEST_SET, "row 5", "comes twice"]),
        (lambda f: f[GPT].append(f[GPT][0]), [GPT, "row 5", "id 6 comes twice"]),
        (lambda f: f[TEST_SET][2].pop("idx"), [TEST_SET, "row 3", "'idx'", "missing"]),
        (lambda f: f[TEST_SET][1].update(idx="1"), [TEST_SET, "row 2", "whole number"]),
        (lambda f: f[TEST_SET][1].update(annotator2=3), ["row 2", "annotator2", "found 3"]),
        (lambda f: f[TEST_SET][1].update(annotator2=True), ["annotator2", "found True"]),
        (lambda f: f[GPT][0].update(gpt_result="3"), [GPT, "row 1", "gpt_result", "'3'"]),
        (lambda f: f[PANDALM][0].update(pandalm_result="1"), ["pandalm_result", "0, 1, 2"]),
        (lambda f: f[TEST_SET][0].update(response1=False), ["row 1", "response1", "False"]),
        (lambda f: f[TEST_SET][0].update(cmp_key="alone"), ["row 1", "cmp_key", "alone"]),
        (lambda f: f[TEST_SET][0].update(cmp_key="a_b_c"), ["cmp_key", "cannot be told apart"]),
    ],
)
def test_files_that_do_not_fit_together_are_refused_with_the_place(
    tmp_path: Path, change: Any, words: list[str]
) -> None:
    content = copy.deepcopy(files())
    change(content)
    with pytest.raises(ImportRefused) as refusal:
        batch_of(pandalm.read, folder(tmp_path, content))
    for word in words:
        assert word in str(refusal.value)


def test_a_file_in_place_of_the_folder_and_a_mapping_are_refused(tmp_path: Path) -> None:
    path = folder(tmp_path, files())
    with pytest.raises(ImportRefused, match="no folder"):
        batch_of(pandalm.read, path / TEST_SET)
    with pytest.raises(ImportRefused, match="fixed layout"):
        batch_of(pandalm.read, path, ImportOptions(mapping={"prompt": "instruction"}))


def test_reading_twice_gives_the_same_ids(tmp_path: Path) -> None:
    path = folder(tmp_path, files())
    first, second = batch_of(pandalm.read, path), batch_of(pandalm.read, path)
    assert first.pairs == second.pairs
    assert first.preferences == second.preferences


def test_the_real_files_give_999_pairs_on_170_prompts(shared_data: Path) -> None:
    batch = batch_of(pandalm.read, shared_data / "pandalm")
    assert (len(batch.prompts), len(batch.pairs), len(batch.preferences)) == (170, 999, 5994)
    assert batch.invalid == 25
    assert len({row[3] for row in batch.responses.values()}) == 5
    (warning,) = batch.warnings
    assert "idx 157, 158, 159, 161, 162, 164" in warning
    rows = json.loads((shared_data / "pandalm" / TEST_SET).read_text())
    votes = {
        str(row["idx"]): Counter(row[f"annotator{number}"] for number in (1, 2, 3)) for row in rows
    }
    for key, _, choice, _ in verdicts_of(batch, "human:human"):
        top = [value for value, count in votes[key].items() if count >= 2]
        assert choice == {(1,): A, (2,): B}.get(tuple(top), TIE)
