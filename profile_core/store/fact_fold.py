"""What people made of a response's atomic facts: the base with a log of events applied.

Pure: `fold` is the only place that knows how events change facts; `facts` reads and writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from profile_core.store.acts import Act
from profile_core.text.tokens import Span
from profile_core.types import Mode


class FactAction(StrEnum):
    """What an event does to one fact."""

    ADD = "add"
    EDIT = "edit"
    """Gives it another text, quote and span; labels and place stay."""
    DELETE = "delete"
    REPLACE = "replace"
    """Takes it up in the facts that the same act adds, which inherit its labels."""
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class FactEvent:
    """One change of one fact."""

    response_id: str
    fact_id: str
    action: FactAction
    text: str
    """The fact's text after the event; of one that goes or is labelled, as it was: for history."""
    quote: str | None = None
    span: Span | None = None
    """Where the quote stands; None where there is none, or it could not be located."""
    ordinal: float | None = None
    """Of an added fact: its place among the others."""
    label: str | None = None
    value: bool | None = None
    """Of a label; None says that it cannot be told."""
    annotator: str = ""
    mode: Mode = Mode.REVIEW
    act_id: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A label of a fact, and who gave it; nobody for one that came with the facts."""

    value: bool | None
    annotator: str | None = None


@dataclass(frozen=True, slots=True)
class StandingFact:
    """An atomic fact of a response as it stands."""

    fact_id: str
    response_id: str
    ordinal: float
    text: str
    quote: str | None
    span: Span | None
    labels: Mapping[str, Said] = field(default_factory=dict)
    """By label; one that nobody gave is not among the keys."""
    by: str | None = None
    """Who last changed or labelled it; None for one as it came."""
    is_added: bool = False
    """Whether a person made it."""


@dataclass(frozen=True, slots=True)
class FactLog:
    """An extractor's facts of one response, and every event since whose act was not undone."""

    response_id: str
    extractor: str
    base: tuple[StandingFact, ...] = ()
    events: tuple[FactEvent, ...] = ()
    """The oldest first."""

    @property
    def standing(self) -> tuple[StandingFact, ...]:
        """The facts as everybody sees them, in their order."""
        return fold(self.base, self.events)

    def blind(self, annotator: str) -> tuple[StandingFact, ...]:
        """The facts with no label but those that one annotator gave without seeing another."""
        return fold(
            [replace(fact, labels={}) for fact in self.base],
            [
                event
                for event in self.events
                if event.action is not FactAction.LABEL
                or (event.annotator == annotator and event.mode is Mode.BLIND)
            ],
        )


def fold(base: Iterable[StandingFact], events: Iterable[FactEvent]) -> tuple[StandingFact, ...]:
    """Apply events, the oldest first, to facts as they came; the facts that stand, in order.

    An event on a fact that is not there has no effect: the act that brought it was undone. Nor
    has an act that takes up several facts unless all of them are there, so that nothing is lost
    or doubled. What such an act adds inherits each label on which the replaced facts agree.
    """
    facts = {fact.fact_id: fact for fact in base}
    for _, act in groupby(events, key=lambda event: event.act_id):
        changes = list(act)
        replaced = [event.fact_id for event in changes if event.action is FactAction.REPLACE]
        if not facts.keys() >= set(replaced):
            continue
        inherited = _agreed([facts[fact_id].labels for fact_id in replaced])
        for event in changes:
            _apply(facts, event, inherited)
    return tuple(sorted(facts.values(), key=lambda fact: (fact.ordinal, fact.fact_id)))


def of_act(events: Iterable[FactEvent], act: Act) -> list[FactEvent]:
    """Give events the act that they belong to: who, how and when."""
    mode = act.mode or Mode.REVIEW
    return [
        replace(
            event,
            annotator=act.annotator,
            mode=mode,
            act_id=act.act_id,
            created_at=act.created_at,
        )
        for event in events
    ]


def _apply(facts: dict[str, StandingFact], event: FactEvent, inherited: Mapping[str, Said]) -> None:
    if event.action is FactAction.ADD:
        facts[event.fact_id] = StandingFact(
            event.fact_id,
            event.response_id,
            event.ordinal or 0.0,
            event.text,
            event.quote,
            event.span,
            inherited,
            event.annotator,
            is_added=True,
        )
        return
    fact = facts.get(event.fact_id)
    if fact is None:
        return
    if event.action is FactAction.EDIT:
        facts[event.fact_id] = replace(
            fact, text=event.text, quote=event.quote, span=event.span, by=event.annotator
        )
    elif event.action is FactAction.LABEL:
        said = {**fact.labels, str(event.label): Said(event.value, event.annotator)}
        facts[event.fact_id] = replace(fact, labels=said, by=event.annotator)
    else:
        del facts[event.fact_id]


def _agreed(labels: Sequence[Mapping[str, Said]]) -> Mapping[str, Said]:
    """Keep the labels that all have with the same value."""
    if not labels:
        return {}
    first, *others = labels
    return {
        label: said
        for label, said in first.items()
        if all(label in other and other[label].value is said.value for other in others)
    }
