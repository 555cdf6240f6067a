"""The filter bar: the same words in the same order on every page that shows pairs.

Its state is the address's: `task`, `scenario`, `setting`, `generator`, `where`, `labels` on the
browse page, and `influence.task` and so on elsewhere, since an address's names belong to one page.
A link may use the plain words on every page: they are taken over into the page's own names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from profile_core.analysis import conditions, pair_values
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import LabelSet
from profile_core.ui import asked, frame

_OF_PAIRS = (LabelSet.AUTOMATIC, LabelSet.CORRECTED)
"""The label sets in which each pair has values of its own; the others exist for influences only."""
VALUES_OF = {
    LabelSet.REVIEWED_ONLY: LabelSet.CORRECTED,
    LabelSet.PREDICTION_POWERED: LabelSet.AUTOMATIC,
}
"""Whose values a label set without values of its own counts pairs by (`analysis.planes.load`)."""
_OFFERED = {
    "alignment": tuple(LabelSet),
    "influence": tuple(LabelSet),
    "what_if": tuple(LabelSet),
    # Models are asked about texts; people's labels of them play no part.
    "judges": (LabelSet.AUTOMATIC,),
}
_LABELS_MEAN = {
    LabelSet.AUTOMATIC: "as measured",
    LabelSet.CORRECTED: "as measured, but where people gave a label, theirs",
    LabelSet.REVIEWED_ONLY: (
        "people’s labels alone, of the pairs that were drawn for review, weighted by how they were "
        "drawn"
    ),
    LabelSet.PREDICTION_POWERED: (
        "all pairs as measured, mended by what the drawn and reviewed pairs show of the error"
    ),
}
_WORTH_CHOOSING = 2
_WORDS = ("task", "scenario", "setting", "generator", "where", "labels")
_NOT_KNOWN = (
    ("task", "task", "all tasks are shown"),
    ("scenario", "scenario", "all scenarios are shown"),
    ("setting", "setting", "all settings are shown"),
    ("generator", "generator", "texts by all are shown"),
)
_EXAMPLE = "length_a > 100 AND setting = 'evaluation'"
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
    fields: Mapping[str, str] = field(default_factory=dict)
    """The bar's state by its fields' names, those that are empty left out."""

    def sentence(self, kept: int, of: int) -> str:
        """Say what is shown: `612 of 999 pairs, summarization only, corrected labels`."""
        shown = f"{numbers.count(kept)} of {numbers.counted(of, 'pair')}"
        return ", ".join((shown, *self.words, f"{self.labels} labels"))

    def address(self, page: str, *conditions_too: str | None) -> dict[str, str]:
        """Give the parameters that show the same filter on another page, narrowed further.

        A page that has no such label set gets the one by whose values pairs are counted.
        """
        where = conditions.all_of([self.fields.get("where"), *conditions_too])
        fields = {**self.fields, "where": where or ""}
        if self.labels not in offered(page):
            fields["labels"] = _told(VALUES_OF[self.labels])
        return {parameter(page, name): value for name, value in fields.items() if value}


def parameter(page: str, name: str) -> str:
    """Name a field of the bar in a page's address: bare on the browse page, which links open."""
    return name if page == "browse" else f"{page}.{name}"


def bar(study: Study, page: str) -> Filter:
    """Draw the bar of a page and return what it says."""
    asked.take_over({word: parameter(page, word) for word in _WORDS})
    known = {
        **{name: _values(study, name) for name in ("task", "scenario", "setting")},
        "generator": _generators(study),
    }
    remarks = [
        asked.remark(parameter(page, name), what, known[name], instead)
        for name, what, instead in _NOT_KNOWN
    ]
    remarks.append(_labels_remark(page))
    with st.container(horizontal=True, vertical_alignment="bottom", key="filter-bar"):
        chosen = {
            "task": _choice(page, "task", "Task", "All tasks", known["task"]),
            "scenario": _choice(page, "scenario", "Scenario", "All scenarios", known["scenario"]),
            "setting": _choice(page, "setting", "Setting", "Both settings", known["setting"]),
            "generator": _choice(page, "generator", "Written by", "Anybody", known["generator"]),
        }
        where = st.text_input(
            "Condition",
            key=parameter(page, "where"),
            bind="query-params",
            placeholder=_EXAMPLE,
            help=WHERE_HELP,
            width="stretch",
        ).strip()
        label_set = labels(page)
    asked.tell(remarks)
    parts = [_condition(name, value) for name, value in chosen.items() if value]
    words = [_phrase(name, value) for name, value in chosen.items() if value]
    fields = {**chosen, "where": where, "labels": _told(label_set)}
    return Filter(
        where=conditions.all_of([*parts, where]),
        labels=label_set,
        words=(*words, f"where {where}") if where else tuple(words),
        fields={name: value for name, value in fields.items() if value},
    )


def offered(page: str) -> tuple[LabelSet, ...]:
    """List the label sets that make sense on a page."""
    return _OFFERED.get(page, _OF_PAIRS)


def labels(page: str) -> LabelSet:
    """Draw the choice of a label set alone; nothing where there is nothing to choose."""
    sets = offered(page)
    if len(sets) < _WORTH_CHOOSING:
        return sets[0]
    meanings = "; ".join(f"{label_set}: {_LABELS_MEAN[label_set]}" for label_set in sets)
    chosen = st.selectbox(
        "Labels",
        [label_set.value for label_set in sets],
        key=parameter(page, "labels"),
        bind="query-params",
        help=f"Which factor values are used. {meanings[:1].upper()}{meanings[1:]}.",
        width=130 if sets == _OF_PAIRS else 190,
    )
    return LabelSet(chosen)


def state(chosen: Filter, kept: int, of: int) -> None:
    """Draw the state sentence of a filtered view."""
    frame.state(chosen.sentence(kept, of))


def _told(label_set: LabelSet) -> str:
    """Name a label set in an address, where the usual one is not named."""
    return "" if label_set is LabelSet.AUTOMATIC else label_set.value


def _labels_remark(page: str) -> str:
    options = [label_set.value for label_set in offered(page)]
    return asked.remark(
        parameter(page, "labels"),
        "labels",
        options,
        f"{options[0]} labels are used",
        asked.one_of(options),
    )


def _choice(page: str, name: str, label: str, none: str, known: list[str]) -> str | None:
    """Offer the values of a column; nothing where there is nothing to choose."""
    if len(known) < _WORTH_CHOOSING:
        return None
    return st.selectbox(
        label,
        known,
        index=None,
        key=parameter(page, name),
        bind="query-params",
        placeholder=none,
        width=160,
    )


def _condition(name: str, value: str) -> str | None:
    if name != "generator":
        return conditions.equals(name, value)
    return conditions.any_of(
        conditions.equals(column, value) for column in ("generator_a", "generator_b")
    )


def _phrase(name: str, value: str) -> str:
    return f"a text by {value}" if name == "generator" else f"{value} only"


def _generators(study: Study) -> list[str]:
    return sorted({*_values(study, "generator_a"), *_values(study, "generator_b")})


def _values(study: Study, column: str) -> list[str]:
    return _cached_values(study.key, study.versions().data, column, study)


@st.cache_data(max_entries=200, show_spinner=False)
def _cached_values(key: str, data_version: int, column: str, _study: Study) -> list[str]:
    return list(pair_values.values(_study, column))
