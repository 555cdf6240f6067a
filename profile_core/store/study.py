"""A study: opening its file, a cursor for each reader, one writer at a time, two counters."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType

import duckdb

from profile_core.errors import StudyError, StudyLocked, StudyNotFound, StudyTooNew
from profile_core.factors.taxonomy import builtin_factors
from profile_core.store import factors, migrations, runs
from profile_core.store.backup import copy_file
from profile_core.store.ids import event_id
from profile_core.store.rows import number

# The oldest format that both supported lines of DuckDB (1.5 and 2.0) read and write.
_STORAGE_VERSION = "v1.2.0"
IN_MEMORY = Path(":memory:")

Cursor = duckdb.DuckDBPyConnection
"""What writes and reads are handed; only this layer makes one."""


class Counter(StrEnum):
    """What a change adds to: caches are keyed by both counters."""

    DATA = "data_version"
    CORRECTIONS = "correction_seq"


@dataclass(frozen=True, slots=True)
class Versions:
    """The state of a study, as far as caches are concerned."""

    data: int
    corrections: int


class Study:
    """An open study file. Safe to share between threads."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        # An in-memory study has no file to be known by, so each gets a name of its own.
        self.key = f":memory:{event_id()}" if path == IN_MEMORY else str(path.resolve())
        self._connection = connection
        self._writer = threading.RLock()
        self._is_writing = False

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False) -> Study:
        """Open the study at a path, bringing its schema up to date after a backup.

        Raises StudyNotFound (unless `create`), StudyLocked, StudyTooNew, or StudyError for a file
        that is not a study.
        """
        path = Path(path)
        is_new = path == IN_MEMORY or not path.exists()
        if is_new and not create:
            raise StudyNotFound(
                f"there is no study at {path}. Make one with `profile-core demo {path}` "
                f"or `profile-core import FORMAT FILE --study {path}`."
            )
        study = cls(path, _connect(path))
        try:
            study._bring_up_to_date(is_new)
        except BaseException:
            study.close()
            if is_new and path != IN_MEMORY:
                path.unlink(missing_ok=True)
            raise
        return study

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Give a cursor of its own for one call: threads that share one get each other's rows."""
        return self._connection.cursor()

    @contextmanager
    def writing(
        self, counter: Counter | None = Counter.DATA
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Hold the only writer's cursor for one transaction, adding one to a counter at its end.

        Everything is undone if the block raises. Within one thread, a nested block is an error:
        a transaction has one owner.
        """
        with self._writer:
            if self._is_writing:
                raise RuntimeError("a transaction on this study is open already in this thread")
            cursor = self.cursor()
            self._is_writing = True
            try:
                cursor.begin()
                yield cursor
                if counter is not None:
                    cursor.execute(
                        "UPDATE meta SET value = CAST(value AS BIGINT) + 1 WHERE key = ?",
                        [counter],
                    )
                cursor.commit()
            except BaseException:
                cursor.rollback()
                raise
            finally:
                self._is_writing = False
                cursor.close()

    def versions(self) -> Versions:
        """Read both counters."""
        rows = dict(
            self.cursor()
            .execute(
                "SELECT key, CAST(value AS BIGINT) FROM meta WHERE key IN (?, ?)", list(Counter)
            )
            .fetchall()
        )
        return Versions(rows[Counter.DATA], rows[Counter.CORRECTIONS])

    def back_up(self) -> Path:
        """Copy the study, as it stands, to a file beside it that is named by the time."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        backup = self.path.with_name(f"{self.path.name}.backup-{stamp}")
        with self.cursor() as cursor:
            return copy_file(cursor, backup)

    def close(self) -> None:
        """Close the file, so that another process may open it."""
        with self._writer:
            self._connection.close()

    def __enter__(self) -> Study:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _bring_up_to_date(self, is_new: bool) -> None:
        done = set(migrations.applied(self.cursor()))
        known = {migration.__name__ for migration in migrations.MIGRATIONS}
        if done - known:
            raise StudyTooNew(
                f"{self.path} was written by a later version of PROFILE "
                f"(it has {', '.join(sorted(done - known))}). Update PROFILE to open it; "
                "the file was not changed."
            )
        if not done and not is_new:
            raise StudyError(f"{self.path} is a DuckDB file, but not a PROFILE study.")
        if done != known:
            if not is_new:
                self.back_up()
            with self.writing(counter=None) as cursor:
                migrations.migrate(cursor)
                if is_new:
                    cursor.executemany(
                        "INSERT INTO meta VALUES (?, ?)",
                        [[counter.value, "0"] for counter in Counter]
                        + [["created_at", datetime.now(UTC).isoformat(timespec="seconds")]],
                    )
        # What a run wrote before its process ended was told to nobody yet (`actions.group_commit`).
        if number(self.cursor(), "SELECT count(*) FROM run WHERE status = 'running'"):
            with self.writing() as cursor:
                runs.break_off(cursor)
        if factors.newer(self.cursor(), builtin_factors()):
            with self.writing(counter=None if is_new else Counter.DATA) as cursor:
                factors.add_newer(cursor, builtin_factors())


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    if path != IN_MEMORY and not path.parent.is_dir():
        raise StudyError(f"there is no folder {path.parent} for the study {path.name}.")
    if path != IN_MEMORY and path.exists() and not _is_database(path):
        # DuckDB would open a CSV or Parquet file, too, as a database of its own making.
        raise StudyError(f"{path} is not a study: it is not a DuckDB file.")
    try:
        return duckdb.connect(str(path), config={"storage_compatibility_version": _STORAGE_VERSION})
    except duckdb.Error as error:
        raise _in_plain_words(path, error) from error


def _is_database(path: Path) -> bool:
    """Tell a DuckDB file by its magic bytes; what cannot be read is left for DuckDB to tell."""
    if not path.is_file() or not os.access(path, os.R_OK):
        return True
    with path.open("rb") as file:
        return file.read(12)[8:] == b"DUCK"


def _in_plain_words(path: Path, error: duckdb.Error) -> StudyError:
    text = str(error)
    if "Could not set lock" in text:
        holder = re.search(r"held in (\S+) \(PID (\d+)\)", text)
        who = f"process {holder[2]} ({Path(holder[1]).name})" if holder else "another process"
        return StudyLocked(
            f"{path} is open in {who}. Do this in the app that holds it, or close it first; "
            "to read it meanwhile, export it as Parquet from the app's data page."
        )
    if "newer" in text.lower():
        return StudyTooNew(
            f"{path} was written by a newer DuckDB than the installed {duckdb.__version__}. "
            "Update duckdb to open it; the file was not changed."
        )
    return StudyError(f"{path} cannot be opened: {text.splitlines()[0]}")
