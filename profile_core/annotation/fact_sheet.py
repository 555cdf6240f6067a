"""The sheet of a response's facts that an annotator has before them, and the values they make.

The sheet is common: everybody sees what stands, whoever made it so. In blind mode it carries no
label and no value that somebody else gave. There, and where no value came with the facts, a ratio
gets a value only when every fact was judged for it: nothing automatic is part of a blind value.

`source_coverage` is never among the values: no study keeps the main facts of the sources. Where
an extractor gave facts without factor values (only errors are marked, say), none are computed.
Reads only; edits are in `facts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from types import MappingProxyType

from profile_core.annotation import fact_edits
from profile_core.annotation.items import checked_annotator
from profile_core.errors import UnknownName
from profile_core.factors.atomic import (
    ATOMIC_FACTORS,
    COUNTED,
    FACT_LABELS,
    LabelledFact,
    fact_values,
)
from profile_core.factors.taxonomy import builtin_factors
from profile_core.store import facts as store
from profile_core.store import labels
from profile_core.store.fact_fold import FactEvent, FactLog, StandingFact
from profile_core.store.facts import ResponseFacts
from profile_core.store.labels import Automatic
from profile_core.store.study import Study
from profile_core.text.numbers import decimal
from profile_core.text.tokens import Span
from profile_core.types import Mode

PEOPLE = "human:facts"
"""The extractor of facts that people alone gave, where nothing split the response before."""

Values = Mapping[str, float | None]
"""Value by factor; None is not applicable."""

_NONE: Values = MappingProxyType({})
_FACTORS = {factor.name: factor for factor in builtin_factors()}


@dataclass(frozen=True, slots=True)
class Fact:
    """An atomic fact as the annotator sees it."""

    fact_id: str
    ordinal: float
    text: str
    quote: str | None
    span: Span | None
    """Where the quote stands in the response; None where there is none, or it was not found."""
    labels: Mapping[str, bool | None]
    """In blind mode only those that this annotator gave; else all four, None for cannot tell."""
    automatic: Mapping[str, bool | None]
    """Those that came with the fact; never in blind mode, and none for one that people made."""
    by: str | None
    """Who last changed or labelled it; None for one as it came."""
    is_added: bool

    @property
    def is_lost(self) -> bool:
        """Whether it has a quote that could not be found in the response."""
        return self.quote is not None and self.span is None

    def counts(self, factor: str) -> bool:
        """Tell whether it is one of those that make a factor's value: hallucinated, helpful..."""
        label, counted = COUNTED.get(factor, (None, None))
        return factor == "n_facts" or (label is not None and self.labels.get(label) is counted)


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A factor's value before and after."""

    factor: str
    title: str
    old: float | None
    new: float | None

    def __str__(self) -> str:
        places = 0 if self.factor == "n_facts" else 2
        return f"{self.title} {decimal(self.old, places)} → {decimal(self.new, places)}"


@dataclass(frozen=True, slots=True)
class Done:
    """What an edit did."""

    act_id: str
    sentence: str
    """For the history, without a subject: `marked “…” as not supported`."""
    changes: tuple[ValueChange, ...]
    """The factor values that it changed."""


@dataclass(frozen=True, slots=True)
class FactSheet:
    """The facts of a response and the factor values that they make."""

    response_id: str
    extractor: str
    mode: Mode
    queue_id: str | None
    pair_id: str | None
    facts: tuple[Fact, ...]
    values: Values
    """The automatic ones; none in blind mode."""
    now: Values
    """What the facts as they stand come to; in blind mode only where all were judged."""
    done: Done | None = None
    """The edit that this sheet is the result of."""

    @property
    def changes(self) -> tuple[ValueChange, ...]:
        """From the automatic values to those now, where they differ."""
        return changes(self.values, self.now) if self.values else ()

    def counting(self, factor: str) -> tuple[Fact, ...]:
        """Give the facts that make a factor's value."""
        return tuple(fact for fact in self.facts if fact.counts(factor))


def facts(
    study: Study,
    response_id: str,
    extractor: str | None = None,
    *,
    annotator: str | None = None,
    mode: Mode = Mode.REVIEW,
    queue_id: str | None = None,
    pair_id: str | None = None,
) -> FactSheet:
    """Read the facts of a response, and where the annotator came from (for what is done next).

    Without an extractor: the one whose `n_facts` is in use, else the one with most facts here,
    else `PEOPLE`. A blind sheet needs the annotator. Raises UnknownName for a response that is
    not there, or an extractor that has nothing on it.
    """
    desk = read_desk(study, response_id, extractor)
    return desk.sheet(desk.seen(annotator, mode), mode, queue_id, pair_id)


@dataclass(frozen=True, slots=True)
class Edited:
    """An edit of a response's facts, as the history tells it."""

    act_id: str
    annotator: str
    mode: Mode
    created_at: datetime | None
    extractor: str
    sentence: str
    is_undone: bool


def history(study: Study, response_id: str) -> tuple[Edited, ...]:
    """Tell who did what to the facts of a response, the oldest first, undone edits marked."""
    with study.cursor() as cursor:
        found = store.history(cursor, response_id)
    told = []
    for act_id, group in groupby(found, key=lambda item: item.event.act_id):
        events = list(group)
        first = events[0]
        told.append(
            Edited(
                act_id,
                first.event.annotator,
                first.event.mode,
                first.event.created_at,
                first.extractor,
                fact_edits.sentence(item.event for item in events),
                first.is_undone,
            )
        )
    return tuple(told)


@dataclass(frozen=True, slots=True)
class FactDesk:
    """An extractor's facts of a response, with all that their values depend on."""

    log: FactLog
    text: str
    """The response's."""
    task: str | None
    automatic: Mapping[str, Automatic]
    """The automatic values that came with the facts, by factor."""

    @property
    def is_empty(self) -> bool:
        """Whether neither the extractor nor anybody since said anything of the response."""
        return not (self.log.base or self.log.events or self.automatic)

    def seen(self, annotator: str | None, mode: Mode) -> tuple[StandingFact, ...]:
        """Give the facts as somebody sees them in a mode."""
        if mode is Mode.BLIND:
            return self.log.blind(checked_annotator(annotator or ""))
        return self.log.standing

    def values(self, seen: Sequence[StandingFact], mode: Mode) -> Values:
        """Compute what facts come to, for the factors that they can tell."""
        if self.is_empty or (self.log.base and not self.automatic):
            return _NONE
        labelled = [
            LabelledFact(
                **{name: fact.labels[name].value for name in FACT_LABELS if name in fact.labels}
            )
            for fact in seen
        ]
        values = fact_values(labelled, self.task)
        if mode is not Mode.BLIND and self.automatic:
            return values
        return {name: value for name, value in values.items() if self._is_judged(name, seen)}

    def _is_judged(self, factor: str, seen: Sequence[StandingFact]) -> bool:
        """Tell whether every fact was judged for a factor, and the factor is defined at all."""
        if factor not in COUNTED:
            return True
        applies = _FACTORS[factor].applies(self.task)
        return applies and all(COUNTED[factor][0] in fact.labels for fact in seen)

    def with_events(self, events: Sequence[FactEvent]) -> FactDesk:
        """Give the same after an act, without reading it again."""
        return replace(self, log=replace(self.log, events=(*self.log.events, *events)))

    def sheet(
        self,
        seen: Sequence[StandingFact],
        mode: Mode,
        queue_id: str | None,
        pair_id: str | None,
    ) -> FactSheet:
        """Lay facts out as they are seen in a mode."""
        is_blind = mode is Mode.BLIND
        values = {name: known.value for name, known in self.automatic.items()}
        return FactSheet(
            response_id=self.log.response_id,
            extractor=self.log.extractor,
            mode=mode,
            queue_id=queue_id,
            pair_id=pair_id,
            facts=self._facts(seen, is_blind),
            values=_NONE if is_blind else values,
            now=self.values(seen, mode),
        )

    def _facts(self, seen: Sequence[StandingFact], is_blind: bool) -> tuple[Fact, ...]:
        always = () if is_blind else FACT_LABELS
        came = {} if is_blind else {fact.fact_id: _said(fact, always) for fact in self.log.base}
        return tuple(
            Fact(
                fact_id=fact.fact_id,
                ordinal=fact.ordinal,
                text=fact.text,
                quote=fact.quote,
                span=fact.span,
                labels=_said(fact, always),
                automatic=came.get(fact.fact_id, {}),
                by=fact.by,
                is_added=fact.is_added,
            )
            for fact in seen
        )


def read_desk(study: Study, response_id: str, extractor: str | None = None) -> FactDesk:
    """Read what `facts` lays out; raises as it does."""
    with study.cursor() as cursor:
        found = store.read(cursor, response_id)
    there = _extractors(found)
    if extractor is None:
        extractor = _usual(study, there)
    elif extractor not in (*there, PEOPLE):
        raise UnknownName("extractor with facts of this response", extractor, [*there, PEOPLE])
    return desk_of(found, extractor)


def _usual(study: Study, there: Sequence[str]) -> str:
    """Choose whose facts are meant when nobody says it."""
    if len(there) > 1:
        in_use = labels.in_force(study).extractors.get("n_facts", ("", 0))[0]
        return in_use if in_use in there else there[0]
    return there[0] if there else PEOPLE


def desk_of(found: ResponseFacts, extractor: str) -> FactDesk:
    """Take one extractor's part of what is known of a response."""
    automatic = found.values.get(extractor, {})
    return FactDesk(found.log(extractor), found.text, found.task, automatic)


def _extractors(found: ResponseFacts) -> list[str]:
    """Name whose facts there are: those with values first, then those with more facts.

    One that found no fact has said so by its `n_facts`; another count without facts is a figure
    that somebody imported.
    """
    empty = [
        name
        for name, values in found.values.items()
        if name not in found.logs and "n_facts" in values and values["n_facts"].value == 0
    ]

    def rank(name: str) -> tuple[bool, int, str]:
        return not found.values.get(name), -len(found.log(name).base), name

    return sorted([*found.logs, *empty], key=rank)


def changes(old: Values, new: Values) -> tuple[ValueChange, ...]:
    """List the factors that have another value than before, or one for the first time."""
    return tuple(
        ValueChange(name, _FACTORS[name].title, old.get(name), new[name])
        for name in ATOMIC_FACTORS
        if name in new and (name not in old or old[name] != new[name])
    )


def _said(fact: StandingFact, always: Sequence[str]) -> dict[str, bool | None]:
    """Give a fact's labels; those of `always` also where nobody gave them, as None."""
    return dict.fromkeys(always) | {label: said.value for label, said in fact.labels.items()}
