"""Influence from labels that were drawn for review: `reviewed-only` and `prediction-powered`.

What is estimated is the influence on all pairs that the source decided and the filter keeps, had
people labelled every one of them. That needs each of these pairs to have had a chance of being
drawn; where some had none, there is no estimate, and the note says what to do. Filters speak of
automatic values for `prediction-powered`, of corrected ones for `reviewed-only`.

This module brings planes and drawn labels together for `stats.ppi`; `influence` makes rows of it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.analysis.planes import StudyPlanes, load
from profile_core.errors import NotEstimable
from profile_core.stats import planes as bits
from profile_core.stats import ppi
from profile_core.stats.planes import Words
from profile_core.stats.ppi import Estimate, Pairs
from profile_core.store import drawn as drawn_store
from profile_core.store import queues as queue_store
from profile_core.store.drawn import DrawnLabels
from profile_core.store.study import Study, Versions
from profile_core.text import numbers
from profile_core.types import Asks, LabelSet, Mode, Variant

Floats = npt.NDArray[np.float64]

DRAWN_SETS = (LabelSet.REVIEWED_ONLY, LabelSet.PREDICTION_POWERED)
"""The label sets that need drawn labels."""

_CACHED = 4
_cache: dict[tuple[str, Versions, bool], dict[str, DrawnLabels]] = {}
_cache_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class DrawnStudy:
    """A study's planes and its drawn labels, which count through the same pairs."""

    labels: LabelSet
    base: StudyPlanes
    """Filters and groups are taken from these: automatic or corrected values."""
    automatic: StudyPlanes
    drawn: Mapping[str, DrawnLabels]
    """By factor; those that some completed draw is about."""


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """One source and factor, over the pairs that the source decided and the filter keeps."""

    source: int
    """Its place in the planes."""
    factor: str
    pairs: Pairs
    """Those that could have been drawn."""
    pair_no: npt.NDArray[np.int64]
    """Their places in the planes."""
    population: int
    """All of them, drawable or not, that have an automatic value or could have been drawn."""
    outside: int
    """Those with automatic values that no queue could have drawn."""
    drawn: int
    """Those in a queue's completed prefix."""
    frame: Floats
    """The probabilities of all pairs that could have been drawn, of the population or not."""
    concordant: int
    discordant: int
    tied: int
    missing: int
    estimate: Estimate | None
    """None where some pair could not have been drawn, or soft tau has no probabilities."""

    @property
    def reviewed(self) -> int:
        """Drawn pairs that people gave values of both responses for."""
        return int(self.pairs.reviewed.sum())

    @property
    def nonresponse(self) -> float | None:
        """Share of the drawn pairs that were finished without such values; None without any."""
        return 1 - self.reviewed / self.drawn if self.drawn else None

    @property
    def note(self) -> str:
        """What the estimate rests on, or why there is none."""
        if self.outside:
            return (
                f"no estimate: {numbers.count(self.outside)} of {numbers.count(self.population)} "
                "pairs could not have been drawn; filter to those that could, or draw a queue "
                "from all of them"
            )
        if not len(self.pairs.prompt):
            return "no estimate: the source gave no probabilities"
        return (
            f"uses {numbers.count(self.reviewed)} reviewed of "
            f"{numbers.counted(len(self.pairs.prompt), 'pair')}; "
            f"non-response {numbers.percent(self.nonresponse or 0.0)}"
        )


def prepare(
    study: Study, labels: LabelSet, *, factors: Sequence[str] = (), blind_only: bool = False
) -> DrawnStudy:
    """Read what estimates from drawn labels need.

    Raises NotEstimable, with the reason and the cure, where no factor (of `factors`, if any are
    named) has a drawn pair that is complete.
    """
    base, automatic = load(study, labels), load(study)
    while base.versions.data != automatic.versions.data:  # the data changed between the two
        base, automatic = load(study, labels), load(study)
    drawn = _drawn_labels(study, automatic, blind_only)
    if not drawn.keys() & (set(factors) or drawn.keys()):
        raise NotEstimable(_why_not(study, automatic, labels, factors, drawn, blind_only))
    return DrawnStudy(labels, base, automatic, drawn)


def cells(
    prepared: DrawnStudy,
    sources: Sequence[int],
    mask: Words | None = None,
    *,
    variant: Variant = Variant.TAU14,
) -> Iterator[list[DrawnCell]]:
    """Estimate every factor with drawn labels: for each source, by place, its cells.

    Pairs that a source decided are the population; for soft tau, those it gave a probability for.
    Pairs without automatic values that no queue could have drawn are missing, as they are before.
    Counts are by automatic values over all of them for `prediction-powered`, and by people's
    values over the reviewed ones for `reviewed-only`. Factors without such a pair have no cell.
    """
    planes = prepared.automatic.planes
    kept = np.ones(planes.pairs, dtype=bool) if mask is None else bits.unpack(mask, planes.pairs)
    people = {name: _people(prepared, labels) for name, labels in prepared.drawn.items()}
    places = {factor.name: place for place, factor in enumerate(prepared.automatic.factors)}
    for source in sources:
        choices = _choices(prepared.automatic, source, variant, kept)
        found = (
            _cell(prepared, choices, name, bits.signs(planes, places[name]), human)
            for name, human in people.items()
        )
        yield [cell for cell in found if cell]


@dataclass(frozen=True, slots=True)
class _Choices:
    """What a source said of the pairs that a filter keeps: arrays `[pairs]`."""

    source: int
    variant: Variant
    direction: Floats
    """+1 for a, -1 for b; NaN where it did not decide."""
    margin: Floats
    """The same, but for soft tau how far it is for a, in [-1, 1]; NaN where it gave nothing."""


def _choices(
    study_planes: StudyPlanes, source: int, variant: Variant, kept: npt.NDArray[np.bool_]
) -> _Choices:
    planes = study_planes.planes
    for_a = bits.unpack(planes.prefers_a[source], planes.pairs) & kept
    for_b = bits.unpack(planes.prefers_b[source], planes.pairs) & kept
    direction = np.where(for_a | for_b, for_a.astype(np.float64) - for_b, np.nan)
    margin = direction
    if variant is Variant.SOFT:
        probability = study_planes.probabilities(study_planes.sources[source].source)
        margin = np.where(kept, 2 * probability - 1, np.nan)
    return _Choices(source, variant, direction, margin)


def _people(prepared: DrawnStudy, labels: DrawnLabels) -> Floats:
    """Signs of a minus b by people, `[pairs]`: NaN where not reviewed, infinite where undefined."""
    factors = {factor.name: factor for factor in prepared.automatic.factors}
    difference = labels.a - labels.b
    sign = np.where(
        np.abs(difference) <= factors[labels.factor].resolution, 0.0, np.sign(difference)
    )
    found = np.full(prepared.automatic.planes.pairs, np.nan)
    found[labels.pair_no] = np.where(np.isnan(difference), np.inf, sign)
    return found


def _cell(
    prepared: DrawnStudy, choices: _Choices, factor: str, automatic: Floats, people: Floats
) -> DrawnCell | None:
    sample = prepared.drawn[factor].sample
    can_be_drawn = ~np.isnan(sample.probability)
    asked = ~np.isnan(choices.margin)
    outside = int((asked & ~np.isnan(automatic) & ~can_be_drawn).sum())
    decided = ~np.isnan(choices.direction) & (can_be_drawn | ~np.isnan(automatic))
    chosen = np.flatnonzero(asked & can_be_drawn)
    if not len(chosen) and not decided.any():
        return None
    reviewed = ~np.isnan(people)
    sign = np.where(np.isinf(people), np.nan, people)
    z_hat, m_hat = _parts(choices.margin[chosen], automatic[chosen], choices.variant)
    z, m = _parts(choices.margin[chosen], sign[chosen], choices.variant)
    pairs = Pairs(
        prompt=prepared.automatic.planes.prompt_of[chosen].astype(np.int64),
        z_hat=z_hat,
        m_hat=m_hat,
        z=z,
        m=m,
        reviewed=reviewed[chosen],
        probability=sample.probability[chosen],
    )
    if prepared.labels is LabelSet.REVIEWED_ONLY:
        estimated = ppi.reviewed_only
        counted = (choices.direction * sign)[decided & reviewed]
    else:
        estimated = ppi.prediction_powered
        counted = (choices.direction * automatic)[~np.isnan(choices.direction)]
    return DrawnCell(
        source=choices.source,
        factor=factor,
        pairs=pairs,
        pair_no=chosen,
        population=len(chosen) + outside,
        outside=outside,
        drawn=int(sample.drawn[chosen].sum()),
        frame=sample.probability[can_be_drawn],
        concordant=int((counted > 0).sum()),
        discordant=int((counted < 0).sum()),
        tied=int((counted == 0).sum()),
        missing=int(np.isnan(counted).sum()),
        estimate=estimated(pairs) if len(chosen) and not outside else None,
    )


def _parts(margin: Floats, sign: Floats, variant: Variant) -> tuple[Floats, Floats]:
    """Numerator and denominator of the variant, pair by pair; 0 where the factor is undefined."""
    top = np.nan_to_num(margin * sign)
    if variant is Variant.TAU13:
        return top, np.abs(top)
    return top, np.where(np.isnan(sign), 0.0, np.abs(margin))


def _drawn_labels(study: Study, automatic: StudyPlanes, blind_only: bool) -> dict[str, DrawnLabels]:
    key = (
        study.key,
        Versions(automatic.versions.data, study.versions().corrections),
        blind_only,
    )
    with _cache_lock:
        if key not in _cache:
            with study.cursor() as cursor:
                found = drawn_store.read(cursor, automatic.wide, blind_only=blind_only)
            while len(_cache) >= _CACHED:
                _cache.pop(next(iter(_cache)))
            _cache[key] = found
        return _cache[key]


def _why_not(
    study: Study,
    automatic: StudyPlanes,
    labels: LabelSet,
    factors: Sequence[str],
    drawn: Mapping[str, DrawnLabels],
    blind_only: bool,
) -> str:
    """Say why no factor asked for has an estimate, and what would give one."""
    blind = "blind " if blind_only else ""
    otherwise = "use `automatic` or `corrected`"
    if drawn:
        return (
            f"`{labels}` needs {blind}labels that were drawn for review, and no completed draw is "
            f"about {numbers.listed(list(factors), 'or')}: there are some of "
            f"{numbers.listed(sorted(drawn))}. Draw a queue with `queue draw`, or {otherwise}."
        )
    with study.cursor() as cursor:
        queues = [
            queue
            for queue in queue_store.all_queues(cursor)
            if queue.asks is not Asks.PREFERENCE and (queue.mode is Mode.BLIND or not blind_only)
        ]
    if not queues:
        return (
            f"`{labels}` needs {blind}labels that were drawn for review, and this study has none: "
            f"draw a {blind}queue with `queue draw` and label it, or {otherwise}."
        )
    asked = {
        factor.name for factor in automatic.wide.factors if drawn_store.queues_about(queues, factor)
    }
    missing = [name for name in factors if name not in asked]
    if factors and len(missing) == len(factors):
        return (
            f"`{labels}` needs {blind}labels that were drawn for review, and no queue asks about "
            f"{numbers.listed(missing, 'or')}: draw one with `queue draw`, or {otherwise}."
        )
    named = numbers.listed([f"“{queue.name}”" for queue in queues[:3]])
    return (
        f"`{labels}` needs {blind}labels that were drawn for review, and none of {named} has its "
        f"first pair complete yet: label in the order of the queue, or {otherwise}."
    )
