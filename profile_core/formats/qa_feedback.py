"""QA-Feedback: answers from documents, compared by people, with errors marked in the first.

Source: https://github.com/allenai/FineGrainedRLHF (folder `tasks/qa_feedback/data`, the files
`dev_feedback.json` and `train_feedback.json`), Apache-2.0; questions from ASQA, passages from
Wikipedia (CC BY-SA). Wu et al., "Fine-Grained Human Feedback Gives Better Rewards for Language
Model Training", NeurIPS 2023, arXiv:2306.01693.

The four answers to a question are samples of one policy model. The generator tells them apart as
the file does (`prediction 1` ...), because only the first has feedback; the numbers mean nothing
across questions. The six comparisons of a question are one verdict each by an unnamed annotator:
source `human`, which is not a majority.

The errors marked in prediction 1 become facts, with what people said as labels: `Irrelevant` is
`in_focus` false, `Wrong-Grounding` and `Unverifiable` are `supported` false; `redundant` and
`incoherent` stand under their own names. What is missing from prediction 1 is not in its text, so
it is kept apart (extractor `human:qa-feedback:missing`): the passage's sentences, labelled
`missing_answer`, `missing_major_auxiliary` or `missing_minor_auxiliary`. Only errors are marked,
never what is right: counts and shares of facts cannot be had from these, and are not computed. The
gold answer and the corrected prediction are left out: nobody compared them.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

import duckdb

from profile_core.errors import ImportRefused
from profile_core.formats.json_files import read_rows
from profile_core.formats.rows import Row
from profile_core.formats.spec import Format, ImportOptions, refuse_options
from profile_core.store.records import Batch
from profile_core.types import Choice, SourceKind

TASK = "document_qa"
EXTRACTOR = "human:qa-feedback"
EXTRACTOR_OF_MISSING = "human:qa-feedback:missing"
PREDICTIONS = tuple(f"prediction {number}" for number in range(1, 5))

_CHOICES: Mapping[object, Choice] = {0: Choice.TIE, 1: Choice.A, 2: Choice.B}
_ERRORS: Mapping[object, tuple[str, bool]] = {
    "Irrelevant": ("in_focus", False),
    "Wrong-Grounding": ("supported", False),
    "Unverifiable": ("supported", False),
    "Redundant": ("redundant", True),
    "Incoherent": ("incoherent", True),
}
_MISSING: Mapping[object, str] = {
    "Missing-Answer": "missing_answer",
    "Missing-Major-Auxiliary": "missing_major_auxiliary",
    "Missing-Minor-Auxiliary": "missing_minor_auxiliary",
}


def read(path: Path, options: ImportOptions, cursor: duckdb.DuckDBPyConnection) -> Iterator[Batch]:
    """Read the file, or the one such file of a folder, as one batch."""
    refuse_options(options, format_name="qa-feedback", path=path)
    file = _only_file(path) if path.is_dir() else path
    batch = Batch(options.dataset_of(path), file.name)
    for number, row in enumerate(read_rows(file), start=1):
        _add_question(batch, number, row)
    yield batch


FORMAT = Format(
    name="qa-feedback",
    what="QA-Feedback: six human comparisons a question, and errors marked in the first answer",
    reads="dev_feedback.json or train_feedback.json, or a folder with one of them",
    example="profile-core import qa-feedback qa_feedback/data/dev_feedback.json "
    "--study study.duckdb",
    read=read,
)


def _only_file(folder: Path) -> Path:
    files = sorted(folder.glob("*_feedback.json"))
    if len(files) != 1:
        raise ImportRefused(
            folder.name,
            "the folder does not say which file is meant",
            found=", ".join(file.name for file in files) or "none",
            expected="one file named like dev_feedback.json, or its own path",
        )
    return files[0]


def _add_question(batch: Batch, number: int, row: Row) -> None:
    passages = row.elements("passages")
    texts = [passages.texts(name) for name in passages.value]
    prompt = batch.add_prompt(
        row.text("question", blank=False),
        source_text="\n\n".join(map(_readable, texts)) or None,
        task=TASK,
        external_id=str(number),
    )
    responses = [batch.add_response(prompt, row.text(name), generator=name) for name in PREDICTIONS]
    verdicts = row.elements("preference")
    pairs = list(combinations(range(len(PREDICTIONS)), 2))
    if len(verdicts.value) != len(pairs):
        raise row.refusal(
            f"{len(verdicts.value)} comparisons",
            column="preference",
            expected=f"{len(pairs)}, for 1v2, 1v3, 1v4, 2v3, 2v4 and 3v4",
        )
    human = batch.add_source(SourceKind.HUMAN, "human")
    for (first, second), column in zip(pairs, verdicts.value, strict=True):
        pair = batch.add_pair(
            prompt,
            responses[first],
            responses[second],
            f"{number}:{first + 1}v{second + 1}",
            place=row.place,
        )
        batch.add_preference(pair, human, verdicts.meaning(column, _CHOICES), place=row.place)
    feedback = row.inner("feedback")
    _add_errors(batch, feedback, responses[0], row.text(PREDICTIONS[0]))
    _add_missing(batch, feedback, responses[0], texts)


def _add_errors(batch: Batch, feedback: Row, response: str, text: str) -> None:
    """Add each marked span as a fact, after checking that it lies within the text."""
    for ordinal, error in enumerate(feedback.rows("errors"), start=1):
        label, value = error.meaning("error type", _ERRORS)
        start = error.integer("start", 0, len(text) - 1)
        end = error.integer("end", start + 1, len(text))
        quote = text[start:end]
        fact = batch.add_fact(response, EXTRACTOR, ordinal, quote, quote=quote, span=(start, end))
        batch.add_fact_label(fact, label, value, EXTRACTOR, note=error.optional_text("explanation"))


def _add_missing(batch: Batch, feedback: Row, response: str, passages: list[list[str]]) -> None:
    """Add what prediction 1 leaves out; passages count from 1, sentence 0 is the title."""
    for ordinal, missing in enumerate(feedback.rows("missing-info"), start=1):
        label = missing.meaning("error type", _MISSING)
        passage = passages[missing.integer("passage_id", 1, len(passages)) - 1]
        sentences = missing.integers("sentence_id", 0, len(passage) - 1)
        fact = batch.add_fact(
            response,
            EXTRACTOR_OF_MISSING,
            ordinal,
            " ".join(passage[number].strip() for number in sentences),
        )
        batch.add_fact_label(fact, label, True, EXTRACTOR)


def _readable(passage: list[str]) -> str:
    """Join a passage's sentences under its title, which the first may repeat."""
    title, *sentences = passage or [""]
    title = html.unescape(title)
    body = " ".join(sentence.strip() for sentence in sentences)
    return body if body.startswith(title) else f"{title}\n\n{body}"
