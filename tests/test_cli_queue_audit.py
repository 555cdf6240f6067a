"""The commands `queue` and `audit`, run as a person would."""

from __future__ import annotations

import csv
import io
import shutil

import pytest

from profile_core.annotation import desk
from profile_core.annotation.desk import Label, LabelAction
from profile_core.store.study import Study
from tests.cli_runs import as_json, ok, refused
from tests.label_desk import automatic, label, labelled_study

AUDIT_KEYS = [
    "factor",
    "extractor",
    "reviewed",
    "accepted",
    "acceptance",
    "exact",
    "kappa",
    "bias",
    "bias_low",
    "bias_high",
    "blind_reviewed",
    "blind_exact",
]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("queues") / "template.duckdb"
    labelled_study(pairs=40, path=path).close()
    return path


@pytest.fixture
def path(template, tmp_path):
    return shutil.copy(template, tmp_path / "study.duckdb")


def test_a_draw_tells_its_queue_its_size_and_the_probabilities(path):
    found = as_json("queue", "draw", "--size", 10, "--factors", "words,clarity", "--study", path)
    assert list(found) == ["queue", "size", "probabilities"]
    assert (found["size"], found["probabilities"]) == (10, {"min": 0.25, "max": 0.25})
    targeted = as_json(
        *("queue", "draw", "--kind", "targeted", "--size", 10, "--factors", "words"),
        *("--seed", 3, "--study", path),
    )
    low, high = targeted["probabilities"]["min"], targeted["probabilities"]["max"]
    assert 0.2 * 10 / 40 <= low < 0.25 < high <= 1


def test_a_queue_can_be_drawn_under_a_filter_with_every_setting_and_enlarged_by_name(path):
    drawn = as_json(
        *("queue", "draw", "--size", 5, "--factors", "words", "--where", "words_a > 2"),
        *("--mode", "blind", "--overlap", 2, "--overlap-share", 0.5, "--batch-size", 4),
        *("--name", "pilot", "--study", path),
    )
    again = as_json("queue", "draw", "--enlarge", "pilot", "--size", 9, "--study", path)
    assert (again["queue"], again["size"]) == (drawn["queue"], 9)
    (entry,) = as_json("queue", "list", "--study", path)["queues"]
    assert entry["where"] == "words_a > 2"
    assert (entry["name"], entry["mode"], entry["size"]) == ("pilot", "blind", 9)
    assert again["probabilities"]["min"] == pytest.approx(9 / entry["population"])
    line = refused(
        *("queue", "draw", "--enlarge", "pilot", "--size", 12, "--factors", "clarity"),
        *("--study", path),
    )
    assert "leave out --factors" in line


def test_the_list_tells_how_far_each_queue_is(path):
    assert as_json("queue", "list", "--study", path)["queues"] == []
    ok("queue", "draw", "--size", 40, "--factors", "words", "--study", path)
    with Study.open(path) as study:
        (queue,) = study.cursor().execute("SELECT queue_id FROM queue").fetchall()[0]
        item = desk.next_item(study, "Ann", queue)
        desk.label(
            study,
            "Ann",
            item,
            [Label(cell.response_id, "words", LabelAction.ACCEPT) for cell in item.cells],
        )
        desk.skip(study, "Ann", desk.next_item(study, "Ann", queue))
    (entry,) = as_json("queue", "list", "--study", path)["queues"]
    assert (entry["drawn"], entry["complete"], entry["prefix"]) == (40, 2, 2)
    assert (entry["nonresponse"], entry["items_left"]) == (0.5, 38)
    (ann,) = entry["people"]
    assert (ann["annotator"], ann["accepted"], ann["skipped"]) == ("Ann", 1, 1)
    table = ok("queue", "list", "--study", path).stdout
    assert "random 40: words" in table
    assert "50%" in table
    (row,) = csv.DictReader(
        io.StringIO(ok("queue", "list", "--format", "csv", "--study", path).stdout)
    )
    assert (row["people"], row["factors"]) == ("Ann", "words")


def test_a_draw_that_cannot_be_is_refused_in_one_line(path):
    draw = ("queue", "draw", "--study", path)
    assert "at most 40" in refused(*draw, "--size", 41, "--factors", "words")
    assert "did you mean words" in refused(*draw, "--size", 4, "--factors", "wrds")
    assert "Columns:" in refused(*draw, "--size", 4, "--factors", "words", "--where", "nothing = 1")
    assert "name at least one factor" in refused(*draw, "--size", 4)


def test_the_audit_has_the_documented_keys(path):
    assert as_json("audit", "--study", path)["rows"] == []
    with Study.open(path) as study:
        for response in range(6):
            label(study, "Ann", response, "words", "accept")
        label(study, "Ann", 6, "words", "correct", automatic(study, 6, "words") + 6)
        label(study, "Ann", 0, "clarity", "accept")
    found = as_json("audit", "--study", path)
    assert list(found) == ["study", "rows"]
    clarity, words = found["rows"]
    assert list(words) == AUDIT_KEYS
    assert (words["factor"], words["extractor"], words["reviewed"]) == ("words", "rater", 7)
    assert (words["accepted"], words["bias_low"]) == (6, None)
    assert words["acceptance"] == words["exact"] == pytest.approx(6 / 7)
    assert words["bias"] == pytest.approx(-6 / 7)
    assert clarity["kappa"] is None  # a single value
    only = as_json("audit", "--factor", "clarity", "--extractor", "rater", "--study", path)
    assert only["rows"] == [clarity]
    table = ok("audit", "--study", path).stdout
    assert "−0.86" in table
    text = ok("audit", "--format", "csv", "--study", path).stdout
    assert text.splitlines()[0] == ",".join(AUDIT_KEYS)
    assert "did you mean words" in refused("audit", "--factor", "wrds", "--study", path)
