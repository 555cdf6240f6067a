"""Guessing from names and values what the columns of a table are.

A guess is a proposal: it is printed, and whatever the user says replaces it field by field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from profile_core.formats.table import paths
from profile_core.formats.table.choices import examine, says_chosen
from profile_core.formats.table.fields import (
    FAMILIES,
    PAIR_FIELDS,
    PROMPT_FIELDS,
    SINGLE_FIELDS,
    ColumnMapping,
    is_name,
)

_PROMPT = (
    "prompt instruction question query user_prompt user_input user_query user_message input "
    "problem goal request history prompt_text post dialogue dialog conversation source document "
    "article"
)
_ABOUT_PROMPT = {
    "source_text": "source_text source_document context passage passages document article source "
    "reference_text input background knowledge fact",
    "task": "task task_type task_name category",
    "scenario": "scenario domain subtask sub_task subcategory subset",
    "prompt_id": "prompt_id question_id query_id instruction_id task_id",
}
_RESPONSE = (
    "response output answer completion system_output model_output model_response generation reply "
    "summary candidate hypothesis prediction text"
)
_GENERATOR = "generator model system system_id model_name model_id author assistant"
_RESPONSE_ID = "response_id output_id answer_id"
_PAIR_ID = "pair_id comparison_id id idx index uid uuid example_id sample_id"
_REASON = "reason explanation rationale justification critique"

_CHOSEN = ("chosen", "rejected")
_ENDS = (("a", "b"), ("1", "2"), ("0", "1"), ("left", "right"), ("first", "second"), _CHOSEN)

_WORD = re.compile(r"[a-z]+|\d+")
_PEOPLE = re.compile(r"human|people|annotator|crowd|label|winner|preference")
# The pair view names a source's column so; `preference` says that people chose, and stays.
_OF_SOURCE = re.compile(r"^choice[_.]", re.IGNORECASE)
_CHOICE = re.compile(
    r"human|people|annotator|crowd|label|winner|prefer|choice|better|best|verdict|judge|vote|gold"
)


def says_people(name: str) -> bool:
    """Tell whether a column's or source's name says that people chose."""
    return bool(_PEOPLE.search(_plain(name)))


def guess(
    columns: Sequence[str], sample: Sequence[paths.Row], told: Mapping[str, str]
) -> ColumnMapping:
    """Map columns to fields; `told` is what the user said, which stands and is built upon.

    A field told as an empty column stays unmapped. A guess gives a column one field only.
    """
    guesser = _Guesser(columns, sample, told)
    guesser.take_responses()
    guesser.take_named_as_fields()
    if guesser.is_pairs:
        guesser.take_twins("generator", _GENERATOR.split())
        guesser.take_twins("score_level", ["level"])
    else:
        guesser.take("generator", _GENERATOR.split())
        guesser.take("response_id", _RESPONSE_ID.split())
    guesser.take("prompt", _PROMPT.split())
    for name, candidates in _ABOUT_PROMPT.items():
        guesser.take(name, candidates.split())
    if guesser.is_pairs:
        guesser.take_row_key()
        guesser.take_choices()
    return ColumnMapping(
        guesser.mapping, frozenset(name for name in guesser.mapping if name not in told)
    )


class _Guesser:
    """A mapping in the making, and the columns that no field has yet."""

    def __init__(
        self, columns: Sequence[str], sample: Sequence[paths.Row], told: Mapping[str, str]
    ) -> None:
        self.mapping = {name: column for name, column in told.items() if column}
        self._told = told
        self._sample = sample
        used = {column for name, column in told.items() if not _is_chosen_too(name, column)}
        self._free = {column: _plain(column) for column in columns if column not in used}

    @property
    def is_pairs(self) -> bool:
        return "response_a" in self.mapping or "response_b" in self.mapping

    def take_responses(self) -> None:
        """Map two columns that differ by side alone to a pair's responses, else one to its own."""
        if not self.is_pairs and "response" not in self.mapping:
            self.take_twins("response", (*_RESPONSE.split(), ""))
            if not self.is_pairs:
                self.take("response", _RESPONSE.split())
        for column in self._told.values():
            self._free.pop(column, None)

    def take_named_as_fields(self) -> None:
        """Take columns that are called as a field is, of those that rows of this kind can have."""
        alone = PAIR_FIELDS if self.is_pairs else SINGLE_FIELDS
        families = FAMILIES if self.is_pairs else ("factor", "meta")
        for column in tuple(self._free):
            family, _, rest = column.partition(".")
            is_sided = family != "factor" or not self.is_pairs or rest.endswith(("_a", "_b"))
            if column in (*PROMPT_FIELDS, *alone) or (family in families and rest and is_sided):
                self._give(column, column)

    def take(self, name: str, candidates: Iterable[str]) -> None:
        """Map a field to the first candidate that is a free column."""
        for candidate in candidates:
            column = self._named(candidate)
            if column is not None:
                self._give(name, column)
                return

    def take_twins(self, name: str, nouns: Sequence[str]) -> None:
        """Map a field's sides to two columns that differ by one word: `answer_a`, `answer_b`."""
        if f"{name}_a" in self.mapping or f"{name}_b" in self.mapping:
            return
        words_of = {column: tuple(_WORD.findall(plain)) for column, plain in self._free.items()}
        for ends in _ENDS:
            sides = [
                {_without(words, end): column for column, words in words_of.items() if end in words}
                for end in ends
            ]
            for noun in nouns:
                for common in (common for common in sides[0] if common in sides[1]):
                    if _noun(common) == noun and (noun or ends is _CHOSEN):
                        self._give(f"{name}_a", sides[0][common])
                        self._give(f"{name}_b", sides[1][common])
                        return

    def take_row_key(self) -> None:
        """Map the pair's id to a column that names each row of the sample differently."""
        for candidate in _PAIR_ID.split():
            column = self._named(candidate)
            path = paths.resolve(self._sample, column) if column else None
            if column is None or path is None:
                continue
            cells = [paths.look_up(row, path) for row in self._sample]
            if all(isinstance(cell, str | int) for cell in cells) and len(set(cells)) == len(cells):
                self._give("pair_id", column)
                return

    def take_choices(self) -> None:
        """Map the columns that hold choices, and the reason if there is one source only."""
        found = [column for column in self._free if self._holds_choices(column)]
        sources = {column: _source_of(column) for column in found}
        by_people = [column for column, source in sources.items() if says_people(source)]
        for column, source in sources.items():
            is_the_human = by_people == [column] and "choice.human" not in self.mapping
            name = f"choice.{'human' if is_the_human else source}"
            self._give(f"choice.{column}" if name in self.mapping else name, column)
        chosen = self.mapping.get("response_a", "")
        names = [name for name in self.mapping if name.startswith("choice.")]
        if not names and says_chosen(chosen):
            self._give("choice.human", chosen)
        elif len(names) == 1:
            self.take(f"reason.{names[0].partition('.')[2]}", _REASON.split())

    def _holds_choices(self, column: str) -> bool:
        if not is_name(column):
            return False
        looked_at = examine(column, self.mapping, self._sample)
        if _CHOICE.search(self._free[column]):
            # A short mark that could mean two things is taken too, so that it is asked about.
            return looked_at.vocabulary is not None or looked_at.is_short
        words = looked_at.found - {"0", "1", "2"}
        return looked_at.vocabulary is not None and not looked_at.strays and len(words) > 1

    def _named(self, candidate: str) -> str | None:
        for column, plain in self._free.items():
            if plain == candidate:
                return column
        return None

    def _give(self, name: str, column: str) -> None:
        if name not in self._told and name not in self.mapping:
            self.mapping[name] = column
            self._free.pop(column, None)


def _is_chosen_too(name: str, column: str) -> bool:
    """Tell whether a told column may be a response beside: `choice.kim=chosen` says who chose."""
    return name.startswith("choice.") and says_chosen(column)


def _source_of(column: str) -> str:
    """Name the source of a choice column: `choice_kim`, as the pair view calls it, is kim's."""
    source = _OF_SOURCE.sub("", column)
    return source if is_name(source) else column


def _without(words: tuple[str, ...], end: str) -> tuple[str, ...]:
    at = words.index(end)
    return words[:at] + words[at + 1 :]


def _noun(words: tuple[str, ...]) -> str:
    """Give the word that says what a column holds: the last, a generator's `name` or `id` aside."""
    if words[-1:] in (("name",), ("id",)) and words[-2:-1] and words[-2] in _GENERATOR.split():
        words = words[:-1]
    return words[-1] if words else ""


def _plain(name: str) -> str:
    """Bring a column's name into one form: `responseA`, `Response A` and `response_a` are one."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
