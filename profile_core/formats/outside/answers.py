"""What annotators answered in another tool, as labels and preferences of this study.

A tool's module makes a `Sheet` of each annotated record; here its answers are checked and turned
into events. A record with suggestions is a review, one without is blind. Where a record does not
say what was suggested, the study's automatic value of now is what the label is compared with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

import duckdb

from profile_core.errors import ImportRefused, UnknownName
from profile_core.formats import known_ids, people
from profile_core.formats.known_ids import Meant
from profile_core.formats.outside import questions
from profile_core.formats.outside.questions import Preferred, Without
from profile_core.formats.people import Held
from profile_core.formats.spec import ImportOptions
from profile_core.formats.table import cells
from profile_core.formats.table.cells import CellError
from profile_core.formats.table.fixed import the_one
from profile_core.store.labels import Automatic, LabelAction
from profile_core.store.outside_labels import Outside, OutsideLabel, OutsidePreference
from profile_core.types import Choice, Factor, Mode, Order

_CHUNK = 2_000
_OF_PAIRS = (questions.PREFERENCE, questions.STRENGTH, questions.REASON)


@dataclass(frozen=True, slots=True)
class Given:
    """One answer, or one suggestion, as the file holds it."""

    column: str
    value: object
    extractor: str | None = None
    """Who suggested it, where the file says so."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """What one annotator answered to one record."""

    keys: tuple[str, ...]
    """What the file calls the annotator; the first that is named (`--map KEY=NAME`) counts."""
    column: str
    """Where the file says so."""
    answers: Mapping[str, Given]
    """By question."""
    name: str | None = None
    """The annotator's name unless one was told; None: it has to be told."""
    given_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One record: what it is about, what was suggested, and what was answered."""

    file: str
    place: str
    column: str
    """Where the id stands."""
    item_id: str
    is_pair: bool
    annotated: tuple[Annotated, ...]
    order: object = None
    """In which order the texts of a pair were shown."""
    suggested: Mapping[str, Given] = field(default_factory=dict)
    was_shown: bool = False
    """Whether anything was suggested."""
    left_out: int = 0
    """Answers that were not handed in: drafts and what was discarded."""


def read(
    sheets: Iterator[Sheet], path: Path, options: ImportOptions, cursor: duckdb.DuckDBPyConnection
) -> Iterator[Outside]:
    """Turn the sheets of a file into events; raise ImportRefused for the first wrong one."""
    if options.values or options.kinds:
        raise ImportRefused(
            path.name,
            "--values and --kind do not apply to annotated records",
            expected="--map ID=NAME alone, which names annotators",
        )
    reader = _Reader(path.name, Held.by(cursor), options)
    while chunk := tuple(islice(sheets, _CHUNK)):
        yield reader.part(chunk)
    last = Outside()
    last.warnings += reader.remarks()
    yield last


class _Reader:
    """Reads the sheets of one file."""

    def __init__(self, file: str, held: Held, options: ImportOptions) -> None:
        self._file = file
        self._held = held
        self._options = options
        self._factors = questions.by_name(held.factors.values())
        self._automatic: dict[tuple[str, str], Automatic] = {}
        self._keys: set[str] = set()
        self._unnamed: set[str] = set()
        self._unread: Counter[str] = Counter()
        self._answers = self._left_out = 0

    def part(self, sheets: tuple[Sheet, ...]) -> Outside:
        """Read some sheets."""
        self._left_out += sum(sheet.left_out for sheet in sheets)
        about = [sheet for sheet in sheets if sheet.annotated]
        known = {
            True: known_ids.pairs(self._held.cursor, _ids(about, is_pair=True), self._dataset),
            False: known_ids.responses(
                self._held.cursor, _ids(about, is_pair=False), self._dataset
            ),
        }
        self._automatic = self._held.automatic(
            [response_id for meant in known[False].values() for response_id in meant.ids]
        )
        part = Outside()
        for sheet in about:
            try:
                self._read(sheet, known[sheet.is_pair], part)
            except CellError as error:
                raise error.refusal(sheet.file, sheet.place) from error
        self._answers += len(part.labels) + len(part.preferences)
        return part

    def remarks(self) -> Iterator[str]:
        """Tell what was not read, and check that every name that was told is somebody's."""
        for key in self._options.mapping:
            if key not in self._keys:
                raise ImportRefused(
                    self._file, f"--map: {UnknownName('annotator', key, self._keys)}"
                )
        for name, count in self._unread.items():
            yield (
                f"the question {name!r} was not read ({count:,} answers): it is none that "
                "PROFILE asks"
            )
        if self._unnamed:
            yield (
                f"annotators go by their ids here ({', '.join(sorted(self._unnamed)[:5])}): "
                "to name them, import with --map ID=NAME,..."
            )
        if self._left_out:
            yield (
                f"{self._left_out:,} answers were left out, because they were not handed in "
                "(drafts, skipped or discarded)"
            )
        if not self._answers:
            yield "no record of the file has an answer yet"

    @property
    def _dataset(self) -> str | None:
        return self._options.dataset

    def _read(self, sheet: Sheet, known: Mapping[str, Meant], part: Outside) -> None:
        what, column = ("pair", "pair_id") if sheet.is_pair else ("response", "response_id")
        item_id = the_one(sheet.item_id, known.get(sheet.item_id), sheet.column or column, what)
        for annotated in sheet.annotated:
            who = self._who(annotated)
            if sheet.is_pair:
                part.preferences += self._preference(sheet, item_id, annotated, who)
            else:
                part.labels += self._labels(sheet, item_id, annotated, who)

    def _who(self, annotated: Annotated) -> str:
        self._keys.update(annotated.keys)
        told = (
            self._options.mapping[key] for key in annotated.keys if key in self._options.mapping
        )
        name = next(told, annotated.name)
        if name is None:
            raise CellError(
                "nothing but this tells who the annotator is",
                column=annotated.column,
                found=annotated.keys[0],
                expected=f"a name for it: --map {annotated.keys[0]}=NAME",
            )
        if name in annotated.keys and "@" not in name:
            self._unnamed.add(name)
        return people.annotator(name, annotated.column)

    def _labels(
        self, sheet: Sheet, response_id: str, annotated: Annotated, who: str
    ) -> Iterator[OutsideLabel]:
        note = _text(annotated, questions.NOTE)
        mode = Mode.REVIEW if sheet.was_shown else Mode.BLIND
        for name, given in annotated.answers.items():
            factor = self._factor(name, given)
            if factor is None:
                continue
            said = questions.answer(given.value, given.column, factor)
            automatic = self._suggested(sheet, response_id, name, factor)
            value = None if isinstance(said, Without) else said
            action = (
                LabelAction.CANNOT_TELL
                if said is Without.CANNOT_TELL
                else people.action_of(mode, value, automatic)
            )
            yield OutsideLabel(
                response_id,
                factor.name,
                who,
                action,
                mode,
                value,
                sheet.place,
                old=automatic.value if automatic else None,
                extractor=automatic.extractor if automatic else None,
                note=note,
                given_at=annotated.given_at,
            )

    def _factor(self, name: str, given: Given) -> Factor | None:
        """Find what a question is about; None for one that is about something else."""
        if name in (questions.NOTE, *_OF_PAIRS):
            return None
        factor = self._factors.get(name) or self._held.factors.get(name)
        if factor is None and name.startswith(questions.PREFIX):
            unknown = UnknownName("factor", name.removeprefix(questions.PREFIX), self._held.factors)
            raise CellError(
                "the study has no such factor",
                column=given.column,
                found=name,
                expected=str(unknown),
            )
        if factor is None:
            self._unread[name] += 1
        return factor

    def _suggested(
        self, sheet: Sheet, response_id: str, name: str, factor: Factor
    ) -> Automatic | None:
        """Tell the automatic value that an answer stands beside."""
        known = self._automatic.get((response_id, factor.name))
        given = sheet.suggested.get(name)
        if given is None:
            return known
        said = questions.answer(given.value, given.column, factor)
        extractor = given.extractor or (known.extractor if known else None)
        if extractor is None or said is Without.CANNOT_TELL:
            return known
        return Automatic(None if isinstance(said, Without) else said, extractor, "")

    def _preference(
        self, sheet: Sheet, pair_id: str, annotated: Annotated, who: str
    ) -> Iterator[OutsidePreference]:
        for name in annotated.answers:
            if name not in (questions.NOTE, *_OF_PAIRS):
                self._unread[name] += 1
        given = annotated.answers.get(questions.PREFERENCE)
        if given is None:
            return
        said = _one_of(Preferred, given)
        order = _order(sheet)
        sides = {
            Preferred.FIRST: Choice.A if order is Order.AB else Choice.B,
            Preferred.SECOND: Choice.B if order is Order.AB else Choice.A,
            Preferred.TIE: Choice.TIE,
        }
        yield OutsidePreference(
            pair_id,
            who,
            sides.get(said),
            Mode.REVIEW if sheet.was_shown else Mode.BLIND,
            sheet.place,
            order=order,
            strength=_strength(annotated) if said in sides else None,
            reason=_text(annotated, questions.REASON) or _text(annotated, questions.NOTE),
            given_at=annotated.given_at,
        )


def _ids(sheets: list[Sheet], *, is_pair: bool) -> list[str]:
    return [sheet.item_id for sheet in sheets if sheet.is_pair is is_pair]


def _text(annotated: Annotated, name: str) -> str | None:
    given = annotated.answers.get(name)
    return cells.name(given.value, given.column) if given else None


def _one_of(words: type[Preferred], given: Given) -> Preferred:
    word = str(given.value).replace("\u2019", "'").strip().lower()
    if not isinstance(given.value, str) or word not in set(words):
        raise CellError(
            "is no answer",
            column=given.column,
            found=given.value,
            expected=f"one of {', '.join(words)}",
        )
    return words(word)


def _strength(annotated: Annotated) -> int | None:
    given = annotated.answers.get(questions.STRENGTH)
    if given is None:
        return None
    words = {text: number for number, text in questions.STRENGTHS.items()}
    expected = f"a number from 1 to 3, or {', '.join(words)}"
    cell = words.get(given.value, given.value) if isinstance(given.value, str) else given.value
    found = cells.number(cell, given.column, expected)
    if found is None or found not in questions.STRENGTHS:
        raise CellError("is no strength", column=given.column, found=given.value, expected=expected)
    return int(found)


def _order(sheet: Sheet) -> Order:
    if not isinstance(sheet.order, str) or sheet.order not in set(Order):
        raise CellError(
            "in which order the two were shown is not told",
            column="shown_order",
            found=sheet.order,
            expected="ab or ba, as exported: without it, `first` means neither of them",
        )
    return Order(sheet.order)
