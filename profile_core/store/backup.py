"""A copy of an open study: a whole study of its own, as it stood at one moment.

DuckDB copies, for copying the file itself would drop the lock that keeps other processes out.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from profile_core.errors import StudyError
from profile_core.store.rows import first_row


def copy_file(cursor: duckdb.DuckDBPyConnection, target: Path) -> Path:
    """Copy an open study, by a cursor on it, to a file that is not there yet; return its path.

    Raises StudyError where that cannot be done; a half-written copy is removed.
    """
    if target.exists():
        raise StudyError(f"{target} is there already: choose another name.")
    if not target.parent.is_dir():
        raise StudyError(f"there is no folder {target.parent}.")
    (own,) = first_row(cursor, "SELECT current_database()") or ("",)
    try:
        cursor.execute(f"ATTACH '{_literal(str(target))}' AS backup_copy")
        try:
            cursor.execute(f'COPY FROM DATABASE "{_identifier(own)}" TO backup_copy')
        finally:
            cursor.execute("DETACH backup_copy")
    except duckdb.Error as error:
        target.unlink(missing_ok=True)
        raise StudyError(f"{target} cannot be written: {str(error).splitlines()[0]}") from error
    return target


def _literal(text: str) -> str:
    return text.replace("'", "''")


def _identifier(text: str) -> str:
    return text.replace('"', '""')
