"""A study whose names and texts are hard on annotation tools, and what its tests read of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from profile_core.actions.export import export
from profile_core.actions.imports import import_file
from profile_core.formats.spec import ExportOptions, ImportOptions
from profile_core.store.ingest import Ingested
from profile_core.store.records import Batch
from profile_core.store.study import Study
from profile_core.types import Choice, Factor, FactorKind, SourceKind
from tests.studies import empty_study, levels_batch, write

NASTY = "</Text><script>alert(1)</script> & **bold** $prompt {{x}}\n\"quoted\" 'ünï' 你好"
ODD = 'Clear & <b>"to the point"</b>, $5'
FACTORS = {
    "clarity": FactorKind.ORDINAL_1_5,
    "flaws": FactorKind.ORDINAL_0_3,
    "civil": FactorKind.BOOLEAN,
    "words": FactorKind.COUNT,
    "share": FactorKind.RATIO,
    ODD.replace(",", ""): FactorKind.NUMBER,
}
ODD_NAME = list(FACTORS)[-1]
VALUES: Mapping[str, float | None] = {
    "clarity": 4,
    "flaws": 0,
    "civil": 1,
    "words": None,
    "share": 0.1 + 0.2,
    ODD_NAME: -2.5,
}
ONLY_PAIRS = "setting = 'evaluation'"
EXTRACTOR = 'model "7" <x> (v1)'


def outside_study(pairs: int = 3) -> Study:
    """Pairs with values of six factors by one extractor, a judge's choices, and score levels."""
    study = empty_study()
    batch = Batch("outside", "outside.jsonl")
    judge = batch.add_source(SourceKind.JUDGE, "judge")
    for name, kind in FACTORS.items():
        batch.add_factor(Factor(name, f"{name}!", kind, f"The {name}.\nIt costs $5.", "imported"))
    for place in range(pairs):
        prompt = batch.add_prompt(
            f"{place}: {NASTY}", source_text=NASTY if place else None, task="summarization"
        )
        sides = [
            batch.add_response(prompt, f"{side} {place} {NASTY}", generator=f"secret-{side}")
            for side in ("left", "right")
        ]
        for response in sides:
            for name, value in VALUES.items():
                batch.add_factor_value(response, name, value, EXTRACTOR)
            batch.add_factor_value(response, "length", 7.0, "rules")
        pair = batch.add_pair(prompt, *sides, str(place))
        batch.add_preference(pair, judge, Choice.B, reason="secret reason")
    levels = levels_batch()
    for response in levels.responses:
        levels.add_factor_value(response, "words", 3.0, EXTRACTOR)
    write(study, batch, levels)
    return study


def rows(study: Study, query: str) -> list[tuple[Any, ...]]:
    return study.cursor().execute(query).fetchall()


def state(study: Study) -> object:
    """Everything that an import of labels could change."""
    tables = ("correction", "preference", "act", "source")
    return study.versions(), [rows(study, f"SELECT * FROM {name} ORDER BY ALL") for name in tables]


def labels(study: Study) -> dict[tuple[str, str], tuple[Any, ...]]:
    """What stands by annotator and factor, for studies with labels of one response each."""
    found = rows(
        study,
        "SELECT annotator, factor, action, new_value, mode, old_value, extractor "
        "FROM standing_label",
    )
    return {(row[0], row[1]): tuple(row[2:]) for row in found}


def write_out(study: Study, name: str, path: Path, **told: Any) -> int:
    return export(study, name, path, ExportOptions(**told)).records


def read_in(
    study: Study, name: str, path: Path, *, dry_run: bool = False, **names: str
) -> Ingested:
    return import_file(study, name, path, ImportOptions(mapping=names), dry_run=dry_run)


def records(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def saved(path: Path, found: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text(json.dumps(found), encoding="utf-8")
    return path
