"""The columns of the pair view: what filters, scenarios and links may speak of.

Names come from data, so they are made safe here, once, and the same way each time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

FIXED = {
    "pair_id": "identity of the pair",
    "prompt_id": "identity of the prompt",
    "dataset": "data set that the pair came with",
    "task": "task of the prompt",
    "scenario": "scenario of the prompt",
    "setting": "generation or evaluation",
    "generator_a": "who wrote response a",
    "generator_b": "who wrote response b",
    "score_level_a": "score level that response a was written for",
    "score_level_b": "score level that response b was written for",
}

INTERNAL = frozenset({"pair_no", "prompt_no", "seq", "response_a", "response_b"})
"""Columns that the table has for its own use, so that no factor's column may take their names."""


class Role(StrEnum):
    """What a column of the pair view holds."""

    FIXED = "fixed"
    META = "meta"
    FACTOR_A = "factor_a"
    FACTOR_B = "factor_b"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the pair view."""

    name: str
    role: Role
    of: str
    """The factor, source id or metadata field that it stands for; a fixed column's own name."""
    means: str


def pair_columns(
    meta_fields: Iterable[str], factors: Iterable[str], sources: Iterable[tuple[str, str]]
) -> tuple[Column, ...]:
    """Name the columns for metadata fields, factors, and sources given as (source id, name).

    Names are lower-cased, other characters become `_`, and a collision gets the first free
    suffix `_2`, `_3`, ...; the order of what is given does not matter.
    """
    taken = {*FIXED, *INTERNAL}
    columns = [Column(name, Role.FIXED, name, means) for name, means in FIXED.items()]
    for field in sorted(meta_fields):
        name = _free(f"meta_{_safe(field)}", taken)
        columns.append(Column(name, Role.META, field, f"the prompt's {field}"))
    for factor in sorted(factors):
        for role, side in ((Role.FACTOR_A, "a"), (Role.FACTOR_B, "b")):
            name = _free(f"{_safe(factor)}_{side}", taken)
            columns.append(Column(name, role, factor, f"{factor} of response {side}"))
    for identity, source in sorted(sources):
        name = _free(f"choice_{_safe(source)}", taken)
        kind = identity.partition(":")[0]
        columns.append(
            Column(name, Role.CHOICE, identity, f"choice of the {kind} {source}: a, b, tie or null")
        )
    return tuple(columns)


def _safe(name: str) -> str:
    return re.sub(r"[^a-z0-9_]", "_", name.lower())


def _free(name: str, taken: set[str]) -> str:
    free, number = name, 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    taken.add(free)
    return free
