"""What became of a piece of long work, in one sentence for each kind of result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from pathlib import Path

from profile_core.actions.runs import RunSummary
from profile_core.formats.spec import Written
from profile_core.store.ingest import Ingested
from profile_core.text import numbers

_COUNTS = (
    ("prompts", "prompt", "prompts"),
    ("responses", "response", "responses"),
    ("pairs", "pair to judge", "pairs to judge"),
    ("generation_pairs", "pair of score levels", "pairs of score levels"),
    ("preferences", "verdict", "verdicts"),
    ("factor_values", "factor value", "factor values"),
    ("facts", "fact", "facts"),
    ("corrections", "label by people", "labels by people"),
)


@dataclass(frozen=True, slots=True)
class Imported:
    """The end of an import from the data page."""

    name: str
    is_trial: bool
    """A trial run: nothing was written."""
    ingested: Ingested


@singledispatch
def sentence(result: object) -> str:
    """Say what came of the work."""
    return "done."


@sentence.register
def _(result: Imported) -> str:
    verb = "would add" if result.is_trial else "added"
    warned = numbers.counted(len(result.ingested.warnings), "warning")
    notes = f" with {warned}, listed under Import" if result.ingested.warnings else ""
    known = result.ingested.already_present
    present = f"; {numbers.counted(known, 'row')} were there already" if known else ""
    return f"{verb} {added(result.ingested)}{notes}{present}."


@sentence.register
def _(result: RunSummary) -> str:
    if result.model:
        return _of_model(result)
    measured = numbers.counted(result.done, "response")
    rest = f"; {numbers.count(result.cached)} had every value" if result.cached else ""
    return f"{measured} measured in {numbers.duration(result.seconds)}{rest}."


def _of_model(result: RunSummary) -> str:
    known = f", {numbers.count(result.cached)} known before" if result.cached else ""
    failed = numbers.listed([f"{count:,} {kind}" for kind, count in result.failed.items()])
    unknown = numbers.counted(result.cost_unknown, "call")
    cost = f"${result.cost:.4f}"
    if result.cost_unknown:
        all_unknown = result.cost_unknown == result.calls
        cost = "cost unknown" if all_unknown else f"{cost} and {unknown} of unknown cost"
    parts = [
        f"{numbers.count(result.done)} of {numbers.counted(result.planned, 'item')} done{known}",
        f"failed: {failed}" if failed else "",
        "" if result.status == "done" else result.status,
        f"{numbers.counted(result.calls, 'call')}, {cost}",
    ]
    return "; ".join(filter(None, parts)) + "."


@sentence.register
def _(result: Written) -> str:
    files = numbers.counted(len(result.written), "file")
    return f"{numbers.counted(result.records, 'record')} in {files}."


@sentence.register
def _(result: Path) -> str:
    return f"written to {result}."


def added(ingested: Ingested) -> str:
    """List what an import brought, leaving out what it did not."""
    parts = [
        numbers.counted(getattr(ingested, name), one, many)
        for name, one, many in _COUNTS
        if getattr(ingested, name)
    ]
    return numbers.listed(parts) or "nothing"
