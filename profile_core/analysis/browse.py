"""Which pairs a view shows, and in what order: filters, search, relations of choice and factor.

Nothing here reads a text: words are looked for by the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from profile_core.analysis import drawn_influence, pair_order, relations
from profile_core.analysis.pair_order import Order
from profile_core.analysis.planes import StudyPlanes, load
from profile_core.analysis.reference import reference
from profile_core.analysis.relations import Bools, Relation, codes_of, entries_of, unpacked
from profile_core.errors import NotEstimable
from profile_core.store import label_states, pair_lists
from profile_core.store.pair_lists import NO_CHOICE, Summary
from profile_core.store.study import Study
from profile_core.types import LabelSet


class Agreement(StrEnum):
    """Whether the sources that chose on a pair chose alike."""

    AGREE = "sources agree"
    DIFFER = "sources differ"
    AGAINST_REFERENCE = "against the reference"


class LabelState(StrEnum):
    """Where people's labels of either response stand, for the view's factor or any."""

    UNLABELLED = "not labelled"
    LABELLED = "labelled by people"
    CHANGED = "changed by people"
    """The label in force is not the automatic value that it was given for."""
    DISPUTED = "disputed"
    """Labels differ, and nobody has settled it."""
    REVIEWED = "drawn and reviewed"
    """Of a completed draw, with people's values for both responses: what estimates rest on."""


@dataclass(frozen=True, slots=True)
class View:
    """What to show; the defaults show every pair in the order of import."""

    where: str | None = None
    labels: LabelSet = LabelSet.AUTOMATIC
    words: str = ""
    """Looked for in prompts, source texts and responses, whatever the case."""
    source: str | None = None
    """Without a relation: the pairs on which it chose."""
    factor: str | None = None
    relation: Relation | None = None
    agreement: Agreement | None = None
    label_state: LabelState | None = None
    order: Order = Order.IMPORT


@dataclass(frozen=True, slots=True)
class Found:
    """The pairs of a view, by their places, in its order."""

    pair_nos: npt.NDArray[np.int64]
    of: int
    """Pairs in the study."""


_STATES_IN_WORDS = {
    LabelState.UNLABELLED: "not labelled by people",
    LabelState.LABELLED: "labelled by people",
    LabelState.CHANGED: "changed by people",
    LabelState.DISPUTED: "people’s labels in dispute",
    LabelState.REVIEWED: "drawn for review and labelled",
}


def in_words(view: View, factor_title: str | None = None) -> tuple[str, ...]:
    """Say phrase by phrase what a view keeps beyond its condition, for the state sentence."""
    phrases = [relations.in_words(view.source, factor_title or view.factor, view.relation)]
    phrases.append(str(view.agreement) if view.agreement else "")
    if view.label_state:
        phrases.append(_STATES_IN_WORDS[view.label_state])
    phrases.append(f"with the words “{view.words.strip()}”" if view.words.strip() else "")
    return tuple(phrase for phrase in phrases if phrase)


def browse(study: Study, view: View) -> Found:
    """Find the pairs of a view.

    Raises UnknownName for a source or factor that is not there, PredicateError for a condition
    that is not allowed, NotEstimable for a relation without what it needs.
    """
    planes = load(study, view.labels)
    kept = unpacked(planes, planes.mask(view.where))
    if view.source or view.factor:
        kept &= relations.related(planes, view.source, view.factor, view.relation)
    if view.words.strip():
        kept &= _places(planes, pair_lists.search(study, planes.wide, view.words.strip()))
    if view.label_state:
        kept &= _labelled(planes, view.label_state, view.factor)
    if view.agreement:
        kept &= _agreeing(planes, view.agreement, view.source)
    places = np.flatnonzero(kept)
    keys = pair_order.sort_keys(planes, view.order, view.source, view.factor, view.where)
    order = np.lexsort([key[places] for key in keys])
    return Found(places[order], planes.planes.pairs)


def _labelled(planes: StudyPlanes, state: LabelState, factor: str | None) -> Bools:
    if state is LabelState.REVIEWED:
        return _places(planes, _reviewed(planes.study, factor))
    found = {
        LabelState.UNLABELLED: label_states.labelled_pairs,
        LabelState.LABELLED: label_states.labelled_pairs,
        LabelState.CHANGED: label_states.changed_pairs,
        LabelState.DISPUTED: label_states.disputed_pairs,
    }[state]
    pairs = _places(planes, found(planes.study, planes.wide, factor))
    return ~pairs if state is LabelState.UNLABELLED else pairs


def _reviewed(study: Study, factor: str | None) -> npt.NDArray[np.int64]:
    factors = (factor,) if factor else ()
    try:
        drawn = drawn_influence.prepare(study, LabelSet.PREDICTION_POWERED, factors=factors).drawn
    except NotEstimable:  # nothing is drawn and complete
        return np.zeros(0, dtype=np.int64)
    return np.concatenate([drawn[name].pair_no for name in factors or drawn])


def _agreeing(planes: StudyPlanes, agreement: Agreement, source: str | None) -> Bools:
    if agreement is Agreement.AGAINST_REFERENCE:
        return _against_reference(planes, source)
    shares = pair_order.disagreement(codes_of(planes, pair_order.voters_of(planes)))
    return shares == 0 if agreement is Agreement.AGREE else shares > 0


def _against_reference(planes: StudyPlanes, source: str | None) -> Bools:
    """Pairs on which the source, or else any source, chose otherwise than the reference."""
    found = reference(planes)
    if found is None:
        raise NotEstimable("nobody has chosen between two responses, so there is no reference")
    standard = [entry for entry in planes.sources if entry.source == found.source]
    if source and source != found.source.name:
        others = [planes.sources[entry] for entry in entries_of(planes, source)]
    else:
        others = [entry for entry in pair_order.voters_of(planes) if entry not in standard]
    expected, chosen = codes_of(planes, standard), codes_of(planes, others)
    differs: Bools = (expected != NO_CHOICE) & (chosen != NO_CHOICE) & (chosen != expected)
    return np.asarray(differs.any(axis=0))


def _places(planes: StudyPlanes, pair_nos: npt.NDArray[np.int64]) -> Bools:
    found = np.zeros(planes.planes.pairs, dtype=np.bool_)
    found[pair_nos] = True
    return found


def pair_number(study: Study, planes: StudyPlanes, pair_id: str) -> int | None:
    """Find the place of a pair by its id; None for an id that is not there."""
    return pair_lists.pair_number(study, planes.wide, pair_id)


def pair_ids(study: Study, planes: StudyPlanes, pair_nos: npt.NDArray[np.int64]) -> list[str]:
    """Name the pairs at some places, in the order given."""
    return pair_lists.pair_ids(study, planes.wide, pair_nos)


def summaries(study: Study, planes: StudyPlanes, pair_nos: npt.NDArray[np.int64]) -> list[Summary]:
    """Read what a list shows of the pairs at some places, in the order given."""
    return pair_lists.summaries(study, planes.wide, pair_nos)
