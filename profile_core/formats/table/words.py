"""What the words of a choice column mean: a, b or tie.

The words are guessed from the values that occur, by families that belong together, and refused
where two readings are possible: 0 and 1 alone may be a and b, or tie and a.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from profile_core.errors import ImportRefused
from profile_core.types import Choice

_TIES = (
    "tie",
    "tied",
    "draw",
    "equal",
    "same",
    "both",
    "neither",
    "tie (bothbad)",
    "bothbad",
    "both bad",
    "both good",
    "no preference",
    "a=b",
)
_A = ("a", "first", "left", "a>b", "a>>b")
_B = ("b", "second", "right", "b>a", "b>>a")
_STEMS = (
    *("response", "output", "answer", "completion", "generation", "text", "summary", "reply"),
    *("model", "assistant", "system", "candidate", "option"),
)
_WORDS = {
    **dict.fromkeys(_TIES, Choice.TIE),
    **dict.fromkeys(_A, Choice.A),
    **dict.fromkeys(_B, Choice.B),
    **{
        f"{stem}{between}{end}": choice
        for stem in _STEMS
        for between in ("", "_", " ", "-")
        for end, choice in (("a", Choice.A), ("b", Choice.B), ("1", Choice.A), ("2", Choice.B))
    },
}
_DIGITS = {"1": Choice.A, "2": Choice.B, "0": Choice.TIE}
# What tells `answer_0` from `answer_1`, or `reply-x` from `reply-y`.
_END = re.compile(r"(?:(?<=[^a-z])[a-z]|\d+)$")
ADVICE = "--values a=...,b=...,tie=... to say what the words mean (several words: a=1|first)"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How the values of one choice column are read; words are in the form of `normal`."""

    words: Mapping[str, Choice] = field(default_factory=dict)
    names_generators: bool = False
    """A value may be the name of the generator of the row's preferred response."""
    repeats_text: bool = False
    """A value may be the preferred text itself."""
    is_always_a: bool = False
    """The column is response a itself, as `chosen` is: it is preferred by being there."""

    def meaning(self, found: Collection[str]) -> str:
        """Say in a few words how the values that were found are read."""
        if self.is_always_a:
            return (
                "a always: the column is the preferred response; the file does not say who chose it"
            )
        if self.repeats_text:
            return "the preferred text"
        said = {
            choice: "|".join(sorted(word for word in found if self.words.get(word) is choice))
            for choice in Choice
        }
        text = ",".join(f"{choice}={words}" for choice, words in said.items() if words)
        if self.names_generators:
            return f"the preferred generator's name{', ' if text else ''}{text}"
        return text


def normal(value: object) -> str:
    """Bring a cell into the form in which words are compared: `[[A]]`, ` a ` and `A` are one."""
    text = str(value).strip().casefold()
    if text.startswith("[[") and text.endswith("]]"):
        text = text[2:-2]
    if text.endswith(".0") and text[:-2].lstrip("-").isdecimal():
        text = text[:-2]
    return text


def told(values: Mapping[str, str], file: str) -> Vocabulary:
    """Read `--values a=1,b=2,tie=0`; exactly these words are then allowed."""
    words: dict[str, Choice] = {}
    for name, said in values.items():
        if name not in set(Choice):
            raise ImportRefused(
                file, "--values names no choice", found=name, expected="a, b or tie"
            )
        for word in said.split("|"):
            if words.setdefault(normal(word), Choice(name)) != name:
                raise ImportRefused(file, "--values gives one word two meanings", found=word)
    if not {Choice.A, Choice.B} <= set(words.values()):
        raise ImportRefused(
            file, "--values must say what a and b are", expected="--values a=...,b=...,tie=..."
        )
    return Vocabulary(words)


def guess(
    found: Collection[str],
    *,
    columns: tuple[tuple[str | None, str | None], ...],
    generator_names: Collection[str],
) -> Vocabulary | None:
    """Guess the meaning of normalised values; None if no family has a word for a or b in them.

    A family with all the values goes before one with some: the others are strays, and refused in
    their rows.

    `columns` are the names of the responses' and of the generators' columns: a value may repeat
    one of them, or its end.
    """
    words = dict(_WORDS)
    for two in columns:
        words |= _column_words(two)
    if "2" in found and not words.keys() & _DIGITS.keys():
        words |= _DIGITS
    names = set(generator_names)
    ties = dict.fromkeys(_TIES, Choice.TIE)
    by_word, by_name = Vocabulary(words), Vocabulary(ties, names_generators=True)
    if set(found) <= words.keys():
        return by_word
    if set(found) <= names | ties.keys():
        return by_name
    if any(words.get(word, Choice.TIE) is not Choice.TIE for word in found):
        return by_word
    return by_name if names & set(found) else None


def _column_words(columns: tuple[str | None, str | None]) -> dict[str, Choice]:
    """Read a value that names a column, or the end by which two columns differ."""
    first, second = columns
    if not first or not second:
        return {}
    words = {normal(first): Choice.A, normal(second): Choice.B}
    end_a, end_b = (_END.search(column.casefold()) for column in (first, second))
    if end_a and end_b and end_a[0] != end_b[0]:
        words |= {end_a[0]: Choice.A, end_b[0]: Choice.B}
        if (end_a[0], end_b[0]) == ("1", "2"):
            words["0"] = Choice.TIE
    return words
