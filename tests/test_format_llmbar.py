"""The importer of LLMBar."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from profile_core.errors import ImportRefused
from profile_core.formats import llmbar
from profile_core.stats.verdicts import Verdict, combine_verdicts
from profile_core.types import Choice, Order, VerdictStatus
from tests.format_batches import batch_of, field_of, texts_of, verdicts_of, write_json

VALID, INVALID = VerdictStatus.VALID, VerdictStatus.INVALID
A, B = Choice.A, Choice.B
AB, BA = Order.AB, Order.BA


def item(name: str, label: int) -> dict[str, Any]:
    return {
        "input": f"Do {name}.",
        "output_1": f"One {name}.",
        "output_2": f"Two {name}.",
        "label": label,
    }


def orders(forward: str | None, backward: str | None) -> dict[str, Any]:
    return {
        "swap = False": {"completion": ["Output (a)", "stop"], "winner": forward},
        "swap = True": {"completion": ["", "content filter"], "winner": backward},
    }


NATURAL = [item("x", 1), item("y", 2)]
FAIR = [item("z", 2)]


def repository(tmp_path: Path) -> Path:
    root = tmp_path / "LLMBar"
    natural, fair = root / "Dataset/LLMBar/Natural", root / "Dataset/Processed/FairEval"
    write_json(natural / "dataset.json", NATURAL)
    write_json(
        natural / "evaluators/GPT-4/CoT/result.json",
        [
            NATURAL[0] | {"results": [orders("1", "1")]},
            NATURAL[1] | {"results": [orders("1", None)]},
        ],
    )
    write_json(
        natural / "evaluators/GPT-4/Swap/result.json",
        [
            NATURAL[0] | {"results": [orders("1", "2"), orders("2", "2")]},
            NATURAL[1] | {"results": [orders("2", "2")]},
        ],
    )
    scored = {"score_1": ["8", "stop"], "score_2": ["8", "stop"]}
    write_json(
        natural / "evaluators/GPT-4/Rating/result.json",
        [
            row
            | {
                "results": [
                    scored | {"swap = False": {"winner": one}, "swap = True": {"winner": two}}
                ]
            }
            for row, (one, two) in zip(NATURAL, (("2", "1"), ("1", "1")), strict=True)
        ],
    )
    write_json(fair / "dataset.json", FAIR)
    write_json(
        fair / "evaluators/PaLM2/Metrics_Reference/result.json",
        [FAIR[0] | {"results": [["metrics", "stop"], ["reference", "stop"], orders("1", "2")]}],
    )
    return root


def test_both_orders_are_kept_and_an_answer_without_a_winner_is_invalid(tmp_path: Path) -> None:
    batch = batch_of(llmbar.read, repository(tmp_path))
    assert verdicts_of(batch, "judge:GPT-4/CoT") == [
        ("LLMBar/Natural:1", AB, A, VALID),
        ("LLMBar/Natural:1", BA, A, VALID),
        ("LLMBar/Natural:2", AB, A, VALID),
        ("LLMBar/Natural:2", BA, None, INVALID),
    ]
    assert batch.invalid == 1
    assert batch.sources["judge:GPT-4/CoT"][3] == "GPT-4"


def test_the_last_step_of_a_strategy_is_its_verdict(tmp_path: Path) -> None:
    batch = batch_of(llmbar.read, repository(tmp_path))
    assert [verdict[2] for verdict in verdicts_of(batch, "judge:GPT-4/Swap")] == [B, B, B, B]
    assert [verdict[2] for verdict in verdicts_of(batch, "judge:PaLM2/Metrics_Reference")] == [A, B]


def test_scores_given_apart_are_one_verdict_and_equal_ones_a_tie(tmp_path: Path) -> None:
    batch = batch_of(llmbar.read, repository(tmp_path))
    assert verdicts_of(batch, "judge:GPT-4/Rating") == [
        ("LLMBar/Natural:1", None, Choice.TIE, VALID),
        ("LLMBar/Natural:2", None, A, VALID),
    ]


def test_labels_are_a_human_majority_where_processed_and_gold_elsewhere(tmp_path: Path) -> None:
    batch = batch_of(llmbar.read, repository(tmp_path))
    assert [(key, choice) for key, _, choice, _ in verdicts_of(batch, "gold:gold")] == [
        ("LLMBar/Natural:1", A),
        ("LLMBar/Natural:2", B),
    ]
    assert [(key, choice) for key, _, choice, _ in verdicts_of(batch, "human:human")] == [
        ("Processed/FairEval:1", B)
    ]
    assert batch.sources["human:human"][4] is True


def test_the_subset_is_scenario_and_metadata_and_no_generator_is_invented(tmp_path: Path) -> None:
    batch = batch_of(llmbar.read, repository(tmp_path))
    assert {(row[6], row[7]) for row in batch.prompts.values()} == {
        ("LLMBar/Natural", '{"subset": "LLMBar/Natural"}'),
        ("Processed/FairEval", '{"subset": "Processed/FairEval"}'),
    }
    assert {row[3] for row in batch.responses.values()} == {None}
    assert texts_of(batch, "LLMBar/Natural:2") == ("One y.", "Two y.")


def test_a_reason_is_the_completion_unless_it_is_empty(tmp_path: Path) -> None:
    batch = batch_of(llmbar.read, repository(tmp_path))
    reasons = [row[9] for row in batch.preferences.values() if row[2] == "judge:GPT-4/CoT"]
    assert reasons == ["Output (a)", None, "Output (a)", None]
    assert field_of(batch, "gold:gold", "LLMBar/Natural:1", "reason") is None


def test_the_repository_and_its_folder_dataset_give_the_same_ids(tmp_path: Path) -> None:
    root = repository(tmp_path)
    whole, folder = batch_of(llmbar.read, root), batch_of(llmbar.read, root / "Dataset")
    assert whole.dataset == folder.dataset == "LLMBar"
    assert whole.preferences == folder.preferences


def test_a_prompt_of_two_subsets_is_one_prompt_with_a_warning(tmp_path: Path) -> None:
    root = repository(tmp_path)
    write_json(root / "Dataset/Processed/MT-Bench/dataset.json", [FAIR[0] | {"output_1": "Other."}])
    batch = batch_of(llmbar.read, root)
    assert len(batch.prompts) == 3
    assert len(batch.pairs) == 4
    (warning,) = batch.warnings
    assert "1 rows of Processed/MT-Bench" in warning


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows[1].update(output_1="Else."), ["row 2", "output_1", "Else.", "One y."]),
        (lambda rows: rows[0].update(label=2), ["row 1", "'label'", "found 2"]),
        (lambda rows: rows.pop(), ["has 1 rows", "the 2 rows"]),
        (lambda rows: rows[0].update(results=[]), ["row 1", "'results'", "no result"]),
        (lambda rows: rows[0].update(results=[["only", "text"]]), ["results[0]", "JSON object"]),
        (
            lambda rows: rows[0]["results"][0]["swap = True"].update(winner="3"),
            ["row 1", "results[0].swap = True.winner", "'3'"],
        ),
        (lambda rows: rows[0]["results"][0].pop("swap = True"), ["swap = True", "missing"]),
    ],
)
def test_results_that_are_not_about_the_data_set_are_refused(
    tmp_path: Path, change: Any, words: list[str]
) -> None:
    root = repository(tmp_path)
    path = root / "Dataset/LLMBar/Natural/evaluators/GPT-4/CoT/result.json"
    rows = json.loads(path.read_text())
    change(rows)
    write_json(path, rows)
    with pytest.raises(ImportRefused) as refusal:
        batch_of(llmbar.read, root)
    for word in ["LLMBar/Natural/evaluators/GPT-4/CoT/result.json", *words]:
        assert word in str(refusal.value)


def test_a_label_that_is_no_output_and_a_folder_without_subsets_are_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(ImportRefused, match="no subset found"):
        batch_of(llmbar.read, tmp_path)
    root = repository(tmp_path)
    write_json(root / "Dataset/LLMBar/Natural/dataset.json", [item("x", 0)])
    with pytest.raises(ImportRefused, match=r"row 1, column 'label'.*found 0"):
        batch_of(llmbar.read, root)


def test_the_real_files_give_700_pairs_and_the_published_agreement(shared_data: Path) -> None:
    batch = batch_of(llmbar.read, shared_data / "llmbar")
    assert len(batch.pairs) == 700
    assert len(batch.prompts) == 573
    assert batch.invalid == 141
    judges = [row for row in batch.sources.values() if row[1] == "judge"]
    assert len(judges) == 12
    gold = {key: choice for key, _, choice, _ in verdicts_of(batch, "gold:gold")}
    natural = [
        (key, order, choice)
        for key, order, choice, _ in verdicts_of(batch, "judge:GPT-4/Vanilla")
        if key.startswith("LLMBar/Natural:")
    ]
    shares = [
        sum(choice == gold[key] for key, shown, choice in natural if shown == order)
        for order in (AB, BA)
    ]
    assert shares == [95, 96]
    both = [
        combine_verdicts(
            Verdict(shown, VALID, choice) for name, shown, choice in natural if name == key
        )
        for key in gold
        if key.startswith("LLMBar/Natural:")
    ]
    assert sum(combined.flipped is False for combined in both) == 95
