"""Mapping a table's columns to fields: guessed, shown with the first rows, and editable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from profile_core.errors import ImportRefused
from profile_core.formats import table
from profile_core.formats.spec import ImportOptions
from profile_core.formats.table import Preview
from profile_core.formats.table.fields import FIELDS, ColumnMapping
from profile_core.types import SourceKind
from profile_core.ui import frame, tables, text

_ABOUT_PROMPT = ("source_text", "task", "scenario")
_ALWAYS_PAIRS = (
    *("prompt", "response_a", "response_b"),
    *_ABOUT_PROMPT,
    *("pair_id", "generator_a", "generator_b"),
)
_UNDECIDED = ("prompt", "response_a", "response_b", "response")
_CHOICE = "choice.human"
_ALWAYS_SINGLE = ("prompt", "response", *_ABOUT_PROMPT, "generator", "score_level")
_FAMILIES = ["choice.NAME", "reason.NAME", "probability.NAME", "factor.NAME", "meta.NAME"]
_KINDS = [kind.value for kind in SourceKind if kind is not SourceKind.GENERATOR]
_LONGEST = 300
_IN_A_ROW = 3


def draw(path: Path, options: ImportOptions) -> ImportOptions | None:
    """Draw the mapping and return it as options; None where the file or the mapping will not do."""
    try:
        guessed = table.preview(path, options)
    except ImportRefused as refusal:
        frame.problem(refusal)
        return None
    frame.section(
        "What the columns are",
        "Guessed from their names; change what is wrong. Fields with a dot take a name of their "
        "own: choice.gpt-4, factor.fluency_a, meta.language.",
    )
    told = _mapping(path, guessed)
    values = _vocabulary(path)
    options = ImportOptions(options.dataset, told, values)
    shown = table.preview(path, options)
    kinds = _kinds(path, shown)
    options = ImportOptions(options.dataset, told, values, kinds)
    return options if _shown(table.preview(path, options)) else None


def _mapping(path: Path, guessed: Preview) -> dict[str, str]:
    mapping = guessed.mapping.columns
    always = _always(guessed.mapping)
    fields = [*always, *(name for name in mapping if name not in always)]
    added = st.session_state.setdefault(f"added-fields-{path}", [])
    told = {}
    for name, cell in zip([*fields, *added], _cells(len(fields) + len(added)), strict=True):
        with cell:
            told[name] = _column(path, name, mapping.get(name), guessed)
    _add_field(path, added, [*fields, *added])
    return {name: column for name, column in told.items() if column or name in mapping}


def _always(mapping: ColumnMapping) -> tuple[str, ...]:
    """Name the fields that are offered even where nothing is guessed for them."""
    if not mapping.is_pairs and "response" in mapping.columns:
        return _ALWAYS_SINGLE
    fields = _ALWAYS_PAIRS if mapping.is_pairs else (*_UNDECIDED, *_ABOUT_PROMPT)
    has_choice = mapping.named("choice") or mapping.named("probability")
    return fields if has_choice else (*fields[:3], _CHOICE, *fields[3:])


def _column(path: Path, name: str, guess: str | None, guessed: Preview) -> str:
    columns = list(guessed.columns)
    chosen = st.selectbox(
        text.label(name),
        columns,
        index=columns.index(guess) if guess in columns else None,
        key=f"column-{path}-{name}",
        placeholder="not in this file",
        accept_new_options=True,
    )
    return chosen or ""


def _add_field(path: Path, added: list[str], known: list[str]) -> None:
    def add() -> None:
        name = (st.session_state[key] or "").strip()
        if name and name not in known and name not in _FAMILIES:
            added.append(name)
        st.session_state[key] = None

    key = f"field-{path}"
    st.selectbox(
        "Map another field",
        [name for name in (*FIELDS, *_FAMILIES) if name not in known],
        index=None,
        key=key,
        on_change=add,
        accept_new_options=True,
        placeholder="type a field, such as factor.fluency_a",
        width=320,
    )


def _vocabulary(path: Path) -> Mapping[str, str]:
    """Ask for the words of the choice columns; left empty, they are guessed."""
    with st.expander("Words that mean a, b and tie"):
        frame.note(
            "How a choice is read stands below, under who chose. Say here what the words mean if "
            "it is not what is meant."
        )
        with st.container(horizontal=True):
            words = {
                choice: st.text_input(choice, key=f"word-{choice}-{path}", width=160).strip()
                for choice in ("a", "b", "tie")
            }
    return {choice: word for choice, word in words.items() if word}


def _kinds(path: Path, shown: Preview) -> dict[str, SourceKind]:
    if not shown.sources:
        return {}
    frame.section("Who chose", "People, a judge (a model), or labels that are true by design.")
    kinds = {}
    for source, cell in zip(shown.sources, _cells(len(shown.sources)), strict=True):
        with cell:
            chosen = st.selectbox(
                text.label(source.name),
                _KINDS,
                index=_KINDS.index(source.kind),
                key=f"kind-{path}-{source.name}",
            )
            kinds[source.name] = SourceKind(chosen)
            column = f"column {source.column}: " if source.column else ""
            frame.note(f"{column}{source.meaning}")
    return kinds


def _cells(number: int) -> Iterator[DeltaGenerator]:
    """Lay out places row by row, so that the keyboard goes through them as the eye does."""
    for first in range(0, number, _IN_A_ROW):
        yield from st.columns(_IN_A_ROW, gap="medium")[: number - first]


def _shown(preview: Preview) -> bool:
    """Draw the first rows as they would be read; tell whether the import can go ahead."""
    for problem in preview.problems:
        frame.refused(
            problem, "Change the mapping or the words above, or mend the file and upload it again."
        )
    frame.warnings(preview.warnings)
    if preview.rows:
        frame.section("The first rows", "As they would be read, before anything is written.")
        tables.grid(_examples(preview.rows), alt="The first rows of the file by field")
    if preview.unused:
        frame.note(f"Columns that are left out: {', '.join(preview.unused)}.")
    return not preview.problems


def _examples(rows: Iterable[Mapping[str, object]]) -> list[dict[str, str]]:
    return [
        {name: "" if cell is None else str(cell)[:_LONGEST] for name, cell in row.items()}
        for row in rows
    ]
