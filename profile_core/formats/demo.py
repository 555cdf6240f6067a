"""The embedded demo study: what a few models wrote and judged, with nobody's human label.

Source: made for this project; `demo/README.md` says who or what made each part, and
`demo/protocol.md` how. Not a public format: the command `demo` and an empty app read it.

Verdicts keep both orders. Ratings are values of extractor `imported:<rater>`, and facts, their
labels and the factor values that follow from them of `facts:<labeller>`; `source_coverage` has
none, because the main facts of the sources were not listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from profile_core.factors.atomic import ATOMIC_VERSION, LabelledFact, fact_values
from profile_core.factors.taxonomy import builtin_factors
from profile_core.formats.json_files import read_rows
from profile_core.formats.rows import Row, keyed
from profile_core.formats.spec import ImportOptions
from profile_core.store.records import Batch
from profile_core.text.spans import Locator
from profile_core.types import Choice, Order, SourceKind

DEMO_PATH = Path(__file__).resolve().parents[1] / "demo"
DATASET = "demo"

_LABELS = ("supported", "in_focus", "misinformation", "helpful")
_TRUTH: Mapping[object, bool | None] = {True: True, False: False, None: None}
_CHOICES: Mapping[object, Choice] = {choice.value: choice for choice in Choice}
_ORDERS: Mapping[object, Order] = {order.value: order for order in Order}


def read(path: Path, options: ImportOptions, cursor: duckdb.DuckDBPyConnection) -> Iterator[Batch]:
    """Read the folder, normally `DEMO_PATH`, as one batch."""
    batch = Batch(options.dataset or DATASET, "the demo")
    prompts = _keyed(path, "prompts", "prompt_id")
    responses = _keyed(path, "responses", "response_id")
    prompt_ids = _add_prompts(batch, prompts)
    response_ids = _add_responses(batch, responses, prompt_ids)
    _add_verdicts(batch, path, prompt_ids, response_ids)
    _add_ratings(batch, path, response_ids)
    _add_facts(batch, path, prompts, responses, response_ids)
    used = {name for _, name, _ in batch.factor_values}
    for factor in builtin_factors():
        if factor.name in used:
            batch.add_factor(factor)
    yield batch


def _rows(path: Path, name: str) -> Iterator[Row]:
    return read_rows(path / f"{name}.jsonl")


def _keyed(path: Path, name: str, column: str) -> dict[str, Row]:
    return keyed(_rows(path, name), lambda row: row.text(column))


def _add_prompts(batch: Batch, rows: Mapping[str, Row]) -> dict[str, str]:
    return {
        name: batch.add_prompt(
            row.text("instruction"),
            source_text=row.optional_text("source_text"),
            task=row.text("task"),
            scenario=row.text("scenario"),
            external_id=name,
        )
        for name, row in rows.items()
    }


def _add_responses(
    batch: Batch, rows: Mapping[str, Row], prompts: Mapping[str, str]
) -> dict[str, str]:
    return {
        name: batch.add_response(
            _of(prompts, row, "prompt_id"),
            row.text("text"),
            generator=row.text("generator"),
            score_level=row.integer("score_level", 1, 5),
            external_id=name,
        )
        for name, row in rows.items()
    }


def _add_verdicts(
    batch: Batch, path: Path, prompts: Mapping[str, str], responses: Mapping[str, str]
) -> None:
    pairs = {
        name: batch.add_pair(
            _of(prompts, row, "prompt_id"),
            _of(responses, row, "response_a"),
            _of(responses, row, "response_b"),
            name,
            place=row.place,
        )
        for name, row in _keyed(path, "pairs", "pair_id").items()
    }
    for row in _rows(path, "judgments"):
        judge = row.text("source")
        batch.add_preference(
            _of(pairs, row, "pair_id"),
            batch.add_source(SourceKind.JUDGE, judge, model=judge),
            row.meaning("choice", _CHOICES),
            order=row.meaning("order", _ORDERS),
            strength=row.integer("strength", 1, 3) if "strength" in row.value else None,
            reason=row.optional_text("reason"),
            place=row.place,
        )


def _add_ratings(batch: Batch, path: Path, responses: Mapping[str, str]) -> None:
    for row in _rows(path, "ratings"):
        batch.add_factor_value(
            _of(responses, row, "response_id"),
            row.text("factor"),
            row.integer("value", 1, 5),
            f"imported:{row.text('rater')}",
            place=row.place,
        )


def _add_facts(
    batch: Batch,
    path: Path,
    prompts: Mapping[str, Row],
    responses: Mapping[str, Row],
    response_ids: Mapping[str, str],
) -> None:
    """Add facts and labels, and for each response and labeller the values that follow."""
    labelled: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in _rows(path, "facts"):
        _of(response_ids, row, "response_id")
        labelled[row.text("response_id"), row.text("labeller")].append(row)
    for (name, labeller), rows in labelled.items():
        response, extractor = response_ids[name], f"facts:{labeller}"
        locator = Locator(responses[name].text("text"))
        facts = [
            _add_fact(batch, row, response, extractor, labeller, locator)
            for row in sorted(rows, key=lambda row: row.integer("fact_no"))
        ]
        task = prompts[responses[name].text("prompt_id")].text("task")
        for factor, value in fact_values(facts, task).items():
            batch.add_factor_value(
                response,
                factor,
                value,
                extractor,
                extractor_version=ATOMIC_VERSION,
                place=rows[0].place,
            )


def _add_fact(
    batch: Batch, row: Row, response: str, extractor: str, labeller: str, locator: Locator
) -> LabelledFact:
    quote = row.optional_text("quote")
    fact = batch.add_fact(
        response,
        extractor,
        row.integer("fact_no", 1),
        row.text("text"),
        quote=quote,
        span=locator.locate(quote) if quote else None,
    )
    labels = {name: row.meaning(name, _TRUTH) for name in _LABELS}
    for name, value in labels.items():
        if value is not None:
            batch.add_fact_label(fact, name, value, labeller, mode="automatic")
    return LabelledFact(**labels)


def _of(ids: Mapping[str, str], row: Row, column: str) -> str:
    """Return the id that a row refers to by the file's own."""
    name = row.text(column)
    if name not in ids:
        raise row.refusal("nothing has this id", column=column, found=name)
    return ids[name]
