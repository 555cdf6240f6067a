"""The Bayesian version of the models: its button, its work, and what came of it.

Sampling takes a while, so it is work in the background; what came of it is kept in this process
as long as the study, the filter and the factors are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from profile_core import charts
from profile_core.analysis.bayesian_model import BayesianModel, BayesianWeight, bayesian_model
from profile_core.analysis.conditional_model import ConditionalModel
from profile_core.analysis.planes import StudyPlanes
from profile_core.errors import ProfileError
from profile_core.jobs import Progress
from profile_core.stats import bayes
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.types import Setting
from profile_core.ui import frame, held_equal, looks, outcomes, work
from profile_core.ui.held_equal import Models

_KEPT = 64
_INSTALL = "pip install 'profile-core[bayes]'"
_CAPTION = (
    "How often the source would prefer the response with more of a factor, however much more, all "
    "other factors of the model being equal: posterior mean of 100σ(w) and 95 % interval. Hollow: "
    "the interval holds 50 %. Pairs count as independent, as in Li et al. 2024, so that intervals "
    "are too narrow where prompts have many pairs; those above are clustered."
)

Sampled = Mapping[tuple[Setting, str], BayesianModel]


@dataclass(frozen=True, slots=True)
class Sampling:
    """The end of a run: how many models were sampled."""

    models: int


@outcomes.sentence.register
def _(result: Sampling) -> str:
    return f"{numbers.counted(result.models, 'model')} sampled; see under “others held equal”."


def known(study: Study, models: Models) -> Sampled:
    """Give what was sampled of these models before."""
    kept = _kept()
    found = {}
    for model in models.fitted:
        key = _key(study, models, model)
        if key in kept:
            found[model.setting, model.source] = kept[key]
    return found


def forget() -> None:
    """Forget what was sampled."""
    _kept().clear()


def draw(study: Study, models: Models, planes: StudyPlanes, sampled: Sampled) -> None:
    """Draw what was sampled, and the way to sample what was not."""
    frame.section(
        "The Bayesian version",
        "A second opinion, which counts only who has more and draws small weights to nothing.",
    )
    if not bayes.installed():
        frame.note(f"It needs an optional part: {_INSTALL}, then start the app again.")
        return
    if sampled:
        st.altair_chart(
            _chart(models, planes, sampled),
            theme=None,
            key="bayesian",
            alt="Dot plot, from 0 to 100 %, of the Bayesian weights; every number is in the table.",
        )
        frame.note(_CAPTION)
        _warn(sampled.values())
    missing = [m for m in models.fitted if (m.setting, m.source) not in sampled]
    if not missing:
        return
    if work.is_busy():
        frame.note("Work is under way: the line at the top of the page follows it, and stops it.")
    what = numbers.counted(len(missing), "model")
    if st.button(f"Sample {what}", disabled=work.is_busy(), help="Half a minute or so for each."):
        work.start(
            "Bayesian models",
            _work(study, models, missing),
            kept="The models that were sampled before that are kept.",
        )


def _work(
    study: Study, models: Models, missing: Sequence[ConditionalModel]
) -> Callable[[Progress], Sampling]:
    versions, labels, kept = study.versions(), models.chosen.labels, _kept()
    keys = [_key(study, models, model) for model in missing]

    def run(progress: Progress) -> Sampling:
        for model, key in zip(missing, keys, strict=True):
            if study.versions() != versions:
                raise ProfileError("the study has changed since: sample the models again")
            kept[key] = bayesian_model(study, model, labels, progress)
            while len(kept) > _KEPT:
                kept.pop(next(iter(kept)))
        return Sampling(len(missing))

    return run


def _key(study: Study, models: Models, model: ConditionalModel) -> Hashable:
    factors = tuple(weight.factor for weight in model.weights)
    where = models.shown.found.where
    of = (model.setting, model.source, factors)
    return study.key, study.versions(), models.chosen.labels, where, *of


@st.cache_resource(show_spinner=False)
def _kept() -> dict[Hashable, BayesianModel]:
    return {}


def _chart(models: Models, planes: StudyPlanes, sampled: Sampled) -> Any:
    colour, factors = looks.colours(planes.sources), models.shown.factors
    sources = [name for name in models.shown.sources if any(key[1] == name for key in sampled)]
    names = [
        name
        for name in models.names
        if any(weight.factor == name for model in sampled.values() for weight in model.weights)
    ]
    marks = [
        _mark(model, weight, factors[weight.factor].title, colour[model.source])
        for model in sampled.values()
        for weight in model.weights
    ]
    return charts.dot_plot(
        marks,
        looks.look(),
        panels=[(name, colour[name]) for name in sources],
        rows=[factors[name].title for name in names],
        reference={},
        measure=charts.PREFERRED,
    )


def _mark(model: BayesianModel, weight: BayesianWeight, title: str, colour: str) -> charts.Mark:
    tau, low, high = (share / 50 - 1 for share in (weight.mean, weight.low, weight.high))
    return charts.Mark(
        factor=weight.factor,
        title=title,
        source=model.source,
        setting=str(model.setting),
        group="",
        tau=tau,
        low=low,
        high=high,
        is_told=weight.is_told,
        is_small=False,
        absence="",
        prompts=0,
        colour=colour,
        value=held_equal.percent(tau, low, high),
        counts=numbers.counted(model.pairs, "pair"),
        q=numbers.NONE,
    )


def _warn(sampled: Iterable[BayesianModel]) -> None:
    for model in sampled:
        if not model.has_settled:
            frame.note(
                f"{model.source} ({model.setting}): the sampler has not settled (R̂ "
                f"{model.largest_r_hat:.2f}, {numbers.counted(model.divergences, 'divergence')}): "
                "read with care."
            )
