"""The Bayesian second opinion on a source's conditional model, over the same pairs and factors.

Slow, so it runs as a job: it reports progress and stops when asked. `stats.bayes` samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from profile_core.analysis.conditional_model import ConditionalModel, place_of
from profile_core.analysis.planes import load
from profile_core.jobs import Progress
from profile_core.stats import bayes
from profile_core.stats import planes as bits
from profile_core.store.study import Study
from profile_core.types import LabelSet, Setting

R_HAT = 1.01
"""Above it the chains do not agree yet."""


@dataclass(frozen=True, slots=True)
class BayesianWeight:
    """How often the response with more of a factor is preferred, all else equal, in percent."""

    factor: str
    mean: float
    low: float
    high: float

    @property
    def is_told(self) -> bool:
        """Whether the interval leaves out a half."""
        return self.low > 50 or self.high < 50


@dataclass(frozen=True, slots=True)
class BayesianModel:
    """The posterior of a source's weights."""

    setting: Setting
    source: str
    weights: tuple[BayesianWeight, ...]
    pairs: int
    draws: int
    largest_r_hat: float
    divergences: int

    @property
    def has_settled(self) -> bool:
        """Whether the sampler gives no sign of trouble."""
        return self.largest_r_hat <= R_HAT and not self.divergences


def bayesian_model(
    study: Study, model: ConditionalModel, labels: LabelSet, progress: Progress
) -> BayesianModel:
    """Sample the weights of a model's factors from signs of differences.

    Raises Cancelled when asked to stop, and ProfileError where the optional part is missing.
    """
    study_planes = load(study, labels)
    place = place_of(study_planes, model.setting, model.source)
    names = [factor.name for factor in study_planes.factors]
    planes, rows = study_planes.planes, model.rows
    signs = np.column_stack(
        [bits.signs(planes, names.index(weight.factor))[rows] for weight in model.weights]
    )
    chosen_a = bits.unpack(planes.prefers_a[place], planes.pairs)[rows]
    progress.start(f"sampling the weights of {model.source}, {model.setting}")

    def on_block(done: int, total: int) -> None:
        progress.total = total
        progress.advance(done - progress.done)

    found = bayes.posterior(signs, chosen_a, on_block=on_block)
    mean, low, high = found.shown
    return BayesianModel(
        model.setting,
        model.source,
        tuple(
            BayesianWeight(weight.factor, float(mean[k]), float(low[k]), float(high[k]))
            for k, weight in enumerate(model.weights)
        ),
        found.pairs,
        found.draws,
        float(found.r_hat.max()),
        found.divergences,
    )
