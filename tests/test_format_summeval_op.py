"""The importer of SummEval-OP."""

from __future__ import annotations

import copy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from profile_core.errors import ImportRefused
from profile_core.formats import summeval_op
from profile_core.types import Choice
from tests.format_batches import batch_of, generators_of, verdicts_of, write_lines

A, B, TIE = Choice.A, Choice.B, Choice.TIE
DIMENSIONS = {
    "Fluency": "fl",
    "Coherence": "co",
    "Relevance": "re",
    "Faithfulness": "fa",
    "Aspect Coverage": "ac",
    "Sentiment Consistency": "sc",
    "Specificity": "sp",
}
FACTORS = [
    "summeval_fluency",
    "summeval_coherence",
    "summeval_relevance",
    "summeval_faithfulness",
    "summeval_aspect_coverage",
    "summeval_sentiment_consistency",
    "summeval_specificity",
]


def product(name: str, fluency: dict[str, list[int]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make a product whose summaries differ in fluency alone; everything else is rated 3."""
    reviews = [f"{name} is fine.", f"{name} broke."]
    means = {
        "reviews": {f"rev{number}": text for number, text in enumerate(reviews, start=1)},
        "summaries": {
            generator: {
                "summary": f"{name} by {generator}.",
                "dimensions": dict.fromkeys(DIMENSIONS, 3) | {"Fluency": round(sum(votes) / 3, 2)},
            }
            for generator, votes in fluency.items()
        },
    }
    ratings: dict[str, Any] = {
        "reviews": reviews,
        "summaries": [f"{name} by {generator}." for generator in fluency],
    }
    ratings |= {key: [[3, 3, 3] for _ in fluency] for key in DIMENSIONS.values()}
    return means, ratings | {"fl": list(fluency.values())}


def files() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    products = [
        product("Kettle", {"people": [5, 3, 1], "model-x": [4, 3, 2], "model-y": [4, 4, 4]}),
        product("Lamp", {"people": [3, 3, 4], "model-x": [3, 3, 3], "model-y": [1, 1, 1]}),
    ]
    return [means for means, _ in products], [ratings for _, ratings in products]


def folder(tmp_path: Path, means: list[dict[str, Any]], ratings: list[dict[str, Any]]) -> Path:
    write_lines(tmp_path / summeval_op.MEANS, means)
    write_lines(tmp_path / summeval_op.RATINGS, ratings)
    return tmp_path


def test_each_annotator_prefers_the_summary_with_the_higher_mean(tmp_path: Path) -> None:
    batch = batch_of(summeval_op.read, folder(tmp_path, *files()))
    keys = ["1:people|model-x", "1:people|model-y", "1:model-x|model-y"]
    derived = {
        number: [
            (key, choice)
            for key, _, choice, _ in verdicts_of(batch, f"human:annotator{number}_derived")
        ][:3]
        for number in (1, 2, 3)
    }
    assert derived == {
        1: list(zip(keys, [A, A, TIE], strict=True)),
        2: list(zip(keys, [TIE, B, B], strict=True)),
        3: list(zip(keys, [B, B, B], strict=True)),
    }
    assert len(batch.pairs) == 6
    assert generators_of(batch, "2:model-x|model-y") == ("model-x", "model-y")


def test_derived_preferences_name_the_factors_they_follow_from(tmp_path: Path) -> None:
    batch = batch_of(summeval_op.read, folder(tmp_path, *files()))
    assert {row[2] for row in batch.sources.values()} == {
        "annotator1_derived",
        "annotator2_derived",
        "annotator3_derived",
    }
    assert all(row[5] == FACTORS and row[4] is False for row in batch.sources.values())
    assert sorted(batch.factors) == sorted(FACTORS)


def test_ratings_are_values_of_each_annotator_and_of_their_mean(tmp_path: Path) -> None:
    batch = batch_of(summeval_op.read, folder(tmp_path, *files()))
    people = next(key for key, row in batch.responses.items() if row[6] == "Lamp by people.")
    values = {
        extractor: row[4]
        for (response, factor, extractor), row in batch.factor_values.items()
        if response == people and factor == "summeval_fluency"
    }
    assert values == {
        "human:all": 10 / 3,
        "human:annotator1": 3,
        "human:annotator2": 3,
        "human:annotator3": 4,
    }
    assert len(batch.factor_values) == 6 * 7 * 4


def test_the_reviews_are_the_source_text(tmp_path: Path) -> None:
    batch = batch_of(summeval_op.read, folder(tmp_path, *files()))
    assert {row[4] for row in batch.prompts.values()} == {
        "Kettle is fine.\n\nKettle broke.",
        "Lamp is fine.\n\nLamp broke.",
    }
    assert {row[5] for row in batch.prompts.values()} == {"summarization"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m, r: r.pop(), ["detailed", "1 rows", "the 2 of"]),
        (lambda m, r: r[1]["reviews"].reverse(), ["line 2", "'reviews'", "not the reviews"]),
        (lambda m, r: r[0]["summaries"].reverse(), ["line 1", "'summaries'"]),
        (lambda m, r: r[1]["co"].pop(), ["line 2", "'co'", "2 summaries are rated", "the 3"]),
        (lambda m, r: r[1]["co"][2].pop(), ["line 2", "'co[2]'", "2 ratings"]),
        (lambda m, r: r[1]["co"][2].__setitem__(1, 6), ["'co[2][1]'", "found 6", "from 1 to 5"]),
        (lambda m, r: r[0].pop("sp"), ["line 1", "'sp'", "missing"]),
        (
            lambda m, r: m[0]["summaries"]["people"]["dimensions"].update(Fluency=3.5),
            ["line 1", "summaries.people.dimensions.Fluency", "found 3.5", "3.00"],
        ),
        (
            lambda m, r: m[1]["summaries"]["people"].pop("summary"),
            ["line 2", "summaries.people.summary", "missing"],
        ),
    ],
)
def test_files_that_disagree_are_refused_with_the_place(
    tmp_path: Path, change: Any, words: list[str]
) -> None:
    means, ratings = copy.deepcopy(files())
    change(means, ratings)
    with pytest.raises(ImportRefused) as refusal:
        batch_of(summeval_op.read, folder(tmp_path, means, ratings))
    for word in words:
        assert word in str(refusal.value)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no folder"):
        batch_of(summeval_op.read, folder(tmp_path, *files()) / summeval_op.MEANS)


def test_the_real_files_give_2496_pairs_and_11648_values(shared_data: Path) -> None:
    batch = batch_of(summeval_op.read, shared_data / "summeval_op")
    assert (len(batch.prompts), len(batch.responses), len(batch.pairs)) == (32, 416, 2496)
    assert len(batch.factor_values) == 11_648
    assert len({row[3] for row in batch.responses.values()}) == 13
    sums: Counter[str] = Counter()
    for (response, _, extractor), row in batch.factor_values.items():
        if extractor != "human:all":
            sums[response] += int(float(str(row[4])))
    unequal = [row for row in batch.pairs.values() if sums[str(row[5])] != sums[str(row[6])]]
    # Floating-point means of means tell 16 more apart, whose 21 ratings have the same sum.
    assert len(unequal) == 2442
