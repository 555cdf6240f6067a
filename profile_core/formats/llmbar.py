"""LLMBar: which of two outputs follows the instruction, with judges' verdicts in both orders.

Source: https://github.com/princeton-nlp/LLMBar (folder `Dataset`), MIT; the Processed subsets come
from FairEval, LLMEval^2 and MT-Bench. Zeng et al., "Evaluating Large Language Models at Evaluating
Instruction Following", ICLR 2024, arXiv:2310.07641.

Each subset is a folder with `dataset.json` and `evaluators/<evaluator>/<strategy>/result.json`; a
judge is named `<evaluator>/<strategy>`. Labels are a human majority in Processed subsets and true
by construction (`gold`) elsewhere; there are no ties among them, and no generators are named. The
subset is the scenario and, as `subset`, metadata. The inputs are instructions of many kinds, and
`helpful_response` is the nearest of the tasks.

A row of a result file ends with the verdicts in both orders; what comes before it (metrics, a
reference answer, for `Swap` the first round) led to them and is left out. Winners are mapped back
to the stored order already, while a reason speaks of the outputs as they were shown. `Rating`
strategies score each output by itself: that is one verdict without an order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from profile_core.errors import ImportRefused
from profile_core.formats.json_files import read_rows
from profile_core.formats.rows import Row
from profile_core.formats.spec import Format, ImportOptions, refuse_options
from profile_core.store.records import Batch
from profile_core.types import Choice, Order, SourceKind, VerdictStatus

TASK = "helpful_response"

_ORDERS = {"swap = False": Order.AB, "swap = True": Order.BA}
_WINNERS: dict[object, Choice | None] = {"1": Choice.A, "2": Choice.B, None: None}
_LABELS: dict[object, Choice] = {1: Choice.A, 2: Choice.B}
_SHARED = ("input", "output_1", "output_2", "label")


@dataclass(frozen=True, slots=True)
class _Item:
    """A row of a subset's data set and the pair that it became."""

    row: Row
    pair: str


def read(path: Path, options: ImportOptions, cursor: duckdb.DuckDBPyConnection) -> Iterator[Batch]:
    """Read every subset under the repository, or under its folder `Dataset`, as one batch."""
    refuse_options(options, format_name="llmbar", path=path)
    root = path / "Dataset" if (path / "Dataset").is_dir() else path
    repository = root.resolve().parent if root.name == "Dataset" else path
    folders = sorted(file.parent for file in root.rglob("dataset.json"))
    if not folders:
        raise ImportRefused(
            path.resolve().name,
            "no subset found",
            expected="LLMBar's folder Dataset, whose subsets each have a dataset.json",
        )
    batch = Batch(options.dataset_of(repository), root.name)
    scenarios: dict[str, str] = {}
    for folder in folders:
        subset = folder.relative_to(root).as_posix()
        items = _add_subset(batch, folder / "dataset.json", subset, scenarios)
        for result in sorted(folder.glob("evaluators/*/*/result.json")):
            _add_judge(batch, result, subset, items)
    yield batch


FORMAT = Format(
    name="llmbar",
    what="LLMBar: gold or majority labels and judges' verdicts in both orders",
    reads="the repository, or its folder Dataset",
    example="profile-core import llmbar LLMBar --study study.duckdb",
    read=read,
)


def _add_subset(batch: Batch, path: Path, subset: str, scenarios: dict[str, str]) -> list[_Item]:
    """Add a subset's pairs and labels; `scenarios` remembers where each prompt came first."""
    if subset.startswith("Processed/"):
        source = batch.add_source(SourceKind.HUMAN, "human", is_majority=True)
    else:
        source = batch.add_source(SourceKind.GOLD, "gold")
    items = []
    elsewhere = 0
    for number, row in enumerate(read_rows(path, f"{subset}/{path.name}"), start=1):
        place = f"{row.file}, {row.place}"
        prompt = batch.add_prompt(
            row.text("input", blank=False), task=TASK, scenario=subset, meta={"subset": subset}
        )
        elsewhere += scenarios.setdefault(prompt, subset) != subset
        response_a, response_b = (
            batch.add_response(prompt, row.text(column)) for column in ("output_1", "output_2")
        )
        pair = batch.add_pair(prompt, response_a, response_b, f"{subset}:{number}", place=place)
        batch.add_preference(pair, source, row.meaning("label", _LABELS), place=place)
        items.append(_Item(row, pair))
    if elsewhere:
        batch.warnings.append(
            f"{elsewhere} rows of {subset} have a prompt of an earlier subset, "
            "whose scenario they share"
        )
    return items


def _add_judge(batch: Batch, path: Path, subset: str, items: Sequence[_Item]) -> None:
    """Add one judge's verdicts, after checking that they are about the subset's rows."""
    evaluator, strategy = path.parts[-3:-1]
    file = f"{subset}/evaluators/{evaluator}/{strategy}/{path.name}"
    source = batch.add_source(SourceKind.JUDGE, f"{evaluator}/{strategy}", model=evaluator)
    rows = list(read_rows(path, file))
    if len(rows) != len(items):
        raise ImportRefused(
            file,
            f"the file has {len(rows)} rows",
            expected=f"the {len(items)} rows of {subset}/dataset.json",
        )
    for row, item in zip(rows, items, strict=True):
        for column in _SHARED:
            if row.get(column) != item.row.get(column):
                raise row.refusal(
                    "not the same as in dataset.json",
                    column=column,
                    found=row.get(column),
                    expected=repr(item.row.get(column))[:80],
                )
        _add_verdicts(batch, row, item.pair, source)


def _add_verdicts(batch: Batch, row: Row, pair: str, source: str) -> None:
    steps = row.elements("results")
    if not steps.value:
        raise row.refusal("no result", column="results", expected="at least one")
    final = steps.inner(list(steps.value)[-1])
    place = f"{row.file}, {row.place}"
    answers = {order: final.inner(name) for name, order in _ORDERS.items()}
    choices = {order: answer.meaning("winner", _WINNERS) for order, answer in answers.items()}
    if "score_1" in final.value:
        _add_rating(batch, set(choices.values()), pair, source, place)
        return
    for order, choice in choices.items():
        batch.add_preference(
            pair,
            source,
            choice,
            status=VerdictStatus.VALID if choice else VerdictStatus.INVALID,
            order=order,
            reason=_reason(answers[order]),
            place=place,
        )


def _add_rating(
    batch: Batch, choices: set[Choice | None], pair: str, source: str, place: str
) -> None:
    """Add what two separate scores amount to; equal ones stand as both winners in the file."""
    choice = Choice.TIE if len(choices) > 1 else next(iter(choices))
    choice = None if None in choices else choice
    status = VerdictStatus.VALID if choice else VerdictStatus.INVALID
    batch.add_preference(pair, source, choice, status=status, place=place)


def _reason(answer: Row) -> str | None:
    """Return what the judge wrote; a completion is its text and why it ended."""
    text = answer.texts("completion")[0]
    return text if text.strip() else None
