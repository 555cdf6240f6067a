"""The format `corrections`: what people said of factors, out and in, with its history."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profile_core.actions.export import export
from profile_core.actions.imports import import_file
from profile_core.annotation import adjudication, desk, facts
from profile_core.annotation import undo as desk_undo
from profile_core.errors import ImportRefused, ProfileError
from profile_core.formats import corrections
from profile_core.formats.spec import ExportOptions, ImportOptions
from profile_core.store import pair_wide
from profile_core.store.ids import event_id
from profile_core.store.ingest import Ingested
from profile_core.store.study import Study
from profile_core.types import LabelSet, Mode
from tests.desk_study import a_queue, accept, cannot_tell, say
from tests.fact_study import fact_study
from tests.label_desk import automatic, label, labelled_study, pair_id, response_id, undo
from tests.table_files import write

ENDINGS = (".csv", ".jsonl", ".parquet")

HISTORY = """
SELECT event_id, response_id, factor, extractor, extractor_version, annotator, created_at, mode,
    queue, probability, action, old_value, new_value, note
FROM correction WHERE NOT EXISTS (SELECT 1 FROM act WHERE act.undoes = correction.act_id)
ORDER BY event_id"""
STANDING = "SELECT * EXCLUDE (act_id) FROM standing_label ORDER BY event_id"
CORRECTED = "SELECT * FROM corrected_value ORDER BY ALL"


@pytest.fixture
def study() -> Iterator[Study]:
    with labelled_study(pairs=4) as study:
        yield study


@pytest.fixture
def copy() -> Iterator[Study]:
    """The same data, without what people said."""
    with labelled_study(pairs=4) as study:
        yield study


def rows(study: Study, query: str) -> list[tuple[object, ...]]:
    return study.cursor().execute(query).fetchall()


def write_out(study: Study, path: Path, **told: object) -> int:
    return export(study, "corrections", path, ExportOptions(**told)).records  # type: ignore[arg-type]


def read_in(study: Study, path: Path, *, dry_run: bool = False) -> Ingested:
    return import_file(study, "corrections", path, dry_run=dry_run)


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["ann", "ben", "Çağla, the third"]),
        st.integers(0, 7),
        st.sampled_from([("clarity", 1, 5), ("words", 0, 900)]),
        st.sampled_from(["accept", "correct", "correct", "cannot_tell", "adjudicate"]),
        st.integers(0, 5) | st.none(),
        st.sampled_from(list(Mode)),
        st.floats(1e-9, 1) | st.none(),
        st.booleans(),
    ),
    max_size=25,
)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events=EVENTS, ending=st.sampled_from(ENDINGS))
def test_a_copy_of_the_study_gets_the_same_labels_and_history(
    study: Study, copy: Study, tmp_path: Path, events: list[tuple], ending: str
) -> None:
    for each in (study, copy):
        for table in ("act", "correction"):
            each.cursor().execute(f"DELETE FROM {table}")
    for who, response, (factor, low, high), action, step, mode, probability, is_undone in events:
        is_without = step is None or action == "cannot_tell"
        value = math.nan if is_without else min(low + (step or 0), high)
        act = label(study, who, response, factor, action, value, mode=mode, probability=probability)
        if is_undone:
            undo(study, who, act)
    path = tmp_path / f"labels{ending}"
    kept = len(rows(study, HISTORY))
    assert write_out(study, path) == kept
    if kept == 0:
        return
    assert read_in(copy, path).corrections == kept
    for query in (HISTORY, STANDING, CORRECTED):
        assert rows(copy, query) == rows(study, query)
    again = read_in(copy, path)
    assert (again.corrections, again.already_present) == (0, kept)
    assert rows(copy, HISTORY) == rows(study, HISTORY)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_column_travels(study: Study, copy: Study, tmp_path: Path, ending: str) -> None:
    note = 'says "no";\nsecond, line é'
    label(study, "ann", 0, "clarity", "correct", 5, mode=Mode.BLIND, probability=1 / 3)
    study.cursor().execute("UPDATE correction SET note = ?", [note])
    label(study, "ann", 1, "words", "correct", math.nan)
    path = tmp_path / f"labels{ending}"
    write_out(study, path)
    names, first = columns(path)
    assert tuple(names) == corrections.COLUMNS
    assert first["note"] == note
    assert str(first["time"]).endswith("Z")
    read_in(copy, path)
    assert rows(copy, HISTORY) == rows(study, HISTORY)


def test_what_the_desk_writes_can_be_brought_in(study: Study, copy: Study, tmp_path: Path) -> None:
    queue = a_queue(study, mode=Mode.REVIEW)
    for said in (accept, cannot_tell, lambda cell: say(cell, None, "not at all")):
        item = desk.next_item(study, "ann", queue.queue_id)
        assert item
        desk.label(study, "ann", item, [said(cell) for cell in item.cells])
    desk_undo.undo(study, "ann")
    blind = desk.open_item(study, "ben", pair_id(study, 0), mode=Mode.BLIND, factors=("clarity",))
    desk.label(study, "ben", blind, [say(cell, 2.0) for cell in blind.cells])
    adjudication.adjudicate_value(study, "lead", response_id(study, 0), "clarity", 5.0)
    path = tmp_path / "l.csv"
    assert write_out(study, path) == len(rows(study, HISTORY)) == 8 + 2 + 1
    read_in(copy, path)
    for query in (HISTORY, STANDING, CORRECTED):
        assert rows(copy, query) == rows(study, query)


def test_values_that_follow_from_edited_facts_travel(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    first, queue = fact_study(tmp_path / "a.duckdb")
    second, _ = fact_study(tmp_path / "b.duckdb")
    with first, second:
        item = desk.next_item(first, "ann", queue)
        assert item
        sheet = facts.facts(first, rows(first, "SELECT response_id FROM fact LIMIT 1")[0][0])
        sheet = facts.add(first, "ann", sheet, "Snow is white.", quote="white")
        facts.set_label(first, "ann", sheet, sheet.facts[0].fact_id, "supported", False)
        desk.save(first, "ann", item)
        desk_undo.undo(first, "ann")
        write_out(first, path)
        read_in(second, path)
        assert rows(second, CORRECTED)
        for query in (HISTORY, STANDING, CORRECTED):
            assert rows(second, query) == rows(first, query)


def columns(path: Path) -> tuple[list[str], dict[str, object]]:
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        return table.column_names, table.to_pylist()[0]
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            found = json.loads(file.readline())
            return list(found), found
        reader = csv.DictReader(file)
        return list(reader.fieldnames or ()), next(iter(reader))


def test_an_event_that_was_undone_stays_at_home(study: Study, tmp_path: Path) -> None:
    label(study, "ann", 0, "clarity", "correct", 5)
    undo(study, "ann", label(study, "ann", 0, "clarity", "correct", 1))
    assert write_out(study, tmp_path / "l.csv") == 1
    assert columns(tmp_path / "l.csv")[1]["new"] == "5.0"


def test_a_filter_keeps_the_labels_of_its_responses(study: Study, tmp_path: Path) -> None:
    for response in range(8):
        label(study, "ann", response, "clarity", "correct", 3)
    pair = rows(study, "SELECT pair_id FROM pair ORDER BY seq LIMIT 1")[0][0]
    assert write_out(study, tmp_path / "l.jsonl", where=f"pair_id = '{pair}'") == 2


def test_a_study_without_labels_gives_an_empty_file(study: Study, tmp_path: Path) -> None:
    for ending in ENDINGS:
        assert write_out(study, tmp_path / f"l{ending}") == 0
        assert (tmp_path / f"l{ending}").is_file()


def test_each_annotator_gets_one_act_and_the_labels_count_at_once(
    study: Study, copy: Study, tmp_path: Path
) -> None:
    for who in ("ann", "ben"):
        for response in range(3):
            label(study, who, response, "clarity", "correct", 2)
    write_out(study, tmp_path / "l.csv")
    before = copy.versions()
    pair_wide.ensure(copy, LabelSet.CORRECTED)
    read_in(copy, tmp_path / "l.csv")
    acts = rows(copy, "SELECT annotator, action, note, seq FROM act ORDER BY annotator")
    seq = before.corrections + 1
    assert acts == [("ann", "import", "l.csv", seq), ("ben", "import", "l.csv", seq)]
    after = copy.versions()
    assert (after.data, after.corrections) == (before.data, seq)
    wide = pair_wide.ensure(copy, LabelSet.CORRECTED)
    values = rows(copy, f"SELECT clarity_a, clarity_b FROM {wide.name} ORDER BY seq LIMIT 1")
    assert values == [(2.0, 2.0)]


def test_importing_twice_moves_nothing(study: Study, copy: Study, tmp_path: Path) -> None:
    label(study, "ann", 0, "clarity", "correct", 2)
    write_out(study, tmp_path / "l.csv")
    read_in(copy, tmp_path / "l.csv")
    before, acts = copy.versions(), rows(copy, "SELECT * FROM act")
    again = read_in(copy, tmp_path / "l.csv")
    assert (again.corrections, again.already_present) == (0, 1)
    assert copy.versions() == before
    assert rows(copy, "SELECT * FROM act") == acts


def test_a_dry_run_tells_the_same_and_writes_nothing(
    study: Study, copy: Study, tmp_path: Path
) -> None:
    label(study, "ann", 0, "clarity", "correct", 2)
    write_out(study, tmp_path / "l.csv")
    before = copy.versions()
    trial = read_in(copy, tmp_path / "l.csv", dry_run=True)
    assert rows(copy, "SELECT * FROM act UNION ALL SELECT * FROM act") == []
    assert rows(copy, "SELECT * FROM correction") == []
    assert copy.versions() == before
    assert read_in(copy, tmp_path / "l.csv") == trial


def test_a_label_that_was_undone_here_stays_undone(
    study: Study, copy: Study, tmp_path: Path
) -> None:
    label(study, "ann", 0, "clarity", "correct", 2)
    write_out(study, tmp_path / "l.csv")
    undo(study, "ann", str(rows(study, "SELECT act_id FROM act")[0][0]))
    assert read_in(study, tmp_path / "l.csv").already_present == 1
    assert rows(study, CORRECTED) == []


def by_hand(study: Study, **change: object) -> dict[str, object]:
    return {
        "response_id": response_id(study, 0),
        "factor": "clarity",
        "annotator": "ann",
        "mode": "review",
        "new": 4,
    } | change


def test_a_file_written_by_hand_needs_five_columns(study: Study, tmp_path: Path) -> None:
    was = automatic(study, 1, "clarity")
    file = [
        by_hand(study, new=5 if automatic(study, 0, "clarity") != 5 else 4),
        by_hand(study, response_id=response_id(study, 1), new=was),
        by_hand(study, response_id=response_id(study, 1), annotator="ben", mode="blind", new=was),
        by_hand(study, factor="words", mode="adjudication", new=None),
    ]
    read_in(study, write(tmp_path / "l.csv", file))
    found = rows(
        study,
        "SELECT annotator, action, mode, extractor, extractor_version FROM correction "
        "ORDER BY event_id",
    )
    assert found == [
        ("ann", "correct", "review", "rater", "1"),
        ("ann", "accept", "review", "rater", "1"),
        ("ben", "correct", "blind", "rater", "1"),
        ("ann", "adjudicate", "adjudication", "rater", "1"),
    ]
    assert rows(study, "SELECT DISTINCT old_value IS NULL FROM correction") == [(False,)]


def test_without_ids_and_times_the_file_says_what_holds_now(study: Study, tmp_path: Path) -> None:
    first = write(tmp_path / "l.csv", [by_hand(study, new=2)])
    assert read_in(study, first).corrections == 1
    assert read_in(study, first).corrections == 0
    label(study, "ann", 0, "clarity", "correct", 3)
    assert read_in(study, first).corrections == 0, "the desk's later label stands"
    second = write(tmp_path / "m.csv", [by_hand(study, new=4)])
    assert read_in(study, second).corrections == 1
    assert rows(study, CORRECTED)[0][2] == 4.0
    assert read_in(study, first).corrections == 1, "the person went back"
    assert rows(study, CORRECTED)[0][2] == 2.0


def test_times_without_ids_order_the_events(study: Study, tmp_path: Path) -> None:
    file = [
        by_hand(study, new=2, time="2025-01-02T10:00:00Z"),
        by_hand(study, new=3, time="2025-01-02T12:30:00+02:00"),
        by_hand(study, new=5, time="2025-01-01"),
    ]
    path = write(tmp_path / "l.jsonl", file)
    assert read_in(study, path).corrections == 3
    assert rows(study, CORRECTED)[0][2] == 3.0
    assert read_in(study, path).already_present == 3


def test_the_datas_own_response_ids_are_known(tmp_path: Path) -> None:
    with labelled_study(pairs=2) as study:
        study.cursor().execute(
            "UPDATE response SET external_id = 'r' || generator WHERE prompt_id IN "
            "(SELECT prompt_id FROM pair ORDER BY seq LIMIT 1) AND text LIKE '% 0'"
        )
        path = write(tmp_path / "l.csv", [by_hand(study, response_id="rleft")])
        read_in(study, path)
        assert rows(study, "SELECT response_id FROM correction") == [(response_id(study, 0),)]


AHEAD = datetime.now(UTC) + timedelta(days=2)
LATE_ID = f"{int(AHEAD.timestamp() * 1000):012x}"
LATE_ID = f"{LATE_ID[:8]}-{LATE_ID[8:]}-7000-8000-000000000000"
EVENT = event_id()

# name: (what differs in line 2 of a good file, what the message must say)
WRONG: dict[str, tuple[dict[str, object], str]] = {
    "a response that is not there": (
        {"response_id": "r9"}, "column 'response_id': the study has no such response; found 'r9'"),
    "no response": ({"response_id": None}, "column 'response_id': the cell is empty"),
    "a response that is a list": ({"response_id": ["r"]}, "column 'response_id'.*nested"),
    "a factor that is not there": (
        {"factor": "clarty"}, "column 'factor'.*found 'clarty'.*did you mean clarity"),
    "no factor": ({"factor": ""}, "column 'factor': the cell is empty"),
    "nobody": ({"annotator": None}, "column 'annotator': the cell is empty"),
    "everybody": ({"annotator": "Annotators"}, "column 'annotator'.*all annotators together"),
    "a name of two lines": ({"annotator": "a\nb"}, "column 'annotator': is no name"),
    "a name too long": ({"annotator": "a" * 101}, "column 'annotator': is no name"),
    "a value in words": ({"new": "good"}, "column 'new'.*found 'good'.*whole number from 1 to 5"),
    "a value past the scale": ({"new": 6}, "column 'new': is off the factor's scale; found 6"),
    "a value below the scale": ({"new": 0}, "column 'new'.*found 0"),
    "a value between two": ({"new": 2.5}, "column 'new'.*found 2.5"),
    "a negative count": (
        {"factor": "words", "new": -1}, "column 'new'.*expected a whole number, at least 0"),
    "an infinite value": ({"new": "inf"}, "column 'new'.*found 'inf'"),
    "no value, but nan": ({"new": "nan"}, "column 'new'.*found 'nan'"),
    "a list as value": ({"new": [4]}, r"column 'new'.*found \[4\]"),
    "an unknown mode": (
        {"mode": "peek"}, "column 'mode'.*found 'peek'; expected one of review, blind, adjud"),
    "no mode": ({"mode": None}, "column 'mode': the cell is empty"),
    "an unknown action": ({"action": "undo"}, "column 'action'.*found 'undo'.*accept, correct"),
    "a value of who cannot tell": (
        {"action": "cannot_tell"}, "column 'new': who cannot tell gives no value; found 4"),
    "an accepted value that was not there": (
        {"action": "accept", "old": None, "extractor": None}, "column 'new': an accepted value"),
    "an accepted value that is another": (
        {"action": "accept", "old": 3, "extractor": "rater"}, "column 'new'.*expected 3.0, or"),
    "an old value of nobody": ({"old": 3}, "column 'extractor'.*empty, but there is an old value"),
    "an old value in words": ({"old": "low", "extractor": "rater"}, "column 'old'.*found 'low'"),
    "an unknown queue": ({"queue": "first"}, "column 'queue'.*found 'first'.*random, targeted"),
    "a probability of zero": ({"probability": 0}, "column 'probability'.*found 0"),
    "a probability past one": ({"probability": 1.5}, "column 'probability'.*found 1.5"),
    "a probability in words": ({"probability": "often"}, "column 'probability'.*found 'often'"),
    "an id that is none": ({"event_id": "17"}, "column 'event_id': is no event id; found '17'"),
    "an id of another kind": (
        {"event_id": "7d444840-9dc0-41d1-b245-5ffdce74fad2"}, "column 'event_id'.*version 7"),
    "an id in capitals": ({"event_id": EVENT.upper()}, "column 'event_id': is no event id"),
    "an id from the future": ({"event_id": LATE_ID}, "column 'event_id': lies in the future"),
    "a time that is none": ({"time": "yesterday"}, "column 'time': is no time"),
    "a time from the future": ({"time": AHEAD.isoformat()}, "column 'time': lies in the future"),
    "a time before all": ({"time": "1900-01-01"}, "column 'time': lies before 1970"),
    "a note that is a list": ({"note": ["x"]}, "column 'note'.*nested"),
    "another answer to the same question": ({"new": 1}, "contradicts line 1"),
    "another event of the same id": (
        {"event_id": EVENT, "new": 1}, "contradicts line 1.*each event id once"),
    "a column that is not read": ({"colour": "red"}, "column 'colour': a column that is not read"),
}  # fmt: skip


@pytest.fixture(scope="module")
def untouched() -> Iterator[Study]:
    """A study that no wrong file may change."""
    with labelled_study(pairs=4) as study:
        yield study


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_row_refuses_the_file(untouched: Study, tmp_path: Path, name: str) -> None:
    study = untouched
    change, says = WRONG[name]
    good = by_hand(study)
    if {"old", "extractor"} & change.keys():
        good |= {"old": None, "extractor": None}
    first = good | {"event_id": change["event_id"]} if change.get("event_id") == EVENT else good
    path = write(tmp_path / "l.jsonl", [first, good | change])
    before = study.versions()
    with pytest.raises(ImportRefused, match=says) as refused:
        read_in(study, path)
    message = str(refused.value)
    assert message.startswith("l.jsonl, ")
    assert ", line 2" in message or name == "a column that is not read"
    assert message.endswith("Nothing was imported.")
    assert rows(study, "SELECT * FROM correction") == []
    assert rows(study, "SELECT * FROM act") == []
    assert study.versions() == before


def test_an_id_that_means_another_event_here_refuses_the_file(
    study: Study, copy: Study, tmp_path: Path
) -> None:
    label(study, "ann", 0, "clarity", "correct", 2)
    write_out(study, tmp_path / "l.csv")
    read_in(copy, tmp_path / "l.csv")
    changed = (tmp_path / "l.csv").read_text(encoding="utf-8").replace(",2.0,", ",3.0,")
    (tmp_path / "l.csv").write_text(changed, encoding="utf-8")
    with pytest.raises(ImportRefused, match=r"line 2, column 'event_id'.*another event of this id"):
        read_in(copy, tmp_path / "l.csv")


Make = Callable[[Path], Path]

# name: (the file, what the message must say)
FILES: dict[str, tuple[str, bytes, str]] = {
    "no column for the value": ("l.csv", b"response_id,factor,annotator,mode\nr,f,a,review\n",
        "no column named 'new'"),
    "no rows": ("l.csv", b"response_id,factor,annotator,mode,new\n", "no rows"),
    "an empty file": ("l.csv", b"", "the file is empty"),
    "an unknown ending": ("l.xlsx", b"x", "expected one of .csv"),
    "no Parquet": ("l.parquet", b"PAR1", "not a whole Parquet file"),
    "half a line": ("l.jsonl", b'{"response_id": "r", ', "line 1.*ends too early"),
    "a short row": ("l.csv", b"response_id,factor,annotator,mode,new\nr,f\n", "line 2"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_wrong_file_is_refused(untouched: Study, tmp_path: Path, name: str) -> None:
    file, content, says = FILES[name]
    (tmp_path / file).write_bytes(content)
    with pytest.raises(ImportRefused, match=says):
        read_in(untouched, tmp_path / file)


def test_options_that_do_not_apply_are_refused(study: Study, tmp_path: Path) -> None:
    path = write(tmp_path / "l.csv", [by_hand(study)])
    with pytest.raises(ImportRefused, match="fixed layout"):
        import_file(study, "corrections", path, ImportOptions(mapping={"new": "old"}))


def test_a_file_that_is_no_export_is_left_alone(study: Study, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("my,own\n1,2\n", encoding="utf-8")
    (tmp_path / "d.csv").mkdir()
    for name, says in (
        ("l.csv", "no earlier export"),
        ("d.csv", "is a folder"),
        ("labels", "one of .csv, .jsonl, .parquet"),
        ("no/l.csv", "there is no folder"),
    ):
        with pytest.raises(ProfileError, match=says):
            write_out(study, tmp_path / name)
    assert (tmp_path / "l.csv").read_text(encoding="utf-8") == "my,own\n1,2\n"
    for ending in ENDINGS:
        label(study, "ann", 0, "clarity", "correct", 2)
        first = write_out(study, tmp_path / f"again{ending}")
        label(study, "ann", 0, "clarity", "correct", 3)
        assert write_out(study, tmp_path / f"again{ending}") == first + 1
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
