"""How well a conditional model says choices it has not seen.

Prompts are dealt to folds whole, because pairs of one prompt resemble each other: a model that has
seen some would be flattered on the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profile_core.stats.conditional import fit, logits
from profile_core.stats.prompt_sums import PromptGroups

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

COIN = float(np.log(2.0))
"""The log loss of a model that says a half each time."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Scores over pairs whose prompts the model had not seen."""

    log_loss: float
    """Mean of ``-log p`` of what was chosen, in nats; `COIN` is the mark to beat."""
    accuracy: float
    """Share of choices foretold; a probability of exactly a half counts a half."""
    pairs: int
    folds: int
    separated: int
    """Folds without a model, because the rest tells choices apart without error; not counted."""


def held_out(
    x: npt.ArrayLike,
    chosen_a: npt.ArrayLike,
    prompts: npt.ArrayLike,
    *,
    folds: int = 5,
    seed: int = 0,
    weights: npt.ArrayLike | None = None,
    start: npt.ArrayLike | None = None,
) -> HeldOut:
    """Fit on all folds but one, foretell that one, in turn; arguments as for `conditional.fit`.

    Prompts are dealt at random, the same for the same seed. NaN where no fold could be foretold.
    """
    rows, choice, numbers = np.asarray(x), np.asarray(chosen_a, dtype=float), np.asarray(prompts)
    weight = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=np.float64)
    fold = fold_of(numbers, folds, seed)
    loss = right = total = 0.0
    pairs = separated = 0
    used = range(int(fold.max(initial=-1)) + 1)
    for k in used:
        out = fold == k
        model = fit(
            rows[~out],
            choice[~out],
            numbers[~out],
            weights=None if weights is None else weight[~out],
            start=start,
        )
        if model.separated:
            separated += 1
            continue
        logit = logits(model, rows[out])
        surprise = np.logaddexp(0, logit) - choice[out] * logit
        foretold = np.where(logit == 0, 0.5, np.where(logit > 0, choice[out], 1 - choice[out]))
        loss += float(weight[out] @ surprise)
        right += float(weight[out] @ foretold)
        total += float(weight[out].sum())
        pairs += int((weight[out] > 0).sum())
    if not total:
        return HeldOut(np.nan, np.nan, 0, len(used), separated)
    return HeldOut(loss / total, right / total, pairs, len(used), separated)


def fold_of(prompts: npt.ArrayLike, folds: int, seed: int) -> Ints:
    """The fold ``[N]`` of each pair: prompts dealt in random order, one to each fold in turn.

    With fewer prompts than folds there are as many folds as prompts; ValueError for under two.
    """
    groups = PromptGroups.of(prompts)
    if min(folds, len(groups)) < 2:
        raise ValueError("held-out scores need at least two folds and two prompts")
    dealt = np.empty(len(groups), dtype=np.int64)
    dealt[np.random.default_rng(seed).permutation(len(groups))] = np.arange(len(groups)) % min(
        folds, len(groups)
    )
    return dealt[np.searchsorted(groups.ids, np.asarray(prompts))]
