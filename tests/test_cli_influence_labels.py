"""The command `influence` with all four label sets, from queues that people have worked on."""

from __future__ import annotations

from pathlib import Path

import pytest

from profile_core.analysis.influence import influence
from profile_core.annotation import queues
from profile_core.store.study import Study
from profile_core.types import LabelSet, Mode, QueueKind
from tests.cli_runs import ROW_KEYS, as_json, ok, refused
from tests.drawn_study import answer, known_study, told


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A study of which half is drawn and reviewed, and nothing blind."""
    file = tmp_path / "study.duckdb"
    known = known_study(24, per_prompt=1, path=file)
    with known.study as study:
        queue = queues.draw(study, kind=QueueKind.RANDOM, size=14, factors=["clarity"])
        answer(study, queue, told(known.truth))
    return file


@pytest.mark.parametrize("labels", [labels.value for labels in LabelSet])
def test_every_label_set_prints_the_rows_of_the_analysis(path: Path, labels: str) -> None:
    args = ("influence", "--study", path, "--labels", labels, "--factor", "clarity")
    found = as_json(*args)
    assert found["labels"] == labels
    assert [list(row) for row in found["rows"]] == [ROW_KEYS] * 2
    with Study.open(path) as study:
        rows = influence(study, labels=LabelSet(labels), factors=["clarity"]).rows
    assert [(row["source"], row["tau"], row["low"], row["note"]) for row in found["rows"]] == [
        (row.source, row.tau, row.low, row.note) for row in rows
    ]
    assert "clarity" in ok(*args).stdout
    assert "clarity" in ok(*args, "--format", "csv").stdout


def test_drawn_sets_say_how_many_labels_they_rest_on(path: Path) -> None:
    for labels in ("reviewed-only", "prediction-powered"):
        rows = as_json("influence", "--study", path, "--labels", labels)["rows"]
        assert {row["factor"] for row in rows} == {"clarity"}
        for row in rows:
            assert row["note"].startswith("uses ")
            assert "non-response 0 %" in row["note"]


def test_what_was_not_drawn_is_refused_with_the_reason(path: Path) -> None:
    args = ("influence", "--study", path, "--labels", "prediction-powered")
    assert "no completed draw is about depth" in refused(*args, "--factor", "depth")
    assert "blind labels that were drawn" in refused(*args, "--blind-only")
    automatic = ("influence", "--study", path, "--blind-only")
    assert "blind labels alone make no label set `automatic`" in refused(*automatic)


def test_blind_labels_can_be_used_alone(tmp_path: Path) -> None:
    file = tmp_path / "blind.duckdb"
    known = known_study(16, per_prompt=1, path=file)
    with known.study as study:
        for seed, mode in enumerate((Mode.REVIEW, Mode.BLIND)):
            queue = queues.draw(
                study, kind=QueueKind.RANDOM, size=16, factors=["clarity"], mode=mode, seed=seed
            )
            skipping = range(4 if mode is Mode.BLIND else 0)
            answer(study, queue, told(known.truth), annotator=mode.value, skipping=skipping)
    args = ("influence", "--study", file, "--labels", "reviewed-only")
    alone = as_json(*args, "--blind-only")["rows"]
    assert all("non-response 25 %" in row["note"] for row in alone if row["source"] == "judge")
    together = as_json(*args)["rows"]
    assert all("non-response 0 %" in row["note"] for row in together)
