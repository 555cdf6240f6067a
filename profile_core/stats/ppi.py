"""Influence when people reviewed a drawn part of the pairs and an extractor labelled all of them.

Every pair has an automatic z_hat, and the drawn and reviewed ones (xi = 1, drawn with probability
pi) a human z. With a power lambda in [0, 1],

    tau = sum_i e_i / sum_i m_i,    e_i = lambda z_hat_i + (xi_i / pi_i) (z_i - lambda z_hat_i)

is right whatever the extractor does, and the narrower the better the extractor is: PPI++
(Angelopoulos, Duchi, Zrnic 2023, arXiv 2311.01453), with unequal probabilities as in active
inference (Zrnic and Candes 2024, arXiv 2403.03208). Numerator and denominator are those of any
ratio: tau_14 counts a pair in the denominator where the factor is defined, tau_13 where it differs,
soft tau by its margin; a review that changes either enters through the same correction.

This module owns the estimate and its variance by prompt; what more labels would bring is
`further_draws`'. It knows no study; where pi and xi come from is `store.drawn`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from profile_core.stats.intervals import MIN_PROMPTS, SMALL_PROMPTS, Floats, Ints, t_interval

Bools = npt.NDArray[np.bool_]

_NOTHING = 1e-12
"""Influences of all prompts that are smaller than this are rounding, not variance."""


class Form(StrEnum):
    """What the sum of corrections is divided by."""

    HAJEK = "hajek"
    """The sum of 1/pi over the reviewed pairs: smaller variance, and non-response does not bias it
    as long as it is by chance."""
    HORVITZ_THOMPSON = "horvitz-thompson"
    """The number of pairs."""


class Remark(StrEnum):
    """Why an estimate or its interval does not exist, or should be read with care."""

    NONE = ""
    NOTHING_REVIEWED = "no drawn pair is reviewed"
    NOTHING_COUNTED = "no pair is left to count after review"
    FEW_PROMPTS = "fewer than 5 prompts with a reviewed pair: no interval"
    NO_VARIANCE = "every prompt says the same: no interval"
    NO_ERROR_FOUND = "no reviewed pair differs from its automatic label: rare errors are not in it"
    SMALL = "reviewed pairs of 5 to 29 prompts: read with care"


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of one source and factor, every array `[N]`, in any order."""

    prompt: Ints
    """The prompt of each, as any whole number."""
    z_hat: Floats
    """Numerator by the automatic values: +1, 0 or -1 for tau_14, 0 where undefined."""
    m_hat: Floats
    """Denominator by the automatic values: 1 where the factor is defined, else 0."""
    z: Floats
    """Numerator by people; read only where reviewed."""
    m: Floats
    """Denominator by people; read only where reviewed."""
    reviewed: Bools
    """xi: drawn and reviewed."""
    probability: Floats
    """pi in (0, 1]: the probability with which each pair was drawn."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate with its interval; NaN for what does not exist."""

    tau: float
    se: float
    low: float
    high: float
    p: float
    """Two-sided, against 0."""
    power: float
    """lambda: how far the automatic values are relied on; 0 is reviewed-only."""
    pairs: int
    """N."""
    reviewed: int
    prompts: int
    """G: prompts with a reviewed pair that counts. The interval has G - 1 degrees of freedom."""
    correction_variance: float
    """The part of the variance that labels for all pairs would remove (see `_correction_share`)."""
    other_variance: float
    """The part that only more prompts would remove; both add up to the squared se."""
    remark: Remark
    prompt: Ints
    """The prompts `[P]`, sorted, that `influence` is about."""
    influence: Floats
    """Each prompt's influence on tau, `[P]`; they sum to 0, and their squares to the variance."""
    weight: Floats
    """Of the reviewed pairs in their order: 1/pi, in the Hajek form scaled to sum to N."""
    residual: Floats
    """Of the reviewed pairs: by how much their review corrects the estimate, unweighted."""


def prediction_powered(
    pairs: Pairs, *, form: Form = Form.HAJEK, power: float | None = None, level: float = 0.95
) -> Estimate:
    """Estimate tau from automatic values and drawn reviews together.

    With w_i = xi_i / pi_i, in the Hajek form multiplied by N / sum w, the estimate is

        tau = (lambda sum z_hat + sum w (z - lambda z_hat))
            / (kappa sum m_hat + sum w (m - kappa m_hat))

    with kappa = lambda in the Hajek form, so that lambda = 0 is exactly the weighted ratio of the
    reviewed, and kappa = 1 in the Horvitz-Thompson form, so that the denominator is N where no
    review changes definedness. `power` fixes lambda; else it is estimated (`_power`).

    Variance: with the residual r_i = z_i - lambda z_hat_i - tau (m_i - kappa m_hat_i) of a reviewed
    pair and its weighted mean c (0 in the Horvitz-Thompson form), a pair's influence is

        (lambda z_hat_i - tau kappa m_hat_i + c + w_i (r_i - c)) / denominator,

    the linearised estimate (Sarndal, Swensson, Wretman 1992, 5.6-5.7). A reviewed pair is in both
    sums, so its two parts are added before squaring. Prompts are clusters: the variance is
    G/(G-1) times the sum of squares of the prompts' summed influences, the interval tau +- t(G-1)
    se clipped to [-1, 1], as everywhere in `intervals`. G counts prompts with a reviewed pair that
    counts, because the others say nothing about the correction; with pi = 1 everywhere that is
    the G of plain tau, and everything equals the plain interval of z. With fewer than 5 of them, or
    without variance, there is neither interval nor p: a sign test over prompts holds for counts,
    not for weighted pairs.
    """
    prompt_codes, place = np.unique(pairs.prompt, return_inverse=True)
    reviewed = np.asarray(pairs.reviewed, dtype=np.bool_)
    if not reviewed.any():
        return _absent(pairs, prompt_codes, Remark.NOTHING_REVIEWED)
    z, m = np.where(reviewed, pairs.z, 0.0), np.where(reviewed, pairs.m, 0.0)
    weight = _weights(reviewed, pairs.probability, form)
    start = float((weight * z).sum() / mass) if (mass := float((weight * m).sum())) else np.nan
    if np.isnan(start):
        return _absent(pairs, prompt_codes, Remark.NOTHING_COUNTED)
    if power is None:
        power = _power(pairs, z, m, weight, place, start, form)
    kappa = power if form is Form.HAJEK else 1.0

    top = power * pairs.z_hat.sum() + (weight * (z - power * pairs.z_hat)).sum()
    bottom = kappa * pairs.m_hat.sum() + (weight * (m - kappa * pairs.m_hat)).sum()
    if bottom <= 0:
        return _absent(pairs, prompt_codes, Remark.NOTHING_COUNTED)
    tau = float(top / bottom)

    predicted = power * pairs.z_hat - tau * kappa * pairs.m_hat
    residual = np.where(reviewed, z - tau * m - predicted, 0.0)
    centre = (weight * residual).sum() / weight.sum() if form is Form.HAJEK else 0.0
    each = predicted + centre + weight * (residual - centre)
    influence = np.bincount(place, weights=each, minlength=len(prompt_codes)) / bottom
    centred = (residual - centre)[reviewed] / bottom
    prompts = len(np.unique(place[reviewed & (m != 0)]))
    is_constant = bool(np.abs(influence).max() < _NOTHING)
    variance = np.nan
    if prompts >= MIN_PROMPTS and not is_constant:
        variance = prompts / (prompts - 1) * float((influence**2).sum())
    share = _correction_share(
        (predicted + centre) / bottom, weight[reviewed], centred, place, reviewed
    )
    low, high, p = t_interval(tau, np.sqrt(variance), prompts - 1, level=level)
    return Estimate(
        tau=float(np.clip(tau, -1.0, 1.0)),
        se=float(np.sqrt(variance)),
        low=float(low),
        high=float(high),
        p=float(p),
        power=float(power),
        pairs=len(reviewed),
        reviewed=int(reviewed.sum()),
        prompts=prompts,
        correction_variance=share * variance,
        other_variance=(1.0 - share) * variance,
        remark=_remark(pairs, prompts, is_constant),
        prompt=prompt_codes,
        influence=influence,
        weight=weight[reviewed],
        residual=centred,
    )


def reviewed_only(pairs: Pairs, *, level: float = 0.95) -> Estimate:
    """Estimate tau from the reviewed pairs alone: `sum z/pi / sum m/pi`, with its interval.

    The weighted ratio (Hajek 1971), which is `prediction_powered` with a lambda of 0.
    """
    return prediction_powered(pairs, power=0.0, level=level)


def _weights(reviewed: Bools, probability: Floats, form: Form) -> Floats:
    weight = np.zeros(len(reviewed))
    weight[reviewed] = 1.0 / np.asarray(probability, dtype=np.float64)[reviewed]
    return weight * (len(reviewed) / weight.sum()) if form is Form.HAJEK else weight


def _power(
    pairs: Pairs, z: Floats, m: Floats, weight: Floats, place: Ints, start: float, form: Form
) -> float:
    """The lambda in [0, 1] with the least variance: `Cov_g(A, B) / Var_g(B)`.

    The influences are A_g - lambda B_g, so this is the least-squares slope over prompts (PPI++,
    section 6, by prompt). Horvitz-Thompson: A_g sums w (z - tau (m - m_hat)) - tau m_hat and B_g
    (w - 1) z_hat. Hajek: A_g sums w (z - tau m) and B_g (w - 1)(u - its weighted mean) with
    u = z_hat - tau m_hat. tau is the reviewed-only estimate here. Where B does not vary, as when
    all pairs are reviewed, every lambda gives the same estimate, and it is 1.
    """
    if form is Form.HAJEK:
        guess = pairs.z_hat - start * pairs.m_hat
        a = weight * (z - start * m)
        b = (weight - 1) * (guess - (weight * guess).sum() / weight.sum())
    else:
        a = weight * (z - start * (m - pairs.m_hat)) - start * pairs.m_hat
        b = (weight - 1) * pairs.z_hat
    sum_a, sum_b = np.bincount(place, weights=a), np.bincount(place, weights=b)
    spread = sum_b - sum_b.mean()
    square = float((spread**2).sum())
    if square < _NOTHING:
        return 1.0
    return float(np.clip((spread * sum_a).sum() / square, 0.0, 1.0))


def correction_sum(
    weight: Floats, residual: Floats, factor: float = 1.0, least: float = 1.0
) -> float:
    """Variance of the correction under Poisson sampling with probabilities `factor` times as high.

    `sum_i (1 - pi_i) / pi_i r_i^2` over all pairs, estimated from the reviewed by weighting each
    with w_i = 1/pi_i (Sarndal, Swensson, Wretman 1992, 3.5). No weight falls under `least`.
    """
    left = np.maximum(np.maximum(weight / factor, least) - 1.0, 0.0)
    return float((weight * left * residual**2).sum())


def _correction_share(
    predicted: Floats, weight: Floats, residual: Floats, place: Ints, reviewed: Bools
) -> float:
    """The share of the variance that is the correction's, in [0, 1].

    The rest is the variance with labels for all pairs, `sum_g (P_g + R_g)^2` with P_g a prompt's
    summed predictions, known, and R_g its summed residuals, of which `sum_i w_i r_i` is known. The
    products of two residuals of a prompt, weighted with w_i w_j, are few and noisy: their sum C
    enters as `max(0, 1 - noise^2 / C^2) C`, with noise^2 = `2 sum_{i != j} (w_i r_i w_j r_j)^2`
    what it would vary by were there none (positive-part shrinkage, James and Stein 1961).
    """
    prompts = int(place.max()) + 1
    own = place[reviewed]
    total = np.bincount(place, weights=predicted, minlength=prompts)
    corrected = np.bincount(own, weights=weight * residual, minlength=prompts)
    square = (weight * residual) ** 2
    products = float((corrected**2).sum() - square.sum())
    noise = 2 * float(
        (np.bincount(own, weights=square, minlength=prompts) ** 2).sum() - (square**2).sum()
    )
    kept = max(0.0, 1.0 - noise / products**2) * products if products else 0.0
    rest = float((total * (total + 2 * corrected)).sum() + (weight * residual**2).sum()) + kept
    correction = correction_sum(weight, residual)
    return correction / (correction + max(rest, 0.0)) if correction else 0.0


def _remark(pairs: Pairs, prompts: int, is_constant: bool) -> Remark:
    if prompts < MIN_PROMPTS:
        return Remark.FEW_PROMPTS
    if is_constant:
        return Remark.NO_VARIANCE
    seen = pairs.reviewed
    unchanged = (pairs.z == pairs.z_hat) & (pairs.m == pairs.m_hat)
    if not seen.all() and bool(unchanged[seen].all()):
        return Remark.NO_ERROR_FOUND
    return Remark.SMALL if prompts < SMALL_PROMPTS else Remark.NONE


def _absent(pairs: Pairs, prompt_codes: Ints, remark: Remark) -> Estimate:
    nothing = float("nan")
    reviewed = int(np.sum(pairs.reviewed))
    return Estimate(
        *(nothing,) * 6,
        pairs=len(pairs.prompt),
        reviewed=reviewed,
        prompts=0,
        correction_variance=nothing,
        other_variance=nothing,
        remark=remark,
        prompt=prompt_codes,
        influence=np.zeros(len(prompt_codes)),
        weight=np.zeros(reviewed),
        residual=np.zeros(reviewed),
    )
