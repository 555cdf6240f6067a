"""Rows of a planned table as batches: the loop that every imported row passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from profile_core.formats.table import cells, conversations
from profile_core.formats.table.cells import CellError
from profile_core.formats.table.imported import ImportedFactors, extractor_of
from profile_core.formats.table.mapping import FactorPlan, Plan
from profile_core.formats.table.paths import Row
from profile_core.formats.table.reading import PlacedRow
from profile_core.formats.table.sources import SourceReader
from profile_core.store.records import Batch

BATCH_ROWS = 20_000

Response = tuple[str, str, str | None]
"""Id, text and generator of a response that was read."""


def batches(plan: Plan, rows: Iterable[PlacedRow]) -> Iterator[Batch]:
    """Read rows into batches of BATCH_ROWS; raise ImportRefused at the first that cannot be read.

    A last batch brings the warnings and the definitions of factors, whose kinds all values decide.
    """
    reader = RowReader(plan)
    remaining = iter(rows)
    for first in remaining:
        yield reader.batch(chain((first,), islice(remaining, BATCH_ROWS - 1)))
    yield reader.rest()


class RowReader:
    """Reads the rows of one file in order."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._place = ""
        self._number = 0
        self._booleans: dict[str, Places] = {}
        self._other_details = Places()
        self._details: dict[str, object] = {}
        self._factors = ImportedFactors(plan.dataset)
        self._extractor = extractor_of(plan.dataset)
        self._sources = [SourceReader(source) for source in plan.sources]
        self._factor_cells = [(each, each.cells.reader()) for each in plan.factors]
        self._meta = [(name, each.column, each.reader()) for name, each in plan.meta.items()]
        self._has_details = bool(self._meta) or "scenario" in plan.fields
        self._prompt, self._source_text = self._text("prompt"), self._text("source_text")
        self._task, self._scenario = self._name("task"), self._name("scenario")
        self._prompt_id, self._pair_id = self._name("prompt_id"), self._name("pair_id")
        sides = ("_a", "_b") if plan.mapping.is_pairs else ("",)
        self._responses = [self._response(side) for side in sides]
        self._add = self._add_pair if plan.mapping.is_pairs else self._add_single

    def batch(self, rows: Iterable[PlacedRow]) -> Batch:
        """Read some rows into a batch of their own."""
        batch = Batch(self._plan.dataset, self._plan.file)
        for source in self._sources:
            source.add_to(batch)
        for self._place, row in rows:
            self._number += 1
            try:
                self._add(batch, row)
            except CellError as error:
                raise error.refusal(self._plan.file, self._place) from error
        return batch

    def rest(self) -> Batch:
        """Give what is known at the end only: definitions of factors, and warnings."""
        batch = Batch(self._plan.dataset, self._plan.file)
        batch.warnings += self._plan.warnings
        self._factors.finish(batch)
        for column, places in self._booleans.items():
            batch.warnings.append(
                f"column {column!r}: true and false were read as these words in {places}"
            )
        if self._other_details.count:
            batch.warnings.append(
                "a prompt's scenario and metadata are those of its first row; other ones came in "
                f"{self._other_details}"
            )
        return batch

    def _add_pair(self, batch: Batch, row: Row) -> None:
        prompt_id = self._add_prompt(batch, row)
        (id_a, text_a, name_a), (id_b, text_b, name_b) = (
            read(batch, prompt_id, row) for read in self._responses
        )
        pair_id = batch.add_pair(prompt_id, id_a, id_b, self._row_key(row), place=self._place)
        for source in self._sources:
            source.add(batch, pair_id, row, (text_a, text_b), (name_a, name_b), self._place)
        for factor, find in self._factor_cells:
            self._add_value(batch, id_a if factor.side == "a" else id_b, factor, find(row))

    def _add_single(self, batch: Batch, row: Row) -> None:
        prompt_id = self._add_prompt(batch, row)
        known = len(batch.responses)
        response_id, _, _ = self._responses[0](batch, prompt_id, row)
        if len(batch.responses) == known:
            batch.repeated_rows += 1
        for factor, find in self._factor_cells:
            self._add_value(batch, response_id, factor, find(row))

    def _add_prompt(self, batch: Batch, row: Row) -> str:
        prompt = self._prompt(row)
        if not prompt or prompt.isspace():
            raise CellError(
                "the prompt is empty",
                column=self._plan.fields["prompt"].column,
                expected="a prompt in every row",
            )
        scenario = self._scenario(row)
        meta = {name: cells.plain(find(row), column) for name, column, find in self._meta}
        prompt_id = batch.add_prompt(
            prompt,
            source_text=self._source_text(row) or None,
            task=self._task(row),
            scenario=scenario,
            external_id=self._prompt_id(row),
            meta=meta,
        )
        if self._has_details:
            details = (scenario, meta)
            if self._details.setdefault(prompt_id, details) != details:
                self._other_details.add(self._place)
        return prompt_id

    def _response(self, side: str) -> Callable[[Batch, str, Row], Response]:
        read_text = self._text(f"response{side}")
        read_generator = self._name(f"generator{side}")
        read_id = self._name(f"response_id{side}")
        column = self._plan.fields[f"response{side}"].column
        level = self._plan.fields.get(f"score_level{side}")
        find_level = level.reader() if level else None

        def read(batch: Batch, prompt_id: str, row: Row) -> Response:
            text, generator = read_text(row), read_generator(row)
            if text is None:
                raise CellError(
                    "there is no response", column=column, expected="a response in every row"
                )
            response_id = batch.add_response(
                prompt_id,
                text,
                generator=generator,
                score_level=cells.score_level(find_level(row), level.column)
                if level and find_level
                else None,
                external_id=read_id(row),
            )
            return response_id, text, generator

        return read

    def _row_key(self, row: Row) -> str:
        if "pair_id" not in self._plan.fields:
            return str(self._number)
        key = self._pair_id(row)
        if key is None:
            raise CellError(
                "there is no pair id",
                column=self._plan.fields["pair_id"].column,
                expected="an id in every row, or --map pair_id= to number the rows",
            )
        return key

    def _add_value(self, batch: Batch, response_id: str, factor: FactorPlan, cell: object) -> None:
        value = cells.number(cell, factor.cells.column, "a number, or nothing")
        if value is not None:
            batch.add_factor_value(
                response_id, factor.name, value, self._extractor, place=self._place
            )
            self._factors.note(factor.name, value)

    def _text(self, name: str) -> Callable[[Row], str | None]:
        """Make the reader of a field's text; of none, where the field has no column."""
        mapped = self._plan.fields.get(name)
        if mapped is None:
            return lambda row: None
        column, find = mapped.column, mapped.reader()
        within = (
            conversations.response_text
            if name.startswith("response")
            else conversations.prompt_text
        )

        def read(row: Row) -> str | None:
            cell = find(row)
            if type(cell) is list:
                cell = within(cell)
            if cell is True or cell is False:
                self._booleans.setdefault(column, Places()).add(self._place)
            return cells.text(cell, column)

        return read

    def _name(self, name: str) -> Callable[[Row], str | None]:
        """Make the reader of a field of which an empty text says nothing."""
        mapped = self._plan.fields.get(name)
        if mapped is None:
            return lambda row: None
        column, find = mapped.column, mapped.reader()
        return lambda row: cells.name(find(row), column)


@dataclass(slots=True)
class Places:
    """Where something was met: how often, and the first few places."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, place: str) -> None:
        """Count one more."""
        self.count += 1
        if self.count <= 5:
            self.first.append(place)

    def __str__(self) -> str:
        more = f" and {self.count - 5} more" if self.count > 5 else ""
        return ", ".join(self.first) + more
