"""What a column can be mapped to, and the mapping as a value.

Fields are written as on the command line: `prompt`, `response_a`, `choice.human`,
`factor.fluency_a`, `meta.language`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from profile_core.errors import ImportRefused, UnknownName

PROMPT_FIELDS = ("prompt", "source_text", "task", "scenario", "prompt_id")
PAIR_FIELDS = (
    "pair_id",
    "response_a",
    "response_b",
    "generator_a",
    "generator_b",
    "score_level_a",
    "score_level_b",
    "response_id_a",
    "response_id_b",
)
SINGLE_FIELDS = ("response", "generator", "score_level", "response_id")
FIELDS = (*PROMPT_FIELDS, *PAIR_FIELDS, *SINGLE_FIELDS)
VERDICT_FAMILIES = ("choice", "probability", "reason")
FAMILIES = (*VERDICT_FAMILIES, "factor", "meta")

MEANINGS = {
    "prompt": "what was asked",
    "source_text": "the text that the prompt is about",
    "task": "the prompt's task",
    "scenario": "the prompt's scenario, such as its domain",
    "prompt_id": "the prompt's own id",
    "pair_id": "the pair's own id; else the row's number",
    "response_a, response_b": "the two responses of a pair",
    "generator_a, generator_b": "who wrote each of them",
    "score_level_a, score_level_b": "their score levels, 1 to 5",
    "response_id_a, response_id_b": "their own ids",
    "response": "the response, where a row is one and no pair",
    "generator": "who wrote it",
    "score_level": "its score level, 1 to 5",
    "response_id": "its own id",
    "choice.NAME": "what NAME preferred; NAME is who chose (human, gpt-4, ...)",
    "probability.NAME": "how likely NAME prefers a, 0 to 1",
    "reason.NAME": "why NAME chose so",
    "factor.F": "the value of factor F (of a single response)",
    "factor.F_a, factor.F_b": "its values of the responses of a pair",
    "meta.NAME": "anything else about the prompt, to filter and group by",
}
"""Every field in one phrase, for whoever maps by hand."""

_EXAMPLES = tuple(f"{family}.NAME" for family in FAMILIES)
_NAMED_EXAMPLES = {
    "choice": ("who chose", "human"),
    "probability": ("who chose", "gpt-4"),
    "reason": ("who chose", "human"),
    "factor": ("the factor", "fluency"),
    "meta": ("the metadata", "language"),
}
NAME_EXPECTED = "a name of at most 100 characters, without commas"


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column gives each field; the fields that were guessed are told apart."""

    columns: Mapping[str, str] = field(default_factory=dict)
    guessed: frozenset[str] = frozenset()

    @property
    def is_pairs(self) -> bool:
        """Whether a row is a pair, and not one response."""
        return any(name in self.columns for name in PAIR_FIELDS[1:3])

    def named(self, family: str) -> dict[str, str]:
        """Give the columns of one family of fields (`choice`, `factor`, ...) by name."""
        return {
            name.partition(".")[2]: column
            for name, column in self.columns.items()
            if name.startswith(f"{family}.")
        }

    def option(self) -> str:
        """Write the mapping as `--map` takes it."""
        return ",".join(f"{name}={column}" for name, column in self.columns.items())


def is_name(name: str) -> bool:
    """Tell whether a source or factor can have this name: commas separate names in commands."""
    return bool(name.strip()) and len(name) <= 100 and name.isprintable() and "," not in name


def check_field(name: str, column: str, file: str) -> None:
    """Refuse a field that there is not, naming the nearest ones."""
    family, dot, rest = name.partition(".")
    if name in FAMILIES:
        named, example = _NAMED_EXAMPLES[name]
        raise ImportRefused(
            file,
            f"--map {name} needs a name after a dot, {name}.NAME, where NAME is {named}",
            found=f"{name}={column}",
            expected=f"{name}.{example}={column or 'COLUMN'}",
        )
    if dot and family in FAMILIES:
        if not is_name(rest):
            raise ImportRefused(
                file, "a field needs a name after the dot", found=name, expected=NAME_EXPECTED
            )
    elif name not in FIELDS:
        raise ImportRefused(file, str(UnknownName("field to map to", name, FIELDS + _EXAMPLES)))


def sides(family_names: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Split `fluency_a` into factor, side and column; the side is empty where none is named."""
    for name, column in family_names.items():
        stem, _, side = name.rpartition("_")
        if stem and side in ("a", "b"):
            yield stem, side, column
        else:
            yield name, "", column
