"""The importer of QA-Feedback."""

from __future__ import annotations

import copy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from profile_core.errors import ImportRefused
from profile_core.formats import qa_feedback
from profile_core.types import Choice
from tests.format_batches import batch_of, generators_of, texts_of, verdicts_of, write_json

A, B, TIE = Choice.A, Choice.B, Choice.TIE


def error(kind: str, start: int, end: int, explanation: str = "") -> dict[str, Any]:
    return {"error type": kind, "start": start, "end": end, "explanation": explanation}


QUESTION: dict[str, Any] = {
    "question": "Who built the bridge?",
    "passages": [
        ["Bridge &amp; river", "Bridge & river\n\nIt stands since 1901. ", "Ann built it."],
        ["Ann", "She was born in Ulm."],
    ],
    "gold": "Ann.",
    "prediction 1": "Ann built it. It is long. Ann did.",
    "prediction 2": "Bob.",
    "prediction 3": "Nobody knows.",
    "prediction 4": "Ann.",
    "preference": [1, 1, 0, 2, 2, 2],
    "feedback": {
        "errors": [
            error("Unverifiable", 14, 25),
            error("Irrelevant", 14, 25),
            error("Redundant", 26, 34, "Ann built it."),
            error("Incoherent", 0, 3),
            error("Wrong-Grounding", 0, 13, '{"passage_id":1}'),
        ],
        "missing-info": [
            {"error type": "Missing-Answer", "passage_id": 1, "sentence_id": [2]},
            {"error type": "Missing-Minor-Auxiliary", "passage_id": 2, "sentence_id": [0, 1]},
        ],
        "corrected-prediction": "Ann built it.",
    },
}


def written(tmp_path: Path, *questions: dict[str, Any]) -> Path:
    return write_json(tmp_path / "dev.json", list(questions))


def test_six_verdicts_a_question_are_single_human_verdicts(tmp_path: Path) -> None:
    batch = batch_of(qa_feedback.read, written(tmp_path, QUESTION))
    assert [(key, choice) for key, _, choice, _ in verdicts_of(batch, "human:human")] == [
        ("1:1v2", A),
        ("1:1v3", A),
        ("1:1v4", TIE),
        ("1:2v3", B),
        ("1:2v4", B),
        ("1:3v4", B),
    ]
    assert batch.sources["human:human"][4] is False
    assert texts_of(batch, "1:2v4") == ("Bob.", "Ann.")
    assert generators_of(batch, "1:1v3") == ("prediction 1", "prediction 3")


def test_the_passages_are_a_readable_source_text(tmp_path: Path) -> None:
    batch = batch_of(qa_feedback.read, written(tmp_path, QUESTION))
    (prompt,) = batch.prompts.values()
    assert prompt[4] == (
        "Bridge & river\n\nIt stands since 1901. Ann built it.\n\nAnn\n\nShe was born in Ulm."
    )
    assert prompt[5] == "document_qa"


def test_a_question_without_passages_has_no_source_text(tmp_path: Path) -> None:
    question = copy.deepcopy(QUESTION) | {"passages": []}
    question["feedback"]["missing-info"] = []
    (prompt,) = batch_of(qa_feedback.read, written(tmp_path, question)).prompts.values()
    assert prompt[4] is None


def test_marked_errors_are_facts_of_prediction_1_with_human_labels(tmp_path: Path) -> None:
    batch = batch_of(qa_feedback.read, written(tmp_path, QUESTION))
    labels = {row[1]: (row[2], row[3], row[4], row[6]) for row in batch.fact_labels.values()}
    found = [
        (row[3], row[4], row[6:], labels[key])
        for key, row in batch.facts.items()
        if row[2] == "human:qa-feedback"
    ]
    who = "human:qa-feedback"
    assert found == [
        (1, "It is long.", (14, 25), ("supported", False, who, None)),
        (2, "It is long.", (14, 25), ("in_focus", False, who, None)),
        (3, "Ann did.", (26, 34), ("redundant", True, who, "Ann built it.")),
        (4, "Ann", (0, 3), ("incoherent", True, who, None)),
        (5, "Ann built it.", (0, 13), ("supported", False, who, '{"passage_id":1}')),
    ]
    first = next(key for key, row in batch.responses.items() if row[3] == "prediction 1")
    assert {row[1] for row in batch.facts.values()} == {first}


def test_what_is_missing_is_kept_apart_from_what_stands_in_the_text(tmp_path: Path) -> None:
    batch = batch_of(qa_feedback.read, written(tmp_path, QUESTION))
    labels = {row[1]: row[2] for row in batch.fact_labels.values()}
    found = [
        (row[4], row[5:], labels[key])
        for key, row in batch.facts.items()
        if row[2] == "human:qa-feedback:missing"
    ]
    nowhere = (None, None, None)
    assert found == [
        ("Ann built it.", nowhere, "missing_answer"),
        ("Ann She was born in Ulm.", nowhere, "missing_minor_auxiliary"),
    ]


def test_no_factor_value_is_computed_from_errors_alone(tmp_path: Path) -> None:
    batch = batch_of(qa_feedback.read, written(tmp_path, QUESTION))
    assert not batch.factor_values
    assert not batch.factors


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda q: q["preference"].pop(), ["'preference'", "5 comparisons", "1v2"]),
        (lambda q: q["preference"].__setitem__(3, 3), ["'preference[3]'", "found 3"]),
        (lambda q: q["feedback"]["errors"][0].update(end=99), ["errors[0].end", "99", "to 34"]),
        (lambda q: q["feedback"]["errors"][1].update(start=25), ["errors[1].end", "from 26"]),
        (lambda q: q["feedback"]["errors"][2].update(start=-1), ["errors[2].start", "-1"]),
        (
            lambda q: q["feedback"]["errors"][0].update({"error type": "Rude"}),
            ["feedback.errors[0].error type", "'Rude'", "Irrelevant"],
        ),
        (
            lambda q: q["feedback"]["missing-info"][0].update(passage_id=3),
            ["missing-info[0].passage_id", "from 1 to 2"],
        ),
        (
            lambda q: q["feedback"]["missing-info"][0].update(sentence_id=[3]),
            ["missing-info[0].sentence_id[0]", "from 0 to 2"],
        ),
        (lambda q: q.pop("prediction 4"), ["'prediction 4'", "missing"]),
        (lambda q: q.update(question=" "), ["'question'", "empty"]),
        (lambda q: q["passages"].__setitem__(1, "Ann"), ["'passages[1]'", "not a list"]),
    ],
)
def test_a_question_that_does_not_fit_is_refused_with_the_place(
    tmp_path: Path, change: Any, words: list[str]
) -> None:
    question = copy.deepcopy(QUESTION)
    change(question)
    with pytest.raises(ImportRefused) as refusal:
        batch_of(qa_feedback.read, written(tmp_path, QUESTION | {"question": "First?"}, question))
    for word in ["dev.json, row 2", *words]:
        assert word in str(refusal.value)


def test_the_real_file_gives_3000_verdicts_and_1373_marked_errors(shared_data: Path) -> None:
    batch = batch_of(qa_feedback.read, shared_data / "qa_feedback_dev" / "dev_feedback.json")
    assert (len(batch.prompts), len(batch.responses), len(batch.pairs)) == (500, 2000, 3000)
    verdicts = verdicts_of(batch, "human:human")
    assert Counter(choice for _, _, choice, _ in verdicts) == {A: 1577, B: 1039, TIE: 384}
    assert Counter(row[2] for row in batch.facts.values()) == {
        "human:qa-feedback": 1373,
        "human:qa-feedback:missing": 842,
    }
    labels = Counter((row[2], row[3]) for row in batch.fact_labels.values())
    assert labels["in_focus", False] == 909
    assert labels["supported", False] == 163 + 152
    assert sum(row[4] is None for row in batch.prompts.values()) == 2


def test_a_folder_with_one_feedback_file_is_read_like_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, QUESTION)
    file.rename(tmp_path / "dev_feedback.json")
    assert len(batch_of(qa_feedback.read, tmp_path).pairs) == 6
    (tmp_path / "train_feedback.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ImportRefused, match=r"dev_feedback\.json, train_feedback\.json"):
        batch_of(qa_feedback.read, tmp_path)
