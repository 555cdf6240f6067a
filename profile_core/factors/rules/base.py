"""What every rule is given and what it gives back.

Owns the values (subject, evidence, measurement) and the reading of a response that all rules
share, so that a text is tokenised once however many factors are measured.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain

from profile_core.factors.rules.layout import without_code
from profile_core.factors.rules.numerals import amounts, list_marks, numeric_words
from profile_core.text.sentences import sentences
from profile_core.text.tokens import Span, content_keys, placed_words, words

EVIDENCE_CAP = 20


@dataclass(frozen=True, slots=True)
class Subject:
    """A response with what a rule may look at beside it."""

    text: str
    prompt: str = ""
    source_text: str | None = None
    task: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Places in the response that a value rests on: the first few, and how many there are."""

    spans: tuple[Span, ...]
    total: int

    def as_json(self) -> str:
        """Return `{"spans":[[start,end],...],"total":n}`, as short as it can be."""
        places = ("[%d,%d]," * len(self.spans))[:-1] % tuple(chain.from_iterable(self.spans))
        return f'{{"spans":[{places}],"total":{self.total}}}'

    def quotes(self, text: str) -> tuple[str, ...]:
        """Return the words of the response at the spans."""
        return tuple(text[start:end] for start, end in self.spans)


@dataclass(frozen=True, slots=True)
class Measurement:
    """A factor's value in one response; None is "not applicable", which is not 0."""

    factor: str
    value: float | None
    evidence: Evidence | None = None


Finding = tuple[float | None, Evidence | None]
NOT_APPLICABLE: Finding = (None, None)


@dataclass(frozen=True, slots=True)
class Rule:
    """How one factor is measured; a changed result needs a new version, so stale values show."""

    factor: str
    version: int
    measure: Callable[[Reading], Finding]


class Background:
    """The prompt and source of a response, read once for all responses to the same prompt."""

    def __init__(self, prompt: str, source_text: str | None) -> None:
        self.prompt = prompt
        self.source_text = source_text

    @cached_property
    def prompt_words(self) -> list[str]:
        """The words of the prompt."""
        return words(self.prompt)

    @cached_property
    def source_words(self) -> list[str]:
        """The words of the source; none where there is no source."""
        return words(self.source_text or "")

    @cached_property
    def prompt_keys(self) -> frozenset[str]:
        """The content words of the prompt."""
        return frozenset(content_keys(self.prompt_words)) - {""}

    @cached_property
    def source_counts(self) -> Counter[str]:
        """How often each content word occurs in the source."""
        return Counter(filter(None, content_keys(self.source_words)))

    @cached_property
    def source_keys(self) -> frozenset[str]:
        """The content words of the source."""
        return frozenset(self.source_counts)

    @cached_property
    def repeated_source_keys(self) -> frozenset[str]:
        """The content words that the source uses more than once: a sketch of its topic."""
        return frozenset(key for key, count in self.source_counts.items() if count > 1)

    @cached_property
    def amounts(self) -> frozenset[str]:
        """The numbers of prompt and source, in digits."""
        return amounts({*self.prompt_words, *self.source_words})


class Reading:
    """A subject cut into words and sentences, each part on first use."""

    def __init__(self, subject: Subject) -> None:
        self.text = subject.text
        self.task = subject.task
        self.background = background(subject.prompt, subject.source_text)

    @cached_property
    def _layout(self) -> tuple[str, int]:
        return without_code(self.text)

    @property
    def prose(self) -> str:
        """The text with fenced code blanked out; offsets are those of the text."""
        return self._layout[0]

    @property
    def code_blocks(self) -> int:
        """The number of fenced code blocks."""
        return self._layout[1]

    @cached_property
    def length(self) -> int:
        """The number of words between white space, code included."""
        return len(self.text.split())

    @cached_property
    def _placed_words(self) -> tuple[list[str], list[int]]:
        return placed_words(self.prose)

    @property
    def words(self) -> list[str]:
        """The words of the prose as written."""
        return self._placed_words[0]

    @property
    def starts(self) -> list[int]:
        """The offset of each word."""
        return self._placed_words[1]

    @cached_property
    def lower(self) -> list[str]:
        """The words in lower case, with straight apostrophes."""
        return "\n".join(self.words).lower().replace("’", "'").split("\n") if self.words else []

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The different words in lower case."""
        return frozenset(self.lower)

    @cached_property
    def keys(self) -> list[str]:
        """The content key of each word; "" for function words and the numbers of list items."""
        keys = content_keys(self.words)
        for number in self.list_marks:
            keys[number] = ""
        return keys

    @cached_property
    def _numeric_words(self) -> list[int]:
        return numeric_words(self.prose, self.words)

    @cached_property
    def list_marks(self) -> frozenset[int]:
        """The words that number list items, by their place among the words."""
        return list_marks(self.prose, self.words, self.starts, self._numeric_words)

    @cached_property
    def number_places(self) -> list[int]:
        """The words that are numbers, by their place among the words."""
        marks = self.list_marks
        return [place for place in self._numeric_words if place not in marks]

    @cached_property
    def sentences(self) -> list[Span]:
        """The places of the sentences."""
        return sentences(self.prose)

    @cached_property
    def first_words(self) -> list[int]:
        """The place among the words of each sentence's first one."""
        starts = self.starts
        return [bisect_left(starts, span.start) for span in self.sentences]

    @cached_property
    def opening_words(self) -> frozenset[int]:
        """The words that open a sentence, a list item's number aside."""
        marks = self.list_marks
        last = len(self.words) - 1
        return frozenset(min(first + (first in marks), last) for first in self.first_words)

    def at_words(self, places: Sequence[int]) -> Evidence | None:
        """Return where words stand, given by their place among the words; None for no words."""
        if not places:
            return None
        shown = places[:EVIDENCE_CAP]
        starts, found = self.starts, self.words
        spans = [Span(starts[place], starts[place] + len(found[place])) for place in shown]
        return Evidence(tuple(spans), len(places))

    def at_runs(self, runs: Sequence[tuple[int, int]]) -> Evidence | None:
        """Return where runs of words stand, each from its first to its last; None for no runs."""
        if not runs:
            return None
        starts, found = self.starts, self.words
        spans = [
            Span(starts[first], starts[last] + len(found[last]))
            for first, last in runs[:EVIDENCE_CAP]
        ]
        return Evidence(tuple(spans), len(runs))


@lru_cache(maxsize=16)
def background(prompt: str, source_text: str | None) -> Background:
    """Return the shared reading of a prompt; responses to one prompt usually follow one another."""
    return Background(prompt, source_text)
