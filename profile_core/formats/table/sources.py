"""What one source of preference says in a row of a table."""

from __future__ import annotations

from profile_core.formats.table import cells, words
from profile_core.formats.table.cells import CellError
from profile_core.formats.table.choices import is_blank
from profile_core.formats.table.mapping import SourcePlan
from profile_core.formats.table.paths import Row
from profile_core.store.records import Batch, source_id
from profile_core.types import Choice, SourceKind


class SourceReader:
    """Reads the choice, probability and reason of one source, row after row."""

    def __init__(self, plan: SourcePlan) -> None:
        self._plan = plan
        self._key = source_id(plan.kind, plan.name)
        self._find_choice = plan.choice.reader() if plan.choice else None
        self._find_probability = plan.probability.reader() if plan.probability else None
        self._find_reason = plan.reason.reader() if plan.reason else None
        # Few words occur, so each is brought into its normal form once.
        self._seen: dict[str, Choice] = {}

    def add_to(self, batch: Batch) -> None:
        """Add the source itself."""
        is_judge = self._plan.kind is SourceKind.JUDGE
        batch.add_source(
            self._plan.kind, self._plan.name, model=self._plan.name if is_judge else None
        )

    def add(
        self,
        batch: Batch,
        pair_id: str,
        row: Row,
        texts: tuple[str, str],
        generators: tuple[str | None, str | None],
        place: str,
    ) -> None:
        """Add what the source says of a pair; raise CellError for a word without a meaning."""
        plan = self._plan
        probability = (
            cells.probability(self._find_probability(row), plan.probability.column)
            if self._find_probability and plan.probability
            else None
        )
        choice = (
            self._choice(self._find_choice(row), texts, generators)
            if self._find_choice
            else _likelier(probability)
        )
        batch.add_preference(
            pair_id,
            self._key,
            choice,
            probability=probability,
            reason=cells.text(self._find_reason(row), plan.reason.column) or None
            if self._find_reason and plan.reason
            else None,
            place=place,
        )

    def _choice(
        self, cell: object, texts: tuple[str, str], generators: tuple[str | None, str | None]
    ) -> Choice | None:
        vocabulary = self._plan.vocabulary
        if vocabulary.is_always_a:
            return Choice.A
        if is_blank(cell):
            return None
        if isinstance(cell, str) and cell in self._seen:
            return self._seen[cell]
        if vocabulary.repeats_text:
            chosen = _side_of(cell, texts)
        else:
            word = words.normal(cell)
            chosen = vocabulary.words.get(word)
            if chosen and isinstance(cell, str):
                self._seen[cell] = chosen
            elif chosen is None and vocabulary.names_generators:
                a, b = generators
                chosen = _side_of(word, (words.normal(a), words.normal(b)))
        if chosen is None:
            raise CellError(
                "is no choice",
                column=self._plan.choice.column if self._plan.choice else "",
                found=cell,
                expected=f"{self._plan.meaning}, or {words.ADVICE}",
            )
        return chosen


def _side_of(said: object, sides: tuple[object, object]) -> Choice | None:
    """Tell which of two things is meant; of two that are the same, neither is."""
    if sides[0] == sides[1]:
        return Choice.TIE if said == sides[0] else None
    return Choice.A if said == sides[0] else Choice.B if said == sides[1] else None


def _likelier(probability: float | None) -> Choice | None:
    if probability is None:
        return None
    return Choice.TIE if probability == 0.5 else Choice.A if probability > 0.5 else Choice.B
