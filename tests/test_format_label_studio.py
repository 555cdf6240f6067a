"""The format `label-studio`: tasks and labeling configurations out, its JSON export in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from profile_core.errors import ImportRefused
from profile_core.formats.outside.questions import question_name
from profile_core.store.study import Study
from tests.cli_runs import as_json, ok, refused
from tests.outside_study import (
    EXTRACTOR,
    NASTY,
    ODD_NAME,
    ONLY_PAIRS,
    VALUES,
    labels,
    outside_study,
    read_in,
    records,
    rows,
    saved,
    state,
    write_out,
)
from tests.studies import empty_study, small_batch, write

Task = dict[str, Any]
NAME = "label-studio"
ODD = question_name(ODD_NAME)
TIME = "2025-03-09T22:16:08.728378Z"
LATER = "2025-03-10T09:00:00+09:00"


@pytest.fixture
def study() -> Iterator[Study]:
    with outside_study() as study:
        yield study


@pytest.fixture
def task(study: Study, tmp_path: Path) -> Task:
    """The first task on a response, as exported."""
    write_out(study, NAME, tmp_path / "out", where=ONLY_PAIRS)
    return records(tmp_path / "out" / "responses.json")[0]


@pytest.fixture
def pair(study: Study, tmp_path: Path) -> Task:
    write_out(study, NAME, tmp_path / "out_pairs", where=ONLY_PAIRS)
    return records(tmp_path / "out_pairs" / "pairs.json")[0]


def result(name: str, value: object, kind: str = "choices") -> dict[str, Any]:
    key = {"textarea": "text"}.get(kind, kind)
    held = [value] if kind in ("choices", "textarea") else value
    to = "response" if name.startswith("factor_") else "first"
    return {"id": "r", "from_name": name, "to_name": to, "type": kind, "value": {key: held}}


def annotation(*results: dict[str, Any], **change: object) -> dict[str, Any]:
    return {
        "id": 7,
        "completed_by": {"id": 3, "email": "anna@example.org"},
        "result": list(results),
        "was_cancelled": False,
        "created_at": TIME,
        "updated_at": TIME,
        "prediction": {},
    } | change


def annotated(task: Task, *annotations: dict[str, Any], **change: object) -> Task:
    """A task as the JSON export holds it: of predictions it may keep the numbers alone."""
    held = {"id": 12, "project": 8, "annotations": list(annotations), "predictions": [5]}
    return deepcopy(task) | held | change


# ------------------------------------------------------------------ out


def controls(path: Path) -> dict[str, ElementTree.Element]:
    root = ElementTree.parse(path).getroot()
    assert root.tag == "View"
    return {element.attrib["name"]: element for element in root.iter() if "name" in element.attrib}


@pytest.mark.parametrize("part", ["responses", "pairs"])
def test_the_configuration_fits_its_tasks(study: Study, tmp_path: Path, part: str) -> None:
    assert write_out(study, NAME, tmp_path / "out", where=ONLY_PAIRS) == 6 + 3
    found = controls(tmp_path / "out" / f"{part}.xml")
    texts = {name for name, element in found.items() if element.tag == "Text"}
    for name, element in found.items():
        if element.tag == "Text":
            assert element.attrib["value"] == f"${name}"
        else:
            assert element.attrib["toName"] in texts
    for task in records(tmp_path / "out" / f"{part}.json"):
        assert texts <= set(task["data"])
        for entry in (task.get("predictions") or [{"result": []}])[0]["result"]:
            control = found[entry["from_name"]]
            assert entry["to_name"] == control.attrib["toName"]
            assert control.tag.lower() == entry["type"]
            if entry["type"] == "choices":
                words = {choice.attrib["value"] for choice in control}
                assert set(entry["value"]["choices"]) <= words


def test_names_and_texts_are_data_in_the_configuration(study: Study, tmp_path: Path) -> None:
    write_out(study, NAME, tmp_path / "out")
    written = (tmp_path / "out" / "responses.xml").read_text(encoding="utf-8")
    assert "<b>" not in written
    assert "$5" not in written
    shown = [element.attrib["value"] for element in ElementTree.fromstring(written).iter("Header")]
    assert f"{ODD_NAME}!".replace("$", "\uff04") in shown
    assert controls(tmp_path / "out" / "responses.xml")["factor_share"].attrib["max"] == "1"


def test_automatic_values_go_out_as_predictions(task: Task) -> None:
    said = {entry["from_name"]: entry["value"] for entry in task["predictions"][0]["result"]}
    assert said == {
        "factor_clarity": {"choices": ["4"]},
        "factor_flaws": {"choices": ["0"]},
        "factor_civil": {"choices": ["yes"]},
        "factor_words-without": {"choices": ["not applicable"]},
        "factor_share": {"number": 0.1 + 0.2},
        ODD: {"number": -2.5},
    }


def test_texts_go_out_as_they_are_and_nothing_tells_who_wrote_or_preferred(
    study: Study, tmp_path: Path, task: Task, pair: Task
) -> None:
    assert task["data"]["response"].endswith(NASTY)
    assert "predictions" not in pair
    whole = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir())
    assert "secret" not in whole
    assert "judge" not in whole


def test_blind_tasks_show_no_values(study: Study, tmp_path: Path) -> None:
    write_out(study, NAME, tmp_path / "out", blind=True, where=ONLY_PAIRS)
    for task in records(tmp_path / "out" / "responses.json"):
        assert set(task) == {"data"}
        assert "automatic" not in task["data"]


# ------------------------------------------------------------------ in


def test_answers_come_back_as_labels(study: Study, tmp_path: Path, task: Task) -> None:
    given = annotation(
        result("factor_clarity", 2, "rating"),
        result("factor_flaws", "0"),
        result("factor_civil", "no"),
        result("factor_words", 12, "number"),
        result("factor_share-without", "can't tell"),
        result("factor_share", 0.5, "number"),
        result(ODD, "not applicable", "textarea"),
        result("note", "hard to say", "textarea"),
    )
    path = saved(tmp_path / "b.json", [annotated(task, given)])
    done = read_in(study, NAME, path, **{"anna@example.org": "anna"})
    assert (done.corrections, done.warnings) == (6, ())
    assert labels(study) == {
        ("anna", "clarity"): ("correct", 2.0, "review", 4.0, EXTRACTOR),
        ("anna", "flaws"): ("accept", 0.0, "review", 0.0, EXTRACTOR),
        ("anna", "civil"): ("correct", 0.0, "review", 1.0, EXTRACTOR),
        ("anna", "words"): ("correct", 12.0, "review", None, EXTRACTOR),
        ("anna", "share"): ("cannot_tell", None, "review", 0.1 + 0.2, EXTRACTOR),
        ("anna", ODD_NAME): ("correct", None, "review", -2.5, EXTRACTOR),
    }
    stored = rows(study, "SELECT DISTINCT note, CAST(created_at AS VARCHAR) FROM correction")
    assert stored == [("hard to say", "2025-03-09 22:16:08.728378")]


def test_every_prediction_comes_back_accepted(study: Study, tmp_path: Path, task: Task) -> None:
    given = annotation(*task["predictions"][0]["result"])
    read_in(study, NAME, saved(tmp_path / "b.json", [annotated(task, given)]))
    assert {found[0] for found in labels(study).values()} == {"accept"}
    assert {factor: found[1] for (_, factor), found in labels(study).items()} == VALUES


def test_a_new_number_counts_against_a_choice_that_was_only_suggested(
    study: Study, tmp_path: Path, task: Task
) -> None:
    given = annotation(
        result("factor_words", 9, "number"), result("factor_words-without", "not applicable")
    )
    read_in(study, NAME, saved(tmp_path / "b.json", [annotated(task, given)]))
    assert labels(study)["anna@example.org", "words"][:2] == ("correct", 9.0)


def test_tasks_without_predictions_are_blind(study: Study, tmp_path: Path) -> None:
    write_out(study, NAME, tmp_path / "out", blind=True, where=ONLY_PAIRS)
    task = records(tmp_path / "out" / "responses.json")[0]
    done = annotated(task, annotation(result("factor_clarity", "4")), predictions=[])
    read_in(study, NAME, saved(tmp_path / "b.json", [done]), **{"3": "anna"})
    assert labels(study) == {("anna", "clarity"): ("correct", 4.0, "blind", 4.0, EXTRACTOR)}


def test_predictions_of_other_tasks_are_what_was_shown(
    study: Study, tmp_path: Path, task: Task
) -> None:
    del task["data"]["automatic"]
    shown = {"model_version": "m", "result": [result("factor_clarity", "1")]}
    for change in (
        {"predictions": [shown]},
        {"predictions": [], "annotations": [annotation(
            result("factor_clarity", "1"), prediction=shown)]},
    ):  # fmt: skip
        done = annotated(task, annotation(result("factor_clarity", "1"))) | change
        read_in(study, NAME, saved(tmp_path / "b.json", [done]), **{"3": "anna"})
        assert labels(study)["anna", "clarity"] == ("accept", 1.0, "review", 1.0, EXTRACTOR)


@pytest.mark.parametrize("said", ["first", "second", "tie", "can't tell"])
def test_preferences_come_back_by_the_order_that_was_shown(
    study: Study, tmp_path: Path, pair: Task, said: str
) -> None:
    given = annotation(
        result("preference", said),
        result("strength", "by far"),
        result("reason", "shorter", "textarea"),
    )
    path = saved(tmp_path / "b.json", [annotated(pair, given, predictions=[])])
    done = read_in(study, NAME, path, **{"anna@example.org": "anna"})
    assert (done.preferences, done.corrections) == (1, 0)
    order = pair["data"]["shown_order"]
    place = {"first": 0, "second": 1}.get(said)
    chosen = order[place] if place is not None else {"tie": "tie"}.get(said)
    found = rows(
        study,
        "SELECT choice, shown_order, strength, reason, mode FROM standing_preference "
        "WHERE source_id = 'human:anna'",
    )
    assert found == [(chosen, order, 3 if chosen else None, "shorter", "blind")]
    assert read_in(study, NAME, path, **{"3": "anna"}).already_present == 1


def test_importing_twice_adds_nothing_and_later_answers_stand(
    study: Study, tmp_path: Path, task: Task
) -> None:
    first = annotation(result("factor_clarity", "2"))
    path = saved(tmp_path / "b.json", [annotated(task, first)])
    read_in(study, NAME, path, **{"3": "anna"})
    before = state(study)
    again = read_in(study, NAME, path, **{"3": "anna"})
    assert (again.corrections, again.already_present) == (0, 1)
    assert state(study) == before
    later = annotation(result("factor_clarity", "3"), updated_at=LATER)
    saved(path, [annotated(task, later, first)])
    done = read_in(study, NAME, path, **{"3": "anna"})
    assert (done.corrections, done.already_present) == (1, 1)
    assert labels(study)["anna", "clarity"][1] == 3.0


def test_a_folder_of_exports_is_read_whole(
    study: Study, tmp_path: Path, task: Task, pair: Task
) -> None:
    (tmp_path / "in").mkdir()
    answer = annotation(result("factor_clarity", "2"))
    saved(tmp_path / "in" / "1.json", [annotated(task, answer)])
    saved(tmp_path / "in" / "2.json", [annotated(pair, annotation(result("preference", "tie")))])
    done = read_in(study, NAME, tmp_path / "in", **{"3": "anna"})
    assert (done.corrections, done.preferences) == (1, 1)


def test_what_was_skipped_is_left_out_and_what_is_not_read_is_told(
    study: Study, tmp_path: Path, task: Task
) -> None:
    given = annotation(
        result("factor_clarity", "2"),
        result("mood", "fine"),
        {"type": "relation", "from_id": "a", "to_id": "b"},
        {"id": "x", "from_name": "spans", "to_name": "response", "type": "labels",
         "value": {"start": 0, "end": 3, "labels": ["odd"]}},
    )  # fmt: skip
    skipped = annotation(result("factor_clarity", "3"), was_cancelled=True)
    done = read_in(study, NAME, saved(tmp_path / "b.json", [annotated(task, given, skipped)]))
    assert done.corrections == 1
    assert sorted(done.warnings) == [
        "1 answers were left out, because they were not handed in (drafts, skipped or discarded)",
        "the question 'mood' was not read (1 answers): it is none that PROFILE asks",
        "the question 'spans' was not read (1 answers): it is none that PROFILE asks",
    ]


# ------------------------------------------------------------------ refused

Change = Callable[[Task, Task], object]


def said(*results: dict[str, Any], **change: object) -> Change:
    return lambda task, pair: [annotated(task, annotation(*results, **change))]


def chose(*results: dict[str, Any], **data: object) -> Change:
    def make(task: Task, pair: Task) -> object:
        pair = deepcopy(pair)
        pair["data"] |= data
        return [annotated(pair, annotation(*results))]

    return make


def about(**data: object) -> Change:
    def make(task: Task, pair: Task) -> object:
        return [annotated({"data": data}, annotation(result("factor_clarity", "2")))]

    return make


GOOD = result("factor_clarity", "2")

WRONG: dict[str, tuple[Change, str]] = {
    "a flat task": (
        lambda task, pair: [task["data"] | {"factor_clarity": "2"}],
        r"column 'data': this is no task.*not JSON-MIN"),
    "no such response": (
        about(response_id="r9"), "row 1, column 'data.response_id': the study has no such resp"),
    "no such pair": (chose(result("preference", "tie"), pair_id="p9"), "no such pair; found 'p9'"),
    "about nothing": (about(text="x"), "neither which response nor which pair"),
    "an id that is a number": (about(response_id=7), "column 'data.response_id': not a text"),
    "a pair in no order": (
        chose(result("preference", "first"), shown_order="?"), "column 'shown_order'.*found '?"),
    "a preference for nothing": (chose(result("preference", "left")), "found 'left'.*one of first"),
    "a strength of nothing": (
        chose(result("preference", "tie"), result("strength", "much")), "found 'much'.*slightly"),
    "a factor that is not there": (said(result("factor_clarty", "2")), "did you mean clarity"),
    "a value past the scale": (
        said(result("factor_clarity", 6, "rating")),
        r"column 'annotations\[0\].result\[0\].value.rating'.*off the factor's scale; found 6"),
    "a value in words": (said(result("factor_clarity", "good")), "found 'good'.*from 1 to 5"),
    "a share past one": (said(result("factor_share", 1.5, "number")), "found 1.5.*from 0 to 1"),
    "a negative count": (said(result("factor_words", -1, "number")), "found -1"),
    "two choices": (
        said(GOOD | {"value": {"choices": ["1", "2"]}}), r"several answers.*found \['1', '2'\]"),
    "two answers": (said(GOOD, result("factor_clarity", "3")), "second, different answer"),
    "an answer without its key": (
        said(GOOD | {"value": {"rating": 2}}), "value.choices': the column is missing"),
    "an answer of another kind": (
        said(GOOD | {"type": "labels", "value": {"labels": ["2"]}}), "is not a number"),
    "an answer that is a text": (said(GOOD | {"value": "2"}), "value': not a JSON object"),
    "an answer without a kind": (
        said({name: GOOD[name] for name in ("from_name", "value")}), "type': the column is missi"),
    "results that are no list": (
        lambda task, pair: [annotated(task, annotation() | {"result": {}})], "result': not a list"),
    "no results": (
        lambda task, pair: [annotated(task, {"completed_by": "a@b"})],
        r"column 'annotations\[0\].result': the column is missing"),
    "annotations that are no list": (
        lambda task, pair: [task | {"annotations": {}}], "column 'annotations': not a list"),
    "nobody": (said(GOOD, completed_by=None), "completed_by': nothing tells who annotated"),
    "a number for a name": (
        said(GOOD, completed_by=10), "nothing but this tells.*found '10'.*--map 10=NAME"),
    "a user without an address": (
        said(GOOD, completed_by={"id": 10}), "expected a name for it: --map 10=NAME"),
    "a time that is none": (said(GOOD, updated_at="soon"), "updated_at': is no time; found 'soon'"),
    "a time from the future": (
        said(GOOD, updated_at="2999-01-01T00:00:00Z"), "updated_at': lies in the future"),
    "two answers at one time": (
        lambda task, pair: [annotated(task, annotation(GOOD, updated_at=None, created_at=None),
            annotation(result("factor_clarity", "3"), updated_at=None, created_at=None))],
        "contradicts row 1"),
    "data that is a list": (lambda task, pair: [{"data": []}], "column 'data': not a JSON object"),
    "suggestions that are a list": (
        lambda task, pair: [annotated(task, annotation(GOOD), data=task["data"]
            | {"automatic": [1]})],
        "column 'data.automatic': not a JSON object"),
    "a suggestion off the scale": (
        lambda task, pair: [annotated(task, annotation(GOOD), data=task["data"]
            | {"automatic": {"factor_clarity": {"value": "9"}}})],
        "column 'data.automatic.factor_clarity.value'.*off the factor's scale"),
    "no tasks": (lambda task, pair: [], "no rows"),
    "a task that is a text": (lambda task, pair: ["x"], "row 1: not a JSON object"),
}  # fmt: skip


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Study, Task, Task]]:
    """A study that no case may change, with a task on a response and one on a pair."""
    out = tmp_path_factory.mktemp("label_studio") / "out"
    with outside_study() as study:
        write_out(study, NAME, out, where=ONLY_PAIRS)
        first = [records(out / f"{part}.json")[0] for part in ("responses", "pairs")]
        yield study, first[0], first[1]


@pytest.mark.parametrize("name", WRONG)
def test_wrong_tasks_are_refused_whole(
    untouched: tuple[Study, Task, Task], tmp_path: Path, name: str
) -> None:
    study, task, pair = untouched
    make, says = WRONG[name]
    path = saved(tmp_path / "back.json", make(task, pair))  # type: ignore[arg-type]
    before = state(study)
    with pytest.raises(ImportRefused, match=says) as refused_file:
        read_in(study, NAME, path)
    message = str(refused_file.value)
    assert message.startswith("back.json")
    assert message.endswith("Nothing was imported.")
    assert state(study) == before


def test_a_name_that_nobody_has_is_refused(study: Study, tmp_path: Path, task: Task) -> None:
    path = saved(tmp_path / "b.json", [annotated(task, annotation(GOOD))])
    with pytest.raises(ImportRefused, match="no annotator named '4'"):
        read_in(study, NAME, path, **{"4": "anna"})


# ------------------------------------------------------------------ the command line


def test_the_commands_go_out_and_back(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    with empty_study(path) as study:
        write(study, small_batch())
    written = as_json("export", NAME, tmp_path / "out", "--study", path)["written"]
    assert {Path(file).name for file in written} == {"pairs.json", "pairs.xml"}
    found = records(tmp_path / "out" / "pairs.json")
    answer = annotation(result("preference", "second"), completed_by=1)
    back = saved(tmp_path / "b.json", [annotated(each, answer) for each in found])
    assert "--map 1=NAME" in refused("import", NAME, back, "--study", path)
    told = ("--study", path, "--map", "1=anna")
    assert as_json("import", NAME, back, *told)["preferences"] == 4
    again = ok("import", NAME, back, *told)
    assert "nothing new: all 4 rows were already there" in again.stderr
