"""One-click scenarios that answer what people ask first; only those that fit the study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from profile_core.analysis import conditions, scenario_pairs
from profile_core.analysis.judging import LENGTH
from profile_core.analysis.planes import StudyPlanes, load
from profile_core.analysis.scenario import Equalised, Scenario
from profile_core.analysis.target_mix import target_mix
from profile_core.errors import PredicateError
from profile_core.stats import planes as bits
from profile_core.stats.intervals import MIN_PROMPTS
from profile_core.store.pair_reader import PairReader
from profile_core.store.study import Study
from profile_core.store.wide_table import WideSource
from profile_core.text import numbers
from profile_core.types import LabelSet, Setting, SourceKind

_QUARTER = 25
"""Percent of pairs that the band of about equal length keeps."""
_DIGITS = 2
_TASKS = 12
"""More values than this are no longer a mix that anybody asks for."""


@dataclass(frozen=True, slots=True)
class Quick:
    """A question, and the scenario that answers it."""

    name: str
    """Short, for a button and for saving."""
    question: str
    scenario: Scenario
    explanation: str
    """How it is answered, in one sentence."""


def quick(study: Study) -> tuple[Quick, ...]:
    """Offer the scenarios that this study has the data for."""
    study_planes = load(study)
    if not study_planes.planes.pairs or not study_planes.sources:
        return ()
    offered = (
        *_equal_length(study_planes),
        *_agreement(study_planes),
        *_without_verbose(study_planes),
        *_corrected(study),
        *_equal_tasks(study, study_planes),
    )
    return tuple(item for item in offered if _leaves_enough(study_planes, item.scenario))


def _leaves_enough(study_planes: StudyPlanes, scenario: Scenario) -> bool:
    """Tell whether decided pairs of enough prompts for an interval are left."""
    kept = scenario_pairs.kept(study_planes, scenario)
    for_a, for_b = bits.preferences(study_planes.planes, kept.mask)
    decided = np.bitwise_or.reduce(for_a | for_b, axis=0)
    clusters = study_planes.clusters
    return clusters.prompts_with(decided, clusters.runs.sums(decided)) >= MIN_PROMPTS


def _equal_length(study_planes: StudyPlanes) -> Iterator[Quick]:
    if LENGTH not in {factor.name for factor in study_planes.factors}:
        return
    apart = np.abs(study_planes.arrays.difference(LENGTH))
    apart = apart[~np.isnan(apart)]
    if not len(apart) or not apart.any():
        return
    yield Quick(
        "Equal length",
        "What if length were equal?",
        Scenario(equalised=(Equalised(LENGTH),)),
        "A model of each source’s choices predicts them with the difference in length set to 0.",
    )
    band = float(f"{np.percentile(apart, _QUARTER):.{_DIGITS}g}")
    yield Quick(
        "About equal length",
        "What do pairs of about equal length say?",
        Scenario(equalised=(Equalised(LENGTH, band),)),
        f"Only pairs whose responses differ by at most {band:g} words: a quarter of all pairs or "
        "so.",
    )


def _agreement(study_planes: StudyPlanes) -> Iterator[Quick]:
    sources = [entry.source for entry in study_planes.sources if entry.source.choice]
    people = [s for s in sources if s.kind is SourceKind.HUMAN and not s.is_majority]
    judges = [s for s in sources if s.kind is SourceKind.JUDGE]
    if len(people) > 1:
        yield Quick(
            "People agree",
            "What if only pairs counted on which people agree?",
            Scenario(where=_agree(people)),
            "Pairs on which at least two people chose, and all who did chose the same.",
        )
    elif len(judges) > 1:
        yield Quick(
            "Judges agree",
            "What if only pairs counted on which the judges agree?",
            Scenario(where=_agree(judges)),
            "Pairs on which at least two judges chose, and all who did chose the same.",
        )


def _agree(sources: Sequence[WideSource]) -> str:
    columns = [str(source.choice) for source in sources]
    listed = ", ".join(columns)
    chose = " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name in columns)
    return f"least({listed}) = greatest({listed}) AND {chose} >= 2"


def _without_verbose(study_planes: StudyPlanes) -> Iterator[Quick]:
    factors = {factor.name: factor for factor in study_planes.wide.factors}
    if LENGTH not in factors:
        return
    reader = PairReader(study_planes.study, study_planes.wide)
    judged = bits.unpack(study_planes.setting_masks[Setting.EVALUATION], study_planes.planes.pairs)
    sums: dict[str, list[float]] = {}
    for column, lengths in zip(
        ("generator_a", "generator_b"), reader.factor_values(factors[LENGTH]), strict=True
    ):
        try:
            groups = study_planes.groups(column)
        except PredicateError:
            return
        for name, mask in groups:
            own = lengths[bits.unpack(mask, study_planes.planes.pairs) & judged]
            own = own[~np.isnan(own)]
            total = sums.setdefault(name, [0.0, 0.0])
            total[0] += float(own.sum())
            total[1] += len(own)
    means = {name: total / number for name, (total, number) in sums.items() if number}
    if len(means) < 3:
        return
    name = max(means, key=lambda known: (means[known], known))
    yield Quick(
        f"Without {name}",
        "What if the most verbose generator were left out?",
        Scenario(where=conditions.without_generator(name)),
        f"Pairs without a response by {name}, whose responses have {means[name]:.0f} words on "
        "average.",
    )


def _corrected(study: Study) -> Iterator[Quick]:
    if study.versions().corrections:
        yield Quick(
            "As corrected",
            "What do corrected labels say?",
            Scenario(labels=LabelSet.CORRECTED),
            "People’s latest values stand in the place of the automatic ones.",
        )


def _equal_tasks(study: Study, study_planes: StudyPlanes) -> Iterator[Quick]:
    tasks = [value for value, _ in study_planes.groups("task")]
    if not 1 < len(tasks) <= _TASKS:
        return
    weights = target_mix(study, "task", dict.fromkeys(tasks, 1.0))
    if all(round(weight, 6) == 1 for _, weight in weights.of):
        return
    yield Quick(
        "Equal tasks",
        "What if every task counted the same?",
        Scenario(weights=weights),
        f"Pairs of {numbers.listed(tasks)} are weighted so that each task counts as much in all.",
    )
