"""The filters that people type and links carry, made safe to run on the pair view.

A predicate arrives from outside, so this is a security boundary. It owns the way from text to
pair numbers: the words are checked (`predicate_words`), parsed by DuckDB on a private connection
that can reach nothing, and printed anew from the tree's harmless parts (`predicate_tree`). Only
the printed SQL is ever run, never the text, and it is stopped by the clock. It must not know
what the columns mean, nor open or write a study: the caller gives names, table and cursor.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Event, Thread

import duckdb
import numpy as np
from numpy.typing import NDArray

from profile_core.errors import PredicateError
from profile_core.store.predicate_tree import TOO_DEEP, Node, Printer, quoted
from profile_core.store.predicate_words import Refused, check_words

_FRAME = "SELECT 1 FROM pairs WHERE (\n{}\n)"
_FRAME_START = _FRAME.index("{")


@dataclass(frozen=True, slots=True)
class Predicate:
    """A checked filter over the pair view; made by `parse` only, which vouches for `sql`."""

    text: str
    """As it was given, without surrounding space: what links and titles show."""
    sql: str
    """A boolean expression over quoted columns, printed anew from the parsed text."""
    columns: frozenset[str]
    """The columns it reads, spelled as the pair view spells them."""


def parse(text: str, columns: Collection[str]) -> Predicate:
    """Check a filter against the grammar of `--where` and the pair view's columns.

    Empty text is the filter that keeps every pair. Column names match in any case. Raises
    PredicateError with the place, the reason and the columns to choose from.
    """
    text = text.strip(" \t\r\n")
    if not text:
        return Predicate("", "TRUE", frozenset())
    try:
        check_words(text)
    except Refused as refused:
        raise _error(refused.problem, text, refused.at, columns) from None
    printer = Printer(columns)
    try:
        sql = printer.condition(_where_clause(text))
    except Refused as refused:
        raise _error(refused.problem, text, _character(text, refused.at), columns) from None
    except RecursionError:
        raise _error(TOO_DEEP, text, None, columns) from None
    return Predicate(text, sql, frozenset(printer.used))


def select_pair_numbers(
    cursor: duckdb.DuckDBPyConnection,
    table: str,
    predicate: Predicate,
    limit_seconds: float = 2.0,
) -> NDArray[np.int64]:
    """Return `pair_no` of the table's rows for which the predicate is true, in no set order.

    Rows where it is unknown (null) are left out. `table` is one plain name, `cursor` one that no
    other thread is using. Raises PredicateError when the filter takes longer than
    `limit_seconds` or meets values that it cannot be computed for; the cursor stays usable.
    DuckDB looks for the interruption between blocks of rows (about 2,000; 100,000 in 1.5).
    """
    query = f"SELECT pair_no FROM {quoted(table)} WHERE ({predicate.sql}) IS TRUE"
    with _time_limit(cursor, limit_seconds) as expired:
        try:
            numbers = cursor.execute(query).fetchnumpy()["pair_no"]
        except duckdb.InterruptException:
            if not expired.is_set():
                raise
            raise PredicateError(
                f"the filter took longer than {limit_seconds:g} s and was stopped: "
                "use fewer conditions, or fewer searches in text"
            ) from None
        except (
            duckdb.BinderException,
            duckdb.ConversionException,
            duckdb.OutOfRangeException,
        ) as error:
            raise PredicateError(
                "the filter cannot be computed for these pairs (text needs 'single quotes', "
                f"numbers need none): {_first_line(error)}"
            ) from None
    return np.asarray(numbers, dtype=np.int64)


def _where_clause(text: str) -> Node:
    """Parse the text inside a frame and return its tree, sure that the frame is untouched."""
    parsed = json.loads(_serialized(_FRAME.format(text)))
    if parsed["error"]:
        place = int(parsed["position"]) if "position" in parsed else None
        if place is not None and place >= _FRAME_START + len(text.encode()):
            raise Refused("the expression is not complete")
        message = _first_line(parsed["error_message"])
        raise Refused(TOO_DEEP if message.startswith("Max expression depth") else message, place)
    where: Node | None = parsed["statements"][0]["node"].pop("where_clause", None)
    if where is None or parsed["statements"] != _untouched_frame():
        raise Refused("one expression is expected, and no other clause of a query")
    return where


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """Return the process's private connection: empty, in memory, and locked in."""
    return duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "enable_external_access": False,
            "lock_configuration": True,
        },
    )


def _serialized(query: str) -> str:
    with _parser().cursor() as cursor:
        return str(cursor.execute("SELECT json_serialize_sql(?)", [query]).fetchall()[0][0])


@cache
def _untouched_frame() -> list[Node]:
    statements: list[Node] = json.loads(_serialized(_FRAME.format("TRUE")))["statements"]
    del statements[0]["node"]["where_clause"]
    return statements


def _character(text: str, location: int | None) -> int | None:
    """Turn DuckDB's place, in bytes of the framed query, into a character of the text."""
    encoded = text.encode()
    if location is None or not 0 <= location - _FRAME_START < len(encoded):
        return None
    return len(encoded[: location - _FRAME_START].decode(errors="ignore"))


def _error(
    problem: str, text: str, at: int | None, columns: Collection[str], shown: int = 12
) -> PredicateError:
    place = ""
    if at is not None:
        ending = "…" if len(text) > at + 20 else ""
        place = f", character {at + 1} ({text[at : at + 20]}{ending})"
    names = sorted(columns)
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    more += " (profile-core info --columns explains them)"
    return PredicateError(f"filter{place}: {problem}. Columns: {', '.join(names[:shown])}{more}")


def _first_line(error: object) -> str:
    return str(error).split("\n", 1)[0]


@contextmanager
def _time_limit(cursor: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[Event]:
    """Interrupt the cursor's query when the time is over, and never a later one.

    Yields the event that tells whether it did. The interruption is repeated since DuckDB drops
    one that arrives before the query has begun; the join keeps any from coming after the end,
    and the watcher from being the last to hold the cursor.
    """
    ended, expired = Event(), Event()

    def watch() -> None:
        wait = seconds
        while not ended.wait(wait):
            expired.set()
            cursor.interrupt()
            wait = 0.02

    watcher = Thread(target=watch, name="predicate-time-limit", daemon=True)
    watcher.start()
    try:
        yield expired
    finally:
        ended.set()
        watcher.join()
