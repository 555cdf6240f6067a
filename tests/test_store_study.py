"""The study file: opening, refusing, locking, backing up, writing and counting."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from profile_core.errors import StudyError, StudyLocked, StudyNotFound, StudyTooNew
from profile_core.factors.taxonomy import builtin_factors
from profile_core.store import factors, migrations
from profile_core.store.rows import number
from profile_core.store.study import Counter, Study, Versions
from tests.studies import empty_study, small_batch, write

_HOLD = """
import sys
from profile_core.store.study import Study
with Study.open(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A study with data, closed."""
    path = tmp_path / "study.duckdb"
    with empty_study(path) as study:
        write(study, small_batch())
    return path


@contextmanager
def held_elsewhere(path: Path) -> Iterator[int]:
    """Hold a study open in another process; gives its id."""
    child = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[1],
    )
    assert child.stdin
    assert child.stdout
    try:
        assert child.stdout.readline() == "held\n"
        yield child.pid
    finally:
        child.communicate("\n", timeout=30)


RELEASED = ("m001_initial", "m002_desk", "m003_runs", "m004_tags")


def m998_for_this_test(cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.execute("CREATE TABLE added_later (x INTEGER)")


def m999_fails(cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.execute("DROP TABLE pair")
    raise RuntimeError("the step fails")


def later_version(monkeypatch: pytest.MonkeyPatch, *steps: migrations.Migration) -> None:
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, *steps))


def delete_and_then(study: Study, then: Callable[[duckdb.DuckDBPyConnection], object]) -> None:
    with study.writing() as cursor:
        cursor.execute("DELETE FROM pair")
        then(cursor)


def test_a_study_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StudyNotFound, match=r"no study at .*gone.duckdb.*demo.*import"):
        Study.open(tmp_path / "gone.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_a_new_study_has_the_builtin_factors_and_counters_at_zero(tmp_path: Path) -> None:
    with empty_study(tmp_path / "new.duckdb") as study:
        assert study.versions() == Versions(0, 0)
        assert set(factors.current(study.cursor())) == {f.name for f in builtin_factors()}
        assert migrations.applied(study.cursor()) == RELEASED


def test_what_was_written_is_there_after_closing_and_opening(path: Path) -> None:
    with Study.open(path) as study:
        assert number(study.cursor(), "SELECT count(*) FROM pair") == 4
        assert study.versions() == Versions(1, 0)


def test_opening_a_current_study_changes_nothing_and_makes_no_backup(path: Path) -> None:
    Study.open(path).close()
    before = path.read_bytes()
    Study.open(path).close()
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_file_is_written_for_both_supported_lines_of_duckdb(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        tags = connection.execute(
            "SELECT tags FROM duckdb_databases() WHERE database_name = 'study'"
        ).fetchall()
    assert tags[0][0]["storage_version"].startswith("v1.2.0")


@pytest.mark.parametrize("content", [b"", b"these are notes, not a database" * 40])
def test_a_file_that_is_no_database_is_refused_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(StudyError, match="not a DuckDB file"):
        Study.open(path, create=True)
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "sales.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE sale (amount INTEGER)")
    before = path.read_bytes()
    with pytest.raises(StudyError, match="but not a PROFILE study"):
        Study.open(path, create=True)
    assert path.read_bytes() == before


def test_a_damaged_study_is_not_called_locked(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[100:120] = b"x" * 20
    path.write_bytes(data)
    with pytest.raises(StudyError, match="cannot be opened") as refusal:
        Study.open(path)
    assert not isinstance(refusal.value, StudyLocked)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"there is no folder .*nowhere"):
        empty_study(tmp_path / "nowhere" / "study.duckdb")


def test_a_study_held_by_another_process_names_the_holder_and_the_cure(path: Path) -> None:
    with held_elsewhere(path) as pid, pytest.raises(StudyLocked) as refusal:
        Study.open(path)
    message = str(refusal.value)
    assert f"process {pid}" in message
    assert "close it" in message
    assert "Parquet" in message
    assert "\n" not in message


def test_the_file_is_free_once_the_holder_has_closed(path: Path) -> None:
    study = Study.open(path)
    study.close()
    with held_elsewhere(path):
        pass


def test_a_study_of_a_later_version_is_refused_kindly_and_left_alone(path: Path) -> None:
    with Study.open(path) as study, study.writing(counter=None) as cursor:
        cursor.execute("INSERT INTO meta VALUES ('migration:m999_future', 'm999_future')")
    before = path.read_bytes()
    with pytest.raises(StudyTooNew, match=r"later version.*m999_future.*was not changed"):
        Study.open(path)
    assert path.read_bytes() == before


def test_a_file_of_a_newer_duckdb_is_refused_kindly(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise duckdb.IOException(
            "IO Error: Trying to read a database file with version number 99, but we can only "
            "read versions between 64 and 67.\nThe database file was created with an newer "
            "version of DuckDB."
        )

    monkeypatch.setattr(duckdb, "connect", refuse)
    with pytest.raises(StudyTooNew, match=r"newer DuckDB.*Update duckdb"):
        Study.open(path)


def test_an_older_study_is_backed_up_and_then_brought_up_to_date(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later_version(monkeypatch, m998_for_this_test)
    with Study.open(path) as study:
        assert migrations.applied(study.cursor()) == (*RELEASED, "m998_for_this_test")
        assert number(study.cursor(), "SELECT count(*) FROM added_later") == 0
        assert number(study.cursor(), "SELECT count(*) FROM pair") == 4
    (backup,) = path.parent.glob("study.duckdb.backup-*")
    monkeypatch.undo()
    with Study.open(backup) as old:
        assert migrations.applied(old.cursor()) == RELEASED
        assert number(old.cursor(), "SELECT count(*) FROM pair") == 4


def test_a_study_from_before_the_desk_gets_its_tables_and_keeps_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.duckdb"
    monkeypatch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
    with empty_study(path) as study, study.writing() as cursor:
        cursor.execute(
            "INSERT INTO preference (preference_id, pair_id, source_id, status, choice) "
            "VALUES ('p', 'pair', 'human:crowd', 'valid', 'a')"
        )
        cursor.execute(
            "INSERT INTO correction (event_id, response_id, factor, action, new_value) "
            "VALUES ('e', 'r', 'tone', 'correct', 3)"
        )
    monkeypatch.undo()
    with Study.open(path) as study:
        assert migrations.applied(study.cursor()) == RELEASED
        for table in ("act", "queue", "fact_event"):
            assert number(study.cursor(), f"SELECT count(*) FROM {table}") == 0
        standing = study.cursor().execute("SELECT source_id, choice FROM standing_preference")
        assert standing.fetchall() == [("human:crowd", "a")]
        corrected = study.cursor().execute("FROM corrected_value").fetchall()
        assert corrected == [("r", "tone", 3.0)]


def test_a_study_that_was_backed_up_is_still_locked_for_others(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later_version(monkeypatch, m998_for_this_test)
    opened = "import sys, duckdb; duckdb.connect(sys.argv[1])"
    with Study.open(path):
        other = subprocess.run(
            [sys.executable, "-c", opened, str(path)], capture_output=True, text=True, check=False
        )
    assert other.returncode != 0
    assert "lock" in other.stderr


def test_a_migration_that_fails_leaves_the_study_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later_version(monkeypatch, m998_for_this_test, m999_fails)
    with pytest.raises(RuntimeError, match="the step fails"):
        Study.open(path)
    monkeypatch.undo()
    with Study.open(path) as study:
        assert migrations.applied(study.cursor()) == RELEASED
        assert number(study.cursor(), "SELECT count(*) FROM pair") == 4


def test_a_new_study_that_cannot_be_set_up_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later_version(monkeypatch, m999_fails)
    with pytest.raises(RuntimeError):
        empty_study(tmp_path / "study.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_a_newer_builtin_definition_is_added_and_the_older_one_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = tuple(
        type(f)(**{**{name: getattr(f, name) for name in f.__slots__}, "version": 99})
        if f.name == "length"
        else f
        for f in builtin_factors()
    )
    monkeypatch.setattr("profile_core.store.study.builtin_factors", lambda: newer)
    with Study.open(path) as study:
        assert factors.current(study.cursor())["length"].version == 99
        assert number(study.cursor(), "SELECT count(*) FROM factor WHERE factor = 'length'") == 2
        assert study.versions() == Versions(2, 0)


def test_each_block_of_writing_adds_one_to_its_counter(path: Path) -> None:
    with Study.open(path) as study:
        with study.writing():
            pass
        with study.writing(Counter.CORRECTIONS):
            pass
        with study.writing(counter=None):
            pass
        assert study.versions() == Versions(2, 1)


def test_a_block_that_raises_undoes_everything_and_counts_nothing(path: Path) -> None:
    with Study.open(path) as study:
        with pytest.raises(duckdb.CatalogException):
            delete_and_then(study, lambda cursor: cursor.execute("DROP TABLE no_such_table"))
        assert number(study.cursor(), "SELECT count(*) FROM pair") == 4
        assert study.versions() == Versions(1, 0)
        with study.writing() as cursor:
            cursor.execute("DELETE FROM preference")
        assert number(study.cursor(), "SELECT count(*) FROM preference") == 0


def test_a_block_within_a_block_is_an_error_and_undone(path: Path) -> None:
    with Study.open(path) as study:
        with pytest.raises(RuntimeError, match="open already"):
            delete_and_then(study, lambda cursor: write(study, small_batch()))
        assert number(study.cursor(), "SELECT count(*) FROM pair") == 4


def test_writers_wait_for_one_another_and_readers_see_only_what_is_committed(path: Path) -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow(study: Study) -> None:
        with study.writing() as cursor:
            cursor.execute("DELETE FROM pair")
            entered.set()
            leave.wait(10)

    def quick(study: Study) -> int:
        with study.writing() as cursor:
            return number(cursor, "SELECT count(*) FROM pair")

    with Study.open(path) as study, ThreadPoolExecutor(2) as pool:
        first = pool.submit(slow, study)
        assert entered.wait(10)
        assert number(study.cursor(), "SELECT count(*) FROM pair") == 4
        second = pool.submit(quick, study)
        assert not second.done()
        leave.set()
        first.result(10)
        assert second.result(10) == 0
        assert study.versions() == Versions(3, 0)


def test_threads_get_their_own_rows_and_never_one_anothers(path: Path) -> None:
    def ask(study: Study, which: int) -> bool:
        return all(
            study.cursor().execute("SELECT ? FROM range(50)", [which]).fetchall() == [(which,)] * 50
            for _ in range(20)
        )

    with Study.open(path) as study, ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda which: ask(study, which), range(16)))


def test_studies_in_memory_are_told_apart() -> None:
    with empty_study() as one, empty_study() as other:
        write(one, small_batch())
        assert one.key != other.key
        assert number(other.cursor(), "SELECT count(*) FROM pair") == 0


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "", "DUCK, DUCK\n"])
def test_a_file_of_another_kind_is_called_what_it_is_and_left_alone(
    tmp_path: Path, content: str
) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(StudyError, match="not a DuckDB file"):
        Study.open(file)
    assert file.read_text(encoding="utf-8") == content
    assert [entry.name for entry in tmp_path.iterdir()] == ["pairs.csv"]
