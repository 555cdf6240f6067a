"""Every error a user can cause or meet, each with a message that says what to do.

ProfileError                    shown as one line; never as a traceback
├── StudyError                  the study file itself
│   ├── StudyNotFound
│   ├── StudyLocked             another process holds the file
│   └── StudyTooNew             written by a later version
├── ImportRefused               a file was refused whole; nothing was written
├── PredicateError              a filter that is not allowed, not valid, or too slow
├── UnknownName                 a source, factor, column or format that is not there
├── NotEstimable                a number that the data at hand cannot give
└── Cancelled                   the user stopped it; what was done is kept
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ProfileError(Exception):
    """The base of all errors that are told to the user in one line."""


class StudyError(ProfileError):
    """The study file cannot be used as asked."""


class StudyNotFound(StudyError):
    """There is no study at the path."""


class StudyLocked(StudyError):
    """Another process holds the study file."""


class StudyTooNew(StudyError):
    """The study was written by a later version of this software."""


class ImportRefused(ProfileError):
    """A file was refused whole; nothing was written.

    The message names file, place, column, what was found and what is expected.
    """

    def __init__(
        self,
        file: str,
        problem: str,
        *,
        place: str | None = None,
        column: str | None = None,
        found: object = None,
        expected: str | None = None,
    ) -> None:
        self.file = file
        self.problem = problem
        self.place = place
        self.column = column
        self.found = found
        self.expected = expected
        where = ", ".join(
            part for part in (file, place, f"column {column!r}" if column else None) if part
        )
        text = f"{where}: {problem}"
        if found is not None:
            text += f"; found {_shortened(found)}"
        if expected:
            text += f"; expected {expected}"
        ending = "" if text.endswith(("?", ".", "!")) else "."
        super().__init__(f"{text}{ending} Nothing was imported.")


class PredicateError(ProfileError):
    """A filter that is not allowed, not valid, or too slow."""


class UnknownName(ProfileError):
    """A name that is not there, with the nearest ones that are."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        names = sorted(set(known))
        near = get_close_matches(name, names, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there is {_listed(names)}"
        super().__init__(f"no {what} named {name!r}: {hint}")


class NotEstimable(ProfileError):
    """A number that the data at hand cannot give, with the reason."""


class Cancelled(ProfileError):
    """The user stopped it; what had been done is kept."""


def _shortened(value: object, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _listed(names: list[str], limit: int = 12) -> str:
    if not names:
        return "none yet"
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
