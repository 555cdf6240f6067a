"""The embedded demo: that it holds what its README says, and shows what its numbers say."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from profile_core.errors import ImportRefused
from profile_core.formats import demo
from profile_core.stats.tau import tau14
from profile_core.stats.verdicts import Combined, Verdict, combine_verdicts
from profile_core.store.records import Batch
from profile_core.types import Choice, Order, SourceKind, VerdictStatus
from tests.format_batches import batch_of, texts_of, verdicts_of

QWEN, SMOL = "qwen2.5-coder-1.5b-instruct-q4", "smollm2-135m-instruct-q4"


@pytest.fixture(scope="module")
def batch() -> Batch:
    return batch_of(demo.read, demo.DEMO_PATH)


def test_the_demo_holds_what_its_readme_says(batch: Batch) -> None:
    assert batch.dataset == "demo"
    assert (len(batch.prompts), len(batch.responses), len(batch.pairs)) == (48, 720, 144)
    assert (len(batch.preferences), len(batch.facts)) == (864, 2029)
    assert Counter(row[3] for row in batch.responses.values()) == {
        "claude": 240,
        QWEN: 240,
        SMOL: 240,
    }
    assert {row[5] for row in batch.responses.values()} == {1, 2, 3, 4, 5}
    extractors = Counter(key[2] for key in batch.factor_values)
    assert extractors == {
        "imported:claude": 2880,
        "facts:claude-blind": 270 * 5,
        "facts:claude-writer": 50 * 5,
    }
    assert batch.warnings == []


def test_no_source_of_the_demo_is_human_and_judges_share_their_generators_model(
    batch: Batch,
) -> None:
    assert {row[1] for row in batch.sources.values()} == {SourceKind.JUDGE}
    assert {row[3] for row in batch.sources.values()} == {
        row[4] for row in batch.responses.values()
    }


def test_every_pair_is_judged_in_both_orders_and_claude_with_a_strength(batch: Batch) -> None:
    asked = Counter((row[2], row[3]) for row in batch.preferences.values())
    assert set(asked.values()) == {144}
    assert len(asked) == 6
    strengths = {
        (row[2] == "judge:claude", row[8] in (1, 2, 3)) for row in batch.preferences.values()
    }
    assert strengths == {(True, True), (False, False)}


def test_the_files_own_ids_are_kept(batch: Batch) -> None:
    assert "sum-01" in {row[2] for row in batch.prompts.values()}
    assert "sum-01-claude-1" in {row[2] for row in batch.responses.values()}
    assert "sum-01-p1" in {row[3] for row in batch.pairs.values()}


def test_quotes_are_located_letter_for_letter(batch: Batch) -> None:
    for row in batch.facts.values():
        text = str(batch.responses[str(row[1])][6])
        start, end = row[6:]
        assert isinstance(start, int)
        assert isinstance(end, int)
        assert text[start:end].casefold().split() == str(row[5]).casefold().split()


def test_values_follow_from_fact_labels_where_the_factor_applies(batch: Batch) -> None:
    tasks = {key: str(row[5]) for key, row in batch.prompts.items()}
    by_response = defaultdict(list)
    for key, row in batch.facts.items():
        if row[2] == "facts:claude-blind":
            by_response[str(row[1])].append(key)
    supported = {row[1]: row[3] for row in batch.fact_labels.values() if row[2] == "supported"}
    for response, facts in by_response.items():
        values = {
            factor: batch.factor_values[response, factor, "facts:claude-blind"][4]
            for factor in ("n_facts", "hallucination", "helpfulness")
        }
        assert values["n_facts"] == len(facts)
        task = tasks[str(batch.responses[response][1])]
        known = [supported[fact] for fact in facts if fact in supported]
        share = known.count(False) / len(known) if known else None
        assert values["hallucination"] == (None if task == "helpful_response" else share)
        assert task != "summarization" or values["helpfulness"] is None
    assert "source_coverage" not in batch.factors
    assert set(batch.factors) == {factor for _, factor, _ in batch.factor_values}


def test_the_demo_shows_the_gap_that_its_readme_describes(batch: Batch) -> None:
    combined = {judge: choices_of(batch, judge) for judge in ("claude", QWEN, SMOL)}
    agreeing = {
        judge: sum(choice.flipped is False for choice in choices.values())
        for judge, choices in combined.items()
    }
    assert agreeing == {"claude": 143, QWEN: 91, SMOL: 2}
    for factor, stand_in, judging, writing in (
        ("receptiveness", 0.798, 0.554, 0.0875),
        ("intent_align", 0.782, 0.473, 0.142),
        ("formality_align", 0.396, -0.077, -0.125),
        ("length", 0.211, 0.385, 0.223),
        ("n_facts", 0.204, 0.265, 0.161),
        ("off_focus", -0.352, -0.206, 0.144),
        ("hallucination", -0.571, -0.318, -0.009),
        # look/influence.png has .796, .382 and .033 here: it counts summaries, too, for which
        # this factor is not defined.
        ("helpfulness", 0.861, 0.652, 0.150),
    ):
        values = values_of(batch, factor)
        assert tau(values, judged(batch, combined["claude"])) == pytest.approx(stand_in, abs=5e-4)
        assert tau(values, judged(batch, combined[QWEN])) == pytest.approx(judging, abs=5e-4)
        assert tau(values, levels(batch, QWEN)) == pytest.approx(writing, abs=5e-4)


def test_a_reference_to_nothing_is_refused(tmp_path: Path) -> None:
    shutil.copytree(demo.DEMO_PATH, tmp_path / "demo")
    pairs = tmp_path / "demo" / "pairs.jsonl"
    lines = pairs.read_text().splitlines()
    lines[2] = lines[2].replace("sum-01-", "sum-77-", 2)
    pairs.write_text("\n".join(lines))
    with pytest.raises(ImportRefused, match=r"pairs.jsonl, line 3.*nothing has this id"):
        batch_of(demo.read, tmp_path / "demo")


def test_a_verdict_reads_as_it_was_given(batch: Batch) -> None:
    first, second = texts_of(batch, "sum-06-p1")
    assert first.startswith("The poster has two exams on 3 June")
    assert ("sum-06-p1", Order.AB, Choice.B, VerdictStatus.VALID) in verdicts_of(
        batch, "judge:claude"
    )
    assert second.startswith("A part-time student with two exams")


def test_the_demo_is_small_and_says_who_made_it() -> None:
    size = sum(path.stat().st_size for path in demo.DEMO_PATH.iterdir())
    assert size < 4 * 2**20
    assert "No human labelled anything here" in (demo.DEMO_PATH / "README.md").read_text()


Ordered = list[tuple[str, str]]
"""Pairs of responses, the preferred one first."""


def choices_of(batch: Batch, judge: str) -> dict[str, Combined]:
    verdicts = defaultdict(list)
    for row in batch.preferences.values():
        if row[2] == f"judge:{judge}":
            order, status = Order(str(row[3])), VerdictStatus(str(row[5]))
            choice = Choice(str(row[6])) if row[6] else None
            verdicts[str(row[1])].append(Verdict(order, status, choice))
    return {pair: combine_verdicts(given) for pair, given in verdicts.items()}


def judged(batch: Batch, choices: dict[str, Combined]) -> Ordered:
    sides = {pair: (str(row[5]), str(row[6])) for pair, row in batch.pairs.items()}
    return [
        sides[pair] if found.choice == "a" else sides[pair][::-1]
        for pair, found in choices.items()
        if found.choice in ("a", "b")
    ]


def levels(batch: Batch, generator: str) -> Ordered:
    by_prompt = defaultdict(list)
    for key, row in batch.responses.items():
        if row[3] == generator:
            by_prompt[row[1]].append((int(str(row[5])), key))
    return [
        (higher, lower)
        for found in by_prompt.values()
        for (_, lower), (_, higher) in combinations(sorted(found), 2)
    ]


def values_of(batch: Batch, factor: str) -> dict[str, float]:
    if factor == "length":
        return {key: len(str(row[6]).split()) for key, row in batch.responses.items()}
    return {
        response: float(str(row[4]))
        for (response, name, extractor), row in batch.factor_values.items()
        if name == factor and extractor != "facts:claude-writer" and row[4] is not None
    }


def tau(values: dict[str, float], ordered: Ordered) -> float:
    signs = Counter(
        (values[better] > values[worse]) - (values[better] < values[worse])
        for better, worse in ordered
        if better in values and worse in values
    )
    return float(tau14(signs[1], signs[-1], signs[0]))
