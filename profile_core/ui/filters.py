"""The filter bar: the same words in the same order on every page that shows pairs.

Its state is the address's: `task`, `scenario`, `setting`, `generator`, `where`, `labels`.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from profile_core.analysis import conditions, pair_values
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import LabelSet
from profile_core.ui import frame

_LABELS_OFFERED = (LabelSet.AUTOMATIC, LabelSet.CORRECTED)
_EXAMPLE = "length_a > 100 AND choice_human = 'a'"
WHERE_HELP = (
    "A condition over the pair view, as for `--where`: columns, numbers, 'text', AND, OR, NOT, "
    "IN, BETWEEN, LIKE, IS NULL. `profile-core info --columns` lists the columns."
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a page is to show, as the bar stands."""

    where: str | None
    """The whole condition, ready for `where=` anywhere; not yet checked."""
    labels: LabelSet
    words: tuple[str, ...]
    """What it keeps, phrase by phrase."""

    def sentence(self, kept: int, of: int) -> str:
        """Say what is shown: `612 of 999 pairs, summarization only, corrected labels`."""
        shown = f"{numbers.count(kept)} of {numbers.counted(of, 'pair')}"
        return ", ".join((shown, *self.words, f"{self.labels} labels"))


def bar(study: Study, *, with_setting: bool = True, with_labels: bool = True) -> Filter:
    """Draw the bar and return what it says."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="filter-bar"):
        chosen = {
            column: _choice(study, column, label, none)
            for column, label, none in (
                ("task", "Task", "All tasks"),
                ("scenario", "Scenario", "All scenarios"),
                ("setting", "Setting", "Both settings"),
            )
            if with_setting or column != "setting"
        }
        generator = _generator(study)
        where = st.text_input(
            "Condition",
            key="where",
            bind="query-params",
            placeholder=_EXAMPLE,
            help=WHERE_HELP,
            width=320,
        )
        labels = _labels() if with_labels else LabelSet.AUTOMATIC
    parts = [conditions.equals(column, value) for column, value in chosen.items() if value]
    if generator:
        parts.append(
            f"{conditions.equals('generator_a', generator)} OR "
            f"{conditions.equals('generator_b', generator)}"
        )
    words = [f"{value} only" for value in chosen.values() if value]
    words += [f"a text by {generator}"] if generator else []
    words += [f"where {where.strip()}"] if where.strip() else []
    return Filter(conditions.all_of([*parts, where]), labels, tuple(words))


def state(chosen: Filter, kept: int, of: int) -> None:
    """Draw the state sentence of a filtered view."""
    frame.state(chosen.sentence(kept, of))


def _choice(study: Study, column: str, label: str, none: str) -> str | None:
    known = _values(study, column)
    if not known:
        return None
    return st.selectbox(
        label,
        known,
        index=None,
        key=column,
        bind="query-params",
        placeholder=none,
        width=180,
    )


def _generator(study: Study) -> str | None:
    known = sorted({*_values(study, "generator_a"), *_values(study, "generator_b")})
    if len(known) < 2:
        return None
    return st.selectbox(
        "Written by",
        known,
        index=None,
        key="generator",
        bind="query-params",
        placeholder="Anybody",
        width=180,
    )


def _labels() -> LabelSet:
    return st.selectbox(
        "Labels",
        _LABELS_OFFERED,
        key="labels",
        bind="query-params",
        format_func=str,
        help="Which factor values are used: as measured, or with people's corrections.",
        width=140,
    )


def _values(study: Study, column: str) -> list[str]:
    return _cached_values(study.key, study.versions().data, column, study)


@st.cache_data(max_entries=200, show_spinner=False)
def _cached_values(key: str, data_version: int, column: str, _study: Study) -> list[str]:
    return list(pair_values.values(_study, column))
