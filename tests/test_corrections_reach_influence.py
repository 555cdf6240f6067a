"""A correction made in one session changes what another session sees, and says who made it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from profile_core.annotation import queues, undo
from profile_core.store.study import Study
from profile_core.types import Choice, QueueKind
from profile_core.ui import resources
from tests.app_driver import open_page, shown
from tests.reviewed_study import go_through, rated_study, relabel

# Twelve prompts with a pair each; a is always preferred, and has more clarity in eight of them.
CLARITY = [(3.0, 2.0)] * 8 + [(2.0, 3.0)] * 4
WORDS = [(5.0, 4.0)] * 12


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """The very study that the app holds open: both sessions of a server share it."""
    path = tmp_path / "study.duckdb"
    rated_study(path, CLARITY, WORDS).close()
    monkeypatch.setenv("PROFILE_STUDY", str(path))
    study = resources.study()
    yield study
    study.close()


def numbers(app: Any, view: str = "Every count") -> list[str]:
    """The cells of the row of clarity: tau with its interval, then C, D, T."""
    bodies = [element.proto.body for element in app.get("html")]
    (table,) = (body for body in bodies if "<table" in body and view in body)
    rows = [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", table)
    ]
    (found,) = (row[1:] for row in rows if row and row[0] == "Clarity")
    return found


def tau(app: Any) -> float:
    return float(numbers(app)[0].split(" ")[0].replace("−", "-"))


def pair_id(study: Study, place: int) -> str:
    rows = study.cursor().execute("SELECT pair_id FROM pair ORDER BY seq").fetchall()
    return str(rows[place][0])


def test_a_label_of_another_session_moves_the_open_page_as_worked_out_by_hand(
    study: Study,
) -> None:
    first = open_page("influence", **{"influence.labels": "corrected"})
    assert tau(first) == pytest.approx((8 - 4) / 12, abs=0.005)
    assert numbers(first)[1:4] == ["8", "4", "0"]

    relabel(study, "ann", pair_id(study, 0), Choice.A, "clarity", 1.0)
    first.run()
    assert tau(first) == pytest.approx((7 - 5) / 12, abs=0.005)
    assert numbers(first)[1:4] == ["7", "5", "0"]

    relabel(study, "bea", pair_id(study, 8), Choice.A, "clarity", 3.0)
    first.run()
    assert numbers(first)[1:4] == ["7", "4", "1"]
    assert tau(first) == pytest.approx((7 - 4) / 12, abs=0.005)

    undo.undo(study, "ann")
    first.run()
    assert numbers(first)[1:4] == ["8", "3", "1"]
    assert tau(first) == pytest.approx((8 - 3) / 12, abs=0.005)


def test_automatic_labels_stay_as_they_were(study: Study) -> None:
    first = open_page("influence")
    before = numbers(first)
    relabel(study, "ann", pair_id(study, 0), Choice.A, "clarity", 1.0)
    first.run()
    assert numbers(first) == before


def test_a_reviewed_estimate_moves_with_the_label(study: Study) -> None:
    """With every pair drawn for certain and reviewed, the estimate is the plain tau of people."""
    queue = queues.draw(study, kind=QueueKind.RANDOM, size=12, factors=["clarity"])
    assert go_through(study, "ann", queue.queue_id, lambda cell, item: None) == 12
    first = open_page("influence", **{"influence.labels": "prediction-powered"})
    assert tau(first) == pytest.approx((8 - 4) / 12, abs=0.005)
    relabel(study, "ann", pair_id(study, 0), Choice.A, "clarity", 2.0)
    first.run()
    assert tau(first) == pytest.approx((7 - 4) / 12, abs=0.005)


def test_the_open_arrows_move_with_the_label(study: Study) -> None:
    relabel(study, "ann", pair_id(study, 1), Choice.A, "clarity", 1.0)
    first = open_page(
        "influence",
        **{"influence.view": "what corrections change", "influence.labels": "corrected"},
    )
    assert numbers(first, "labelled pairs")[1].startswith("0.17")
    relabel(study, "ann", pair_id(study, 0), Choice.A, "clarity", 1.0)
    first.run()
    row = numbers(first, "labelled pairs")
    assert row[0].startswith("0.33")
    assert row[1].startswith("0.00")
    assert row[2].startswith("−0.33")


def test_the_values_history_tells_who_and_from_what_to_what(study: Study) -> None:
    pair = pair_id(study, 0)
    second = open_page("browse", pair=pair)
    assert "History" not in shown(second)
    relabel(study, "ann", pair, Choice.A, "clarity", 1.0)
    relabel(study, "bea", pair, Choice.A, "clarity", 5.0)
    second.run()
    said = shown(second)
    assert "3, corrected to 5 by bea" in said
    assert [entry.label for entry in second.expander] == ["History of the labels"]
    rows = [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        for element in second.get("html")
        if "Labels, the latest first" in element.proto.body
        for row in re.findall(r"<tr>(.*?)</tr>", element.proto.body)
    ]
    told = [(row[1], row[2], row[3], row[4], row[-1]) for row in rows if row]
    assert told == [
        ("bea", "Clarity", "1", "5", "in force"),
        ("ann", "Clarity", "3", "1", "a later one stands"),
    ]


def test_correcting_begins_at_the_pair_that_is_read(study: Study) -> None:
    pair = pair_id(study, 3)
    app = open_page("browse", pair=pair)
    (link,) = (entry for entry in app.get("page_link") if entry.proto.label == "Correct labels")
    assert link.proto.page == "annotate"
    assert f"annotate.pair={pair}" in link.proto.query_string
