"""SummEval-OP: summaries of product reviews, rated by three people on seven dimensions.

Source: https://github.com/tjsiledar/SummEval-OP (folder `annotated_dataset`), MIT; the reviews are
public Amazon product reviews. Siledar et al., "One Prompt To Rule Them All: LLMs for Opinion
Summary Evaluation", ACL 2024, arXiv:2402.11683.

One file has the summaries by generator with mean ratings, the other the three annotators' ratings;
both list products and summaries in the same order, and are refused where they disagree. A
product's reviews, an empty line between them, are the source text.

A rating is a factor value, from extractor `human:annotator1`, `human:annotator2` or
`human:annotator3`, and their mean from `human:all`. The factors are the data set's own
(`summeval_fluency`), not a taxonomy's of like name, whose definition they do not follow.

Nobody compared summaries. The preferences `annotator1_derived` ... on all pairs of a product follow
from an annotator's mean over the seven dimensions, and are marked as derived from these factors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import duckdb

from profile_core.errors import ImportRefused
from profile_core.formats.json_files import read_rows
from profile_core.formats.rows import Row
from profile_core.formats.spec import Format, ImportOptions, refuse_options
from profile_core.store.records import Batch
from profile_core.types import Choice, Factor, FactorKind, SourceKind

TASK = "summarization"
INSTRUCTION = "Summarize what these reviews say about the product."
MEANS = "summeval-op.jsonl"
RATINGS = "summeval-op-detailed.jsonl"
ANNOTATORS = ("annotator1", "annotator2", "annotator3")

_ROUNDING = 0.0051
"""The means are given to two decimals."""


@dataclass(frozen=True, slots=True)
class _Dimension:
    """A dimension's name in the file of means, its key in the other, and its meaning in brief."""

    name: str
    key: str
    higher_means: str
    definition: str

    @property
    def factor(self) -> str:
        return f"summeval_{self.name.lower().replace(' ', '_')}"


_DIMENSIONS = (
    _Dimension(
        "Fluency",
        "fl",
        "better language",
        "How good the summary's language is: grammar, spelling, punctuation and choice of words.",
    ),
    _Dimension(
        "Coherence",
        "co",
        "better organised",
        "How well the summary is organised: its sentences build on one another and make one text.",
    ),
    _Dimension(
        "Relevance",
        "re",
        "nearer to what matters",
        "How far the summary keeps to what matters in the reviews, without excess or repetition.",
    ),
    _Dimension(
        "Faithfulness",
        "fa",
        "truer to the reviews",
        "How far all that the summary says can be found in the reviews or follows from them.",
    ),
    _Dimension(
        "Aspect Coverage",
        "ac",
        "more aspects",
        "How many of the product's aspects that the reviews dwell on are in the summary.",
    ),
    _Dimension(
        "Sentiment Consistency",
        "sc",
        "nearer to the reviewers' mood",
        "How well the opinion that the summary gives of each aspect agrees with the reviewers'.",
    ),
    _Dimension(
        "Specificity",
        "sp",
        "more specific",
        "How detailed and particular to this product the summary is, rather than general phrases.",
    ),
)


def read(path: Path, options: ImportOptions, cursor: duckdb.DuckDBPyConnection) -> Iterator[Batch]:
    """Read the folder as one batch; refuse it if the two files do not fit together."""
    refuse_options(options, format_name="summeval-op", path=path)
    if not path.is_dir():
        raise ImportRefused(
            path.resolve().name, "this is no folder", expected=f"a folder with {MEANS}, {RATINGS}"
        )
    means, ratings = list(read_rows(path / MEANS)), list(read_rows(path / RATINGS))
    if len(means) != len(ratings):
        raise ImportRefused(
            RATINGS, f"the file has {len(ratings)} rows", expected=f"the {len(means)} of {MEANS}"
        )
    batch = Batch(options.dataset_of(path), MEANS)
    for dimension in _DIMENSIONS:
        batch.add_factor(_factor(dimension))
    for number, (row, detail) in enumerate(zip(means, ratings, strict=True), start=1):
        _add_product(batch, number, row, detail)
    yield batch


FORMAT = Format(
    name="summeval-op",
    what="SummEval-OP: review summaries with three people's ratings on seven dimensions",
    reads=f"a folder with {MEANS} and {RATINGS}",
    example="profile-core import summeval-op SummEval-OP/annotated_dataset --study study.duckdb",
    read=read,
)


def _factor(dimension: _Dimension) -> Factor:
    return Factor(
        name=dimension.factor,
        title=f"{dimension.name} (SummEval-OP)",
        kind=FactorKind.NUMBER,
        definition=f"{dimension.definition} Rated by people from 1 (very poor) to 5 (excellent); "
        "a mean of several people may lie between.",
        taxonomy="imported",
        level_1="SummEval-OP",
        unit="points",
        higher_means=dimension.higher_means,
        applies_to=(TASK,),
        needs=("response", "source"),
    )


def _add_product(batch: Batch, number: int, row: Row, detail: Row) -> None:
    """Add a product's summaries, their ratings, and the preferences that follow from these."""
    reviews = row.inner("reviews")
    texts = [reviews.text(name) for name in reviews.value]
    if detail.texts("reviews") != texts:
        raise detail.refusal(f"not the reviews of {MEANS}", column="reviews")
    prompt = batch.add_prompt(
        INSTRUCTION, source_text="\n\n".join(texts), task=TASK, external_id=str(number)
    )
    summaries = row.inner("summaries")
    generators = list(summaries.value)
    scores = _scores(detail, generators)
    if detail.texts("summaries") != [summaries.inner(name).text("summary") for name in generators]:
        raise detail.refusal(f"not the summaries of {MEANS}, in its order", column="summaries")

    responses: dict[str, str] = {}
    for generator in generators:
        summary = summaries.inner(generator)
        _check_means(summary.inner("dimensions"), scores[generator])
        response = batch.add_response(prompt, summary.text("summary"), generator=generator)
        responses[generator] = response
        _add_ratings(batch, response, scores[generator], detail.place)
    _add_derived(batch, prompt, number, responses, scores, detail.place)


def _scores(detail: Row, generators: list[str]) -> dict[str, dict[str, list[int]]]:
    """Read the annotators' ratings, by generator and then by factor."""
    scores: dict[str, dict[str, list[int]]] = {name: {} for name in generators}
    for dimension in _DIMENSIONS:
        rated = detail.elements(dimension.key)
        if len(rated.value) != len(generators):
            raise detail.refusal(
                f"{len(rated.value)} summaries are rated",
                column=dimension.key,
                expected=f"the {len(generators)} of {MEANS}",
            )
        for generator, column in zip(generators, rated.value, strict=True):
            values = rated.integers(column, 1, 5)
            if len(values) != len(ANNOTATORS):
                raise rated.refusal(
                    f"{len(values)} ratings", column=column, expected=f"{len(ANNOTATORS)}"
                )
            scores[generator][dimension.factor] = values
    return scores


def _check_means(means: Row, scores: Mapping[str, list[int]]) -> None:
    for dimension in _DIMENSIONS:
        mean = _mean(scores[dimension.factor])
        if abs(means.number(dimension.name, 1, 5) - mean) > _ROUNDING:
            raise means.refusal(
                "not the mean of the annotators' ratings",
                column=dimension.name,
                found=means.get(dimension.name),
                expected=f"{mean:.2f}, from {RATINGS}",
            )


def _add_ratings(batch: Batch, response: str, scores: Mapping[str, list[int]], place: str) -> None:
    for factor, values in scores.items():
        for annotator, value in zip(ANNOTATORS, values, strict=True):
            batch.add_factor_value(response, factor, value, f"human:{annotator}", place=place)
        batch.add_factor_value(response, factor, _mean(values), "human:all", place=place)


def _add_derived(
    batch: Batch,
    prompt: str,
    number: int,
    responses: Mapping[str, str],
    scores: Mapping[str, Mapping[str, list[int]]],
    place: str,
) -> None:
    """Prefer the summary with the higher mean; sums of whole numbers compare without rounding."""
    factors = [dimension.factor for dimension in _DIMENSIONS]
    for first, second in combinations(responses, 2):
        pair = batch.add_pair(
            prompt,
            responses[first],
            responses[second],
            f"{number}:{first}|{second}",
            place=place,
        )
        for position, annotator in enumerate(ANNOTATORS):
            source = batch.add_source(
                SourceKind.HUMAN, f"{annotator}_derived", derived_from=factors
            )
            sum_a, sum_b = (
                sum(values[position] for values in scores[name].values())
                for name in (first, second)
            )
            choice = Choice.A if sum_a > sum_b else Choice.B if sum_b > sum_a else Choice.TIE
            batch.add_preference(pair, source, choice, place=place)


def _mean(values: list[int]) -> float:
    return sum(values) / len(values)
